// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <string.h>

#include "features.h"
#include "line.h"
#include "mime_limits.h"
#include "parts.h"
#include "report_read.h"

#define RECIPIENTS_MAX		100
#define SCANNED_LINES_MAX	500

/* ---- parts ---- */

static bool is_type(GMimeObject *object, const char *type, const char *subtype)
{
	GMimeContentType *own = g_mime_object_get_content_type(object);

	return own && g_mime_content_type_is_type(own, type, subtype);
}

/* The first part of a type, not in a returned message. */
static GMimeObject *find(GMimeObject *object, const char *type, const char *subtype,
			 unsigned int depth)
{
	GMimeObject *found = NULL;

	if (!object || depth > NESTING_MAX)
		return NULL;
	if (is_type(object, type, subtype))
		return object;
	if (GMIME_IS_MULTIPART(object))
		for (int i = 0; !found && i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++)
			found = find(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), type,
				     subtype, depth + 1);
	return found;
}

static GMimeObject *part_of(GMimeMessage *message, const char *type, const char *subtype)
{
	return find(g_mime_message_get_mime_part(message), type, subtype, 0);
}

/* RFC 6533 has another form of each, for addresses beyond ASCII. */
static GMimeObject *delivery_status(GMimeMessage *message)
{
	return part_of(message, "message", "delivery-status") ?:
		part_of(message, "message", "global-delivery-status");
}

static GMimeObject *disposition_notification(GMimeMessage *message)
{
	return part_of(message, "message", "disposition-notification") ?:
		part_of(message, "message", "global-disposition-notification");
}

/* The text of a part, with lines of \n; to be freed. */
static GString *text_of(GMimeObject *part)
{
	struct failure ignored;
	GString *text = g_string_new(NULL);
	char *end;

	if (part && GMIME_IS_PART(part))
		part_append_text(text, part, PART_TEXT, &ignored);
	while ((end = strchr(text->str, '\r')))
		g_string_erase(text, end - text->str, 1);
	return text;
}

/* ---- fields ---- */

/**
 * struct group - fields that belong together, up to an empty line
 * @at: its first line
 */
struct group {
	const char *at;
};

/* The value of a field of the group, unfolded; NULL: it has none. To be freed. */
static char *field(const struct group *group, const char *name)
{
	size_t length = strlen(name);
	const char *line = group->at;

	for (; *line && *line != '\n'; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *end = line;
		char *value;

		if (g_ascii_strncasecmp(line, name, length) || line[length] != ':')
			continue;
		do
			end += strcspn(end, "\n") + (end[strcspn(end, "\n")] == '\n');
		while (*end == ' ' || *end == '\t');
		value = g_strndup(line + length + 1, end - line - length - 1);
		for (char *fold = value; (fold = strchr(fold, '\n'));)
			memmove(fold, fold + 1, strlen(fold));
		return g_strstrip(value);
	}
	return NULL;
}

/* Moves to the group behind; false: there is none. */
static bool next_group(struct group *group)
{
	const char *end = g_str_has_prefix(group->at, "\n") ? group->at : strstr(group->at, "\n\n");

	if (!end)
		return false;
	group->at = end + strspn(end, "\n");
	return *group->at;
}

static void print_field(FILE *out, const char *before, char *value)
{
	if (value && *value)
		print_line(out, before, value);
	g_free(value);
}

/* "rfc822; user@example.com" without the type; the value is freed. */
static void print_address(FILE *out, const char *before, char *value)
{
	char *address = value ? strchr(value, ';') : NULL;

	if (!value)
		return;
	address = g_strstrip(address ? address + 1 : value);
	if (*address == '<' && g_str_has_suffix(address, ">"))
		address = g_strstrip(g_strdelimit(address, "<>", ' '));
	if (*address)
		print_line(out, before, address);
	g_free(value);
}

/* What the peer can receive, and what that means for us; the value is freed. */
static void print_features(FILE *out, char *value)
{
	struct features_summary summary;

	if (value && *value && !features_summarise(value, &summary) && *summary.codings) {
		print_line(out, "report-codings=", summary.codings);
		print_line(out, "report-dpi=", summary.dpi);
		print_line(out, "report-sizes=", summary.sizes);
		print_line(out, "report-features=", value);
	}
	g_free(value);
}

static void print_message_id(FILE *out, char *id)
{
	char *begin = id ? strchr(id, '<') : NULL;
	char *end = begin ? strchr(begin, '>') : NULL;

	if (end) {
		end[1] = 0;
		print_line(out, "report-message-id=", begin);
	}
	g_free(id);
}

/* ---- the message that the report is about ---- */

/* Its Message-ID, from what came back of it; to be freed. */
static char *returned_id(GMimeMessage *message)
{
	GMimeObject *part = part_of(message, "message", "rfc822");
	GMimeMessage *returned = part && GMIME_IS_MESSAGE_PART(part) ?
		g_mime_message_part_get_message(GMIME_MESSAGE_PART(part)) : NULL;
	struct group group;
	GString *text;
	char *id;

	if (returned && g_mime_message_get_message_id(returned))
		return g_strdup_printf("<%s>", g_mime_message_get_message_id(returned));
	part = part ?: part_of(message, "text", "rfc822-headers") ?:
		part_of(message, "message", "global-headers");
	if (!part)
		return NULL;
	text = text_of(part);
	group.at = text->str + strspn(text->str, "\n");
	id = field(&group, "Message-ID");
	g_string_free(text, TRUE);
	return id;
}

/* ---- DSN ---- */

static void print_dsn_recipient(FILE *out, const struct group *group)
{
	char *action = field(group, "Action");
	/* "relayed (to a server without DSN)" */
	char *lower = action ? g_ascii_strdown(action, strcspn(action, " \t(")) : NULL;
	char *diagnostic = field(group, "Diagnostic-Code");

	print_address(out, "report-recipient=", field(group, "Final-Recipient"));
	print_address(out, "report-original=", field(group, "Original-Recipient"));
	print_field(out, "report-action=", lower);
	g_free(action);
	print_field(out, "report-status=", field(group, "Status"));
	print_address(out, "report-text=", diagnostic);
	print_features(out, field(group, "Media-Accept-Features"));
}

static void print_dsn(FILE *out, GMimeMessage *message)
{
	GString *text = text_of(delivery_status(message));
	struct group group = { text->str + strspn(text->str, "\n") };
	unsigned int recipients = 0;

	print_field(out, "report-envelope-id=", field(&group, "Original-Envelope-Id"));
	print_message_id(out, returned_id(message));
	do {
		char *final = field(&group, "Final-Recipient");

		if (final && ++recipients <= RECIPIENTS_MAX)
			print_dsn_recipient(out, &group);
		g_free(final);
	} while (next_group(&group));
	g_string_free(text, TRUE);
}

/* ---- MDN ---- */

/* What a Disposition says: "mode; type/modifier" (RFC 8098, 3.2.6). */
static const char *action_of(const char *disposition)
{
	const char *type = disposition ? strchr(disposition, ';') : NULL;
	char *lower = g_ascii_strdown(type ? type + 1 : disposition ?: "", -1);
	const char *action = "unknown";

	g_strstrip(lower);
	if (strstr(lower, "alternative-not-available"))
		action = "unavailable";
	else if (strstr(lower, "alternative-preferred"))
		action = "alternative";
	else if (strstr(lower, "error") || g_str_has_prefix(lower, "failed"))
		action = "failed";
	else if (g_str_has_prefix(lower, "deleted") || g_str_has_prefix(lower, "denied"))
		action = "deleted";
	else if (g_str_has_prefix(lower, "dispatched") || g_str_has_prefix(lower, "displayed") ||
		 g_str_has_prefix(lower, "processed"))
		action = "processed";
	g_free(lower);
	return action;
}

static void print_mdn(FILE *out, GMimeMessage *message)
{
	GString *text = text_of(disposition_notification(message));
	struct group group = { text->str + strspn(text->str, "\n") };
	char *id = field(&group, "Original-Message-ID");
	char *disposition = field(&group, "Disposition");
	char *error = field(&group, "Error") ?: field(&group, "Failure");

	print_message_id(out, id ?: returned_id(message));
	print_address(out, "report-recipient=", field(&group, "Final-Recipient"));
	print_address(out, "report-original=", field(&group, "Original-Recipient"));
	print_line(out, "report-action=", action_of(disposition));
	print_field(out, "report-text=", error ?: disposition);
	if (error)
		g_free(disposition);
	print_features(out, field(&group, "Media-Accept-Features"));
	g_string_free(text, TRUE);
}

/* ---- bounces in words ---- */

static bool says(const char *text, const char *const *words, size_t count)
{
	char *lower = g_ascii_strdown(text ? text : "", -1);
	bool found = false;

	for (size_t i = 0; i < count; i++)
		found |= strstr(lower, words[i]) != NULL;
	g_free(lower);
	return found;
}

/* People's programs answer with the subject of what they answer, and the null path, too. */
static bool is_bounce(GMimeMessage *message)
{
	static const char * const senders[] = {
		"mailer-daemon", "postmaster", "mail delivery", "mail system", "delivery system",
		"delivery subsystem", "system administrator", "mdaemon", "mail-daemon",
		"bounce", "noreply", "no-reply",
	};
	static const char * const subjects[] = {
		"undeliver", "returned mail", "failure notice", "delivery failure",
		"delivery failed", "delivery status", "mail delivery", "returned to sender",
		"could not be delivered", "non-delivery", "delivery report", "mail system error",
		"warning: could not send", "delayed",
	};
	static const char * const good[] = { "success" };
	char *from = internet_address_list_to_string(g_mime_message_get_from(message), NULL, FALSE);
	const char *subject = g_mime_message_get_subject(message);
	bool by_machine = !from || !*from || says(from, senders, G_N_ELEMENTS(senders));

	g_free(from);
	return g_mime_object_get_header(GMIME_OBJECT(message), "X-Failed-Recipients") ||
	       (by_machine && says(subject, subjects, G_N_ELEMENTS(subjects)) &&
		!says(subject, good, G_N_ELEMENTS(good)));
}

/* "<user@example.com>:" or "<user@example.com>", alone in its line */
static char *named_recipient(char *line)
{
	char *end = strchr(line, '>');

	if (*line != '<' || !end || !memchr(line, '@', end - line) || strspn(end + 1, ": ") != strlen(end + 1))
		return NULL;
	return g_strndup(line + 1, end - line - 1);
}

/**
 * struct bounce - what a bounce says
 * @recipient: addresses
 * @why: of each, why it failed; NULL: that is not said
 * @recipients: how many
 * @id: Message-ID of what came back; NULL: it has none
 * @reply: a server's reply that stands before any address
 */
struct bounce {
	char *recipient[RECIPIENTS_MAX];
	char *why[RECIPIENTS_MAX];
	unsigned int recipients;
	char *id;
	char *reply;
};

static void add_recipient(struct bounce *bounce, char *address)
{
	if (bounce->recipients < RECIPIENTS_MAX)
		bounce->recipient[bounce->recipients++] = address;
	else
		g_free(address);
}

/* A server's reply in a line, as in "550 5.1.1 no such user"; NULL: there is none */
static const char *reply_in(const char *line)
{
	for (; *line; line += strcspn(line, " "), line += strspn(line, " "))
		if ((*line == '4' || *line == '5') && g_ascii_isdigit(line[1]) &&
		    g_ascii_isdigit(line[2]) && (line[3] == ' ' || line[3] == '-'))
			return line;
	return NULL;
}

/* What stands behind an address is about it: a server's reply, or else the first words. */
static void take_reason(struct bounce *bounce, const char *line)
{
	char **why = bounce->recipients ? &bounce->why[bounce->recipients - 1] : &bounce->reply;
	const char *reply = reply_in(line);

	if (*why && (!reply || reply_in(*why)))
		return;
	if (!reply && (!bounce->recipients || !g_ascii_isalpha(*line)))
		return;
	g_free(*why);
	*why = g_strdup(reply ?: line);
}

static void scan_line(struct bounce *bounce, char *line)
{
	char *recipient = named_recipient(line);

	if (recipient)
		add_recipient(bounce, recipient);
	else if (!bounce->id)
		take_reason(bounce, line);
	if (!bounce->id && !g_ascii_strncasecmp(line, "Message-ID:", 11))
		bounce->id = g_strdup(line + 11);
}

static void scan_text(struct bounce *bounce, GMimeMessage *message)
{
	GString *text = text_of(part_of(message, "text", "*"));
	char **lines = g_strsplit(text->str, "\n", SCANNED_LINES_MAX);

	for (char **line = lines; *line; line++)
		scan_line(bounce, g_strstrip(*line));
	g_strfreev(lines);
	g_string_free(text, TRUE);
}

/* What the bounce says it answers; the last of several. To be freed. */
static char *answered_id(GMimeMessage *message)
{
	static const char * const names[] = { "In-Reply-To", "References" };
	const char *id = NULL;

	for (size_t i = 0; !id && i < G_N_ELEMENTS(names); i++) {
		const char *value = g_mime_object_get_header(GMIME_OBJECT(message), names[i]);

		id = value ? strrchr(value, '<') : NULL;
	}
	return g_strdup(id);
}

static void print_bounce(FILE *out, GMimeMessage *message)
{
	static const char * const waits[] = { "warning", "delayed", "delay " };
	const char *failed = g_mime_object_get_header(GMIME_OBJECT(message), "X-Failed-Recipients");
	bool delayed = says(g_mime_message_get_subject(message), waits, G_N_ELEMENTS(waits));
	struct bounce bounce = { .id = returned_id(message) };
	char **list = failed ? g_strsplit_set(failed, ", \t\r\n", RECIPIENTS_MAX) : NULL;

	scan_text(&bounce, message);
	for (char **address = list; list && *address; address++)
		if (**address)
			add_recipient(&bounce, g_strdup(*address));
	print_message_id(out, bounce.id ?: answered_id(message));
	for (unsigned int i = 0; i < bounce.recipients || !i; i++) {
		/* who is not named: the daemon knows if there was only one */
		print_line(out, "report-recipient=", i < bounce.recipients ? bounce.recipient[i] : "");
		print_line(out, "report-action=", delayed ? "delayed" : "failed");
		print_line(out, "report-text=", bounce.why[i] ?: bounce.reply ?:
			   g_mime_message_get_subject(message) ?: "it came back");
		g_free(bounce.recipient[i]);
		g_free(bounce.why[i]);
	}
	g_strfreev(list);
	g_free(bounce.reply);
}

/* ---- all ---- */

enum report_kind report_kind(GMimeMessage *message)
{
	if (disposition_notification(message))
		return REPORT_MDN;
	if (delivery_status(message))
		return REPORT_DSN;
	return is_bounce(message) ? REPORT_BOUNCE : REPORT_NONE;
}

void report_print(GMimeMessage *message, enum report_kind kind, FILE *out)
{
	switch (kind) {
	case REPORT_DSN:
		fputs("report=dsn\n", out);
		print_dsn(out, message);
		break;
	case REPORT_MDN:
		fputs("report=mdn\n", out);
		print_mdn(out, message);
		break;
	case REPORT_BOUNCE:
		fputs("report=bounce\n", out);
		print_bounce(out, message);
		break;
	case REPORT_NONE:
		break;
	}
}
