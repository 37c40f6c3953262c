// SPDX-License-Identifier: GPL-2.0
#include <glib.h>
#include <linux/ifax/codec.h>
#include <linux/ifax/splice.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "header_line.h"

#define POINTS		8.0
#define LINE_MM		3.5	/* of the page, with some white below */
#define FOOT_MM		2.6	/* of the letters */
#define MARGIN_MM	5.0
#define INCH_MM		25.4

/* The text with its numbers; to be freed. */
static char *text_of(const struct header_line *line, unsigned int number, unsigned int pages)
{
	char page_text[16], pages_text[16];
	GString *text = g_string_new(line->text);

	g_snprintf(page_text, sizeof(page_text), "%u", number);
	g_snprintf(pages_text, sizeof(pages_text), "%u", pages);
	g_string_replace(text, "{page}", page_text, 0);
	g_string_replace(text, "{pages}", pages_text, 0);
	return g_string_free(text, FALSE);
}

static unsigned int width_of(struct text_font *font, const char *text)
{
	unsigned int width = 0;

	for (; *text; text = g_utf8_next_char(text))
		width += text_font_advance(font, g_utf8_get_char(text));
	return width;
}

static void draw(struct text_font *font, const char *text, const struct pixels *pixels, int x,
		 int y)
{
	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);

		text_font_draw(font, c, pixels, x, y);
		x += text_font_advance(font, c);
	}
}

/* What stands behind a tab is at the right; what is too long loses its end. */
static void draw_line(const struct header_line *line, char *text, const struct pixels *pixels,
		      const struct ifax_format *format)
{
	int margin = MARGIN_MM / INCH_MM * format->x_dpi, foot = FOOT_MM / INCH_MM * format->y_dpi;
	char *right = strchr(text, '\t');
	int right_x = pixels->width_px - margin;

	if (right) {
		*right++ = 0;
		right_x -= (int)width_of(line->font, right);
		draw(line->font, right, pixels, right_x, foot);
		while (*text && margin + (int)width_of(line->font, text) > right_x - margin / 2)
			*g_utf8_prev_char(text + strlen(text)) = 0;
	}
	draw(line->font, text, pixels, margin, foot);
}

/* Are so many lines at the top there, and white? */
static bool is_white(const struct ifax_codec_format *format, const void *data, uint64_t bytes,
		     uint32_t lines)
{
	struct ifax_bytes in = { .at = data, .end = (const uint8_t *)data + bytes };
	size_t stride = (format->width_px + 7) / 8;
	uint8_t *rows = calloc(lines, stride);
	void *memory = malloc(ifax_decoder_size(format));
	bool white = false;

	if (rows && memory) {
		struct ifax_decoder *decoder = ifax_decoder_init(memory, format, &in);

		white = decoder && ifax_decode_lines(decoder, rows, stride, lines) == lines;
		for (uint32_t y = 0; white && y < lines; y++) {
			const uint8_t *row = rows + y * stride;

			/* bits behind the last pixel mean nothing */
			for (uint32_t x = 0; white && x < format->width_px / 8; x++)
				white = !row[x];
			if (format->width_px % 8)
				white &= !(row[stride - 1] >> (8 - format->width_px % 8));
		}
	}
	free(memory);
	free(rows);
	return white;
}

static int join(struct ifax_splice *splice, void **data, uint64_t *bytes, struct failure *failure)
{
	size_t room = ifax_splice_bound(splice), joined_bytes;
	void *memory = malloc(ifax_splice_size(&splice->fmt));
	void *joined = malloc(room);
	int err = -1;

	if (!memory || !joined) {
		fail(failure, EXIT_LATER, "no memory for the header line");
	} else if (ifax_splice(memory, splice, joined, room, &joined_bytes, NULL)) {
		fail(failure, EXIT_INPUT, "the header line cannot be joined to the page");
	} else {
		free(*data);
		*data = joined;
		*bytes = joined_bytes;
		joined = NULL;
		err = 0;
	}
	free(joined);
	free(memory);
	return err;
}

int header_line_join(const struct page_top *top, struct page_header *page, unsigned int number,
		     unsigned int pages, void **data, uint64_t *bytes, struct failure *failure)
{
	const struct header_line *line = (const struct header_line *)top;
	const struct ifax_format *format = &page->format;
	struct pixels pixels = {
		.width_px = format->width_px,
		.lines = LINE_MM / INCH_MM * format->y_dpi,
	};
	struct ifax_splice splice = {
		.fmt = {
			.coding = format->coding, .flags = format->flags & IFAX_FMT_FLAGS,
			.width_px = format->width_px, .length_lines = page->lines, .k = format->k,
		},
		.page = *data, .page_bytes = *bytes,
		.stride = (format->width_px + 7) / 8, .lines = pixels.lines,
	};
	char *text;
	int err = -1;

	if (!line->font)
		return fail(failure, EXIT_LATER,
			    "there is no font for the header line: install fonts-dejavu-core");
	pixels.rows = calloc(pixels.lines, splice.stride);
	if (!pixels.rows || text_font_size(line->font, POINTS, format->x_dpi, format->y_dpi)) {
		fail(failure, EXIT_LATER, "no memory for the header line");
		goto out;
	}
	text = text_of(line, number, pages);
	draw_line(line, text, &pixels, format);
	g_free(text);
	splice.rows = pixels.rows;
	if (is_white(&splice.fmt, *data, *bytes, pixels.lines))
		splice.replaced_lines = pixels.lines;
	err = join(&splice, data, bytes, failure);
	if (!err)
		page->lines += splice.lines - splice.replaced_lines;
out:
	free(pixels.rows);
	return err;
}
