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

#define NO_OFFSETS		0xff8	/* of the second to fourth in ifax_verticals */

/* Words of a table */
static __always_inline struct bits_out push_words(struct bits_out out, u32 words)
{
	return push(out, words >> 5, words & 31);
}

/* The words of 2560 for what one pair of words cannot say */
static noinline struct bits_out put_longest(struct bits_out out, u32 px)
{
	for (; px > ONE_PAIR_PX; px -= LONGEST_WORD_PX)
		out = put(out, LONGEST_WORD, LONGEST_WORD_BITS);
	return out;
}

/* A run of any length */
static __always_inline struct bits_out put_run(struct bits_out out, bool black, u32 px)
{
	if (unlikely(px > ONE_PAIR_PX)) {
		out = put_longest(out, px);
		px = (px - MAKE_UP_PX) % LONGEST_WORD_PX + MAKE_UP_PX;
	}
	if (!black)
		return flush(push_words(out, ifax_white_codes[px]));
	if (px >= MAKE_UP_PX)
		out = push_words(out, ifax_black_codes[BLACK_MAKE_UP(px)]);
	return flush(push_words(out, ifax_black_codes[px % MAKE_UP_PX]));
}

static __always_inline struct bits_out put_pair(struct bits_out out, u32 white, u32 black)
{
	return put_run(put_run(out, false, white), true, black);
}

static noinline struct bits_out put_long_pair(struct bits_out out, bool black, u32 px, u32 next_px)
{
	if (!black)
		return put_pair(out, px, next_px);
	return put_run(put_run(out, true, px), false, next_px);
}

/* Two pairs of runs, which are not long; most often, their words go out together */
static __always_inline struct bits_out put_two_pairs(struct bits_out out, u32 white, u32 black,
						     u32 next_white, u32 next_black)
{
	u32 words[4] = { ifax_white_codes[white], ifax_black_codes[black],
			 ifax_white_codes[next_white], ifax_black_codes[next_black] };

	out = push_words(out, words[0]);
	out = push_words(out, words[1]);
	if (unlikely(out.n + (words[2] & 31) + (words[3] & 31) > 64))
		out = flush(out);
	out = push_words(out, words[2]);
	return flush(push_words(out, words[3]));
}

/* T.4 4.1: white and black runs in turn, a white one of 0 if the line begins black */
struct bits_out ifax_1d_put_line(struct bits_out out, const u16 *runs, u32 changes)
{
	const u16 *end = runs + changes;
	u32 at = 0;

	for (; end - runs >= 4; runs += 4) {
		u32 white = runs[0] - at, black = runs[1] - runs[0];
		u32 next_white = runs[2] - runs[1], next_black = runs[3] - runs[2];

		at = runs[3];
		if (likely((white | next_white) <= ONE_PAIR_PX &&
			   (black | next_black) < MAKE_UP_PX)) {
			out = put_two_pairs(out, white, black, next_white, next_black);
		} else {
			out = put_long_pair(out, false, white, black);
			out = put_long_pair(out, false, next_white, next_black);
		}
	}
	for (; runs < end; runs += 2) {
		out = put_pair(out, runs[0] - at, runs[1] - runs[0]);
		at = runs[1];
	}
	/* a last white run, unless a black one has reached the end */
	return *runs > at ? put_run(out, false, *runs - at) : out;
}

/* Two runs behind the word of the horizontal mode */
static __always_inline struct bits_out put_horizontal(struct bits_out out, bool black, u32 px,
						      u32 next_px)
{
	const u32 *first = black ? ifax_black_codes : ifax_white_codes;
	const u32 *second = black ? ifax_white_codes : ifax_black_codes;

	out = push(out, HORIZONTAL, HORIZONTAL_BITS);
	if (unlikely((px | next_px) >= MAKE_UP_PX))
		return put_long_pair(flush(out), black, px, next_px);
	out = push_words(out, first[px]);
	return flush(push_words(out, second[next_px]));
}

static __always_inline struct bits_out put_vertical(struct bits_out out, int offset)
{
	return flush(push_words(out, ifax_verticals[(offset + 3) | NO_OFFSETS]));
}

/*
 * The offsets + 3 of the next four changes, in the low bits of their lanes. Top
 * bit of each lane of @right: it is a vertical mode, in step with @b.
 */
static __always_inline u64 next_offsets(const u16 *a, const u16 *b, u64 *right)
{
	u64 a1 = lanes_load(a), b1 = lanes_load(b);
	u64 offsets = (a1 | LANES_TOP) - b1 + LANES(3);

	*right = offsets & ((b1 | LANES_TOP) - a1 + LANES(3)) & lanes_in_step(a1, b);
	return offsets;
}

/* The words of four vertical modes << 5 | bits in them */
static __always_inline u32 vertical_words(u64 offsets)
{
	/* the four lanes side by side, 3 bits each */
	u64 index = (offsets & LANES(7)) * (1 | 1ULL << 13 | 1ULL << 26 | 1ULL << 39) >> 39;

	return ifax_verticals[index & 0xfff];
}

/*
 * T.4 4.2, T.6 2.2.5. a1 is a[0]; b1 is b[0]: the first change behind a0 of a1's
 * kind. As long as the changes of both lines go in step, they are coded four at
 * a time. a0 is not kept: it is the change before a1 or, behind a pass mode, the
 * one before b1.
 */
static struct bits_out put_in_step(struct bits_out out, const u16 *ref, const u16 *cur,
				   u32 width_px)
{
	const u16 *a = cur, *b = ref, *before = cur;

	for (;;) {
		u64 right, not, offsets = next_offsets(a, b, &right);
		u32 count, words;
		int offset;

		if ((right & LANES_TOP) == LANES_TOP) {
			words = vertical_words(offsets);
			out = flush(push_words(out, words));
			a += 4;
			b += 4;
			before = a;
			continue;
		}
		not = ~right & LANES_TOP;
		count = __builtin_ctzll(not) / 16;
		/* from there on: none */
		words = vertical_words(offsets | -((not & -not) >> 15));
		a += count;
		b += count;
		before = count ? a : before;
		if (b[1] < *a) {
			out = push_words(out, words);
			out = put(out, PASS, PASS_BITS);
			b += 2;
			before = b;
			continue;
		}
		out = flush(push_words(out, words));
		offset = *a - *b;
		if (offset >= -3 && offset <= 3) {
			out = put_vertical(out, offset);
			a++;
			if (a[-1] >= width_px)
				return out;
			b += b[-1] > a[-1] ? -1 : 1;
		} else {
			out = put_horizontal(out, (a - cur) & 1, *a - before[-1], a[1] - *a);
			a += 2;
			if (a[-1] >= width_px)
				return out;
		}
		before = a;
		while (*b <= a[-1])
			b += 2;
	}
}

/* The same mode by mode, for lines of any width */
static struct bits_out put_modes(struct bits_out out, const u16 *ref, const u16 *cur, u32 width_px)
{
	const u16 *a = cur, *b = ref;
	u32 a0 = 0;

	while (a0 < width_px) {
		int offset = *a - *b;

		if (b[1] < *a) {
			out = put(out, PASS, PASS_BITS);
			a0 = b[1];
			b += 2;
			continue;
		}
		if (offset >= -3 && offset <= 3) {
			out = put_vertical(out, offset);
			a0 = *a++;
			/* the next b1 is of the other kind, and may be the one before this one */
			b += b[-1] > a0 ? -1 : 1;
		} else {
			out = put_horizontal(out, (a - cur) & 1, *a - a0, a[1] - *a);
			a0 = a[1];
			a += 2;
		}
		while (*b <= a0 && a0 < width_px)
			b += 2;
	}
	return out;
}

struct bits_out ifax_2d_put_line(struct bits_out out, const u16 *ref, const u16 *cur, u32 width_px)
{
	if (likely(width_px <= LANES_PX_MAX))
		return put_in_step(out, ref, cur, width_px);
	return put_modes(out, ref, cur, width_px);
}
