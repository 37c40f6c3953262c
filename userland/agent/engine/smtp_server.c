// SPDX-License-Identifier: GPL-2.0
/*
 * SMTP server engine: the course of a session. What single commands mean is in
 * smtp_commands.c, how a message comes in smtp_content.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smtp_session.h"

#define FEATURES_LINE_MAX	400	/* of a reply line */

#define MINUTE_MS	60000
#define CLOSING_MS	30000	/* for the last reply to be taken */
#define TLS_HANDSHAKE	0x16	/* the first byte of a TLS session */

const struct smtp_server_config smtp_server_config_defaults = {
	.message_bytes_max = 64 << 20,
	.recipients_max = 1000,
	.errors_max = 20,
	.idle_commands_max = 100,
	.strict_turns = true,
	.tls_timeout_ms = MINUTE_MS,
	.auth_timeout_ms = 2 * MINUTE_MS,
	.command_timeout_ms = 5 * MINUTE_MS,
	.data_timeout_ms = 5 * MINUTE_MS,
};

struct smtp_server *smtp_server_create(const struct smtp_server_config *config,
				       const struct smtp_server_ops *ops, void *arg)
{
	struct smtp_server *server = calloc(1, sizeof(*server));

	if (!server)
		return NULL;
	server->config = config;
	server->ops = ops;
	server->arg = arg;
	server->reader.line = server->line;
	server->reader.size = sizeof(server->line);
	server->reader.strict = true;
	server->output.bytes = server->output_bytes;
	server->output.size = sizeof(server->output_bytes);
	return server;
}

void smtp_server_destroy(struct smtp_server *server)
{
	if (!server)
		return;
	smtp_session_abandon(server);
	free(server);
}

/* Throw away the transaction; one whose fate is being decided is not ours any more. */
void smtp_session_abandon(struct smtp_server *server)
{
	bool begun = server->transaction || server->question == SMTP_ASK_MAIL;

	if (!begun || server->question == SMTP_ASK_END)
		return;
	server->transaction = false;
	server->chunked = false;
	server->recipients = 0;
	server->question = SMTP_ASK_NONE;
	server->ops->abandon(server->arg);
}

void smtp_session_note(struct smtp_server *server, const char *format, ...)
{
	char text[256];
	va_list args;

	if (!server->ops->note)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	mail_text_clean(text);
	server->ops->note(server->arg, text);
}

/* Nothing more is read; the connection ends when the output is sent. */
void smtp_session_close(struct smtp_server *server)
{
	smtp_session_abandon(server);
	if (server->question != SMTP_ASK_END)
		server->question = SMTP_ASK_NONE;
	server->state = SMTP_CLOSING;
	mail_deadline_set(&server->deadline, CLOSING_MS, "the peer to take the last reply");
}

void smtp_session_reply(struct smtp_server *server, const struct smtp_reply *reply)
{
	static const char *const usual[] = { "2.0.0", NULL, "4.0.0", "5.0.0" };
	const char *enhanced = reply->enhanced;

	if (!enhanced[0] && reply->code / 100 != 3)
		enhanced = usual[reply->code / 100 - 2];
	/* 480 bytes of text, 11 of status, code and line end stay below 512 */
	if (!mail_output_printf(&server->output, "%u%s%s %s\r\n", reply->code,
				*enhanced ? " " : "", enhanced, reply->text))
		server->state = SMTP_CLOSED;
	if (reply->code == 421)
		smtp_session_close(server);
}

/* Count a refusal; so many and no more. */
void smtp_session_count_error(struct smtp_server *server, const struct smtp_reply *reply)
{
	if (!smtp_reply_permanent(reply))
		return;
	if (++server->errors < server->config->errors_max || server->state != SMTP_COMMAND)
		return;
	smtp_session_note(server, "too many errors: session ended");
	smtp_session_say(server, 421, "4.7.0", "%s too many errors, closing",
			 server->config->host_name);
}

/* Reply at once; a refusal counts as an error of the peer. */
void smtp_session_say(struct smtp_server *server, unsigned int code, const char *enhanced,
		      const char *format, ...)
{
	struct smtp_reply reply = { .code = code };
	va_list args;

	snprintf(reply.enhanced, sizeof(reply.enhanced), "%s", enhanced);
	va_start(args, format);
	vsnprintf(reply.text, sizeof(reply.text), format, args);
	va_end(args);
	mail_text_clean(reply.text);
	smtp_session_reply(server, &reply);
	smtp_session_count_error(server, &reply);
}

void smtp_session_await_command(struct smtp_server *server)
{
	mail_deadline_set(&server->deadline, server->config->command_timeout_ms,
			  "the next command");
}

static void hello_accepted(struct smtp_server *server)
{
	const struct smtp_server_config *config = server->config;

	server->hello_done = true;
	if (!server->extended) {
		mail_output_printf(&server->output, "250 %s\r\n", config->host_name);
		return;
	}
	mail_output_printf(&server->output, "250-%s\r\n250-PIPELINING\r\n", config->host_name);
	if (config->message_bytes_max)
		mail_output_printf(&server->output, "250-SIZE %llu\r\n",
				   (unsigned long long)config->message_bytes_max);
	else
		mail_output_printf(&server->output, "250-SIZE\r\n");
	if (config->tls && !server->secure)
		mail_output_printf(&server->output, "250-STARTTLS\r\n");
	if (smtp_auth_offer(server))
		mail_output_printf(&server->output, "250-AUTH %s\r\n", smtp_auth_offer(server));
	if (config->negotiate)
		mail_output_printf(&server->output, "250-CONPERM\r\n250-CONNEG\r\n");
	mail_output_printf(&server->output, "250-8BITMIME\r\n250-BINARYMIME\r\n250-CHUNKING\r\n"
			   "250-DSN\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n");
}

/*
 * RCPT was accepted, and what the recipient can receive was asked (RFC 4141, 5): the usual
 * reply, and its features in lines behind it, broken between words.
 */
static void reply_with_features(struct smtp_server *server, const char *features)
{
	const struct smtp_reply *reply = &server->reply;

	mail_output_printf(&server->output, "%u-%s %s\r\n", reply->code, reply->enhanced,
			   reply->text);
	while (*features) {
		size_t len = strlen(features);

		if (len > FEATURES_LINE_MAX) {
			len = FEATURES_LINE_MAX;
			while (len > 1 && features[len] != ' ')
				len--;
			if (len == 1)
				len = FEATURES_LINE_MAX;
		}
		mail_output_printf(&server->output, "%u%cCONNEG %.*s\r\n", reply->code,
				   features[len] ? '-' : ' ', (int)len, features);
		features += len;
		features += strspn(features, " ");
	}
}

static bool told_features(struct smtp_server *server)
{
	const struct smtp_server_ops *ops = server->ops;
	const char *features = server->rcpt.asks && ops->features ?
		ops->features(server->arg) : NULL;
	size_t len = features ? strlen(features) : 0;

	if (!len || len > SMTP_FEATURES_MAX || features[len - 1] == ' ')
		return false;
	reply_with_features(server, features);
	return true;
}

/* The answer to the question is in reply: let it take effect. */
static void settle(struct smtp_server *server)
{
	enum smtp_question question = server->question;
	bool positive;

	if (server->reply.code < 200 || server->reply.code > 599)
		smtp_reply_set(&server->reply, 451, "4.3.0", "local error");
	mail_text_clean(server->reply.text);
	positive = smtp_reply_positive(&server->reply);
	server->question = SMTP_ASK_NONE;
	smtp_session_await_command(server);
	switch (question) {
	case SMTP_ASK_HELLO:
		if (positive) {
			hello_accepted(server);
			return;
		}
		break;
	case SMTP_ASK_AUTH:
		smtp_auth_answered(server);
		return;
	case SMTP_ASK_MAIL:
		server->transaction = positive;
		server->recipients = 0;
		server->refused_recipients = 0;
		break;
	case SMTP_ASK_RCPT:
		if (positive && !server->recipients++)
			server->first_recipient = server->rcpt.path;
		if (positive && told_features(server))
			return;
		break;
	case SMTP_ASK_DATA:
		if (positive)
			smtp_content_begin(server, SMTP_CONTENT);
		break;
	case SMTP_ASK_CHUNK:
		smtp_chunk_decided(server);
		return;
	default:
		server->transaction = false;
		server->chunked = false;
		server->recipients = 0;
		server->promised = positive;
		if (positive)
			server->idle_commands = 0;
		break;
	}
	smtp_session_reply(server, &server->reply);
	if (question != SMTP_ASK_END)
		smtp_session_count_error(server, &server->reply);
}

static enum smtp_server_answer put_question(struct smtp_server *server)
{
	const struct smtp_server_ops *ops = server->ops;

	switch (server->question) {
	case SMTP_ASK_HELLO:
		return ops->hello ? ops->hello(server->arg, server->hello, &server->reply)
				  : SMTP_SERVER_NOW;
	case SMTP_ASK_AUTH:
		return ops->auth(server->arg, server->mechanism, server->response, &server->reply);
	case SMTP_ASK_MAIL:
		return ops->mail(server->arg, &server->mail, &server->reply);
	case SMTP_ASK_RCPT:
		return ops->rcpt(server->arg, &server->rcpt, &server->reply);
	case SMTP_ASK_DATA:
	case SMTP_ASK_CHUNK:
		return ops->data(server->arg, &server->reply);
	default:
		return ops->message_end(server->arg, &server->reply);
	}
}

/* Let the glue decide; code, enhanced and text are the usual positive reply. */
void smtp_session_ask(struct smtp_server *server, enum smtp_question question, unsigned int code,
		      const char *enhanced, const char *text)
{
	smtp_reply_set(&server->reply, code, enhanced, "%s", text);
	server->question = question;
	if (put_question(server) == SMTP_SERVER_NOW)
		settle(server);
	else
		mail_deadline_set(&server->deadline, 0, "our own answer");
}

void smtp_server_answer(struct smtp_server *server, const struct smtp_reply *reply)
{
	if (server->question == SMTP_ASK_NONE)
		return;
	if (reply)
		server->reply = *reply;
	settle(server);
	if (!server->over)
		return;
	if (server->over_text[0])
		smtp_session_say(server, 421, "4.3.2", "%s %s", server->config->host_name,
				 server->over_text);
	else
		smtp_session_close(server);
}

static void greet(struct smtp_server *server)
{
	server->state = SMTP_COMMAND;
	server->greeted = true;
	mail_output_printf(&server->output, "220 %s ESMTP ifax\r\n", server->config->host_name);
	smtp_session_await_command(server);
}

void smtp_server_start(struct smtp_server *server)
{
	if (server->config->greeting_delay_ms)
		mail_deadline_set(&server->deadline, server->config->greeting_delay_ms,
				  "the time to greet");
	else
		greet(server);
}

void smtp_server_start_secure(struct smtp_server *server)
{
	server->state = SMTP_SECURING;
	mail_deadline_set(&server->deadline, server->config->tls_timeout_ms, "the TLS handshake");
}

bool smtp_server_wants_tls(const struct smtp_server *server)
{
	return server->state == SMTP_SECURING;
}

void smtp_server_secured(struct smtp_server *server)
{
	smtp_auth_forget(server);
	server->secure = true;
	server->turn = false;
	server->hello_done = false;
	server->extended = false;
	server->hello[0] = '\0';
	server->state = SMTP_COMMAND;
	if (server->greeted)
		smtp_session_await_command(server);
	else
		smtp_server_start(server);
}

static void refuse_early_talker(struct smtp_server *server, const char *when)
{
	smtp_session_note(server, "the peer talked %s: refused", when);
	smtp_session_close(server);
	smtp_session_say(server, 554, "5.5.0", "%s you talked %s", server->config->host_name, when);
}

/* Machines that are told "SSL" begin so on a port where TLS does not come first. */
static void refuse_client_hello(struct smtp_server *server)
{
	smtp_session_note(server, "the peer begins TLS without STARTTLS: session ended");
	smtp_session_close(server);
	smtp_session_say(server, 500, "5.5.2", "TLS begins with STARTTLS here");
}

static size_t input_command(struct smtp_server *server, const char *bytes, size_t len)
{
	enum line_event event;
	size_t taken;

	if (!server->reader.len && *bytes == TLS_HANDSHAKE) {
		refuse_client_hello(server);
		return len;
	}
	taken = line_reader_take(&server->reader, bytes, len, &event);
	switch (event) {
	case LINE_MORE:
		if (server->reader.len < SMTP_COMMAND_MAX * 16)
			return taken;
		smtp_session_note(server, "endless command line: session ended");
		smtp_session_close(server);
		smtp_session_say(server, 500, "5.5.2", "endless line");
		return taken;
	case LINE_BAD:
		smtp_session_note(server, "bare CR, bare LF or NUL in a command: session ended");
		smtp_session_close(server);
		smtp_session_say(server, 500, "5.5.2",
				 "lines end in CRLF and hold no CR, LF or NUL");
		return taken;
	case LINE_TOO_LONG:
		smtp_session_await_command(server);
		if (server->state == SMTP_AUTH) {
			smtp_auth_forget(server);
			server->state = SMTP_COMMAND;
		}
		smtp_session_say(server, 500, "5.5.2", "line too long");
		return taken;
	default:
		smtp_session_await_command(server);
		if (server->state == SMTP_AUTH)
			smtp_auth_line(server, server->line);
		else
			smtp_command_run(server, server->line);
		return taken;
	}
}

/* The peer goes on; what it says while our reply is still here says nothing about that. */
static void note_heard(struct smtp_server *server)
{
	if (!server->promised)
		return;
	server->promised = false;
	if (server->ops->heard && mail_output_empty(&server->output))
		server->ops->heard(server->arg);
}

size_t smtp_server_input(struct smtp_server *server, const char *bytes, size_t len)
{
	size_t taken = 0;

	if (len)
		note_heard(server);

	if (len && server->state == SMTP_WAITING) {
		refuse_early_talker(server, "before the greeting");
		return len;
	}
	while (taken < len) {
		if (server->state == SMTP_SECURING)
			refuse_early_talker(server, "before the TLS handshake");
		else if (server->turn && server->config->strict_turns &&
			 server->state < SMTP_CLOSING &&
			 (server->question || !mail_output_empty(&server->output)))
			refuse_early_talker(server, "before the reply");
		if (server->state >= SMTP_CLOSING)
			return len;
		if (!smtp_server_wants_input(server))
			break;
		server->turn = false;
		if (server->state == SMTP_CONTENT)
			taken += smtp_content_input(server, bytes + taken, len - taken);
		else if (server->state == SMTP_CHUNK)
			taken += smtp_chunk_input(server, bytes + taken, len - taken);
		else
			taken += input_command(server, bytes + taken, len - taken);
	}
	return taken;
}

void smtp_server_eof(struct smtp_server *server)
{
	if (server->state >= SMTP_CLOSING)
		return;
	if (server->question == SMTP_ASK_END) {
		server->over = true;
		server->over_text[0] = '\0';
		return;
	}
	if (server->transaction)
		smtp_session_note(server, "the peer closed the connection within a transaction");
	smtp_session_close(server);
}

void smtp_server_lost(struct smtp_server *server)
{
	smtp_server_eof(server);
	server->output.start = server->output.end = 0;
	server->lost = true;
}

void smtp_server_timeout(struct smtp_server *server)
{
	if (server->state == SMTP_WAITING) {
		greet(server);
	} else if (server->state >= SMTP_CLOSING) {
		server->state = SMTP_CLOSED;
	} else if (server->state == SMTP_SECURING) {
		smtp_session_note(server, "timed out waiting for %s", server->deadline.awaited);
		server->state = SMTP_CLOSED;
	} else if (!server->question) {
		smtp_session_note(server, "timed out waiting for %s", server->deadline.awaited);
		smtp_session_say(server, 421, "4.4.2", "%s timed out waiting for %s",
				 server->config->host_name, server->deadline.awaited);
	}
}

void smtp_server_shutdown(struct smtp_server *server, const char *text)
{
	if (server->state >= SMTP_CLOSING)
		return;
	if (server->state == SMTP_SECURING) {
		/* nothing that is said now would be understood */
		server->state = SMTP_CLOSED;
		return;
	}
	if (server->question == SMTP_ASK_END) {
		server->over = true;
		snprintf(server->over_text, sizeof(server->over_text), "%s", text);
		return;
	}
	smtp_session_say(server, 421, "4.3.2", "%s %s", server->config->host_name, text);
}

const char *smtp_server_output(const struct smtp_server *server, size_t *len)
{
	*len = server->output.end - server->output.start;
	return server->output.bytes + server->output.start;
}

void smtp_server_sent(struct smtp_server *server, size_t len)
{
	mail_output_sent(&server->output, len);
}

bool smtp_server_wants_input(const struct smtp_server *server)
{
	const struct mail_output *output = &server->output;

	return server->state < SMTP_SECURING && !server->question && !server->over &&
		output->size - (output->end - output->start) >= SMTP_SERVER_REPLY_ROOM;
}

bool smtp_server_wants_close(const struct smtp_server *server)
{
	return server->state == SMTP_CLOSED ||
		(server->state == SMTP_CLOSING &&
		 (server->lost || mail_output_empty(&server->output)));
}

const struct mail_deadline *smtp_server_deadline(const struct smtp_server *server)
{
	return &server->deadline;
}

/* RFC 3848, RFC 6531 */
static const char *protocol(const struct smtp_server *server)
{
	static const char *const international[] = {
		"UTF8SMTP", "UTF8SMTPS", "UTF8SMTPA", "UTF8SMTPSA",
	};

	if (!server->extended)
		return "SMTP";
	if (server->mail.utf8)
		return international[server->secure + 2 * server->authenticated];
	if (server->authenticated)
		return server->secure ? "ESMTPSA" : "ESMTPA";
	return server->secure ? "ESMTPS" : "ESMTP";
}

size_t smtp_server_get_received(const struct smtp_server *server, const char *peer,
				const char *id, const char *date, char *line, size_t size)
{
	bool only_one = server->recipients == 1;
	int len;

	len = snprintf(line, size,
		       "Received: from %s ([%s%s])\r\n\tby %s with %s id %s%s%s%s;\r\n\t%s\r\n",
		       server->hello, strchr(peer, ':') ? "IPv6:" : "", peer,
		       server->config->host_name, protocol(server), id,
		       only_one ? "\r\n\tfor <" : "",
		       only_one ? server->first_recipient.address : "", only_one ? ">" : "", date);
	return len > 0 && (size_t)len < size ? (size_t)len : 0;
}

const char *smtp_server_get_hello(const struct smtp_server *server)
{
	return server->hello;
}
