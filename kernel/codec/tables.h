/* SPDX-License-Identifier: GPL-2.0 */
/* The code words of T.4 and T.6; gen_tables.c makes tables.c at build time. */
#ifndef IFAX_CODEC_TABLES_H
#define IFAX_CODEC_TABLES_H

#include "lanes.h"

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
 * By the next bits: up to four vertical modes, what follows them (not behind
 * four), and the bits of all of it. The four 16-bit lanes of an entry belong to
 * b1 = b[0] to b[3] of the modes. Bits 0 to 2 of a lane: offset + 3, or 3. Bits
 * 3 to 5: what b[i] - b[i - 1] must be at least, so that the modes are valid
 * and each b1 is the one behind the one before.
 */
#define MODE_BITS		11
#define MODE_OFFSETS(entry)	((entry) & LANES(7))
#define MODE_OFFSET(entry, i)	((int)((entry) >> 16 * (i) & 7) - 3)
#define MODE_GAPS(entry)	((entry) >> 3 & LANES(7))
#define MODE_HORIZONTAL		0x1000U
#define MODE_PASS		0x2000U
#define MODE_OTHER		0x4000U	/* no mode begins so: end, extension or fault */
#define MODE_VERTICALS(entry)	((u32)(entry) >> 28)
#define MODE_B_STEP(entry)	((entry) >> 44 & 15)	/* to the b1 that is next */
#define MODE_BITS_TAKEN(entry)	((u32)((entry) >> 60))
extern const u64 ifax_modes[1 << MODE_BITS];

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
