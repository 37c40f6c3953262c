/* SPDX-License-Identifier: GPL-2.0 */
/* Lines on stdout that may hold hostile bytes: the reader sees lines, and only ours. */
#ifndef _IFAX_LINE_H
#define _IFAX_LINE_H

#include <stdio.h>

#define LINE_BYTES_MAX	500

/**
 * print_line() - print a line made harmless
 * @out: stream
 * @before: what the line begins with, e.g. "subject="
 * @value: anything, NULL as nothing
 *
 * What is no UTF-8 becomes U+FFFD; control characters, line and paragraph
 * separators and characters that turn the direction of text become spaces;
 * @value is cut between two characters at LINE_BYTES_MAX.
 */
void print_line(FILE *out, const char *before, const char *value);

#endif /* _IFAX_LINE_H */
