// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "mime_limits.h"

#define BUFFER_BYTES	65536
#define KEPT_BYTES	1000	/* of each line: no field name is longer */

enum place {
	IN_HEADER,
	AFTER_HEADER,	/* an embedded message would begin here, with its header */
	IN_BODY,
};

/**
 * struct scan - how far the scan is
 * @place: where the current line stands
 * @line: begin of the current line
 * @line_bytes: its length so far; may be more than is kept
 * @field_bytes: bytes of the current field in the lines before
 * @longest_field_bytes: of all fields so far
 * @header_bytes: bytes of all headers
 * @header_lines: their lines
 * @parts: headers begun
 */
struct scan {
	enum place place;
	char line[KEPT_BYTES];
	uint64_t line_bytes;
	uint64_t field_bytes;
	uint64_t longest_field_bytes;
	uint64_t header_bytes;
	unsigned int header_lines;
	unsigned int parts;
};

static bool blank(const struct scan *scan)
{
	return !scan->line_bytes || (scan->line_bytes == 1 && scan->line[0] == '\r');
}

static bool folded(const struct scan *scan)
{
	return scan->line_bytes && (scan->line[0] == ' ' || scan->line[0] == '\t');
}

static bool like_boundary(const struct scan *scan)
{
	return scan->line_bytes > 2 && scan->line[0] == '-' && scan->line[1] == '-';
}

/* A field name and a colon */
static bool like_field(const struct scan *scan)
{
	size_t n = scan->line_bytes < KEPT_BYTES ? scan->line_bytes : KEPT_BYTES;

	for (size_t i = 0; i < n; i++) {
		if (scan->line[i] == ':')
			return i > 0;
		if (scan->line[i] < '!' || scan->line[i] > '~')
			return false;
	}
	return false;
}

static void end_line(struct scan *scan)
{
	if (!folded(scan))
		scan->field_bytes = 0;
	if (like_boundary(scan)) {
		scan->place = IN_HEADER;
		scan->parts++;
	} else if (scan->place == IN_HEADER && blank(scan)) {
		scan->place = AFTER_HEADER;
	} else if (scan->place == AFTER_HEADER && like_field(scan)) {
		scan->place = IN_HEADER;
		scan->parts++;
	} else if (scan->place == AFTER_HEADER && !blank(scan)) {
		scan->place = IN_BODY;
	}
	if (scan->place == IN_HEADER) {
		scan->field_bytes += scan->line_bytes;
		scan->header_bytes += scan->line_bytes;
		scan->header_lines++;
	}
	if (scan->field_bytes > scan->longest_field_bytes)
		scan->longest_field_bytes = scan->field_bytes;
	scan->line_bytes = 0;
}

/* Called for each piece, so that one endless line is stopped, too. */
static int within_limits(const struct scan *scan, struct failure *failure)
{
	bool in_header = scan->place == IN_HEADER ||
		(scan->place == AFTER_HEADER && like_field(scan));
	uint64_t line = in_header ? scan->line_bytes : 0;

	if (scan->header_bytes + line > HEADER_BYTES_MAX)
		return fail(failure, EXIT_INPUT, "the message has more than %d kB of headers",
			    HEADER_BYTES_MAX >> 10);
	if (line > FIELD_BYTES_MAX || scan->longest_field_bytes > FIELD_BYTES_MAX)
		return fail(failure, EXIT_INPUT, "the message has a header field of more than %d kB",
			    FIELD_BYTES_MAX >> 10);
	if (scan->header_lines > HEADER_LINES_MAX)
		return fail(failure, EXIT_INPUT, "the message has more than %d header lines",
			    HEADER_LINES_MAX);
	if (scan->parts > PARTS_MAX)
		return fail(failure, EXIT_INPUT, "the message has more than %d parts", PARTS_MAX);
	return 0;
}

static void take(struct scan *scan, const char *data, size_t bytes)
{
	const char *end = data + bytes;

	while (data < end) {
		const char *eol = memchr(data, '\n', end - data);
		size_t n = (eol ? eol : end) - data;

		if (scan->line_bytes < KEPT_BYTES) {
			size_t room = KEPT_BYTES - scan->line_bytes;

			memcpy(scan->line + scan->line_bytes, data, n < room ? n : room);
		}
		scan->line_bytes += n;
		if (!eol)
			break;
		end_line(scan);
		data = eol + 1;
	}
}

int mime_limits_check(int fd, struct failure *failure)
{
	struct scan scan = { .place = IN_HEADER };
	char buffer[BUFFER_BYTES];
	uint64_t at = 0;
	ssize_t n;

	for (;;) {
		n = pread(fd, buffer, sizeof(buffer), at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(failure, EXIT_LATER, "cannot read the message: %s",
				    strerror(errno));
		if (!n)
			return 0;
		at += n;
		if (at > MESSAGE_BYTES_MAX)
			return fail(failure, EXIT_INPUT, "the message is longer than %d MB",
				    MESSAGE_BYTES_MAX >> 20);
		take(&scan, buffer, n);
		if (within_limits(&scan, failure))
			return -1;
	}
}
