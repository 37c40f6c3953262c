// SPDX-License-Identifier: GPL-2.0
/*
 * SMTP server engine: MAIL and RCPT with their parameters (RFC 5321, 4.1.1.2 and
 * 4.1.1.3; SIZE of RFC 1870, BODY of RFC 6152 and 3030, AUTH of RFC 4954, SMTPUTF8
 * of RFC 6531, RET, ENVID, NOTIFY and ORCPT of RFC 3461, CONPERM and CONNEG of RFC 4141).
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "smtp_session.h"
#include "xtext.h"

#define REFUSED_FACTOR	10	/* times recipients_max more than that are refused, then cut */

bool smtp_parse_size(const char *text, uint64_t *bytes)
{
	*bytes = 0;
	if (!*text || strlen(text) > 20)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' ||
		    __builtin_mul_overflow(*bytes, 10, bytes) ||
		    __builtin_add_overflow(*bytes, (unsigned int)(*text - '0'), bytes))
			return false;
	}
	return true;
}

static const char *take_size(struct smtp_server *server, const char *value)
{
	return smtp_parse_size(value, &server->mail.size_bytes) ? NULL : "SIZE is a number of bytes";
}

static const char *take_body(struct smtp_server *server, const char *value)
{
	server->mail.eight_bit = !strcasecmp(value, "8BITMIME");
	server->mail.binary = !strcasecmp(value, "BINARYMIME");
	if (server->mail.eight_bit || server->mail.binary || !strcasecmp(value, "7BIT"))
		return NULL;
	return "BODY is 7BIT, 8BITMIME or BINARYMIME";
}

/* Who wrote it, as a relay that we do not know says: read, and of no consequence. */
static const char *take_auth(struct smtp_server *server, const char *value)
{
	char text[MAIL_ADDRESS_MAX + 1];

	return xtext_decode(value, text, sizeof(text)) ? NULL : "AUTH is an address in xtext";
}

static const char *take_return(struct smtp_server *server, const char *value)
{
	if (strcasecmp(value, "FULL") && strcasecmp(value, "HDRS"))
		return "RET is FULL or HDRS";
	snprintf(server->mail.dsn_return, sizeof(server->mail.dsn_return), "%s",
		 *value == 'F' || *value == 'f' ? "FULL" : "HDRS");
	return NULL;
}

static const char *take_envelope_id(struct smtp_server *server, const char *value)
{
	if (*value && xtext_decode(value, server->mail.envelope_id,
				   sizeof(server->mail.envelope_id)))
		return NULL;
	return "ENVID is up to 100 characters in xtext";
}

static const char *take_utf8(struct smtp_server *server, const char *value)
{
	server->mail.utf8 = true;
	return NULL;
}

static const char *take_convertible(struct smtp_server *server, const char *value)
{
	server->mail.convertible = true;
	return NULL;
}

static const char *take_asks(struct smtp_server *server, const char *value)
{
	server->rcpt.asks = true;
	return NULL;
}

/* Words of a list that must be known, each once. */
static const char *take_notify(struct smtp_server *server, const char *value)
{
	static const char *const words[] = { "SUCCESS", "FAILURE", "DELAY" };
	char *notify = server->rcpt.notify;
	bool seen[3] = { false };
	size_t used = 0;
	size_t len;
	int i;

	if (!strcasecmp(value, "NEVER")) {
		strcpy(notify, "NEVER");
		return NULL;
	}
	for (;; value += len + 1) {
		len = strcspn(value, ",");
		for (i = 0; i < 3; i++)
			if (len == strlen(words[i]) && !strncasecmp(value, words[i], len))
				break;
		if (i == 3 || seen[i])
			return "NOTIFY is NEVER, or a list of SUCCESS, FAILURE, DELAY";
		seen[i] = true;
		used += snprintf(notify + used, SMTP_NOTIFY_MAX + 1 - used, "%s%s",
				 used ? "," : "", words[i]);
		if (!value[len])
			return NULL;
	}
}

static const char *take_original(struct smtp_server *server, const char *value)
{
	size_t type = strcspn(value, ";");
	char *original = server->rcpt.original;

	if (type && type < 60 && value[type] && value[type + 1] &&
	    strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == type &&
	    xtext_decode(value + type + 1, original + type + 1, SMTP_ORIGINAL_MAX - type)) {
		memcpy(original, value, type + 1);
		return NULL;
	}
	*original = '\0';
	return "ORCPT is type;address, the address in xtext";
}

/**
 * struct parameter - KEYWORD or KEYWORD=value of MAIL and RCPT
 * @take: keep the value; returns what is wrong
 * @bare: it has no value
 */
struct parameter {
	const char *keyword;
	const char *(*take)(struct smtp_server *server, const char *value);
	bool bare;
};

static const struct parameter of_mail[] = {
	{ "SIZE", take_size, false },
	{ "BODY", take_body, false },
	{ "AUTH", take_auth, false },
	{ "RET", take_return, false },
	{ "ENVID", take_envelope_id, false },
	{ "SMTPUTF8", take_utf8, true },
	{ "CONPERM", take_convertible, true },
	{ NULL, NULL, false },
};

static const struct parameter of_rcpt[] = {
	{ "NOTIFY", take_notify, false },
	{ "ORCPT", take_original, false },
	{ "CONNEG", take_asks, true },
	{ NULL, NULL, false },
};

static bool is_offered(const struct smtp_server *server, const struct parameter *parameter)
{
	if (parameter->take == take_auth)
		return smtp_auth_offer(server);
	if (parameter->take == take_convertible || parameter->take == take_asks)
		return server->config->negotiate;
	return true;
}

/* One parameter, @seen: those before it, bit by bit; false: a reply was given. */
static bool take_parameter(struct smtp_server *server, char *keyword,
			   const struct parameter *known, unsigned int *seen)
{
	char *value = strchr(keyword, '=');
	unsigned int bit = 1;
	const char *fault;

	if (value)
		*value++ = '\0';
	for (; known->keyword; known++, bit <<= 1)
		if (!strcasecmp(keyword, known->keyword) && !value == known->bare)
			break;
	if (!known->keyword || !is_offered(server, known)) {
		smtp_session_say(server, 555, "5.5.4", "parameter %.40s not known", keyword);
		return false;
	}
	/* of two, nobody knows which is meant (RFC 3461, 4: at most one) */
	fault = *seen & bit ? "a parameter stands there twice" : known->take(server, value);
	*seen |= bit;
	if (fault)
		smtp_session_say(server, 501, "5.5.4", "%s", fault);
	return !fault;
}

static bool take_parameters(struct smtp_server *server, char *text, const struct parameter *known)
{
	unsigned int seen = 0;
	char *state;
	char *keyword;

	for (keyword = strtok_r(text, " ", &state); keyword; keyword = strtok_r(NULL, " ", &state))
		if (!take_parameter(server, keyword, known, &seen))
			return false;
	return true;
}

/*
 * The path behind "FROM:" or "TO:" (many machines put a space before it), and
 * what follows it. Return: the parameters, NULL if a reply was given.
 */
static char *take_path(struct smtp_server *server, char *args, const char *word,
		       enum mail_path_kind kind, struct mail_path *path)
{
	size_t len = strlen(word);

	if (!strncasecmp(args, word, len)) {
		args += len;
		args += strspn(args, " ");
		len = mail_path_parse(path, kind, args);
		if (len && (args[len] == ' ' || !args[len]))
			return args + len;
	}
	if (kind == MAIL_REVERSE_PATH)
		smtp_session_say(server, 501, "5.1.7", "use MAIL FROM:<user@example.com>");
	else
		smtp_session_say(server, 501, "5.1.3", "use RCPT TO:<user@example.com>");
	return NULL;
}

static bool is_announced(struct smtp_server *server, const struct mail_path *path)
{
	if (server->mail.utf8 || mail_path_is_ascii(path->address))
		return true;
	smtp_session_say(server, 553, "5.6.7", "an address beyond ASCII needs MAIL ... SMTPUTF8");
	return false;
}

static bool may_begin(struct smtp_server *server)
{
	if (!server->hello_done)
		smtp_session_say(server, 503, "5.5.1", "say EHLO or HELO first");
	else if (server->config->tls_required && !server->secure)
		smtp_session_say(server, 530, "5.7.0", "STARTTLS first");
	else if (server->transaction)
		smtp_session_say(server, 503, "5.5.1", "the sender was given: RSET to begin anew");
	else
		return true;
	return false;
}

void smtp_mail(struct smtp_server *server, char *args)
{
	uint64_t max = server->config->message_bytes_max;

	if (!may_begin(server))
		return;
	memset(&server->mail, 0, sizeof(server->mail));
	args = take_path(server, args, "FROM:", MAIL_REVERSE_PATH, &server->mail.reverse_path);
	if (!args || !take_parameters(server, args, of_mail) ||
	    !is_announced(server, &server->mail.reverse_path))
		return;
	if (max && server->mail.size_bytes > max) {
		smtp_session_say(server, 552, "5.3.4", "a message may have %llu bytes at most",
				 (unsigned long long)max);
		return;
	}
	smtp_session_ask(server, SMTP_ASK_MAIL, 250, "2.1.0", "sender ok");
}

/* RFC 5321, 4.5.3.1.10: the others come in another transaction. There is an end to telling so. */
static void too_many_recipients(struct smtp_server *server)
{
	unsigned int max = server->config->recipients_max;

	if (server->refused_recipients++ / REFUSED_FACTOR < max) {
		smtp_session_say(server, 452, "4.5.3", "%u recipients at most", max);
		return;
	}
	smtp_session_note(server, "recipients without end: session ended");
	smtp_session_say(server, 421, "4.7.0", "%s too many recipients, closing",
			 server->config->host_name);
}

void smtp_rcpt(struct smtp_server *server, char *args)
{
	if (!server->transaction || server->chunked) {
		smtp_session_say(server, 503, "5.5.1", server->chunked ? "BDAT goes on, or RSET" :
				 "MAIL first");
		return;
	}
	memset(&server->rcpt, 0, sizeof(server->rcpt));
	args = take_path(server, args, "TO:", MAIL_FORWARD_PATH, &server->rcpt.path);
	if (!args || !take_parameters(server, args, of_rcpt) ||
	    !is_announced(server, &server->rcpt.path))
		return;
	if (server->recipients >= server->config->recipients_max) {
		too_many_recipients(server);
		return;
	}
	smtp_session_ask(server, SMTP_ASK_RCPT, 250, "2.1.5", "recipient ok");
}
