// SPDX-License-Identifier: GPL-2.0
/* Lines into JBIG: three-line template, typical prediction, adaptive pixel in its place. */
#include "jbig.h"

/**
 * struct jbig_encoder - a page being encoded
 * @a: size of the interval (T.82 6.8.2)
 * @c: its base: 16 bits, 3 spacer bits, and the byte in the making
 * @ct: shifts until that byte is whole
 * @byte: byte that a carry may still change, -1: none
 * @stacked: bytes 0xff behind it that a carry would turn to 0
 * @length_lines: what the header says
 * @y: lines encoded
 * @stripe_y: lines of this stripe
 * @was_typical: the line before was like the one before it
 * @settled: of a trial: how its first byte decided the undecided ones before it
 * @rows: the two lines before, and this one; see jbig_row_bytes()
 * @states: by context
 * @saved_states: by context, before a trial
 */
struct jbig_encoder {
	u32 a;
	u32 c;
	u32 ct;
	int byte;
	u32 stacked;
	u32 length_lines;
	u32 y;
	u32 stripe_y;
	bool was_typical;
	u8 settled;
	u8 *rows[3];
	u8 states[JBIG_CONTEXTS];
	u8 saved_states[JBIG_CONTEXTS];
};

enum { UNDECIDED, NO_CARRY, CARRY };

size_t ifax_jbig_encoder_size(u32 width_px)
{
	return sizeof(struct jbig_encoder) + 3 * jbig_row_bytes(width_px);
}

struct jbig_encoder *ifax_jbig_encoder_init(void *mem, const struct ifax_codec_format *fmt)
{
	struct jbig_encoder *enc = mem;
	u32 i;

	memset(mem, 0, ifax_jbig_encoder_size(fmt->width_px));
	enc->length_lines = fmt->length_lines ? fmt->length_lines : JBIG_LENGTH_UNKNOWN;
	for (i = 0; i < 3; i++)
		enc->rows[i] = (u8 *)(enc + 1) + i * jbig_row_bytes(fmt->width_px);
	return enc;
}

#define STACK_BYTES	64	/* undecided bytes for which the bound has room */

/*
 * A pixel is coded in less than 16 bits, as the interval is shifted by 15 at most.
 * Each byte may need stuffing.
 */
size_t ifax_jbig_line_bound(u32 width_px)
{
	return JBIG_HEADER_BYTES + 2 * ((size_t)width_px * 2 + 2) + 32 + 2 * STACK_BYTES;
}

static u8 *put_marker(u8 *at, enum jbig_marker marker)
{
	*at++ = 0xff;
	*at++ = marker;
	return at;
}

static u8 *put_u32(u8 *at, u32 value)
{
	*at++ = value >> 24;
	*at++ = value >> 16;
	*at++ = value >> 8;
	*at++ = value;
	return at;
}

static u8 *put_header(const struct ifax_codec_format *fmt, u32 length_lines, u8 *at)
{
	*at++ = 0;	/* layers: from 0 ... */
	*at++ = 0;	/* ... to 0 */
	*at++ = 1;	/* planes */
	*at++ = 0;
	at = put_u32(at, fmt->width_px);
	at = put_u32(at, length_lines);
	at = put_u32(at, fmt->k ? fmt->k : JBIG_STRIPE_LINES);
	*at++ = 0;	/* the adaptive pixel is not moved */
	*at++ = 0;
	*at++ = 0;	/* order */
	*at++ = JBIG_TYPICAL | (length_lines == JBIG_LENGTH_UNKNOWN ? JBIG_NEW_LENGTH : 0);
	return at;
}

static u8 *put_data(u8 *at, u8 byte)
{
	*at++ = byte;
	if (byte == 0xff)
		*at++ = JBIG_STUFF;
	return at;
}

/* The byte in the making is whole: T.82 figure 32, a carry may run through what is undecided */
static noinline u8 *put_byte(struct jbig_encoder *enc, u8 *at)
{
	u32 byte = enc->c >> 19;

	enc->c &= 0x7ffff;
	enc->ct = 8;
	if (byte == 0xff) {
		enc->stacked++;
		return at;
	}
	if (enc->settled == UNDECIDED)
		enc->settled = byte >> 8 ? CARRY : NO_CARRY;
	if (enc->byte >= 0)
		at = put_data(at, enc->byte + (byte >> 8));
	for (; enc->stacked; enc->stacked--)
		at = byte >> 8 ? put_data(at, 0) : put_data(at, 0xff);
	enc->byte = byte & 0xff;
	return at;
}

static u8 *renormalise(struct jbig_encoder *enc, u8 *at)
{
	u32 shift = leading_zeros(enc->a) - 48;

	enc->a <<= shift;
	while (shift >= enc->ct) {
		shift -= enc->ct;
		enc->c <<= enc->ct;
		at = put_byte(enc, at);
	}
	enc->c <<= shift;
	enc->ct -= shift;
	return at;
}

/* T.82 figures 26 to 29 */
static __always_inline u8 *put_pixel(struct jbig_encoder *enc, u8 *at, u32 context, u32 pixel)
{
	u32 number = enc->states[context];
	struct qm_state state = ifax_qm_states[number];

	enc->a -= state.qe;
	if (pixel == (number & 1)) {
		if (likely(enc->a & 0x8000))
			return at;
		if (enc->a < state.qe) {
			enc->c += enc->a;
			enc->a = state.qe;
		}
		enc->states[context] = state.after_mps;
	} else {
		if (enc->a >= state.qe) {
			enc->c += enc->a;
			enc->a = state.qe;
		}
		enc->states[context] = state.after_lps;
	}
	return renormalise(enc, at);
}

/* Eight white pixels at once, if they are probable and the interval stays large enough */
static __always_inline bool put_eight(struct jbig_encoder *enc, u32 context)
{
	u32 number = enc->states[context];
	u32 qe = ifax_qm_states[number].qe;

	if ((number & 1) || enc->a < 0x8000 + 8 * qe)
		return false;
	enc->a -= 8 * qe;
	return true;
}

static u8 *put_pixels(struct jbig_encoder *enc, u8 *at, u32 width_px)
{
	const u8 *above2 = enc->rows[0], *above = enc->rows[1], *line = enc->rows[2];
	struct jbig_window w = { above2[1], above[1], 0 };
	u32 i, x;

	for (i = 1; i <= row_bytes(width_px); i++) {
		u32 count = i * 8 <= width_px ? 8 : width_px % 8;

		w.above2 = (w.above2 << 8 | above2[i + 1]) & 0xffffff;
		w.above = (w.above << 8 | above[i + 1]) & 0xffffff;
		w.line = (w.line << 8 & 0xff0000) | (u32)line[i] << 8;
		/* all white around: eight times the same context */
		if (count == 8 && !(w.above2 | w.above | w.line) && put_eight(enc, 0))
			continue;
		for (x = 0; x < count; x++)
			at = put_pixel(enc, at, jbig_context(w, x, false), w.line >> (15 - x) & 1);
	}
	return at;
}

/* T.82 6.8.2.10: of all numbers in the interval the one with the most zeros at its end */
static u8 *end_stripe(struct jbig_encoder *enc, u8 *at)
{
	u32 c = (enc->a - 1 + enc->c) & 0xffff0000;

	if (c < enc->c)
		c += 0x8000;
	c <<= enc->ct;
	if (enc->settled == UNDECIDED)
		enc->settled = c >> 27 ? CARRY : NO_CARRY;
	if (enc->byte >= 0)
		at = put_data(at, enc->byte + !!(c >> 27));
	if (c >> 27) {
		/* zeros are written only if something follows */
		for (; enc->stacked && c & 0x7fff800; enc->stacked--)
			*at++ = 0;
	} else {
		for (; enc->stacked; enc->stacked--)
			at = put_data(at, 0xff);
	}
	if (c & 0x7fff800)
		at = put_data(at, c >> 19 & 0xff);
	if (c & 0x7f800)
		at = put_data(at, c >> 11 & 0xff);
	enc->stripe_y = 0;
	return put_marker(at, JBIG_STRIPE_END);
}

static void begin_stripe(struct jbig_encoder *enc)
{
	enc->a = 0x10000;
	enc->c = 0;
	enc->ct = 11;
	enc->byte = -1;
	enc->stacked = 0;
}

static u32 stripe_lines(const struct ifax_codec_format *fmt)
{
	return fmt->k ? fmt->k : JBIG_STRIPE_LINES;
}

/* The line in rows[2] */
static u8 *put_row(struct jbig_encoder *enc, const struct ifax_codec_format *fmt, u8 *at)
{
	bool typical = ifax_rows_equal(enc->rows[2] + 1, enc->rows[1] + 1, fmt->width_px);

	at = put_pixel(enc, at, JBIG_TYPICAL_CONTEXT(false), typical == enc->was_typical);
	enc->was_typical = typical;
	if (!typical)
		at = put_pixels(enc, at, fmt->width_px);
	enc->y++;
	enc->stripe_y++;
	if (enc->stripe_y == stripe_lines(fmt) || enc->y == enc->length_lines)
		at = end_stripe(enc, at);
	return at;
}

/*
 * Will the line in rows[2] carry into the bytes that are undecided? It is tried,
 * and everything put back; @at is scribbled on.
 */
static u8 try_row(struct jbig_encoder *enc, const struct ifax_codec_format *fmt, u8 *at)
{
	u32 a = enc->a, c = enc->c, ct = enc->ct, y = enc->y, stripe_y = enc->stripe_y;
	bool was_typical = enc->was_typical;
	u32 stacked = enc->stacked;
	int byte = enc->byte;

	memcpy(enc->saved_states, enc->states, sizeof(enc->states));
	enc->stacked = 0;
	enc->byte = -1;
	enc->settled = UNDECIDED;
	put_row(enc, fmt, at);
	memcpy(enc->states, enc->saved_states, sizeof(enc->states));
	enc->a = a;
	enc->c = c;
	enc->ct = ct;
	enc->y = y;
	enc->stripe_y = stripe_y;
	enc->was_typical = was_typical;
	enc->stacked = stacked;
	enc->byte = byte;
	return enc->settled;
}

/*
 * So many undecided bytes that the line might not fit: write what is sure of
 * them now, as far as there is room. What is not written yet comes out the same
 * when the line is given again. Returns whether the rest fits.
 */
static bool make_room(struct jbig_encoder *enc, const struct ifax_codec_format *fmt, u8 **at,
		      const u8 *end)
{
	size_t bound = ifax_jbig_line_bound(fmt->width_px);
	u8 next;

	if (enc->stacked <= STACK_BYTES)
		return true;
	next = try_row(enc, fmt, *at);
	if (next == UNDECIDED)
		return true;
	if (enc->byte >= 0)
		*at = put_data(*at, enc->byte + (next == CARRY));
	/* from here on there is only this run of bytes, and no carry into them */
	enc->byte = -1;
	while (enc->stacked > STACK_BYTES && (size_t)(end - *at) >= bound) {
		*at = put_data(*at, next == CARRY ? 0 : 0xff);
		enc->stacked--;
	}
	return enc->stacked <= STACK_BYTES && (size_t)(end - *at) >= bound;
}

/* The next line, if it fits; *@at has room for a line's bound */
bool ifax_jbig_put_line(struct jbig_encoder *enc, const struct ifax_codec_format *fmt,
			const u8 *row, u8 **at, const u8 *end)
{
	memcpy(enc->rows[2] + 1, row, row_bytes(fmt->width_px));
	if (fmt->flags & IFAX_FMT_WHITE_IS_1)
		ifax_row_invert(enc->rows[2] + 1, fmt->width_px);
	else
		ifax_row_trim(enc->rows[2] + 1, fmt->width_px);
	if (!enc->y)
		*at = put_header(fmt, enc->length_lines, *at);
	if (!enc->stripe_y)
		begin_stripe(enc);
	if (!make_room(enc, fmt, at, end))
		return false;
	*at = put_row(enc, fmt, *at);
	jbig_turn_rows(enc->rows);
	return true;
}

/*
 * T.82 6.2.6.2: behind a NEWLEN there has to be a stripe, if only an empty one.
 * All undecided bytes come out here; false, and nothing changed, if they do not fit.
 */
bool ifax_jbig_put_end(struct jbig_encoder *enc, const struct ifax_codec_format *fmt, u8 **at,
		       const u8 *end)
{
	size_t bound = ifax_jbig_line_bound(fmt->width_px) - 2 * STACK_BYTES;

	if ((size_t)(end - *at) < bound + 2 * (size_t)enc->stacked)
		return false;
	if (!enc->y)
		return true;
	if (enc->stripe_y)
		*at = end_stripe(enc, *at);
	if (enc->length_lines != JBIG_LENGTH_UNKNOWN)
		return true;
	*at = put_marker(*at, JBIG_NEWLEN);
	*at = put_u32(*at, enc->y);
	*at = put_marker(*at, JBIG_STRIPE_END);
	return true;
}
