// SPDX-License-Identifier: GPL-2.0
/*
 * POP3 client engine: the wire, and the course of a visit. How it logs in is in
 * pop3_login.c, what it does with the maildrop in pop3_visit.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pop3_visit.h"
#include "smtp_reply.h"

#define MINUTE_MS	60000
#define BLOCK_BYTES	16384

const struct pop3_client_timeouts pop3_client_timeouts_defaults = {
	.greeting_ms = 1 * MINUTE_MS,
	.tls_ms = 1 * MINUTE_MS,
	.login_ms = 1 * MINUTE_MS,
	.command_ms = 2 * MINUTE_MS,
	.block_ms = 3 * MINUTE_MS,
	.quit_ms = 10 * MINUTE_MS,
	.noop_ms = 2 * MINUTE_MS,
};

struct pop3_client *pop3_client_create(const struct pop3_client_config *config,
				       const struct pop3_client_ops *ops, void *arg)
{
	struct pop3_client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->config = config;
	client->ops = ops;
	client->arg = arg;
	client->offer.expire_days = -1;
	client->reader.line = client->line;
	client->reader.size = sizeof(client->line);
	client->output.bytes = client->output_bytes;
	client->output.size = sizeof(client->output_bytes);
	return client;
}

void pop3_client_destroy(struct pop3_client *client)
{
	if (!client)
		return;
	free(client->messages);
	explicit_bzero(client, sizeof(*client));	/* a password was in the output */
	free(client);
}

void pop3_client_await(struct pop3_client *client, enum pop3_step step)
{
	const struct pop3_client_timeouts *timeouts = &client->config->timeouts;
	const struct {
		unsigned int ms;
		const char *awaited;
	} steps[] = {
		[STEP_GREETING] = { timeouts->greeting_ms, "the greeting" },
		[STEP_CAPA] = { timeouts->login_ms, "the reply to CAPA" },
		[STEP_CAPA_LINES] = { timeouts->login_ms, "the list of capabilities" },
		[STEP_STLS] = { timeouts->tls_ms, "the reply to STLS" },
		[STEP_TLS] = { timeouts->tls_ms, "the TLS handshake" },
		[STEP_UTF8] = { timeouts->login_ms, "the reply to UTF8" },
		[STEP_APOP] = { timeouts->login_ms, "the reply to APOP" },
		[STEP_SASL] = { timeouts->login_ms, "the reply to AUTH" },
		[STEP_USER] = { timeouts->login_ms, "the reply to USER" },
		[STEP_PASS] = { timeouts->login_ms, "the reply to PASS" },
		[STEP_STAT] = { timeouts->command_ms, "the reply to STAT" },
		[STEP_LIST] = { timeouts->command_ms, "the reply to LIST" },
		[STEP_LIST_LINES] = { timeouts->block_ms, "the list of messages" },
		[STEP_UIDL] = { timeouts->command_ms, "the reply to UIDL" },
		[STEP_UIDL_LINES] = { timeouts->block_ms, "the list of unique-ids" },
		[STEP_RETR] = { timeouts->command_ms, "the reply to RETR" },
		[STEP_TOP] = { timeouts->command_ms, "the reply to TOP" },
		[STEP_DELE] = { timeouts->command_ms, "the reply to DELE" },
		[STEP_NOOP] = { timeouts->command_ms, "the reply to NOOP" },
		[STEP_MESSAGE] = { timeouts->block_ms, "the next part of the message" },
		[STEP_STORING] = { timeouts->noop_ms, "a message to be stored" },
		[STEP_RSET] = { timeouts->command_ms, "the reply to RSET" },
		[STEP_QUIT] = { timeouts->quit_ms, "the reply to QUIT" },
		[STEP_CLOSED] = { 0, "" },
	};

	client->step = step;
	client->block_bytes = 0;
	mail_deadline_set(&client->deadline, steps[step].ms, steps[step].awaited);
}

/* The visit is over: tell how, and close. */
void pop3_client_finish(struct pop3_client *client, enum pop3_outcome outcome,
			const char *format, ...)
{
	char text[SMTP_REPLY_TEXT_MAX + 1];
	va_list args;

	if (client->step == STEP_CLOSED)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	mail_text_clean(text);
	client->output.start = client->output.end = 0;
	pop3_client_await(client, STEP_CLOSED);
	if (client->message_open)
		client->ops->message_abort(client->arg, client->current);
	client->ops->finished(client->arg, outcome, text);
}

/* The connection does not bring what is awaited. */
static void broken(struct pop3_client *client, enum pop3_outcome outcome, const char *text)
{
	if (client->step != STEP_QUIT || client->undo)
		pop3_client_finish(client, outcome, "%s", text);
	else if (client->deleted)
		pop3_client_finish(client, POP3_OUTCOME_UPDATE_UNKNOWN,
				   "%s: %u messages may or may not have been deleted", text,
				   client->deleted);
	else if (client->not_deleted)
		pop3_client_finish(client, POP3_OUTCOME_UPDATE_FAILED,
				   "the server refused to delete %u messages",
				   client->not_deleted);
	else
		pop3_client_finish(client, POP3_OUTCOME_DONE,
				   "%u messages in the maildrop, none to delete",
				   client->in_maildrop);
}

/* Send a command, and wait for its reply. */
void pop3_client_command(struct pop3_client *client, enum pop3_step step, const char *format, ...)
{
	char text[POP3_COMMAND_MAX + 1];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	pop3_client_await(client, step);
	if (len < 0 || (size_t)len >= sizeof(text) ||
	    !mail_output_put(&client->output, text, (size_t)len))
		pop3_client_finish(client, POP3_OUTCOME_LOGIN_REFUSED,
				   "user name or secret too long for POP3 (%u bytes a command)",
				   POP3_COMMAND_MAX);
	explicit_bzero(text, sizeof(text));
}

static bool is_positive(const char *line)
{
	return !strncmp(line, "+OK", 3) && (line[3] == ' ' || !line[3]);
}

bool pop3_is_negative(const char *line)
{
	return !strncmp(line, "-ERR", 4) && (line[4] == ' ' || !line[4]);
}

/* What a status line says to people. */
const char *pop3_status_text(const char *line)
{
	line += strcspn(line, " ");
	return line + strspn(line, " ");
}

static bool within_list(const struct pop3_client *client)
{
	return client->step == STEP_LIST_LINES || client->step == STEP_UIDL_LINES ||
		client->step == STEP_CAPA_LINES;
}

/* A reply that nobody can have asked for. With PIPELINING a command may wait behind others. */
static bool is_premature(const struct pop3_client *client)
{
	return client->step == STEP_STORING ||
		(!mail_output_empty(&client->output) && client->asked.count < 2);
}

static void reply_came(struct pop3_client *client, bool good)
{
	bool login = client->step < STEP_STAT;

	/* there are servers that say what they did not understand */
	if (login && !good && client->ops->auth_conceal)
		client->ops->auth_conceal(client->arg, client->line);
	if (good)
		(login ? pop3_login_positive : pop3_visit_positive)(client, client->line);
	else
		(login ? pop3_login_negative : pop3_visit_negative)(client, client->line);
}

static void line_came(struct pop3_client *client)
{
	char *line = client->line;

	if (client->step == STEP_CAPA_LINES)
		pop3_login_capability(client, line);
	else if (within_list(client))
		pop3_visit_list_line(client, line);
	else if (is_premature(client))
		broken(client, POP3_OUTCOME_PROTOCOL, "the server replied before it was asked");
	else if (client->step == STEP_SASL && line[0] == '+' && (line[1] == ' ' || !line[1]))
		pop3_login_challenge(client, line[1] ? line + 2 : "");
	else if (is_positive(line) || pop3_is_negative(line))
		reply_came(client, line[0] == '+');
	else
		broken(client, POP3_OUTCOME_PROTOCOL,
		       "the server sent a line that is no POP3 reply");
}

static size_t input_line(struct pop3_client *client, const char *bytes, size_t len)
{
	enum line_event event;
	size_t taken = line_reader_take(&client->reader, bytes, len, &event);

	if (event == LINE_COMPLETE)
		line_came(client);
	else if (event == LINE_TOO_LONG || line_reader_overflows(&client->reader))
		broken(client, POP3_OUTCOME_PROTOCOL, "the server sent an endless line");
	return taken;
}

void pop3_client_start(struct pop3_client *client)
{
	pop3_client_await(client, client->config->tls == POP3_CLIENT_TLS_FIRST ? STEP_TLS :
			  STEP_GREETING);
}

/* A list or a message goes on: it has to bring a block within each deadline. */
static void count_block(struct pop3_client *client, size_t len)
{
	client->block_bytes += len;
	if ((client->step == STEP_MESSAGE || within_list(client)) &&
	    client->block_bytes >= BLOCK_BYTES)
		pop3_client_await(client, client->step);
}

size_t pop3_client_input(struct pop3_client *client, const char *bytes, size_t len)
{
	size_t taken = 0;
	size_t step;

	while (taken < len && pop3_client_wants_input(client)) {
		if (client->step == STEP_MESSAGE)
			step = pop3_visit_message(client, bytes + taken, len - taken);
		else
			step = input_line(client, bytes + taken, len - taken);
		count_block(client, step);
		taken += step;
	}
	if (taken < len && client->step == STEP_TLS)
		pop3_client_finish(client, POP3_OUTCOME_PROTOCOL,
				   "the server sent on in clear after its reply to STLS");
	return len;
}

void pop3_client_eof(struct pop3_client *client, const char *why)
{
	char text[200];

	snprintf(text, sizeof(text), "%s while waiting for %s",
		 why ? why : "the server closed the connection", client->deadline.awaited);
	broken(client, POP3_OUTCOME_TEMPORARY, text);
}

void pop3_client_timeout(struct pop3_client *client)
{
	char text[200];

	if (client->step == STEP_STORING) {
		pop3_visit_keep_alive(client);
		return;
	}
	snprintf(text, sizeof(text), "timed out after %u s waiting for %s",
		 client->deadline.timeout_ms / 1000, client->deadline.awaited);
	broken(client, POP3_OUTCOME_TEMPORARY, text);
}

const struct pop3_offer *pop3_client_offer(const struct pop3_client *client)
{
	return &client->offer;
}

bool pop3_client_irregular(const struct pop3_client *client)
{
	return client->decoder.irregular;
}

bool pop3_client_wants_tls(const struct pop3_client *client)
{
	return client->step == STEP_TLS;
}

void pop3_client_secured(struct pop3_client *client)
{
	if (client->step != STEP_TLS)
		return;
	client->tls = true;
	if (client->config->tls == POP3_CLIENT_TLS_FIRST)
		pop3_client_await(client, STEP_GREETING);
	else
		pop3_login_begin(client);
}

const char *pop3_client_output(const struct pop3_client *client, size_t *len)
{
	*len = client->output.end - client->output.start;
	return client->output.bytes + client->output.start;
}

void pop3_client_sent(struct pop3_client *client, size_t len)
{
	mail_output_sent(&client->output, len);
}

bool pop3_client_wants_input(const struct pop3_client *client)
{
	return client->step != STEP_CLOSED && client->step != STEP_TLS;
}

bool pop3_client_wants_close(const struct pop3_client *client)
{
	return client->step == STEP_CLOSED;
}

const struct mail_deadline *pop3_client_deadline(const struct pop3_client *client)
{
	return &client->deadline;
}
