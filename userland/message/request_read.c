// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "line.h"
#include "mdn_request.h"
#include "parts.h"
#include "request_read.h"

#define LINES_MAX	200
#define ADDRESSEES_MAX	10

GMimeObject *request_text(GMimeMessage *message)
{
	GMimeObject *object = g_mime_message_get_mime_part(message);

	while (object && GMIME_IS_MULTIPART(object))
		object = g_mime_multipart_get_count(GMIME_MULTIPART(object)) ?
			g_mime_multipart_get_part(GMIME_MULTIPART(object), 0) : NULL;
	return object && part_kind(object) == PART_TEXT ? object : NULL;
}

static void print_words(const char *line, FILE *out)
{
	static const struct {
		const char *word, *before;
	} words[] = {
		{ "secret:", "request-secret=" }, { "to:", "request-to=" },
		{ "list:", "request-list=" }, { "subject:", "request-subject=" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		const char *value = line + strlen(words[i].word);

		if (!g_ascii_strncasecmp(line, words[i].word, value - line))
			print_line(out, words[i].before, value + strspn(value, " \t"));
	}
}

static void print_text(GMimeObject *part, FILE *out)
{
	GString *text = g_string_new(NULL);
	struct failure ignored;
	char **lines;

	part_append_text(text, part, PART_TEXT, &ignored);
	lines = g_strsplit(text->str, "\n", LINES_MAX);
	for (char **line = lines; *line; line++)
		print_words(g_strstrip(*line), out);
	g_strfreev(lines);
	g_string_free(text, TRUE);
}

static void print_addressees(GMimeMessage *message, FILE *out)
{
	InternetAddressList *to = g_mime_message_get_to(message);

	for (int i = 0; i < internet_address_list_length(to) && i < ADDRESSEES_MAX; i++) {
		InternetAddress *one = internet_address_list_get_address(to, i);

		if (!INTERNET_ADDRESS_IS_MAILBOX(one))
			continue;
		print_line(out, "request-addressee=",
			   internet_address_mailbox_get_addr((InternetAddressMailbox *)one));
	}
}

void request_print(GMimeMessage *message, FILE *out)
{
	const char *subject = g_mime_message_get_subject(message);
	GDateTime *date = g_mime_message_get_date(message);
	GMimeObject *text = request_text(message);

	if (!subject || g_ascii_strncasecmp(subject, "ifax ", 5) || mdn_request_automatic(message))
		return;
	print_line(out, "request=", subject + 5);
	if (date)
		fprintf(out, "request-date=%lld\n", (long long)g_date_time_to_unix(date));
	if (g_mime_object_get_header(GMIME_OBJECT(message), "DKIM-Signature"))
		print_line(out, "request-signed=", "yes");
	print_addressees(message, out);
	if (text)
		print_text(text, out);
}
