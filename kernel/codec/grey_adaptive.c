// SPDX-License-Identifier: GPL-2.0
/*
 * A threshold that follows paper and ink. For each 32 columns the white of the
 * paper is known, which grows with the lightest pixel and fades slowly, and the
 * darkness of the ink on it; the threshold is half way between the two.
 * From block to block it goes in steps of eight pixels.
 *
 * Paper may be as dark as 3/8 of the lightest white of late: what is darker than
 * that throughout is ink, so that large black areas stay black.
 */
#include "grey.h"

#define BLOCK_BITS	5
#define GROUPS		(BLOCK_PX / 8)
#define NOISE		(6 << 8)	/* of a sensor */

u32 ifax_grey_blocks(u32 width_px)
{
	return (width_px + BLOCK_PX - 1) >> BLOCK_BITS;
}

/* What is lighter than that is no ink */
static __always_inline u32 faint_ink(u32 white)
{
	u32 faint = white - white / 8;

	return faint > NOISE ? faint - NOISE : 0;
}

/* Go 1 / 2^@slowness of the way from @level to @to */
static __always_inline u32 approach(u32 level, u32 to, u32 slowness)
{
	return (int)level + (((int)to - (int)level) >> slowness);
}

static void extremes(const u8 *px, u32 count, u32 *lightest, u32 *darkest)
{
	u32 most = 0, least = 255;
	u32 i;

	for (i = 0; i < count; i++) {
		most = px[i] > most ? px[i] : most;
		least = px[i] < least ? px[i] : least;
	}
	*lightest = most << 8;
	*darkest = least << 8;
}

/* The first line tells where to begin; its blocks may lie in a black border */
static void begin(struct ifax_grey *grey, const u8 *line)
{
	u32 width_px = grey->fmt.width_px;
	u32 lightest, darkest;
	u32 i;

	extremes(line, width_px, &grey->paper, &darkest);
	for (i = 0; i < ifax_grey_blocks(width_px); i++) {
		u32 x = i * BLOCK_PX;

		extremes(line + x, width_px - x < BLOCK_PX ? width_px - x : BLOCK_PX, &lightest,
			 &darkest);
		grey->blocks[i].white = lightest;
		grey->blocks[i].ink = lightest / 2;
	}
}

static void learn(struct ifax_grey *grey, struct grey_block *block, const u8 *px, u32 count)
{
	u32 lightest, darkest, white;

	extremes(px, count, &lightest, &darkest);
	block->white = approach(block->white, lightest, lightest > block->white ? 2 : 5);
	white = block->white;
	if (darkest < faint_ink(white))
		block->ink = approach(block->ink, darkest, darkest < block->ink ? 1 : 3);
	else
		block->ink = approach(block->ink, white / 2, 5);
	if (white > grey->paper)
		grey->paper = white;
}

/* In levels of grey with 8 fractional bits */
static u32 threshold_of(const struct ifax_grey *grey, u32 block)
{
	u32 darkest_paper = grey->paper * 3 / 8;
	u32 white = grey->blocks[block].white;
	u32 ink = grey->blocks[block].ink;
	u32 half;

	if (white < darkest_paper)
		white = darkest_paper;
	half = (white + ink) / 2;
	return half < faint_ink(white) ? half : faint_ink(white);
}

/* Up to eight pixels at a time; @left: threshold in the middle of the block before */
static void make_block(const u8 *px, u8 *row, u32 count, u32 left, u32 here, u32 right)
{
	u32 group;

	for (group = 0; group * 8 < count; group++) {
		/* the middle of a group is 1, 3, 5 or 7 eighths into the block */
		u32 at = 2 * group + 1;
		u32 threshold = at < GROUPS ? left * (4 - at) + here * (4 + at) :
					      here * (12 - at) + right * (at - 4);
		u64 thresholds = BYTES((u64)(threshold >> 11));
		u32 rest = count - group * 8;

		row[group] = darker(rest < 8 ? last_grey(px + group * 8, rest) :
					       load_grey(px + group * 8), thresholds);
	}
}

void ifax_grey_adapt(struct ifax_grey *grey, const u8 *line, u8 *row)
{
	u32 width_px = grey->fmt.width_px;
	u32 blocks = ifax_grey_blocks(width_px);
	u32 left, here, right;
	u32 i;

	if (!grey->lines)
		begin(grey, line);
	grey->paper -= grey->paper >> 10;
	for (i = 0; i < blocks; i++)
		learn(grey, &grey->blocks[i], line + i * BLOCK_PX,
		      i + 1 < blocks ? BLOCK_PX : width_px - i * BLOCK_PX);
	here = threshold_of(grey, 0);
	left = here;
	for (i = 0; i < blocks; i++) {
		right = i + 1 < blocks ? threshold_of(grey, i + 1) : here;
		make_block(line + i * BLOCK_PX, row + i * GROUPS,
			   i + 1 < blocks ? BLOCK_PX : width_px - i * BLOCK_PX, left, here, right);
		left = here;
		here = right;
	}
}
