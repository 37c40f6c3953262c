// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>

#include "tap.h"

static unsigned int points;
static unsigned int failed;

bool tap_ok(bool ok, const char *format, ...)
{
	va_list args;

	failed += !ok;
	printf("%sok %u - ", ok ? "" : "not ", ++points);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	return ok;
}

void tap_note(const char *format, ...)
{
	char text[4096];
	va_list args;
	char *c;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (c = text; *c; c++)
		if (*c == '\n')
			*c = '|';
	printf("# %s\n", text);
}

int tap_end(void)
{
	printf("1..%u\n", points);
	return failed != 0;
}
