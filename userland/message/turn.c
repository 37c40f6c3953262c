// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "turn.h"

/**
 * struct pixels - a page in memory
 * @rows: its lines
 * @width_px: pixels of a line
 * @lines: lines
 * @stride: bytes from one to the next
 */
struct pixels {
	uint8_t *rows;
	uint32_t width_px;
	uint32_t lines;
	size_t stride;
};

/*
 * Where the stored page has the pixel that belongs at x, y; by TIFF 6.0: 2 and 3
 * begin at the right, 3 and 4 at the bottom; 5 to 8 are 1, 4, 3, 2 with rows
 * and columns changed over.
 */
static bool stored_pixel(const struct pixels *from, uint32_t x, uint32_t y,
			 unsigned int orientation)
{
	static const struct { bool turned, right, bottom; } ways[] = {
		{ false, false, false }, { false, true, false }, { false, true, true },
		{ false, false, true }, { true, false, false }, { true, false, true },
		{ true, true, true }, { true, true, false },
	};
	uint32_t column = ways[orientation - 1].turned ? y : x;
	uint32_t row = ways[orientation - 1].turned ? x : y;

	if (ways[orientation - 1].right)
		column = from->width_px - 1 - column;
	if (ways[orientation - 1].bottom)
		row = from->lines - 1 - row;
	return from->rows[row * from->stride + column / 8] >> (7 - column % 8) & 1;
}

static int read_back(struct page_sink *sink, struct pixels *from, struct failure *failure)
{
	uint64_t at = sink->writer.header_at + sizeof(struct page_header);
	size_t bytes = from->lines * from->stride;

	from->rows = malloc(bytes);
	if (!from->rows)
		return fail(failure, EXIT_LATER, "no memory to turn it");
	if (pread(sink->writer.fd, from->rows, bytes, at) != (ssize_t)bytes)
		return fail(failure, EXIT_LATER, "cannot read the page file: %s", strerror(errno));
	return 0;
}

static int write_turned(struct page_sink *sink, const struct pixels *from, struct pixels *to,
			unsigned int orientation, struct failure *failure)
{
	for (uint32_t y = 0; y < to->lines; y++) {
		memset(to->rows, 0, to->stride);
		for (uint32_t x = 0; x < to->width_px; x++)
			if (stored_pixel(from, x, y, orientation))
				to->rows[x / 8] |= 0x80 >> x % 8;
		if (page_sink_written(sink, page_writer_data(&sink->writer, to->rows, to->stride),
				      failure))
			return -1;
	}
	return 0;
}

int turn_page(struct page_sink *sink, uint32_t *lines, unsigned int orientation,
	      struct failure *failure)
{
	bool turned = orientation >= ORIENTATION_FIRST_TURNED;
	struct ifax_format format = sink->writer.format;
	struct pixels from = { NULL, format.width_px, *lines, (format.width_px + 7) / 8 };
	struct pixels to = { NULL, turned ? *lines : format.width_px,
			     turned ? format.width_px : *lines, 0 };
	int err = -1;

	if (to.width_px > PAGE_WIDTH_PX_MAX)
		return fail(failure, EXIT_INPUT, "turned, it is too wide");
	to.stride = (to.width_px + 7) / 8;
	to.rows = malloc(to.stride);
	if (!to.rows)
		return fail(failure, EXIT_LATER, "no memory to turn it");
	if (read_back(sink, &from, failure))
		goto out;
	if (turned) {
		format.x_dpi = sink->writer.format.y_dpi;
		format.y_dpi = sink->writer.format.x_dpi;
	}
	format.width_px = to.width_px;
	if (page_sink_written(sink, page_writer_drop(&sink->writer), failure) ||
	    page_sink_written(sink, page_writer_begin(&sink->writer, &format), failure))
		goto out;
	err = write_turned(sink, &from, &to, orientation, failure);
	*lines = to.lines;
out:
	free(from.rows);
	free(to.rows);
	return err;
}
