// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <gmime/gmime.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "line.h"
#include "mime_limits.h"
#include "open.h"
#include "tiff_read.h"

/**
 * struct opening - a message being opened
 * @sink: where pages go
 * @scratch_fd: file for one TIFF
 * @parts: leaf parts seen
 * @tiffs: of them, TIFFs
 */
struct opening {
	struct page_sink sink;
	int scratch_fd;
	unsigned int parts;
	unsigned int tiffs;
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

static bool ends_in_tif(const char *name)
{
	return name && (g_str_has_suffix(name, ".tif") || g_str_has_suffix(name, ".tiff") ||
			g_str_has_suffix(name, ".TIF") || g_str_has_suffix(name, ".TIFF"));
}

/* By its type, or by its name where the type tells nothing. */
static bool is_tiff(GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);

	if (!GMIME_IS_PART(object) || !type)
		return false;
	if (g_mime_content_type_is_type(type, "image", "tiff") ||
	    g_mime_content_type_is_type(type, "image", "tiff-fx") ||
	    g_mime_content_type_is_type(type, "image", "x-tiff") ||
	    g_mime_content_type_is_type(type, "image", "tif"))
		return true;
	return g_mime_content_type_is_type(type, "application", "*") &&
		ends_in_tif(g_mime_part_get_filename(GMIME_PART(object)));
}

/* The part's content, its transfer encoding undone, becomes the scratch file. */
static int unpack(GMimePart *part, int fd, struct failure *failure)
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

static int open_tiff(struct opening *opening, GMimePart *part, struct failure *failure)
{
	opening->tiffs++;
	if (!unpack(part, opening->scratch_fd, failure) &&
	    !tiff_read(opening->scratch_fd, &opening->sink, failure))
		return 0;
	return fail_within(failure, "part %u (%.100s)", opening->parts,
			   g_mime_part_get_filename(part) ?: "TIFF");
}

/* What an embedded message consists of, NULL: nothing, or @object is none. */
static GMimeObject *embedded(GMimeObject *object)
{
	GMimeMessage *message = GMIME_IS_MESSAGE_PART(object) ?
		g_mime_message_part_get_message(GMIME_MESSAGE_PART(object)) : NULL;

	return message ? g_mime_message_get_mime_part(message) : NULL;
}

static bool holds_tiff(GMimeObject *object, unsigned int depth)
{
	GMimeObject *inner = embedded(object);
	bool found = is_tiff(object);

	if (depth > NESTING_MAX)
		return false;
	if (inner)
		return holds_tiff(inner, depth + 1);
	if (GMIME_IS_MULTIPART(object)) {
		GMimeMultipart *multipart = GMIME_MULTIPART(object);

		for (int i = 0; !found && i < g_mime_multipart_get_count(multipart); i++)
			found = holds_tiff(g_mime_multipart_get_part(multipart, i), depth + 1);
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

/* The same thing in several forms, the best one last: print one of them. */
static int visit_alternative(struct opening *opening, GMimeMultipart *multipart,
			     unsigned int depth, struct failure *failure)
{
	for (int i = g_mime_multipart_get_count(multipart) - 1; i >= 0; i--) {
		GMimeObject *part = g_mime_multipart_get_part(multipart, i);

		if (holds_tiff(part, depth))
			return visit(opening, part, depth, failure);
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
	if (inner)
		return visit(opening, inner, depth + 1, failure);
	opening->parts++;
	if (GMIME_IS_MESSAGE_PARTIAL(object))
		return fail(failure, EXIT_INPUT,
			    "this is one of several mails that a message was split into (message/partial)");
	return is_tiff(object) ? open_tiff(opening, GMIME_PART(object), failure) : 0;
}

static void print_headers(GMimeMessage *message, FILE *out)
{
	char *from = internet_address_list_to_string(g_mime_message_get_from(message), NULL, FALSE);

	print_line(out, "from=", from);
	print_line(out, "subject=", g_mime_message_get_subject(message));
	print_line(out, "message-id=", g_mime_message_get_message_id(message));
	g_free(from);
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

static int visit_message(struct opening *opening, GMimeMessage *message, struct failure *failure)
{
	GMimeObject *root = g_mime_message_get_mime_part(message);

	if (root && visit(opening, root, 0, failure))
		return -1;
	if (!opening->tiffs)
		return fail(failure, EXIT_INPUT,
			    "the message holds no TIFF, so there is no page to print");
	return 0;
}

int open_message(int message_fd, int scratch_fd, int pages_fd, unsigned int codings, FILE *out,
		 struct failure *failure)
{
	struct opening opening = {
		.sink = { .codings = codings, .out = out },
		.scratch_fd = scratch_fd,
	};
	GMimeMessage *message;
	int err;

	if (page_writer_init(&opening.sink.writer, pages_fd))
		return fail(failure, EXIT_LATER, "%s", opening.sink.writer.why);
	if (mime_limits_check(message_fd, failure))
		return -1;
	message = parse(message_fd);
	if (!message)
		return fail(failure, EXIT_INPUT, "this is no mail message");
	print_headers(message, out);
	err = visit_message(&opening, message, failure);
	g_object_unref(message);
	if (!err) {
		fprintf(out, "ok pages=%u\n", opening.sink.writer.pages);
		return 0;
	}
	if (ftruncate(pages_fd, 0))
		fail_within(failure, "pages are left in the page file (%s)", strerror(errno));
	return -1;
}
