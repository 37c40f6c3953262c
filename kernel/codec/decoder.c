// SPDX-License-Identifier: GPL-2.0
/* A page out of coded bytes. */
#include "coder.h"

size_t ifax_decoder_size(const struct ifax_codec_format *fmt)
{
	return sizeof(struct ifax_decoder) +
	       2 * runs_entries(fmt->width_px) * sizeof(u16) + row_bytes(fmt->width_px) + ROW_SLACK;
}
EXPORT_SYMBOL_GPL(ifax_decoder_size);

struct ifax_decoder *ifax_decoder_init(void *mem, const struct ifax_codec_format *fmt,
				       struct ifax_bytes *in)
{
	struct ifax_decoder *dec = mem;
	u32 entries = runs_entries(fmt->width_px);
	u16 *runs;

	if (ifax_codec_format_ok(fmt))
		return NULL;
	runs = (u16 *)(dec + 1);
	memset(dec, 0, sizeof(*dec));
	dec->fmt = *fmt;
	dec->src.bytes = in;
	dec->src.begin = in->at;
	dec->src.end = in->end;
	dec->src.bits.at = in->at;
	dec->src.lsb_first = fmt->flags & IFAX_FMT_LSB_FIRST;
	memset(runs, 0, RUNS_BEFORE * sizeof(*runs));
	memset(runs + entries, 0, RUNS_BEFORE * sizeof(*runs));
	dec->ref = runs + RUNS_BEFORE;
	dec->cur = runs + entries + RUNS_BEFORE;
	dec->row = (u8 *)(runs + 2 * entries);
	/* T.6 2.2.1: the line before the first is white */
	runs_close(dec->ref, 0, fmt->width_px);
	return dec;
}
EXPORT_SYMBOL_GPL(ifax_decoder_init);

/* Lines of RAW are taken as bits, too: it is the fill order and the pieces that cost here */
static enum line take_raw_line(struct ifax_decoder *dec)
{
	u32 bytes = row_bytes(dec->fmt.width_px);
	struct bits_source *src = &dec->src;
	u32 i;

	for (i = 0; i < bytes; i++) {
		src->bits = refill(src->bits, src);
		if (src->ended && src->bits.n - src->pad < 8) {
			/* a page may end here, but only between lines */
			return i ? ifax_fault(dec, src->bits, IFAX_FAULT_SHORT) : LINE_NONE;
		}
		dec->row[i] = src->bits.acc >> 56;
		src->bits = skip(src->bits, 8);
	}
	if (dec->fmt.flags & IFAX_FMT_WHITE_IS_1)
		ifax_row_invert(dec->row, dec->fmt.width_px);
	else
		ifax_row_trim(dec->row, dec->fmt.width_px);
	dec->painted = true;
	return LINE_SAME;
}

static enum line take_line(struct ifax_decoder *dec)
{
	enum line line;
	u32 changes;
	u16 *ref;

	switch (dec->fmt.coding) {
	case IFAX_CODING_RAW:
		return take_raw_line(dec);
	case IFAX_CODING_MH:
		line = ifax_mh_take_line(dec, &changes);
		break;
	case IFAX_CODING_MR:
		line = ifax_mr_take_line(dec, &changes);
		break;
	default:
		line = ifax_mmr_take_line(dec, &changes);
		break;
	}
	if (line == LINE_NEW) {
		/* the end of the last run is no change */
		if (changes && dec->cur[changes - 1] == dec->fmt.width_px)
			changes--;
		runs_close(dec->cur, changes, dec->fmt.width_px);
		ref = dec->ref;
		dec->ref = dec->cur;
		dec->cur = ref;
		dec->changes = changes;
		dec->painted = false;
	}
	return line;
}

u32 ifax_decode_lines(struct ifax_decoder *dec, void *rows, size_t stride, u32 lines)
{
	u32 bytes = row_bytes(dec->fmt.width_px);
	u32 length = dec->fmt.length_lines;
	u8 *row = rows;
	u32 i;

	for (i = 0; i < lines && !dec->ended; i++) {
		if (length && dec->lines == length) {
			dec->ended = true;
			break;
		}
		if (take_line(dec) == LINE_NONE) {
			if (length && !dec->report.fault)
				ifax_fault(dec, dec->src.bits, IFAX_FAULT_SHORT);
			dec->ended = true;
			break;
		}
		dec->lines++;
		if (!row)
			continue;
		if (!dec->painted) {
			ifax_row_of_runs(dec->row, dec->ref, dec->changes, dec->fmt.width_px);
			if (dec->fmt.flags & IFAX_FMT_WHITE_IS_1)
				ifax_row_invert(dec->row, dec->fmt.width_px);
			dec->painted = true;
		}
		memcpy(row, dec->row, bytes);
		row += stride;
	}
	return i;
}
EXPORT_SYMBOL_GPL(ifax_decode_lines);

const struct ifax_fault_report *ifax_decoder_fault(const struct ifax_decoder *dec)
{
	return &dec->report;
}
EXPORT_SYMBOL_GPL(ifax_decoder_fault);
