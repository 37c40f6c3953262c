// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <string.h>

#include "mime_limits.h"
#include "parts.h"
#include "uuencoded.h"

#define FILES_MAX		100	/* of one text */
#define UNFOLDED_BYTES_MAX	(32 << 20)	/* such a text is in memory, twice */

static const char *next_line(const char *at)
{
	at += strcspn(at, "\n");
	return *at ? at + 1 : at;
}

/* Bytes of a line of data: its first character tells how many, and so many fours follow. */
static bool is_data(const char *line)
{
	size_t bytes = (line[0] - ' ') & 0x3f;

	return line[0] > ' ' && line[0] <= '`' && strcspn(line, "\r\n") >= 1 + (bytes + 2) / 3 * 4;
}

/* "begin 644 fax.tif": the name; NULL: it is no such line */
static const char *file_name(const char *line)
{
	size_t digits;

	if (strncmp(line, "begin ", 6))
		return NULL;
	digits = strspn(line + 6, "01234567");
	return digits >= 3 && digits <= 4 && line[6 + digits] == ' ' ? line + 6 + digits + 1 : NULL;
}

/* The line behind the "end" of the file that begins in this line; NULL: none does. */
static const char *behind_file(const char *line)
{
	if (!file_name(line))
		return NULL;
	for (line = next_line(line); is_data(line); line = next_line(line))
		if (*line == '`')
			break;
	/* the last line holds nothing, by either sign for 0 */
	line = *line == '`' || *line == ' ' ? next_line(line) : line;
	return g_str_has_prefix(line, "end") && strchr("\r\n", line[3]) ? next_line(line) : NULL;
}

static GMimeDataWrapper *content_of(const char *at, size_t bytes, GMimeContentEncoding encoding)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(at, bytes);
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, encoding);

	g_object_unref(stream);
	return content;
}

static void add(GMimeMultipart *multipart, GMimePart *part, GMimeDataWrapper *content)
{
	g_mime_part_set_content(part, content);
	g_mime_multipart_add(multipart, GMIME_OBJECT(part));
	g_object_unref(content);
	g_object_unref(part);
}

static void add_text(GMimeMultipart *multipart, GMimeObject *text, const char *at, size_t bytes)
{
	const char *charset = g_mime_object_get_content_type_parameter(text, "charset");
	GMimeTextPart *part = g_mime_text_part_new();

	if (charset)
		g_mime_text_part_set_charset(part, charset);
	add(multipart, GMIME_PART(part), content_of(at, bytes, GMIME_CONTENT_ENCODING_BINARY));
}

static void add_file(GMimeMultipart *multipart, const char *at, size_t bytes)
{
	GMimePart *part = g_mime_part_new_with_type("application", "octet-stream");
	const char *begin = file_name(at);
	char *name = g_strndup(begin, strcspn(begin, "\r\n"));
	char *valid = g_utf8_make_valid(name, -1);

	g_mime_part_set_filename(part, valid);
	add(multipart, part, content_of(at, bytes, GMIME_CONTENT_ENCODING_UUENCODE));
	g_free(valid);
	g_free(name);
}

/* The parts of a text; NULL: it has no file in it */
static GMimeObject *parts_of(GMimeObject *object)
{
	GByteArray *bytes = part_bytes(object);
	const char *text = (const char *)bytes->data, *from = text, *behind;
	GMimeMultipart *multipart = NULL;
	unsigned int files = 0;

	for (const char *line = text; *line && files < FILES_MAX;) {
		behind = behind_file(line);
		if (!behind) {
			line = next_line(line);
			continue;
		}
		multipart = multipart ?: g_mime_multipart_new_with_subtype("mixed");
		add_text(multipart, object, from, line - from);
		add_file(multipart, line, behind - line);
		from = line = behind;
		files++;
	}
	if (multipart)
		add_text(multipart, object, from, strlen(from));
	g_byte_array_unref(bytes);
	return multipart ? GMIME_OBJECT(multipart) : NULL;
}

static bool may_hold(GMimeObject *object, GMimeObject *except)
{
	GMimeDataWrapper *content;

	if (object == except || !GMIME_IS_TEXT_PART(object) || part_kind(object) != PART_TEXT)
		return false;
	content = g_mime_part_get_content(GMIME_PART(object));
	return content &&
	       g_mime_stream_length(g_mime_data_wrapper_get_stream(content)) <= UNFOLDED_BYTES_MAX;
}

static void unfold(GMimeMultipart *multipart, GMimeObject *except, unsigned int depth)
{
	for (int i = 0; depth <= NESTING_MAX && i < g_mime_multipart_get_count(multipart); i++) {
		GMimeObject *part = g_mime_multipart_get_part(multipart, i), *parts;

		if (GMIME_IS_MULTIPART(part))
			unfold(GMIME_MULTIPART(part), except, depth + 1);
		parts = may_hold(part, except) ? parts_of(part) : NULL;
		if (!parts)
			continue;
		g_object_unref(g_mime_multipart_replace(multipart, i, parts));
		g_object_unref(parts);
	}
}

void uuencoded_unfold(GMimeMessage *message, GMimeObject *except)
{
	GMimeObject *root = g_mime_message_get_mime_part(message), *parts;

	if (root && GMIME_IS_MULTIPART(root))
		unfold(GMIME_MULTIPART(root), except, 0);
	parts = root && may_hold(root, except) ? parts_of(root) : NULL;
	if (!parts)
		return;
	g_mime_message_set_mime_part(message, parts);
	g_object_unref(parts);
}
