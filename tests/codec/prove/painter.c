// SPDX-License-Identifier: GPL-2.0
/*
 * The run filler: any change positions of a line of WIDTH_PX pixels become its
 * pixels, and only the row and its slack are written.
 */
#include "prove.h"
#include "runs.c"
#include "tables.c"

#define CHANGES	3

int main(void)
{
	u8 row[(WIDTH_PX + 7) / 8 + ROW_SLACK] __attribute__((__aligned__(8)));
	u32 changes = any_below(CHANGES + 1), x = any_below(WIDTH_PX), black = 0, i;
	u16 runs[CHANGES + RUNS_AFTER];

	for (i = 0; i < changes; i++) {
		runs[i] = nondet_u32();
		assume(runs[i] < WIDTH_PX && (!i || runs[i] > runs[i - 1]));
		black ^= runs[i] <= x;
	}
	runs_close(runs, changes, WIDTH_PX);
	ifax_row_of_runs(row, runs, changes, WIDTH_PX);
	promise((row[x / 8] >> (7 - x % 8) & 1) == black);
	promise(!(WIDTH_PX % 8) || !(u8)(row[WIDTH_PX / 8] << WIDTH_PX % 8));
	return 0;
}
