// SPDX-License-Identifier: GPL-2.0
/*
 * partial: a mail that goes as several (message/partial, RFC 2046, 5.2.2)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "partial.h"

#define HEADER_BYTES_MAX	(128 * 1024)	/* ifax-message refuses longer ones */
#define LINE_BYTES_MAX		1000		/* RFC 5322, 2.1.1: 998 and a line end */
#define OWN_FIELDS_BYTES	1500		/* what a part's header has more than the mail's */

/* The header of the mail with its last line end, without the empty line; NULL: it has none. */
static char *read_header(int fd)
{
	char *text = malloc(HEADER_BYTES_MAX + 1), *end = NULL;
	ssize_t n = text ? pread(fd, text, HEADER_BYTES_MAX, 0) : -1;

	if (n > 0) {
		text[n] = 0;
		end = strstr(text, "\r\n\r\n");
	}
	if (!end) {
		free(text);
		return NULL;
	}
	end[2] = 0;
	return text;
}

/* Behind the last line end before @limit; 0: there is none. */
static int64_t line_end(int fd, int64_t limit)
{
	char text[LINE_BYTES_MAX];
	int64_t at = limit > LINE_BYTES_MAX ? limit - LINE_BYTES_MAX : 0;
	ssize_t n = pread(fd, text, limit - at, at);
	const char *eol = n > 0 ? memrchr(text, '\n', n) : NULL;

	return eol ? at + (eol - text) + 1 : 0;
}

bool partial_cut(struct partial *partial, int fd, int64_t bytes, int64_t part_bytes)
{
	char *header = read_header(fd);
	int64_t header_bytes = header ? strlen(header) + 2 : 0;
	int64_t content = part_bytes - header_bytes - OWN_FIELDS_BYTES;
	int64_t least = bytes / (PARTIAL_PARTS_MAX - 1) + LINE_BYTES_MAX;
	int64_t at = 0;

	*partial = (struct partial){ .parts = 0 };
	free(header);
	if (!header_bytes)
		return false;
	/* the header of the mail stays in one piece, at the begin of the first part */
	if (least < header_bytes + LINE_BYTES_MAX)
		least = header_bytes + LINE_BYTES_MAX;
	if (content < least)
		content = least;
	while (at < bytes) {
		int64_t end = bytes - at > content ? line_end(fd, at + content) : bytes;

		if (end <= at || partial->parts == PARTIAL_PARTS_MAX)
			return false;
		partial->end[partial->parts++] = at = end;
	}
	return partial->parts;
}

/* A field and the lines that continue it */
static size_t field_bytes(const char *field)
{
	size_t bytes = 0;

	do
		bytes += strcspn(field + bytes, "\n") + 1;
	while (field[bytes] == ' ' || field[bytes] == '\t');
	return bytes;
}

static bool begins(const char *field, const char *name)
{
	return !strncasecmp(field, name, strlen(name));
}

/* What belongs to the mail, not to its parts */
static bool is_inner(const char *field)
{
	return begins(field, "Content-") || begins(field, "Message-ID:") ||
	       begins(field, "MIME-Version:") || begins(field, "Encrypted:") ||
	       begins(field, "Disposition-Notification-");
}

static void write_field(FILE *out, const char *field, size_t bytes, const struct mail *mail)
{
	if (is_inner(field))
		return;
	if (!begins(field, "Subject:")) {
		fwrite(field, 1, bytes, out);
		return;
	}
	/* on a line of its own: what stands before may be as long as a line can be */
	fwrite(field, 1, bytes, out);
	fprintf(out, " (part %lld of %lld)\r\n", (long long)mail->part, (long long)mail->parts);
}

/* The id of all parts: the Message-ID of the mail, without brackets */
static void write_own(FILE *out, const char *header, const struct mail *mail,
		      const char *message_id)
{
	const char *id = "";

	for (const char *field = header; *field; field += field_bytes(field))
		if (begins(field, "Message-ID:"))
			id = field + strcspn(field, "<");
	id += *id == '<';
	fprintf(out, "Message-ID: %s\r\nMIME-Version: 1.0\r\n", message_id);
	fprintf(out, "Content-Type: message/partial; number=%lld; total=%lld;\r\n",
		(long long)mail->part, (long long)mail->parts);
	fprintf(out, " id=\"%.*s\"\r\n\r\n", (int)strcspn(id, ">\r\n"), id);
}

char *partial_header(int fd, const struct mail *mail, const char *message_id)
{
	char *header = read_header(fd), *text = NULL;
	size_t bytes;
	FILE *out = header ? open_memstream(&text, &bytes) : NULL;

	if (out) {
		for (const char *field = header; *field; field += field_bytes(field))
			write_field(out, field, field_bytes(field), mail);
		write_own(out, header, mail, message_id);
		if (fclose(out)) {
			free(text);
			text = NULL;
		}
	}
	free(header);
	return text;
}
