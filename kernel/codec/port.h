/* SPDX-License-Identifier: GPL-2.0 */
/* What the codec needs of its surroundings, kernel or userland. */
#ifndef IFAX_CODEC_PORT_H
#define IFAX_CODEC_PORT_H

#include <linux/ifax/codec.h>

#ifdef __KERNEL__

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#if __has_include(<linux/unaligned.h>)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#else /* userland */

#include <endian.h>
#include <errno.h>
#include <string.h>

#define EXPORT_SYMBOL_GPL(symbol)
#define noinline		__attribute__((noinline))
#undef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define round_up(n, d)		(DIV_ROUND_UP(n, d) * (d))
#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max_t(type, a, b)	((type)(a) > (type)(b) ? (type)(a) : (type)(b))

static inline u64 get_unaligned_be64(const void *from)
{
	u64 value;

	memcpy(&value, from, sizeof(value));
	return be64toh(value);
}

static inline void put_unaligned_be64(u64 value, void *to)
{
	value = htobe64(value);
	memcpy(to, &value, sizeof(value));
}

#endif

/* Of a value that is not 0 */
static __always_inline unsigned int leading_zeros(u64 value)
{
	return __builtin_clzll(value);
}

/* Mirror the bits of each byte */
static inline u64 mirror_bytes(u64 value)
{
	value = (value >> 1 & 0x5555555555555555ULL) | (value & 0x5555555555555555ULL) << 1;
	value = (value >> 2 & 0x3333333333333333ULL) | (value & 0x3333333333333333ULL) << 2;
	return (value >> 4 & 0x0f0f0f0f0f0f0f0fULL) | (value & 0x0f0f0f0f0f0f0f0fULL) << 4;
}

/* Of four 16-bit values each: how many are equal before the first that differs */
static __always_inline unsigned int equal_u16s(const u16 *a, const u16 *b)
{
	u64 x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	x ^= y;
	if (!x)
		return 4;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return __builtin_clzll(x) / 16;
#else
	return __builtin_ctzll(x) / 16;
#endif
}

#endif
