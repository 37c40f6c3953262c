// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <gmime/gmime.h>
#include <string.h>
#include <unistd.h>

#include "headers.h"
#include "line.h"

#define FILE_BYTES_MAX	(32 << 20)
#define BLOCK_BYTES	65536

static void print_field(GMimeObject *header, const char *before, const char *name, FILE *out)
{
	const char *value = g_mime_object_get_header(header, name);

	if (value)
		print_line(out, before, value);
}

static void print_date(const char *value, FILE *out)
{
	GDateTime *date = value ? g_mime_utils_header_decode_date(value) : NULL;

	if (!date)
		return;
	fprintf(out, "date=%lld\n", (long long)g_date_time_to_unix(date));
	g_date_time_unref(date);
}

/* As the header of a part: that of a message would have its addresses taken apart. */
static void print_header(const char *text, size_t bytes, unsigned int number, FILE *out)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(text, bytes);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeObject *header = g_mime_parser_construct_part(parser, NULL);

	fprintf(out, "header=%u\n", number);
	if (header) {
		print_field(header, "from=", "From", out);
		print_field(header, "subject=", "Subject", out);
		print_date(g_mime_object_get_header(header, "Date"), out);
		g_object_unref(header);
	}
	g_object_unref(parser);
	g_object_unref(stream);
}

/* The whole file, as far as FILE_BYTES_MAX; NULL: it cannot be read. */
static GString *read_file(int fd)
{
	GString *text = g_string_new(NULL);
	char block[BLOCK_BYTES];
	ssize_t n = 1;

	while (n > 0 && text->len < FILE_BYTES_MAX) {
		n = pread(fd, block, sizeof(block), text->len);
		if (n > 0)
			g_string_append_len(text, block, n);
	}
	if (n >= 0)
		return text;
	g_string_free(text, TRUE);
	return NULL;
}

/* Behind the empty line that ends the header at @text; NULL: there is none. */
static const char *header_end(const char *text, const char *end)
{
	const char *eol;

	for (; text < end; text = eol + 1) {
		eol = memchr(text, '\n', end - text);
		if (!eol)
			return NULL;
		if (eol == text || (eol == text + 1 && *text == '\r'))
			return eol + 1;
	}
	return NULL;
}

int headers_print(int headers_fd, FILE *out, struct failure *failure)
{
	GString *text = read_file(headers_fd);
	const char *header, *end, *next;
	unsigned int number = 0;

	if (!text)
		return fail(failure, EXIT_LATER, "cannot read the headers: %s", strerror(errno));
	end = text->str + text->len;
	for (header = text->str; (next = header_end(header, end)); header = next)
		print_header(header, next - header, ++number, out);
	fprintf(out, "ok headers=%u\n", number);
	g_string_free(text, TRUE);
	return 0;
}
