/* SPDX-License-Identifier: GPL-2.0 */
/* What the codec needs of its surroundings, kernel or userland. */
#ifndef IFAX_CODEC_PORT_H
#define IFAX_CODEC_PORT_H

#include <linux/ifax/codec.h>

#ifdef __KERNEL__

#include <asm/byteorder.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/math64.h>
#include <linux/string.h>

#else /* userland */

#include <endian.h>
#include <errno.h>
#include <string.h>

#define noinline	__attribute_noinline__
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define be64_to_cpu(x)	be64toh(x)
#define cpu_to_be64(x)	htobe64(x)
#define __force
#define le64_to_cpu(x)	le64toh(x)

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

#endif

/* Eight bytes of any alignment, the first one in front */
static __always_inline u64 load64(const void *from)
{
	__be64 value;

	memcpy(&value, from, sizeof(value));
	return be64_to_cpu(value);
}

static __always_inline void store64(void *to, u64 value)
{
	__be64 bytes = cpu_to_be64(value);

	memcpy(to, &bytes, sizeof(bytes));
}

/* Of 64 bits */
static __always_inline u32 leading_zeros(u64 value)
{
	return value ? __builtin_clzll(value) : 64;
}

/* Mirror the bits of each byte */
static inline u64 mirror_bytes(u64 value)
{
	value = (value >> 1 & 0x5555555555555555ULL) | (value & 0x5555555555555555ULL) << 1;
	value = (value >> 2 & 0x3333333333333333ULL) | (value & 0x3333333333333333ULL) << 2;
	return (value >> 4 & 0x0f0f0f0f0f0f0f0fULL) | (value & 0x0f0f0f0f0f0f0f0fULL) << 4;
}

#endif
