// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "html_text.h"
#include "parts.h"

static const struct {
	const char *type, *subtype;
	enum part_kind kind;
} types[] = {
	{ "image", "tiff", PART_TIFF },
	{ "image", "tiff-fx", PART_TIFF },
	{ "image", "x-tiff", PART_TIFF },
	{ "image", "tif", PART_TIFF },
	{ "image", "jpeg", PART_JPEG },
	{ "image", "jpg", PART_JPEG },
	{ "image", "pjpeg", PART_JPEG },
	{ "image", "png", PART_PNG },
	{ "image", "x-png", PART_PNG },
	{ "application", "pdf", PART_PDF },
	{ "application", "x-pdf", PART_PDF },
	{ "text", "html", PART_HTML },
	{ "text", "*", PART_TEXT },
	{ "message", "delivery-status", PART_TEXT },
	{ "message", "disposition-notification", PART_TEXT },
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

enum part_kind part_kind(GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);

	if (!GMIME_IS_PART(object) || !type)
		return PART_OTHER;
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (g_mime_content_type_is_type(type, types[i].type, types[i].subtype))
			return types[i].kind;
	if (g_mime_content_type_is_type(type, "application", "*"))
		return kind_of_name(g_mime_part_get_filename(GMIME_PART(object)));
	return PART_OTHER;
}

/* Text in its charset, as UTF-8; to be freed. */
static char *text_of(GMimeObject *object)
{
	GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(object));
	GMimeStream *stream;
	GByteArray *bytes;
	char *text, *valid;

	if (GMIME_IS_TEXT_PART(object)) {
		text = g_mime_text_part_get_text(GMIME_TEXT_PART(object));
	} else {
		bytes = g_byte_array_new();
		stream = g_mime_stream_mem_new_with_byte_array(bytes);
		g_mime_data_wrapper_write_to_stream(content, stream);
		text = g_strndup((char *)bytes->data, bytes->len);
		g_object_unref(stream);
	}
	valid = g_utf8_make_valid(text ?: "", -1);
	g_free(text);
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
	own = text_of(object);
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
		"pkcs7-signature", "x-pkcs7-signature", "pgp-signature",
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
