// SPDX-License-Identifier: GPL-2.0
/*
 * The lines of a decoder as change positions: those that it has anyway, or of a
 * coding that knows pixels only, found in them.
 */
#include "runs_source.h"

static bool has_runs(u32 coding)
{
	return coding != IFAX_CODING_RAW && coding != IFAX_CODING_JBIG;
}

size_t ifax_runs_source_size(const struct ifax_codec_format *fmt)
{
	if (has_runs(fmt->coding))
		return 0;
	return runs_entries(fmt->width_px) * sizeof(u16) +
	       2 * (row_bytes(fmt->width_px) + ROW_SLACK);
}

void ifax_runs_source_init(struct runs_source *src, void *mem, struct ifax_decoder *dec)
{
	u32 width_px = dec->fmt.width_px;
	u32 entries = runs_entries(width_px);
	u16 *room = mem;

	memset(src, 0, sizeof(*src));
	src->dec = dec;
	src->width_px = width_px;
	if (has_runs(dec->fmt.coding))
		return;
	src->room_end = room + entries - RUNS_AFTER;
	src->row = (u8 *)(room + entries);
	src->last_row = src->row + row_bytes(width_px) + ROW_SLACK;
	runs_close(src->room_end, 0, width_px);
	memset(src->room_end - RUNS_BEFORE, 0, RUNS_BEFORE * sizeof(*room));
	/* the line before the first is white */
	src->runs = src->room_end;
	memset(src->row, 0, row_bytes(width_px));
}

static bool next_of_pixels(struct runs_source *src)
{
	u8 *row = src->last_row;

	if (!ifax_decode_lines(src->dec, row, 0, 1))
		return false;
	src->last_row = src->row;
	src->row = row;
	src->same = ifax_rows_equal(row, src->last_row, src->width_px);
	if (!src->same) {
		src->changes = ifax_runs_of_row(src->room_end, row, src->width_px, 0);
		src->runs = src->room_end - src->changes;
	}
	return true;
}

bool ifax_next_runs(struct runs_source *src)
{
	struct ifax_decoder *dec = src->dec;
	const u16 *before = dec->ref;

	if (src->row)
		return next_of_pixels(src);
	if (!ifax_decode_lines(dec, NULL, 0, 1))
		return false;
	/* a new line and the one before change places */
	src->same = dec->ref == before;
	src->runs = dec->ref;
	src->changes = dec->changes;
	if (dec->fmt.flags & IFAX_FMT_WHITE_IS_1)
		invert_runs(&src->runs, &src->changes);
	return true;
}
