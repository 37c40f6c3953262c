/* SPDX-License-Identifier: GPL-2.0 */
/* The lines of a decoder, one after the other, as change positions. */
#ifndef IFAX_CODEC_RUNS_SOURCE_H
#define IFAX_CODEC_RUNS_SOURCE_H

#include "coder.h"

/**
 * struct runs_source - where lines come from
 * @dec: decoder
 * @width_px: pixels in a line
 * @runs: the line, in the form of runs.h
 * @changes: its changes
 * @same: it equals the one before; that of the first line is white
 * @room_end: RAW, JBIG: behind the room for changes, and what closes them
 * @row: RAW, JBIG: pixels of the line
 * @last_row: and of the one before
 */
struct runs_source {
	struct ifax_decoder *dec;
	u32 width_px;
	const u16 *runs;
	u32 changes;
	bool same;
	u16 *room_end;
	u8 *row;
	u8 *last_row;
};

size_t ifax_runs_source_size(const struct ifax_codec_format *fmt);
void ifax_runs_source_init(struct runs_source *src, void *mem, struct ifax_decoder *dec);

/* Go on to the next line; false at the end of the page, or before a fault */
bool ifax_next_runs(struct runs_source *src);

/* The next line of a scaler, in the same form */
struct ifax_scaler;
bool ifax_next_scaled_runs(struct ifax_scaler *scaler, const u16 **runs, u32 *changes);
u32 ifax_scaler_width_px(const struct ifax_scaler *scaler);

#endif
