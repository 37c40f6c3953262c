// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <libifax.h>

#include "figures.h"

#define LINE_RATE	"/sys/module/ifax_sim/parameters/line_rate"

static FILE *table;
static int tests;

void check(const char *what, int err)
{
	if (err >= 0)
		return;
	printf("Bail out! %s: %s\n", what, ifax_error_text(err));
	exit(1);
}

void figures_begin(const char *path)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	table = fopen(path, "w");
	if (!table)
		check(path, -errno);
	fputs("what\tfound\tgoal\n", table);
}

int figures_end(void)
{
	printf("1..%d\n", tests);
	return fclose(table) ? 1 : 0;
}

void figure(const char *what, double found)
{
	printf("# %-52s %12.4g\n", what, found);
	fprintf(table, "%s\t%.4g\t\n", what, found);
}

void goal(bool reached, const char *what, double found, const char *bound)
{
	printf("%sok %d - %s: %.4g (goal: %s)\n", reached ? "" : "not ", ++tests, what, found,
	       bound);
	fprintf(table, "%s\t%.4g\t%s\n", what, found, bound);
}

void write_file(const char *path, const char *data, size_t bytes)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(data, 1, bytes, file) != bytes || fclose(file))
		check(path, -errno);
}

void set_line_rate(unsigned int lines_per_s)
{
	char text[16];

	write_file(LINE_RATE, text, snprintf(text, sizeof(text), "%u", lines_per_s));
}
