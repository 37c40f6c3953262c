// SPDX-License-Identifier: GPL-2.0
#include <glib.h>
#include <stdarg.h>
#include <stdio.h>

#include "failure.h"

int fail(struct failure *failure, int exit_code, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	vsnprintf(failure->text, sizeof(failure->text), text, args);
	va_end(args);
	failure->exit_code = exit_code;
	return -1;
}

int fail_within(struct failure *failure, const char *where, ...)
{
	struct failure inner = *failure;
	va_list args;

	va_start(args, where);
	vsnprintf(failure->text, sizeof(failure->text), where, args);
	va_end(args);
	g_strlcat(failure->text, ": ", sizeof(failure->text));
	g_strlcat(failure->text, inner.text, sizeof(failure->text));
	return -1;
}
