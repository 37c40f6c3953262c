// SPDX-License-Identifier: GPL-2.0
/*
 * SMTP client engine. Commands go out ahead of their replies where the server
 * offers PIPELINING (MAIL and all RCPT; DATA waits, so that a message is never
 * sent to nobody): one cursor tells what to send next, one what reply comes next.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dot_stuffing.h"
#include "line_reader.h"
#include "mail_path.h"
#include "smtp_client.h"

#define MINUTE_MS	60000
#define BLOCK_BYTES	16384	/* read ahead of the peer, and taken by it within block_ms */
#define COMMAND_ROOM	1024
#define OUTPUT_SIZE	(BLOCK_BYTES + COMMAND_ROOM)
#define READ_BYTES	4096
#define REPLY_LINE_SIZE	1024	/* RFC 5321: 512; some servers talk more */

const struct smtp_client_timeouts smtp_client_timeouts_defaults = {
	.greeting_ms = 5 * MINUTE_MS,
	.tls_ms = 5 * MINUTE_MS,
	.hello_ms = 5 * MINUTE_MS,
	.mail_ms = 5 * MINUTE_MS,
	.rcpt_ms = 5 * MINUTE_MS,
	.data_ms = 2 * MINUTE_MS,
	.block_ms = 3 * MINUTE_MS,
	.dot_ms = 10 * MINUTE_MS,
	.quit_ms = 30000,	/* the message is delivered: nobody waits for this */
};

/* The steps of a session, in their order. */
enum step {
	STEP_GREETING,
	STEP_EHLO,
	STEP_HELO,
	STEP_STARTTLS,
	STEP_SECURING,	/* the TLS handshake */
	STEP_MAIL,
	STEP_RCPT,
	STEP_DATA,
	STEP_CONTENT,	/* the message goes out, no reply is due */
	STEP_DOT,
	STEP_QUIT,
	STEP_CLOSED,
};

/* What is known of a recipient. */
enum recipient_flag {
	RECIPIENT_SENT = 1,	/* its RCPT went out */
	RECIPIENT_ACCEPTED = 2,
	RECIPIENT_REPORTED = 4,	/* the glue knows its fate */
};

/**
 * struct smtp_client - a session
 * @config: see smtp_client.h
 * @envelope: see smtp_client.h
 * @ops: see smtp_client.h
 * @arg: for @ops
 * @step: whose reply is awaited
 * @sent_step: the command that was sent last
 * @awaited_rcpt: recipient whose reply is awaited in STEP_RCPT
 * @sent_rcpt: recipients whose RCPT was sent or that cannot be sent
 * @failed: the transaction is over: replies are only counted
 * @taken: some of what was sent from MAIL on was taken by the glue
 * @deadline: that runs
 * @outcome: of the session
 * @result: why, if it was not in order
 * @secure: TLS protects the session
 * @starttls: offered
 * @pipelining: offered
 * @size: offered
 * @size_max: limit of the server, 0: none
 * @eight_bit: offered
 * @reply: that comes
 * @reply_lines: of it, so far
 * @encoder: of the message
 * @pending_len: bytes of @pending that were read but not encoded yet
 * @pending_start: begin of these
 * @content_read: the whole message was read
 * @block_bytes: taken since the deadline was set
 * @reader: of reply lines
 * @output: commands and message
 * @line: memory of @reader
 * @pending: message bytes
 * @output_bytes: memory of @output
 * @recipients: enum recipient_flag of each
 */
struct smtp_client {
	const struct smtp_client_config *config;
	const struct smtp_client_envelope *envelope;
	const struct smtp_client_ops *ops;
	void *arg;

	enum step step;
	enum step sent_step;
	size_t awaited_rcpt;
	size_t sent_rcpt;
	bool failed;
	bool taken;
	struct mail_deadline deadline;
	enum smtp_outcome outcome;
	struct smtp_reply result;

	bool secure;
	bool starttls;
	bool pipelining;
	bool size;
	uint64_t size_max;
	bool eight_bit;

	struct smtp_reply reply;
	unsigned int reply_lines;

	struct dot_encoder encoder;
	size_t pending_len;
	size_t pending_start;
	bool content_read;
	size_t block_bytes;

	struct line_reader reader;
	struct mail_output output;
	char line[REPLY_LINE_SIZE];
	char pending[READ_BYTES];
	char output_bytes[OUTPUT_SIZE];
	unsigned char recipients[];
};

struct smtp_client *smtp_client_create(const struct smtp_client_config *config,
				       const struct smtp_client_envelope *envelope,
				       const struct smtp_client_ops *ops, void *arg)
{
	struct smtp_client *client = calloc(1, sizeof(*client) + envelope->recipient_count);

	if (!client)
		return NULL;
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
	free(client);
}

static void await(struct smtp_client *client, enum step step)
{
	const struct smtp_client_timeouts *timeouts = &client->config->timeouts;
	const struct {
		unsigned int ms;
		const char *awaited;
	} steps[] = {
		[STEP_GREETING] = { timeouts->greeting_ms, "the greeting" },
		[STEP_EHLO] = { timeouts->hello_ms, "the reply to EHLO" },
		[STEP_HELO] = { timeouts->hello_ms, "the reply to HELO" },
		[STEP_STARTTLS] = { timeouts->tls_ms, "the reply to STARTTLS" },
		[STEP_SECURING] = { timeouts->tls_ms, "the TLS handshake" },
		[STEP_MAIL] = { timeouts->mail_ms, "the reply to MAIL" },
		[STEP_RCPT] = { timeouts->rcpt_ms, "the reply to RCPT" },
		[STEP_DATA] = { timeouts->data_ms, "the reply to DATA" },
		[STEP_CONTENT] = { timeouts->block_ms, "the server to take the message" },
		[STEP_DOT] = { timeouts->dot_ms, "the reply to the end of the message" },
		[STEP_QUIT] = { timeouts->quit_ms, "the reply to QUIT" },
		[STEP_CLOSED] = { 0, "" },
	};

	client->step = step;
	mail_deadline_set(&client->deadline, steps[step].ms, steps[step].awaited);
}

static void report(struct smtp_client *client, size_t index, enum smtp_outcome outcome,
		   const struct smtp_reply *reply)
{
	client->recipients[index] |= RECIPIENT_REPORTED;
	client->ops->recipient(client->arg, index, outcome, reply);
}

static void report_all(struct smtp_client *client, enum smtp_outcome outcome,
		       const struct smtp_reply *reply)
{
	size_t i;

	for (i = 0; i < client->envelope->recipient_count; i++)
		if (!(client->recipients[i] & RECIPIENT_REPORTED))
			report(client, i, outcome, reply);
}

static void finish(struct smtp_client *client)
{
	await(client, STEP_CLOSED);
	client->ops->finished(client->arg, client->outcome, &client->result);
}

/* The connection is of no more use: cut it. */
static void cut(struct smtp_client *client, enum smtp_outcome outcome,
		const struct smtp_reply *reply)
{
	struct smtp_reply why = *reply;

	if (client->step == STEP_CLOSED)
		return;
	/* what comes after the results, at QUIT, changes nothing */
	if (client->step != STEP_QUIT) {
		client->outcome = outcome;
		client->result = why;
	}
	report_all(client, outcome, &why);
	client->output.start = client->output.end = 0;
	finish(client);
}

/* All of the message went out, and the server has not said whether it took it. */
static bool in_doubt(const struct smtp_client *client)
{
	return client->step == STEP_DOT && mail_output_empty(&client->output);
}

/* A break that is not a reply of the server. */
static void broken(struct smtp_client *client, const char *enhanced, const char *text)
{
	struct smtp_reply reply;

	smtp_reply_set(&reply, 0, enhanced, "%s", text);
	cut(client, in_doubt(client) ? SMTP_OUTCOME_UNKNOWN : SMTP_OUTCOME_TEMPORARY, &reply);
}

static enum smtp_outcome outcome_of(const struct smtp_reply *reply)
{
	if (smtp_reply_positive(reply))
		return SMTP_OUTCOME_DONE;
	return smtp_reply_permanent(reply) ? SMTP_OUTCOME_PERMANENT : SMTP_OUTCOME_TEMPORARY;
}

static void send_quit(struct smtp_client *client)
{
	mail_output_printf(&client->output, "QUIT\r\n");
	client->sent_step = STEP_QUIT;
	await(client, STEP_QUIT);
}

/* The transaction is over for all that are left; take leave in order. */
static void give_up(struct smtp_client *client, enum smtp_outcome outcome,
		    const struct smtp_reply *reply)
{
	report_all(client, outcome, reply);
	send_quit(client);
}

/* The server does not want to talk at all. */
static void turned_away(struct smtp_client *client)
{
	client->outcome = outcome_of(&client->reply);
	client->result = client->reply;
	give_up(client, client->outcome, &client->reply);
}

static void send_hello(struct smtp_client *client, enum step step)
{
	mail_output_printf(&client->output, "%s %s\r\n", step == STEP_EHLO ? "EHLO" : "HELO",
			   client->config->host_name);
	client->sent_step = step;
	await(client, step);
}

/* A recipient that no command can carry fails here, alone. */
static bool send_rcpt(struct smtp_client *client)
{
	size_t index = client->sent_rcpt++;
	const char *address = client->envelope->recipients[index];
	struct smtp_reply reply;
	struct mail_path path;

	if (mail_path_from_address(&path, address)) {
		mail_output_printf(&client->output, "RCPT TO:<%s>\r\n", address);
		client->recipients[index] |= RECIPIENT_SENT;
		client->sent_step = STEP_RCPT;
		return true;
	}
	smtp_reply_set(&reply, 0, "5.1.3", "not a valid mail address: %.100s", address);
	report(client, index, SMTP_OUTCOME_PERMANENT, &reply);
	return false;
}

static bool all_rcpt_sent(const struct smtp_client *client)
{
	return client->sent_rcpt == client->envelope->recipient_count;
}

static void send_mail(struct smtp_client *client)
{
	const struct smtp_client_envelope *envelope = client->envelope;

	mail_output_printf(&client->output, "MAIL FROM:<%s>", envelope->reverse_path);
	if (client->size && envelope->message_bytes)
		mail_output_printf(&client->output, " SIZE=%" PRIu64, envelope->message_bytes);
	if (client->eight_bit && envelope->eight_bit)
		mail_output_printf(&client->output, " BODY=8BITMIME");
	mail_output_printf(&client->output, "\r\n");
	client->sent_step = STEP_MAIL;
	client->taken = false;
	await(client, STEP_MAIL);
}

/* What can be known before MAIL. Return: false if the session ended over it. */
static bool envelope_fits(struct smtp_client *client)
{
	const struct smtp_client_envelope *envelope = client->envelope;
	struct smtp_reply reply;
	struct mail_path path;

	if (*envelope->reverse_path && !mail_path_from_address(&path, envelope->reverse_path))
		smtp_reply_set(&reply, 0, "5.1.7", "not a valid sender address: %.100s",
			       envelope->reverse_path);
	else if (client->size_max && envelope->message_bytes > client->size_max)
		smtp_reply_set(&reply, 0, "5.3.4",
			       "message of %" PRIu64 " bytes, the server takes %" PRIu64,
			       envelope->message_bytes, client->size_max);
	else if (envelope->eight_bit && !client->eight_bit)
		smtp_reply_set(&reply, 0, "5.6.3", "8-bit message, the server takes 7-bit only");
	else
		return true;
	give_up(client, SMTP_OUTCOME_PERMANENT, &reply);
	return false;
}

/* Send RCPT as far as the server lets us. */
static void send_recipients(struct smtp_client *client)
{
	while (!client->failed && !all_rcpt_sent(client) &&
	       mail_output_room(&client->output) >= COMMAND_ROOM) {
		if (send_rcpt(client) && !client->pipelining)
			break;
	}
}

static void begin_transaction(struct smtp_client *client)
{
	if (!envelope_fits(client))
		return;
	send_mail(client);
	if (client->pipelining)
		send_recipients(client);
}

/* The server cannot do what we insist on; it may later, or it is not the server. */
static void not_protected(struct smtp_client *client, const char *text)
{
	smtp_reply_set(&client->result, 0, "4.7.10", "TLS is required, and %s", text);
	client->outcome = SMTP_OUTCOME_TEMPORARY;
	give_up(client, SMTP_OUTCOME_TEMPORARY, &client->result);
}

static void after_hello(struct smtp_client *client)
{
	if (client->secure || client->config->tls == SMTP_CLIENT_TLS_NONE) {
		begin_transaction(client);
	} else if (client->starttls) {
		mail_output_printf(&client->output, "STARTTLS\r\n");
		client->sent_step = STEP_STARTTLS;
		await(client, STEP_STARTTLS);
	} else if (client->config->tls == SMTP_CLIENT_TLS_OFFERED) {
		begin_transaction(client);
	} else {
		not_protected(client, "the server does not offer it");
	}
}

static void starttls_replied(struct smtp_client *client)
{
	if (client->reply.code == 220)
		await(client, STEP_SECURING);
	else if (client->config->tls == SMTP_CLIENT_TLS_OFFERED)
		begin_transaction(client);
	else
		not_protected(client, "the server refused to begin it");
}

bool smtp_client_wants_tls(const struct smtp_client *client)
{
	return client->step == STEP_SECURING;
}

void smtp_client_secured(struct smtp_client *client)
{
	client->secure = true;
	client->starttls = false;
	client->pipelining = false;
	client->size = false;
	client->size_max = 0;
	client->eight_bit = false;
	if (client->sent_step == STEP_GREETING)
		await(client, STEP_GREETING);
	else
		send_hello(client, STEP_EHLO);
}

/* Move the reply cursor to the next recipient whose RCPT was sent. */
static bool next_awaited_rcpt(struct smtp_client *client)
{
	while (client->awaited_rcpt < client->sent_rcpt) {
		if (client->recipients[client->awaited_rcpt] & RECIPIENT_SENT)
			return true;
		client->awaited_rcpt++;
	}
	return false;
}

static bool any_accepted(const struct smtp_client *client)
{
	size_t i;

	for (i = 0; i < client->envelope->recipient_count; i++)
		if (client->recipients[i] & RECIPIENT_ACCEPTED)
			return true;
	return false;
}

static void after_recipients(struct smtp_client *client)
{
	if (client->failed || !any_accepted(client)) {
		send_quit(client);
		return;
	}
	mail_output_printf(&client->output, "DATA\r\n");
	client->sent_step = STEP_DATA;
	await(client, STEP_DATA);
}

static void go_on_with_recipients(struct smtp_client *client)
{
	send_recipients(client);
	if (next_awaited_rcpt(client))
		await(client, STEP_RCPT);
	else
		after_recipients(client);
}

static void cannot_read(struct smtp_client *client)
{
	struct smtp_reply reply;

	smtp_reply_set(&reply, 0, "4.3.0", "the message cannot be read from the spool");
	cut(client, SMTP_OUTCOME_TEMPORARY, &reply);
}

static void not_sendable(struct smtp_client *client)
{
	struct smtp_reply reply;

	smtp_reply_set(&reply, 0, "5.6.0", "the message has a NUL byte: SMTP cannot carry it");
	cut(client, SMTP_OUTCOME_PERMANENT, &reply);
}

/* Fill pending. Return: false if the session ended over it. */
static bool read_content(struct smtp_client *client)
{
	ssize_t len = client->ops->read_message(client->arg, client->pending, READ_BYTES);

	if (len < 0 || len > READ_BYTES) {
		cannot_read(client);
		return false;
	}
	client->content_read = !len;
	client->pending_start = 0;
	client->pending_len = (size_t)len;
	if (memchr(client->pending, '\0', client->pending_len)) {
		not_sendable(client);
		return false;
	}
	return true;
}

static void send_content(struct smtp_client *client)
{
	size_t taken;

	while (!client->content_read) {
		if (!client->pending_len && !read_content(client))
			return;
		taken = dot_encode(&client->encoder, client->pending + client->pending_start,
				   client->pending_len, &client->output);
		client->pending_start += taken;
		client->pending_len -= taken;
		if (client->pending_len)
			return;
	}
	if (dot_encode_end(&client->encoder, &client->output)) {
		client->sent_step = STEP_DOT;
		client->step = STEP_DOT;
	}
}

static void begin_content(struct smtp_client *client)
{
	client->block_bytes = 0;
	await(client, STEP_CONTENT);
	send_content(client);
}

/* RFC 5321, 4.5.3.1.10: 552 to RCPT means too many recipients, as 452 does. */
static void rcpt_replied(struct smtp_client *client)
{
	size_t index = client->awaited_rcpt++;
	enum smtp_outcome outcome = outcome_of(&client->reply);

	if (client->failed)
		return;
	if (outcome == SMTP_OUTCOME_DONE) {
		client->recipients[index] |= RECIPIENT_ACCEPTED;
		return;
	}
	if (client->reply.code == 552)
		outcome = SMTP_OUTCOME_TEMPORARY;
	report(client, index, outcome, &client->reply);
}

/* 354 lets us send; peers of RFC 821's time say 250 here as well. */
static void data_replied(struct smtp_client *client)
{
	unsigned int code = client->reply.code;

	if (code == 354 || code == 250)
		begin_content(client);
	else if (smtp_reply_positive(&client->reply))
		broken(client, "4.5.0", "the server answered DATA without sense");
	else
		give_up(client, outcome_of(&client->reply), &client->reply);
}

/* A whole reply is there, and it was due. */
static void replied(struct smtp_client *client)
{
	const struct smtp_reply *reply = &client->reply;
	bool positive = reply->code / 100 == 2;

	if (reply->code / 100 == 3 && client->step != STEP_DATA) {
		broken(client, "4.5.0", "the server sent a 3xx reply where none has a meaning");
		return;
	}
	switch (client->step) {
	case STEP_GREETING:
		if (positive)
			send_hello(client, STEP_EHLO);
		else
			turned_away(client);
		break;
	case STEP_EHLO:
		if (positive)
			after_hello(client);
		else if (smtp_reply_permanent(reply))
			send_hello(client, STEP_HELO);
		else
			turned_away(client);
		break;
	case STEP_HELO:
		if (positive)
			after_hello(client);
		else
			turned_away(client);
		break;
	case STEP_STARTTLS:
		starttls_replied(client);
		break;
	case STEP_MAIL:
		if (!positive) {
			client->failed = true;
			report_all(client, outcome_of(reply), reply);
		}
		go_on_with_recipients(client);
		break;
	case STEP_RCPT:
		rcpt_replied(client);
		go_on_with_recipients(client);
		break;
	case STEP_DATA:
		data_replied(client);
		break;
	case STEP_DOT:
		give_up(client, outcome_of(reply), reply);
		break;
	default:
		finish(client);
		break;
	}
}

/* Whether the peer can have seen what it replies to. */
static bool reply_is_due(const struct smtp_client *client)
{
	bool ahead = client->step != client->sent_step ||
		     (client->step == STEP_RCPT && client->awaited_rcpt + 1 < client->sent_rcpt);

	if (client->step == STEP_CONTENT)
		return false;
	return mail_output_empty(&client->output) || (ahead && client->taken);
}

/* A reply where none was due: a last word before the server closes, or nonsense. */
static void premature(struct smtp_client *client)
{
	if (client->reply.code >= 400)
		cut(client, outcome_of(&client->reply), &client->reply);
	else
		broken(client, "4.5.0", "the server replied before it was asked");
}

static void keyword(struct smtp_client *client, const char *text)
{
	size_t len = strcspn(text, " ");

	if (len == 10 && !strncasecmp(text, "PIPELINING", len))
		client->pipelining = true;
	if (len == 8 && !strncasecmp(text, "STARTTLS", len))
		client->starttls = true;
	if (len == 8 && !strncasecmp(text, "8BITMIME", len))
		client->eight_bit = true;
	if (len == 4 && !strncasecmp(text, "SIZE", len)) {
		client->size = true;
		client->size_max = strtoull(text + len, NULL, 10);
	}
}

static void reply_line(struct smtp_client *client)
{
	bool first = !client->reply_lines;
	enum smtp_reply_event event;

	event = smtp_reply_parse(&client->reply, &client->reply_lines, client->line);
	if (event == SMTP_REPLY_BAD) {
		broken(client, "4.5.0", "the server sent a line that is no SMTP reply");
		return;
	}
	if (client->step == STEP_EHLO && !first && client->reply.code == 250 && client->line[3])
		keyword(client, client->line + 4);
	if (event == SMTP_REPLY_MORE)
		return;
	if (client->reply.code == 421 && client->step != STEP_QUIT)
		cut(client, SMTP_OUTCOME_TEMPORARY, &client->reply);
	else if (!reply_is_due(client))
		premature(client);
	else
		replied(client);
}

void smtp_client_start(struct smtp_client *client)
{
	await(client, client->config->tls == SMTP_CLIENT_TLS_FIRST ? STEP_SECURING :
	      STEP_GREETING);
}

size_t smtp_client_input(struct smtp_client *client, const char *bytes, size_t len)
{
	enum line_event event;
	size_t taken = 0;

	while (taken < len && client->step != STEP_CLOSED) {
		if (client->step == STEP_SECURING) {
			/* CVE-2021-38371 and its kin: it would be taken for said under TLS */
			broken(client, "4.7.0", "the server sent something before the TLS handshake");
			break;
		}
		taken += line_reader_take(&client->reader, bytes + taken, len - taken, &event);
		if (event == LINE_COMPLETE)
			reply_line(client);
		else if (event == LINE_TOO_LONG || line_reader_overflows(&client->reader))
			broken(client, "4.5.0", "the server sent an endless reply line");
	}
	return len;
}

void smtp_client_eof(struct smtp_client *client, const char *why)
{
	char text[200];

	snprintf(text, sizeof(text), "%s while waiting for %s",
		 why ? why : "the server closed the connection", client->deadline.awaited);
	broken(client, "4.4.2", text);
}

void smtp_client_timeout(struct smtp_client *client)
{
	char text[200];

	snprintf(text, sizeof(text), "timed out after %u s waiting for %s",
		 client->deadline.timeout_ms / 1000, client->deadline.awaited);
	broken(client, "4.4.2", text);
}

const char *smtp_client_output(const struct smtp_client *client, size_t *len)
{
	*len = client->output.end - client->output.start;
	return client->output.bytes + client->output.start;
}

static void content_sent(struct smtp_client *client, size_t len)
{
	client->block_bytes += len;
	if (client->step == STEP_CONTENT)
		send_content(client);
	if (client->step == STEP_DOT && mail_output_empty(&client->output)) {
		await(client, STEP_DOT);
	} else if (client->step != STEP_CLOSED && client->block_bytes >= BLOCK_BYTES) {
		client->block_bytes = 0;
		mail_deadline_set(&client->deadline, client->config->timeouts.block_ms,
				  client->deadline.awaited);
	}
}

void smtp_client_sent(struct smtp_client *client, size_t len)
{
	mail_output_sent(&client->output, len);
	client->taken |= len > 0;
	if (client->step == STEP_CONTENT || client->step == STEP_DOT)
		content_sent(client, len);
	else if (client->pipelining && client->sent_step == STEP_RCPT)
		send_recipients(client);
}

bool smtp_client_wants_input(const struct smtp_client *client)
{
	return client->step != STEP_CLOSED && client->step != STEP_SECURING;
}

bool smtp_client_wants_close(const struct smtp_client *client)
{
	return client->step == STEP_CLOSED;
}

const struct mail_deadline *smtp_client_deadline(const struct smtp_client *client)
{
	return &client->deadline;
}
