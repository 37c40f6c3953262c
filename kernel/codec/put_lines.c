// SPDX-License-Identifier: GPL-2.0
/* One line of MH, MR or MMR into bits. */
#include "coder.h"
#include "tables.h"

#define LONGEST_WORD_PX	2560
#define ONE_PAIR_PX	(LONGEST_WORD_PX + 63)

#define HORIZONTAL	1
#define HORIZONTAL_BITS	3
#define PASS		1
#define PASS_BITS	4

/* Vertical modes, offset -3 to 3: word << 4 | bits */
static const u8 vertical[7] = {
	2 << 4 | 7, 2 << 4 | 6, 2 << 4 | 3, 1 << 4 | 1, 3 << 4 | 3, 3 << 4 | 6, 3 << 4 | 7,
};

/* Append the words of a run up to ONE_PAIR_PX to @code; at most 25 bits */
static __always_inline u64 add_run(u64 code, u32 *bits, const u32 *codes, u32 px)
{
	if (px >= 64) {
		u32 make_up = codes[63 + px / 64];

		code = code << (make_up & 15) | make_up >> 4;
		*bits += make_up & 15;
	}
	code = code << (codes[px & 63] & 15) | codes[px & 63] >> 4;
	*bits += codes[px & 63] & 15;
	return code;
}

static struct bits_out put_long_run(struct bits_out out, const u32 *codes, u32 px)
{
	u32 bits = 0;
	u64 code;

	for (; px > ONE_PAIR_PX; px -= LONGEST_WORD_PX)
		out = put(out, codes[103] >> 4, codes[103] & 15);
	code = add_run(0, &bits, codes, px);
	return put(out, code, bits);
}

/* T.4 4.1: white and black runs in turn, a white one of 0 if the line begins black */
struct bits_out ifax_1d_put_line(struct bits_out out, const u16 *runs, u32 changes)
{
	u32 at = 0;
	u32 i;

	for (i = 0; ; i += 2) {
		u32 white = runs[i] - at;
		u32 black = runs[i + 1] - runs[i];
		u32 bits = 0;
		u64 code;

		if (i >= changes) {
			/* a last white run, unless a black one has reached the end */
			return white ? put_long_run(out, ifax_white_codes, white) : out;
		}
		at = runs[i + 1];
		if (unlikely(white > ONE_PAIR_PX || black > ONE_PAIR_PX)) {
			out = put_long_run(out, ifax_white_codes, white);
			out = put_long_run(out, ifax_black_codes, black);
			continue;
		}
		code = add_run(0, &bits, ifax_white_codes, white);
		code = add_run(code, &bits, ifax_black_codes, black);
		out = put(out, code, bits);
	}
}

static struct bits_out put_horizontal(struct bits_out out, u32 ones, bool black, u32 px,
				      u32 next_px)
{
	const u32 *first = black ? ifax_black_codes : ifax_white_codes;
	const u32 *second = black ? ifax_white_codes : ifax_black_codes;
	u64 code = ((1U << ones) - 1) << HORIZONTAL_BITS | HORIZONTAL;
	u32 bits = ones + HORIZONTAL_BITS;

	if (unlikely(px > ONE_PAIR_PX || next_px > ONE_PAIR_PX)) {
		out = put(out, code, bits);
		out = put_long_run(out, first, px);
		return put_long_run(out, second, next_px);
	}
	code = add_run(code, &bits, first, px);
	code = add_run(code, &bits, second, next_px);
	return put(out, code, bits);
}

/*
 * T.4 4.2, T.6 2.2.5. a1 is cur[i]; b1 is ref[j], where i and j are both even or both
 * odd: the first change behind a0 of a1's kind. While both lines have the same
 * changes, each of them is V(0): ones are counted and go out with the next word.
 */
struct bits_out ifax_2d_put_line(struct bits_out out, const u16 *ref, const u16 *cur,
				 u32 changes, u32 width_px)
{
	const u16 *end = cur + changes;
	const u16 *a = cur;
	const u16 *b = ref;
	u32 a0 = 0;

	for (;;) {
		u32 ones = equal_u16s(a, b);
		int offset;

		if (a + ones > end)
			return put_ones(out, end + 1 - a);
		if (ones == 4) {
			out = put(out, 0xf, 4);
			a += 4;
			b += 4;
			a0 = a[-1];
			continue;
		}
		if (ones) {
			a += ones;
			b += ones;
			a0 = a[-1];
		}
		offset = *a - *b;
		if (b[1] < *a) {
			out = put(out, ((1U << ones) - 1) << PASS_BITS | PASS, ones + PASS_BITS);
			a0 = b[1];
			b += 2;
			continue;
		}
		if (offset >= -3 && offset <= 3) {
			u32 code = vertical[offset + 3];

			out = put(out, ((1U << ones) - 1) << (code & 15) | code >> 4,
				  ones + (code & 15));
			a0 = *a++;
			/* the next b1 is of the other kind, and may be the one before this one */
			b += b[-1] > a0 ? -1 : 1;
		} else {
			out = put_horizontal(out, ones, (a - cur) & 1, *a - a0, a[1] - *a);
			a0 = a[1];
			a += 2;
		}
		if (a0 >= width_px)
			return out;
		while (*b <= a0)
			b += 2;
	}
}
