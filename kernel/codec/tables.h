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

/* By the next bits: run length << 4 | bits of its word; 0: no run begins so */
#define WHITE_BITS	12
#define BLACK_BITS	13
extern const u16 ifax_white_runs[1 << WHITE_BITS];
extern const u16 ifax_black_runs[1 << BLACK_BITS];

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

#endif
