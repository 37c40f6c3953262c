// SPDX-License-Identifier: GPL-2.0
#include <glib.h>
#include <string.h>

#include "halftone.h"

#define WHITE		255
#define COARSEST_DPI	10	/* of an image that does not tell its size */

/**
 * struct halftone - an image on its way to a page
 * @sink: the page
 * @in_width: pixels of a line of the image
 * @in_lines: its lines
 * @out_width: pixels that they become
 * @out_lines: lines that they become
 * @left: white pixels of the page before them
 * @stride: bytes of a line of the page
 * @in_done: lines taken
 * @out_done: lines given
 * @summed: lines of the image in @sums
 * @sums: for each pixel of the page, sum of the grey above it that is not given yet
 * @errors: for each pixel of the next line, what the last one owes it, in 16ths;
 *	one more at each end
 * @row: a line of the page
 */
struct halftone {
	struct page_sink *sink;
	uint32_t in_width, in_lines;
	uint32_t out_width, out_lines;
	uint32_t left;
	size_t stride;
	uint32_t in_done, out_done;
	uint32_t summed;
	uint32_t *sums;
	int32_t *errors;
	uint8_t *row;
};

/* The first of @in units that unit @index of @out stands for */
static uint32_t begin_of(uint32_t index, uint32_t in, uint32_t out)
{
	return (uint64_t)index * in / out;
}

/* Behind the last; where the image is magnified, units share one. */
static uint32_t end_of(uint32_t index, uint32_t in, uint32_t out)
{
	uint32_t begin = begin_of(index, in, out), end = begin_of(index + 1, in, out);

	return end > begin ? end : begin + 1;
}

static struct halftone *begin_page(struct halftone *halftone, struct ifax_format *format,
				   struct page_sink *sink, struct failure *failure)
{
	format->coding = IFAX_CODING_RAW;
	format->flags = 0;
	if (page_sink_written(sink, page_writer_begin(&sink->writer, format), failure)) {
		g_free(halftone);
		return NULL;
	}
	halftone->sink = sink;
	halftone->stride = (format->width_px + 7) / 8;
	halftone->sums = g_new0(uint32_t, halftone->out_width);
	halftone->errors = g_new0(int32_t, halftone->out_width + 2);
	halftone->row = g_malloc(halftone->stride);
	return halftone;
}

static uint32_t at_least_one(double value)
{
	return value < 1 ? 1 : value + .5;
}

struct halftone *halftone_new(const struct halftone_size *size, struct page_sink *sink,
			      struct failure *failure)
{
	double x_dpi = size->turned ? SHEET_Y_DPI : SHEET_X_DPI;
	double y_dpi = size->turned ? SHEET_X_DPI : SHEET_Y_DPI;
	double width_max = size->turned ? SHEET_LINES : SHEET_WIDTH_PX;
	double lines_max = size->turned ? SHEET_WIDTH_PX : SHEET_LINES;
	double image_x_dpi = size->x_dpi ?: 1, image_y_dpi = size->y_dpi ?: image_x_dpi;
	double width = size->width_px * x_dpi / image_x_dpi;
	double lines = size->lines * y_dpi / image_y_dpi;
	double scale = size->x_dpi ? 1 : MIN(width_max / width, 1.0 / COARSEST_DPI);
	struct halftone *halftone = g_new0(struct halftone, 1);
	struct ifax_format format = { .x_dpi = x_dpi, .y_dpi = y_dpi };

	if (width * scale > width_max)
		scale = width_max / width;
	if (lines * scale > lines_max)
		scale = lines_max / lines;
	halftone->in_width = size->width_px;
	halftone->in_lines = size->lines;
	halftone->out_width = MIN(at_least_one(width * scale), width_max);
	halftone->out_lines = MIN(at_least_one(lines * scale), lines_max);
	format.width_px = size->turned ? halftone->out_width : SHEET_WIDTH_PX;
	halftone->left = (format.width_px - halftone->out_width) / 2;
	return begin_page(halftone, &format, sink, failure);
}

struct halftone *halftone_new_exact(const struct ifax_format *format, struct page_sink *sink,
				    struct failure *failure)
{
	struct halftone *halftone = g_new0(struct halftone, 1);
	struct ifax_format raw = *format;

	halftone->in_width = format->width_px;
	halftone->out_width = format->width_px;
	halftone->in_lines = format->length_lines;
	halftone->out_lines = format->length_lines;
	return begin_page(halftone, &raw, sink, failure);
}

static void add_line(struct halftone *halftone, const uint8_t *grey)
{
	for (uint32_t i = 0; i < halftone->out_width; i++) {
		uint32_t at = begin_of(i, halftone->in_width, halftone->out_width);
		uint32_t end = end_of(i, halftone->in_width, halftone->out_width);
		uint32_t sum = 0, count = end - at;

		for (; at < end; at++)
			sum += grey[at];
		halftone->sums[i] += sum / count;
	}
	halftone->summed++;
}

/* A line of the page: 7/16 of the error go to the right, 3, 5 and 1 below. */
static void dither(struct halftone *halftone)
{
	int32_t *below = halftone->errors, ahead = 0, corner = 0;

	memset(halftone->row, 0, halftone->stride);
	for (uint32_t i = 0; i < halftone->out_width; i++) {
		int32_t value = halftone->sums[i] / halftone->summed * 16;
		int32_t wanted = value + below[i + 1] + ahead, error;
		uint32_t x = halftone->left + i;
		bool black = wanted < WHITE * 8;

		if (black)
			halftone->row[x / 8] |= 0x80 >> x % 8;
		error = (wanted - (black ? 0 : WHITE * 16)) / 16;
		ahead = error * 7;
		below[i] += error * 3;
		below[i + 1] = corner + error * 5;
		corner = error;
	}
}

int halftone_line(struct halftone *halftone, const uint8_t *grey, struct failure *failure)
{
	add_line(halftone, grey);
	halftone->in_done++;
	while (halftone->out_done < halftone->out_lines &&
	       end_of(halftone->out_done, halftone->in_lines, halftone->out_lines) ==
	       halftone->in_done) {
		struct page_sink *sink = halftone->sink;

		dither(halftone);
		if (page_sink_written(sink, page_writer_data(&sink->writer, halftone->row,
							     halftone->stride), failure))
			return -1;
		halftone->out_done++;
		/* magnified: the next line of the page may be of this one, too */
		if (halftone->out_done < halftone->out_lines &&
		    end_of(halftone->out_done, halftone->in_lines, halftone->out_lines) ==
		    halftone->in_done)
			continue;
		memset(halftone->sums, 0, halftone->out_width * sizeof(*halftone->sums));
		halftone->summed = 0;
	}
	return 0;
}

uint32_t halftone_lines(const struct halftone *halftone)
{
	return halftone->out_done;
}

void halftone_free(struct halftone *halftone)
{
	g_free(halftone->row);
	g_free(halftone->errors);
	g_free(halftone->sums);
	g_free(halftone);
}
