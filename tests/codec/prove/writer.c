// SPDX-License-Identifier: GPL-2.0
/*
 * The bit writer, by induction: whatever was put before, the next word goes where
 * it belongs, what was there stays, and nothing behind the slack is touched.
 */
#include "prove.h"
#include "bits.h"

#define BYTES	(8 + BITS_OUT_SLACK)	/* a word of 57 bits behind up to 7 */

int main(void)
{
	u8 buffer[BYTES];
	struct bits_out out = { nondet_u64(), any_below(8), buffer }, before = out;
	u32 bits = any_below(58), total = before.n + bits, at = any_below(64);
	u64 code = nondet_u64();
	bool bit, written;

	assume(!(code >> bits));
	out = put(out, code, bits);
	promise(out.n < 8 && (u32)(out.at - buffer) * 8 + out.n == total);
	/* any bit, of those that were there or of the word */
	assume(at < total);
	bit = at < before.n ? before.acc >> (before.n - 1 - at) & 1 : code >> (total - 1 - at) & 1;
	written = at < total / 8 * 8 ? buffer[at / 8] >> (7 - at % 8) & 1 :
				       out.acc >> (total - 1 - at) & 1;
	promise(written == bit);
	return 0;
}
