// SPDX-License-Identifier: GPL-2.0
/*
 * The bit reader, by induction: whatever was taken before, only the pieces are
 * read, and what comes is the data, and zeros behind it. The sizes of the two
 * pieces are FIRST and SECOND.
 */
#include "prove.h"
#include "bits.c"

static bool second_taken;

/* Two objects: who reads behind the end of the first does not find the second there */
static u8 first[FIRST + !FIRST], second[SECOND + !SECOND];

static bool more(struct ifax_bytes *in)
{
	if (second_taken || !SECOND)
		return false;
	second_taken = true;
	in->at = second;
	in->end = second + SECOND;
	return true;
}

static u32 data_bit(u32 at)
{
	u32 byte = 0;

	if (at < FIRST * 8)
		byte = first[at / 8];
	else if (at < (FIRST + SECOND) * 8)
		byte = second[at / 8 - FIRST];
	return byte >> (7 - at % 8) & 1;
}

int main(void)
{
	u32 taken_bytes = any_below(FIRST + 1), n = any_below(65), watched = any_below(56), i, bit;
	struct ifax_bytes bytes = { first, first + FIRST, more };
	struct bits_source src = { .bytes = &bytes };
	struct bits_in in = { nondet_u64(), n, first + taken_bytes };
	u32 at = taken_bytes * 8 - n + watched;

	for (i = 0; i < FIRST; i++)
		first[i] = nondet_u32();
	for (i = 0; i < SECOND; i++)
		second[i] = nondet_u32();
	ifax_source_piece(&src, first, first + FIRST);
	/* bits that count are those of the data; those behind them too, or 0 */
	assume(n <= taken_bytes * 8);
	bit = in.acc >> (63 - watched) & 1;
	assume(bit == data_bit(at) || (!bit && watched >= n));
	in = refill(in, &src);
	promise(in.n >= 56 && in.n <= 64 && in.n >= src.pad);
	promise((in.acc >> (63 - watched) & 1) == data_bit(at));
	promise(!src.pad || src.ended);
	in = skip(in, any_below(57));
	promise(bit_position(&src, in) <= (FIRST + SECOND) * 8);
	return 0;
}
