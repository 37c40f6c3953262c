// SPDX-License-Identifier: GPL-2.0
/*
 * SMTP server engine: AUTH (RFC 4954). What challenges and responses mean is the
 * glue's; they are never noted.
 */
#include <string.h>
#include <strings.h>

#include "smtp_session.h"

#define FAILURES_MAX	3	/* then the session ends: guessing shall cost connections */

/* The mechanisms that are offered now, NULL: none. */
const char *smtp_auth_offer(const struct smtp_server *server)
{
	if (!server->ops->auth)
		return NULL;
	return server->secure ? server->config->auth_secure : server->config->auth;
}

void smtp_auth_forget(struct smtp_server *server)
{
	if (server->ops->auth_end)
		server->ops->auth_end(server->arg);
	server->authenticated = false;
}

static bool is_offered(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (; words; words = strchr(words, ' ')) {
		words += strspn(words, " ");
		if (len && len == strcspn(words, " ") && !strncasecmp(words, word, len))
			return true;
	}
	return false;
}

static bool is_base64(const char *text)
{
	size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
	size_t padding = strspn(text + len, "=");

	return !text[len + padding] && padding <= 2 && (len + padding) % 4 == 0;
}

static void ask(struct smtp_server *server, const char *mechanism, const char *response)
{
	server->mechanism = mechanism;
	server->response = response;
	server->state = SMTP_COMMAND;
	smtp_session_ask(server, SMTP_ASK_AUTH, 535, "5.7.8", "user or secret is wrong");
}

static bool may_log_in(struct smtp_server *server)
{
	if (!server->hello_done || !server->extended)
		smtp_session_say(server, 503, "5.5.1", "say EHLO first");
	else if (server->authenticated)
		smtp_session_say(server, 503, "5.5.1", "you are logged in already");
	else if (server->transaction)
		smtp_session_say(server, 503, "5.5.1", "not within a transaction");
	else
		return true;
	return false;
}

void smtp_auth(struct smtp_server *server, char *args)
{
	char *initial = args + strcspn(args, " ");

	if (!server->ops->auth || (!server->config->auth && !server->config->auth_secure)) {
		smtp_session_say(server, 502, "5.5.1", "command not implemented");
		return;
	}
	if (!may_log_in(server))
		return;
	if (*initial)
		*initial++ = '\0';
	initial += strspn(initial, " ");
	if (!is_offered(smtp_auth_offer(server), args)) {
		if (!server->secure && is_offered(server->config->auth_secure, args))
			smtp_session_say(server, 538, "5.7.11", "STARTTLS first");
		else
			smtp_session_say(server, 504, "5.5.4", "this mechanism is not offered");
		return;
	}
	if (!strcmp(initial, "="))
		ask(server, args, "");
	else if (is_base64(initial))
		ask(server, args, *initial ? initial : NULL);
	else
		smtp_session_say(server, 501, "5.5.2", "the response is not base64");
}

/* A line while a response is awaited. */
void smtp_auth_line(struct smtp_server *server, char *line)
{
	/* in base64 that is nothing anybody could mean; machines that test a server say so */
	if (!strcmp(line, "QUIT")) {
		server->state = SMTP_COMMAND;
		smtp_auth_forget(server);
		smtp_command_run(server, line);
		return;
	}
	if (!strcmp(line, "*") || !is_base64(line)) {
		server->state = SMTP_COMMAND;
		smtp_auth_forget(server);
		smtp_session_say(server, 501, "5.5.2", *line == '*' ? "given up, as you wish" :
				 "the response is not base64");
		return;
	}
	ask(server, NULL, line);
}

static void refused(struct smtp_server *server)
{
	smtp_auth_forget(server);
	smtp_session_reply(server, &server->reply);
	smtp_session_count_error(server, &server->reply);
	if (++server->auth_failures < FAILURES_MAX || server->state != SMTP_COMMAND)
		return;
	smtp_session_note(server, "too many refused logins: session ended");
	smtp_session_say(server, 421, "4.7.0", "%s too many refused logins, closing",
			 server->config->host_name);
}

/* The answer to SMTP_ASK_AUTH is in reply. */
void smtp_auth_answered(struct smtp_server *server)
{
	explicit_bzero(server->line, sizeof(server->line));
	if (!smtp_reply_positive(&server->reply)) {
		refused(server);
		return;
	}
	if (server->reply.code == 334) {
		server->state = SMTP_AUTH;
		mail_deadline_set(&server->deadline, server->config->auth_timeout_ms,
				  "the response of AUTH");
	} else {
		server->authenticated = true;
	}
	smtp_session_reply(server, &server->reply);
}
