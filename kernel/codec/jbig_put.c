// SPDX-License-Identifier: GPL-2.0
/* Lines into JBIG: three-line template, typical prediction, adaptive pixel in its place. */
#include "jbig.h"

/**
 * struct qm - the interval (T.82 6.8.2)
 * @c: its base: 16 bits, 3 spacer bits, bits on their way out
 * @a: its size
 * @n: bits on their way out; -3: not even the spacer bits are shifted out
 */
struct qm {
	u64 c;
	u32 a;
	int n;
};

#define FRACTION_BITS	19	/* of the base, below the bits on their way out */
#define OUT_BITS	24	/* so many go out at once, as they come */

/**
 * struct jbig_encoder - a page being encoded
 * @qm: the interval, between lines
 * @at: where the next byte goes
 * @byte: byte that a carry may still change, -1: none
 * @stacked: bytes 0xff behind it that a carry would turn to 0
 * @length_lines: what the header says
 * @y: lines encoded
 * @stripe_y: lines of this stripe
 * @was_typical: the line before was like the one before it
 * @settled: of a trial: how its first byte decided the undecided ones before it
 * @rows: the two lines before, and this one
 * @states: by context: their numbers
 * @saved_states: the same before a trial
 */
struct jbig_encoder {
	struct qm qm;
	u8 *at;
	int byte;
	u32 stacked;
	u32 length_lines;
	u32 y;
	u32 stripe_y;
	bool was_typical;
	u8 settled;
	struct jbig_rows rows;
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

	memset(enc, 0, sizeof(*enc));
	enc->length_lines = fmt->length_lines ? fmt->length_lines : JBIG_LENGTH_UNKNOWN;
	enc->rows = jbig_rows_init((u8 *)(enc + 1), fmt->width_px);
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

/* T.82 figure 32: eight bits are whole, and a carry, which may run through what is undecided */
static void put_byte(struct jbig_encoder *enc, u32 byte)
{
	if (byte == 0xff) {
		enc->stacked++;
		return;
	}
	if (enc->settled == UNDECIDED)
		enc->settled = byte >> 8 ? CARRY : NO_CARRY;
	if (enc->byte >= 0)
		enc->at = put_data(enc->at, enc->byte + (byte >> 8));
	for (; enc->stacked; enc->stacked--)
		enc->at = put_data(enc->at, byte >> 8 ? 0 : 0xff);
	enc->byte = byte & 0xff;
}

/* The @bits first bits on their way out, and a carry before them */
static noinline struct qm put_bits(struct jbig_encoder *enc, struct qm qm, u32 bits)
{
	u32 left = FRACTION_BITS + qm.n - bits;
	u32 value = qm.c >> left;

	qm.c &= (1ULL << left) - 1;
	qm.n -= bits;
	for (; bits > 8; bits -= 8) {
		put_byte(enc, value >> (bits - 8));
		value &= (1U << (bits - 8)) - 1;
	}
	put_byte(enc, value);
	return qm;
}

/* OUT_BITS of them; usually one byte is undecided, which these decide, and none is 0xff */
static noinline struct qm put_out_bits(struct jbig_encoder *enc, struct qm qm)
{
	u32 left = FRACTION_BITS + qm.n - OUT_BITS;
	u32 value = qm.c >> left, byte = enc->byte + (value >> OUT_BITS);

	if (enc->byte < 0 || enc->stacked || byte >= 0xff || jbig_has_ff(value & 0xffffff))
		return put_bits(enc, qm, OUT_BITS);
	enc->at[0] = byte;
	enc->at[1] = value >> 16;
	enc->at[2] = value >> 8;
	enc->at += 3;
	enc->byte = value & 0xff;
	qm.c &= (1ULL << left) - 1;
	qm.n -= OUT_BITS;
	return qm;
}

/*
 * T.82 figures 26 to 29. That the MPS comes and the interval stays large enough is
 * one branch; what is done else has none, as nobody could predict it.
 */
static __always_inline struct qm put_pixel(struct jbig_encoder *enc, struct qm qm, u32 context,
					   u32 pixel)
{
	u32 number = enc->states[context], qe, other, shift;
	const struct qm_step *step = &ifax_qm_steps[number ^ pixel];

	qm.a -= step->share;
	if (likely((int)qm.a >= 0x8000))
		return qm;
	/* the smaller part of the interval is the less probable one */
	qm.a = (u16)qm.a;
	qe = (u16)step->share;
	other = -(step->share / QM_LESS_PROBABLE ^ (qm.a < qe));
	qm.c += qm.a & other;
	qm.a ^= (qm.a ^ qe) & other;
	enc->states[context] = step->next ^ (number & 1);
	shift = jbig_shift(qm.a);
	qm.a <<= shift;
	qm.c <<= shift;
	qm.n += shift;
	return qm.n >= OUT_BITS ? put_out_bits(enc, qm) : qm;
}

/* Pixels of one colour, all of one context: as many at once as the interval is large enough for */
static struct qm put_run(struct jbig_encoder *enc, struct qm qm, u32 context, u32 pixel,
			 u32 pixels)
{
	u32 share = ifax_qm_steps[enc->states[context] ^ pixel].share;

	while (qm.a - 0x8000 < (u64)pixels * share) {
		u32 most = (qm.a - 0x8000) / share;

		qm.a -= most * share;
		qm = put_pixel(enc, qm, context, pixel);
		pixels -= most + 1;
		if (!pixels)
			return qm;
		share = ifax_qm_steps[enc->states[context] ^ pixel].share;
	}
	qm.a -= pixels * share;
	return qm;
}

/* The context is the lowest lane, and the pixel its top bit */
static __always_inline struct qm put_lane(struct jbig_encoder *enc, struct qm qm, u64 lanes)
{
	u16 lane = lanes;

	return put_pixel(enc, qm, lane % JBIG_CONTEXTS, lane >> 15);
}

static void put_pixels(struct jbig_encoder *enc, u32 width_px)
{
	u32 px, left, n, white_px = 0;
	struct qm qm = enc->qm;
	struct jbig_window w;

	for (px = 0; px < width_px; px += WINDOW_PX) {
		w.above2 = jbig_load(enc->rows.above2, px);
		w.above = jbig_load(enc->rows.above, px);
		w.line = jbig_load(enc->rows.line, px);
		left = width_px - px < WINDOW_PX ? width_px - px : WINDOW_PX;
		if (!(w.above2 | w.above | w.line)) {
			white_px += left;
			continue;
		}
		if (white_px)
			qm = put_run(enc, qm, 0, 0, white_px);
		white_px = 0;
		w.not_white = jbig_not_plain(w.above2, w.above, false) |
			      (w.line | w.line >> 1 | w.line >> 2) << WINDOW_LEFT_PX;
		w.not_black = jbig_not_plain(~w.above2, ~w.above, false) |
			      (~w.line | ~w.line >> 1 | ~w.line >> 2) << WINDOW_LEFT_PX;
		for (; left; left -= n) {
			u64 lanes;

			n = jbig_plain_px(w);
			if (n >= RUN_PX_MIN) {
				n = n < left ? n : left;
				qm = w.not_white >> 63 ? put_run(enc, qm, JBIG_CONTEXTS - 1, 1, n) :
							 put_run(enc, qm, 0, 0, n);
				w = jbig_skip(w, n);
				continue;
			}
			lanes = jbig_contexts(w, false) | ifax_jbig_line[w.line >> 52 & 0x3f];
			w = jbig_skip(w, 4);
			n = 4;
			if (likely(left >= 4)) {
				qm = put_lane(enc, qm, lanes);
				qm = put_lane(enc, qm, lanes >> 16);
				qm = put_lane(enc, qm, lanes >> 32);
				qm = put_lane(enc, qm, lanes >> 48);
				continue;
			}
			for (n = 0; n < left; n++, lanes >>= 16)
				qm = put_lane(enc, qm, lanes);
		}
	}
	enc->qm = white_px ? put_run(enc, qm, 0, 0, white_px) : qm;
}

/* T.82 6.8.2.10: of all numbers in the interval the one with the most zeros at its end */
static void end_stripe(struct jbig_encoder *enc)
{
	struct qm qm = enc->qm;
	u32 c;

	while (qm.n >= 8)
		qm = put_bits(enc, qm, 8);
	c = (qm.a - 1 + qm.c) & 0xffff0000;
	if (c < qm.c)
		c += 0x8000;
	c <<= 8 - qm.n;
	if (enc->settled == UNDECIDED)
		enc->settled = c >> 27 ? CARRY : NO_CARRY;
	if (enc->byte >= 0)
		enc->at = put_data(enc->at, enc->byte + !!(c >> 27));
	if (c >> 27) {
		/* zeros are written only if something follows */
		for (; enc->stacked && c & 0x7fff800; enc->stacked--)
			*enc->at++ = 0;
	} else {
		for (; enc->stacked; enc->stacked--)
			enc->at = put_data(enc->at, 0xff);
	}
	if (c & 0x7fff800)
		enc->at = put_data(enc->at, c >> 19 & 0xff);
	if (c & 0x7f800)
		enc->at = put_data(enc->at, c >> 11 & 0xff);
	enc->stripe_y = 0;
	enc->at = put_marker(enc->at, JBIG_STRIPE_END);
}

static void begin_stripe(struct jbig_encoder *enc)
{
	enc->qm = (struct qm){ .a = 0x10000, .n = -3 };
	enc->byte = -1;
	enc->stacked = 0;
}

static u32 stripe_lines(const struct ifax_codec_format *fmt)
{
	return fmt->k ? fmt->k : JBIG_STRIPE_LINES;
}

/* The line in rows.line, @typical: which is like the one before */
static void put_row(struct jbig_encoder *enc, const struct ifax_codec_format *fmt, bool typical)
{
	enc->qm = put_pixel(enc, enc->qm, JBIG_TYPICAL_CONTEXT(false), typical == enc->was_typical);
	enc->was_typical = typical;
	if (!typical)
		put_pixels(enc, fmt->width_px);
	enc->y++;
	enc->stripe_y++;
	if (enc->stripe_y == stripe_lines(fmt) || enc->y == enc->length_lines)
		end_stripe(enc);
}

/*
 * Will the line in rows.line carry into the bytes that are undecided? It is tried,
 * and everything put back; what is at enc->at is scribbled on.
 */
static u8 try_row(struct jbig_encoder *enc, const struct ifax_codec_format *fmt, bool typical)
{
	u32 y = enc->y, stripe_y = enc->stripe_y, stacked = enc->stacked;
	bool was_typical = enc->was_typical;
	struct qm qm = enc->qm;
	int byte = enc->byte;
	u8 *at = enc->at;

	memcpy(enc->saved_states, enc->states, sizeof(enc->states));
	enc->stacked = 0;
	enc->byte = -1;
	enc->settled = UNDECIDED;
	put_row(enc, fmt, typical);
	memcpy(enc->states, enc->saved_states, sizeof(enc->states));
	enc->qm = qm;
	enc->at = at;
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
static bool make_room(struct jbig_encoder *enc, const struct ifax_codec_format *fmt, bool typical,
		      const u8 *end)
{
	size_t bound = ifax_jbig_line_bound(fmt->width_px);
	u8 next;

	if (enc->stacked <= STACK_BYTES)
		return true;
	next = try_row(enc, fmt, typical);
	if (next == UNDECIDED)
		return true;
	if (enc->byte >= 0)
		enc->at = put_data(enc->at, enc->byte + (next == CARRY));
	/* from here on there is only this run of bytes, and no carry into them */
	enc->byte = -1;
	while (enc->stacked > STACK_BYTES && (size_t)(end - enc->at) >= bound) {
		enc->at = put_data(enc->at, next == CARRY ? 0 : 0xff);
		enc->stacked--;
	}
	return enc->stacked <= STACK_BYTES && (size_t)(end - enc->at) >= bound;
}

/* The next line, if it fits; *@at has room for a line's bound */
bool ifax_jbig_put_line(struct jbig_encoder *enc, const struct ifax_codec_format *fmt,
			const u8 *row, u8 **at, const u8 *end)
{
	u8 *line = enc->rows.line + 1;
	bool typical, fits;

	memcpy(line, row, row_bytes(fmt->width_px));
	if (fmt->flags & IFAX_FMT_WHITE_IS_1)
		ifax_row_invert(line, fmt->width_px);
	else
		ifax_row_trim(line, fmt->width_px);
	enc->at = *at;
	if (!enc->y)
		enc->at = put_header(fmt, enc->length_lines, enc->at);
	if (!enc->stripe_y)
		begin_stripe(enc);
	typical = ifax_rows_equal(line, enc->rows.above + 1, fmt->width_px);
	fits = make_room(enc, fmt, typical, end);
	if (fits) {
		put_row(enc, fmt, typical);
		if (typical)
			jbig_repeat_row(&enc->rows);
		else
			jbig_turn_rows(&enc->rows);
	}
	*at = enc->at;
	return fits;
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
	enc->at = *at;
	if (enc->stripe_y)
		end_stripe(enc);
	if (enc->length_lines == JBIG_LENGTH_UNKNOWN) {
		enc->at = put_marker(enc->at, JBIG_NEWLEN);
		enc->at = put_u32(enc->at, enc->y);
		enc->at = put_marker(enc->at, JBIG_STRIPE_END);
	}
	*at = enc->at;
	return true;
}
