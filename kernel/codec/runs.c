// SPDX-License-Identifier: GPL-2.0
/* Pixels to change positions and back, 64 pixels at a time. */
#include "lanes.h"
#include "runs.h"
#include "tables.h"

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

/* Where changes are written, from the last one to the first */
struct writer {
	u8 *to;
	size_t bytes;	/* all that have been added, by OR */
};

/* Write the changes of eight pixels, of which the first is in all lanes of @x */
static __always_inline struct writer write_eight(struct writer writer, u64 x, u32 changes)
{
	size_t bytes = ifax_change_bytes[changes];

	lanes_store((u16 *)writer.to - 4, x + ifax_change_lanes[changes]);
	writer.to -= bytes;
	writer.bytes |= bytes;
	return writer;
}

static __always_inline struct writer write_sixteen(struct writer writer, u64 x, u64 changes)
{
	writer = write_eight(writer, x + LANES(8), changes & 0xff);
	return write_eight(writer, x, changes >> 8 & 0xff);
}

/* Each eight as two times four, which never have more than four changes */
static noinline u16 *write_many(u16 *to, u64 x, u64 changes)
{
	struct writer writer = { (u8 *)to, 0 };
	u32 i;

	for (i = 0, x += LANES(56); i < 8; i++, x -= LANES(8), changes >>= 8) {
		writer = write_eight(writer, x, changes & 0x0f);
		writer = write_eight(writer, x, changes & 0xf0);
	}
	return (u16 *)writer.to;
}

/*
 * Positions are written four at once for each eight pixels, wanted or not, and
 * the next ones over those that are not: how many there are is no branch.
 */
static __always_inline u16 *write_word(u16 *to, u64 x, u64 changes)
{
	struct writer writer = { (u8 *)to, 0 };

	writer = write_sixteen(writer, x + LANES(48), changes);
	writer = write_sixteen(writer, x + LANES(32), changes >> 16);
	writer = write_sixteen(writer, x + LANES(16), changes >> 32);
	writer = write_sixteen(writer, x, changes >> 48);
	if (unlikely(writer.bytes & CHANGES_TOO_MANY))
		return write_many(to, x, changes);
	return (u16 *)writer.to;
}

/*
 * A change is where a pixel differs from its left neighbour. Positions are
 * written from the last one to the first, in front of @end, behind which the
 * width stands already. Returns the number of changes before the width.
 */
u32 ifax_runs_of_row(u16 *end, const u8 *row, u32 width_px, u64 invert)
{
	u32 x = (width_px - 1) / 64 * 64;
	/* pixels of the last word, and those of them that there are */
	u64 word = row_word(row, row_bytes(width_px), x / 8) ^ invert;
	u64 valid = ~0ULL << (63 - (width_px - 1) % 64);
	u16 *to = end;

	for (;; x -= 64) {
		u64 before = x ? load64(row + x / 8 - 8) ^ invert : 0;
		u64 changes = (word ^ (word >> 1 | before << 63)) & valid;

		if (changes)
			to = write_word(to, LANES((u64)x), changes);
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

		*word = (__force u64)cpu_to_be64(inverted ^ carry);
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

	return !memcmp(a, b, whole) &&
	       (!(width_px % 8) || !((a[whole] ^ b[whole]) >> (8 - width_px % 8)));
}
