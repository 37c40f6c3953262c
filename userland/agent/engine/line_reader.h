/* SPDX-License-Identifier: GPL-2.0 */
/* Lines out of bytes that come in any pieces. */
#ifndef IFAX_LINE_READER_H
#define IFAX_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct line_reader - collects one line
 * @line: memory of the owner; when a line is complete, the line without its end,
 *	terminated by NUL
 * @size: of @line
 * @len: bytes of the line so far, counted on when they no longer fit
 * @strict: CRLF is the only line end, and a bare CR, a bare LF or a NUL is an error.
 *	Otherwise LF ends a line as well and the other two become '?'
 * @cr: the last byte was a CR
 */
struct line_reader {
	char *line;
	size_t size;
	size_t len;
	bool strict;
	bool cr;
};

/**
 * enum line_event - what came of the bytes
 * @LINE_MORE: the line is not complete
 * @LINE_COMPLETE: it is, in @line; the next byte begins a new one
 * @LINE_TOO_LONG: it is, but did not fit
 * @LINE_BAD: bare CR, bare LF or NUL in strict mode
 */
enum line_event { LINE_MORE, LINE_COMPLETE, LINE_TOO_LONG, LINE_BAD };

size_t line_reader_take(struct line_reader *reader, const char *bytes, size_t len,
			enum line_event *event);

/* The line that comes does not fit, whatever follows. */
static inline bool line_reader_overflows(const struct line_reader *reader)
{
	return reader->len >= reader->size;
}

#endif /* IFAX_LINE_READER_H */
