// SPDX-License-Identifier: GPL-2.0
/*
 * POP3 server engine: the course of a session. What single commands mean is in
 * pop3_commands.c, how lists and messages are sent in pop3_text.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pop3_session.h"
#include "smtp_reply.h"

#define CLOSING_MS	30000	/* for the last response to be taken */
#define TLS_HANDSHAKE	0x16	/* the first byte of a TLS session */

const struct pop3_server_config pop3_server_config_defaults = {
	.expire_days = -1,
	.failures_max = 3,
	.failure_delay_ms = 2000,
	.errors_max = 20,
	.autologout_ms = POP3_AUTOLOGOUT_MS,
};

void pop3_reply_set(struct pop3_reply *reply, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reply->text, sizeof(reply->text), format, args);
	va_end(args);
	mail_text_clean(reply->text);
}

struct pop3_server *pop3_server_create(const struct pop3_server_config *config,
				       const struct pop3_server_ops *ops, void *arg,
				       const char *timestamp, bool tls_first)
{
	struct pop3_server *server = calloc(1, sizeof(*server));

	if (!server)
		return NULL;
	server->config = config;
	server->ops = ops;
	server->arg = arg;
	server->timestamp = timestamp;
	server->tls_first = tls_first;
	server->reader.line = server->line;
	server->reader.size = sizeof(server->line);
	server->output.bytes = server->output_bytes;
	server->output.size = sizeof(server->output_bytes);
	return server;
}

static void release(struct pop3_server *server)
{
	pop3_text_end(server);
	free(server->deleted);
	server->deleted = NULL;
	server->count = 0;
	if (!server->has_maildrop)
		return;
	server->has_maildrop = false;
	server->ops->release(server->arg);
}

void pop3_server_destroy(struct pop3_server *server)
{
	if (!server)
		return;
	release(server);
	explicit_bzero(server->line, sizeof(server->line));
	free(server);
}

void pop3_session_note(struct pop3_server *server, const char *format, ...)
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

static void await_command(struct pop3_server *server)
{
	mail_deadline_set(&server->deadline, server->config->autologout_ms, "the next command");
}

static void say(struct pop3_server *server, const char *status, const char *text)
{
	if (!mail_output_printf(&server->output, "%s%s%s\r\n", status, *text ? " " : "", text))
		server->state = POP3_CLOSED;
}

void pop3_session_ok(struct pop3_server *server, const char *format, ...)
{
	struct pop3_reply reply;
	va_list args;

	va_start(args, format);
	vsnprintf(reply.text, sizeof(reply.text), format, args);
	va_end(args);
	say(server, "+OK", reply.text);
}

/* Refuse a command; so many and no more. */
void pop3_session_err(struct pop3_server *server, const char *format, ...)
{
	struct pop3_reply reply;
	va_list args;

	va_start(args, format);
	vsnprintf(reply.text, sizeof(reply.text), format, args);
	va_end(args);
	mail_text_clean(reply.text);
	say(server, "-ERR", reply.text);
	if (++server->errors < server->config->errors_max || server->state >= POP3_CLOSING)
		return;
	pop3_session_note(server, "too many errors: session ended");
	pop3_session_close(server);
}

/* Nothing more is read, nothing deleted; the connection ends when the output is sent. */
void pop3_session_close(struct pop3_server *server)
{
	release(server);
	server->question = POP3_ASK_NONE;
	server->state = POP3_CLOSING;
	mail_deadline_set(&server->deadline, CLOSING_MS, "the peer to take the last response");
}

/* Whether a secret may be shown. */
bool pop3_session_plaintext(const struct pop3_server *server)
{
	return server->tls || server->config->plaintext;
}

/* Logins */

static void open_maildrop(struct pop3_server *server)
{
	server->has_maildrop = true;
	server->count = server->ops->count(server->arg);
	server->deleted = calloc(server->count / 8 + 1, 1);
	if (!server->deleted) {
		release(server);
		pop3_session_err(server, "[SYS/TEMP] out of memory, try again later");
		return;
	}
	server->state = POP3_TRANSACTION;
	server->deletions = 0;
	pop3_session_ok(server, "%u message%s", server->count, server->count == 1 ? "" : "s");
}

static void tell_failure(struct pop3_server *server)
{
	server->question = POP3_ASK_NONE;
	await_command(server);
	pop3_session_err(server, "%s", server->reply.text);
	if (++server->failures < server->config->failures_max || server->state >= POP3_CLOSING)
		return;
	pop3_session_note(server, "too many logins failed: session ended");
	pop3_session_close(server);
}

/* Who guesses secrets has to wait for each. */
static void fail_login(struct pop3_server *server)
{
	server->state = POP3_AUTHORIZATION;
	server->user[0] = '\0';
	if (!server->config->failure_delay_ms) {
		tell_failure(server);
		return;
	}
	server->question = POP3_ASK_DELAY;
	mail_deadline_set(&server->deadline, server->config->failure_delay_ms,
			  "the time to tell that the login failed");
}

/* The answer to PASS, APOP or AUTH. */
void pop3_session_login(struct pop3_server *server, enum pop3_answer answer)
{
	server->question = POP3_ASK_NONE;
	switch (answer) {
	case POP3_YES:
		await_command(server);
		open_maildrop(server);
		break;
	case POP3_CHALLENGE:
		await_command(server);
		server->state = POP3_SASL;
		if (!mail_output_printf(&server->output, "+ %s\r\n", server->reply.text))
			server->state = POP3_CLOSED;
		break;
	case POP3_LATER:
		server->question = POP3_ASK_LOGIN;
		mail_deadline_set(&server->deadline, 0, "our own answer");
		break;
	default:
		fail_login(server);
	}
}

/* The UPDATE state */

static void updated(struct pop3_server *server, enum pop3_answer answer)
{
	server->question = POP3_ASK_NONE;
	if (answer == POP3_YES)
		pop3_session_ok(server, "%s closing", server->config->host_name);
	else
		say(server, "-ERR", server->reply.text);
	pop3_session_close(server);
}

void pop3_session_update(struct pop3_server *server)
{
	enum pop3_answer answer = POP3_YES;

	pop3_reply_set(&server->reply, "[SYS/TEMP] some deleted messages could not be removed");
	if (server->deletions)
		answer = server->ops->update(server->arg, &server->reply);
	if (answer != POP3_LATER) {
		updated(server, answer);
		return;
	}
	server->question = POP3_ASK_UPDATE;
	mail_deadline_set(&server->deadline, 0, "our own answer");
}

bool pop3_server_answer(struct pop3_server *server, enum pop3_answer answer,
			const struct pop3_reply *reply)
{
	enum pop3_question question = server->question;

	if (question != POP3_ASK_LOGIN && question != POP3_ASK_UPDATE)
		return false;
	if (reply)
		server->reply = *reply;
	mail_text_clean(server->reply.text);
	if (question == POP3_ASK_LOGIN)
		pop3_session_login(server, answer);
	else
		updated(server, answer);
	return true;
}

/* The wire */

static void greet(struct pop3_server *server)
{
	if (server->timestamp)
		pop3_session_ok(server, "%s POP3 ready %s", server->config->host_name,
				server->timestamp);
	else
		pop3_session_ok(server, "%s POP3 ready", server->config->host_name);
	await_command(server);
}

void pop3_server_start(struct pop3_server *server)
{
	if (!server->tls_first) {
		greet(server);
		return;
	}
	server->state = POP3_STARTING_TLS;
	mail_deadline_set(&server->deadline, server->config->autologout_ms, "the TLS handshake");
}

static size_t input_line(struct pop3_server *server, const char *bytes, size_t len)
{
	enum line_event event;
	size_t taken;

	/* programs that are told "SSL" begin so on a port where TLS does not come first */
	if (!server->reader.len && *bytes == TLS_HANDSHAKE) {
		pop3_session_note(server, "the peer begins TLS without STLS: session ended");
		pop3_session_err(server, "TLS begins with STLS here");
		pop3_session_close(server);
		return len;
	}
	taken = line_reader_take(&server->reader, bytes, len, &event);
	switch (event) {
	case LINE_MORE:
		if (server->reader.len < POP3_LINE_MAX * 16)
			return taken;
		pop3_session_note(server, "endless command line: session ended");
		pop3_session_err(server, "endless line");
		pop3_session_close(server);
		return taken;
	case LINE_COMPLETE:
		await_command(server);
		pop3_command_run(server, server->line);
		/* it may have held a secret */
		explicit_bzero(server->line, sizeof(server->line));
		return taken;
	default:
		await_command(server);
		if (server->state == POP3_SASL)
			server->state = POP3_AUTHORIZATION;
		pop3_session_err(server, "line too long");
		return taken;
	}
}

size_t pop3_server_input(struct pop3_server *server, const char *bytes, size_t len)
{
	size_t taken = 0;

	while (taken < len && pop3_server_wants_input(server))
		taken += input_line(server, bytes + taken, len - taken);
	if (taken < len && server->state == POP3_STARTING_TLS) {
		pop3_session_note(server, "the peer sent on in clear after STLS: session ended");
		pop3_session_close(server);
	}
	return server->state >= POP3_CLOSING ? len : taken;
}

void pop3_server_eof(struct pop3_server *server)
{
	server->output.start = server->output.end = 0;
	if (server->question == POP3_ASK_UPDATE)
		return;
	release(server);
	server->question = POP3_ASK_NONE;
	server->state = POP3_CLOSED;
}

/* RFC 1939, 3: no response, and nothing is deleted. */
void pop3_server_timeout(struct pop3_server *server)
{
	if (server->question == POP3_ASK_DELAY) {
		tell_failure(server);
		return;
	}
	if (server->question != POP3_ASK_NONE)
		return;
	if (server->state < POP3_CLOSING)
		pop3_session_note(server, "timed out waiting for %s", server->deadline.awaited);
	release(server);
	server->state = POP3_CLOSED;
}

void pop3_server_shutdown(struct pop3_server *server)
{
	if (server->state >= POP3_CLOSING || server->question == POP3_ASK_UPDATE)
		return;
	/* in the middle of a response there is no place to say it */
	if (!server->text.active && !server->list)
		say(server, "-ERR", "[SYS/TEMP] the station stops");
	pop3_session_close(server);
}

bool pop3_server_wants_tls(const struct pop3_server *server)
{
	return server->state == POP3_STARTING_TLS && mail_output_empty(&server->output);
}

void pop3_server_secured(struct pop3_server *server)
{
	if (server->state != POP3_STARTING_TLS)
		return;
	server->tls = true;
	server->user[0] = '\0';
	server->state = POP3_AUTHORIZATION;
	if (server->tls_first)
		greet(server);
	else
		await_command(server);
}

bool pop3_server_get_deleted(const struct pop3_server *server, unsigned int number)
{
	if (!server->deleted || number < 1 || number > server->count)
		return false;
	return server->deleted[(number - 1) / 8] >> (number - 1) % 8 & 1;
}

const char *pop3_server_output(const struct pop3_server *server, size_t *len)
{
	if (mail_output_empty(&server->output))
		return pop3_text_output(server, len);
	*len = server->output.end - server->output.start;
	return server->output.bytes + server->output.start;
}

void pop3_server_sent(struct pop3_server *server, size_t len)
{
	if (!len)
		return;
	if (mail_output_empty(&server->output))
		pop3_text_sent(server, len);
	else
		mail_output_sent(&server->output, len);
	if (server->list)
		pop3_list_put(server);
	/* who takes what is sent is not idle */
	if (server->state == POP3_TRANSACTION && !server->question)
		await_command(server);
}

bool pop3_server_wants_input(const struct pop3_server *server)
{
	const struct mail_output *output = &server->output;

	return server->state <= POP3_TRANSACTION && server->state != POP3_STARTING_TLS &&
		!server->question && !server->list && !server->text.active &&
		output->size - (output->end - output->start) >= POP3_SERVER_REPLY_ROOM;
}

bool pop3_server_wants_close(const struct pop3_server *server)
{
	return server->state == POP3_CLOSED ||
		(server->state == POP3_CLOSING && mail_output_empty(&server->output));
}

const struct mail_deadline *pop3_server_deadline(const struct pop3_server *server)
{
	return &server->deadline;
}
