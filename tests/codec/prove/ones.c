// SPDX-License-Identifier: GPL-2.0
/* Ones by the number, as MMR writes lines that are alike. */
#include "prove.h"
#include "bits.h"

#define ONES	115	/* three words */

int main(void)
{
	u8 buffer[(7 + ONES) / 8 + BITS_OUT_SLACK];
	struct bits_out out = { 0, any_below(8), buffer };
	u32 zeros = out.n, count = any_below(ONES + 1);

	out = put_ones(out, count);
	promise((u32)(out.at - buffer) * 8 + out.n == zeros + count);
	promise(!count || (out.n ? out.acc & 1 : out.at[-1] & 1));
	return 0;
}
