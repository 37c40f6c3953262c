// SPDX-License-Identifier: GPL-2.0
/*
 * SMTP client engine: the course of a session. What comes before the mail is in
 * smtp_client_hello.c, the mail in smtp_client_mail.c.
 *
 * Commands go out ahead of their replies where the server offers PIPELINING: one
 * cursor tells what was sent last, one what reply comes next.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "smtp_client_session.h"

#define MINUTE_MS	60000

const struct smtp_client_timeouts smtp_client_timeouts_defaults = {
	.greeting_ms = 5 * MINUTE_MS,
	.tls_ms = 5 * MINUTE_MS,
	.hello_ms = 5 * MINUTE_MS,
	.auth_ms = 5 * MINUTE_MS,
	.mail_ms = 5 * MINUTE_MS,
	.rcpt_ms = 5 * MINUTE_MS,
	.data_ms = 2 * MINUTE_MS,
	.block_ms = 3 * MINUTE_MS,
	.dot_ms = 10 * MINUTE_MS,
	.rset_ms = 5 * MINUTE_MS,
	.quit_ms = 30000,	/* the message is delivered: nobody waits for this */
	.idle_ms = 2000,
};

static const struct smtp_client_envelope no_envelope;

struct smtp_client *smtp_client_create(const struct smtp_client_config *config,
				       const struct smtp_client_envelope *envelope,
				       const struct smtp_client_ops *ops, void *arg)
{
	struct smtp_client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->recipients = calloc(envelope->recipient_count + 1, 1);
	if (!client->recipients) {
		free(client);
		return NULL;
	}
	client->config = config;
	client->envelope = envelope;
	client->ops = ops;
	client->arg = arg;
	client->reader.line = client->line;
	client->reader.size = sizeof(client->line);
	client->output.bytes = client->output_bytes;
	client->output.size = sizeof(client->output_bytes);
	return client;
}

void smtp_client_destroy(struct smtp_client *client)
{
	if (client)
		free(client->recipients);
	free(client);
}

void smtp_client_await(struct smtp_client *client, enum smtp_client_step step)
{
	const struct smtp_client_timeouts *timeouts = &client->config->timeouts;
	const struct {
		unsigned int ms;
		const char *awaited;
	} steps[] = {
		[SMTP_STEP_GREETING] = { timeouts->greeting_ms, "the greeting" },
		[SMTP_STEP_EHLO] = { timeouts->hello_ms, "the reply to EHLO" },
		[SMTP_STEP_HELO] = { timeouts->hello_ms, "the reply to HELO" },
		[SMTP_STEP_STARTTLS] = { timeouts->tls_ms, "the reply to STARTTLS" },
		[SMTP_STEP_SECURING] = { timeouts->tls_ms, "the TLS handshake" },
		[SMTP_STEP_AUTH] = { timeouts->auth_ms, "the reply to AUTH" },
		[SMTP_STEP_MAIL] = { timeouts->mail_ms, "the reply to MAIL" },
		[SMTP_STEP_RCPT] = { timeouts->rcpt_ms, "the reply to RCPT" },
		[SMTP_STEP_HELD] = { 0, "our own decision" },
		[SMTP_STEP_DATA] = { timeouts->data_ms, "the reply to DATA" },
		[SMTP_STEP_CONTENT] = { timeouts->block_ms, "the server to take the message" },
		[SMTP_STEP_DOT] = { timeouts->dot_ms, "the reply to the end of the message" },
		[SMTP_STEP_RSET] = { timeouts->rset_ms, "the reply to RSET" },
		[SMTP_STEP_IDLE] = { timeouts->idle_ms, "another message" },
		[SMTP_STEP_QUIT] = { timeouts->quit_ms, "the reply to QUIT" },
		[SMTP_STEP_CLOSED] = { 0, "" },
	};

	client->step = step;
	mail_deadline_set(&client->deadline, steps[step].ms, steps[step].awaited);
}

/* Say something whose reply is awaited next. */
void smtp_client_send(struct smtp_client *client, enum smtp_client_step step, const char *format,
		      ...)
{
	char line[SMTP_CLIENT_COMMAND_ROOM];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (len > 0 && (size_t)len < sizeof(line))
		mail_output_put(&client->output, line, len);
	client->sent_step = step;
	smtp_client_await(client, step);
}

/* Results */

void smtp_client_report(struct smtp_client *client, size_t index, enum smtp_outcome outcome,
			const struct smtp_reply *reply)
{
	client->recipients[index] |= SMTP_RECIPIENT_REPORTED;
	client->ops->recipient(client->arg, index, outcome, reply);
}

void smtp_client_report_all(struct smtp_client *client, enum smtp_outcome outcome,
			    const struct smtp_reply *reply)
{
	size_t i;

	for (i = 0; i < client->envelope->recipient_count; i++)
		if (!(client->recipients[i] & SMTP_RECIPIENT_REPORTED))
			smtp_client_report(client, i, outcome, reply);
}

enum smtp_outcome smtp_client_outcome_of(const struct smtp_reply *reply)
{
	if (smtp_reply_positive(reply))
		return SMTP_OUTCOME_DONE;
	return smtp_reply_permanent(reply) ? SMTP_OUTCOME_PERMANENT : SMTP_OUTCOME_TEMPORARY;
}

static void finish(struct smtp_client *client)
{
	smtp_client_await(client, SMTP_STEP_CLOSED);
	client->ops->finished(client->arg, client->outcome, &client->result);
}

/* The connection is of no more use: cut it. */
void smtp_client_cut(struct smtp_client *client, enum smtp_outcome outcome,
		     const struct smtp_reply *reply)
{
	struct smtp_reply why = *reply;

	if (client->step == SMTP_STEP_CLOSED)
		return;
	client->tls_failed = client->step == SMTP_STEP_STARTTLS ||
			     client->step == SMTP_STEP_SECURING;
	client->stale = client->reused && client->step == SMTP_STEP_MAIL;
	/* what comes after the results changes nothing */
	if (client->step < SMTP_STEP_RSET) {
		client->outcome = outcome;
		client->result = why;
	}
	smtp_client_report_all(client, outcome, &why);
	client->output.start = client->output.end = 0;
	finish(client);
}

/* All of the message went out, and the server has not said whether it took it. */
static bool in_doubt(const struct smtp_client *client)
{
	return client->step == SMTP_STEP_DOT && mail_output_empty(&client->output);
}

/* A break that is not a reply of the server. */
void smtp_client_broken(struct smtp_client *client, const char *enhanced, const char *text)
{
	struct smtp_reply reply;

	smtp_reply_set(&reply, 0, enhanced, "%s", text);
	smtp_client_cut(client, in_doubt(client) ? SMTP_OUTCOME_UNKNOWN : SMTP_OUTCOME_TEMPORARY,
			&reply);
}

static void quit(struct smtp_client *client)
{
	smtp_client_send(client, SMTP_STEP_QUIT, "QUIT\r\n");
}

/* All is said about the message. */
static void be_idle(struct smtp_client *client)
{
	client->envelope = &no_envelope;
	client->begun = false;
	smtp_client_await(client, SMTP_STEP_IDLE);
	if (!client->ops->idle(client->arg))
		quit(client);
}

/* The transaction is over. One that was not completed may have left something behind. */
void smtp_client_rest(struct smtp_client *client)
{
	bool complete = client->step == SMTP_STEP_DOT && smtp_reply_positive(&client->reply);

	if (!client->ops->idle || !client->config->timeouts.idle_ms)
		quit(client);
	else if (complete || !client->begun)
		be_idle(client);
	else
		smtp_client_send(client, SMTP_STEP_RSET, "RSET\r\n");
}

static void rset_replied(struct smtp_client *client)
{
	if (smtp_reply_positive(&client->reply))
		be_idle(client);
	else
		quit(client);
}

/* The transaction is over for all that are left. */
void smtp_client_give_up(struct smtp_client *client, enum smtp_outcome outcome,
			 const struct smtp_reply *reply)
{
	smtp_client_report_all(client, outcome, reply);
	smtp_client_rest(client);
}

/* There will be no transaction with this server. */
void smtp_client_turn_away(struct smtp_client *client, enum smtp_outcome outcome,
			   const struct smtp_reply *reply)
{
	client->outcome = outcome;
	client->result = *reply;
	smtp_client_report_all(client, outcome, &client->result);
	quit(client);
}

/* Replies */

/* A whole reply is there, and it was due. */
static void replied(struct smtp_client *client)
{
	bool more = client->reply.code / 100 == 3;

	if (more && client->step != SMTP_STEP_DATA && client->step != SMTP_STEP_AUTH)
		smtp_client_broken(client, "4.5.0",
				   "the server sent a 3xx reply where none has a meaning");
	else if (client->step < SMTP_STEP_MAIL)
		smtp_client_hello_replied(client);
	else if (client->step < SMTP_STEP_RSET)
		smtp_client_mail_replied(client);
	else if (client->step == SMTP_STEP_RSET)
		rset_replied(client);
	else
		finish(client);
}

/* Whether the peer can have seen what it replies to. */
static bool reply_is_due(const struct smtp_client *client)
{
	bool ahead = client->step != client->sent_step ||
		     (client->step == SMTP_STEP_RCPT && client->awaited_rcpt + 1 < client->sent_rcpt);

	if (client->step == SMTP_STEP_CONTENT || client->step == SMTP_STEP_HELD ||
	    client->step == SMTP_STEP_IDLE)
		return false;
	return mail_output_empty(&client->output) || (ahead && client->taken);
}

/* A reply where none was due: a last word before the server closes, or nonsense. */
static void premature(struct smtp_client *client)
{
	if (client->reply.code >= 400)
		smtp_client_cut(client, smtp_client_outcome_of(&client->reply), &client->reply);
	else
		smtp_client_broken(client, "4.5.0", "the server replied before it was asked");
}

/* It is shown, but not where it may be what we said to log in. */
static void no_reply(struct smtp_client *client)
{
	bool secret = client->step == SMTP_STEP_AUTH;
	char text[160];

	snprintf(text, sizeof(text), "the server sent a line that is no SMTP reply%s%.80s",
		 secret ? "" : ": ", secret ? "" : client->line);
	smtp_client_broken(client, "4.5.0", text);
}

static void reply_line(struct smtp_client *client)
{
	bool first = !client->reply_lines;
	enum smtp_reply_event event;

	event = smtp_reply_parse(&client->reply, &client->reply_lines, client->line);
	if (event == SMTP_REPLY_BAD) {
		no_reply(client);
		return;
	}
	/* there are servers that say what they did not understand */
	if (client->step == SMTP_STEP_AUTH && client->reply.code >= 400 &&
	    client->ops->auth_conceal)
		client->ops->auth_conceal(client->arg, client->reply.text);
	if (client->step == SMTP_STEP_EHLO && !first && client->reply.code == 250 &&
	    client->line[3])
		smtp_client_hello_line(client, client->line + 4);
	if (client->step == SMTP_STEP_RCPT && client->reply.code == 250 && client->line[3])
		smtp_client_mail_line(client, client->line + 4);
	if (event == SMTP_REPLY_MORE)
		return;
	if (client->reply.code == 421 && client->step != SMTP_STEP_QUIT)
		smtp_client_cut(client, SMTP_OUTCOME_TEMPORARY, &client->reply);
	else if (!reply_is_due(client))
		premature(client);
	else
		replied(client);
}

/* The outer side */

void smtp_client_start(struct smtp_client *client)
{
	smtp_client_await(client, client->config->tls == SMTP_CLIENT_TLS_FIRST ?
			  SMTP_STEP_SECURING : SMTP_STEP_GREETING);
}

size_t smtp_client_input(struct smtp_client *client, const char *bytes, size_t len)
{
	enum line_event event;
	size_t taken = 0;

	while (taken < len && client->step != SMTP_STEP_CLOSED) {
		if (client->step == SMTP_STEP_SECURING) {
			/* CVE-2021-38371 and its kin: it would be taken for said under TLS */
			smtp_client_broken(client, "4.7.0",
					   "the server sent something before the TLS handshake");
			break;
		}
		taken += line_reader_take(&client->reader, bytes + taken, len - taken, &event);
		if (event == LINE_COMPLETE)
			reply_line(client);
		else if (event == LINE_TOO_LONG || line_reader_overflows(&client->reader))
			smtp_client_broken(client, "4.5.0",
					   "the server sent an endless reply line");
	}
	return len;
}

void smtp_client_eof(struct smtp_client *client, const char *why)
{
	char text[400];

	if (client->step == SMTP_STEP_IDLE) {
		finish(client);
		return;
	}
	snprintf(text, sizeof(text), "%s while waiting for %s",
		 why ? why : "the server closed the connection", client->deadline.awaited);
	smtp_client_broken(client, "4.4.2", text);
}

void smtp_client_timeout(struct smtp_client *client)
{
	char text[200];

	if (client->step == SMTP_STEP_IDLE) {
		quit(client);
		return;
	}
	snprintf(text, sizeof(text), "timed out after %g s waiting for %s",
		 client->deadline.timeout_ms / 1000.0, client->deadline.awaited);
	smtp_client_broken(client, "4.4.2", text);
}

const char *smtp_client_output(const struct smtp_client *client, size_t *len)
{
	*len = client->output.end - client->output.start;
	return client->output.bytes + client->output.start;
}

void smtp_client_sent(struct smtp_client *client, size_t len)
{
	mail_output_sent(&client->output, len);
	client->taken |= len > 0;
	smtp_client_mail_sent(client, len);
}

bool smtp_client_wants_input(const struct smtp_client *client)
{
	return client->step != SMTP_STEP_CLOSED && client->step != SMTP_STEP_SECURING;
}

bool smtp_client_wants_close(const struct smtp_client *client)
{
	return client->step == SMTP_STEP_CLOSED;
}

const struct mail_deadline *smtp_client_deadline(const struct smtp_client *client)
{
	return &client->deadline;
}

bool smtp_client_next(struct smtp_client *client, const struct smtp_client_envelope *envelope)
{
	unsigned char *recipients;

	if (client->step != SMTP_STEP_IDLE)
		return false;
	recipients = calloc(envelope->recipient_count + 1, 1);
	if (!recipients)
		return false;
	free(client->recipients);
	client->recipients = recipients;
	client->envelope = envelope;
	client->reused = true;
	smtp_client_begin_mail(client);
	return true;
}

void smtp_client_quit(struct smtp_client *client)
{
	if (client->step == SMTP_STEP_IDLE)
		quit(client);
}

bool smtp_client_get_begun(const struct smtp_client *client)
{
	return client->begun && !client->stale;
}

bool smtp_client_get_stale(const struct smtp_client *client)
{
	return client->stale;
}

bool smtp_client_get_dsn(const struct smtp_client *client)
{
	return client->offer.dsn;
}

bool smtp_client_get_tls_failed(const struct smtp_client *client)
{
	return client->tls_failed;
}

bool smtp_client_get_login_refused(const struct smtp_client *client)
{
	return client->login_refused;
}

bool smtp_client_wants_tls(const struct smtp_client *client)
{
	return client->step == SMTP_STEP_SECURING;
}
