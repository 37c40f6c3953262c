// SPDX-License-Identifier: GPL-2.0
/*
 * Error diffusion of Floyd and Steinberg: what a pixel is too light or too dark
 * by goes to its neighbours, 7/16 to the next one, 3/16, 5/16 and 1/16 to those
 * below, behind to ahead. Every other line goes from right to left, which keeps
 * the error from drifting to one side.
 *
 * Errors are passed on in 1/16 of a level; what is left of them below a whole
 * level goes to the next pixel, so that nothing is lost, and an error is never
 * more than 255 levels.
 */
#include "grey.h"

/* The errors of the pixel done last and of the one before, in levels */
struct trail {
	int next;	/* for the next pixel, in 1/16 of a level */
	int last;
	int before;
};

/*
 * One pixel; @error: what it has from above. Its place is used for what is now
 * known in full: what the pixel behind it passes on to the line below.
 */
static __always_inline u32 diffuse(struct trail *trail, s16 *error, int behind, u8 grey,
				   int threshold)
{
	int sum = *error + trail->next;
	int level = grey + (sum >> 4);
	/* all ones if it is white: no branch, which nothing could predict */
	int white = (threshold - 1 - level) >> 31;
	int off = level - (white & 255);

	/* 7 * off; the product does not wait for the comparison */
	trail->next = 7 * level + (sum & 15) - (white & 7 * 255);
	error[behind] = 3 * off + 5 * trail->last + trail->before;
	trail->before = trail->last;
	trail->last = off;
	return white + 1;
}

static void forth(const u8 *line, u8 *row, s16 *errors, u32 width_px, int threshold)
{
	struct trail trail = { 0 };
	u32 black = 0;
	u32 x;

	for (x = 0; x < width_px; x++) {
		black = black << 1 | diffuse(&trail, errors + x, -1, line[x], threshold);
		if (x % 8 == 7)
			row[x / 8] = black;
	}
	if (width_px % 8)
		row[width_px / 8] = black << (8 - width_px % 8);
	errors[width_px - 1] = 5 * trail.last + trail.before;
}

static void back(const u8 *line, u8 *row, s16 *errors, u32 width_px, int threshold)
{
	struct trail trail = { 0 };
	u32 black = 0;
	u32 x;

	for (x = width_px; x--; ) {
		black = black >> 1 | diffuse(&trail, errors + x, 1, line[x], threshold) << 7;
		if (x % 8 == 0) {
			row[x / 8] = black;
			black = 0;
		}
	}
	errors[0] = 5 * trail.last + trail.before;
}

void ifax_grey_diffuse(struct ifax_grey *grey, const u8 *line, u8 *row)
{
	u32 width_px = grey->fmt.width_px;
	int threshold = grey->fmt.threshold;

	if (grey->lines % 2)
		back(line, row, grey->errors, width_px, threshold);
	else
		forth(line, row, grey->errors, width_px, threshold);
}
