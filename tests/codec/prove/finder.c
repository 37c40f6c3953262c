// SPDX-License-Identifier: GPL-2.0
/* The other way: the changes of any row of WIDTH_PX pixels, written into room for them only. */
#include "prove.h"
#include "runs.c"
#include "tables.c"

#define ENTRIES	(RUNS_BEFORE + (WIDTH_PX / 4 + 1) * 4 + RUNS_AFTER)

int main(void)
{
	u16 runs[ENTRIES], *end = runs + ENTRIES - RUNS_AFTER;
	u64 invert = any_below(2) ? ~0ULL : 0;
	u8 row[(WIDTH_PX + 7) / 8];
	u32 x = any_below(WIDTH_PX), changes, before = 0, black, i;

	runs_close(end, 0, WIDTH_PX);
	changes = ifax_runs_of_row(end, row, WIDTH_PX, invert);
	promise(changes <= WIDTH_PX);
	black = (row[x / 8] >> (7 - x % 8) & 1) ^ (invert & 1);
	for (i = 0; i < WIDTH_PX && i < changes; i++)
		before += end[(int)i - (int)changes] <= x;
	promise(before % 2 == black);
	return 0;
}
