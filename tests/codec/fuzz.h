/* SPDX-License-Identifier: GPL-2.0 */
/* Hostile bytes for one part of the codec. */
#ifndef CODEC_FUZZ_H
#define CODEC_FUZZ_H

#include <linux/ifax/codec.h>

/* What an input begins with */
struct fuzz_head {
	u8 flags;		/* IFAX_FMT_* */
	u8 width_px[2];		/* less 1, the lower byte first, of which 12 bits count */
	u8 length;		/* lines, times two; 1: known */
	u8 k;
	u8 piece;		/* most bytes of coded data at a time, 0: all */
	u8 band;		/* lines at a time, less 1; 0x80: wrong ones are concealed */
	u8 more;		/* of the target's own */
};

/*
 * By name: "raw", "mh", "mr", "mmr", "jbig": coded data for the decoder. "round_trip":
 * pixels. "splice", "scale", "transcode": coded data. False: there is no such target.
 */
bool fuzz_one(const char *target, const u8 *data, size_t bytes);

#endif
