// SPDX-License-Identifier: GPL-2.0
/* Grey lines to black and white: fixed threshold and ordered dither. */
#include "grey.h"

int ifax_grey_format_ok(const struct ifax_grey_format *fmt)
{
	if (!fmt->width_px || fmt->width_px > IFAX_WIDTH_PX_MAX)
		return -EINVAL;
	switch (fmt->mode) {
	case IFAX_GREY_THRESHOLD:
	case IFAX_GREY_DIFFUSE:
		return fmt->threshold && fmt->threshold <= 255 ? 0 : -EINVAL;
	case IFAX_GREY_ADAPTIVE:
	case IFAX_GREY_DITHER:
		return 0;
	default:
		return -EINVAL;
	}
}
EXPORT_SYMBOL_GPL(ifax_grey_format_ok);

size_t ifax_grey_size(const struct ifax_grey_format *fmt)
{
	size_t bytes = sizeof(struct ifax_grey);

	if (fmt->mode == IFAX_GREY_ADAPTIVE)
		bytes += ifax_grey_blocks(fmt->width_px) * sizeof(struct grey_block);
	if (fmt->mode == IFAX_GREY_DIFFUSE)
		bytes += (fmt->width_px + 2) * sizeof(s16);
	return bytes;
}
EXPORT_SYMBOL_GPL(ifax_grey_size);

struct ifax_grey *ifax_grey_init(void *mem, const struct ifax_grey_format *fmt)
{
	struct ifax_grey *grey = mem;

	if (ifax_grey_format_ok(fmt))
		return NULL;
	memset(grey, 0, ifax_grey_size(fmt));
	grey->fmt = *fmt;
	if (fmt->mode == IFAX_GREY_ADAPTIVE)
		grey->blocks = (struct grey_block *)(grey + 1);
	if (fmt->mode == IFAX_GREY_DIFFUSE)
		grey->errors = (s16 *)(grey + 1) + 1;
	return grey;
}
EXPORT_SYMBOL_GPL(ifax_grey_init);

/*
 * The order in which the pixels of 8 by 8 become black: two dots that grow from
 * their middles, half a cell apart in both directions, so that they stand in
 * diagonals; above one half, what grows is white. Dots code in fewer runs than
 * scattered pixels, and a laser engine prints them.
 */
static const u8 dots[8][8] = {
	{ 24, 10, 12, 26, 35, 53, 51, 32 },
	{ 8, 0, 2, 14, 46, 59, 56, 40 },
	{ 22, 6, 4, 16, 48, 60, 63, 54 },
	{ 30, 20, 18, 28, 36, 43, 45, 39 },
	{ 38, 52, 50, 37, 25, 11, 13, 27 },
	{ 47, 62, 61, 41, 9, 1, 3, 15 },
	{ 49, 57, 58, 55, 23, 7, 5, 17 },
	{ 33, 42, 44, 34, 31, 21, 19, 29 },
};

/* Thresholds of a line, by eight columns, the first one lowest: in the middle of its step of 4 */
static u64 dot_thresholds(u32 line)
{
	const u8 *order = dots[line % 8];
	u64 thresholds = 0;
	u32 x;

	for (x = 0; x < 8; x++)
		thresholds |= (u64)(254 - order[x] * 4) << x * 8;
	return thresholds;
}

static void compare(const u8 *line, u8 *row, u32 width_px, u64 thresholds)
{
	u32 whole = width_px / 8;
	u32 i;

	for (i = 0; i < whole; i++)
		row[i] = darker(load_grey(line + i * 8), thresholds);
	if (width_px % 8)
		row[whole] = darker(last_grey(line + whole * 8, width_px % 8), thresholds);
}

static void make_line(struct ifax_grey *grey, const u8 *line, u8 *row)
{
	u32 width_px = grey->fmt.width_px;

	switch (grey->fmt.mode) {
	case IFAX_GREY_THRESHOLD:
		compare(line, row, width_px, BYTES((u64)grey->fmt.threshold));
		break;
	case IFAX_GREY_DITHER:
		compare(line, row, width_px, dot_thresholds(grey->lines));
		break;
	case IFAX_GREY_ADAPTIVE:
		ifax_grey_adapt(grey, line, row);
		break;
	default:
		ifax_grey_diffuse(grey, line, row);
		break;
	}
	grey->lines++;
}

void ifax_grey_lines(struct ifax_grey *grey, const void *lines, size_t stride, u32 count,
		     void *rows, size_t row_stride)
{
	const u8 *line = lines;
	u8 *row = rows;
	u32 i;

	for (i = 0; i < count; i++, line += stride, row += row_stride)
		make_line(grey, line, row);
}
EXPORT_SYMBOL_GPL(ifax_grey_lines);
