/* SPDX-License-Identifier: GPL-2.0 */
/* The code words of T.4 and T.6; gen_tables.c makes tables.c at build time. */
#ifndef IFAX_CODEC_TABLES_H
#define IFAX_CODEC_TABLES_H

#include "port.h"

/* By run length: its words << 5 | bits in them */
#define ONE_PAIR_PX	2623	/* the longest run of one make-up and one terminating word */
extern const u32 ifax_white_codes[ONE_PAIR_PX + 1];
extern const u32 ifax_black_codes[ONE_PAIR_PX + 1];

/* By two offsets of vertical modes + 3, each 3 bits, 7: none: their words << 4 | bits */
extern const u32 ifax_verticals[64];

/*
 * By the next bits: the run that they begin with (make-up and terminating word),
 * and the one of the other colour behind it, if they are complete. Bits of both,
 * bits of the first, number of runs that are complete, pixels. Where the number
 * is 0, there is only a make-up word. Where the bits of both are 0, there is no
 * word of so few bits, or a run of 0 pixels, for which see the bits of the first.
 */
#define RUNS_BITS	11
#define RUNS(bits, first_bits, count, px, next_px) \
	((bits) | (first_bits) << 4 | (count) << 8 | (px) << 10 | (u32)(next_px) << 21)
extern const u32 ifax_runs[2 << RUNS_BITS];	/* white, black */

/* By the next bits behind four zeros, the words of more bits: run length << 4 | bits; 0: none */
#define WHITE_WORD_BITS	12
#define BLACK_WORD_BITS	13
extern const u16 ifax_white_long_words[1 << (WHITE_WORD_BITS - 4)];
extern const u16 ifax_black_long_words[1 << (BLACK_WORD_BITS - 4)];

/*
 * By the next bits: up to four vertical modes (number, and offset + 3 in 4 bits
 * for each, the first one in the lowest; 3 for those that are not there), what
 * follows them, and the bits of all of it.
 */
enum mode {
	MODE_NONE = 0,		/* look again */
	MODE_HORIZONTAL = 1,
	MODE_PASS = 2,
	MODE_OTHER = 3,		/* no mode begins so: end, extension or fault */
};

#define MODE_BITS	11
#define MODE(offsets, kind, verticals, bits) \
	((u32)(offsets) << 16 | (kind) << 8 | (verticals) << 4 | (bits))
extern const u32 ifax_modes[1 << MODE_BITS];

/**
 * struct qm_state - how probable a pixel is (T.82 table 24)
 * @qe: share of the less probable symbol in the interval
 * @after_lps: state after it
 * @after_mps: state after the more probable one, if the interval is renormalised
 *
 * States are numbered as in the standard, times two, plus the more probable symbol.
 */
struct qm_state {
	u16 qe;
	u8 after_lps;
	u8 after_mps;
};

extern const struct qm_state ifax_qm_states[226];

#endif
