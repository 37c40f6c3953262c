// SPDX-License-Identifier: GPL-2.0
/* Lines out of JBIG: either template, typical prediction, moved adaptive pixel, new length. */
#include "jbig.h"

#define JBIG_MOVE_MAX		127	/* T.85: on the line itself, so far to the left */
#define LINES_BEHIND_DATA	65536	/* of one stripe, out of no data at all */

/**
 * struct qm - the interval (T.82 6.8.3)
 * @c: the number, from the interval's base on: 16 bits, and those behind them
 * @a: its size
 * @n: bits behind them that are there
 * @least: where the MPS comes for sure, as long as the interval is larger than this
 */
struct qm {
	u64 c;
	u32 a;
	int n;
	u32 least;
};

/* A move of the adaptive pixel */
struct jbig_move {
	u32 px;
	u32 y;
};

static const struct jbig_move no_move = { 0, ~0U };

/**
 * struct jbig_decoder - a page being decoded
 * @qm: the interval, between lines
 * @started: the header has been read
 * @two_lines: template
 * @typical: typical prediction is used
 * @may_change: a NEWLEN may come
 * @data_ended: the marker that ends the stripe's data was met; zeros follow
 * @cut_off: the data ended without that marker
 * @missing_bits: zeros that were given in place of those that were cut off
 * @end_taken: that marker was taken already, by a look for a NEWLEN
 * @reset: it was one that resets everything
 * @wrong: a marker that cannot be here
 * @length_lines: of the page
 * @stripe_lines: of a stripe
 * @y: lines decoded
 * @stripe_y: those of this stripe
 * @lines_behind: those since the stripe's data ended
 * @move_px: where the adaptive pixel is: so far left; 0: in its place
 * @move: where it will be, from which line of this stripe on
 * @next_move: the same for the next stripe
 * @was_typical: the line before was like the one before it
 * @rows: the two lines before, and this one
 * @states: by context, see QM_STATE()
 */
struct jbig_decoder {
	struct qm qm;
	bool started;
	bool two_lines;
	bool typical;
	bool may_change;
	bool data_ended;
	bool cut_off;
	bool end_taken;
	bool reset;
	bool wrong;
	bool was_typical;
	u32 length_lines;
	u32 stripe_lines;
	u32 y;
	u32 stripe_y;
	u32 lines_behind;
	u32 missing_bits;
	u32 move_px;
	struct jbig_move move;
	struct jbig_move next_move;
	struct jbig_rows rows;
	u32 states[JBIG_CONTEXTS];
};

size_t ifax_jbig_decoder_size(u32 width_px)
{
	return sizeof(struct jbig_decoder) + 3 * jbig_row_bytes(width_px);
}

static void reset_states(struct jbig_decoder *jbig)
{
	u32 i;

	for (i = 0; i < JBIG_CONTEXTS; i++)
		jbig->states[i] = ifax_qm_first;
}

struct jbig_decoder *ifax_jbig_decoder_init(void *mem, u32 width_px)
{
	struct jbig_decoder *jbig = mem;

	memset(jbig, 0, offsetof(struct jbig_decoder, states));
	reset_states(jbig);
	jbig->next_move = no_move;
	jbig->rows = jbig_rows_init((u8 *)(jbig + 1), width_px);
	return jbig;
}

/* Are so many bytes there (up to 7)? The first ones are on top of src->bits.acc then */
static bool have(struct bits_source *src, u32 bytes)
{
	src->bits = refill(src->bits, src);
	return src->bits.n >= src->pad + bytes * 8;
}

static u32 take(struct bits_source *src, u32 bytes)
{
	u32 value = src->bits.acc >> (64 - bytes * 8);

	src->bits = skip(src->bits, bytes * 8);
	return value;
}

static u32 next_marker(const struct bits_source *src)
{
	return src->bits.acc >> 56 == 0xff ? src->bits.acc >> 48 & 0xff : JBIG_STUFF;
}

/* T.82 6.2.6.2: the page is shorter than it was said to be */
static void take_new_length(struct jbig_decoder *jbig, struct bits_source *src)
{
	u32 length_lines;

	take(src, 2);
	length_lines = take(src, 4);
	if (!jbig->may_change || length_lines > jbig->length_lines)
		jbig->wrong = true;
	else
		jbig->length_lines = length_lines < jbig->y ? jbig->y : length_lines;
	jbig->may_change = false;
}

static void take_move(struct jbig_decoder *jbig, struct bits_source *src)
{
	u32 x, y;

	take(src, 2);
	jbig->next_move.y = take(src, 4);
	/* the data is cut off here, which whoever wants more of it will find */
	if (!have(src, 2))
		return;
	x = take(src, 1);
	y = take(src, 1);
	if (x > JBIG_MOVE_MAX || y)
		jbig->wrong = true;
	jbig->next_move.px = x;
}

static void take_comment(struct bits_source *src)
{
	u32 bytes;

	take(src, 2);
	for (bytes = take(src, 4); bytes && have(src, 1); bytes--)
		take(src, 1);
}

/* What may stand between stripes */
static void take_segments(struct jbig_decoder *jbig, struct bits_source *src)
{
	while (have(src, 6) && !jbig->wrong) {
		switch (next_marker(src)) {
		case JBIG_NEWLEN:
			take_new_length(jbig, src);
			break;
		case JBIG_ATMOVE:
			take_move(jbig, src);
			break;
		case JBIG_COMMENT:
			take_comment(src);
			break;
		default:
			return;
		}
	}
}

/* Take the marker at the end of a stripe, if that is what comes */
static void take_stripe_end(struct jbig_decoder *jbig, struct bits_source *src)
{
	u32 marker = next_marker(src);

	if (marker != JBIG_STRIPE_END && marker != JBIG_STRIPE_RESET) {
		jbig->wrong = true;
		return;
	}
	take(src, 2);
	jbig->reset = marker == JBIG_STRIPE_RESET;
	jbig->end_taken = true;
	take_segments(jbig, src);
}

/* A byte of the stripe's data, zeros behind its end */
static u32 take_data(struct jbig_decoder *jbig, struct bits_source *src)
{
	if (!jbig->data_ended) {
		if (have(src, 1) && src->bits.acc >> 56 != 0xff)
			return take(src, 1);
		if (have(src, 2) && next_marker(src) == JBIG_STUFF)
			return take(src, 2) >> 8;
		jbig->data_ended = true;
		jbig->cut_off = !have(src, 2);
		/* what follows may say that these lines are the last ones */
		if (jbig->may_change && !jbig->cut_off)
			take_stripe_end(jbig, src);
	}
	if (jbig->cut_off)
		jbig->missing_bits += 8;
	return 0;
}

/* Four bytes of data */
static noinline u32 take_word(struct jbig_decoder *jbig, struct bits_source *src)
{
	u32 word = 0, i;

	if (!jbig->data_ended && have(src, 4)) {
		word = src->bits.acc >> 32;
		if (!jbig_has_ff(word))
			return take(src, 4);
	}
	for (i = 0; i < 4; i++)
		word = word << 8 | take_data(jbig, src);
	return word;
}

static __always_inline u32 least(u64 c)
{
	return c >> 48 < 0x8000 ? 0x7fff : c >> 48;
}

static __always_inline struct qm renormalise(struct qm qm, struct jbig_decoder *jbig,
					     struct bits_source *src)
{
	u32 shift = jbig_shift(qm.a);

	qm.a <<= shift;
	qm.c <<= shift;
	qm.n -= shift;
	if (qm.n < 0) {
		qm.c |= (u64)take_word(jbig, src) << (16 - qm.n);
		qm.n += 32;
	}
	qm.least = least(qm.c);
	return qm;
}

/* T.82 figures 36 to 39 */
static __always_inline struct qm take_pixel(struct qm qm, struct jbig_decoder *jbig,
					    struct bits_source *src, u32 context, u32 *pixel)
{
	u32 state = jbig->states[context], qe = QM_QE(state), upper, less_probable;

	*pixel = QM_MPS(state);
	qm.a -= qe;
	if (likely(qm.a > qm.least))
		return qm;
	/* the smaller part of the interval is the less probable one; nobody can predict which */
	upper = (int)(qm.a - 1 - (u32)(qm.c >> 48)) >> 31;
	less_probable = (qm.a < qe) ^ (upper & 1);
	qm.c -= (u64)(qm.a & upper) << 48;
	qm.a ^= (qm.a ^ qe) & upper;
	*pixel ^= less_probable;
	jbig->states[context] = QM_NEXT(state, less_probable);
	return renormalise(qm, jbig, src);
}

/* How many of @most pixels of this context are the MPS, for sure, and taken */
static __always_inline u32 take_run(struct qm *qm, u32 state, u32 most)
{
	u32 qe = QM_QE(state), room = qm->a - qm->least - 1;

	if ((u64)most * qe > room)
		most = room / qe;
	qm->a -= most * qe;
	return most;
}

/* Context of the lowest lane, and of the pixels just taken */
static __always_inline struct qm take_lane(struct qm qm, struct jbig_decoder *jbig,
					   struct bits_source *src, u64 lanes, u32 mask, u64 *past)
{
	u32 pixel;

	qm = take_pixel(qm, jbig, src, (u16)lanes | (*past & mask), &pixel);
	*past = *past << 1 | pixel;
	return qm;
}

/*
 * Where the lines above are of one colour: as many pixels as are of that colour,
 * too, for sure, of up to @most
 */
static __always_inline u32 take_plain(struct qm *qm, const struct jbig_decoder *jbig, bool black,
				      u32 most, u64 *past)
{
	u32 state = jbig->states[black ? JBIG_CONTEXTS - 1 : 0];

	if (QM_MPS(state) != black)
		return 0;
	most = take_run(qm, state, most);
	*past = black ? ~(~*past << most) : *past << most;
	return most;
}

/* @past: the pixels just taken, the last one lowest */
static __always_inline void take_pixels(struct jbig_decoder *jbig, struct bits_source *src,
					u32 width_px, bool two_lines)
{
	const u32 mask = two_lines ? 0xf : 0x3;
	struct qm qm = jbig->qm;
	struct jbig_window w;
	u32 px, count, left, n;
	u64 past = 0;

	for (px = 0; px < width_px; px += WINDOW_PX) {
		w = (struct jbig_window){ .not_white = 1, .not_black = ~0ULL };
		w.above2 = jbig_load(jbig->rows.above2, px);
		w.above = jbig_load(jbig->rows.above, px);
		if (w.above2 | w.above) {
			w.not_white = jbig_not_plain(w.above2, w.above, two_lines);
			w.not_black = jbig_not_plain(~w.above2, ~w.above, two_lines);
		}
		count = width_px - px < WINDOW_PX ? width_px - px : WINDOW_PX;
		for (left = count; left; left -= n) {
			bool black = w.not_white >> 63;
			u64 lanes;

			n = jbig_plain_px(w);
			if (n >= RUN_PX_MIN && (past & mask) == (black ? mask : 0)) {
				n = take_plain(&qm, jbig, black, n < left ? n : left, &past);
				if (n) {
					w = jbig_skip(w, n);
					continue;
				}
			}
			lanes = jbig_contexts(w, two_lines);
			w = jbig_skip(w, 4);
			n = 4;
			if (likely(left >= 4)) {
				qm = take_lane(qm, jbig, src, lanes, mask, &past);
				qm = take_lane(qm, jbig, src, lanes >> 16, mask, &past);
				qm = take_lane(qm, jbig, src, lanes >> 32, mask, &past);
				qm = take_lane(qm, jbig, src, lanes >> 48, mask, &past);
				continue;
			}
			for (n = 0; n < left; n++, lanes >>= 16)
				qm = take_lane(qm, jbig, src, lanes, mask, &past);
		}
		store64(jbig->rows.line + 1 + px / 8, past << (64 - count));
	}
	jbig->qm = qm;
}

/* The same with an adaptive pixel on the line itself, which nobody is in a hurry for */
static void take_moved_pixels(struct jbig_decoder *jbig, struct bits_source *src, u32 width_px)
{
	const u32 mask = jbig->two_lines ? 0xf : 0x3, adaptive = JBIG_ADAPTIVE(jbig->two_lines);
	u64 lanes = 0, past = 0, past_64 = 0;
	struct jbig_window w = { 0 };
	u32 x, back = jbig->move_px - 1, context, pixel;
	struct qm qm = jbig->qm;

	for (x = 0; x < width_px; x++) {
		if (x % 8 == 0) {
			w.above2 = jbig_load(jbig->rows.above2, x);
			w.above = jbig_load(jbig->rows.above, x);
		}
		if (x % 4 == 0) {
			lanes = jbig_contexts(w, jbig->two_lines);
			w = jbig_skip(w, 4);
		}
		context = ((u16)lanes | (past & mask)) & ~adaptive;
		if ((back < 64 ? past >> back : past_64 >> (back - 64)) & 1)
			context |= adaptive;
		qm = take_pixel(qm, jbig, src, context, &pixel);
		lanes >>= 16;
		past_64 = past_64 << 1 | past >> 63;
		past = past << 1 | pixel;
		jbig->rows.line[1 + x / 8] = past << (7 - x % 8);
	}
	jbig->qm = qm;
}

/* T.82 6.6.1.1 and T.85: what may be in the header. Nothing at all is no page, and no fault */
static enum ifax_fault take_header(struct jbig_decoder *jbig, struct bits_source *src, u32 width_px)
{
	u32 value[5], options, i;

	for (i = 0; i < 5; i++) {
		if (!have(src, 4))
			return IFAX_FAULT_SHORT;
		value[i] = take(src, 4);
	}
	jbig->length_lines = value[2];
	jbig->stripe_lines = value[3];
	options = value[4] & 0xff;
	if (value[0] != 0x00000100 || value[1] != width_px || !value[2] || !value[3] ||
	    value[4] >> 24 > JBIG_MOVE_MAX || value[4] >> 8 & 0xffff ||
	    options & ~(JBIG_TYPICAL | JBIG_NEW_LENGTH | JBIG_TWO_LINES))
		return IFAX_FAULT_HEADER;
	jbig->two_lines = options & JBIG_TWO_LINES;
	jbig->typical = options & JBIG_TYPICAL;
	jbig->may_change = options & JBIG_NEW_LENGTH;
	jbig->started = true;
	return IFAX_FAULT_NONE;
}

/* Everything as at the begin of the page */
static void reset(struct jbig_decoder *jbig, u32 width_px)
{
	reset_states(jbig);
	jbig->rows = jbig_rows_init((u8 *)(jbig + 1), width_px);
	jbig->move_px = 0;
	jbig->was_typical = false;
	jbig->reset = false;
}

/* False: there is no further stripe */
static bool begin_stripe(struct jbig_decoder *jbig, struct bits_source *src, u32 width_px)
{
	if (jbig->reset)
		reset(jbig, width_px);
	take_segments(jbig, src);
	jbig->move = jbig->next_move;
	jbig->next_move = no_move;
	if (jbig->wrong || jbig->y >= jbig->length_lines || !have(src, 1))
		return false;
	jbig->data_ended = false;
	jbig->end_taken = false;
	jbig->lines_behind = 0;
	jbig->missing_bits = 0;
	jbig->qm.a = 0x10000;
	jbig->qm.c = (u64)take_word(jbig, src) << 32;
	jbig->qm.n = 16;
	jbig->qm.least = least(jbig->qm.c);
	return true;
}

/* Whatever data is left is of no use */
static void end_stripe(struct jbig_decoder *jbig, struct bits_source *src)
{
	while (!jbig->data_ended)
		take_data(jbig, src);
	if (!jbig->end_taken && !jbig->cut_off)
		take_stripe_end(jbig, src);
	jbig->stripe_y = 0;
}

static void take_line(struct jbig_decoder *jbig, struct bits_source *src, u32 width_px)
{
	u32 same = 1;

	if (jbig->stripe_y >= jbig->move.y)
		jbig->move_px = jbig->move.px;
	if (jbig->typical) {
		jbig->qm = take_pixel(jbig->qm, jbig, src, JBIG_TYPICAL_CONTEXT(jbig->two_lines),
				      &same);
		jbig->was_typical ^= !same;
	}
	if (jbig->was_typical)
		return;
	if (jbig->move_px)
		take_moved_pixels(jbig, src, width_px);
	else if (jbig->two_lines)
		take_pixels(jbig, src, width_px, true);
	else
		take_pixels(jbig, src, width_px, false);
}

/*
 * How many of @most lines, not the last one of the stripe, are like the one
 * before, for sure, and taken
 */
static u32 take_same_lines(struct jbig_decoder *jbig, u32 most)
{
	u32 state = jbig->states[JBIG_TYPICAL_CONTEXT(jbig->two_lines)];

	if (!jbig->stripe_y || !jbig->was_typical || !QM_MPS(state))
		return 0;
	if (most >= jbig->stripe_lines - jbig->stripe_y)
		most = jbig->stripe_lines - jbig->stripe_y - 1;
	if (most >= jbig->length_lines - jbig->y)
		most = jbig->length_lines - jbig->y - 1;
	if (most > LINES_BEHIND_DATA - jbig->lines_behind)
		most = LINES_BEHIND_DATA - jbig->lines_behind;
	most = take_run(&jbig->qm, state, most);
	if (jbig->data_ended)
		jbig->lines_behind += most;
	jbig->y += most;
	jbig->stripe_y += most;
	return most;
}

/* The next line, into rows.above */
static enum line take_new_line(struct ifax_decoder *dec, struct jbig_decoder *jbig)
{
	struct bits_source *src = &dec->src;
	u32 width_px = dec->fmt.width_px;
	enum ifax_fault fault;

	if (!jbig->started) {
		if (!have(src, 1))
			return LINE_NONE;
		fault = take_header(jbig, src, width_px);
		if (fault)
			return ifax_fault(dec, src->bits, fault);
	}
	if (!jbig->stripe_y && !begin_stripe(jbig, src, width_px))
		goto end;
	if (jbig->y >= jbig->length_lines)
		goto end;
	take_line(jbig, src, width_px);
	if (jbig->qm.n < (int)jbig->missing_bits)
		return ifax_fault(dec, src->bits, IFAX_FAULT_SHORT);
	if (jbig->data_ended && ++jbig->lines_behind > LINES_BEHIND_DATA)
		return ifax_fault(dec, src->bits, IFAX_FAULT_LONG);
	/* a NEWLEN just read may say that this line is none */
	if (jbig->wrong || jbig->y >= jbig->length_lines)
		goto end;
	if (jbig->was_typical)
		jbig_repeat_row(&jbig->rows);
	else
		jbig_turn_rows(&jbig->rows);
	jbig->y++;
	jbig->stripe_y++;
	if (jbig->stripe_y == jbig->stripe_lines || jbig->y == jbig->length_lines)
		end_stripe(jbig, src);
	return LINE_NEW;
end:
	if (jbig->wrong)
		return ifax_fault(dec, src->bits, IFAX_FAULT_CODE);
	if (jbig->y < jbig->length_lines && jbig->length_lines != JBIG_LENGTH_UNKNOWN)
		return ifax_fault(dec, src->bits, IFAX_FAULT_SHORT);
	return LINE_NONE;
}

/* Up to @lines lines, to @rows unless NULL; fewer: the page has ended, or a fault is reported */
u32 ifax_jbig_take_lines(struct ifax_decoder *dec, u8 *rows, size_t stride, u32 lines)
{
	bool inverted = dec->fmt.flags & IFAX_FMT_WHITE_IS_1;
	struct jbig_decoder *jbig = dec->jbig;
	u32 width_px = dec->fmt.width_px;
	u32 i = 0, same;

	while (i < lines && take_new_line(dec, jbig) == LINE_NEW) {
		for (same = 1 + take_same_lines(jbig, lines - i - 1); same; same--, i++) {
			dec->lines++;
			if (!rows)
				continue;
			memcpy(rows, jbig->rows.above + 1, row_bytes(width_px));
			if (inverted)
				ifax_row_invert(rows, width_px);
			rows += stride;
		}
	}
	return i;
}
