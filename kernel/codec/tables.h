/* SPDX-License-Identifier: GPL-2.0 */
/* The code words of T.4 and T.6; gen_tables.c makes tables.c at build time. */
#ifndef IFAX_CODEC_TABLES_H
#define IFAX_CODEC_TABLES_H

#include "port.h"

/* By run length 0 to 63, then 64, 128, ... 2560: word << 4 | bits in it */
extern const u32 ifax_white_codes[104];
extern const u32 ifax_black_codes[104];

/* By the next bits: run length << 4 | bits of its word; 0: no run begins so */
#define WHITE_BITS	12
#define BLACK_BITS	13
extern const u16 ifax_white_runs[1 << WHITE_BITS];
extern const u16 ifax_black_runs[1 << BLACK_BITS];

/*
 * By the next bits: how often V(0) stands there (up to 8), which mode follows,
 * and the bits of all of it. Vertical modes are MODE_VL3 + 3 + offset.
 */
enum mode {
	MODE_VL3 = 0,
	MODE_NONE = 3,
	MODE_VR3 = 6,
	MODE_PASS = 7,
	MODE_HORIZONTAL = 8,
	MODE_OTHER = 9,		/* no mode begins so: end, extension or fault */
};

#define MODE_BITS	11
#define MODE(kind, v0, bits)	((kind) << 8 | (v0) << 4 | (bits))
extern const u16 ifax_modes[1 << MODE_BITS];

#endif
