// SPDX-License-Identifier: GPL-2.0
/*
 * SMTP client engine: the transaction.
 *
 * MAIL and all RCPT may go out together; DATA or BDAT waits for their replies, so
 * that a message is never sent to nobody. The binary form of a message goes out
 * as one chunk (RFC 3030): as it is, without dots stuffed, and without base64.
 *
 * What recipients can receive comes in the replies to RCPT (RFC 4141, 5). A server that does
 * not know it of one of them may refuse the question: it is named again, without it.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "mail_path.h"
#include "smtp_client_session.h"
#include "xtext.h"

/* The envelope */

static bool given(const char *text)
{
	return text && *text;
}

/* A recipient that no command can carry fails here, alone. */
static bool send_rcpt(struct smtp_client *client)
{
	size_t index = client->sent_rcpt++;
	const char *address = client->envelope->recipients[index];
	const struct smtp_client_dsn *dsn = client->envelope->dsn;
	struct mail_output *output = &client->output;
	struct smtp_reply reply;
	struct mail_path path;
	char xtext[600];

	if (client->repeating && !(client->recipients[index] & SMTP_RECIPIENT_AGAIN))
		return false;
	if (!mail_path_from_address(&path, address))
		smtp_reply_set(&reply, 0, "5.1.3", "not a valid mail address: %.100s", address);
	else if (!client->offer.utf8 && !mail_path_is_ascii(address))
		smtp_reply_set(&reply, 0, "5.6.7",
			       "the server takes addresses in ASCII only (no SMTPUTF8): %.100s",
			       address);
	else
		goto send;
	smtp_client_report(client, index, SMTP_OUTCOME_PERMANENT, &reply);
	return false;

send:
	mail_output_printf(output, "RCPT TO:<%s>", address);
	if (client->offer.dsn && dsn && given(dsn[index].notify))
		mail_output_printf(output, " NOTIFY=%s", dsn[index].notify);
	if (client->offer.dsn && dsn && given(dsn[index].original)) {
		const char *colon = strchr(dsn[index].original, ';');
		int type = colon ? (int)(colon + 1 - dsn[index].original) : 0;

		mail_output_printf(output, " ORCPT=%.*s%s", type, dsn[index].original,
				   xtext_encode(dsn[index].original + type, xtext, sizeof(xtext)));
	}
	if (client->offer.conneg && client->envelope->negotiate && !client->repeating) {
		mail_output_printf(output, " CONNEG");
		client->recipients[index] |= SMTP_RECIPIENT_ASKED;
	}
	mail_output_printf(output, "\r\n");
	client->recipients[index] |= SMTP_RECIPIENT_SENT;
	client->sent_step = SMTP_STEP_RCPT;
	return true;
}

static bool all_rcpt_sent(const struct smtp_client *client)
{
	return client->sent_rcpt == client->envelope->recipient_count;
}

/* Send RCPT as far as the server lets us. */
static void send_recipients(struct smtp_client *client)
{
	while (!client->failed && !all_rcpt_sent(client) &&
	       mail_output_room(&client->output) >= SMTP_CLIENT_COMMAND_ROOM) {
		if (send_rcpt(client) && !client->offer.pipelining)
			break;
	}
}

static bool needs_utf8(const struct smtp_client_envelope *envelope)
{
	for (size_t i = 0; i < envelope->recipient_count; i++)
		if (!mail_path_is_ascii(envelope->recipients[i]))
			return true;
	return !mail_path_is_ascii(envelope->reverse_path);
}

static void send_mail(struct smtp_client *client)
{
	const struct smtp_client_envelope *envelope = client->envelope;
	const struct smtp_offer *offer = &client->offer;
	struct mail_output *output = &client->output;
	uint64_t bytes = client->binary ? client->binary_left : envelope->message_bytes;
	char xtext[320];

	mail_output_printf(output, "MAIL FROM:<%s>", envelope->reverse_path);
	if (offer->size && bytes)
		mail_output_printf(output, " SIZE=%" PRIu64, bytes);
	if (client->binary)
		mail_output_printf(output, " BODY=BINARYMIME");
	else if (offer->eight_bit && envelope->eight_bit)
		mail_output_printf(output, " BODY=8BITMIME");
	if (offer->utf8 && needs_utf8(envelope))
		mail_output_printf(output, " SMTPUTF8");
	if (offer->dsn && given(envelope->dsn_return))
		mail_output_printf(output, " RET=%s", envelope->dsn_return);
	if (offer->dsn && given(envelope->envelope_id))
		mail_output_printf(output, " ENVID=%s",
				   xtext_encode(envelope->envelope_id, xtext, 101));
	if (offer->conperm && envelope->convertible)
		mail_output_printf(output, " CONPERM");
	client->taken = false;
	client->begun = true;
	smtp_client_send(client, SMTP_STEP_MAIL, "\r\n");
}

/* What can be known before MAIL. Return: false if the session ended over it. */
static bool envelope_fits(struct smtp_client *client)
{
	const struct smtp_client_envelope *envelope = client->envelope;
	uint64_t bytes = client->binary ? client->binary_left : envelope->message_bytes;
	const struct smtp_offer *offer = &client->offer;
	struct smtp_reply reply;
	struct mail_path path;

	if (*envelope->reverse_path && !mail_path_from_address(&path, envelope->reverse_path))
		smtp_reply_set(&reply, 0, "5.1.7", "not a valid sender address: %.100s",
			       envelope->reverse_path);
	else if (!offer->utf8 && !mail_path_is_ascii(envelope->reverse_path))
		smtp_reply_set(&reply, 0, "5.6.7",
			       "the server takes addresses in ASCII only (no SMTPUTF8): %.100s",
			       envelope->reverse_path);
	else if (offer->size_max && bytes > offer->size_max)
		smtp_reply_set(&reply, 0, "5.3.4",
			       "message of %" PRIu64 " bytes, the server takes %" PRIu64,
			       bytes, offer->size_max);
	else if (envelope->eight_bit && !offer->eight_bit)
		smtp_reply_set(&reply, 0, "5.6.3", "8-bit message, the server takes 7-bit only");
	else
		return true;
	smtp_client_give_up(client, SMTP_OUTCOME_PERMANENT, &reply);
	return false;
}

static void forget_mail(struct smtp_client *client)
{
	client->sent_rcpt = client->awaited_rcpt = 0;
	client->repeating = client->begun = client->failed = false;
	client->encoder = (struct dot_encoder){ 0 };
	client->binary_left = 0;
	client->pending_len = client->pending_start = 0;
	client->content_read = false;
	*client->features = '\0';
}

void smtp_client_begin_mail(struct smtp_client *client)
{
	forget_mail(client);
	if (client->offer.chunking && client->offer.binary && client->ops->binary)
		client->binary_left = client->ops->binary(client->arg);
	client->binary = client->binary_left;
	if (!envelope_fits(client))
		return;
	send_mail(client);
	if (client->offer.pipelining)
		send_recipients(client);
}

/* Move the reply cursor to the next recipient whose RCPT was sent. */
static bool next_awaited_rcpt(struct smtp_client *client)
{
	while (client->awaited_rcpt < client->sent_rcpt) {
		if (client->recipients[client->awaited_rcpt] & SMTP_RECIPIENT_SENT)
			return true;
		client->awaited_rcpt++;
	}
	return false;
}

static bool any_accepted(const struct smtp_client *client)
{
	size_t i;

	for (i = 0; i < client->envelope->recipient_count; i++)
		if (client->recipients[i] & SMTP_RECIPIENT_ACCEPTED)
			return true;
	return false;
}

/* The message */

static void cannot_read(struct smtp_client *client)
{
	struct smtp_reply reply;

	smtp_reply_set(&reply, 0, "4.3.0", "the message cannot be read from the spool");
	smtp_client_cut(client, SMTP_OUTCOME_TEMPORARY, &reply);
}

static void not_sendable(struct smtp_client *client)
{
	struct smtp_reply reply;

	smtp_reply_set(&reply, 0, "5.6.0", "the message has a NUL byte: SMTP cannot carry it");
	smtp_client_cut(client, SMTP_OUTCOME_PERMANENT, &reply);
}

/* Fill pending. Return: false if the session ended over it. */
static bool read_content(struct smtp_client *client)
{
	ssize_t len = client->ops->read_message(client->arg, client->pending,
						SMTP_CLIENT_READ_BYTES);

	if (len < 0 || len > SMTP_CLIENT_READ_BYTES) {
		cannot_read(client);
		return false;
	}
	client->content_read = !len;
	client->pending_start = 0;
	client->pending_len = (size_t)len;
	if (!client->binary && memchr(client->pending, '\0', client->pending_len)) {
		not_sendable(client);
		return false;
	}
	return true;
}

/* Bytes of a chunk go out as they are, and exactly as many as were announced. */
static size_t put_binary(struct smtp_client *client, const char *bytes, size_t len)
{
	size_t room = mail_output_room(&client->output);

	if (len > room)
		len = room;
	mail_output_put(&client->output, bytes, len);
	client->binary_left -= len;
	return len;
}

static bool end_content(struct smtp_client *client)
{
	if (!client->binary)
		return dot_encode_end(&client->encoder, &client->output);
	if (!client->binary_left)
		return true;
	cannot_read(client);
	return false;
}

static void send_content(struct smtp_client *client)
{
	const char *bytes;
	size_t taken;

	while (!client->content_read) {
		if (!client->pending_len && !read_content(client))
			return;
		bytes = client->pending + client->pending_start;
		if (client->binary && client->pending_len > client->binary_left) {
			cannot_read(client);
			return;
		}
		taken = client->binary ? put_binary(client, bytes, client->pending_len) :
			dot_encode(&client->encoder, bytes, client->pending_len, &client->output);
		client->pending_start += taken;
		client->pending_len -= taken;
		if (client->pending_len)
			return;
	}
	if (end_content(client)) {
		client->sent_step = SMTP_STEP_DOT;
		client->step = SMTP_STEP_DOT;
	}
}

static void begin_content(struct smtp_client *client)
{
	client->block_bytes = 0;
	smtp_client_await(client, SMTP_STEP_CONTENT);
	send_content(client);
}

static void begin_chunk(struct smtp_client *client)
{
	smtp_client_send(client, SMTP_STEP_CONTENT, "BDAT %" PRIu64 " LAST\r\n",
			 client->binary_left);
	begin_content(client);
}

void smtp_client_mail_sent(struct smtp_client *client, size_t len)
{
	if (client->step != SMTP_STEP_CONTENT && client->step != SMTP_STEP_DOT) {
		if (client->offer.pipelining && client->sent_step == SMTP_STEP_RCPT)
			send_recipients(client);
		return;
	}
	client->block_bytes += len;
	if (client->step == SMTP_STEP_CONTENT)
		send_content(client);
	if (client->step == SMTP_STEP_DOT && mail_output_empty(&client->output)) {
		smtp_client_await(client, SMTP_STEP_DOT);
	} else if (client->step != SMTP_STEP_CLOSED &&
		   client->block_bytes >= SMTP_CLIENT_BLOCK_BYTES) {
		client->block_bytes = 0;
		mail_deadline_set(&client->deadline, client->config->timeouts.block_ms,
				  client->deadline.awaited);
	}
}

/* Replies */

static void begin_message(struct smtp_client *client)
{
	if (client->binary)
		begin_chunk(client);
	else
		smtp_client_send(client, SMTP_STEP_DATA, "DATA\r\n");
}

void smtp_client_go(struct smtp_client *client, bool send)
{
	struct smtp_reply reply;

	if (client->step != SMTP_STEP_HELD)
		return;
	if (send) {
		begin_message(client);
		return;
	}
	smtp_reply_set(&reply, 0, "4.6.5", "it is to be converted first");
	smtp_client_give_up(client, SMTP_OUTCOME_TEMPORARY, &reply);
}

/* Those that were refused for our question; false: there are none */
static bool begin_again(struct smtp_client *client)
{
	bool any = false;

	if (client->repeating || client->failed)
		return false;
	for (size_t i = 0; i < client->envelope->recipient_count; i++) {
		any |= client->recipients[i] & SMTP_RECIPIENT_AGAIN;
		client->recipients[i] &= ~SMTP_RECIPIENT_SENT;
	}
	client->repeating = any;
	if (any)
		client->sent_rcpt = client->awaited_rcpt = 0;
	return any;
}

static void after_recipients(struct smtp_client *client)
{
	if (client->failed || !any_accepted(client))
		smtp_client_rest(client);
	else if (!client->ops->may_send || client->ops->may_send(client->arg))
		begin_message(client);
	else
		smtp_client_await(client, SMTP_STEP_HELD);
}

static void go_on_with_recipients(struct smtp_client *client)
{
	send_recipients(client);
	if (next_awaited_rcpt(client))
		smtp_client_await(client, SMTP_STEP_RCPT);
	else if (begin_again(client))
		go_on_with_recipients(client);
	else
		after_recipients(client);
}

/*
 * A line of the reply to RCPT: "CONNEG (...)". Panasonic's machines leave the keyword out.
 * What is too long is none.
 */
void smtp_client_mail_line(struct smtp_client *client, const char *text)
{
	size_t used = strlen(client->features);
	size_t len;

	if (!(client->recipients[client->awaited_rcpt] & SMTP_RECIPIENT_ASKED))
		return;
	/* a status may stand before it */
	len = strspn(text, "0123456789.");
	if (len >= 5 && text[len] == ' ')
		text += len + 1;
	text += strspn(text, " ");
	if (!strncasecmp(text, "CONNEG", 6) && (text[6] == ' ' || text[6] == '('))
		text += 6;
	else if (*text != '(' && !used)
		return;
	text += strspn(text, " ");
	len = strlen(text);
	if (used + len + 2 > sizeof(client->features)) {
		/* not a part of it, which may mean something else */
		client->recipients[client->awaited_rcpt] &= ~SMTP_RECIPIENT_ASKED;
		*client->features = '\0';
		return;
	}
	if (used)
		client->features[used++] = ' ';
	memcpy(client->features + used, text, len + 1);
}

/* RFC 5321, 4.5.3.1.10: 552 to RCPT means too many recipients, as 452 does. */
static void rcpt_replied(struct smtp_client *client)
{
	size_t index = client->awaited_rcpt++;
	enum smtp_outcome outcome = smtp_client_outcome_of(&client->reply);

	if (client->failed)
		return;
	if (outcome == SMTP_OUTCOME_DONE) {
		client->recipients[index] |= SMTP_RECIPIENT_ACCEPTED;
		if (*client->features && client->ops->features)
			client->ops->features(client->arg, index, client->features);
		*client->features = '\0';
		return;
	}
	if (client->recipients[index] & SMTP_RECIPIENT_ASKED &&
	    (client->reply.code == 504 || client->reply.code == 555)) {
		client->recipients[index] &= ~SMTP_RECIPIENT_ASKED;
		client->recipients[index] |= SMTP_RECIPIENT_AGAIN;
		return;
	}
	if (client->reply.code == 552)
		outcome = SMTP_OUTCOME_TEMPORARY;
	smtp_client_report(client, index, outcome, &client->reply);
}

/* 354 lets us send; peers of RFC 821's time say 250 here as well. */
static void data_replied(struct smtp_client *client)
{
	unsigned int code = client->reply.code;

	if (code == 354 || code == 250)
		begin_content(client);
	else if (smtp_reply_positive(&client->reply))
		smtp_client_broken(client, "4.5.0", "the server answered DATA without sense");
	else
		smtp_client_give_up(client, smtp_client_outcome_of(&client->reply),
				    &client->reply);
}

/*
 * Machines that take one mail in a session, or forget a login with it, say so of the next MAIL:
 * that is about the session, not about the mail.
 */
static bool is_of_session(const struct smtp_client *client)
{
	unsigned int code = client->reply.code;

	return client->reused && ((code >= 500 && code <= 504) || code == 530);
}

static void mail_replied(struct smtp_client *client)
{
	const struct smtp_reply *reply = &client->reply;

	if (is_of_session(client)) {
		smtp_client_cut(client, SMTP_OUTCOME_TEMPORARY, reply);
		return;
	}
	if (!smtp_reply_positive(reply)) {
		client->failed = true;
		smtp_client_report_all(client, smtp_client_outcome_of(reply), reply);
	}
	go_on_with_recipients(client);
}

/* The reply to one of the steps of the transaction. */
void smtp_client_mail_replied(struct smtp_client *client)
{
	const struct smtp_reply *reply = &client->reply;

	switch (client->step) {
	case SMTP_STEP_MAIL:
		mail_replied(client);
		break;
	case SMTP_STEP_RCPT:
		rcpt_replied(client);
		go_on_with_recipients(client);
		break;
	case SMTP_STEP_DATA:
		data_replied(client);
		break;
	default:
		smtp_client_give_up(client, smtp_client_outcome_of(reply), reply);
		break;
	}
}
