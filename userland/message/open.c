// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <gmime/gmime.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "alternative.h"
#include "join.h"
#include "line.h"
#include "mdn_request.h"
#include "message_file.h"
#include "mime_limits.h"
#include "open.h"
#include "parts.h"
#include "picture.h"
#include "report_read.h"
#include "request_read.h"
#include "tiff_read.h"
#include "uuencoded.h"

#define LOOPS_MAX	20
#define BASE64_LINE_MIN	60

/**
 * struct opening - a message being opened
 * @sink: where pages go
 * @font: fonts for text
 * @pdf: who renders PDF, or NULL
 * @scratch_fd: file for one part
 * @prints_all: text and pictures are printed, not only TIFFs
 * @request: the part that is not printed: what the message asks of the station; NULL: none
 * @is_report: the message is about another one, which came back with it
 * @parts: leaf parts seen
 * @printed: of them, those that were printed or are in @text
 * @header: who wrote what to whom; in front of the first text, if there is any
 * @text: text that was not printed yet
 * @notices: names of parts that are not printed
 */
struct opening {
	struct page_sink sink;
	struct text_font *font;
	const struct pdf_renderer *pdf;
	int scratch_fd;
	bool prints_all;
	GMimeObject *request;
	bool is_report;
	unsigned int parts;
	unsigned int printed;
	GString *header;
	GString *text;
	GString *notices;
};

int open_codings(const char *names, unsigned int *codings, struct failure *failure)
{
	char **list = g_strsplit(names, ",", 0);
	int err = 0;

	*codings = 0;
	for (char **name = list; !err && *name; name++) {
		int coding = page_coding_from_name(*name);

		if (coding < 0)
			err = fail(failure, EXIT_INPUT, "--codings: there is no coding \"%s\"",
				   *name);
		else
			*codings |= 1U << coding;
	}
	g_strfreev(list);
	return err;
}

int open_parts(const char *name, enum open_parts *parts, struct failure *failure)
{
	static const char * const names[] = {
		[OPEN_TIFF] = "tiff", [OPEN_FALLBACK] = "fallback", [OPEN_ALL] = "all",
		[OPEN_DOCUMENT] = "document",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (!strcmp(name, names[i])) {
			*parts = i;
			return 0;
		}
	}
	return fail(failure, EXIT_INPUT, "--parts: there is no \"%s\"", name);
}

/* Text in front of something else goes onto pages of its own. */
static int flush_text(struct opening *opening, struct failure *failure)
{
	int err = 0;

	if (opening->text->len) {
		err = text_print(opening->font, opening->text->str, &opening->sink, failure);
		g_string_truncate(opening->text, 0);
	}
	return err;
}

static int print_file(struct opening *opening, enum part_kind kind, struct failure *failure)
{
	switch (kind) {
	case PART_JPEG:
		return jpeg_print(opening->scratch_fd, &opening->sink, failure);
	case PART_PNG:
		return png_print(opening->scratch_fd, &opening->sink, failure);
	case PART_PDF:
		return pdf_print(opening->pdf, &opening->sink, failure);
	default:
		return tiff_read(opening->scratch_fd, &opening->sink, failure);
	}
}

static int open_file(struct opening *opening, GMimePart *part, enum part_kind kind,
		     struct failure *failure)
{
	opening->printed++;
	if (flush_text(opening, failure))
		return -1;
	if (!part_unpack(part, opening->scratch_fd, failure) &&
	    !print_file(opening, kind, failure))
		return 0;
	return fail_within(failure, "part %u (%.100s)", opening->parts,
			   g_mime_part_get_filename(part) ?:
			   kind == PART_TIFF ? "TIFF" : kind == PART_PDF ? "PDF" : "image");
}

static void begin_text(struct opening *opening)
{
	g_string_append(opening->text, opening->header->str);
	g_string_truncate(opening->header, 0);
}

static bool is_blank(const char *text)
{
	return !text[strspn(text, " \t\r\n\f")];
}

/* Behind a line of base64, as long as they usually are; NULL: it is none. */
static char *behind_base64(char *line)
{
	size_t n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

	return n >= BASE64_LINE_MIN && (line[n] == '\n' || line[n] == '\r') ?
		line + n + strspn(line + n, "\r\n") : NULL;
}

/* What came back in the words of a report is not printed: it would be many pages of base64. */
static void drop_base64(GString *text, size_t from)
{
	for (char *line = text->str + from; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char *end = behind_base64(line), *next;
		size_t at = line - text->str;

		while (end && (next = behind_base64(end)))
			end = next;
		if (!end)
			continue;
		/* the last line of it is a shorter one */
		end += strcspn(end, "\n");
		g_string_erase(text, at, end - line);
		g_string_insert(text, at, "[The fax that came back is not printed.]");
		line = text->str + at;
	}
}

static int open_text(struct opening *opening, GMimeObject *object, enum part_kind kind,
		     struct failure *failure)
{
	size_t before;

	begin_text(opening);
	before = opening->text->len;
	if (part_append_text(opening->text, object, kind, failure))
		return fail_within(failure, "part %u", opening->parts);
	if (opening->is_report)
		drop_base64(opening->text, before);
	opening->printed += !is_blank(opening->text->str + before);
	return 0;
}

static bool is_picture(enum part_kind kind)
{
	return kind == PART_JPEG || kind == PART_PNG || kind == PART_PDF;
}

static int open_part(struct opening *opening, GMimeObject *object, struct failure *failure)
{
	enum part_kind kind = part_kind(object);

	if (kind == PART_PDF && !opening->pdf)
		kind = PART_OTHER;
	opening->parts++;
	if (GMIME_IS_MESSAGE_PARTIAL(object))
		return fail(failure, EXIT_INPUT,
			    "this is one of several mails that a message was split into (message/partial)");
	if (kind == PART_TIFF)
		return open_file(opening, GMIME_PART(object), kind, failure);
	if (part_is_silent(object) || object == opening->request)
		return 0;
	if (kind == PART_OTHER || (!opening->prints_all && is_picture(kind)))
		part_append_notice(opening->notices, object, opening->parts);
	if (!opening->prints_all)
		return 0;
	if (kind == PART_TEXT || kind == PART_HTML)
		return open_text(opening, object, kind, failure);
	if (kind == PART_OTHER) {
		begin_text(opening);
		part_append_notice(opening->text, object, opening->parts);
		return 0;
	}
	return open_file(opening, GMIME_PART(object), kind, failure);
}

static GMimeMessage *embedded_message(GMimeObject *object)
{
	return GMIME_IS_MESSAGE_PART(object) ?
		g_mime_message_part_get_message(GMIME_MESSAGE_PART(object)) : NULL;
}

/* What an embedded message consists of, NULL: nothing, or @object is none. */
static GMimeObject *embedded(GMimeObject *object)
{
	GMimeMessage *message = embedded_message(object);

	return message ? g_mime_message_get_mime_part(message) : NULL;
}

static bool holds(GMimeObject *object, enum part_kind kind, unsigned int depth)
{
	GMimeObject *inner = embedded(object);
	bool found = part_kind(object) == kind;

	if (depth > NESTING_MAX)
		return false;
	if (inner)
		return holds(inner, kind, depth + 1);
	if (GMIME_IS_MULTIPART(object)) {
		GMimeMultipart *multipart = GMIME_MULTIPART(object);

		for (int i = 0; !found && i < g_mime_multipart_get_count(multipart); i++)
			found = holds(g_mime_multipart_get_part(multipart, i), kind, depth + 1);
	}
	return found;
}

static int visit(struct opening *opening, GMimeObject *object, unsigned int depth,
		 struct failure *failure);

static int visit_multipart(struct opening *opening, GMimeMultipart *multipart, unsigned int depth,
			   struct failure *failure)
{
	int count = g_mime_multipart_get_count(multipart);

	for (int i = 0; i < count; i++)
		if (visit(opening, g_mime_multipart_get_part(multipart, i), depth, failure))
			return -1;
	return 0;
}

/* Some programs put an empty text beside their HTML. */
static bool is_blank_text(GMimeObject *object, enum part_kind kind)
{
	struct failure ignored = { 0 };
	GString *text;
	bool is_empty;

	if (kind != PART_TEXT || part_kind(object) != PART_TEXT)
		return false;
	text = g_string_new(NULL);
	is_empty = !part_append_text(text, object, kind, &ignored) && is_blank(text->str);
	g_string_free(text, TRUE);
	return is_empty;
}

/* The same thing in several forms, the best one last: print the last of the best kind. */
static int visit_alternative(struct opening *opening, GMimeMultipart *multipart,
			     unsigned int depth, struct failure *failure)
{
	static const enum part_kind kinds[] = {
		PART_TIFF, PART_PDF, PART_PNG, PART_JPEG, PART_TEXT, PART_HTML,
	};

	for (size_t k = 0; k < (opening->prints_all ? G_N_ELEMENTS(kinds) : 1); k++) {
		for (int i = g_mime_multipart_get_count(multipart) - 1; i >= 0; i--) {
			GMimeObject *part = g_mime_multipart_get_part(multipart, i);

			if (holds(part, kinds[k], depth) && !is_blank_text(part, kinds[k]))
				return visit(opening, part, depth, failure);
		}
	}
	return 0;
}

static int visit(struct opening *opening, GMimeObject *object, unsigned int depth,
		 struct failure *failure)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	GMimeObject *inner = embedded(object);

	if (depth > NESTING_MAX)
		return fail(failure, EXIT_INPUT, "parts are nested more than %d deep", NESTING_MAX);
	if (GMIME_IS_MULTIPART(object)) {
		if (type && g_mime_content_type_is_type(type, "multipart", "alternative"))
			return visit_alternative(opening, GMIME_MULTIPART(object), depth + 1,
						 failure);
		return visit_multipart(opening, GMIME_MULTIPART(object), depth + 1, failure);
	}
	if (inner) {
		if (opening->prints_all)
			message_append_header(opening->header, embedded_message(object));
		/* we know what we sent: a fax that came back is no fax to print */
		return opening->is_report ? 0 : visit(opening, inner, depth + 1, failure);
	}
	return open_part(opening, object, failure);
}

/* RFC 3297, 5: of the message that this one takes the place of */
static void print_original(GMimeMessage *message, FILE *out)
{
	const char *field = g_mime_object_get_header(GMIME_OBJECT(message), "Original-Message-ID");
	char *id = field ? g_mime_utils_decode_message_id(field) : NULL;

	if (id)
		print_line(out, "original-id=", id);
	g_free(id);
}

static void print_headers(GMimeMessage *message, FILE *out)
{
	char *from = internet_address_list_to_string(g_mime_message_get_from(message), NULL, FALSE);

	print_line(out, "from=", from);
	print_line(out, "subject=", g_mime_message_get_subject(message));
	print_line(out, "message-id=", g_mime_message_get_message_id(message));
	print_original(message, out);
	g_free(from);
}

/* Who forwarded the message; a bounded number of them */
static void print_loops(GMimeMessage *message, FILE *out)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(message));
	int printed = 0;

	for (int i = 0; i < g_mime_header_list_get_count(list) && printed < LOOPS_MAX; i++) {
		GMimeHeader *field = g_mime_header_list_get_header_at(list, i);

		if (g_ascii_strcasecmp(g_mime_header_get_name(field), "X-Loop"))
			continue;
		print_line(out, "loop=", g_mime_header_get_value(field));
		printed++;
	}
}

/* Who is to be told what becomes of the message, and what it says about one of ours. */
static bool print_confirmations(GMimeMessage *message, enum report_kind kind, FILE *out)
{
	struct mdn_request request;
	bool alternative;

	mdn_request_read(&request, message, kind != REPORT_NONE);
	if (request.to)
		print_line(out, "mdn-to=", request.to);
	if (request.refused)
		print_line(out, "note=no disposition notification is sent: ", request.refused);
	if (request.error_to)
		print_line(out, "error-to=", request.error_to);
	alternative = request.alternative;
	mdn_request_free(&request);
	report_print(message, kind, out);
	return alternative;
}

/* Anything can be taken for a message without headers; one that was sent has some. */
static bool is_mail(GMimeMessage *message)
{
	static const char * const names[] = { "From", "Date", "Received", "MIME-Version", "Subject",
					      "Content-Type", "Message-ID", "To" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_mime_object_get_header(GMIME_OBJECT(message), names[i]))
			return true;
	return false;
}

/* What is not printed beside a TIFF is named: in the log, and on a sheet behind it. */
static void tell_notices(struct opening *opening, GMimeMessage *message, bool on_paper)
{
	if (on_paper && opening->font) {
		message_append_header(opening->text, message);
		g_string_append(opening->text, opening->notices->str);
	}
	g_strdelimit(g_strstrip(opening->notices->str), "\n", ' ');
	print_line(opening->sink.out, "note=", opening->notices->str);
}

static int visit_message(struct opening *opening, GMimeMessage *message, enum open_parts parts,
			 struct failure *failure)
{
	GMimeObject *root;
	bool has_tiff;

	if (!is_mail(message))
		return fail(failure, EXIT_INPUT, "this is no mail message");
	if (parts == OPEN_DOCUMENT)
		opening->request = request_text(message);
	/* of what a report returns only its words count */
	if (!opening->is_report)
		uuencoded_unfold(message, opening->request);
	root = g_mime_message_get_mime_part(message);
	has_tiff = root && holds(root, PART_TIFF, 0);
	opening->prints_all = parts == OPEN_ALL ||
			      (parts == OPEN_FALLBACK && (!has_tiff || opening->is_report)) ||
			      (parts == OPEN_DOCUMENT && !has_tiff);
	if (parts != OPEN_DOCUMENT && opening->prints_all)
		message_append_header(opening->header, message);
	if (root && visit(opening, root, 0, failure))
		return -1;
	if (opening->printed && !opening->prints_all && opening->notices->len)
		tell_notices(opening, message, parts == OPEN_FALLBACK);
	if (opening->printed)
		return flush_text(opening, failure);
	g_strdelimit(g_strstrip(opening->notices->str), "\n", ' ');
	return fail(failure, EXIT_INPUT, "the message holds %s, so there is no page to print%s%s",
		    opening->prints_all ? "no TIFF, picture, PDF or text" : "no TIFF",
		    *opening->notices->str ? ". " : "", opening->notices->str);
}

int open_message(int message_fd, int scratch_fd, int pages_fd, const struct open_options *options,
		 FILE *out, struct failure *failure)
{
	struct opening opening = {
		.sink = { .codings = options->codings, .out = out },
		.font = options->font,
		.pdf = options->pdf,
		.scratch_fd = scratch_fd,
	};
	enum report_kind kind;
	GMimeMessage *message;
	bool has_alternative;
	int err;

	if (page_writer_init(&opening.sink.writer, pages_fd))
		return fail(failure, EXIT_LATER, "%s", opening.sink.writer.why);
	if (mime_limits_check(message_fd, failure))
		return -1;
	message = message_parse(message_fd);
	if (!message)
		return fail(failure, EXIT_INPUT, "this is no mail message");
	print_headers(message, out);
	print_loops(message, out);
	if (GMIME_IS_MESSAGE_PARTIAL(g_mime_message_get_mime_part(message))) {
		g_object_unref(message);
		return join_fragment(message_fd, out, failure);
	}
	kind = report_kind(message);
	opening.is_report = kind != REPORT_NONE;
	if (!opening.is_report)
		request_print(message, out);
	has_alternative = print_confirmations(message, kind, out);
	opening.header = g_string_new(NULL);
	opening.text = g_string_new(NULL);
	opening.notices = g_string_new(NULL);
	err = visit_message(&opening, message, options->parts, failure);
	g_string_free(opening.notices, TRUE);
	g_string_free(opening.text, TRUE);
	g_string_free(opening.header, TRUE);
	if (err && ftruncate(pages_fd, 0))
		fail_within(failure, "pages are left in the page file (%s)", strerror(errno));
	if (has_alternative && options->features &&
	    alternative_is_better(message, options->features, pages_fd))
		print_line(out, "alternative=", "better");
	g_object_unref(message);
	if (!err) {
		fprintf(out, "ok pages=%u\n", opening.sink.writer.pages);
		return 0;
	}
	return -1;
}
