// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <gmime/gmime.h>
#include <string.h>
#include <unistd.h>

#include "message_file.h"
#include "mime_limits.h"
#include "parts.h"
#include "pdf_mail.h"
#include "pdf_write.h"
#include "tiff_read.h"

#define CODINGS_ALL	(~0U)	/* whatever is in a TIFF can be MMR in a PDF */

/**
 * struct conversion - a message on its way
 * @files: files to work with
 * @sink: where the pages of a TIFF go
 * @tiffs: that became PDFs
 * @pages: of all of them
 */
struct conversion {
	const struct pdf_mail_files *files;
	struct page_sink sink;
	unsigned int tiffs;
	unsigned int pages;
};

/* "fax.tif" becomes "fax.pdf". */
static void rename_part(GMimePart *part)
{
	const char *name = g_mime_part_get_filename(part);
	const char *dot = name ? strrchr(name, '.') : NULL;
	bool is_tiff = dot && (!g_ascii_strcasecmp(dot, ".tif") ||
			       !g_ascii_strcasecmp(dot, ".tiff"));
	char *fresh = g_strdup_printf("%.*s.pdf", is_tiff ? (int)(dot - name) : 200, name ?: "fax");

	g_mime_object_set_content_type(GMIME_OBJECT(part),
				       g_mime_content_type_new("application", "pdf"));
	g_mime_part_set_filename(part, fresh);
	g_free(fresh);
}

/* What lies between @begin and @end of the PDFs is the part now. */
static void set_pdf(const struct conversion *conversion, GMimePart *part, long begin, long end)
{
	/* they tell of the TIFF */
	static const char * const untrue[] = {
		"Content-MD5", "Content-Features", "Content-Length",
	};
	GMimeStream *stream = g_mime_stream_fs_new_with_bounds(fileno(conversion->files->pdfs),
							       begin, end);
	GMimeDataWrapper *content;

	g_mime_stream_fs_set_owner(GMIME_STREAM_FS(stream), FALSE);
	content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
	rename_part(part);
	for (size_t i = 0; i < G_N_ELEMENTS(untrue); i++)
		g_mime_object_remove_header(GMIME_OBJECT(part), untrue[i]);
	g_mime_part_set_content(part, content);
	g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
	g_object_unref(content);
	g_object_unref(stream);
}

static int convert(struct conversion *conversion, GMimePart *part, struct failure *failure)
{
	const struct pdf_mail_files *files = conversion->files;
	struct page_sink *sink = &conversion->sink;
	const struct page_range all = { 0 };
	long begin;
	int pages;

	if (part_unpack(part, files->tiff_fd, failure))
		return -1;
	if (page_writer_init(&sink->writer, files->pages_fd))
		return fail(failure, EXIT_LATER, "%s", sink->writer.why);
	if (tiff_read(files->tiff_fd, sink, failure))
		return -1;
	begin = ftell(files->pdfs);
	pages = pdf_write(files->pdfs, files->pages_fd, &all, failure);
	if (pages < 0)
		return -1;
	set_pdf(conversion, part, begin, ftell(files->pdfs));
	conversion->tiffs++;
	conversion->pages += pages;
	return 0;
}

static int visit(struct conversion *conversion, GMimeObject *object, unsigned int depth,
		 struct failure *failure)
{
	GMimeMessage *inner = NULL;

	if (!object)
		return 0;
	if (depth > NESTING_MAX)
		return fail(failure, EXIT_INPUT, "parts are nested more than %d deep", NESTING_MAX);
	if (GMIME_IS_MULTIPART_SIGNED(object))
		return fail(failure, EXIT_INPUT, "it is signed, as it is");
	if (GMIME_IS_MULTIPART(object)) {
		GMimeMultipart *multipart = GMIME_MULTIPART(object);

		for (int i = 0; i < g_mime_multipart_get_count(multipart); i++)
			if (visit(conversion, g_mime_multipart_get_part(multipart, i), depth + 1,
				  failure))
				return -1;
		return 0;
	}
	if (GMIME_IS_MESSAGE_PART(object))
		inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
	if (inner)
		return visit(conversion, g_mime_message_get_mime_part(inner), depth + 1, failure);
	if (part_kind(object) != PART_TIFF)
		return 0;
	return convert(conversion, GMIME_PART(object), failure) ?
		fail_within(failure, "TIFF %u", conversion->tiffs + 1) : 0;
}

int pdf_mail(int message_fd, int pdf_message_fd, const struct pdf_mail_files *files, FILE *out,
	     struct failure *failure)
{
	struct conversion conversion = {
		.files = files, .sink = { .codings = CODINGS_ALL, .out = out },
	};
	GMimeMessage *message;
	gint64 bytes = -1;

	if (mime_limits_check(message_fd, failure))
		return -1;
	message = message_parse(message_fd);
	if (!message)
		return fail(failure, EXIT_INPUT, "this is no mail message");
	if (!visit(&conversion, g_mime_message_get_mime_part(message), 0, failure)) {
		if (conversion.tiffs)
			bytes = message_write(message, pdf_message_fd, failure);
		else
			fail(failure, EXIT_INPUT, "there is no TIFF in it");
	}
	g_object_unref(message);
	if (bytes > 0)
		fprintf(out, "ok pages=%u bytes=%lld\n", conversion.pages, (long long)bytes);
	else if (ftruncate(pdf_message_fd, 0))
		fail_within(failure, "a broken message is left (%s)", strerror(errno));
	return bytes > 0 ? 0 : -1;
}
