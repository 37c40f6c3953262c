/* SPDX-License-Identifier: GPL-2.0 */
/* JBIG (T.82) in the profile of T.85: one layer, one plane, stripes in order. */
#ifndef IFAX_CODEC_JBIG_H
#define IFAX_CODEC_JBIG_H

#include "coder.h"
#include "lanes.h"
#include "tables.h"

/* T.82 6.6.1: the header */
#define JBIG_HEADER_BYTES	20
#define JBIG_TYPICAL		0x08	/* TPBON */
#define JBIG_NEW_LENGTH		0x20	/* VLENGTH: a NEWLEN may follow */
#define JBIG_TWO_LINES		0x40	/* LRLTWO */

#define JBIG_LENGTH_UNKNOWN	0xffffffffU
#define JBIG_STRIPE_LINES	128	/* T.85: what every receiver has */

/* T.82 6.2: marker codes, each behind 0xff */
enum jbig_marker {
	JBIG_STUFF = 0x00,	/* the byte 0xff of the data */
	JBIG_STRIPE_END = 0x02,
	JBIG_STRIPE_RESET = 0x03,
	JBIG_ABORT = 0x04,
	JBIG_NEWLEN = 0x05,
	JBIG_ATMOVE = 0x06,
	JBIG_COMMENT = 0x07,
};

/* T.82 6.7.1: contexts, and those of the pseudo-pixel of typical prediction */
#define JBIG_CONTEXTS		1024
#define JBIG_TYPICAL_CONTEXT(two_lines)	((two_lines) ? 0x195 : 0x0e5)

/*
 * A row of a JBIG coder has a white byte in front and ten behind: templates find
 * pixels outside of the page white, and whole windows are loaded and stored.
 */
static inline u32 jbig_row_bytes(u32 width_px)
{
	return row_bytes(width_px) + 11;
}

/**
 * struct jbig_rows - three rows, turned from line to line
 * @above2: the line before the line before
 * @above: the line before; the same row as @above2 if those lines are alike
 * @line: room for this line
 * @spare: a row that is not used, if @above is @above2
 */
struct jbig_rows {
	u8 *above2;
	u8 *above;
	u8 *line;
	u8 *spare;
};

static inline struct jbig_rows jbig_rows_init(u8 *mem, u32 width_px)
{
	u32 bytes = jbig_row_bytes(width_px);

	memset(mem, 0, 3 * bytes);
	return (struct jbig_rows){ mem, mem, mem + bytes, mem + 2 * bytes };
}

/* This line becomes the one before, and so on */
static inline void jbig_turn_rows(struct jbig_rows *rows)
{
	u8 *unused = rows->above2 == rows->above ? rows->spare : rows->above2;

	rows->above2 = rows->above;
	rows->above = rows->line;
	rows->line = unused;
}

/* The same for a line that is like the one before; what is in @line is of no use */
static inline void jbig_repeat_row(struct jbig_rows *rows)
{
	if (rows->above2 != rows->above)
		rows->spare = rows->above2;
	rows->above2 = rows->above;
}

/**
 * struct jbig_window - some pixels of a line, with all of their template pixels
 * @above2: the line before the line before, from WINDOW_LEFT_PX before the next pixel on
 * @above: the same of the line before
 * @line: the same of the line; for the encoder only
 * @not_white: from the next pixel on: which of them have a context that is not all white
 * @not_black: the same for black; the lowest bit counts for nothing, but is set in both
 *
 * A window begins as WINDOW_PX pixels (at the end of the line as fewer), and is
 * shifted as they are done.
 */
struct jbig_window {
	u64 above2;
	u64 above;
	u64 line;
	u64 not_white;
	u64 not_black;
};

#define WINDOW_PX	48
#define WINDOW_LEFT_PX	8

/* A row from eight pixels before @px, a multiple of 8, on */
static __always_inline u64 jbig_load(const u8 *row, u32 px)
{
	return load64(row + px / 8);
}

/* T.82 figures 4 and 5: as not_white; with inverted lines, as not_black */
static __always_inline u64 jbig_not_plain(u64 above2, u64 above, bool two_lines)
{
	if (two_lines)
		above |= above >> 3 | above >> 2 | above >> 1 | above << 1 | above << 2;
	else
		above |= above2 | (above2 | above) >> 1 | (above2 | above) << 1 |
			 above >> 2 | above << 2;
	return above << WINDOW_LEFT_PX | 1;
}

/* The next pixels whose contexts are all white, or all black: neighbours cannot be one each */
static __always_inline u32 jbig_plain_px(struct jbig_window w)
{
	return __builtin_clzll(w.not_white & w.not_black);
}

static __always_inline struct jbig_window jbig_skip(struct jbig_window w, u32 px)
{
	w.above2 <<= px;
	w.above <<= px;
	w.line <<= px;
	w.not_white <<= px;
	w.not_black <<= px;
	return w;
}

/* The fewest pixels of one colour, and all of that colour around, that are worth to be a run */
#define RUN_PX_MIN	4

/* What the lines above have in the contexts of the next four pixels; lanes, see tables.h */
static __always_inline u64 jbig_contexts(struct jbig_window w, bool two_lines)
{
	/* copies of the same pixels, each shifted by one pixel more than the one before */
	if (two_lines)
		return (w.above >> 50 & 0x1ff) * 0x0008000400020001ULL << 1 & LANES(0x3f0ULL);
	return ifax_jbig_above2[w.above2 >> 51 & 0x3f] | ifax_jbig_above[w.above >> 50 & 0xff];
}

/* Is one of four bytes 0xff? */
static inline bool jbig_has_ff(u32 bytes)
{
	return (~bytes - 0x01010101) & bytes & 0x80808080;
}

/* What makes the size of an interval, of 1 to 16 bits, one of 16 bits: 16 leading zeros less */
static __always_inline u32 jbig_shift(u32 a)
{
	return __builtin_clz(a) ^ 16;
}

/* The adaptive pixel in a context */
#define JBIG_ADAPTIVE(two_lines)	((two_lines) ? 0x010 : 0x004)

#endif
