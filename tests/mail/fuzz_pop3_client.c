// SPDX-License-Identifier: GPL-2.0
/* Hostile bytes for the POP3 client engine. */
#include <ctype.h>
#include <string.h>

#include "fuzz.h"
#include "engine/pop3_client.h"

#define MESSAGES_MAX	8

const char *const fuzz_seeds[] = {
	"\x01" "+OK <1.2@example.com>\r\n+OK\r\n+OK 3 600\r\n+OK\r\n1 200\r\n"
	"2 200\r\n3 200\r\n.\r\n+OK\r\n1 a\r\n2 b\r\n3 c\r\n.\r\n"
	"+OK\r\nx\r\n..y\r\n.\r\n+OK\r\n+OK\r\nz\r\n.\r\n-ERR\r\n"
	"-ERR no\r\n+OK\r\n",
	"\x06" "+OK\r\n+OK\r\nPIPELINING\r\n.\r\n+OK\r\n+OK\r\n+OK 3 600\r\n+OK\r\n1 200\r\n"
	"2 200\r\n3 200\r\n.\r\n+OK\r\n1 a\r\n2 b\r\n3 c\r\n.\r\n+OK\r\nx\r\n.\r\n+OK\r\nz\r\n.\r\n"
	"+OK\r\n+OK\r\ny\r\n.\r\n+OK\r\n+OK\r\n",
	"\x6c" "+OK\r\n+OK\r\nSTLS\r\nSASL PLAIN\r\n.\r\n+OK\r\n+OK\r\n.\r\n+ a\r\n+ b\r\n+OK\r\n+OK 0 0\r\n",
	"\x42" "+OK\r\n+OK\r\n-ERR [IN-USE] x\r\n",
	"\x42" "+OK\r\n+OK\r\nEXPIRE 9 USER\r\n.\r\n+OK\r\n+OK\r\n+OK\r\nTOP\r\n.\r\n+OK 0 0\r\n+OK\r\n",
	"\x42" "+OK\r\n+OK\r\nTOP\r\n.\r\n+OK\r\n+OK\r\n+OK 3 3\r\n+OK\r\n1 1\r\n2 1\r\n3 1\r\n.\r\n"
	"+OK\r\n1 h\r\n2 x\r\n3 h\r\n.\r\n+OK\r\nTo: a\r\n\r\n.\r\n+OK\r\nx\r\n.\r\n-ERR\r\n+OK\r\n",
	"\x46" "+OK\r\n+OK\r\nPIPELINING\r\n.\r\n+OK\r\n+OK\r\n+OK 6 6\r\n+OK\r\n1 1\r\n.\r\n"
	"+OK\r\n1 d\r\n2 k\r\n3 k\r\n4 k\r\n5 x\r\n6 x\r\n.\r\n+OK\r\n+OK\r\nx\r\n.\r\n"
	"+OK\r\ny\r\n.\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n",
	"\x43" "+OK\r\n+OK\r\n+OK\r\n+OK 2 2\r\n+OK\r\n1 1\r\n2 1\r\n.\r\n"
	"-ERR\r\n+OK\r\nabc\r\n\xfe",
	"\x04" "+OK <1.2@example.com>\r\n-ERR\r\n+OK\r\n+OK\r\n+OK 1 1\r\n+OK\r\n1 1\r\n.\r\n"
	"+OK\r\n1 d\r\n.\r\n+OK\r\n+OK\r\n\xfd",
	NULL
};

const char *const fuzz_words[] = {
	"PIPELINING\r\n.\r\n", "STLS\r\n", "SASL PLAIN\r\n", "+ abc\r\n",
	"+OK\r\n", "-ERR\r\n", "+OK 3 600\r\n", "\r\n.\r\n", "\n.\n", "1 1\r\n", "2 b\r\n",
			"3 c\r\n",
	"+OK <1.2@example.com>\r\n", "[AUTH] ", "4294967296", "18446744073709551616", "\r", "\n",
			".",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	NULL
};

static struct {
	bool decided[MESSAGES_MAX + 1];
	bool may_delete[MESSAGES_MAX + 1];
	bool fetch[MESSAGES_MAX + 1];
	bool header[MESSAGES_MAX + 1];
	bool undo;
	bool undone;		/* and the output until then was seen */
	unsigned int open;	/* message that comes */
	unsigned int storing[POP3_STORING_MAX];
	unsigned int stored;
	unsigned int finished;
} glue;

static enum pop3_verdict on_decide(void *arg, unsigned int number, uint64_t bytes,
				   const char *unique_id)
{
	fuzz_assert(number && number <= MESSAGES_MAX && !glue.decided[number]);
	fuzz_assert(!unique_id || (*unique_id && strlen(unique_id) <= POP3_UNIQUE_ID_MAX));
	glue.decided[number] = true;
	if (unique_id && *unique_id == 'd') {
		glue.may_delete[number] = true;
		return POP3_DELETE;
	}
	if (unique_id && *unique_id == 'h') {
		glue.fetch[number] = glue.header[number] = true;
		return POP3_HEADER;
	}
	if (unique_id && (*unique_id == 's' || *unique_id == 'k'))
		return *unique_id == 's' ? POP3_STOP : POP3_KEEP;
	glue.fetch[number] = true;
	return POP3_FETCH;
}

static bool on_begin(void *arg, unsigned int number)
{
	fuzz_assert(!glue.open && glue.stored < POP3_STORING_MAX && glue.fetch[number]);
	glue.open = number;
	return true;
}

static bool on_message(void *arg, const char *bytes, size_t len)
{
	fuzz_assert(glue.open);
	return !memchr(bytes, '~', len);
}

static void on_end(void *arg, unsigned int number)
{
	fuzz_assert(glue.open == number);
	if (!glue.header[number])
		glue.storing[glue.stored++] = number;
	glue.open = 0;
}

static void on_abort(void *arg, unsigned int number)
{
	fuzz_assert(glue.open == number && !glue.finished);
	glue.open = 0;
}

static void shown(const char *text)
{
	for (; *text; text++)
		fuzz_assert(!iscntrl((unsigned char)*text));
}

static void on_missing(void *arg, unsigned int number, const char *text)
{
	fuzz_assert(glue.fetch[number] && !glue.open);
	shown(text);
}

static void on_deleted(void *arg, unsigned int number)
{
	fuzz_assert(number && number <= MESSAGES_MAX && glue.may_delete[number]);
}

static void on_finished(void *arg, enum pop3_outcome outcome, const char *text)
{
	fuzz_assert(!glue.finished && !glue.open);
	glue.finished++;
	shown(text);
}

static char response[401];

static const char *on_auth_begin(void *arg, const char *offered, bool secure, const char **initial)
{
	fuzz_assert(!glue.finished && strlen(offered) < 256);
	memset(response, 'A', sizeof(response) - 1);
	*initial = response;
	return "PLAIN";
}

static const char *on_auth_respond(void *arg, const char *challenge, bool final)
{
	fuzz_assert(!glue.finished);
	return strchr(challenge, 'x') ? NULL : response;
}

static const struct pop3_client_ops ops = {
	.auth_begin = on_auth_begin, .auth_respond = on_auth_respond, .decide = on_decide,
	.message_begin = on_begin, .message = on_message, .message_end = on_end,
	.message_abort = on_abort, .message_missing = on_missing, .deleted = on_deleted,
	.finished = on_finished,
};

/* The last first: the order is the glue's. */
static void store(struct pop3_client *client, unsigned int least)
{
	while (glue.stored > least) {
		unsigned int number = glue.storing[--glue.stored];
		bool delete = number % 2;

		glue.may_delete[number] = delete;
		glue.undo |= number == 6;
		pop3_client_message_done(client, number, number == 6 ? POP3_UNDO :
					 delete ? POP3_DELETE : POP3_KEEP);
	}
}

/* Whole commands, DELE only for what may be deleted, and none behind what undoes it. */
static void take_output(struct pop3_client *client)
{
	const char *bytes;
	char command[1024];
	unsigned int number;
	size_t len;
	char *end;

	bytes = pop3_client_output(client, &len);
	fuzz_assert(len < sizeof(command));
	memcpy(command, bytes, len);
	command[len] = '\0';
	for (char *line = command; *line; line = end + 2) {
		end = line + strcspn(line, "\r\n");
		fuzz_assert(!strncmp(end, "\r\n", 2));
		if (sscanf(line, "DELE %u", &number) == 1)
			fuzz_assert(number <= MESSAGES_MAX && glue.may_delete[number]);
		fuzz_assert(strncmp(line, "DELE", 4) || !glue.undone);
		fuzz_assert(strncmp(line, "RSET", 4) || glue.undo);
		if (sscanf(line, "TOP %u 0", &number) == 1)
			fuzz_assert(number <= MESSAGES_MAX && glue.header[number]);
	}
	pop3_client_sent(client, len);
	glue.undone = glue.undo;
	if (pop3_client_wants_tls(client))
		pop3_client_secured(client);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pop3_client_config config = {
		.user = "fax", .secret = "secret", .message_bytes_max = 100,
		.messages_max = MESSAGES_MAX, .timeouts = { 1, 1, 1, 1, 1, 1, 1 },
	};
	struct pop3_client *client;
	size_t i = 1;
	size_t len;
	char *copy;

	if (!size)
		return 0;
	memset(&glue, 0, sizeof(glue));
	config.login = data[0] & 0x40 ? POP3_LOGIN_USER :
		       data[0] & 0x20 ? POP3_LOGIN_APOP : POP3_LOGIN_ANY;
	if ((data[0] & 0x60) == 0x60)
		config.login = POP3_LOGIN_SASL;
	config.no_capa = data[0] & 1;
	config.storing_max = data[0] & 6;
	config.tls = data[0] & 8 ? POP3_CLIENT_TLS_OFFERED : POP3_CLIENT_TLS_NONE;
	client = pop3_client_create(&config, &ops, NULL);
	pop3_client_start(client);
	while (i < size && !pop3_client_wants_close(client)) {
		len = fuzz_piece(data + i, size - i, data[0]);
		if (!len && data[i++] == FUZZ_EOF)
			pop3_client_eof(client, NULL);
		else if (!len)
			pop3_client_timeout(client);
		copy = malloc(len ? len : 1);
		memcpy(copy, data + i, len);
		pop3_client_input(client, copy, len);
		free(copy);
		i += len;
		take_output(client);
		store(client, data[0] & 1);
		take_output(client);
	}
	pop3_client_eof(client, "the end");
	store(client, 0);
	fuzz_assert(glue.finished == 1);
	pop3_client_destroy(client);
	return 0;
}
