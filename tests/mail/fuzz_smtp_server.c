// SPDX-License-Identifier: GPL-2.0
/* Hostile bytes for the SMTP server engine. */
#include <ctype.h>
#include <string.h>

#include "fuzz.h"
#include "engine/smtp_server.h"

#define MESSAGE_MAX	2000

const char *const fuzz_seeds[] = {
	"\x01" "EHLO a.example.net\r\nMAIL FROM:<a@example.net> SIZE=100 BODY=8BITMIME\r\n"
	"RCPT TO:<b@example.com>\r\nRCPT TO:<FAX=+39012/T33S=1@example.com>\r\nDATA\r\n"
	"Subject: x\r\n\r\n..x\r\n.\r\nQUIT\r\n",
	"\x03" "HELO a\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<@a,@b:\"c d\"@[192.0.2.1]>\r\n"
	"RCPT TO:<postmaster>\r\nDATA\r\nx\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"
	"DATA\r\ny\n.\r\n.\r\n",
	"\x10" "EHLO x\r\nVRFY x\r\nHELP\r\nNOOP\r\nEXPN\r\nDATA\r\nRCPT TO:<a@b>\r\n\xfd",
	"\x02" "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhalf\xfe",
	"\x04" "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 5\r\nab\r\n.BDAT 3 LAST\r\nx\r\n"
	"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 0\r\nBDAT 9\r\n",
	"\x84" "EHLO x\r\nMAIL FROM:<a@b> BODY=BINARYMIME RET=FULL ENVID=x+2B\r\nRCPT TO:<c@d> "
	"NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c+40d\r\nBDAT 5 LAST\r\na\nb\rc",
	"\x85" "EHLO x\r\nAUTH ONE YWJj\r\nAUTH TWO\r\nYWJj\r\n*\r\nAUTH TWO =\r\nRSET\r\n",
	"\x81" "EHLO x\r\nSTARTTLS\r\n\xfc" "EHLO x\r\nAUTH PLAIN YWJj\r\nMAIL FROM:<\303\244@b> "
	"SMTPUTF8 AUTH=<>\r\nRCPT TO:<\303\244@b>\r\nDATA\r\n",
	NULL
};

const char *const fuzz_words[] = {
	"\r\n.\r\n", "\n.\n", "\r.\r", "\r\n", "\r", "\n", ".", "EHLO a\r\n", "HELO a\r\n",
	"MAIL FROM:<a@b>\r\n", "RCPT TO:<c@d>\r\n", "DATA\r\n", "RSET\r\n", "QUIT\r\n", " SIZE=",
	"BDAT 3\r\n", "BDAT 5 LAST\r\n", "BDAT 0 LAST\r\n",
	" BODY=8BITMIME", " BODY=BINARYMIME", " SMTPUTF8", " RET=HDRS", " ENVID=", " NOTIFY=NEVER",
	" ORCPT=rfc822;", " CONNEG", " CONPERM", "+0A", "AUTH ONE ", "AUTH TWO\r\n", "STARTTLS\r\n", "YWJj", "*\r\n", "99999999999999999999", "<@a:b@c>", "\"a\\\"\"", "[IPv6:::1]",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	NULL
};

/* What the glue knows of the transaction, kept apart from the engine. */
static struct {
	bool mail;
	bool binary;
	unsigned int recipients;
	bool data;
	bool end_open;
	void (*decided)(bool good);
	unsigned int turn;	/* decisions so far: some refuse, some come later */
	char message[MESSAGE_MAX];
	size_t message_len;
} glue;

static bool open_question;

static enum smtp_server_answer decide(struct smtp_reply *reply, void (*decided)(bool good))
{
	glue.turn++;
	glue.decided = decided;
	open_question = glue.turn % 3 == 0;
	if (glue.turn % 7 == 3 && !open_question)
		smtp_reply_set(reply, glue.turn % 2 ? 550 : 451, "", "no\r\n250 yes");
	if (!open_question)
		decided(smtp_reply_positive(reply));
	return open_question ? SMTP_SERVER_LATER : SMTP_SERVER_NOW;
}

static void hello_decided(bool good)
{
}

static void mail_decided(bool good)
{
	glue.mail = good;
	glue.recipients = 0;
	glue.data = false;
}

static void rcpt_decided(bool good)
{
	glue.recipients += good;
}

static void data_decided(bool good)
{
	glue.data = good;
}

static enum smtp_server_answer on_hello(void *arg, const char *name, struct smtp_reply *reply)
{
	fuzz_assert(*name && !glue.mail);
	return decide(reply, hello_decided);
}

static enum smtp_server_answer on_mail(void *arg, const struct smtp_server_mail *mail,
				       struct smtp_reply *reply)
{
	char local[MAIL_LOCAL_MAX + 1];

	fuzz_assert(!glue.mail && mail->size_bytes <= MESSAGE_MAX);
	glue.binary = mail->binary;
	fuzz_assert(mail_path_local(&mail->reverse_path, local) <= MAIL_LOCAL_MAX);
	return decide(reply, mail_decided);
}

static enum smtp_server_answer on_rcpt(void *arg, const struct smtp_server_rcpt *rcpt,
				       struct smtp_reply *reply)
{
	const char *c;

	fuzz_assert(glue.mail && !glue.data && rcpt->path.address[0]);
	for (c = rcpt->path.address; *c; c++)
		fuzz_assert((unsigned char)*c >= 0x20 && *c != 0x7f);
	return decide(reply, rcpt_decided);
}

static enum smtp_server_answer on_data(void *arg, struct smtp_reply *reply)
{
	fuzz_assert(glue.mail && glue.recipients);
	glue.message_len = 0;
	return decide(reply, data_decided);
}

static bool on_message(void *arg, const char *bytes, size_t len)
{
	fuzz_assert(glue.data && glue.message_len + len <= MESSAGE_MAX);
	memcpy(glue.message + glue.message_len, bytes, len);
	glue.message_len += len;
	return !memchr(bytes, '~', len);
}

static enum smtp_server_answer on_end(void *arg, struct smtp_reply *reply)
{
	enum smtp_server_answer answer;
	size_t i;

	fuzz_assert(glue.data && glue.recipients);
	fuzz_assert(glue.binary || !glue.message_len || glue.message[glue.message_len - 1] == '\n');
	for (i = 0; i < glue.message_len && !glue.binary; i++) {
		fuzz_assert(glue.message[i]);
		fuzz_assert(glue.message[i] != '\n' || (i && glue.message[i - 1] == '\r'));
		fuzz_assert(glue.message[i] != '\r' || glue.message[i + 1] == '\n');
	}
	answer = decide(reply, hello_decided);
	glue.mail = false;
	glue.data = false;
	glue.end_open = answer == SMTP_SERVER_LATER;
	return answer;
}

static void on_abandon(void *arg)
{
	fuzz_assert((glue.mail || glue.decided == mail_decided) && !glue.end_open);
	glue.mail = false;
	glue.data = false;
	open_question = false;
}

static void on_note(void *arg, const char *text)
{
	for (; *text; text++)
		fuzz_assert(!iscntrl((unsigned char)*text));
}

static enum smtp_server_answer on_auth(void *arg, const char *mechanism, const char *response,
				       struct smtp_reply *reply)
{
	fuzz_assert(!glue.mail);
	if (mechanism && !strcmp(mechanism, "TWO"))
		smtp_reply_set(reply, 334, "", "YWJj");
	else if (response && strlen(response) > 3)
		smtp_reply_set(reply, 235, "", "in");
	return decide(reply, hello_decided);
}

static const char *on_features(void *arg)
{
	return "(& (color=Binary) (image-coding=[MH,MMR]))";
}

static const struct smtp_server_ops ops = {
	.hello = on_hello, .mail = on_mail, .rcpt = on_rcpt, .data = on_data,
	.features = on_features,
	.message = on_message, .message_end = on_end, .abandon = on_abandon, .auth = on_auth,
	.note = on_note,
};

/* Replies are lines of three digits and text, at most 512 bytes. */
static void take_output(struct smtp_server *server)
{
	static char line[512];
	static size_t line_len;
	const char *bytes;
	size_t len;
	size_t i;

	bytes = smtp_server_output(server, &len);
	fuzz_assert(len <= 4096);
	line_len = 0;
	for (i = 0; i < len; i++) {
		fuzz_assert(line_len < sizeof(line));
		line[line_len++] = bytes[i];
		if (bytes[i] != '\n')
			continue;
		/* "334 " and nothing: an empty challenge */
		fuzz_assert((line_len > 5 || line[0] == '3') && line[line_len - 2] == '\r');
		fuzz_assert(isdigit((unsigned char)line[0]) && isdigit((unsigned char)line[1]) &&
			    isdigit((unsigned char)line[2]) && (line[3] == ' ' || line[3] == '-'));
		fuzz_assert(!memchr(line, '\r', line_len - 2));
		line_len = 0;
	}
	fuzz_assert(!line_len);
	smtp_server_sent(server, len);
}

static void answer(struct smtp_server *server)
{
	bool usual = glue.turn % 2;
	struct smtp_reply reply;

	if (!open_question)
		return;
	fuzz_assert(!smtp_server_wants_input(server) || smtp_server_wants_close(server));
	open_question = false;
	glue.end_open = false;
	smtp_reply_set(&reply, glue.turn % 5 ? 450 : 999, "", "later");
	glue.decided(usual);
	smtp_server_answer(server, usual ? NULL : &reply);
}

static void happen(struct smtp_server *server, uint8_t what)
{
	if (what == FUZZ_EOF)
		smtp_server_eof(server);
	else if (smtp_server_wants_tls(server))
		smtp_server_secured(server);
	else
		smtp_server_timeout(server);
}

static void take_piece(struct smtp_server *server, const uint8_t *data, size_t len)
{
	size_t taken = 0;
	char *copy;

	while (taken < len && !smtp_server_wants_close(server)) {
		copy = malloc(len - taken);
		memcpy(copy, data + taken, len - taken);
		taken += smtp_server_input(server, copy, len - taken);
		free(copy);
		fuzz_assert(taken <= len);
		answer(server);
		take_output(server);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp_server_config config = {
		.host_name = "mx.example.com", .message_bytes_max = MESSAGE_MAX,
		.recipients_max = 10, .errors_max = 10, .idle_commands_max = 30,
		.command_timeout_ms = 1, .data_timeout_ms = 1,
	};
	struct smtp_server *server;
	size_t i = 1;
	size_t len;

	if (!size)
		return 0;
	memset(&glue, 0, sizeof(glue));
	open_question = false;
	config.tls = data[0] & 0x80;
	config.auth = "ONE TWO";
	config.auth_secure = "ONE TWO PLAIN";
	config.strict_turns = data[0] & 0x40;
	config.negotiate = data[0] & 0x08;
	config.greeting_delay_ms = data[0] & 0x20 ? 1 : 0;
	server = smtp_server_create(&config, &ops, NULL);
	smtp_server_start(server);
	while (i < size && !smtp_server_wants_close(server)) {
		len = fuzz_piece(data + i, size - i, data[0]);
		if (!len)
			happen(server, data[i++]);
		take_piece(server, data + i, len);
		i += len;
		answer(server);
		take_output(server);
	}
	smtp_server_destroy(server);
	fuzz_assert(!glue.mail);
	return 0;
}
