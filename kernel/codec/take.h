/* SPDX-License-Identifier: GPL-2.0 */
/* Runs out of bits, in one- and two-dimensional lines. */
#ifndef IFAX_CODEC_TAKE_H
#define IFAX_CODEC_TAKE_H

#include "coder.h"
#include "tables.h"

#define NO_RUN	0x100000	/* longer than any line */

static __always_inline u32 runs_entry(struct bits_in in, u32 black)
{
	return ifax_runs[black << RUNS_BITS | in.acc >> (64 - RUNS_BITS)];
}

u32 ifax_take_any_run(struct bits_source *src, bool black);

/* Most runs need one look; @in has the bits for it, and behind any run bits for another */
static __always_inline struct bits_in take_run(struct bits_in in, struct bits_source *src,
					       bool black, u32 *px)
{
	u32 entry = runs_entry(in, black);

	if (likely(RUNS_COUNT(entry))) {
		*px = RUNS_PX(entry);
		return skip(in, RUNS_FIRST(entry));
	}
	src->bits.acc = in.acc;
	src->bits.n = in.n;
	src->bits.at = in.at;
	*px = ifax_take_any_run(src, black);
	in.acc = src->bits.acc;
	in.n = src->bits.n;
	in.at = src->bits.at;
	return in;
}

enum line ifax_run_fault(struct ifax_decoder *dec, struct bits_in in, u32 px);
enum ifax_fault ifax_word_fault(struct bits_in in, u32 extension_zeros);

/*
 * Append a change, behind a run of @px. Runs of 0 pixels inside a line mean that there is none:
 * then the change before goes too.
 */
static __always_inline u16 *add_change(u16 *to, const u16 *runs, u32 at, u32 px)
{
	if (unlikely(!px && to > runs && to[-1] == at))
		return to - 1;
	*to = at;
	return to + 1;
}

#endif
