/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines as change positions (see linux/ifax/codec.h).
 *
 * An array of them has RUNS_BEFORE entries of 0 in front and RUNS_AFTER
 * entries of the width behind the last change, so that nobody has to test for
 * its ends and that eight entries may be copied at once.
 */
#ifndef IFAX_CODEC_RUNS_H
#define IFAX_CODEC_RUNS_H

#include "port.h"

#define RUNS_BEFORE	12
#define RUNS_AFTER	16

/* Entries to allocate: a line has at most width_px changes and one at its end */
static inline u32 runs_entries(u32 width_px)
{
	return RUNS_BEFORE + (width_px / 4 + 1) * 4 + RUNS_AFTER;
}

static inline u32 row_bytes(u32 width_px)
{
	return (width_px + 7) / 8;
}

#define ROW_SLACK	8	/* behind a row of its own that may be written */

static inline void runs_close(u16 *runs, u32 changes, u32 width_px)
{
	u64 four = width_px * 0x0001000100010001ULL;
	u32 i;

	for (i = 0; i < RUNS_AFTER; i += 4)
		memcpy(runs + changes + i, &four, sizeof(four));
}

/* White and black change places: one more change at 0, which stands in front, or one less */
static inline void invert_runs(const u16 **runs, u32 *changes)
{
	if (**runs) {
		--*runs;
		++*changes;
	} else {
		++*runs;
		--*changes;
	}
}

u32 ifax_runs_of_row(u16 *end, const u8 *row, u32 width_px, u64 invert);
void ifax_row_of_runs(u8 *row, const u16 *runs, u32 changes, u32 width_px);
void ifax_row_invert(u8 *row, u32 width_px);
void ifax_row_trim(u8 *row, u32 width_px);
bool ifax_rows_equal(const u8 *a, const u8 *b, u32 width_px);

#endif
