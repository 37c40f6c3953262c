// SPDX-License-Identifier: GPL-2.0
/*
 * POP3 client engine: from STAT to QUIT.
 *
 * RETR, TOP and DELE wait for their replies in a queue: of one element, or longer if
 * the server has PIPELINING. A message that is complete is the glue's; while it
 * is stored the next may come.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "pop3_visit.h"
#include "smtp_reply.h"

#define MAILDROP_MAX	1000000	/* more messages than that are not a maildrop */

static void queue_put(struct pop3_queue *queue, unsigned int number)
{
	queue->number[(queue->first + queue->count++) % POP3_WINDOW] = number;
}

static unsigned int queue_take(struct pop3_queue *queue)
{
	unsigned int number = queue->number[queue->first];

	queue->first = (queue->first + 1) % POP3_WINDOW;
	queue->count--;
	return number;
}

/* A decimal number and the end of it; NULL: none, or too big. */
static const char *number(const char *text, uint64_t *value)
{
	const char *start = text;

	*value = 0;
	for (; *text >= '0' && *text <= '9'; text++)
		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, (unsigned int)(*text - '0'), value))
			return NULL;
	return text > start ? text : NULL;
}

/* What the maildrop holds */

void pop3_visit_begin(struct pop3_client *client)
{
	if (client->ops->logged_in)
		client->ops->logged_in(client->arg);
	pop3_client_command(client, STEP_STAT, "STAT\r\n");
}

static void counted(struct pop3_client *client, const char *line)
{
	uint64_t in_maildrop;
	unsigned int i;

	if (!number(pop3_status_text(line), &in_maildrop) || in_maildrop > MAILDROP_MAX) {
		pop3_client_finish(client, POP3_OUTCOME_PROTOCOL,
				   "the server answered STAT with: %s", line);
		return;
	}
	client->in_maildrop = (unsigned int)in_maildrop;
	client->count = client->in_maildrop;
	if (client->count > client->config->messages_max)
		client->count = client->config->messages_max;
	if (client->ops->counted)
		client->ops->counted(client->arg, client->in_maildrop, client->count);
	if (!client->count) {
		pop3_client_command(client, STEP_QUIT, "QUIT\r\n");
		return;
	}
	client->messages = calloc(client->count, sizeof(*client->messages));
	if (!client->messages) {
		pop3_client_finish(client, POP3_OUTCOME_TEMPORARY,
				   "no memory for a list of %u messages", client->count);
		return;
	}
	for (i = 0; i < client->count; i++)
		client->messages[i].verdict = POP3_UNDECIDED;
	pop3_client_command(client, STEP_LIST, "LIST\r\n");
}

/*
 * A line of LIST or UIDL: "number rest". Return: rest, NULL if the visit ended
 * over it. A number that is not looked at has message 0.
 */
static const char *list_line(struct pop3_client *client, const char *line, unsigned int *message)
{
	uint64_t value;
	const char *end = number(line, &value);

	if (!end || *end != ' ' || !value || value > client->in_maildrop ||
	    ++client->list_lines > client->in_maildrop) {
		pop3_client_finish(client, POP3_OUTCOME_PROTOCOL,
				   "the server sent a list of messages that does not fit STAT: %s",
				   line);
		return NULL;
	}
	*message = value <= client->count ? (unsigned int)value : 0;
	return end + strspn(end, " ");
}

static void size_line(struct pop3_client *client, const char *line)
{
	unsigned int message;
	const char *text = list_line(client, line, &message);
	uint64_t bytes;

	if (!text)
		return;
	if (!number(text, &bytes))
		pop3_client_finish(client, POP3_OUTCOME_PROTOCOL,
				   "the server answered LIST with: %s", line);
	else if (message)
		client->messages[message - 1].bytes = bytes;
}

static void decide(struct pop3_client *client, unsigned int message, const char *unique_id)
{
	struct pop3_message *entry = &client->messages[message - 1];
	enum pop3_verdict verdict;

	if (entry->verdict != POP3_UNDECIDED)
		return;
	if (client->stopped) {
		entry->verdict = POP3_KEEP;
		return;
	}
	verdict = client->ops->decide(client->arg, message, entry->bytes, unique_id);
	client->stopped = verdict == POP3_STOP;
	entry->verdict = (unsigned char)(client->stopped ? POP3_KEEP : verdict);
}

static bool is_unique_id(const char *text)
{
	size_t len = 0;

	while (text[len] > 0x20 && text[len] < 0x7f)
		len++;
	return len && len <= POP3_UNIQUE_ID_MAX && !text[len];
}

static void unique_id_line(struct pop3_client *client, const char *line)
{
	unsigned int message;
	const char *text = list_line(client, line, &message);

	if (text && message)
		decide(client, message, is_unique_id(text) ? text : NULL);
}

/* Messages */

/* What a message wants to be asked for with it: its number and POP3_ASKED_…; 0: nothing. */
static unsigned int question(const struct pop3_client *client, unsigned int message)
{
	switch (client->messages[message - 1].verdict) {
	case POP3_FETCH:
		return message;
	case POP3_DELETE:
		return message | POP3_ASKED_DELE;
	case POP3_HEADER:
		return client->no_top ? 0 : message | POP3_ASKED_TOP;
	default:
		return 0;
	}
}

/* Of the next message that wants something, as question(); 0: none now. */
static unsigned int next_question(struct pop3_client *client)
{
	unsigned int storing_max = client->config->storing_max ? client->config->storing_max : 1;
	unsigned int asked;

	if (storing_max > POP3_STORING_MAX)
		storing_max = POP3_STORING_MAX;
	while (!client->stopped && client->cursor < client->count) {
		asked = question(client, client->cursor + 1);
		if (asked && !(asked & POP3_ASKED_DELE) &&
		    client->storing + client->durable.count + client->coming >= storing_max)
			return 0;
		client->cursor++;
		if (asked)
			return asked;
	}
	return 0;
}

static bool ask_next(struct pop3_client *client)
{
	unsigned int asked = client->durable.count ?
		queue_take(&client->durable) | POP3_ASKED_DELE : next_question(client);
	unsigned int message = asked & POP3_ASKED_NUMBER;

	if (!asked)
		return false;
	client->coming += !(asked & POP3_ASKED_DELE);
	queue_put(&client->asked, asked);
	if (asked & POP3_ASKED_TOP)
		mail_output_printf(&client->output, "TOP %u 0\r\n", message);
	else
		mail_output_printf(&client->output, "%s %u\r\n",
				   asked & POP3_ASKED_DELE ? "DELE" : "RETR", message);
	return true;
}

static void await_reply(struct pop3_client *client)
{
	unsigned int message = client->asked.number[client->asked.first];

	pop3_client_await(client, message & POP3_ASKED_DELE ? STEP_DELE :
			  message & POP3_ASKED_NOOP ? STEP_NOOP :
			  message & POP3_ASKED_TOP ? STEP_TOP : STEP_RETR);
}

/*
 * All is asked and answered. To leave without QUIT would delete nothing either, at a
 * server that keeps to the standard; there are some that delete what is marked when a
 * connection is lost, and others that lock the maildrop for a while then.
 */
static void end_transaction(struct pop3_client *client)
{
	/* RFC 2449, 6.7: a server with EXPIRE 0 may delete at QUIT all that was read */
	if (client->unstored && !client->offer.expire_days)
		pop3_client_finish(client, POP3_OUTCOME_TEMPORARY,
				   "the server deletes at QUIT what was read (EXPIRE 0), and not all"
				   " of it is stored here: left without QUIT");
	else if (client->undo && client->deleted)
		pop3_client_command(client, STEP_RSET, "RSET\r\n");
	else
		pop3_client_command(client, STEP_QUIT, "QUIT\r\n");
}

/* Ask for what can be asked for; wait for the next reply if no message comes just now. */
static void go_on(struct pop3_client *client)
{
	unsigned int window = client->pipelining ? POP3_WINDOW : 1;
	bool asked = client->asked.count;
	bool within = client->step == STEP_MESSAGE;

	if (within && !client->pipelining)
		return;
	while (client->asked.count < window && ask_next(client))
		;
	if (within)
		return;
	if (client->asked.count) {
		if (!asked || client->step == STEP_STORING)
			await_reply(client);
	} else if (client->storing) {
		pop3_client_await(client, STEP_STORING);
	} else {
		end_transaction(client);
	}
}

/* Nothing was asked for a while, because the glue stores. */
void pop3_visit_keep_alive(struct pop3_client *client)
{
	queue_put(&client->asked, POP3_ASKED_NOOP);
	mail_output_put(&client->output, "NOOP\r\n", 6);
	await_reply(client);
}

/* The reply at the head of the queue has been dealt with. */
static void replied(struct pop3_client *client)
{
	pop3_client_await(client, STEP_STORING);
	go_on(client);
}

/* All lists are there: what has no unique-id is decided without. */
static void begin_messages(struct pop3_client *client)
{
	unsigned int i;

	for (i = 1; i <= client->count; i++)
		decide(client, i, NULL);
	/* STOP ended the deciding; what was decided before is still done */
	client->stopped = false;
	replied(client);
}

static void begin_message(struct pop3_client *client)
{
	unsigned int asked = queue_take(&client->asked);

	client->current = asked & POP3_ASKED_NUMBER;
	client->header = asked & POP3_ASKED_TOP;
	memset(&client->decoder, 0, sizeof(client->decoder));
	client->message_bytes = 0;
	client->store_failed = false;
	client->skipping = client->stopped;
	client->unstored |= client->skipping && !client->header;
	pop3_client_await(client, STEP_MESSAGE);
	go_on(client);
	if (client->skipping)
		return;
	client->message_open = client->ops->message_begin(client->arg, client->current);
	if (!client->message_open)
		pop3_client_finish(client, POP3_OUTCOME_TEMPORARY, "message %u cannot be stored",
				   client->current);
}

/* It is longer than it may be: the rest is not stored. */
static void skip_message(struct pop3_client *client)
{
	if (!client->message_open)
		return;
	client->message_open = false;
	client->skipping = true;
	client->unstored |= !client->header;
	client->ops->message_abort(client->arg, client->current);
	if (client->ops->message_missing)
		client->ops->message_missing(client->arg, client->current,
					     "it is longer than the limit");
}

static void take_message(void *arg, const char *bytes, size_t len)
{
	struct pop3_client *client = arg;

	uint64_t max = client->config->message_bytes_max;

	client->message_bytes += len;
	if (max && client->message_bytes > max)
		skip_message(client);
	if (!client->skipping && !client->store_failed)
		client->store_failed = !client->ops->message(client->arg, bytes, len);
}

static void end_message(struct pop3_client *client)
{
	client->step = STEP_STORING;
	client->coming--;
	if (!client->skipping) {
		client->message_open = false;
		client->storing += !client->header;
		client->ops->message_end(client->arg, client->current);
	}
	replied(client);
}

size_t pop3_visit_message(struct pop3_client *client, const char *bytes, size_t len)
{
	uint64_t max = client->config->message_bytes_max;
	size_t taken = dot_decode(&client->decoder, bytes, len, take_message, client);

	if (client->store_failed)
		pop3_client_finish(client, POP3_OUTCOME_TEMPORARY, "message %u cannot be stored",
				   client->current);
	else if (max && client->message_bytes / POP3_SKIPPED_MAX > max)
		pop3_client_finish(client, POP3_OUTCOME_PROTOCOL,
				   "message %u is much longer than the limit of %" PRIu64 " bytes",
				   client->current, max);
	else if (client->decoder.state == DOT_END)
		end_message(client);
	return taken;
}

void pop3_client_message_done(struct pop3_client *client, unsigned int number,
			      enum pop3_verdict verdict)
{
	if (client->step == STEP_CLOSED || !client->storing)
		return;
	client->storing--;
	if (verdict == POP3_STOP || verdict == POP3_UNDO)
		client->stopped = client->unstored = true;
	if (verdict == POP3_UNDO) {
		client->undo = true;
		client->durable.count = 0;
	}
	if (verdict == POP3_DELETE && !client->undo)
		queue_put(&client->durable, number);
	go_on(client);
}

static void updated(struct pop3_client *client, const char *line)
{
	if (pop3_is_negative(line) && client->deleted)
		pop3_client_finish(client, POP3_OUTCOME_UPDATE_FAILED,
				   "not all messages were deleted: %s", pop3_status_text(line));
	else if (client->undo)
		pop3_client_finish(client, POP3_OUTCOME_TEMPORARY,
				   "%u messages in the maildrop, none deleted: what was fetched may"
				   " not be safe here", client->in_maildrop);
	else if (client->not_deleted)
		pop3_client_finish(client, POP3_OUTCOME_UPDATE_FAILED,
				   "the server refused to delete %u messages",
				   client->not_deleted);
	else
		pop3_client_finish(client, POP3_OUTCOME_DONE,
				   "%u messages in the maildrop, %u deleted", client->in_maildrop,
				   client->deleted);
}

/* Replies */

void pop3_visit_list_line(struct pop3_client *client, const char *line)
{
	if (strcmp(line, ".")) {
		if (client->step == STEP_LIST_LINES)
			size_line(client, line);
		else
			unique_id_line(client, line);
	} else if (client->step == STEP_LIST_LINES) {
		pop3_client_command(client, STEP_UIDL, "UIDL\r\n");
	} else {
		begin_messages(client);
	}
}

static void delete_accepted(struct pop3_client *client)
{
	unsigned int message = queue_take(&client->asked) & POP3_ASKED_NUMBER;

	client->deleted++;
	if (client->ops->deleted)
		client->ops->deleted(client->arg, message);
}

void pop3_visit_positive(struct pop3_client *client, const char *line)
{
	switch (client->step) {
	case STEP_STAT:
		counted(client, line);
		break;
	case STEP_LIST:
		client->list_lines = 0;
		pop3_client_await(client, STEP_LIST_LINES);
		break;
	case STEP_UIDL:
		client->list_lines = 0;
		pop3_client_await(client, STEP_UIDL_LINES);
		break;
	case STEP_TOP:
		client->top = true;
		client->no_top = false;
		begin_message(client);
		break;
	case STEP_RETR:
		begin_message(client);
		break;
	case STEP_RSET:
		client->deleted = 0;
		end_transaction(client);
		break;
	case STEP_DELE:
		delete_accepted(client);
		replied(client);
		break;
	case STEP_NOOP:
		queue_take(&client->asked);
		replied(client);
		break;
	default:
		updated(client, line);
	}
}

static void message_missing(struct pop3_client *client)
{
	unsigned int message = queue_take(&client->asked) & POP3_ASKED_NUMBER;

	client->coming--;
	if (!client->ops->message_missing)
		return;
	mail_text_clean(client->line);
	client->ops->message_missing(client->arg, message, pop3_status_text(client->line));
}

void pop3_visit_negative(struct pop3_client *client, const char *line)
{
	switch (client->step) {
	case STEP_UIDL:
		begin_messages(client);
		break;
	case STEP_TOP:
		/* one that does not say what it can do is asked once */
		client->no_top = !client->top;
		message_missing(client);
		replied(client);
		break;
	case STEP_RETR:
		message_missing(client);
		replied(client);
		break;
	case STEP_DELE:
		queue_take(&client->asked);
		client->not_deleted++;
		replied(client);
		break;
	case STEP_NOOP:
		queue_take(&client->asked);
		replied(client);
		break;
	case STEP_QUIT:
		updated(client, line);
		break;
	default:
		pop3_client_finish(client, POP3_OUTCOME_TEMPORARY, "%s refused: %s",
				   client->step == STEP_STAT ? "STAT" :
				   client->step == STEP_RSET ? "RSET" : "LIST",
				   pop3_status_text(line));
	}
}
