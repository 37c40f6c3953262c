// SPDX-License-Identifier: GPL-2.0
/* Hostile bytes for the POP3 server engine. */
#include <ctype.h>
#include <string.h>

#include "fuzz.h"
#include "engine/pop3_server.h"

#define MESSAGES	20

const char *const fuzz_seeds[] = {
	"\x01" "CAPA\r\nUSER office\r\nPASS good\r\nSTAT\r\nLIST\r\nUIDL\r\nRETR 1\r\nTOP 2 3\r\n"
	"DELE 1\r\nDELE 2\r\nNOOP\r\nQUIT\r\n",
	"\x05" "AUTH SCRAM-SHA-256\r\nfirst\r\nsecond\r\nSTAT\r\nRSET\r\nUIDL 3\r\nLIST 4\r\n\xfd",
	"\x03" "STLS\r\n",
	"\x13" "AUTH PLAIN\r\n*\r\nAPOP office c4c9334bac560ecc979e58001b3e22fb\r\nRETR 7\r\n\xfe",
	"\x02" "USER x\r\nPASS bad\r\n\xfdUSER x\r\nPASS y\r\n\xfdUTF8\r\nAUTH\r\n",
	NULL
};

const char *const fuzz_words[] = {
	"USER office\r\n", "PASS good\r\n", "STAT\r\n", "LIST\r\n", "UIDL\r\n", "RETR 1\r\n",
	"TOP 2 1\r\n", "DELE 3\r\n", "RSET\r\n", "QUIT\r\n", "CAPA\r\n", "STLS\r\n", "AUTH PLAIN\r\n",
	"\r\n", "\n", "\r", "*\r\n", "4294967297", "99999999999999999999", " ", "AUTH\r\n",
	NULL
};

/* What the glue knows of the session, kept apart from the engine. */
static struct {
	bool open_question;
	bool updating;
	bool maildrop;
	bool reading;
	bool login;
	unsigned int turn;
	unsigned int bytes_left;
	unsigned int line_bytes;	/* of a response, so far */
} glue;

static enum pop3_answer decide(enum pop3_answer decision)
{
	glue.turn++;
	if (glue.turn % 3 == 0) {
		glue.open_question = true;
		return POP3_LATER;
	}
	if (glue.login && decision == POP3_YES)
		glue.maildrop = true;
	return decision;
}

static enum pop3_answer on_pass(void *arg, const char *user, const char *secret,
				struct pop3_reply *reply)
{
	fuzz_assert(!glue.maildrop && *user && strlen(user) <= 255);
	glue.login = true;
	return decide(strcmp(secret, "good") ? POP3_NO : POP3_YES);
}

static enum pop3_answer on_apop(void *arg, const char *user, const char *timestamp,
				const char *digest, struct pop3_reply *reply)
{
	fuzz_assert(!glue.maildrop && strlen(digest) == 32);
	glue.login = true;
	return decide(POP3_YES);
}

static enum pop3_answer on_auth(void *arg, const char *mechanism, const char *response,
				struct pop3_reply *reply)
{
	fuzz_assert(!glue.maildrop);
	if (!mechanism && !response)
		return POP3_NO;
	glue.login = true;
	if (mechanism) {
		pop3_reply_set(reply, "Y2hhbGxlbmdl");
		return decide(POP3_CHALLENGE);
	}
	return decide(glue.turn % 2 ? POP3_YES : POP3_NO);
}

static unsigned int on_count(void *arg)
{
	return MESSAGES;
}

static void on_listing(void *arg, unsigned int number, struct pop3_listing *listing)
{
	fuzz_assert(glue.maildrop && number >= 1 && number <= MESSAGES);
	listing->bytes = number;
	listing->unique_id = "a-unique-id-that-has-as-many-characters-as-it-may-have-these-are-sevent";
}

static bool on_open(void *arg, unsigned int number)
{
	fuzz_assert(glue.maildrop && !glue.reading);
	glue.reading = number % 5;
	glue.bytes_left = number * 10;
	return glue.reading;
}

static ssize_t on_read(void *arg, char *bytes, size_t size)
{
	static const char text[] = "a\r\n.b\n..\r\n\r\n.\r\n";
	size_t i;

	fuzz_assert(glue.reading && size);
	for (i = 0; i < size && i < 7 && glue.bytes_left; i++, glue.bytes_left--)
		bytes[i] = text[glue.bytes_left % (sizeof(text) - 1)];
	return (ssize_t)i;
}

static void on_close(void *arg)
{
	fuzz_assert(glue.reading);
	glue.reading = false;
}

static enum pop3_answer on_update(void *arg, struct pop3_reply *reply)
{
	fuzz_assert(glue.maildrop && !glue.updating);
	glue.updating = true;
	glue.login = false;
	return decide(glue.turn % 2 ? POP3_YES : POP3_NO);
}

static void on_release(void *arg)
{
	fuzz_assert(glue.maildrop && !glue.reading);
	glue.maildrop = false;
}

static void on_note(void *arg, const char *text)
{
	for (; *text; text++)
		fuzz_assert(!iscntrl((unsigned char)*text));
}

static const struct pop3_server_ops ops = {
	on_pass, on_apop, on_auth, on_count, on_listing, on_open, on_read, on_close, on_update,
	on_release, on_note,
};

/* RFC 2449, 4; the lines of our messages are shorter. */
static void check_lines(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		fuzz_assert(++glue.line_bytes <= 512);
		if (bytes[i] == '\n')
			glue.line_bytes = 0;
	}
}

static void take_output(struct pop3_server *server)
{
	const char *bytes;
	unsigned int steps = 0;
	size_t len;

	while (bytes = pop3_server_output(server, &len), len) {
		fuzz_assert(bytes && ++steps < 100000);
		len -= len > 3 ? 3 : 0;
		check_lines(bytes, len);
		pop3_server_sent(server, len);
	}
	if (pop3_server_wants_tls(server))
		pop3_server_secured(server);
}

static void answer(struct pop3_server *server)
{
	enum pop3_answer decision = glue.turn % 2 ? POP3_YES : POP3_NO;
	bool login = glue.login;

	if (!glue.open_question)
		return;
	fuzz_assert(!pop3_server_wants_input(server));
	glue.open_question = false;
	if (login && decision == POP3_YES)
		glue.maildrop = true;
	if (!pop3_server_answer(server, decision, NULL) && login)
		glue.maildrop = false;
}

static void take_piece(struct pop3_server *server, const uint8_t *data, size_t len)
{
	size_t taken = 0;
	char *copy;

	while (taken < len && !pop3_server_wants_close(server)) {
		copy = malloc(len - taken);
		memcpy(copy, data + taken, len - taken);
		taken += pop3_server_input(server, copy, len - taken);
		free(copy);
		fuzz_assert(taken <= len);
		answer(server);
		take_output(server);
		/* while a refusal waits for its time */
		if (taken < len && !pop3_server_wants_input(server) && !glue.open_question)
			pop3_server_timeout(server);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pop3_server_config config = {
		.host_name = "mx.example.com", .auth = "SCRAM-SHA-256",
		.auth_secure = "SCRAM-SHA-256 PLAIN LOGIN", .failures_max = 3, .errors_max = 10,
		.autologout_ms = 1,
	};
	struct pop3_server *server;
	size_t i = 1;
	size_t len;

	if (!size)
		return 0;
	memset(&glue, 0, sizeof(glue));
	config.plaintext = !(data[0] & 0x40);
	config.tls_offered = data[0] & 1;
	config.failure_delay_ms = data[0] & 2 ? 1 : 0;
	server = pop3_server_create(&config, &ops, NULL, data[0] & 1 ? "<1@a>" : NULL, false);
	pop3_server_start(server);
	while (i < size && !pop3_server_wants_close(server)) {
		len = fuzz_piece(data + i, size - i, data[0]);
		if (!len && data[i++] == FUZZ_EOF)
			pop3_server_eof(server);
		else if (!len)
			pop3_server_timeout(server);
		take_piece(server, data + i, len);
		i += len;
		answer(server);
		take_output(server);
	}
	pop3_server_destroy(server);
	fuzz_assert(!glue.maildrop && !glue.reading);
	return 0;
}
