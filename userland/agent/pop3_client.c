// SPDX-License-Identifier: GPL-2.0
/* POP3 client engine (RFC 1939; response codes of RFC 2449 and RFC 3206). */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

#include "dot_stuffing.h"
#include "line_reader.h"
#include "pop3_client.h"
#include "smtp_reply.h"

#define MINUTE_MS	60000
#define BLOCK_BYTES	16384
#define LINE_SIZE	1024	/* RFC 1939: 512 */
#define OUTPUT_SIZE	512	/* RFC 2449: commands have 255 at most */
#define COMMAND_MAX	255
#define MAILDROP_MAX	1000000	/* more messages than that are not a maildrop */

const struct pop3_client_timeouts pop3_client_timeouts_defaults = {
	.greeting_ms = 1 * MINUTE_MS,
	.login_ms = 1 * MINUTE_MS,
	.command_ms = 2 * MINUTE_MS,
	.block_ms = 3 * MINUTE_MS,
	.quit_ms = 10 * MINUTE_MS,
};

/* What the visit waits for. */
enum step {
	STEP_GREETING,
	STEP_APOP,
	STEP_USER,
	STEP_PASS,
	STEP_STAT,
	STEP_LIST,
	STEP_LIST_LINES,
	STEP_UIDL,
	STEP_UIDL_LINES,
	STEP_RETR,
	STEP_MESSAGE,
	STEP_STORING,	/* message_done() by the glue */
	STEP_DELE,
	STEP_QUIT,
	STEP_CLOSED,
};

#define UNDECIDED	0xff

/**
 * struct pop3_message - a message of the maildrop
 * @bytes: by LIST
 * @verdict: enum pop3_verdict or UNDECIDED
 */
struct pop3_message {
	uint64_t bytes;
	unsigned char verdict;
} __attribute__((packed));

/**
 * struct pop3_client - a visit
 * @config: see pop3_client.h
 * @ops: see pop3_client.h
 * @arg: for @ops
 * @step: what it waits for
 * @deadline: that runs
 * @lost: the connection broke while the glue stores a message
 * @premature: the server sent on while the glue stores a message
 * @stopped: no more messages: QUIT
 * @deleted: messages whose DELE was accepted
 * @not_deleted: messages whose DELE was refused
 * @in_maildrop: messages by STAT
 * @count: messages that are looked at, elements of @messages
 * @messages: message 1 is the first
 * @current: number of the message in work
 * @list_lines: lines of LIST or UIDL so far
 * @block_bytes: since the deadline was set
 * @message_bytes: of the message that comes
 * @message_open: message_begin was called, message_end not
 * @store_failed: the glue did not take the bytes
 * @decoder: of the message that comes
 * @timestamp: of the greeting, with its brackets; "" if there is none that is valid
 * @reader: of lines
 * @output: commands
 * @line: memory of @reader
 * @output_bytes: memory of @output
 */
struct pop3_client {
	const struct pop3_client_config *config;
	const struct pop3_client_ops *ops;
	void *arg;

	enum step step;
	struct mail_deadline deadline;
	bool lost;
	bool premature;
	bool stopped;
	unsigned int deleted;
	unsigned int not_deleted;

	unsigned int in_maildrop;
	unsigned int count;
	struct pop3_message *messages;
	unsigned int current;
	unsigned int list_lines;

	size_t block_bytes;
	uint64_t message_bytes;
	bool message_open;
	bool store_failed;
	struct dot_decoder decoder;

	char timestamp[128];
	struct line_reader reader;
	struct mail_output output;
	char line[LINE_SIZE];
	char output_bytes[OUTPUT_SIZE];
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

static void await(struct pop3_client *client, enum step step)
{
	const struct pop3_client_timeouts *timeouts = &client->config->timeouts;
	const struct {
		unsigned int ms;
		const char *awaited;
	} steps[] = {
		[STEP_GREETING] = { timeouts->greeting_ms, "the greeting" },
		[STEP_APOP] = { timeouts->login_ms, "the reply to APOP" },
		[STEP_USER] = { timeouts->login_ms, "the reply to USER" },
		[STEP_PASS] = { timeouts->login_ms, "the reply to PASS" },
		[STEP_STAT] = { timeouts->command_ms, "the reply to STAT" },
		[STEP_LIST] = { timeouts->command_ms, "the reply to LIST" },
		[STEP_LIST_LINES] = { timeouts->block_ms, "the list of messages" },
		[STEP_UIDL] = { timeouts->command_ms, "the reply to UIDL" },
		[STEP_UIDL_LINES] = { timeouts->block_ms, "the list of unique-ids" },
		[STEP_RETR] = { timeouts->command_ms, "the reply to RETR" },
		[STEP_MESSAGE] = { timeouts->block_ms, "the next part of the message" },
		[STEP_STORING] = { 0, "the message to be stored" },
		[STEP_DELE] = { timeouts->command_ms, "the reply to DELE" },
		[STEP_QUIT] = { timeouts->quit_ms, "the reply to QUIT" },
		[STEP_CLOSED] = { 0, "" },
	};

	client->step = step;
	client->block_bytes = 0;
	mail_deadline_set(&client->deadline, steps[step].ms, steps[step].awaited);
}

/* The visit is over: tell how, and close. */
static void finish(struct pop3_client *client, enum pop3_outcome outcome,
		   const char *format, ...) __attribute__((format(printf, 3, 4)));

static void finish(struct pop3_client *client, enum pop3_outcome outcome,
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
	await(client, STEP_CLOSED);
	if (client->message_open)
		client->ops->message_abort(client->arg, client->current);
	client->ops->finished(client->arg, outcome, text);
}

/* The connection does not bring what is awaited. */
static void broken(struct pop3_client *client, enum pop3_outcome outcome, const char *text)
{
	if (client->step != STEP_QUIT)
		finish(client, outcome, "%s", text);
	else if (client->deleted)
		finish(client, POP3_OUTCOME_UPDATE_UNKNOWN,
		       "%s: %u messages may or may not have been deleted", text, client->deleted);
	else if (client->not_deleted)
		finish(client, POP3_OUTCOME_UPDATE_FAILED,
		       "the server refused to delete %u messages", client->not_deleted);
	else
		finish(client, POP3_OUTCOME_DONE, "%u messages in the maildrop, none to delete",
		       client->in_maildrop);
}

static void command(struct pop3_client *client, enum step step, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void command(struct pop3_client *client, enum step step, const char *format, ...)
{
	char text[COMMAND_MAX + 1];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	await(client, step);
	if (len < 0 || (size_t)len >= sizeof(text) ||
	    !mail_output_put(&client->output, text, (size_t)len))
		finish(client, POP3_OUTCOME_LOGIN_REFUSED,
		       "user name or secret too long for POP3 (%u bytes a command)", COMMAND_MAX);
	explicit_bzero(text, sizeof(text));
}

static bool is_positive(const char *line)
{
	return !strncmp(line, "+OK", 3) && (line[3] == ' ' || !line[3]);
}

static bool is_negative(const char *line)
{
	return !strncmp(line, "-ERR", 4) && (line[4] == ' ' || !line[4]);
}

/* What a status line says to people. */
static const char *status_text(const char *line)
{
	line += strcspn(line, " ");
	return line + strspn(line, " ");
}

static bool is_msg_id_character(unsigned char c)
{
	return c > 0x20 && c < 0x7f && !strchr("<>()@,;:\\\"", c);
}

/*
 * Keep the timestamp if it is a msg-id in ASCII. Anything else could be made
 * by somebody in the middle to find out the secret (CVE-2007-1558).
 */
static void keep_timestamp(struct pop3_client *client, const char *greeting)
{
	const char *begin = strrchr(greeting, '<');
	size_t len = 1;
	size_t left;

	client->timestamp[0] = '\0';
	if (!begin)
		return;
	while (is_msg_id_character(begin[len]))
		len++;
	left = len;
	if (left == 1 || begin[len++] != '@')
		return;
	while (is_msg_id_character(begin[len]) || (begin[len] == ':' && begin[left + 1] == '['))
		len++;
	if (len == left + 1 || begin[len++] != '>' || len >= sizeof(client->timestamp))
		return;
	memcpy(client->timestamp, begin, len);
	client->timestamp[len] = '\0';
}

static bool is_plain(const char *text, bool spaces)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f || (*text == ' ' && !spaces))
			return false;
	return true;
}

static void send_user(struct pop3_client *client)
{
	command(client, STEP_USER, "USER %s\r\n", client->config->user);
}

static void send_apop(struct pop3_client *client)
{
	const char *secret = client->config->secret;
	char challenge[sizeof(client->timestamp) + COMMAND_MAX];
	unsigned char digest[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	unsigned int digest_len = 0;
	unsigned int i;
	int len;

	len = snprintf(challenge, sizeof(challenge), "%s%s", client->timestamp, secret);
	if (len < 0 || (size_t)len >= sizeof(challenge) ||
	    !EVP_Digest(challenge, (size_t)len, digest, &digest_len, EVP_md5(), NULL)) {
		finish(client, POP3_OUTCOME_LOGIN_REFUSED,
		       "APOP is not possible: the secret is too long, or MD5 is switched off");
	} else {
		for (i = 0; i < digest_len; i++)
			sprintf(hex + 2 * i, "%02x", digest[i]);
		command(client, STEP_APOP, "APOP %s %s\r\n", client->config->user, hex);
	}
	explicit_bzero(challenge, sizeof(challenge));
}

static void greeted(struct pop3_client *client, const char *line)
{
	const struct pop3_client_config *config = client->config;

	keep_timestamp(client, line);
	if (!*config->user || !is_plain(config->user, config->login == POP3_LOGIN_USER) ||
	    !is_plain(config->secret, true))
		finish(client, POP3_OUTCOME_LOGIN_REFUSED,
		       "user name or secret has characters that POP3 cannot carry");
	else if (config->login != POP3_LOGIN_USER && client->timestamp[0])
		send_apop(client);
	else if (config->login == POP3_LOGIN_APOP)
		finish(client, POP3_OUTCOME_LOGIN_REFUSED,
		       "the server offers no valid timestamp for APOP");
	else
		send_user(client);
}

/* Refusals that pass by themselves: the response codes say so. */
static bool is_temporary(const char *line)
{
	static const char *const codes[] = { "[IN-USE]", "[LOGIN-DELAY]", "[SYS/TEMP]" };
	const char *text = status_text(line);
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (!strncasecmp(text, codes[i], strlen(codes[i])))
			return true;
	return false;
}

static void login_refused(struct pop3_client *client, const char *line)
{
	if (is_temporary(line))
		finish(client, POP3_OUTCOME_TEMPORARY, "login not possible now: %s",
		       status_text(line));
	else if (client->step == STEP_APOP && client->config->login == POP3_LOGIN_ANY)
		send_user(client);
	else
		finish(client, POP3_OUTCOME_LOGIN_REFUSED, "login refused: %s", status_text(line));
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

static void send_quit(struct pop3_client *client)
{
	command(client, STEP_QUIT, "QUIT\r\n");
}

static void counted(struct pop3_client *client, const char *line)
{
	uint64_t in_maildrop;
	unsigned int i;

	if (!number(status_text(line), &in_maildrop) || in_maildrop > MAILDROP_MAX) {
		finish(client, POP3_OUTCOME_PROTOCOL, "the server answered STAT with: %s", line);
		return;
	}
	client->in_maildrop = (unsigned int)in_maildrop;
	client->count = client->in_maildrop;
	if (client->count > client->config->messages_max)
		client->count = client->config->messages_max;
	if (!client->count) {
		send_quit(client);
		return;
	}
	client->messages = calloc(client->count, sizeof(*client->messages));
	if (!client->messages) {
		finish(client, POP3_OUTCOME_TEMPORARY, "no memory for a list of %u messages",
		       client->count);
		return;
	}
	for (i = 0; i < client->count; i++)
		client->messages[i].verdict = UNDECIDED;
	command(client, STEP_LIST, "LIST\r\n");
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
		finish(client, POP3_OUTCOME_PROTOCOL,
		       "the server sent a list of messages that does not fit STAT: %s", line);
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
		finish(client, POP3_OUTCOME_PROTOCOL, "the server answered LIST with: %s", line);
	else if (message)
		client->messages[message - 1].bytes = bytes;
}

static void decide(struct pop3_client *client, unsigned int message, const char *unique_id)
{
	struct pop3_message *entry = &client->messages[message - 1];
	enum pop3_verdict verdict;

	if (entry->verdict != UNDECIDED)
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

/* The next message that wants a command, or QUIT. */
static void next_message(struct pop3_client *client)
{
	while (!client->stopped && client->current < client->count) {
		switch (client->messages[client->current++].verdict) {
		case POP3_FETCH:
			command(client, STEP_RETR, "RETR %u\r\n", client->current);
			return;
		case POP3_DELETE:
			command(client, STEP_DELE, "DELE %u\r\n", client->current);
			return;
		default:
			break;
		}
	}
	send_quit(client);
}

/* All lists are there: what has no unique-id is decided without. */
static void begin_messages(struct pop3_client *client)
{
	unsigned int i;

	for (i = 1; i <= client->count; i++)
		decide(client, i, NULL);
	/* STOP ended the deciding; what was decided before is still done */
	client->stopped = false;
	next_message(client);
}

static void begin_message(struct pop3_client *client)
{
	memset(&client->decoder, 0, sizeof(client->decoder));
	client->message_bytes = 0;
	await(client, STEP_MESSAGE);
	client->message_open = client->ops->message_begin(client->arg, client->current);
	if (!client->message_open)
		finish(client, POP3_OUTCOME_TEMPORARY, "message %u cannot be stored",
		       client->current);
}

static void updated(struct pop3_client *client, const char *line)
{
	if (is_negative(line) && client->deleted)
		finish(client, POP3_OUTCOME_UPDATE_FAILED, "not all messages were deleted: %s",
		       status_text(line));
	else if (client->not_deleted)
		finish(client, POP3_OUTCOME_UPDATE_FAILED,
		       "the server refused to delete %u messages", client->not_deleted);
	else
		finish(client, POP3_OUTCOME_DONE, "%u messages in the maildrop, %u deleted",
		       client->in_maildrop, client->deleted);
}

static void positive(struct pop3_client *client, const char *line)
{
	switch (client->step) {
	case STEP_GREETING:
		greeted(client, line);
		break;
	case STEP_USER:
		command(client, STEP_PASS, "PASS %s\r\n", client->config->secret);
		break;
	case STEP_APOP:
	case STEP_PASS:
		command(client, STEP_STAT, "STAT\r\n");
		break;
	case STEP_STAT:
		counted(client, line);
		break;
	case STEP_LIST:
	case STEP_UIDL:
		client->list_lines = 0;
		await(client, client->step + 1);
		break;
	case STEP_RETR:
		begin_message(client);
		break;
	case STEP_DELE:
		client->deleted++;
		next_message(client);
		break;
	default:
		updated(client, line);
		break;
	}
}

static void negative(struct pop3_client *client, const char *line)
{
	switch (client->step) {
	case STEP_GREETING:
		finish(client, POP3_OUTCOME_TEMPORARY, "the server is not ready: %s",
		       status_text(line));
		break;
	case STEP_APOP:
	case STEP_USER:
	case STEP_PASS:
		login_refused(client, line);
		break;
	case STEP_UIDL:
		begin_messages(client);
		break;
	case STEP_RETR:
		if (client->ops->message_missing) {
			mail_text_clean(client->line);
			client->ops->message_missing(client->arg, client->current,
						     status_text(line));
		}
		next_message(client);
		break;
	case STEP_DELE:
		client->not_deleted++;
		next_message(client);
		break;
	case STEP_QUIT:
		updated(client, line);
		break;
	default:
		finish(client, POP3_OUTCOME_TEMPORARY, "%s refused: %s",
		       client->step == STEP_STAT ? "STAT" : "LIST", status_text(line));
		break;
	}
}

static bool within_list(const struct pop3_client *client)
{
	return client->step == STEP_LIST_LINES || client->step == STEP_UIDL_LINES;
}

static void line_of_list(struct pop3_client *client, const char *line)
{
	if (!strcmp(line, ".")) {
		if (client->step == STEP_LIST_LINES)
			command(client, STEP_UIDL, "UIDL\r\n");
		else
			begin_messages(client);
	} else if (client->step == STEP_LIST_LINES) {
		size_line(client, line);
	} else {
		unique_id_line(client, line);
	}
}

static void line_came(struct pop3_client *client)
{
	const char *line = client->line;

	if (within_list(client))
		line_of_list(client, line);
	else if (!mail_output_empty(&client->output))
		broken(client, POP3_OUTCOME_PROTOCOL, "the server replied before it was asked");
	else if (is_positive(line))
		positive(client, line);
	else if (is_negative(line))
		negative(client, line);
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

static void take_message(void *arg, const char *bytes, size_t len)
{
	struct pop3_client *client = arg;

	client->message_bytes += len;
	if (!client->store_failed)
		client->store_failed = !client->ops->message(client->arg, bytes, len);
}

static size_t input_message(struct pop3_client *client, const char *bytes, size_t len)
{
	uint64_t max = client->config->message_bytes_max;
	size_t taken = dot_decode(&client->decoder, bytes, len, take_message, client);

	if (client->store_failed) {
		finish(client, POP3_OUTCOME_TEMPORARY, "message %u cannot be stored",
		       client->current);
	} else if (max && client->message_bytes > max) {
		finish(client, POP3_OUTCOME_PROTOCOL,
		       "message %u is longer than the limit of %" PRIu64 " bytes",
		       client->current, max);
	} else if (client->decoder.state == DOT_END) {
		client->message_open = false;
		await(client, STEP_STORING);
		client->ops->message_end(client->arg, client->current);
	}
	return taken;
}

void pop3_client_start(struct pop3_client *client)
{
	await(client, STEP_GREETING);
}

/* A list or a message goes on: it has to bring a block within each deadline. */
static void count_block(struct pop3_client *client, size_t len)
{
	client->block_bytes += len;
	if ((client->step == STEP_MESSAGE || within_list(client)) &&
	    client->block_bytes >= BLOCK_BYTES)
		await(client, client->step);
}

size_t pop3_client_input(struct pop3_client *client, const char *bytes, size_t len)
{
	size_t taken = 0;
	size_t step;

	while (taken < len && pop3_client_wants_input(client)) {
		if (client->step == STEP_MESSAGE)
			step = input_message(client, bytes + taken, len - taken);
		else
			step = input_line(client, bytes + taken, len - taken);
		count_block(client, step);
		taken += step;
	}
	if (taken < len && client->step == STEP_STORING)
		client->premature = true;
	return len;
}

void pop3_client_eof(struct pop3_client *client, const char *why)
{
	char text[200];

	if (client->step == STEP_STORING) {
		client->lost = true;
		return;
	}
	snprintf(text, sizeof(text), "%s while waiting for %s",
		 why ? why : "the server closed the connection", client->deadline.awaited);
	broken(client, POP3_OUTCOME_TEMPORARY, text);
}

void pop3_client_timeout(struct pop3_client *client)
{
	char text[200];

	snprintf(text, sizeof(text), "timed out after %u s waiting for %s",
		 client->deadline.timeout_ms / 1000, client->deadline.awaited);
	broken(client, POP3_OUTCOME_TEMPORARY, text);
}

void pop3_client_message_done(struct pop3_client *client, enum pop3_verdict verdict)
{
	if (client->step != STEP_STORING)
		return;
	if (client->lost) {
		finish(client, POP3_OUTCOME_TEMPORARY, "the connection was lost");
		return;
	}
	if (client->premature) {
		finish(client, POP3_OUTCOME_PROTOCOL, "the server replied before it was asked");
		return;
	}
	client->stopped = verdict == POP3_STOP;
	if (verdict == POP3_DELETE)
		command(client, STEP_DELE, "DELE %u\r\n", client->current);
	else
		next_message(client);
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
	return client->step != STEP_CLOSED && client->step != STEP_STORING;
}

bool pop3_client_wants_close(const struct pop3_client *client)
{
	return client->step == STEP_CLOSED;
}

const struct mail_deadline *pop3_client_deadline(const struct pop3_client *client)
{
	return &client->deadline;
}
