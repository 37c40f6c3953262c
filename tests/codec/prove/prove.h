/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For CBMC: a harness calls code with values of any kind, within what it assumes;
 * CBMC shows that whatever they are no promise is broken, nothing outside of an
 * object is read or written, and no sum or shift overflows where C forbids it.
 */
#ifndef CODEC_PROVE_H
#define CODEC_PROVE_H

#include <stdlib.h>

#define EXPORT_SYMBOL_GPL(symbol)	_Static_assert(1, "")
#include "port.h"

/* Without a body: CBMC takes any value */
u32 nondet_u32(void);
u64 nondet_u64(void);

#define assume(condition)	__CPROVER_assume(condition)
#define promise(condition)	__CPROVER_assert(condition, #condition)

static inline u32 any_below(u32 end)
{
	u32 value = nondet_u32();

	assume(value < end);
	return value;
}

#endif
