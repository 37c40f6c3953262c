// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "html_text.h"
#include "parts.h"

#define HTML_HEAD_BYTES	1024	/* as far as browsers look for the charset */

static const struct {
	const char *type, *subtype;
	enum part_kind kind;
} types[] = {
	{ "image", "tiff", PART_TIFF },
	{ "image", "tiff-fx", PART_TIFF },
	{ "image", "x-tiff", PART_TIFF },
	{ "image", "tif", PART_TIFF },
	{ "image", "x-tif", PART_TIFF },
	{ "application", "tiff", PART_TIFF },
	{ "application", "x-tiff", PART_TIFF },
	{ "image", "jpeg", PART_JPEG },
	{ "image", "jpg", PART_JPEG },
	{ "image", "pjpeg", PART_JPEG },
	{ "image", "png", PART_PNG },
	{ "image", "x-png", PART_PNG },
	{ "application", "pdf", PART_PDF },
	{ "application", "x-pdf", PART_PDF },
	{ "text", "html", PART_HTML },
	{ "text", "calendar", PART_OTHER },
	{ "text", "directory", PART_OTHER },
	{ "text", "rtf", PART_OTHER },
	{ "text", "vcard", PART_OTHER },
	{ "text", "x-vcard", PART_OTHER },
	{ "text", "*", PART_TEXT },
	{ "message", "delivery-status", PART_TEXT },
	{ "message", "disposition-notification", PART_TEXT },
	{ "message", "global-delivery-status", PART_TEXT },
	{ "message", "global-disposition-notification", PART_TEXT },
	{ "message", "global-headers", PART_TEXT },
};

static const struct {
	const char *suffix;
	enum part_kind kind;
} suffixes[] = {
	{ ".tif", PART_TIFF }, { ".tiff", PART_TIFF }, { ".jpg", PART_JPEG },
	{ ".jpeg", PART_JPEG }, { ".png", PART_PNG }, { ".pdf", PART_PDF },
};

static enum part_kind kind_of_name(const char *name)
{
	char *lower = name ? g_ascii_strdown(name, -1) : NULL;
	enum part_kind kind = PART_OTHER;

	for (size_t i = 0; lower && i < G_N_ELEMENTS(suffixes); i++)
		if (g_str_has_suffix(lower, suffixes[i].suffix))
			kind = suffixes[i].kind;
	g_free(lower);
	return kind;
}

static enum part_kind kind_of_type(GMimeContentType *type)
{
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (g_mime_content_type_is_type(type, types[i].type, types[i].subtype))
			return types[i].kind;
	return PART_OTHER;
}

/* The first bytes of what the part holds, its transfer encoding undone */
static ssize_t begin_of(GMimePart *part, char *bytes, size_t room)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream, *decoded;
	GMimeFilter *filter;
	ssize_t n;

	if (!content)
		return 0;
	stream = g_mime_data_wrapper_get_stream(content);
	g_mime_stream_reset(stream);
	decoded = g_mime_stream_filter_new(stream);
	filter = g_mime_filter_basic_new(g_mime_data_wrapper_get_encoding(content), FALSE);
	g_mime_stream_filter_add(GMIME_STREAM_FILTER(decoded), filter);
	n = g_mime_stream_read(decoded, bytes, room);
	g_mime_stream_reset(stream);
	g_object_unref(filter);
	g_object_unref(decoded);
	return n;
}

static enum part_kind kind_of_content(GMimePart *part)
{
	static const struct {
		size_t bytes;
		const char *begin;
		enum part_kind kind;
	} begins[] = {
		{ 4, "II*\0", PART_TIFF }, { 4, "MM\0*", PART_TIFF }, { 4, "II+\0", PART_TIFF },
		{ 4, "MM\0+", PART_TIFF }, { 3, "\xff\xd8\xff", PART_JPEG },
		{ 4, "\x89PNG", PART_PNG }, { 5, "%PDF-", PART_PDF },
	};
	char bytes[8];
	ssize_t n = begin_of(part, bytes, sizeof(bytes));

	for (size_t i = 0; i < G_N_ELEMENTS(begins); i++)
		if (n >= (ssize_t)begins[i].bytes &&
		    !memcmp(bytes, begins[i].begin, begins[i].bytes))
			return begins[i].kind;
	return PART_OTHER;
}

/*
 * Senders are often wrong about what they send. The bytes tell it; type and name tell whether
 * it is worth a look, and what it is meant to be if the bytes do not tell.
 */
enum part_kind part_kind(GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	enum part_kind by_type, by_name, found;
	bool is_octets;
	const char *name;

	if (!GMIME_IS_PART(object) || !type)
		return PART_OTHER;
	name = g_mime_part_get_filename(GMIME_PART(object));
	by_type = kind_of_type(type);
	by_name = kind_of_name(name);
	is_octets = g_mime_content_type_is_type(type, "application", "octet-stream");
	if (by_type == PART_OTHER && by_name == PART_OTHER &&
	    (!is_octets || (name && strchr(name, '.'))))
		return PART_OTHER;
	found = kind_of_content(GMIME_PART(object));
	if (by_type == PART_TEXT || by_type == PART_HTML)
		return found == by_name && found != PART_OTHER ? found : by_type;
	if (found != PART_OTHER)
		return found;
	return is_octets ? by_name : by_type;
}

GByteArray *part_bytes(GMimeObject *object)
{
	GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(object));
	GByteArray *bytes = g_byte_array_new();
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	if (content)
		g_mime_data_wrapper_write_to_stream(content, stream);
	g_object_unref(stream);
	/* behind them a NUL, so that none are somewhere, too */
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	return g_byte_array_set_size(bytes, bytes->len - 1);
}

/* The name behind "charset=" at the begin of a page of HTML; to be freed, NULL: it has none. */
static char *charset_of_html(const GByteArray *bytes)
{
	char *head = g_ascii_strdown((const char *)bytes->data, MIN(bytes->len, HTML_HEAD_BYTES));
	char *at = strstr(head, "charset="), *name;

	at = at ? at + strlen("charset=") : head + strlen(head);
	at += strspn(at, "\"' ");
	name = g_strndup(at, strcspn(at, "\"' ;/>"));
	g_free(head);
	if (*name)
		return name;
	g_free(name);
	return NULL;
}

static bool is_known(const char *charset)
{
	iconv_t way = g_mime_iconv_open("UTF-8", charset);

	if (way == (iconv_t)-1)
		return false;
	g_mime_iconv_close(way);
	return true;
}

/* Bytes beyond ASCII that are right in UTF-8, but for a few that are not */
static bool is_utf8(const GByteArray *bytes)
{
	const char *at = (const char *)bytes->data, *end = at + bytes->len, *wrong;
	size_t right = 0, errors = 0;

	for (; at < end; at = wrong + 1) {
		errors += !g_utf8_validate_len(at, end - at, &wrong);
		for (; at < wrong; at = g_utf8_next_char(at))
			right += *(const uint8_t *)at > 0x7f;
	}
	return right >= errors;
}

/*
 * In which charset a text is: as it says, but many programs say nothing, or something about
 * the text that stood there before. What could be UTF-8 is; else it is Windows', which
 * has Latin-1 in it.
 */
static char *charset_of(GMimeObject *object, enum part_kind kind, const GByteArray *bytes)
{
	static const char * const doubtful[] = {
		"us-ascii", "ascii", "utf-8", "utf8", "x-unknown", "unknown-8bit",
	};
	const char *said = g_mime_object_get_content_type_parameter(object, "charset");
	char *charset = said || kind != PART_HTML ? g_strdup(said) : charset_of_html(bytes);
	bool is_doubtful = !charset || !is_known(charset);

	for (size_t i = 0; !is_doubtful && i < G_N_ELEMENTS(doubtful); i++)
		is_doubtful = !g_ascii_strcasecmp(charset, doubtful[i]);
	if (!is_doubtful && g_ascii_strcasecmp(charset, "iso-8859-1"))
		return charset;
	is_doubtful &= is_utf8(bytes);
	g_free(charset);
	return g_strdup(is_doubtful ? "utf-8" : "windows-1252");
}

/* Text in its charset, as UTF-8; to be freed. */
static char *text_of(GMimeObject *object, enum part_kind kind)
{
	GByteArray *bytes = part_bytes(object);
	char *charset = charset_of(object, kind, bytes), *text, *valid;

	if (GMIME_IS_TEXT_PART(object) && strcmp(charset, "utf-8")) {
		g_mime_text_part_set_charset(GMIME_TEXT_PART(object), charset);
		text = g_mime_text_part_get_text(GMIME_TEXT_PART(object));
		valid = g_utf8_make_valid(text ?: "", -1);
		g_free(text);
	} else {
		valid = g_utf8_make_valid((const char *)bytes->data, bytes->len);
	}
	g_byte_array_unref(bytes);
	g_free(charset);
	return valid;
}

int part_append_text(GString *text, GMimeObject *object, enum part_kind kind,
		     struct failure *failure)
{
	GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(object));
	GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
	GString *stripped;
	char *own;

	if (!stream)
		return 0;
	if (g_mime_stream_length(stream) > TEXT_BYTES_MAX - (gint64)text->len)
		return fail(failure, EXIT_INPUT, "the message has more than %d kB of text",
			    TEXT_BYTES_MAX >> 10);
	own = text_of(object, kind);
	if (kind == PART_HTML) {
		stripped = html_text(own);
		g_string_append(text, stripped->str);
		g_string_free(stripped, TRUE);
	} else {
		g_string_append(text, own);
	}
	g_free(own);
	if (text->len && text->str[text->len - 1] != '\n')
		g_string_append_c(text, '\n');
	return 0;
}

bool part_is_silent(GMimeObject *object)
{
	static const char * const silent[] = {
		"pkcs7-signature", "x-pkcs7-signature", "pgp-signature", "applefile",
	};
	GMimeContentType *type = g_mime_object_get_content_type(object);
	bool found = false;

	for (size_t i = 0; type && i < G_N_ELEMENTS(silent); i++)
		found |= g_mime_content_type_is_type(type, "application", silent[i]);
	return found;
}

void part_append_notice(GString *text, GMimeObject *object, unsigned int number)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	const char *name = GMIME_IS_PART(object) ?
		g_mime_part_get_filename(GMIME_PART(object)) : NULL;
	char *kind = type ? g_mime_content_type_get_mime_type(type) : g_strdup("unknown");
	char *line = g_strdup_printf("part %u%s%.200s (%.100s)", number, name ? ": " : "",
				     name ?: "", kind);
	char *valid = g_utf8_make_valid(line, -1);

	g_strdelimit(valid, "\n\r\f\t", ' ');
	g_string_append_printf(text, "%s[This is not printed: %s]\n", text->len ? "\n" : "",
			       valid);
	g_free(valid);
	g_free(line);
	g_free(kind);
}

static void append_field(GString *text, const char *name, const char *value)
{
	char *valid = g_utf8_make_valid(value ?: "", -1);

	g_strdelimit(valid, "\n\r\f", ' ');
	if (*valid)
		g_string_append_printf(text, "%s: %.1000s\n", name, valid);
	g_free(valid);
}

void message_append_header(GString *text, GMimeMessage *message)
{
	char *from = internet_address_list_to_string(g_mime_message_get_from(message), NULL, FALSE);
	char *to = internet_address_list_to_string(g_mime_message_get_to(message), NULL, FALSE);

	if (text->len)
		g_string_append_c(text, '\n');
	append_field(text, "From", from);
	append_field(text, "To", to);
	append_field(text, "Date", g_mime_object_get_header(GMIME_OBJECT(message), "Date"));
	append_field(text, "Subject", g_mime_message_get_subject(message));
	g_string_append_c(text, '\n');
	g_free(to);
	g_free(from);
}

int part_unpack(GMimePart *part, int fd, struct failure *failure)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream;
	int err = 0;

	if (!content)
		return fail(failure, EXIT_INPUT, "is empty");
	if (ftruncate(fd, 0))
		return fail(failure, EXIT_LATER, "cannot empty the temporary file: %s",
			    strerror(errno));
	stream = g_mime_stream_fs_new_with_bounds(fd, 0, -1);
	g_mime_stream_fs_set_owner(GMIME_STREAM_FS(stream), FALSE);
	errno = 0;
	if (g_mime_data_wrapper_write_to_stream(content, stream) < 0)
		err = fail(failure, EXIT_LATER, "cannot write the temporary file: %s",
			   strerror(errno));
	g_object_unref(stream);
	return err;
}
