// SPDX-License-Identifier: GPL-2.0
/* Lines out of bytes that come in any pieces. */
#include "line_reader.h"

static void line_byte(struct line_reader *reader, char c)
{
	if (reader->len < reader->size)
		reader->line[reader->len] = c;
	reader->len++;
}

static enum line_event line_end(struct line_reader *reader)
{
	bool fits = reader->len < reader->size;

	reader->line[fits ? reader->len : reader->size - 1] = '\0';
	reader->len = 0;
	reader->cr = false;
	return fits ? LINE_COMPLETE : LINE_TOO_LONG;
}

/**
 * line_reader_take() - take bytes up to the end of the line
 * @reader: the line so far
 * @bytes: the bytes
 * @len: their number
 * @event: what came of it
 *
 * Return: how many bytes were taken; all of them when @event is LINE_MORE.
 */
size_t line_reader_take(struct line_reader *reader, const char *bytes, size_t len,
			enum line_event *event)
{
	size_t i;

	*event = LINE_MORE;
	for (i = 0; i < len; i++) {
		char c = bytes[i];

		if (c == '\n' && (reader->cr || !reader->strict)) {
			*event = line_end(reader);
			return i + 1;
		}
		if (reader->strict && (reader->cr || c == '\n' || !c)) {
			*event = LINE_BAD;
			return i + 1;
		}
		if (reader->cr)
			line_byte(reader, '?');
		reader->cr = c == '\r';
		if (!reader->cr)
			line_byte(reader, c ? c : '?');
	}
	return len;
}
