// SPDX-License-Identifier: GPL-2.0
/* The data of a two-dimensional line out of bits: T.4 4.2, T.6 2.2. */
#include "lanes.h"
#include "take.h"

/* Bits of the vertical modes, by offset + 3, 4 bits for each */
#define VERTICALS_BITS	0x07631367U

/* Behind a line with a mode out of step in so many pixels, so many are taken mode by mode */
#define ROUGH_PX	64
#define ROUGH_LINES	15

/* A line being decoded: its next bits, b1, room for the next change, a0 (-1: before the line) */
struct line_2d {
	struct bits_in in;
	const u16 *b;
	u16 *to;
	int a0;
};

/* What became of a step */
enum step {
	STEP_ON,
	STEP_END,	/* of the line */
	STEP_FAULT,	/* which is in the report */
};

static enum step step_fault(struct ifax_decoder *dec, struct bits_in in, enum ifax_fault fault)
{
	ifax_fault(dec, in, fault);
	return STEP_FAULT;
}

/* A change has been decoded by a vertical mode from @b or the one before; find the next b1 */
static __always_inline const u16 *next_b1(const u16 *b, int a0)
{
	b += b[-1] > a0 ? -1 : 1;
	while (*b <= a0)
		b += 2;
	return b;
}

/*
 * Two runs from a0 to the end of the line or behind it, or one of 0 pixels: that
 * means that there is none, except in front of a line.
 */
static noinline enum step take_rare_runs(struct ifax_decoder *dec, struct line_2d *line, u32 px,
					 u32 next_px)
{
	u32 left_px = dec->fmt.width_px - line->a0;

	if (px + next_px > left_px) {
		ifax_run_fault(dec, line->in, px > left_px ? px : next_px);
		return STEP_FAULT;
	}
	line->a0 += px;
	line->to = add_change(line->to, dec->cur, line->a0, px);
	line->a0 += next_px;
	line->to = add_change(line->to, dec->cur, line->a0, next_px);
	return px + next_px == left_px ? STEP_END : STEP_ON;
}

/* Behind the word of the horizontal mode; a0 is not -1 */
static __always_inline enum step take_horizontal(struct ifax_decoder *dec, struct line_2d *line)
{
	u32 left_px = dec->fmt.width_px - line->a0;
	u32 black = (line->to - dec->cur) & 1;
	enum step step = STEP_ON;
	u32 px, next_px = 0;

	line->in = take_run(line->in, &dec->src, black, &px);
	if (likely(px <= left_px))
		line->in = take_run(line->in, &dec->src, !black, &next_px);
	if (likely(px && next_px && px + next_px < left_px)) {
		line->to[0] = line->a0 + px;
		line->a0 += px + next_px;
		line->to[1] = line->a0;
		line->to += 2;
	} else {
		struct line_2d l = *line;

		step = take_rare_runs(dec, &l, px, next_px);
		*line = l;
	}
	while (step == STEP_ON && *line->b <= line->a0)
		line->b += 2;
	return step;
}

/* One mode, with all its checks */
static __always_inline enum step take_mode(struct ifax_decoder *dec, struct line_2d *line)
{
	const int width_px = dec->fmt.width_px;
	u64 entry = ifax_modes[line->in.acc >> (64 - MODE_BITS)];

	line->in = refill(line->in, &dec->src);
	if (MODE_VERTICALS(entry)) {
		int offset = MODE_OFFSET(entry, 0);
		int a1 = *line->b + offset;

		line->in = skip(line->in, MODE_FIRST_BITS(entry));
		if (unlikely(a1 <= line->a0))
			return step_fault(dec, line->in, IFAX_FAULT_BACK);
		if (unlikely(a1 > width_px))
			return step_fault(dec, line->in, IFAX_FAULT_LONG);
		*line->to++ = a1;
		line->a0 = a1;
		if (a1 == width_px)
			return STEP_END;
		line->b = next_b1(line->b, a1);
		return STEP_ON;
	}
	line->in = skip(line->in, MODE_BITS_TAKEN(entry));
	if (entry & MODE_HORIZONTAL) {
		line->a0 += line->a0 < 0;
		return take_horizontal(dec, line);
	}
	if (!(entry & MODE_PASS))
		return step_fault(dec, line->in, ifax_word_fault(line->in, 6));
	if (unlikely(line->b[1] >= width_px))
		return step_fault(dec, line->in, IFAX_FAULT_LONG);
	line->a0 = line->b[1];
	line->b += 2;
	return STEP_ON;
}

/* A horizontal mode of no pixels leaves a0 where neither of the lines has a change */
static __always_inline bool a0_stands(const struct ifax_decoder *dec, const struct line_2d *line)
{
	return line->to != dec->cur && (line->a0 == line->to[-1] || line->a0 == line->b[-1]);
}

/* Bits of the first @count vertical modes of @entry, three at most; no branch on how many */
static __always_inline u32 verticals_bits(u64 entry, u32 count)
{
	/* from the first one on that does not count: 7, which has no bits */
	u64 offsets = MODE_OFFSETS(entry) | LANES(7) << 16 * count;

	return (VERTICALS_BITS >> 4 * (offsets & 7) & 15) +
	       (VERTICALS_BITS >> 4 * (offsets >> 16 & 7) & 15) +
	       (VERTICALS_BITS >> 4 * (offsets >> 32 & 7) & 15);
}

/*
 * The modes of @entry do not go on in step with b1: of a mode that skips a b1,
 * or goes back to one, the first @count are left. None: take one mode, or more.
 */
static noinline enum step take_out_of_step(struct ifax_decoder *dec, struct line_2d *line,
					   u64 entry, u32 count)
{
	const int width_px = dec->fmt.width_px;
	enum step step;

	line->in = skip(line->in, verticals_bits(entry, count));
	if (count) {
		line->to += count;
		line->a0 = line->to[-1];
		line->b += count - 1;
	}
	/* at the end of the line all b1 are the same */
	if (line->a0 >= width_px)
		return step_fault(dec, line->in, IFAX_FAULT_LONG);
	if (count) {
		line->b = next_b1(line->b, line->a0);
		return STEP_ON;
	}
	/* the last of four modes may have gone past it */
	while (*line->b <= line->a0)
		line->b += 2;
	do
		step = take_mode(dec, line);
	while (step == STEP_ON && !a0_stands(dec, line));
	return step;
}

/*
 * Take the modes of @entry and return 0 if they go on in step with b1. Else the
 * lowest bit that is set belongs to the lane that does not.
 */
static __always_inline u64 take_modes(struct line_2d *line, u64 entry)
{
	u64 b1 = lanes_load(line->b) | LANES_TOP;
	u64 least = b1 - MODE_GAPS(entry);
	/* b1 far enough behind the b1 before, and the first one behind a0 */
	u64 right = (least - lanes_load(line->b - 1)) & (least - line->to[-1]);
	u64 wrong = ~right & LANES_TOP;

	lanes_store(line->to, b1 + MODE_OFFSETS(entry) - LANES(0x8003));
	if (unlikely(wrong))
		return wrong;
	line->in.acc <<= MODE_BITS_TAKEN(entry);
	line->in.n -= MODE_BITS_TAKEN(entry);
	line->b += MODE_B_STEP(entry);
	line->to += MODE_VERTICALS(entry);
	return 0;
}

/*
 * As long as modes go in step with b1, which is next, up to four are taken at
 * once: their changes are one addition of lanes, and one subtraction tells if
 * the changes of the line before are far enough from each other for all of them.
 * a0 is not kept: it is the change decoded last or, behind a pass mode, b2.
 */
static __always_inline enum step take_in_step(struct ifax_decoder *dec, struct line_2d *line)
{
	struct line_2d l = *line;
	enum step step = STEP_ON;
	u64 entry, before = 0, wrong;
	const u16 *last;
	u32 out_of_step = 0;
	u32 count;

	while (step == STEP_ON) {
		entry = ifax_modes[l.in.acc >> (64 - MODE_BITS)];
		l.in = refill(l.in, &dec->src);
		wrong = take_modes(&l, entry);
		if (!wrong && !(entry & (MODE_HORIZONTAL | MODE_OTHER))) {
			before = entry;
			entry = ifax_modes[l.in.acc >> (64 - MODE_BITS)];
			wrong = take_modes(&l, entry);
			if (!wrong && !(entry & (MODE_HORIZONTAL | MODE_OTHER))) {
				before = entry;
				continue;
			}
		}
		if (likely(!wrong)) {
			if (unlikely(entry & MODE_OTHER))
				return step_fault(dec, l.in, ifax_word_fault(l.in, 6));
			last = (((before & MODE_PASS) != 0) & (MODE_VERTICALS(entry) == 0)) ?
			       l.b : l.to;
			l.a0 = last[-1];
			before = 0;
			step = take_horizontal(dec, &l);
			if (likely(step != STEP_ON || a0_stands(dec, &l)))
				continue;
			count = 0;
		} else {
			count = __builtin_ctzll(wrong) / 16;
			if (likely(l.to[(int)count - 1] == dec->fmt.width_px)) {
				l.in = skip(l.in, verticals_bits(entry, count));
				l.to += count;
				step = STEP_END;
				break;
			}
			l.a0 = before & MODE_PASS ? l.b[-1] : l.to == dec->cur ? -1 : l.to[-1];
		}
		out_of_step++;
		*line = l;
		step = take_out_of_step(dec, line, entry, count);
		l = *line;
		before = l.a0 != l.to[-1] ? MODE_PASS : 0;
	}
	if (out_of_step > dec->fmt.width_px / ROUGH_PX)
		dec->rough_lines = ROUGH_LINES;
	*line = l;
	return step;
}

/* The copy lives in registers: nobody has its address */
static __always_inline enum step take_mode_by_mode(struct ifax_decoder *dec, struct line_2d *line)
{
	struct line_2d l = *line;
	enum step step;

	do
		step = take_mode(dec, &l);
	while (step == STEP_ON);
	*line = l;
	return step;
}

enum line ifax_2d_take_line(struct ifax_decoder *dec, u32 *changes)
{
	struct line_2d line = { refill(dec->src.bits, &dec->src), dec->ref, dec->cur, -1 };
	enum step step;

	if (likely(!dec->rough_lines)) {
		step = take_in_step(dec, &line);
	} else {
		if (dec->fmt.width_px <= LANES_PX_MAX)
			dec->rough_lines--;
		step = take_mode_by_mode(dec, &line);
	}
	if (step == STEP_FAULT)
		return LINE_NONE;
	if (overrun(&dec->src, line.in))
		return ifax_fault(dec, line.in, IFAX_FAULT_SHORT);
	dec->src.bits = line.in;
	*changes = line.to - dec->cur;
	return LINE_NEW;
}
