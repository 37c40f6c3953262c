// SPDX-License-Identifier: GPL-2.0
/*
 * POP3 server engine: responses of many lines.
 *
 * A message is sent from the block that it was read into: its lines are looked
 * through, and only where a dot has to be stuffed, or a CR is missing, the
 * block is left for a byte.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "pop3_session.h"

/* Lists */

void pop3_list_begin(struct pop3_server *server, enum pop3_list list)
{
	server->list = list;
	server->next = 1;
	pop3_list_put(server);
}

static bool put_list_line(struct pop3_server *server, unsigned int number)
{
	struct pop3_listing listing;

	server->ops->listing(server->arg, number, &listing);
	if (server->list == POP3_LIST_SIZES)
		return mail_output_printf(&server->output, "%u %" PRIu64 "\r\n", number,
					  listing.bytes);
	return mail_output_printf(&server->output, "%u %s\r\n", number, listing.unique_id);
}

/* As many lines as there is room for. */
void pop3_list_put(struct pop3_server *server)
{
	for (; server->next <= server->count; server->next++)
		if (!pop3_server_get_deleted(server, server->next) &&
		    !put_list_line(server, server->next))
			return;
	if (mail_output_put(&server->output, ".\r\n", 3))
		server->list = POP3_LIST_NONE;
}

/* Messages */

bool pop3_text_begin(struct pop3_server *server, unsigned int number)
{
	struct pop3_text *text = &server->text;
	char *block = malloc(POP3_BLOCK_BYTES);

	if (!block)
		return false;
	if (!server->ops->open(server->arg, number)) {
		free(block);
		return false;
	}
	*text = (struct pop3_text) {
		.active = true, .block = block, .insert = "", .line_begins = true,
	};
	return true;
}

/* TOP: the header, the line behind it, and so many lines. */
void pop3_text_limit(struct pop3_server *server, uint64_t lines)
{
	server->text.limited = true;
	server->text.header = true;
	server->text.line_empty = true;
	server->text.lines_left = lines;
}

void pop3_text_end(struct pop3_server *server)
{
	if (!server->text.active)
		return;
	server->text.active = false;
	server->ops->close(server->arg);
	free(server->text.block);
	server->text.block = NULL;
}

/* A line of a message of which TOP was asked ends. Return: it is the last. */
static bool limit_reached(struct pop3_text *text)
{
	bool empty = text->line_empty;

	text->line_empty = true;
	if (text->header) {
		text->header = !empty;
		return empty && !text->lines_left;
	}
	return --text->lines_left == 0;
}

/* Move the end of the piece behind the next line end, to what must be inserted, or to the end. */
static void pass_line(struct pop3_text *text)
{
	const char *at = text->block + text->piece;
	size_t left = text->end - text->piece;
	const char *lf;
	size_t body;

	if (text->line_begins && *at == '.') {
		text->insert = ".";
		text->line_begins = false;
		text->line_empty = false;
		return;
	}
	lf = memchr(at, '\n', left);
	body = lf ? (size_t)(lf - at) : left;
	if (body) {
		text->cr = at[body - 1] == '\r';
		text->line_begins = false;
		if (body > 1 || !text->cr)
			text->line_empty = false;
	}
	text->piece += body;
	if (!lf)
		return;
	if (!text->cr) {
		text->insert = "\r";
		text->cr = true;
		return;
	}
	text->piece++;
	text->cr = false;
	text->line_begins = true;
	if (text->limited && limit_reached(text)) {
		text->end = text->piece;
		text->done = true;
	}
}

static void find_piece(struct pop3_text *text)
{
	text->insert = "";
	while (text->piece < text->end && !*text->insert)
		pass_line(text);
}

static void read_block(struct pop3_server *server)
{
	struct pop3_text *text = &server->text;
	ssize_t bytes = server->ops->read(server->arg, text->block, POP3_BLOCK_BYTES);

	text->start = 0;
	text->piece = 0;
	text->end = bytes > 0 ? (size_t)bytes : 0;
	text->done = bytes <= 0;
	if (bytes >= 0)
		return;
	/* there is no way to say it within a message: one that is not ended is no message */
	pop3_session_note(server, "a message cannot be read: session ended");
	pop3_text_end(server);
	server->state = POP3_CLOSED;
}

static void put_end(struct pop3_server *server)
{
	/* within a line that has to be ended first */
	const char *end = server->text.line_begins ? ".\r\n" : "\r\n.\r\n";

	if (!mail_output_put(&server->output, end, strlen(end)))
		return;
	pop3_text_end(server);
}

/* All of the piece was sent: see to the next. */
void pop3_text_advance(struct pop3_server *server)
{
	struct pop3_text *text = &server->text;

	while (text->active && text->start == text->piece && !*text->insert) {
		if (text->piece == text->end && text->done) {
			put_end(server);
			return;
		}
		if (text->piece == text->end)
			read_block(server);
		if (text->active)
			find_piece(text);
	}
}

const char *pop3_text_output(const struct pop3_server *server, size_t *len)
{
	const struct pop3_text *text = &server->text;

	*len = 0;
	if (!text->active)
		return "";
	*len = text->piece - text->start;
	if (*len)
		return text->block + text->start;
	*len = strlen(text->insert);
	return text->insert;
}

void pop3_text_sent(struct pop3_server *server, size_t len)
{
	struct pop3_text *text = &server->text;

	if (!text->active)
		return;
	if (text->start < text->piece)
		text->start += len < text->piece - text->start ? len : text->piece - text->start;
	else if (len)
		text->insert = "";
	pop3_text_advance(server);
}
