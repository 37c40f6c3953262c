// SPDX-License-Identifier: GPL-2.0
/* SMTP server engine: what the commands mean (RFC 5321, 4.1). */
#include <string.h>
#include <strings.h>

#include "smtp_session.h"

#define SMALL_CHUNK	1024	/* bytes; a peer that sends many such is not sane */

/* Count a command that does not move a transaction on. Return: it was one too many. */
static bool idles_too_long(struct smtp_server *server)
{
	if (server->idle_commands++ < server->config->idle_commands_max)
		return false;
	smtp_session_note(server, "too many commands without a message");
	smtp_session_say(server, 421, "4.7.0", "%s too many commands, closing",
			 server->config->host_name);
	return true;
}

/* Nothing in a trace line or a log may depend on what else a peer writes here. */
static void keep_hello(struct smtp_server *server, const char *name)
{
	size_t i;

	for (i = 0; name[i] && i < SMTP_HELLO_MAX; i++) {
		bool plain = (name[i] >= '0' && name[i] <= '9') ||
			     (name[i] >= 'a' && name[i] <= 'z') ||
			     (name[i] >= 'A' && name[i] <= 'Z') || strchr(".-_:[]", name[i]);

		server->hello[i] = plain ? name[i] : '?';
	}
	server->hello[i] = '\0';
}

static void hello(struct smtp_server *server, char *name, bool extended)
{
	if (!*name) {
		smtp_session_say(server, 501, "5.5.4", "say who you are: %s your.host.name",
				 extended ? "EHLO" : "HELO");
		return;
	}
	smtp_session_abandon(server);
	server->hello_done = false;
	server->extended = extended;
	server->turn = true;
	keep_hello(server, name);
	smtp_session_ask(server, SMTP_ASK_HELLO, 250, "", "");
}

static void command_ehlo(struct smtp_server *server, char *args)
{
	hello(server, args, true);
}

static void command_helo(struct smtp_server *server, char *args)
{
	hello(server, args, false);
}

static bool parse_size(const char *text, uint64_t *bytes)
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

/* One KEYWORD=value of MAIL; false: a reply was given. */
static bool mail_parameter(struct smtp_server *server, char *keyword)
{
	char *value = strchr(keyword, '=');

	if (value)
		*value++ = '\0';
	if (!strcasecmp(keyword, "SIZE") && value) {
		if (parse_size(value, &server->mail.size_bytes))
			return true;
		smtp_session_say(server, 501, "5.5.4", "SIZE is a number of bytes");
		return false;
	}
	if (!strcasecmp(keyword, "BODY") && value) {
		server->mail.eight_bit = !strcasecmp(value, "8BITMIME");
		if (server->mail.eight_bit || !strcasecmp(value, "7BIT"))
			return true;
		smtp_session_say(server, 501, "5.5.4", "BODY is 7BIT or 8BITMIME");
		return false;
	}
	smtp_session_say(server, 555, "5.5.4", "parameter %.40s not known", keyword);
	return false;
}

static bool mail_parameters(struct smtp_server *server, char *text)
{
	char *state;
	char *keyword;

	for (keyword = strtok_r(text, " ", &state); keyword; keyword = strtok_r(NULL, " ", &state))
		if (!mail_parameter(server, keyword))
			return false;
	return true;
}

/*
 * The path behind "FROM:" or "TO:" (many machines put a space before it), and
 * what follows it. Return: the parameters, NULL if a reply was given.
 */
static char *command_path(struct smtp_server *server, char *args, const char *word,
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

static void command_mail(struct smtp_server *server, char *args)
{
	uint64_t max = server->config->message_bytes_max;

	if (!server->hello_done) {
		smtp_session_say(server, 503, "5.5.1", "say EHLO or HELO first");
		return;
	}
	if (server->config->tls_required && !server->secure) {
		smtp_session_say(server, 530, "5.7.0", "STARTTLS first");
		return;
	}
	if (server->transaction) {
		smtp_session_say(server, 503, "5.5.1", "the sender was given: RSET to begin anew");
		return;
	}
	memset(&server->mail, 0, sizeof(server->mail));
	args = command_path(server, args, "FROM:", MAIL_REVERSE_PATH, &server->mail.reverse_path);
	if (!args || !mail_parameters(server, args))
		return;
	if (max && server->mail.size_bytes > max) {
		smtp_session_say(server, 552, "5.3.4", "a message may have %llu bytes at most",
				 (unsigned long long)max);
		return;
	}
	smtp_session_ask(server, SMTP_ASK_MAIL, 250, "2.1.0", "sender ok");
}

static void command_rcpt(struct smtp_server *server, char *args)
{
	struct mail_path path;

	if (!server->transaction || server->chunked) {
		smtp_session_say(server, 503, "5.5.1", server->chunked ? "BDAT goes on, or RSET" :
				 "MAIL first");
		return;
	}
	args = command_path(server, args, "TO:", MAIL_FORWARD_PATH, &path);
	if (!args)
		return;
	if (args[strspn(args, " ")]) {
		smtp_session_say(server, 555, "5.5.4", "no parameters of RCPT are known");
		return;
	}
	if (server->recipients >= server->config->recipients_max) {
		smtp_session_say(server, 452, "4.5.3", "%u recipients at most",
				 server->config->recipients_max);
		return;
	}
	server->forward_path = path;
	smtp_session_ask(server, SMTP_ASK_RCPT, 250, "2.1.5", "recipient ok");
}

static void command_data(struct smtp_server *server, char *args)
{
	if (*args) {
		smtp_session_say(server, 501, "5.5.4", "DATA stands alone");
	} else if (!server->transaction || server->chunked) {
		smtp_session_say(server, 503, "5.5.1", server->chunked ? "BDAT goes on, or RSET" :
				 "MAIL and RCPT first");
	} else if (!server->recipients) {
		smtp_session_say(server, 554, "5.5.1", "no valid recipients");
	} else {
		server->turn = true;
		smtp_session_ask(server, SMTP_ASK_DATA, 354, "", "end with a dot on its own line");
	}
}

/* After a BDAT that is not understood nobody knows where the next command begins. */
static void command_bdat(struct smtp_server *server, char *args)
{
	char *last = args + strcspn(args, " ");
	uint64_t bytes;

	if (*last)
		*last++ = '\0';
	last += strspn(last, " ");
	if (!parse_size(args, &bytes) || (*last && strcasecmp(last, "LAST"))) {
		smtp_session_say(server, 501, "5.5.4", "use BDAT bytes or BDAT bytes LAST");
		smtp_session_close(server);
		return;
	}
	if (*last || bytes >= SMALL_CHUNK || !idles_too_long(server))
		smtp_chunk(server, bytes, *last);
}

static void command_rset(struct smtp_server *server, char *args)
{
	if (*args) {
		smtp_session_say(server, 501, "5.5.4", "RSET stands alone");
		return;
	}
	smtp_session_abandon(server);
	smtp_session_say(server, 250, "2.0.0", "begin anew");
}

static void command_noop(struct smtp_server *server, char *args)
{
	smtp_session_say(server, 250, "2.0.0", "ok");
}

static void command_quit(struct smtp_server *server, char *args)
{
	if (*args) {
		smtp_session_say(server, 501, "5.5.4", "QUIT stands alone");
		return;
	}
	smtp_session_say(server, 221, "2.0.0", "%s closing", server->config->host_name);
	smtp_session_close(server);
}

static void command_starttls(struct smtp_server *server, char *args)
{
	if (!server->config->tls) {
		smtp_session_say(server, 502, "5.5.1", "command not implemented");
	} else if (*args) {
		smtp_session_say(server, 501, "5.5.4", "STARTTLS stands alone");
	} else if (server->secure) {
		smtp_session_say(server, 503, "5.5.1", "TLS protects the session already");
	} else {
		smtp_session_abandon(server);
		smtp_session_say(server, 220, "2.0.0", "begin TLS now");
		smtp_server_start_secure(server);
	}
}

static void command_vrfy(struct smtp_server *server, char *args)
{
	if (*args)
		smtp_session_say(server, 252, "2.0.0", "try RCPT and see");
	else
		smtp_session_say(server, 501, "5.5.4", "VRFY whom?");
}

static void command_help(struct smtp_server *server, char *args)
{
	smtp_session_say(server, 214, "2.0.0",
			 "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY HELP (RFC 5321)");
}

static void command_not_here(struct smtp_server *server, char *args)
{
	smtp_session_say(server, 502, "5.5.1", "command not implemented");
}

/* A browser that was tricked into talking to us must not get to its body. */
static void command_of_http(struct smtp_server *server, char *args)
{
	smtp_session_note(server, "the peer speaks HTTP: session ended");
	smtp_session_say(server, 421, "4.7.0", "%s this is SMTP, not HTTP",
			 server->config->host_name);
}

/**
 * struct smtp_command - a verb
 * @verb: in upper case
 * @run: what it does
 * @idle: it does not move a transaction on: only so many in a row
 */
struct smtp_command {
	const char *verb;
	void (*run)(struct smtp_server *server, char *args);
	bool idle;
};

static const struct smtp_command commands[] = {
	{ "EHLO", command_ehlo, true },
	{ "HELO", command_helo, true },
	{ "MAIL", command_mail, false },
	{ "RCPT", command_rcpt, false },
	{ "DATA", command_data, false },
	{ "BDAT", command_bdat, false },
	{ "RSET", command_rset, true },
	{ "NOOP", command_noop, true },
	{ "QUIT", command_quit, false },
	{ "VRFY", command_vrfy, true },
	{ "HELP", command_help, true },
	{ "EXPN", command_not_here, true },
	{ "SEND", command_not_here, true },
	{ "SOML", command_not_here, true },
	{ "SAML", command_not_here, true },
	{ "TURN", command_not_here, true },
	{ "ETRN", command_not_here, true },
	{ "AUTH", command_not_here, true },
	{ "STARTTLS", command_starttls, true },
	{ "GET", command_of_http, true },
	{ "POST", command_of_http, true },
	{ "PUT", command_of_http, true },
	{ "HEAD", command_of_http, true },
	{ "CONNECT", command_of_http, true },
	{ "OPTIONS", command_of_http, true },
};

/* Cut the line into verb and arguments; return the arguments. */
static char *split(char *line)
{
	size_t end = strlen(line);
	char *args;

	while (end && (line[end - 1] == ' ' || line[end - 1] == '\t'))
		line[--end] = '\0';
	args = line + strcspn(line, " \t");
	if (*args) {
		*args++ = '\0';
		args += strspn(args, " \t");
	}
	return args;
}

/* Run one command line. */
void smtp_command_run(struct smtp_server *server, char *line)
{
	char *args = split(line);
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcasecmp(line, commands[i].verb))
			continue;
		if (!commands[i].idle || !idles_too_long(server))
			commands[i].run(server, args);
		return;
	}
	smtp_session_say(server, 500, "5.5.2", "command not known");
}
