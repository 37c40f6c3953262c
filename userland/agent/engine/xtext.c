// SPDX-License-Identifier: GPL-2.0
/* xtext: any text as one word of an SMTP command (RFC 3461, 4). */
#include <stdio.h>

#include "xtext.h"

const char *xtext_encode(const char *text, char *xtext, size_t size)
{
	size_t used = 0;

	for (; *text; text++) {
		unsigned char c = *text;

		if (used + 4 > size)
			break;
		if (c > 0x20 && c < 0x7f && c != '+' && c != '=')
			xtext[used++] = c;
		else
			used += sprintf(xtext + used, "+%02X", c);
	}
	xtext[used] = '\0';
	return xtext;
}

/* Lower case is not allowed there. */
static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool xtext_decode(const char *xtext, char *text, size_t size)
{
	size_t used = 0;

	for (; *xtext; xtext++) {
		int c = (unsigned char)*xtext;

		if (c <= 0x20 || c >= 0x7f || c == '=' || used + 1 >= size)
			return false;
		if (c == '+') {
			int high = hex_digit(xtext[1]);
			int low = high < 0 ? -1 : hex_digit(xtext[2]);

			if (low < 0)
				return false;
			c = high << 4 | low;
			xtext += 2;
		}
		if (c < 0x20 || c >= 0x7f)
			return false;
		text[used++] = c;
	}
	text[used] = '\0';
	return true;
}
