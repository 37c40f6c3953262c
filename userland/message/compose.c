// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <gmime/gmime.h>
#include <string.h>

#include "alternative.h"
#include "compose.h"
#include "header_line.h"
#include "letter.h"
#include "message_file.h"
#include "pdf_write.h"
#include "tiff_write.h"

static GMimeObject *text_part(const char *text)
{
	GMimeTextPart *part = g_mime_text_part_new_with_subtype("plain");
	GMimeContentEncoding encoding;

	g_mime_text_part_set_text(part, text);
	encoding = g_mime_part_get_best_content_encoding(GMIME_PART(part),
							 GMIME_ENCODING_CONSTRAINT_7BIT);
	g_mime_part_set_content_encoding(GMIME_PART(part), encoding);
	return GMIME_OBJECT(part);
}

/* What the pages are in; type and name of the part follow from it. */
enum form { FORM_TIFF, FORM_TIFF_FX, FORM_PDF };

static GMimeObject *pages_part(int fd, enum form form)
{
	static const struct {
		const char *type, *subtype, *name;
	} forms[] = {
		[FORM_TIFF] = { "image", "tiff", "fax.tif" },
		[FORM_TIFF_FX] = { "image", "tiff-fx", "fax.tif" },
		[FORM_PDF] = { "application", "pdf", "fax.pdf" },
	};
	GMimePart *part = g_mime_part_new_with_type(forms[form].type, forms[form].subtype);
	GMimeStream *stream = g_mime_stream_fs_new_with_bounds(fd, 0, -1);
	GMimeDataWrapper *content;

	g_mime_stream_fs_set_owner(GMIME_STREAM_FS(stream), FALSE);
	content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
	g_mime_part_set_content(part, content);
	g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
	g_mime_object_set_disposition(GMIME_OBJECT(part), GMIME_DISPOSITION_ATTACHMENT);
	g_mime_part_set_filename(part, forms[form].name);
	g_object_unref(content);
	g_object_unref(stream);
	return GMIME_OBJECT(part);
}

static void add_part(GMimeMultipart *multipart, GMimeObject *part)
{
	g_mime_multipart_add(multipart, part);
	g_object_unref(part);
}

/* A broadcast is addressed to nobody by name, RFC 5322, 3.4: an empty group. */
static void set_recipients(GMimeMessage *message, const struct letter *letter)
{
	InternetAddressList *to = g_mime_message_get_to(message);
	InternetAddress *group;

	if (!letter->hides_recipients) {
		internet_address_list_append(to, letter->to);
		return;
	}
	group = internet_address_group_new("undisclosed-recipients");
	internet_address_list_add(to, group);
	g_object_unref(group);
}

static void set_id(GMimeMessage *message, const char *name, const char *id)
{
	char *value = g_strdup_printf("<%s>", id);

	g_mime_object_set_header(GMIME_OBJECT(message), name, value, NULL);
	g_free(value);
}

/* One of them every mail program knows (RFC 2156, 5.3.4; X-Priority is nobody's standard). */
static void set_importance(GMimeMessage *message, const char *importance)
{
	static const struct {
		const char *importance, *priority, *number;
	} words[] = {
		{ "high", "urgent", "1 (Highest)" }, { "normal", "normal", "3 (Normal)" },
		{ "low", "non-urgent", "5 (Lowest)" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strcmp(importance, words[i].importance))
			continue;
		g_mime_object_set_header(GMIME_OBJECT(message), "Importance", importance, NULL);
		g_mime_object_set_header(GMIME_OBJECT(message), "Priority", words[i].priority, NULL);
		g_mime_object_set_header(GMIME_OBJECT(message), "X-Priority", words[i].number, NULL);
	}
}

static void set_headers(GMimeMessage *message, const struct letter *letter)
{
	const char *from = internet_address_mailbox_get_addr(letter->from);
	GDateTime *date = letter->date_s ? g_date_time_new_from_unix_local(letter->date_s) :
		g_date_time_new_now_local();
	char *id = letter->message_id ? g_strdup(letter->message_id) :
		g_mime_utils_generate_message_id(strrchr(from, '@') + 1);

	g_mime_message_set_date(message, date);
	internet_address_list_add(g_mime_message_get_from(message),
				  INTERNET_ADDRESS(letter->from));
	set_recipients(message, letter);
	if (letter->subject)
		g_mime_message_set_subject(message, letter->subject, "utf-8");
	g_mime_message_set_message_id(message, id);
	g_mime_object_set_header(GMIME_OBJECT(message), "X-Mailer", "ifax", NULL);
	g_mime_object_set_header(GMIME_OBJECT(message), "Message-Context", "fax-message", NULL);
	if (letter->importance)
		set_importance(message, letter->importance);
	if (letter->mdn_to)
		g_mime_object_set_header(GMIME_OBJECT(message), "Disposition-Notification-To",
					 internet_address_mailbox_get_addr(letter->mdn_to), NULL);
	for (guint i = 0; letter->loops && i < letter->loops->len; i++)
		g_mime_object_append_header(GMIME_OBJECT(message), "X-Loop",
					    letter->loops->pdata[i], NULL);
	if (letter->original_id)
		set_id(message, "Original-Message-ID", letter->original_id);
	g_free(id);
	g_date_time_unref(date);
}

static GMimeMessage *build(const struct letter *letter, int fd, enum form form)
{
	GMimeMessage *message = g_mime_message_new(TRUE);
	GMimeMultipart *multipart = g_mime_multipart_new_with_subtype("mixed");
	GMimeObject *pages;

	set_headers(message, letter);
	if (letter->text)
		add_part(multipart, text_part(letter->text->str));
	pages = pages_part(fd, form);
	if (letter->has_better && letter->has_form && form != FORM_PDF)
		alternative_offer(message, pages, &letter->form, &letter->better);
	if (letter->convertible)
		g_mime_object_set_header(pages, "Content-Convert", "ANY", NULL);
	add_part(multipart, pages);
	g_mime_message_set_mime_part(message, GMIME_OBJECT(multipart));
	g_object_unref(multipart);
	return message;
}

/* A letter and its pages become a message. Returns its size, or -1. */
static gint64 write_letter(const struct letter *letter, int fd, enum form form, int message_fd,
			   struct failure *failure)
{
	GMimeMessage *message = build(letter, fd, form);
	gint64 bytes = message_write(message, message_fd, failure);

	g_object_unref(message);
	return bytes;
}

int compose_message(int pages_fd, int message_fd, FILE *letter_in, FILE *out,
		    struct failure *failure)
{
	struct header_line header = { .top.join = header_line_join };
	struct page_range range;
	struct letter letter;
	FILE *scratch = NULL;
	gint64 bytes = -1;
	bool is_fx = false;
	int pages = 0;

	g_mime_init();
	if (letter_read(&letter, letter_in, failure))
		goto out_letter;
	scratch = tmpfile();
	if (!scratch) {
		fail(failure, EXIT_LATER, "cannot make a temporary file: %s", strerror(errno));
		goto out_letter;
	}
	range = (struct page_range){ letter.first_page, letter.last_page, NULL,
				     letter.has_form ? &letter.form : NULL };
	if (letter.header) {
		header.font = text_font_open();
		header.text = letter.header;
		range.top = &header.top;
	}
	pages = letter.is_pdf ? pdf_write(scratch, pages_fd, &range, failure) :
		tiff_write(fileno(scratch), pages_fd, &range, &is_fx, failure);
	if (pages > 0)
		bytes = write_letter(&letter, fileno(scratch), letter.is_pdf ? FORM_PDF :
				     is_fx ? FORM_TIFF_FX : FORM_TIFF, message_fd, failure);
	text_font_close(header.font);
	fclose(scratch);
	if (bytes > 0)
		fprintf(out, "ok pages=%d bytes=%lld\n", pages, (long long)bytes);
out_letter:
	letter_free(&letter);
	g_mime_shutdown();
	return bytes > 0 ? 0 : -1;
}
