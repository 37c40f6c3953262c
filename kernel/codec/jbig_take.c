// SPDX-License-Identifier: GPL-2.0
/* Lines out of JBIG: either template, typical prediction, moved adaptive pixel, new length. */
#include "jbig.h"

#define JBIG_MOVE_MAX		127	/* T.85: on the line itself, so far to the left */
#define LINES_BEHIND_DATA	65536	/* of one stripe, out of no data at all */

/**
 * struct qm - the interval (T.82 6.8.3)
 * @a: its size
 * @c: the number, from the interval's base on, 16 bits and those behind them
 * @ct: bits behind them that are there
 */
struct qm {
	u32 a;
	u32 c;
	u32 ct;
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
 * @rows: the two lines before, and this one; see jbig_row_bytes()
 * @states: by context
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
	u32 move_px;
	struct jbig_move move;
	struct jbig_move next_move;
	u8 *rows[3];
	u8 states[JBIG_CONTEXTS];
};

size_t ifax_jbig_decoder_size(u32 width_px)
{
	return sizeof(struct jbig_decoder) + 3 * jbig_row_bytes(width_px);
}

struct jbig_decoder *ifax_jbig_decoder_init(void *mem, u32 width_px)
{
	struct jbig_decoder *jbig = mem;
	u32 i;

	memset(mem, 0, ifax_jbig_decoder_size(width_px));
	jbig->next_move = no_move;
	for (i = 0; i < 3; i++)
		jbig->rows[i] = (u8 *)(jbig + 1) + i * jbig_row_bytes(width_px);
	return jbig;
}

/* Are so many bytes there (up to 7)? The first ones are on top of src->bits.acc then */
static bool have(struct bits_source *src, u32 bytes)
{
	src->bits = refill(src->bits, src);
	return src->bits.n - src->pad >= bytes * 8;
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
	have(src, 2);
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
static noinline u32 take_data(struct jbig_decoder *jbig, struct bits_source *src)
{
	if (jbig->data_ended)
		return 0;
	if (have(src, 1) && src->bits.acc >> 56 != 0xff)
		return take(src, 1);
	if (have(src, 2) && next_marker(src) == JBIG_STUFF)
		return take(src, 2) >> 8;
	jbig->data_ended = true;
	jbig->cut_off = !have(src, 2);
	/* what follows may say that these lines are the last ones */
	if (jbig->may_change && !jbig->cut_off)
		take_stripe_end(jbig, src);
	return 0;
}

static __always_inline struct qm renormalise(struct qm qm, struct jbig_decoder *jbig,
					     struct bits_source *src)
{
	u32 shift = leading_zeros(qm.a) - 48;

	qm.a <<= shift;
	while (shift > qm.ct) {
		shift -= qm.ct;
		qm.c <<= qm.ct;
		qm.c |= take_data(jbig, src) << 8;
		qm.ct = 8;
	}
	qm.c <<= shift;
	qm.ct -= shift;
	return qm;
}

/* T.82 figures 36 to 39 */
static __always_inline struct qm take_pixel(struct qm qm, struct jbig_decoder *jbig,
					    struct bits_source *src, u32 context, u32 *pixel)
{
	u32 number = jbig->states[context];
	struct qm_state state = ifax_qm_states[number];
	bool probable;

	*pixel = number & 1;
	qm.a -= state.qe;
	if (qm.c >> 16 < qm.a) {
		if (likely(qm.a & 0x8000))
			return qm;
		probable = qm.a >= state.qe;
	} else {
		qm.c -= qm.a << 16;
		probable = qm.a < state.qe;
		qm.a = state.qe;
	}
	*pixel ^= !probable;
	jbig->states[context] = probable ? state.after_mps : state.after_lps;
	return renormalise(qm, jbig, src);
}

/* Eight white pixels at once, if they are probable and the number says so */
static __always_inline bool take_eight(struct qm *qm, const struct jbig_decoder *jbig)
{
	u32 number = jbig->states[0];
	u32 qe = ifax_qm_states[number].qe;
	u32 least = qm->c >> 16 < 0x8000 ? 0x8000 : (qm->c >> 16) + 1;

	if ((number & 1) || qm->a < least + 8 * qe)
		return false;
	qm->a -= 8 * qe;
	return true;
}

/* The pixel @move_px to the left of pixel @x of the byte @i, which is made in @w */
static u32 moved_pixel(const struct jbig_decoder *jbig, struct jbig_window w, u32 i, u32 x)
{
	u32 at = (i - 1) * 8 + x - jbig->move_px;

	if (at > (i - 1) * 8 + x)
		return 0;
	if (at / 8 == i - 1)
		return w.line >> (15 - at % 8) & 1;
	return jbig->rows[2][1 + at / 8] >> (7 - at % 8) & 1;
}

static __always_inline void take_pixels(struct jbig_decoder *jbig, struct bits_source *src,
					u32 width_px, bool two_lines)
{
	const u8 *above2 = jbig->rows[0], *above = jbig->rows[1];
	u8 *line = jbig->rows[2];
	struct jbig_window w = { above2[1], above[1], 0 };
	struct qm qm = jbig->qm;
	u32 i, x;

	for (i = 1; i <= row_bytes(width_px); i++) {
		u32 count = i * 8 <= width_px ? 8 : width_px % 8;

		w.above2 = (w.above2 << 8 | above2[i + 1]) & 0xffffff;
		w.above = (w.above << 8 | above[i + 1]) & 0xffffff;
		w.line = w.line << 8 & 0xff0000;
		/* all white around, if these are: eight times the same context */
		if (count == 8 && !(w.above2 | w.above | w.line) && !jbig->move_px &&
		    take_eight(&qm, jbig)) {
			line[i] = 0;
			continue;
		}
		for (x = 0; x < count; x++) {
			u32 context = jbig_context(w, x, two_lines), pixel;

			if (unlikely(jbig->move_px)) {
				context &= ~JBIG_ADAPTIVE(two_lines);
				if (moved_pixel(jbig, w, i, x))
					context |= JBIG_ADAPTIVE(two_lines);
			}
			qm = take_pixel(qm, jbig, src, context, &pixel);
			w.line |= pixel << (15 - x);
		}
		line[i] = w.line >> 8;
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
	memset(jbig->states, 0, sizeof(jbig->states));
	memset(jbig->rows[0], 0, jbig_row_bytes(width_px));
	memset(jbig->rows[1], 0, jbig_row_bytes(width_px));
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
	jbig->qm.a = 0x10000;
	jbig->qm.c = take_data(jbig, src) << 24;
	jbig->qm.c |= take_data(jbig, src) << 16;
	jbig->qm.c |= take_data(jbig, src) << 8;
	jbig->qm.ct = 8;
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

	if (jbig->stripe_y == jbig->move.y)
		jbig->move_px = jbig->move.px;
	if (jbig->typical) {
		jbig->qm = take_pixel(jbig->qm, jbig, src, JBIG_TYPICAL_CONTEXT(jbig->two_lines),
				      &same);
		jbig->was_typical ^= !same;
	}
	if (jbig->was_typical)
		memcpy(jbig->rows[2], jbig->rows[1], jbig_row_bytes(width_px));
	else if (jbig->two_lines)
		take_pixels(jbig, src, width_px, true);
	else
		take_pixels(jbig, src, width_px, false);
}

/* The next line, at *@row */
enum line ifax_jbig_take_line(struct ifax_decoder *dec, const u8 **row)
{
	struct jbig_decoder *jbig = dec->jbig;
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
	if (jbig->cut_off)
		return ifax_fault(dec, src->bits, IFAX_FAULT_SHORT);
	if (jbig->data_ended && ++jbig->lines_behind > LINES_BEHIND_DATA)
		return ifax_fault(dec, src->bits, IFAX_FAULT_LONG);
	/* a NEWLEN just read may say that this line is none */
	if (jbig->wrong || jbig->y >= jbig->length_lines)
		goto end;
	jbig_turn_rows(jbig->rows);
	*row = jbig->rows[1] + 1;
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
