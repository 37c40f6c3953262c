// SPDX-License-Identifier: GPL-2.0
/*
 * opened: what the worker that opens a mail says about it
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opened.h"
#include "worker.h"

void opened_clear(struct opened *opened)
{
	for (size_t i = 0; i < opened->report.items; i++) {
		struct report_item *item = &opened->report.item[i];

		free(item->recipient);
		free(item->original);
		free(item->action);
		free(item->status);
		free(item->text);
		free(item->codings);
		free(item->dpi);
		free(item->sizes);
		free(item->features);
	}
	memset(opened, 0, sizeof(*opened));
}

/* The value of "name=value"; NULL: it is another line. */
static const char *value_of(const char *line, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(line, name, length) && line[length] == '=' ? line + length + 1 : NULL;
}

static bool take_kind(struct report *report, const char *kind)
{
	static const char * const names[] = {
		[REPORT_DSN] = "dsn", [REPORT_MDN] = "mdn", [REPORT_BOUNCE] = "bounce",
	};

	for (int i = REPORT_DSN; i <= REPORT_BOUNCE; i++)
		if (!strcmp(kind, names[i]))
			report->kind = i;
	return true;
}

/* Without memory an item is incomplete, and says nothing. */
static void set_text(char **text, const char *value)
{
	if (*text)
		return;
	*text = strdup(value);
}

/* "report-recipient" or, if there is none, the first field begins an item. */
static bool take_item(struct report *report, const char *line)
{
	static const struct {
		const char *name;
		size_t offset;
	} fields[] = {
		{ "report-recipient", offsetof(struct report_item, recipient) },
		{ "report-original", offsetof(struct report_item, original) },
		{ "report-action", offsetof(struct report_item, action) },
		{ "report-status", offsetof(struct report_item, status) },
		{ "report-text", offsetof(struct report_item, text) },
		{ "report-codings", offsetof(struct report_item, codings) },
		{ "report-dpi", offsetof(struct report_item, dpi) },
		{ "report-sizes", offsetof(struct report_item, sizes) },
		{ "report-features", offsetof(struct report_item, features) },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		const char *value = value_of(line, fields[i].name);
		struct report_item *item;

		if (!value)
			continue;
		if (!i || !report->items) {
			if (report->items == REPORT_ITEMS_MAX)
				return true;
			report->items++;
		}
		item = &report->item[report->items - 1];
		set_text((char **)((char *)item + fields[i].offset), value);
		return true;
	}
	return false;
}

/* Only what is an address by its looks can have been one of ours. */
static bool take_loop(struct opened *opened, const char *value)
{
	if (opened->loops < OPENED_LOOPS_MAX && strlen(value) < sizeof(opened->loop[0]) &&
	    strchr(value, '@') && !strpbrk(value, " \t\"<>,;\\"))
		strcpy(opened->loop[opened->loops++], value);
	return true;
}

/* What is one too many is counted, and so is what is too long. */
static void take_name(char (*names)[OPENED_ADDRESS_BYTES], size_t *items, size_t most,
		      const char *value)
{
	if (*items < most)
		snprintf(names[*items], OPENED_ADDRESS_BYTES, "%s",
			 strlen(value) < OPENED_ADDRESS_BYTES ? value : "");
	++*items;
}

/* What a request consists of */
static bool take_request(struct opened *opened, const char *line)
{
	const char *value;

	if ((value = value_of(line, "request")))
		snprintf(opened->request, sizeof(opened->request), "%s", value);
	else if ((value = value_of(line, "request-to")))
		take_name(opened->request_to, &opened->request_tos, REQUEST_ADDRESSES_MAX, value);
	else if ((value = value_of(line, "request-list")))
		take_name(opened->request_list, &opened->request_lists, REQUEST_NAMES_MAX, value);
	else if ((value = value_of(line, "request-addressee")))
		take_name(opened->request_addressee, &opened->request_addressees,
			  REQUEST_NAMES_MAX, value);
	else if ((value = value_of(line, "request-date")))
		opened->request_date_s = strtoll(value, NULL, 10);
	else if (value_of(line, "request-signed"))
		opened->request_signed = true;
	else
		return false;
	return true;
}

bool opened_line(struct opened *opened, const char *line)
{
	const struct {
		const char *name;
		char *text;
	} texts[] = {
		{ "from", opened->from },
		{ "subject", opened->subject },
		{ "message-id", opened->message_id },
		{ "mdn-to", opened->mdn_to },
		{ "error-to", opened->error_to },
		{ "request-secret", opened->request_secret },
		{ "request-subject", opened->request_subject },
		{ "id", opened->fragment_id },
		{ "original-id", opened->original_id },
		{ "report-envelope-id", opened->report.envelope_id },
		{ "report-message-id", opened->report.message_id },
	};
	const char *value;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		value = value_of(line, texts[i].name);
		if (value) {
			snprintf(texts[i].text, OPENED_TEXT_BYTES, "%s", value);
			return true;
		}
	}
	if (take_request(opened, line))
		return true;
	value = value_of(line, "alternative");
	if (value) {
		opened->has_better = true;
		return true;
	}
	value = value_of(line, "loop");
	if (value)
		return take_loop(opened, value);
	value = value_of(line, "report");
	if (value)
		return take_kind(&opened->report, value);
	value = value_of(line, "number");
	if (value)
		opened->fragment_number = strtoll(value, NULL, 10);
	else if ((value = value_of(line, "total")))
		opened->fragment_total = strtoll(value, NULL, 10);
	else if (!strncmp(line, "page ", 5))
		opened->page_bytes += worker_number(line, "bytes");
	else
		return take_item(&opened->report, line);
	return true;
}
