// SPDX-License-Identifier: GPL-2.0
/*
 * The client engine talks to the server engine in memory, in random pieces:
 * the message has to come out as it went in, with CRLF line ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"
#include "engine/smtp_client.h"
#include "engine/smtp_server.h"
#include "tap.h"

#define MESSAGE_MAX	200000

static char message[MESSAGE_MAX];
static size_t message_len;
static size_t message_read;
static char expected[2 * MESSAGE_MAX + 2];
static size_t expected_len;
static char received[2 * MESSAGE_MAX + 2];
static size_t received_len;
static unsigned int delivered;
static bool whole;
static struct smtp_reply last_reply;

static ssize_t read_message(void *arg, char *bytes, size_t size)
{
	size_t len = message_len - message_read;

	if (len > size)
		len = size;
	if (len > 1 && !whole)
		len = 1 + random_below((unsigned int)len);
	memcpy(bytes, message + message_read, len);
	message_read += len;
	return (ssize_t)len;
}

static void on_recipient(void *arg, size_t index, enum smtp_outcome outcome,
			 const struct smtp_reply *reply)
{
	delivered += outcome == SMTP_OUTCOME_DONE;
	last_reply = *reply;
}

static void on_finished(void *arg, enum smtp_outcome outcome, const struct smtp_reply *reply)
{
	if (outcome != SMTP_OUTCOME_DONE)
		last_reply = *reply;
}

static const struct smtp_client_ops client_ops = {
	.read_message = read_message, .recipient = on_recipient, .finished = on_finished,
};

static enum smtp_server_answer on_mail(void *arg, const struct smtp_server_mail *mail,
				       struct smtp_reply *reply)
{
	return SMTP_SERVER_NOW;
}

static enum smtp_server_answer on_rcpt(void *arg, const struct smtp_server_rcpt *rcpt,
				       struct smtp_reply *reply)
{
	return SMTP_SERVER_NOW;
}

static enum smtp_server_answer on_data(void *arg, struct smtp_reply *reply)
{
	received_len = 0;
	return SMTP_SERVER_NOW;
}

static bool on_message(void *arg, const char *bytes, size_t len)
{
	if (received_len + len > sizeof(received))
		return false;
	memcpy(received + received_len, bytes, len);
	received_len += len;
	return true;
}

static enum smtp_server_answer on_end(void *arg, struct smtp_reply *reply)
{
	return SMTP_SERVER_LATER;
}

static void on_abandon(void *arg)
{
	received_len = 0;
}

static const struct smtp_server_ops server_ops = {
	.mail = on_mail, .rcpt = on_rcpt, .data = on_data, .message = on_message,
	.message_end = on_end, .abandon = on_abandon,
};

static size_t piece(size_t len)
{
	if (whole || len < 2)
		return len;
	return 1 + random_below((unsigned int)(len < 3000 ? len : 3000));
}

/* Carry one piece from the client to the server and one back. */
static bool carry(struct smtp_client *client, struct smtp_server *server)
{
	const char *bytes;
	size_t taken = 0;
	size_t back;
	size_t len;

	bytes = smtp_client_output(client, &len);
	if (len && smtp_server_wants_input(server)) {
		taken = smtp_server_input(server, bytes, piece(len));
		smtp_client_sent(client, taken);
	}
	smtp_server_answer(server, NULL);
	bytes = smtp_server_output(server, &back);
	if (back) {
		back = piece(back);
		smtp_client_input(client, bytes, back);
		smtp_server_sent(server, back);
	}
	return taken || back;
}

static bool exchange(void)
{
	static const char *const recipients[] = { "b@example.com", "FAX=+39012@example.com" };
	struct smtp_client_config client_config = {
		.host_name = "a.example.net",
		.timeouts = smtp_client_timeouts_defaults,
	};
	struct smtp_server_config server_config = smtp_server_config_defaults;
	struct smtp_client_envelope envelope = {
		.reverse_path = "a@example.net", .recipients = recipients, .recipient_count = 2,
		.message_bytes = message_len,
	};
	struct smtp_client *client;
	struct smtp_server *server;

	server_config.host_name = "mx.example.com";
	client = smtp_client_create(&client_config, &envelope, &client_ops, NULL);
	server = smtp_server_create(&server_config, &server_ops, NULL);
	delivered = 0;
	message_read = 0;
	received_len = 0;
	smtp_server_start(server);
	smtp_client_start(client);
	while (!smtp_client_wants_close(client) && carry(client, server))
		continue;
	smtp_client_destroy(client);
	smtp_server_destroy(server);
	return delivered == 2 && received_len == expected_len &&
		!memcmp(received, expected, expected_len);
}

/* What the message is with CRLF line ends: written the slow and plain way. */
static void expect(void)
{
	size_t i;

	expected_len = 0;
	for (i = 0; i < message_len; i++) {
		if (message[i] == '\n' && i && message[i - 1] == '\r')
			continue;
		if (message[i] == '\r' || message[i] == '\n') {
			expected[expected_len++] = '\r';
			expected[expected_len++] = '\n';
		} else {
			expected[expected_len++] = message[i];
		}
	}
	if (expected_len && expected[expected_len - 1] != '\n') {
		expected[expected_len++] = '\r';
		expected[expected_len++] = '\n';
	}
}

static void test_message(const char *text, const char *name)
{
	bool ok = true;
	int i;

	message_len = strlen(text);
	memcpy(message, text, message_len);
	expect();
	for (i = 0; i < 20; i++) {
		whole = !i;
		ok &= exchange();
	}
	tap_ok(ok, "back to back: %s", name);
	if (!ok)
		tap_note("last reply: %u %s", last_reply.code, last_reply.text);
}

static void test_random(const char *alphabet, unsigned int max, unsigned int runs, const char *name)
{
	size_t letters = strlen(alphabet);
	unsigned int failures = 0;
	unsigned int i;
	size_t j;

	for (i = 0; i < runs; i++) {
		message_len = random_below(max);
		for (j = 0; j < message_len; j++)
			message[j] = alphabet[random_below((unsigned int)letters)];
		expect();
		whole = i % 8 == 0;
		failures += !exchange();
	}
	tap_ok(!failures, "back to back: %u random messages of %s", runs, name);
	if (failures)
		tap_note("%u failed, last reply: %u %s", failures, last_reply.code,
				last_reply.text);
}

int main(void)
{
	static char long_line[100000];

	test_message("Subject: x\r\n\r\nhello\r\n", "a plain message");
	test_message("", "an empty message");
	test_message(".", "a dot");
	test_message(".\r\n.\r\n..\r\n...\r\n", "lines of dots");
	test_message("no line end", "no line end at the end");
	test_message("\n\r\n\r\r\r\n\n.\r.\n", "all kinds of line ends");
	memset(long_line, 'x', sizeof(long_line) - 1);
	test_message(long_line, "one line of 100 kB");
	test_random(".\r\n", 60, 20000, "dots and line ends");
	test_random("..\r\nab\r\n", 5000, 300, "short lines");
	test_random("abcdefghijklmnopqrstuvwxyz.\n", MESSAGE_MAX, 20, "long text");
	return tap_end();
}
