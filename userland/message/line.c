// SPDX-License-Identifier: GPL-2.0
#include <glib.h>
#include <string.h>

#include "line.h"

static gboolean harmless(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
	case G_UNICODE_SURROGATE:
		return FALSE;
	default:
		return TRUE;
	}
}

void print_line(FILE *out, const char *before, const char *value)
{
	const char *at = value ? value : "";
	const char *end = at + strnlen(at, LINE_BYTES_MAX);
	char utf8[6];

	fputs(before, out);
	while (at < end) {
		gunichar c = g_utf8_get_char_validated(at, -1);

		if (c == (gunichar)-1 || c == (gunichar)-2) {
			fputs("\xef\xbf\xbd", out);
			at++;
			continue;
		}
		if (harmless(c))
			fwrite(utf8, 1, g_unichar_to_utf8(c, utf8), out);
		else
			fputc(' ', out);
		at = g_utf8_next_char(at);
	}
	fputc('\n', out);
	fflush(out);
}
