// SPDX-License-Identifier: GPL-2.0
/*
 * SMTP server engine: how a message comes, after DATA (RFC 5321, 4.1.1.4) or in
 * the chunks of BDAT (RFC 3030).
 *
 * A chunk that cannot be accepted is read all the same and then refused: its
 * bytes must not be taken for commands.
 */
#include <string.h>

#include "smtp_session.h"

#define BLOCK_BYTES	16384	/* a peer has to bring so many within data_timeout_ms */
#define DISCARD_FACTOR	4	/* read on over the limit so far, then cut */

static void await_content(struct smtp_server *server)
{
	server->block_bytes = 0;
	mail_deadline_set(&server->deadline, server->config->data_timeout_ms,
			  "the next part of the message");
}

static void count_block(struct smtp_server *server, size_t len)
{
	server->block_bytes += len;
	if (server->block_bytes >= BLOCK_BYTES)
		await_content(server);
}

/* A message begins: its bytes come in state. */
void smtp_content_begin(struct smtp_server *server, enum smtp_state state)
{
	server->state = state;
	server->content = SMTP_CONTENT_GOOD;
	server->content_bytes = 0;
	memset(&server->decoder, 0, sizeof(server->decoder));
	await_content(server);
}

static void take_content(void *arg, const char *bytes, size_t len)
{
	struct smtp_server *server = arg;
	uint64_t max = server->config->message_bytes_max;

	server->content_bytes += len;
	if (server->content != SMTP_CONTENT_GOOD)
		return;
	if (server->decoder.irregular)
		server->content = SMTP_CONTENT_IRREGULAR;
	else if (max && server->content_bytes > max)
		server->content = SMTP_CONTENT_TOO_BIG;
	else if (!server->ops->message(server->arg, bytes, len))
		server->content = SMTP_CONTENT_NOT_STORED;
	if (server->content != SMTP_CONTENT_GOOD)
		smtp_session_abandon(server);
}

static void content_refused(struct smtp_server *server)
{
	switch (server->content) {
	case SMTP_CONTENT_IRREGULAR:
		smtp_session_note(server, "message refused: bare CR, bare LF or NUL");
		smtp_session_say(server, 554, "5.6.0",
				 "message refused: it has a bare CR, a bare LF or a NUL");
		break;
	case SMTP_CONTENT_TOO_BIG:
		smtp_session_note(server, "message refused: too big");
		smtp_session_say(server, 552, "5.3.4", "message refused: more than %llu bytes",
				 (unsigned long long)server->config->message_bytes_max);
		break;
	default:
		smtp_session_say(server, 452, "4.3.1", "the message cannot be stored, try later");
		break;
	}
}

size_t smtp_content_input(struct smtp_server *server, const char *bytes, size_t len)
{
	uint64_t max = server->config->message_bytes_max;
	size_t taken = dot_decode(&server->decoder, bytes, len, take_content, server);

	if (server->decoder.state == DOT_END) {
		server->state = SMTP_COMMAND;
		smtp_session_await_command(server);
		if (server->content == SMTP_CONTENT_GOOD)
			smtp_session_ask(server, SMTP_ASK_END, 250, "2.0.0", "message accepted");
		else
			content_refused(server);
		return taken;
	}
	if (max && server->content_bytes / DISCARD_FACTOR > max) {
		content_refused(server);
		smtp_session_close(server);
		return taken;
	}
	count_block(server, taken);
	return taken;
}

static void chunk_end(struct smtp_server *server)
{
	server->state = SMTP_COMMAND;
	smtp_session_await_command(server);
	if (server->content == SMTP_CONTENT_REFUSED) {
		smtp_session_reply(server, &server->reply);
		smtp_session_count_error(server, &server->reply);
	} else if (server->content != SMTP_CONTENT_GOOD) {
		content_refused(server);
	} else if (server->chunk_last) {
		smtp_session_ask(server, SMTP_ASK_END, 250, "2.0.0", "message accepted");
	} else {
		smtp_session_say(server, 250, "2.0.0", "chunk accepted");
	}
}

/* The last line of the last chunk may lack its end. */
static void complete_line(struct smtp_server *server)
{
	if (server->content != SMTP_CONTENT_GOOD || server->decoder.state == DOT_LINE_START ||
	    server->mail.binary)
		return;
	if (server->decoder.state == DOT_TEXT_CR)
		server->decoder.irregular = true;
	take_content(server, "\r\n", 2);
}

static void chunk_bytes_taken(struct smtp_server *server)
{
	if (server->chunk_left)
		return;
	if (server->chunk_last)
		complete_line(server);
	chunk_end(server);
}

/* Read the chunk that was announced; content tells what becomes of it. */
static void chunk_begin(struct smtp_server *server)
{
	server->state = SMTP_CHUNK;
	await_content(server);
	chunk_bytes_taken(server);
}

/* The reply that a chunk will get is in server->reply already. */
static void chunk_refuse(struct smtp_server *server)
{
	server->content = SMTP_CONTENT_REFUSED;
	chunk_begin(server);
}

/* The glue has answered whether it takes the message whose first chunk this is. */
void smtp_chunk_decided(struct smtp_server *server)
{
	if (!smtp_reply_positive(&server->reply)) {
		chunk_refuse(server);
		return;
	}
	server->chunked = true;
	smtp_content_begin(server, SMTP_CHUNK);
	chunk_bytes_taken(server);
}

/* BDAT: bytes follow at once, whatever the reply will be. */
void smtp_chunk(struct smtp_server *server, uint64_t bytes, bool last)
{
	uint64_t max = server->config->message_bytes_max;

	server->chunk_left = bytes;
	server->chunk_last = last;
	if (max && bytes / DISCARD_FACTOR > max) {
		smtp_session_say(server, 552, "5.3.4", "a message may have %llu bytes at most",
				 (unsigned long long)max);
		smtp_session_close(server);
	} else if (!server->transaction) {
		smtp_reply_set(&server->reply, 503, "5.5.1", "MAIL and RCPT first");
		chunk_refuse(server);
	} else if (!server->recipients) {
		smtp_reply_set(&server->reply, 554, "5.5.1", "no valid recipients");
		chunk_refuse(server);
	} else if (server->chunked) {
		chunk_begin(server);
	} else {
		smtp_session_ask(server, SMTP_ASK_CHUNK, 250, "2.0.0", "");
	}
}

size_t smtp_chunk_input(struct smtp_server *server, const char *bytes, size_t len)
{
	if (len > server->chunk_left)
		len = (size_t)server->chunk_left;
	if (!server->mail.binary)
		text_check(&server->decoder, bytes, len);
	take_content(server, bytes, len);
	server->chunk_left -= len;
	count_block(server, len);
	chunk_bytes_taken(server);
	return len;
}
