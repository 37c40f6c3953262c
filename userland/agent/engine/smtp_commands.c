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

static void command_data(struct smtp_server *server, char *args)
{
	if (*args) {
		smtp_session_say(server, 501, "5.5.4", "DATA stands alone");
	} else if (!server->transaction || server->chunked) {
		smtp_session_say(server, 503, "5.5.1", server->chunked ? "BDAT goes on, or RSET" :
				 "MAIL and RCPT first");
	} else if (!server->recipients) {
		smtp_session_say(server, 554, "5.5.1", "no valid recipients");
	} else if (server->mail.binary) {
		smtp_session_say(server, 503, "5.5.1", "BINARYMIME comes by BDAT (RFC 3030)");
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
	if (!smtp_parse_size(args, &bytes) || (*last && strcasecmp(last, "LAST"))) {
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

/* RFC 6531, 3.7.4.2: the last word may say that the client understands UTF-8. */
static bool take_utf8(char *args)
{
	static const char word[] = " SMTPUTF8";
	size_t len = strlen(args);

	if (len <= strlen(word) || strcasecmp(args + len - strlen(word), word))
		return false;
	args[len - strlen(word)] = '\0';
	return true;
}

static void verify(struct smtp_server *server, char *args, bool expand)
{
	struct smtp_reply reply;

	if (!*args) {
		smtp_session_say(server, 501, "5.5.4", "%s whom?", expand ? "EXPN" : "VRFY");
		return;
	}
	if (!take_utf8(args) && !mail_path_is_ascii(args)) {
		smtp_session_say(server, 553, "5.6.7", "an address beyond ASCII needs SMTPUTF8");
		return;
	}
	if (expand)
		smtp_reply_set(&reply, 550, "5.1.1", "there are no mailing lists here");
	else
		smtp_reply_set(&reply, 252, "2.0.0", "try RCPT and see");
	if (server->ops->verify)
		server->ops->verify(server->arg, args, expand, &reply);
	smtp_session_reply(server, &reply);
	smtp_session_count_error(server, &reply);
}

static void command_vrfy(struct smtp_server *server, char *args)
{
	verify(server, args, false);
}

static void command_expn(struct smtp_server *server, char *args)
{
	verify(server, args, true);
}

/* RFC 5321, 4.2.3: 211 tells what there is, 214 how one command is used. */
static void command_help(struct smtp_server *server, char *args)
{
	static const struct {
		const char *verb;
		const char *text;
	} help[] = {
		{ "EHLO", "EHLO your.host.name" },
		{ "HELO", "HELO your.host.name" },
		{ "STARTTLS", "STARTTLS, then the TLS handshake, then EHLO again" },
		{ "AUTH", "AUTH mechanism [response]: EHLO tells the mechanisms" },
		{ "MAIL", "MAIL FROM:<sender> [SIZE=n] [BODY=7BIT|8BITMIME|BINARYMIME] [SMTPUTF8]"
		  " [RET=FULL|HDRS] [ENVID=id] [AUTH=sender]" },
		{ "SEND", "SEND FROM:<sender>: the same as MAIL, the terminal is paper" },
		{ "SOML", "SOML FROM:<sender>: the same as MAIL" },
		{ "SAML", "SAML FROM:<sender>: the same as MAIL" },
		{ "RCPT", "RCPT TO:<recipient> [NOTIFY=NEVER|SUCCESS,FAILURE,DELAY]"
		  " [ORCPT=rfc822;address]" },
		{ "DATA", "DATA, then the message, then a dot on its own line" },
		{ "BDAT", "BDAT bytes [LAST], then so many bytes" },
		{ "VRFY", "VRFY address" },
		{ "EXPN", "EXPN list: there are none here" },
		{ "RSET", "RSET: forget sender, recipients and message" },
		{ "NOOP", "NOOP: nothing" },
		{ "HELP", "HELP [command]" },
		{ "QUIT", "QUIT: end the session" },
		{ "TURN", "TURN: refused, whoever says so would get mail that is not his" },
	};

	for (size_t i = 0; *args && i < sizeof(help) / sizeof(help[0]); i++) {
		if (!strcasecmp(args, help[i].verb)) {
			smtp_session_say(server, 214, "2.0.0", "%s", help[i].text);
			return;
		}
	}
	if (*args)
		smtp_session_say(server, 504, "5.5.4", "no help on that");
	else
		smtp_session_say(server, 211, "2.0.0", "EHLO HELO MAIL SEND SOML SAML RCPT DATA BDAT "
				 "RSET NOOP QUIT VRFY EXPN HELP STARTTLS AUTH (RFC 5321)");
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
	{ "MAIL", smtp_mail, false },
	/* to a printer, the terminal is the paper */
	{ "SEND", smtp_mail, false },
	{ "SOML", smtp_mail, false },
	{ "SAML", smtp_mail, false },
	{ "RCPT", smtp_rcpt, false },
	{ "DATA", command_data, false },
	{ "BDAT", command_bdat, false },
	{ "RSET", command_rset, true },
	{ "NOOP", command_noop, true },
	{ "QUIT", command_quit, false },
	{ "VRFY", command_vrfy, true },
	{ "HELP", command_help, true },
	{ "EXPN", command_expn, true },
	/* whoever says so would get our mail: RFC 5321, F.1 */
	{ "TURN", command_not_here, true },
	{ "ETRN", command_not_here, true },
	{ "AUTH", smtp_auth, true },
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
