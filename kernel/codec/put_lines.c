// SPDX-License-Identifier: GPL-2.0
/* One line of MH, MR or MMR into bits. */
#include "coder.h"
#include "lanes.h"
#include "tables.h"

#define LONGEST_WORD		0x1f	/* the make-up word of 2560 */
#define LONGEST_WORD_BITS	12
#define LONGEST_WORD_PX		2560

#define HORIZONTAL		1
#define HORIZONTAL_BITS		3
#define PASS			1
#define PASS_BITS		4

#define NO_OFFSET		7	/* of ifax_verticals */

/* Words that go out together */
struct words {
	u64 code;
	u32 bits;
};

static __always_inline struct words add(struct words to, u32 code, u32 bits)
{
	to.code = to.code << bits | code;
	to.bits += bits;
	return to;
}

static __always_inline struct words add_run(struct words words, const u32 *codes, u32 px)
{
	return add(words, codes[px] >> 5, codes[px] & 31);
}

static struct bits_out put_long_run(struct bits_out out, const u32 *codes, u32 px)
{
	for (; px > ONE_PAIR_PX; px -= LONGEST_WORD_PX)
		out = put(out, LONGEST_WORD, LONGEST_WORD_BITS);
	return put(out, codes[px] >> 5, codes[px] & 31);
}

/* T.4 4.1: white and black runs in turn, a white one of 0 if the line begins black */
struct bits_out ifax_1d_put_line(struct bits_out out, const u16 *runs, u32 changes)
{
	const u16 *end = runs + changes;
	u32 at = 0;

	for (; runs < end; runs += 2) {
		u32 white = runs[0] - at;
		u32 black = runs[1] - runs[0];
		struct words words = { 0 };

		at = runs[1];
		if (unlikely((white | black) > ONE_PAIR_PX)) {
			out = put_long_run(out, ifax_white_codes, white);
			out = put_long_run(out, ifax_black_codes, black);
			continue;
		}
		words = add_run(words, ifax_white_codes, white);
		words = add_run(words, ifax_black_codes, black);
		out = put(out, words.code, words.bits);
	}
	/* a last white run, unless a black one has reached the end */
	return *runs > at ? put_long_run(out, ifax_white_codes, *runs - at) : out;
}

static struct bits_out put_horizontal(struct bits_out out, struct words before, bool black, u32 px,
				      u32 next_px)
{
	const u32 *first = black ? ifax_black_codes : ifax_white_codes;
	const u32 *second = black ? ifax_white_codes : ifax_black_codes;
	struct words words = { HORIZONTAL, HORIZONTAL_BITS };

	if (unlikely((px | next_px) > ONE_PAIR_PX)) {
		before = add(before, HORIZONTAL, HORIZONTAL_BITS);
		out = put(out, before.code, before.bits);
		out = put_long_run(out, first, px);
		return put_long_run(out, second, next_px);
	}
	words = add_run(words, first, px);
	words = add_run(words, second, next_px);
	if (before.bits + words.bits <= 56) {
		words.code |= before.code << words.bits;
		return put(out, words.code, before.bits + words.bits);
	}
	out = put(out, before.code, before.bits);
	return put(out, words.code, words.bits);
}

/* How many of the next four changes are vertical modes in step with @b; their words */
static __always_inline u32 verticals(const u16 *a, const u16 *b, struct words *words)
{
	u64 a1 = lanes_load(a);
	/* offset + 3 if it is 0 to 6, else the top bit is set or more than that */
	u64 offsets = ((a1 | LANES_TOP) - lanes_load(b) + LANES(3)) ^ LANES_TOP;
	u64 others = offsets | ((offsets & ~LANES_TOP) + LANES(0x8000ULL - NO_OFFSET));
	u64 not = (others | ~lanes_in_step(a1, b)) & LANES_TOP;
	u32 first, second;

	/* from the first lane on that is none: NO_OFFSET */
	offsets = (offsets | -((not & -not) >> 15)) & LANES(NO_OFFSET);
	first = ifax_verticals[(offsets | offsets >> 13) & 63];
	second = ifax_verticals[(offsets >> 32 | offsets >> 45) & 63];
	words->code = (u64)(first >> 4) << (second & 15) | second >> 4;
	words->bits = (first & 15) + (second & 15);
	return not ? __builtin_ctzll(not) / 16 : 4;
}

/*
 * T.4 4.2, T.6 2.2.5. a1 is a[0]; b1 is b[0]: the first change behind a0 of a1's
 * kind. As long as the changes of both lines go in step, they are coded four at
 * a time; a change that does not is coded together with those before it.
 */
struct bits_out ifax_2d_put_line(struct bits_out out, const u16 *ref, const u16 *cur, u32 width_px)
{
	const bool by_lanes = width_px <= LANES_PX_MAX;
	const u16 *a = cur;
	const u16 *b = ref;
	u32 a0 = 0;

	for (;;) {
		struct words words = { 0 };
		int offset;

		if (likely(by_lanes)) {
			u32 count = verticals(a, b, &words);

			a += count;
			b += count;
			if (count)
				a0 = a[-1];
			if (count == 4) {
				out = put(out, words.code, words.bits);
				continue;
			}
		}
		offset = *a - *b;
		if (b[1] < *a) {
			words = add(words, PASS, PASS_BITS);
			out = put(out, words.code, words.bits);
			a0 = b[1];
			b += 2;
			continue;
		}
		if (offset >= -3 && offset <= 3) {
			u32 word = ifax_verticals[(offset + 3) | NO_OFFSET << 3];

			words = add(words, word >> 4, word & 15);
			out = put(out, words.code, words.bits);
			a0 = *a++;
			/* the next b1 is of the other kind, and may be the one before this one */
			b += b[-1] > a0 ? -1 : 1;
		} else {
			out = put_horizontal(out, words, (a - cur) & 1, *a - a0, a[1] - *a);
			a0 = a[1];
			a += 2;
		}
		if (a0 >= width_px)
			return out;
		while (*b <= a0)
			b += 2;
	}
}
