/* SPDX-License-Identifier: GPL-2.0 */
/* Grey to black and white: the insides. */
#ifndef IFAX_CODEC_GREY_H
#define IFAX_CODEC_GREY_H

#include <linux/ifax/grey.h>
#include "port.h"
#include "runs.h"

#define BYTES(value)	((value) * 0x0101010101010101ULL)
#define BYTES_TOP	BYTES(0x80ULL)

/* What the adaptive threshold knows of 32 columns; levels of grey with 8 fractional bits */
#define BLOCK_PX	32
struct grey_block {
	u16 white;
	u16 ink;
};

/**
 * struct ifax_grey - a page being made black and white
 * @fmt: what is to be done
 * @lines: lines done
 * @paper: adaptive: the lightest white of late, as in struct grey_block
 * @blocks: adaptive: each 32 columns
 * @errors: diffusion: what the line before passes on to each pixel, in 1/16 of
 *	a level; one entry before the line and one behind it
 */
struct ifax_grey {
	struct ifax_grey_format fmt;
	u32 lines;
	u32 paper;
	struct grey_block *blocks;
	s16 *errors;
};

/* The first pixel lowest */
static __always_inline u64 load_grey(const u8 *from)
{
	__le64 value;

	memcpy(&value, from, sizeof(value));
	return le64_to_cpu(value);
}

/*
 * Eight pixels, the first one lowest, against a threshold each: the byte of
 * those that are less. With the top bit of each byte set on the left side of the
 * subtraction nothing is borrowed from the next byte, and it stays set where the
 * low 7 bits are not less. The multiplication gathers eight bits.
 */
static __always_inline u8 darker(u64 px, u64 thresholds)
{
	u64 low = (px | BYTES_TOP) - (thresholds & ~BYTES_TOP);
	u64 not = (px & low) | ((px | low) & ~thresholds);

	return ((~not & BYTES_TOP) >> 7) * 0x8040201008040201ULL >> 56;
}

/* The last pixels of a line, fewer than eight; white behind them */
static inline u64 last_grey(const u8 *from, u32 count)
{
	u8 px[8];

	memset(px, 0xff, sizeof(px));
	memcpy(px, from, count);
	return load_grey(px);
}

u32 ifax_grey_blocks(u32 width_px);
void ifax_grey_adapt(struct ifax_grey *grey, const u8 *line, u8 *row);
void ifax_grey_diffuse(struct ifax_grey *grey, const u8 *line, u8 *row);

#endif
