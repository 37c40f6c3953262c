// SPDX-License-Identifier: GPL-2.0
/* A page out of coded bytes. */
#include "coder.h"
#include "lanes.h"

size_t ifax_decoder_size(const struct ifax_codec_format *fmt)
{
	if (fmt->coding == IFAX_CODING_JBIG)
		return sizeof(struct ifax_decoder) + ifax_jbig_decoder_size(fmt->width_px);
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
	memset(dec, 0, sizeof(*dec));
	dec->fmt = *fmt;
	dec->src.bytes = in;
	dec->src.lsb_first = fmt->flags & IFAX_FMT_LSB_FIRST;
	ifax_source_piece(&dec->src, in->at, in->end);
	if (fmt->coding == IFAX_CODING_JBIG) {
		dec->jbig = ifax_jbig_decoder_init(dec + 1, fmt->width_px);
		return dec;
	}
	runs = (u16 *)(dec + 1);
	memset(runs, 0, RUNS_BEFORE * sizeof(*runs));
	memset(runs + entries, 0, RUNS_BEFORE * sizeof(*runs));
	dec->ref = runs + RUNS_BEFORE;
	dec->cur = runs + entries + RUNS_BEFORE;
	dec->row = (u8 *)(runs + 2 * entries);
	dec->rough_lines = fmt->width_px > LANES_PX_MAX;
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
		u16 *ref = dec->ref;

		/* the end of the last run is no change */
		if (changes && dec->cur[changes - 1] == dec->fmt.width_px)
			changes--;
		runs_close(dec->cur, changes, dec->fmt.width_px);
		dec->ref = dec->cur;
		dec->cur = ref;
		dec->changes = changes;
		dec->painted = false;
	}
	return line;
}

/*
 * In place of a wrong line the last good one stands again, if decoding can go
 * on behind it: at the EOL that was taken already, or at the next one.
 */
static enum line conceal(struct ifax_decoder *dec)
{
	struct ifax_damage *damage = &dec->damage;

	if (!dec->conceal || dec->report.fault == IFAX_FAULT_NONE)
		return LINE_NONE;
	if (!dec->eol_taken && !ifax_find_eol(dec))
		return LINE_NONE;
	dec->report.fault = IFAX_FAULT_NONE;
	dec->ref_lost = true;
	damage->bad_lines++;
	if (++dec->bad_run > damage->longest_run)
		damage->longest_run = dec->bad_run;
	if (!damage->first_line)
		damage->first_line = dec->lines + 1;
	return LINE_SAME;
}

void ifax_decoder_conceal(struct ifax_decoder *dec)
{
	dec->conceal = dec->fmt.coding == IFAX_CODING_MH || dec->fmt.coding == IFAX_CODING_MR;
}
EXPORT_SYMBOL_GPL(ifax_decoder_conceal);

const struct ifax_damage *ifax_decoder_damage(const struct ifax_decoder *dec)
{
	return &dec->damage;
}
EXPORT_SYMBOL_GPL(ifax_decoder_damage);

/* Pixels of the line decoded last */
static void paint(struct ifax_decoder *dec, u8 *row)
{
	u32 width_px = dec->fmt.width_px;

	if (!dec->painted) {
		ifax_row_of_runs(dec->row, dec->ref, dec->changes, width_px);
		if (dec->fmt.flags & IFAX_FMT_WHITE_IS_1)
			ifax_row_invert(dec->row, width_px);
		dec->painted = true;
	}
	memcpy(row, dec->row, row_bytes(width_px));
}

static u32 take_lines(struct ifax_decoder *dec, u8 *row, size_t stride, u32 lines)
{
	enum line line;
	u32 i;

	for (i = 0; i < lines; i++) {
		line = take_line(dec);
		if (line == LINE_NONE)
			line = conceal(dec);
		else
			dec->bad_run = 0;
		if (line == LINE_NONE)
			break;
		dec->lines++;
		if (row) {
			paint(dec, row);
			row += stride;
		}
	}
	return i;
}

u32 ifax_decode_lines(struct ifax_decoder *dec, void *rows, size_t stride, u32 lines)
{
	u32 length = dec->fmt.length_lines;
	u32 done;

	if (dec->ended)
		return 0;
	if (length && lines >= length - dec->lines)
		lines = length - dec->lines;
	done = dec->jbig ? ifax_jbig_take_lines(dec, rows, stride, lines) :
			   take_lines(dec, rows, stride, lines);
	if (done < lines && length && !dec->report.fault)
		ifax_fault(dec, dec->src.bits, IFAX_FAULT_SHORT);
	dec->ended = done < lines || (length && dec->lines == length);
	return done;
}
EXPORT_SYMBOL_GPL(ifax_decode_lines);

const struct ifax_fault_report *ifax_decoder_fault(const struct ifax_decoder *dec)
{
	return &dec->report;
}
EXPORT_SYMBOL_GPL(ifax_decoder_fault);
