// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <gmime/gmime.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "letter.h"
#include "line.h"
#include "message_file.h"
#include "mime_limits.h"
#include "report_write.h"

#define RECIPIENTS_MAX	1000

enum value {
	KIND, FROM, TO, MESSAGE_ID, DATE, HOST, ACTION, STATUS, TEXT, FEATURES, ENVELOPE_ID,
	ARRIVAL, RETURN, ORIGINAL_ID, VALUES,
};

static const char * const value_names[VALUES] = {
	"kind", "from", "to", "message-id", "date", "host", "action", "status", "text", "features",
	"envelope-id", "arrival", "return", "original-id",
};

/**
 * struct report - a report to be written
 * @value: what stands behind the names in value_names, NULL: was not there
 * @recipient: "ADDRESS" or "ADDRESS TYPE;ORIGINAL" each
 * @wording: what its kind and action are called
 */
struct report {
	char *value[VALUES];
	GPtrArray *recipient;
	const struct wording *wording;
};

/* What an action is called in which report; words say it to people (RFC 3249, 4.4) */
static const struct wording {
	const char *kind, *action, *disposition, *subject, *words;
} wordings[] = {
	{ "dsn", "delivered", NULL, "Your message was delivered successfully. (DSN)",
	  "Your message was delivered to this fax station. That it was printed is not known by this." },
	{ "dsn", "failed", NULL, "Your message could not be delivered. (DSN)",
	  "Your message could not be delivered or printed by this fax station." },
	{ "dsn", "delayed", NULL, "Your message is delayed. (DSN)",
	  "Your message is not processed yet. You need not send it again: the station goes on trying." },
	{ "dsn", "relayed", NULL, "Your message was relayed. (DSN)",
	  "Your message was passed on to a mail server that does not confirm delivery." },
	{ "dsn", "expanded", NULL, "Your message was delivered successfully. (DSN)",
	  "Your message was passed on to those that this address stands for." },
	{ "mdn", "dispatched", "dispatched", "Your message was processed successfully. (MDN)",
	  "Your message was printed. That somebody has read it is not known by this." },
	{ "mdn", "failed", "processed/error", "Your message could not be processed. (MDN)",
	  "Your message was received, but it could not be processed." },
	{ "mdn", "deleted", "deleted", "Your message was deleted. (MDN)",
	  "Your message was deleted before it was printed." },
	{ "mdn", "alternative", "deleted/alternative-preferred",
	  "Your message can be received in a better form. (MDN)",
	  "This station can print more than what came. Please send the other form." },
	{ "mdn", "unavailable", "failed/alternative-not-available",
	  "Your message cannot be received in a better form. (MDN)",
	  "The other form that was asked for is not there any more, or was sent already." },
};

/* ---- values ---- */

static int take(struct report *report, char *line, struct failure *failure)
{
	char *value = strchr(line, '=');

	if (!value)
		return fail(failure, EXIT_INPUT, "\"%s\" on stdin is not NAME=VALUE", line);
	*value++ = 0;
	if (!letter_printable(value))
		return fail(failure, EXIT_INPUT, "%s= holds control characters or is not UTF-8",
			    line);
	if (!strcmp(line, "recipient") && report->recipient->len < RECIPIENTS_MAX) {
		g_ptr_array_add(report->recipient, g_strdup(value));
		return 0;
	}
	for (int i = 0; i < VALUES; i++) {
		if (!report->value[i] && !strcmp(line, value_names[i])) {
			report->value[i] = g_strdup(value);
			return 0;
		}
	}
	return fail(failure, EXIT_INPUT, "%s= on stdin is unknown or was there before", line);
}

static const struct wording *find_wording(const char *kind, const char *action)
{
	for (size_t i = 0; i < G_N_ELEMENTS(wordings); i++)
		if (!strcmp(wordings[i].kind, kind) && !strcmp(wordings[i].action, action))
			return &wordings[i];
	return NULL;
}

static bool is_ascii(const char *value)
{
	for (; *value; value++)
		if (*value & 0x80)
			return false;
	return true;
}

static int check(struct report *report, struct failure *failure)
{
	static const enum value needed[] = { KIND, FROM, TO, HOST, ACTION };

	for (size_t i = 0; i < G_N_ELEMENTS(needed); i++)
		if (!report->value[needed[i]])
			return fail(failure, EXIT_INPUT, "no %s= on stdin", value_names[needed[i]]);
	report->wording = find_wording(report->value[KIND], report->value[ACTION]);
	if (!report->wording)
		return fail(failure, EXIT_INPUT, "there is no %s that says %s", report->value[KIND],
			    report->value[ACTION]);
	if (!report->recipient->len)
		return fail(failure, EXIT_INPUT, "no recipient= on stdin");
	for (size_t i = 0; i < report->recipient->len; i++)
		if (!is_ascii(report->recipient->pdata[i]))
			return fail(failure, EXIT_INPUT, "recipient= is not ASCII");
	return 0;
}

static int read_values(struct report *report, FILE *in, struct failure *failure)
{
	char line[LETTER_LINE_BYTES];
	int more;

	while ((more = letter_read_line(in, line, failure)) > 0)
		if (take(report, line, failure))
			return -1;
	return more ? -1 : check(report, failure);
}

/* ---- parts ---- */

static GMimeObject *part_of(const char *type, const char *subtype, const char *bytes, size_t length)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, length);
	GMimeDataWrapper *content =
		g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
	GMimePart *part = g_mime_part_new_with_type(type, subtype);
	GMimeContentEncoding encoding;

	g_mime_part_set_content(part, content);
	encoding = g_mime_part_get_best_content_encoding(part, GMIME_ENCODING_CONSTRAINT_7BIT);
	if (encoding != GMIME_CONTENT_ENCODING_7BIT)
		g_mime_part_set_content_encoding(part, encoding);
	g_object_unref(content);
	g_object_unref(stream);
	return GMIME_OBJECT(part);
}

static GMimeObject *words_part(const struct report *report)
{
	GString *text = g_string_new(report->wording->words);
	GMimeObject *part;

	g_string_append_c(text, '\n');
	if (report->value[TEXT] && *report->value[TEXT])
		g_string_append_printf(text, "\n%s\n", report->value[TEXT]);
	g_string_append_c(text, '\n');
	for (size_t i = 0; i < report->recipient->len; i++) {
		const char *recipient = report->recipient->pdata[i];

		g_string_append_printf(text, "For: %.*s\n", (int)strcspn(recipient, " "), recipient);
	}
	g_string_append_printf(text, "Station: %s\n", report->value[HOST]);
	part = part_of("text", "plain", text->str, text->len);
	g_mime_object_set_content_type_parameter(part, "charset",
						 is_ascii(text->str) ? "us-ascii" : "utf-8");
	g_string_free(text, TRUE);
	return part;
}

static void append_date(GString *fields, const char *name, const char *seconds)
{
	GDateTime *date = seconds ? g_date_time_new_from_unix_local(strtoll(seconds, NULL, 10)) :
		g_date_time_new_now_local();
	char *text = date ? g_mime_utils_header_format_date(date) : NULL;

	if (text)
		g_string_append_printf(fields, "%s: %s\n", name, text);
	g_free(text);
	if (date)
		g_date_time_unref(date);
}

/* "ADDRESS TYPE;ORIGINAL" as fields */
static void append_recipient(GString *fields, const char *recipient)
{
	size_t address = strcspn(recipient, " ");

	if (recipient[address])
		g_string_append_printf(fields, "Original-Recipient: %s\n", recipient + address + 1);
	g_string_append_printf(fields, "Final-Recipient: rfc822; %.*s\n", (int)address, recipient);
}

static void append_features(GString *fields, const struct report *report)
{
	if (report->value[FEATURES])
		g_string_append_printf(fields, "Media-Accept-Features: %s\n",
				       report->value[FEATURES]);
}

static void append_dsn(GString *fields, const struct report *report)
{
	const char *text = report->value[TEXT];

	g_string_append_printf(fields, "Reporting-MTA: dns; %s\n", report->value[HOST]);
	if (report->value[ENVELOPE_ID])
		g_string_append_printf(fields, "Original-Envelope-Id: %s\n",
				       report->value[ENVELOPE_ID]);
	if (report->value[ARRIVAL])
		append_date(fields, "Arrival-Date", report->value[ARRIVAL]);
	for (size_t i = 0; i < report->recipient->len; i++) {
		g_string_append_c(fields, '\n');
		append_recipient(fields, report->recipient->pdata[i]);
		g_string_append_printf(fields, "Action: %s\nStatus: %s\n", report->value[ACTION],
				       report->value[STATUS] ?: "2.0.0");
		if (text && *text && is_ascii(text) && strcmp(report->value[ACTION], "delivered"))
			g_string_append_printf(fields, "Diagnostic-Code: X-ifax; %s\n", text);
		append_date(fields, "Last-Attempt-Date", report->value[DATE]);
		append_features(fields, report);
	}
}

static void append_mdn(GString *fields, const struct report *report, GMimeMessage *original)
{
	const char *text = report->value[TEXT];
	const char *id = report->value[ORIGINAL_ID] ?: g_mime_message_get_message_id(original);

	g_string_append_printf(fields, "Reporting-UA: %s; ifax\n", report->value[HOST]);
	append_recipient(fields, report->recipient->pdata[0]);
	if (id && letter_printable(id))
		g_string_append_printf(fields, "Original-Message-ID: <%s>\n", id);
	g_string_append_printf(fields, "Disposition: automatic-action/MDN-sent-automatically; %s\n",
			       report->wording->disposition);
	if (!strcmp(report->value[ACTION], "failed") && text && *text && is_ascii(text))
		g_string_append_printf(fields, "Error: %s\n", text);
	append_features(fields, report);
}

/* Lines of at most 998 bytes, and no shorter than they must be. */
static void fold(GString *fields)
{
	size_t begin = 0, blank = 0;

	for (size_t i = 0; i < fields->len; i++) {
		if (fields->str[i] == '\n') {
			begin = i + 1;
			blank = 0;
		} else if (fields->str[i] == ' ') {
			blank = i;
		}
		if (i - begin > 76 && blank > begin) {
			g_string_insert_c(fields, blank, '\n');
			begin = blank + 1;
			blank = 0;
			i++;
		}
	}
}

static GMimeObject *fields_part(const struct report *report, GMimeMessage *original)
{
	bool is_mdn = report->wording->disposition;
	GString *fields = g_string_new(NULL);
	GMimeObject *part;

	if (is_mdn)
		append_mdn(fields, report, original);
	else
		append_dsn(fields, report);
	fold(fields);
	part = part_of("message", is_mdn ? "disposition-notification" : "delivery-status",
		       fields->str, fields->len);
	g_string_free(fields, TRUE);
	return part;
}

/* Nothing is re-coded in what goes back: all of it goes only if any server takes it. */
static bool is_seven_bit(int fd)
{
	unsigned char buffer[65536];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, buffer, sizeof(buffer), at)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			if (!buffer[i] || buffer[i] & 0x80)
				return false;
		at += n;
	}
	return !n;
}

static GMimeObject *returned_part(const struct report *report, GMimeMessage *original,
				  int original_fd)
{
	GMimeObject *part;
	char *header;

	if (report->value[RETURN] && !strcmp(report->value[RETURN], "FULL") &&
	    !strcmp(report->value[ACTION], "failed") && is_seven_bit(original_fd))
		return GMIME_OBJECT(g_mime_message_part_new_with_message("rfc822", original));
	header = g_mime_object_get_headers(GMIME_OBJECT(original), NULL);
	part = part_of("text", "rfc822-headers", header, strlen(header));
	g_free(header);
	return part;
}

/* ---- the report ---- */

static int set_headers(GMimeMessage *message, const struct report *report, GMimeMessage *original,
		       struct failure *failure)
{
	const char *id = g_mime_message_get_message_id(original);
	InternetAddressMailbox *from = NULL, *to = NULL;
	GDateTime *date = report->value[DATE] ?
		g_date_time_new_from_unix_local(strtoll(report->value[DATE], NULL, 10)) :
		g_date_time_new_now_local();
	char *own_id = NULL;
	int err = letter_mailbox(&from, report->value[FROM], failure) ?:
		letter_mailbox(&to, report->value[TO], failure);

	if (err)
		goto out;
	own_id = report->value[MESSAGE_ID] ? g_mime_utils_decode_message_id(report->value[MESSAGE_ID]) :
		g_mime_utils_generate_message_id(report->value[HOST]);
	if (date)
		g_mime_message_set_date(message, date);
	internet_address_list_add(g_mime_message_get_from(message), INTERNET_ADDRESS(from));
	internet_address_list_add(g_mime_message_get_to(message), INTERNET_ADDRESS(to));
	g_mime_message_set_subject(message, report->wording->subject, "utf-8");
	if (own_id)
		g_mime_message_set_message_id(message, own_id);
	if (id && letter_printable(id)) {
		char *reference = g_strdup_printf("<%s>", id);

		g_mime_object_set_header(GMIME_OBJECT(message), "In-Reply-To", reference, NULL);
		g_mime_object_set_header(GMIME_OBJECT(message), "References", reference, NULL);
		g_free(reference);
	}
	/* RFC 3834: nobody answers this */
	g_mime_object_set_header(GMIME_OBJECT(message), "Auto-Submitted", "auto-replied", NULL);
out:
	g_free(own_id);
	if (date)
		g_date_time_unref(date);
	g_clear_object(&from);
	g_clear_object(&to);
	return err;
}

static GMimeMessage *build(const struct report *report, GMimeMessage *original, int original_fd,
			   struct failure *failure)
{
	GMimeMultipart *multipart = g_mime_multipart_new_with_subtype("report");
	GMimeMessage *message = g_mime_message_new(TRUE);
	GMimeObject *parts[] = {
		words_part(report), fields_part(report, original),
		returned_part(report, original, original_fd),
	};

	g_mime_object_set_content_type_parameter(GMIME_OBJECT(multipart), "report-type",
						 report->wording->disposition ?
						 "disposition-notification" : "delivery-status");
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_mime_multipart_add(multipart, parts[i]);
		g_object_unref(parts[i]);
	}
	g_mime_message_set_mime_part(message, GMIME_OBJECT(multipart));
	g_object_unref(multipart);
	if (set_headers(message, report, original, failure)) {
		g_object_unref(message);
		return NULL;
	}
	return message;
}

static int write_report(const struct report *report, int original_fd, int report_fd, FILE *out,
			struct failure *failure)
{
	GMimeMessage *original, *message;
	gint64 bytes = -1;

	if (mime_limits_check(original_fd, failure))
		return -1;
	original = message_parse(original_fd);
	if (!original)
		return fail(failure, EXIT_INPUT, "this is no mail message");
	message = build(report, original, original_fd, failure);
	if (message) {
		bytes = message_write(message, report_fd, failure);
		g_object_unref(message);
	}
	g_object_unref(original);
	if (bytes < 0)
		return -1;
	print_line(out, "subject=", report->wording->subject);
	fprintf(out, "ok bytes=%lld\n", (long long)bytes);
	return 0;
}

int report_write(int original_fd, int report_fd, FILE *values, FILE *out, struct failure *failure)
{
	struct report report = { .recipient = g_ptr_array_new_with_free_func(g_free) };
	int err = read_values(&report, values, failure) ?:
		write_report(&report, original_fd, report_fd, out, failure);

	for (int i = 0; i < VALUES; i++)
		g_free(report.value[i]);
	g_ptr_array_free(report.recipient, TRUE);
	return err;
}
