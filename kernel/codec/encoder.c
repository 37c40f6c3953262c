// SPDX-License-Identifier: GPL-2.0
/* A page into coded bytes. */
#include "coder.h"

size_t ifax_encoder_size(const struct ifax_codec_format *fmt)
{
	if (fmt->coding == IFAX_CODING_JBIG)
		return sizeof(struct ifax_encoder) + ifax_jbig_encoder_size(fmt->width_px);
	return sizeof(struct ifax_encoder) +
	       2 * runs_entries(fmt->width_px) * sizeof(u16) + row_bytes(fmt->width_px);
}
EXPORT_SYMBOL_GPL(ifax_encoder_size);

struct ifax_encoder *ifax_encoder_init(void *mem, const struct ifax_codec_format *fmt)
{
	struct ifax_encoder *enc = mem;
	u32 entries = runs_entries(fmt->width_px);
	u16 *runs;

	if (ifax_codec_format_ok(fmt))
		return NULL;
	memset(enc, 0, sizeof(*enc));
	enc->fmt = *fmt;
	if (fmt->coding == IFAX_CODING_JBIG) {
		enc->jbig = ifax_jbig_encoder_init(enc + 1, fmt);
		return enc;
	}
	runs = (u16 *)(enc + 1);
	enc->invert = fmt->flags & IFAX_FMT_WHITE_IS_1 ? ~0ULL : 0;
	enc->ref_end = runs + entries - RUNS_AFTER;
	enc->cur_end = enc->ref_end + entries;
	enc->row = (u8 *)(runs + 2 * entries);
	/* T.6 2.2.1: the line before the first is white */
	runs_close(enc->ref_end, 0, fmt->width_px);
	runs_close(enc->cur_end, 0, fmt->width_px);
	memset(enc->ref_end - RUNS_BEFORE, 0, RUNS_BEFORE * sizeof(*runs));
	memset(enc->row, enc->invert & 0xff, row_bytes(fmt->width_px));
	return enc;
}
EXPORT_SYMBOL_GPL(ifax_encoder_init);

/*
 * No coding takes more than 7 bits a pixel; further there may be an EOL with
 * fill, the longest words of a line of one run, and the end codes.
 */
size_t ifax_encoder_line_bound(const struct ifax_codec_format *fmt)
{
	if (fmt->coding == IFAX_CODING_JBIG)
		return ifax_jbig_line_bound(fmt->width_px);
	return (size_t)fmt->width_px * 7 / 8 + 32 + BITS_OUT_SLACK;
}
EXPORT_SYMBOL_GPL(ifax_encoder_line_bound);

static void raw_row(const struct ifax_encoder *enc, const u8 *row, u8 *out)
{
	u32 width_px = enc->fmt.width_px;
	u32 bytes = row_bytes(width_px);
	u32 i;

	for (i = 0; i + 8 <= bytes; i += 8)
		store64(out + i, load64(row + i) ^ enc->invert);
	for (; i < bytes; i++)
		out[i] = row[i] ^ enc->invert;
	if (width_px % 8)
		out[bytes - 1] &= 0xff00 >> width_px % 8;
}

/* T.4 4.2.1: the first of every K lines of MR is coded as in MH; no K: only the first */
static bool is_1d(const struct ifax_encoder *enc)
{
	if (enc->fmt.coding == IFAX_CODING_MR)
		return enc->fmt.k ? enc->lines % enc->fmt.k == 0 : enc->lines == 0;
	return enc->fmt.coding == IFAX_CODING_MH;
}

static __always_inline struct bits_out put_eol(const struct ifax_encoder *enc, struct bits_out out,
					       bool tag)
{
	u32 bits = EOL_BITS + (enc->fmt.coding == IFAX_CODING_MR);

	if (bits == EOL_BITS)
		return put(out, EOL_WORD, bits);
	return put(out, EOL_WORD << 1 | tag, bits);
}

static bool has_eols(const struct ifax_codec_format *fmt)
{
	return fmt->coding == IFAX_CODING_MR || fmt->flags & IFAX_FMT_EOL;
}

/*
 * Put the line of enc->ref_end; @ref are the change positions of the line before
 * it. Inline, as each call would have the bits go through memory.
 */
static __always_inline struct bits_out put_changes(struct ifax_encoder *enc, struct bits_out out,
						   bool same, const u16 *ref)
{
	u32 flags = enc->fmt.flags;
	bool one = is_1d(enc);

	if (has_eols(&enc->fmt)) {
		if (flags & IFAX_FMT_EOL_ALIGNED)
			out = put_fill(out, 8 - EOL_BITS % 8);
		out = put_eol(enc, out, one);
	}
	if (one)
		out = ifax_1d_put_line(out, enc->ref_end - enc->changes, enc->changes);
	else if (same)
		out = put_ones(out, enc->changes + 1);
	else
		out = ifax_2d_put_line(out, ref, enc->ref_end - enc->changes, enc->fmt.width_px);
	enc->lines++;
	return flags & IFAX_FMT_ROW_ALIGNED ? put_fill(out, 0) : out;
}

/* There are @changes before enc->cur_end: they are those of the present line */
static void turn_lines(struct ifax_encoder *enc, u32 changes)
{
	u16 *end = enc->cur_end;

	enc->changes = changes;
	enc->cur_end = enc->ref_end;
	enc->ref_end = end;
}

/* Encode @row; @before is the line before it */
static __always_inline struct bits_out put_line(struct ifax_encoder *enc, struct bits_out out,
						const u8 *row, const u8 *before)
{
	bool same = ifax_rows_equal(row, before, enc->fmt.width_px);
	const u16 *ref = enc->ref_end - enc->changes;

	if (!same)
		turn_lines(enc, ifax_runs_of_row(enc->cur_end, row, enc->fmt.width_px,
						 enc->invert));
	return put_changes(enc, out, same, ref);
}

void ifax_mirror(u8 *at, const u8 *end)
{
	for (; end - at >= 8; at += 8)
		store64(at, mirror_bytes(load64(at)));
	for (; at < end; at++)
		*at = mirror_bytes(*at);
}

/*
 * Encode a line of change positions, in the colours of the code: MH, MR, MMR.
 * @to has room for ifax_encoder_line_bound(); the end of what was put is
 * returned. Behind it, no more lines of pixels can be encoded on this page.
 */
u8 *ifax_encode_runs(struct ifax_encoder *enc, const u16 *runs, u32 changes, u8 *to)
{
	struct bits_out out = { enc->acc, enc->n, to };
	const u16 *ref = enc->ref_end - enc->changes;
	bool same = changes == enc->changes && !memcmp(runs, ref, changes * sizeof(*runs));

	if (!same) {
		u16 *first = enc->cur_end - changes;

		memcpy(first, runs, changes * sizeof(*runs));
		memset(first - RUNS_BEFORE, 0, RUNS_BEFORE * sizeof(*runs));
		turn_lines(enc, changes);
	}
	out = put_changes(enc, out, same, ref);
	enc->acc = out.acc;
	enc->n = out.n;
	if (enc->fmt.flags & IFAX_FMT_LSB_FIRST)
		ifax_mirror(to, out.at);
	return out.at;
}

static u32 put_jbig_lines(struct ifax_encoder *enc, const u8 *row, size_t stride, u32 lines,
			  u8 **at, const u8 *end)
{
	size_t bound = ifax_encoder_line_bound(&enc->fmt);
	u32 i;

	for (i = 0; i < lines && (size_t)(end - *at) >= bound; i++, row += stride)
		if (!ifax_jbig_put_line(enc->jbig, &enc->fmt, row, at, end))
			break;
	return i;
}

static u32 put_raw_lines(struct ifax_encoder *enc, const u8 *row, size_t stride, u32 lines,
			 u8 **at, const u8 *end)
{
	size_t bound = ifax_encoder_line_bound(&enc->fmt);
	u32 bytes = row_bytes(enc->fmt.width_px);
	u32 i;

	for (i = 0; i < lines && (size_t)(end - *at) >= bound; i++, row += stride) {
		raw_row(enc, row, *at);
		*at += bytes;
	}
	return i;
}

static u32 put_run_lines(struct ifax_encoder *enc, const u8 *row, size_t stride, u32 lines,
			 u8 **at, const u8 *end)
{
	struct bits_out bits = { enc->acc, enc->n, *at };
	size_t room = ifax_encoder_line_bound(&enc->fmt);
	const u8 *before = enc->row;
	u32 i;

	for (i = 0; i < lines && (size_t)(end - bits.at) >= room; i++, row += stride) {
		bits = put_line(enc, bits, row, before);
		before = row;
	}
	if (i)
		memcpy(enc->row, before, row_bytes(enc->fmt.width_px));
	enc->acc = bits.acc;
	enc->n = bits.n;
	*at = bits.at;
	return i;
}

size_t ifax_encode_lines(struct ifax_encoder *enc, const void *rows, size_t stride, u32 lines,
			 void *out, size_t room, u32 *lines_done)
{
	const u8 *end = (u8 *)out + room;
	u8 *at = out;

	switch (enc->fmt.coding) {
	case IFAX_CODING_JBIG:
		*lines_done = put_jbig_lines(enc, rows, stride, lines, &at, end);
		break;
	case IFAX_CODING_RAW:
		*lines_done = put_raw_lines(enc, rows, stride, lines, &at, end);
		break;
	default:
		*lines_done = put_run_lines(enc, rows, stride, lines, &at, end);
		break;
	}
	if (enc->fmt.flags & IFAX_FMT_LSB_FIRST)
		ifax_mirror(out, at);
	return at - (u8 *)out;
}
EXPORT_SYMBOL_GPL(ifax_encode_lines);

size_t ifax_encode_end(struct ifax_encoder *enc, void *out, size_t room)
{
	struct bits_out bits = { enc->acc, enc->n, out };
	u32 eols = 0;

	if (room < ifax_encoder_line_bound(&enc->fmt))
		return 0;
	if (enc->fmt.coding == IFAX_CODING_JBIG)
		return ifax_jbig_put_end(enc->jbig, &enc->fmt, &bits.at, bits.at + room) ?
		       (size_t)(bits.at - (u8 *)out) : 0;
	if (enc->fmt.flags & IFAX_FMT_END && enc->fmt.coding != IFAX_CODING_RAW)
		eols = enc->fmt.coding == IFAX_CODING_MMR ? EOFB_EOLS : RTC_EOLS;
	while (eols--)
		bits = put_eol(enc, bits, true);
	bits = put_fill(bits, 0);
	if (enc->fmt.flags & IFAX_FMT_LSB_FIRST)
		ifax_mirror(out, bits.at);
	enc->acc = 0;
	enc->n = 0;
	return bits.at - (u8 *)out;
}
EXPORT_SYMBOL_GPL(ifax_encode_end);
