// SPDX-License-Identifier: GPL-2.0
/* Mail addresses as SMTP carries them (RFC 5321, 4.1.2 and 4.1.3). */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "mail_path.h"
#include "smtp_reply.h"

#define LABEL_MAX	63

/* Bytes above 127 are characters of UTF-8 (RFC 6531); is_utf8() looks at them as a whole. */
static bool is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_atom(unsigned char c)
{
	return is_alnum(c) || c >= 0x80 || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Dots may stand anywhere: some networks give out such addresses. */
static size_t dot_string_len(const char *text)
{
	size_t len = 0;

	while (is_atom(text[len]) || text[len] == '.')
		len++;
	return len;
}

static size_t quoted_string_len(const char *text)
{
	size_t len = 1;

	for (; text[len] != '"'; len++) {
		if (text[len] == '\\')
			len++;
		if ((unsigned char)text[len] < 0x20 || text[len] == 0x7f)
			return 0;
	}
	return len + 1;
}

static size_t local_part_len(const char *text)
{
	size_t len = *text == '"' ? quoted_string_len(text) : dot_string_len(text);

	return len <= MAIL_LOCAL_MAX ? len : 0;
}

static size_t address_literal_len(const char *text)
{
	size_t len = 1;

	while (is_alnum(text[len]) || (text[len] && strchr(".:-", text[len])))
		len++;
	return len > 1 && text[len] == ']' ? len + 1 : 0;
}

/* Underscores are no part of the standard, but of many office networks. */
static size_t label_len(const char *text)
{
	size_t len = 0;

	while (is_alnum(text[len]) || (text[len] & 0x80) || text[len] == '-' || text[len] == '_')
		len++;
	if (!len || len > LABEL_MAX || text[0] == '-' || text[len - 1] == '-')
		return 0;
	return len;
}

static size_t domain_len(const char *text)
{
	size_t len = 0;
	size_t label;

	if (*text == '[') {
		len = address_literal_len(text);
	} else {
		for (;;) {
			label = label_len(text + len);
			if (!label)
				return 0;
			len += label;
			if (text[len] != '.')
				break;
			len++;
		}
	}
	return len <= MAIL_DOMAIN_MAX ? len : 0;
}

/* Bytes of "@a,@b:" including the colon; 0: none or not valid. */
static size_t source_route_len(const char *text)
{
	size_t len = 0;
	size_t domain;

	do {
		if (text[len++] != '@')
			return 0;
		domain = domain_len(text + len);
		if (!domain)
			return 0;
		len += domain;
	} while (text[len++] == ',');
	return text[len - 1] == ':' ? len : 0;
}

static void path_set(struct mail_path *path, const char *text, size_t len, size_t local)
{
	memcpy(path->address, text, len);
	path->address[len] = '\0';
	path->local_len = local;
}

static bool is_utf8(const char *text)
{
	char copy[MAIL_ADDRESS_MAX + 1];

	strcpy(copy, text);
	mail_text_clean(copy);
	return !strcmp(copy, text);
}

static size_t mailbox_parse(struct mail_path *path, const char *text)
{
	size_t local = local_part_len(text);
	size_t domain;

	if (!local || text[local] != '@')
		return 0;
	domain = domain_len(text + local + 1);
	if (!domain)
		return 0;
	path_set(path, text, local + 1 + domain, local);
	return is_utf8(path->address) ? local + 1 + domain : 0;
}

size_t mail_path_parse(struct mail_path *path, enum mail_path_kind kind, const char *text)
{
	static const char postmaster[] = "<Postmaster>";
	size_t route = 0;
	size_t mailbox;

	if (kind == MAIL_REVERSE_PATH && !strncmp(text, "<>", 2)) {
		path_set(path, "", 0, 0);
		return 2;
	}
	if (kind == MAIL_FORWARD_PATH && !strncasecmp(text, postmaster, strlen(postmaster))) {
		path_set(path, text + 1, strlen(postmaster) - 2, strlen(postmaster) - 2);
		return strlen(postmaster);
	}
	if (text[0] != '<')
		return 0;
	if (text[1] == '@') {
		route = source_route_len(text + 1);
		if (!route)
			return 0;
	}
	mailbox = mailbox_parse(path, text + 1 + route);
	if (!mailbox || text[1 + route + mailbox] != '>')
		return 0;
	return 1 + route + mailbox + 1;
}

bool mail_path_from_address(struct mail_path *path, const char *address)
{
	size_t len = mailbox_parse(path, address);

	return len && !address[len];
}

const char *mail_path_domain(const struct mail_path *path)
{
	const char *at = path->address + path->local_len;

	return *at ? at + 1 : "";
}

bool mail_path_can_be_named(const char *address)
{
	struct mail_path path;

	if (!mail_path_from_address(&path, address) || strlen(address) > MAIL_NAMED_MAX)
		return false;
	for (const char *c = address; *c; c++)
		if (!isgraph((unsigned char)*c))
			return false;
	return true;
}

bool mail_path_is_ascii(const char *address)
{
	for (; *address; address++)
		if (*address & 0x80)
			return false;
	return true;
}

size_t mail_path_local(const struct mail_path *path, char *local)
{
	size_t end = path->local_len;
	size_t len = 0;
	size_t i = 0;

	if (path->address[0] == '"') {
		i++;
		end--;
	}
	for (; i < end; i++) {
		if (path->address[0] == '"' && path->address[i] == '\\')
			i++;
		local[len++] = path->address[i];
	}
	local[len] = '\0';
	return len;
}
