// SPDX-License-Identifier: GPL-2.0
/* Pixels to change positions and back, 64 pixels at a time. */
#include "runs.h"

/* The 64 pixels from byte @at of a row of @bytes; white behind its end */
static u64 row_word(const u8 *row, u32 bytes, u32 at)
{
	u64 word = 0;
	u32 i;

	if (likely(bytes - at >= 8))
		return load64(row + at);
	for (i = at; i < bytes; i++)
		word |= (u64)row[i] << (56 - (i - at) * 8);
	return word;
}

/* Number of bits that are 1 */
static __always_inline u32 ones(u64 value)
{
	value -= value >> 1 & 0x5555555555555555ULL;
	value = (value & 0x3333333333333333ULL) + (value >> 2 & 0x3333333333333333ULL);
	value = (value + (value >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return value * 0x0101010101010101ULL >> 56;
}

/* Write the position of the last 1 of @changes, drop it; @end: position behind the word */
static __always_inline u64 write_last(u16 *to, u32 end, u64 changes)
{
	*to = end - 1 - __builtin_ctzll(changes | 1ULL << 63);
	return changes & (changes - 1);
}

/*
 * A change is where a pixel differs from its left neighbour. Positions are
 * written from the last one to the first, down from @end, behind which the
 * width stands already: dropping the last 1 of a word is cheaper than the first.
 * Four are written at once, wanted or not, and the next ones over those that
 * are not: how many there are is no branch, unless they are more than four.
 * Returns the number of changes before the width.
 */
u32 ifax_runs_of_row(u16 *end, const u8 *row, u32 width_px, u64 invert)
{
	u32 x = (width_px - 1) / 64 * 64;
	/* pixels of the last word, and those of them that there are */
	u64 word = row_word(row, row_bytes(width_px), x / 8) ^ invert;
	u64 valid = ~0ULL << (63 - (width_px - 1) % 64);
	u16 *to = end;
	u32 i;

	for (;; x -= 64) {
		u64 before = x ? load64(row + x / 8 - 8) ^ invert : 0;
		u64 changes = (word ^ (word >> 1 | before << 63)) & valid;
		u32 count = changes ? ones(changes) : 0;

		for (i = 0; i < count; i += 4) {
			changes = write_last(to - i - 1, x + 64, changes);
			changes = write_last(to - i - 2, x + 64, changes);
			changes = write_last(to - i - 3, x + 64, changes);
			changes = write_last(to - i - 4, x + 64, changes);
		}
		to -= count;
		if (!x)
			break;
		word = before;
		valid = ~0ULL;
	}
	memset(to - RUNS_BEFORE, 0, RUNS_BEFORE * sizeof(*to));
	return end - to;
}

/*
 * Each change inverts what is right of it: at first only in its own word, then
 * from word to word, as the last pixel of one is what the next begins with. No
 * branch depends on how long a run is. A last black run ends at the width, which
 * stands behind the changes. @row is aligned for u64.
 */
void ifax_row_of_runs(u8 *row, const u16 *runs, u32 changes, u32 width_px)
{
	const u16 *end = runs + changes;
	u64 *word = (u64 *)row, *last;
	u64 carry = 0;

	memset(row, 0, row_bytes(width_px) + ROW_SLACK);
	if (!changes)
		return;
	last = word + end[-1] / 64;
	if (changes % 2)
		last = word + width_px / 64;
	for (; runs < end; runs += 2) {
		word[runs[0] / 64] ^= ~0ULL >> runs[0] % 64;
		word[runs[1] / 64] ^= ~0ULL >> runs[1] % 64;
	}
	for (word += *(end - changes) / 64; word <= last; word++) {
		u64 inverted = *word;

		*word = cpu_to_be64(inverted ^ carry);
		carry ^= -(inverted & 1);
	}
}

/* White and black change places, but not behind the width */
void ifax_row_invert(u8 *row, u32 width_px)
{
	u32 bytes = row_bytes(width_px);
	u32 i;

	for (i = 0; i < bytes; i++)
		row[i] = ~row[i];
	ifax_row_trim(row, width_px);
}

void ifax_row_trim(u8 *row, u32 width_px)
{
	if (width_px % 8)
		row[width_px / 8] &= 0xff00 >> width_px % 8;
}

bool ifax_rows_equal(const u8 *a, const u8 *b, u32 width_px)
{
	u32 whole = width_px / 8;
	u32 i;

	for (i = 0; i + 8 <= whole; i += 8)
		if (load64(a + i) != load64(b + i))
			return false;
	for (; i < whole; i++)
		if (a[i] != b[i])
			return false;
	return !(width_px % 8) || !((a[i] ^ b[i]) >> (8 - width_px % 8));
}
