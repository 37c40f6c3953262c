/* SPDX-License-Identifier: GPL-2.0 */
/* The code words of T.4 and T.6; gen_tables.c makes tables.c at build time. */
#ifndef IFAX_CODEC_TABLES_H
#define IFAX_CODEC_TABLES_H

#include "lanes.h"

/*
 * By run length: its words << 5 | bits in them. White: make-up and terminating
 * word together; black: terminating words, then make-up words.
 */
#define MAKE_UP_PX		64
#define ONE_PAIR_PX		2623	/* the longest run of one make-up and one other word */
#define BLACK_MAKE_UP(px)	(MAKE_UP_PX - 1 + (px) / MAKE_UP_PX)
extern const u32 ifax_white_codes[ONE_PAIR_PX + 1];
extern const u32 ifax_black_codes[MAKE_UP_PX + ONE_PAIR_PX / MAKE_UP_PX];

/* By four offsets of vertical modes + 3, each 3 bits, 7: none: their words << 5 | bits */
extern const u32 ifax_verticals[4096];

/*
 * By changes of eight pixels, the first one in the highest bit: where they are,
 * the last four of them, as lanes, the last one highest; and bytes of all of them.
 */
#define CHANGES_TOO_MANY	16	/* stands for five to eight changes */
extern const u64 ifax_change_lanes[256];
extern const u8 ifax_change_bytes[256];

/*
 * By the next bits: the run that they begin with (make-up and terminating word),
 * and the one of the other colour behind it, if they are complete. Bits of both,
 * bits of the first, number of runs that are complete, pixels. Where the number
 * is 0, there is only a make-up word. Where the bits of both are 0, there is no
 * word of so few bits, or a run of 0 pixels, for which see the bits of the first.
 */
#define RUNS_BITS	11
#define RUNS(bits, first_bits, count, px, next_px) \
	((bits) | (first_bits) << 6 | (count) << RUNS_BITS | (px) << 14 | (u32)(next_px) << 25)
#define RUNS_NEXT_PX_MAX	127
#define RUNS_TAKEN(entry)	((entry) & 63)
#define RUNS_FIRST(entry)	((entry) >> 6 & 15)
#define RUNS_BLACK		0x800	/* in an index; of an entry: change it */
#define RUNS_COUNT(entry)	((entry) >> RUNS_BITS & 3)
#define RUNS_PX(entry)		((entry) >> 14 & 0x7ff)
#define RUNS_NEXT_PX(entry)	((entry) >> 25)
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
#define MODE_BITS		10
#define MODE_OFFSETS(entry)	((entry) & LANES(7))
#define MODE_OFFSET(entry, i)	((int)((entry) >> 16 * (i) & 7) - 3)
#define MODE_GAPS(entry)	((entry) >> 3 & LANES(7))
#define MODE_HORIZONTAL		0x1000U
#define MODE_PASS		0x2000U
#define MODE_OTHER		0x4000U	/* no mode begins so: end, extension or fault */
#define MODE_FIRST_BITS(entry)	((u32)(entry) >> 22 & 7)	/* of the first vertical mode */
#define MODE_VERTICALS(entry)	((u32)(entry) >> 28)
#define MODE_B_STEP(entry)	((entry) >> 44 & 15)	/* to the b1 that is next */
#define MODE_BITS_TAKEN(entry)	((u32)((entry) >> 60))
extern const u64 ifax_modes[1 << MODE_BITS];

/*
 * States of a context (T.82 table 24), numbered as in the standard, times two,
 * plus the more probable symbol (MPS). For the decoder a state is one word: the
 * MPS, the number, the share Qe that the less probable symbol has in the interval.
 * Of two words is the one that follows after the MPS, if the interval is
 * renormalised, or after the less probable symbol.
 */
#define QM_STATES	226
#define QM_STATE(mps, number, qe)	((u32)(mps) << 31 | (u32)(number) << 17 | (qe))
#define QM_MPS(state)		((state) >> 31)
#define QM_NUMBER(state)	((state) >> 17 & 0xff)
#define QM_QE(state)		((u16)(state))
#define QM_NEXT(state, less_probable)	ifax_qm_next[((state) >> 16 & 0x1fe) | (less_probable)]
extern const u32 ifax_qm_next[2 * QM_STATES];
extern const u32 ifax_qm_first;

/**
 * struct qm_step - for the encoder, by state, times two, plus 1 for the less probable symbol
 * @share: Qe, and for the less probable symbol QM_LESS_PROBABLE, more than any interval
 * @next: number of the next state, if the MPS is 0, if the interval is renormalised
 */
struct qm_step {
	u32 share;
	u32 next;
};

#define QM_LESS_PROBABLE	0x20000
extern const struct qm_step ifax_qm_steps[QM_STATES];

/*
 * Contexts of four pixels (T.82 figure 4) as 16-bit lanes, the first one lowest.
 * By template pixels: from the line before that, 4 + 2 of them; from the line before, 4 + 4;
 * from the line itself up to the fourth pixel, 2 + 4: these have the pixel in the top bit.
 */
extern const u64 ifax_jbig_above2[1 << 6];
extern const u64 ifax_jbig_above[1 << 8];
extern const u64 ifax_jbig_line[1 << 6];

#endif
