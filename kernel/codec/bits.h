/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bits in and out of bytes, first bit first. Both ends keep up to 64 bits in a
 * word, left-aligned, and are passed by value so that they live in registers.
 */
#ifndef IFAX_CODEC_BITS_H
#define IFAX_CODEC_BITS_H

#include "port.h"

/* ---- out ---- */

#define BITS_OUT_SLACK	8	/* put() may touch so many bytes behind the last one */

/**
 * struct bits_out - bits on their way to memory
 * @acc: bits not yet in memory: the lowest @n, the last one in bit 0; those above
 *	do not matter
 * @n: their number, 0 to 7 between calls
 * @at: where the next whole byte goes
 */
struct bits_out {
	u64 acc;
	u64 n;
	u8 *at;
};

/* Append the @bits (0 to 57 since flush()) low bits of @code, the others are 0 */
static __always_inline struct bits_out push(struct bits_out out, u64 code, u32 bits)
{
	out.acc = out.acc << bits | code;
	out.n += bits;
	return out;
}

/* Whole bytes go to memory */
static __always_inline struct bits_out flush(struct bits_out out)
{
	store64(out.at, out.acc << (-out.n & 63));
	out.at += out.n / 8;
	out.n &= 7;
	return out;
}

/* Append the @bits (0 to 57) low bits of @code */
static __always_inline struct bits_out put(struct bits_out out, u64 code, u32 bits)
{
	return flush(push(out, code, bits));
}

/* Fill with zeros until @n & 7 is @remainder */
static inline struct bits_out put_fill(struct bits_out out, u32 remainder)
{
	u32 bits = (remainder - out.n) & 7;

	return bits ? put(out, 0, bits) : out;
}

static inline struct bits_out put_ones(struct bits_out out, u32 count)
{
	for (; count > 56; count -= 56)
		out = put(out, (1ULL << 56) - 1, 56);
	return count ? put(out, (1ULL << count) - 1, count) : out;
}

/* ---- in ---- */

/**
 * struct bits_in - the next bits
 * @acc: from the left; bits behind the first @n are 0 or right already
 * @n: bits that count
 * @at: next byte to take
 */
struct bits_in {
	u64 acc;
	u64 n;
	const u8 *at;
};

/**
 * struct bits_source - where the next bits come from
 * @bits: the bits, between calls
 * @bytes: the caller's coded data
 * @begin: begin of the present piece
 * @end: behind its end
 * @eight: eight bytes can be loaded before this; @begin if they are not to be
 * @before: bytes in earlier pieces
 * @pad: zero bits given behind the end of the data
 * @ended: there is no further piece
 * @lsb_first: fill order of the bytes
 */
struct bits_source {
	struct bits_in bits;
	struct ifax_bytes *bytes;
	const u8 *begin;
	const u8 *end;
	const u8 *eight;
	u64 before;
	u32 pad;
	bool ended;
	bool lsb_first;
};

void ifax_source_piece(struct bits_source *src, const u8 *begin, const u8 *end);
void ifax_refill_slowly(struct bits_source *src);

/*
 * By way of the source: were the address of a struct bits_in taken, it would
 * live in memory instead of in registers.
 */
static __always_inline struct bits_in refill_slowly(struct bits_in in, struct bits_source *src)
{
	src->bits.acc = in.acc;
	src->bits.n = in.n;
	src->bits.at = in.at;
	ifax_refill_slowly(src);
	in.acc = src->bits.acc;
	in.n = src->bits.n;
	in.at = src->bits.at;
	return in;
}

/* Have at least 56 bits, zeros behind the end of the data */
static __always_inline struct bits_in refill(struct bits_in in, struct bits_source *src)
{
	if (likely(in.at < src->eight)) {
		in.acc |= load64(in.at) >> in.n;
		in.at += (63 - in.n) / 8;
		in.n |= 56;
		return in;
	}
	return refill_slowly(in, src);
}

static __always_inline struct bits_in skip(struct bits_in in, u32 bits)
{
	in.acc <<= bits;
	in.n -= bits;
	return in;
}

/* Bits from the begin of the data, or its end if that has been passed */
static inline u64 bit_position(const struct bits_source *src, struct bits_in in)
{
	u64 bits = (src->before + (in.at - src->begin)) * 8;

	return in.n > src->pad ? bits + src->pad - in.n : bits;
}

/* Have bits been used that are not in the data? */
static inline bool overrun(const struct bits_source *src, struct bits_in in)
{
	return in.n < src->pad;
}

#endif
