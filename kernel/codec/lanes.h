/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Four change positions at once, as 16-bit lanes of a 64-bit word, the first one
 * lowest. Positions are below LANES_PX_MAX, so that the top bit of a lane is
 * free: with it set on the left side of a subtraction, nothing is borrowed from
 * the next lane, and it stays set where the left side is not less.
 */
#ifndef IFAX_CODEC_LANES_H
#define IFAX_CODEC_LANES_H

#include "port.h"

#define LANES_PX_MAX	32000
#define LANES(value)	((value) * 0x0001000100010001ULL)
#define LANES_TOP	LANES(0x8000ULL)

static __always_inline u64 lanes_load(const u16 *from)
{
	u64 lanes;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	lanes = (u64)from[3] << 48 | (u64)from[2] << 32 | (u32)from[1] << 16 | from[0];
#else
	memcpy(&lanes, from, sizeof(lanes));
#endif
	return lanes;
}

static __always_inline void lanes_store(u16 *to, u64 lanes)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	to[0] = lanes;
	to[1] = lanes >> 16;
	to[2] = lanes >> 32;
	to[3] = lanes >> 48;
#else
	memcpy(to, &lanes, sizeof(lanes));
#endif
}

/* Four numbers of 4 bits into lanes; neighbours have a sum below 16, so that nothing is carried */
static __always_inline u64 lanes_spread(u32 nibbles)
{
	return nibbles * 0x0000001001001001ULL & LANES(0xfULL);
}

/*
 * Top bit of each lane: may a1 = @a be coded or decoded by a vertical mode of
 * b1 = @b[0] to @b[3], so that each b1 is the one behind the one before? That
 * is: b1 of the next is behind a1, and the change before b1 is not.
 */
static __always_inline u64 lanes_in_step(u64 a, const u16 *b)
{
	return ((lanes_load(b + 1) | LANES_TOP) - a - LANES(1)) &
	       ((a | LANES_TOP) - lanes_load(b - 1));
}

#endif
