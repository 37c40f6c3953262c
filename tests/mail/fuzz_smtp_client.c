// SPDX-License-Identifier: GPL-2.0
/* Hostile bytes for the SMTP client engine. */
#include <ctype.h>
#include <string.h>

#include "fuzz.h"
#include "engine/smtp_client.h"

#define RECIPIENTS	3

const char *const fuzz_seeds[] = {
	"\x01" "220 x\r\n250-x\r\n250-PIPELINING\r\n250-SIZE 10000\r\n250 8BITMIME\r\n"
	"250 2.1.0 ok\r\n250 ok\r\n550 5.1.1 no\r\n250 ok\r\n354 go\r\n250 2.0.0 ok\r\n221 bye\r\n",
	"\x02" "220-x\r\n220 x\r\n502 x\r\n250 x\r\n250 x\r\n250 x\r\n450 x\r\n451 x\r\n250 go\r\n"
	"250-ok\r\n250 ok\r\n421 x\r\n",
	"\x03" "220 x\r\n250 x\r\n250 x\r\n250 x\r\n250 x\r\n250 x\r\n354 go\r\n\xfe",
	"\x11" "220 x\r\n250 PIPELINING\r\n250 x\r\n250 x\r\n250 x\r\n250 x\r\n354 x\r\n250 x\r\n"
	"250 x\r\n550 x\r\n550 x\r\n550 x\r\n250 reset\r\n250 x\r\n250 x\r\n421 x\r\n",
	"\x04" "220 x\r\n250 x\r\n451 x\r\n221 x\r\n\xfd",
	NULL
};

const char *const fuzz_words[] = {
	"220 x\r\n", "250 x\r\n", "354 x\r\n", "250-", "250 ", "421 x\r\n", "450 x\r\n",
			"550 5.1.1 x\r\n",
	"\r\n", "\n", "\r", "999 x\r\n", "250-PIPELINING\r\n", "250-CONNEG\r\n", "CONNEG (a=b)\r\n",
			"504 x\r\n", "250 SIZE 1\r\n", "4.0.0 ",
			"552 x\r\n",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	NULL
};

static struct {
	unsigned int reports[RECIPIENTS];
	unsigned int finished;
	unsigned int blocks;	/* of the message that were read */
	bool told;		/* features */
	bool keeps;		/* sessions stay for another message */
	bool idle;
	bool positive;		/* a 2xx was among the input */
	unsigned char last[2];	/* bytes of the output */
} glue;

static ssize_t read_message(void *arg, char *bytes, size_t size)
{
	static const char text[] = "x\n.\n..\r.\r\n.";

	if (glue.blocks++ >= 20)
		return 0;
	memset(bytes, 'a', 1500);
	memcpy(bytes, text, sizeof(text) - 1);
	return 1500;
}

static void shown(const char *text)
{
	for (; *text; text++)
		fuzz_assert(!iscntrl((unsigned char)*text));
}

static void on_recipient(void *arg, size_t index, enum smtp_outcome outcome,
			 const struct smtp_reply *reply)
{
	fuzz_assert(index < RECIPIENTS && !glue.reports[index] && !glue.finished);
	fuzz_assert(outcome != SMTP_OUTCOME_DONE || (glue.positive && glue.blocks > 20));
	glue.reports[index]++;
	shown(reply->text);
	shown(reply->enhanced);
}

static void on_finished(void *arg, enum smtp_outcome outcome, const struct smtp_reply *reply)
{
	size_t i;

	for (i = 0; i < RECIPIENTS; i++)
		fuzz_assert(glue.reports[i] == 1);
	fuzz_assert(!glue.finished);
	glue.finished++;
	shown(reply->text);
}

static void on_features(void *arg, size_t index, const char *features)
{
	fuzz_assert(index < RECIPIENTS && !glue.reports[index]);
	fuzz_assert(*features && strlen(features) <= SMTP_CLIENT_FEATURES_MAX);
	glue.told = true;
}

static bool may_send(void *arg)
{
	return !glue.told;
}

static bool on_idle(void *arg)
{
	size_t i;

	for (i = 0; i < RECIPIENTS; i++)
		fuzz_assert(glue.reports[i] == 1);
	glue.idle = glue.keeps;
	return glue.idle;
}

static const struct smtp_client_ops ops = {
	.read_message = read_message, .recipient = on_recipient, .finished = on_finished,
	.features = on_features, .may_send = may_send,
	.idle = on_idle,
};

/* Another message over the same session. */
static void next_message(struct smtp_client *client, const struct smtp_client_envelope *envelope)
{
	if (!glue.idle || smtp_client_wants_close(client))
		return;
	glue.idle = false;
	glue.blocks = 0;
	glue.told = false;
	memset(glue.reports, 0, sizeof(glue.reports));
	if (smtp_client_next(client, envelope))
		return;
	/* the session has begun to take leave meanwhile */
	for (size_t i = 0; i < RECIPIENTS; i++)
		glue.reports[i] = 1;
}

/* No bare CR or LF ever leaves. */
static void take_output(struct smtp_client *client, size_t most)
{
	const char *bytes;
	size_t len;
	size_t i;

	while ((bytes = smtp_client_output(client, &len)) && len) {
		if (len > most)
			len = most;
		for (i = 0; i < len; i++) {
			fuzz_assert((bytes[i] == '\n') == (glue.last[0] == '\r'));
			glue.last[0] = (unsigned char)bytes[i];
		}
		smtp_client_sent(client, len);
	}
	fuzz_assert(glue.last[0] == '\n' || !glue.last[0] || smtp_client_wants_close(client));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const recipients[RECIPIENTS] = { "b@example.com", "c", "d@example.com" };
	static const struct smtp_client_config config = {
		.host_name = "a.example.net",
		.timeouts = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, .idle_ms = 1 },
	};
	struct smtp_client_envelope envelope = {
		.reverse_path = "a@example.net", .recipients = recipients,
		.recipient_count = RECIPIENTS,
	};
	struct smtp_client *client;
	size_t i = 1;
	size_t len;
	char *copy;

	if (!size)
		return 0;
	memset(&glue, 0, sizeof(glue));
	glue.positive = memchr(data, '2', size);
	glue.keeps = data[0] & 0x10;
	envelope.eight_bit = data[0] & 0x40;
	envelope.negotiate = envelope.convertible = true;
	envelope.message_bytes = data[0] & 0x20 ? 30000 : 0;
	client = smtp_client_create(&config, &envelope, &ops, NULL);
	smtp_client_start(client);
	while (i < size && !smtp_client_wants_close(client)) {
		if (glue.told)
			smtp_client_go(client, i & 1);
		len = fuzz_piece(data + i, size - i, data[0]);
		if (!len && data[i++] == FUZZ_EOF)
			smtp_client_eof(client, NULL);
		else if (!len)
			smtp_client_timeout(client);
		copy = malloc(len ? len : 1);
		memcpy(copy, data + i, len);
		smtp_client_input(client, copy, len);
		free(copy);
		i += len;
		take_output(client, data[0] & 0x80 ? 100 : 100000);
		next_message(client, &envelope);
	}
	smtp_client_eof(client, "the end");
	fuzz_assert(glue.finished == 1);
	smtp_client_destroy(client);
	return 0;
}
