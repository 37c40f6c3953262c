// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../message/mime_limits.h"
#include "../message/parts.h"
#include "lint.h"

#define LINE_BYTES	998

/**
 * struct lint_mail - a message being looked at
 * @message: findings of the message itself
 * @left: profiles that all TIFFs so far satisfy
 * @parts: leaf parts seen
 * @tiffs: of them, TIFFs
 * @depth: of messages in messages
 */
struct lint_mail {
	struct findings *message;
	unsigned int left;
	unsigned int parts;
	unsigned int tiffs;
	unsigned int depth;
};

static void lint_lines(struct findings *findings, int fd)
{
	char buffer[65536];
	uint64_t at = 0, line_bytes = 0, number = 1;
	ssize_t n;

	while ((n = pread(fd, buffer, sizeof(buffer), at)) > 0) {
		at += n;
		for (ssize_t i = 0; i < n; i++) {
			if (buffer[i] == '\n') {
				line_bytes = 0;
				number++;
			} else if (++line_bytes == LINE_BYTES + 2) {
				found(findings, RULE_MAIL_LINE, "line %ju is longer than %d bytes",
				      (uintmax_t)number, LINE_BYTES);
			}
		}
	}
}

static unsigned int header_count(GMimeObject *object, const char *name)
{
	GMimeHeaderList *headers = g_mime_object_get_header_list(object);
	unsigned int count = 0;

	for (int i = 0; i < g_mime_header_list_get_count(headers); i++)
		count += !g_ascii_strcasecmp(name, g_mime_header_get_name(
			g_mime_header_list_get_header_at(headers, i)));
	return count;
}

static void lint_headers(struct findings *findings, GMimeObject *message, GMimeObject *root)
{
	static const char * const once[] = {
		"Date", "From", "Sender", "Reply-To", "To", "Cc", "Message-ID", "In-Reply-To",
		"References", "Subject", "MIME-Version",
	};

	if (!header_count(message, "Date"))
		found(findings, RULE_MAIL_DATE, "there is no Date");
	if (!header_count(message, "From"))
		found(findings, RULE_MAIL_FROM, "there is no From");
	if (!header_count(message, "Message-ID"))
		found(findings, RULE_MAIL_ID, "there is no Message-ID: no MDN can refer to it");
	if (!header_count(message, "MIME-Version"))
		found(findings, RULE_MAIL_VERSION, "there is no MIME-Version");
	for (size_t i = 0; i < G_N_ELEMENTS(once); i++)
		if (header_count(message, once[i]) > 1)
			found(findings, RULE_MAIL_TWICE, "%s is there twice", once[i]);
	if (root && header_count(root, "Content-Type") > 1)
		found(findings, RULE_MAIL_TWICE, "Content-Type is there twice");
}

static void lint_multipart(struct findings *findings, GMimeObject *multipart)
{
	const char *encoding = g_mime_object_get_header(multipart, "Content-Transfer-Encoding");
	const char *boundary = g_mime_multipart_get_boundary(GMIME_MULTIPART(multipart));
	char *bare = encoding ? g_strstrip(g_strdup(encoding)) : NULL;

	if (bare && g_ascii_strcasecmp(bare, "7bit") && g_ascii_strcasecmp(bare, "8bit") &&
	    g_ascii_strcasecmp(bare, "binary"))
		found(findings, RULE_MAIL_ENCODING,
		      "M9: a multipart is 7bit, 8bit or binary, not %s", bare);
	if (boundary)
		for (const char *c = boundary; *c; c++)
			if (!g_ascii_isalnum(*c) && !strchr("'()+_,-./:=? ", *c)) {
				found(findings, RULE_MAIL_BOUNDARY,
				      "M10: a boundary with '%c' in it", *c);
				break;
			}
	g_free(bare);
}

/* The content of the part, its encoding undone. */
static GByteArray *content_of(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GByteArray *bytes = g_byte_array_new();
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	if (content)
		g_mime_data_wrapper_write_to_stream(content, stream);
	g_object_unref(stream);
	return bytes;
}

static void lint_tiff_part(struct lint_mail *mail, GMimePart *part, GMimeContentType *type)
{
	struct findings findings = { .name = mail->message->name };
	GByteArray *bytes = content_of(part);
	bool is_fx = g_mime_content_type_is_type(type, "image", "tiff-fx");
	bool is_tiff = g_mime_content_type_is_type(type, "image", "tiff");
	bool is_sf;

	mail->tiffs++;
	snprintf(findings.part, sizeof(findings.part), "part %u", mail->parts);
	lint_tiff(&findings, bytes->data, bytes->len);
	is_sf = findings.left & (PROFILE_S | PROFILE_F);
	if (!is_fx && !is_tiff)
		found(&findings, RULE_MAIL_TYPE_OTHER,
		      "only some machines see a TIFF in a part that is no image/tiff");
	if (is_tiff && findings.left && !is_sf)
		found(&findings, RULE_MAIL_TYPE, "M13: image/tiff is for profiles S and F");
	if (is_fx && is_sf)
		found(&findings, RULE_MAIL_TYPE_FX,
		      "M13: S and F go as image/tiff, which more machines know");
	if (g_mime_content_type_get_parameter(type, "application"))
		found(&findings, RULE_MAIL_FAXBW, "the parameter application= has no values");
	mail->left &= findings.left;
	mail->message->broken += findings.broken;
	g_byte_array_free(bytes, TRUE);
}

static void lint_part(GMimeObject *parent, GMimeObject *object, void *data);

/* A message within: what came back with a report is not printed, and not looked at. */
static void lint_inner(struct lint_mail *mail, GMimeObject *parent, GMimeMessagePart *part)
{
	GMimeContentType *type = parent ? g_mime_object_get_content_type(parent) : NULL;
	GMimeMessage *message = g_mime_message_part_get_message(part);

	if (!message || mail->depth == NESTING_MAX ||
	    (type && g_mime_content_type_is_type(type, "multipart", "report")))
		return;
	mail->depth++;
	g_mime_message_foreach(message, lint_part, mail);
	mail->depth--;
}

/* The same parts as ifax-message opens */
static void lint_part(GMimeObject *parent, GMimeObject *object, void *data)
{
	struct lint_mail *mail = data;

	if (GMIME_IS_MULTIPART(object)) {
		lint_multipart(mail->message, object);
		return;
	}
	if (GMIME_IS_MESSAGE_PART(object)) {
		lint_inner(mail, parent, GMIME_MESSAGE_PART(object));
		return;
	}
	mail->parts++;
	if (part_kind(object) == PART_TIFF)
		lint_tiff_part(mail, GMIME_PART(object), g_mime_object_get_content_type(object));
}

static GMimeMessage *parse(int fd)
{
	GMimeStream *stream = g_mime_stream_fs_new_with_bounds(fd, 0, -1);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message;

	g_mime_stream_fs_set_owner(GMIME_STREAM_FS(stream), FALSE);
	message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	return message;
}

int lint_mail(struct findings *findings, int fd, struct failure *failure)
{
	struct lint_mail mail = { .message = findings, .left = PROFILES };
	GMimeMessage *message;

	if (mime_limits_check(fd, failure))
		return -1;
	message = parse(fd);
	if (!message)
		return fail(failure, EXIT_INPUT, "this is no mail message");
	lint_lines(findings, fd);
	lint_headers(findings, GMIME_OBJECT(message), g_mime_message_get_mime_part(message));
	g_mime_message_foreach(message, lint_part, &mail);
	if (!mail.tiffs)
		found(findings, RULE_MAIL_NO_TIFF, "the message holds no TIFF");
	findings->left = mail.tiffs ? mail.left : 0;
	g_object_unref(message);
	return 0;
}
