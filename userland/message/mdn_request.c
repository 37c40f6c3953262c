// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "mdn_request.h"

static const char *header(GMimeMessage *message, const char *name)
{
	return g_mime_object_get_header(GMIME_OBJECT(message), name);
}

/* How often a field is there, and the value of the first. */
static int count_fields(GMimeMessage *message, const char *name, const char **first)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(message));
	int count = 0;

	*first = NULL;
	for (int i = 0; i < g_mime_header_list_get_count(list); i++) {
		GMimeHeader *field = g_mime_header_list_get_header_at(list, i);

		if (g_ascii_strcasecmp(g_mime_header_get_name(field), name))
			continue;
		if (!count++)
			*first = g_mime_header_get_value(field);
	}
	return count;
}

/* The only address of a field; NULL if there is none or several. To be freed. */
static char *only_address(const char *value)
{
	InternetAddressList *list = value ? internet_address_list_parse(NULL, value) : NULL;
	const char *address = NULL;
	char *copy = NULL;

	if (list && internet_address_list_length(list) == 1) {
		InternetAddress *only = internet_address_list_get_address(list, 0);

		if (INTERNET_ADDRESS_IS_MAILBOX(only))
			address = internet_address_mailbox_get_addr((InternetAddressMailbox *)only);
	}
	if (address && strchr(address, '@'))
		copy = g_strdup(address);
	if (list)
		g_object_unref(list);
	return copy;
}

/* The local part has case, the domain has not (RFC 5321, 2.4). */
static bool same_address(const char *a, const char *b)
{
	size_t local = strrchr(a, '@') - a;

	return !strncmp(a, b, local + 1) && !g_ascii_strcasecmp(a + local, b + local);
}

bool mdn_request_automatic(GMimeMessage *message)
{
	static const char * const bulk[] = { "bulk", "list", "junk" };
	const char *submitted = header(message, "Auto-Submitted");
	const char *precedence = header(message, "Precedence");

	if (submitted && !g_ascii_strncasecmp(submitted, "auto-replied", 12))
		return true;
	for (size_t i = 0; precedence && i < G_N_ELEMENTS(bulk); i++)
		if (!g_ascii_strncasecmp(precedence, bulk[i], strlen(bulk[i])))
			return true;
	return header(message, "List-Id") || header(message, "List-Post");
}

#define ALTERNATIVE	"Alternative-available"

/* attribute=required,value[,value...]; ... (RFC 8098, 2.2); RFC 3297's is known */
static bool requires_unknown(const char *options, bool *alternative)
{
	char **list = options ? g_strsplit(options, ";", 0) : NULL;
	bool found = false;

	for (char **option = list; list && *option; option++) {
		char *importance = strchr(*option, '=');

		if (!importance)
			continue;
		*importance++ = 0;
		if (!g_ascii_strcasecmp(g_strstrip(*option), ALTERNATIVE))
			*alternative = true;
		else if (!g_ascii_strncasecmp(g_strchug(importance), "required", 8))
			found = true;
	}
	g_strfreev(list);
	return found;
}

static const char *refusal(GMimeMessage *message, bool is_report, int asks, const char *to,
			   const char *return_path, bool *alternative)
{
	if (is_report)
		return "the message is itself a report";
	if (mdn_request_automatic(message))
		return "the message came from a list or an automatic answer";
	if (asks > 1 || !to)
		return "it is asked for not exactly one address";
	if (!return_path)
		return "the message has no Return-Path, or a null one";
	if (!same_address(to, return_path))
		return "it is asked for another address than the Return-Path";
	if (requires_unknown(header(message, "Disposition-Notification-Options"), alternative))
		return "an option is required that is not known here";
	return NULL;
}

void mdn_request_read(struct mdn_request *request, GMimeMessage *message, bool is_report)
{
	const char *asked, *path;
	int asks = count_fields(message, "Disposition-Notification-To", &asked);
	int paths = count_fields(message, "Return-Path", &path);
	char *return_path = paths ? only_address(path) : NULL;
	char *to = only_address(asked);

	*request = (struct mdn_request){ 0 };
	if (asks) {
		request->refused = refusal(message, is_report, asks, to, return_path,
					   &request->alternative);
		if (!request->refused)
			request->to = g_strdup(to);
		request->alternative &= !request->refused;
	}
	if (!is_report && !mdn_request_automatic(message))
		request->error_to = g_strdup(return_path);
	g_free(to);
	g_free(return_path);
}

void mdn_request_free(struct mdn_request *request)
{
	g_free(request->to);
	g_free(request->error_to);
}
