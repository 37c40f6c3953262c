/* SPDX-License-Identifier: GPL-2.0 */
/* JBIG (T.82) in the profile of T.85: one layer, one plane, stripes in order. */
#ifndef IFAX_CODEC_JBIG_H
#define IFAX_CODEC_JBIG_H

#include "coder.h"
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
 * A row of a JBIG coder has a white byte in front and one behind, so that
 * templates find pixels outside of the page white.
 */
static inline u32 jbig_row_bytes(u32 width_px)
{
	return row_bytes(width_px) + 2;
}

/* This line becomes the one before, and so on */
static inline void jbig_turn_rows(u8 *rows[3])
{
	u8 *oldest = rows[0];

	rows[0] = rows[1];
	rows[1] = rows[2];
	rows[2] = oldest;
}

/*
 * Where the template pixels of the next eight pixels are: each line's pixels
 * from eight before them to eight behind them, in 24 bits
 */
struct jbig_window {
	u32 above2;
	u32 above;
	u32 line;
};

/* T.82 figures 4 and 5, for the pixel @x of the eight */
static __always_inline u32 jbig_context(struct jbig_window w, u32 x, bool two_lines)
{
	if (two_lines)
		return (w.above >> (13 - x) & 0x3f) << 4 | (w.line >> (16 - x) & 0xf);
	return (w.above2 >> (14 - x) & 7) << 7 | (w.above >> (13 - x) & 0x1f) << 2 |
	       (w.line >> (16 - x) & 3);
}

/* The adaptive pixel in a context */
#define JBIG_ADAPTIVE(two_lines)	((two_lines) ? 0x010 : 0x004)

#endif
