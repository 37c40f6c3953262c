// SPDX-License-Identifier: GPL-2.0
/* The SMTP client engine, by scripted dialogues. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"
#include "engine/smtp_client.h"
#include "tap.h"

/* Each time-out is another number, so that a wrong one is seen. */
static const struct smtp_client_config config = {
	.host_name = "a.example.net",
	.timeouts = {
		.greeting_ms = 1001, .hello_ms = 1002, .mail_ms = 1003, .rcpt_ms = 1004,
		.data_ms = 1005, .block_ms = 1006, .dot_ms = 1007, .quit_ms = 1008,
		.tls_ms = 1009, .auth_ms = 1010,
	},
};

#define ONE(gets, says)		{ gets, says, 0, 0 }
#define START			{ NULL, "", 1001, 0 }
#define GREETING		{ "220 mx ready\r\n", "EHLO a.example.net\r\n", 1002, 0 }
#define PLAIN			{ "250 mx\r\n", "MAIL FROM:<s@example.net>\r\n", 1003, 0 }
#define MAIL_OK			{ "250 ok\r\n", "RCPT TO:<b@example.com>\r\n", 1004, 0 }
#define RCPT_OK			{ "250 ok\r\n", "DATA\r\n", 1005, 0 }
#define DATA_OK			{ "354 go\r\n", "Subject: x\r\n\r\n..\r\n.\r\n", 1007, 0 }
#define DOT_OK			{ "250 2.0.0 queued as 1\r\n", "QUIT\r\n", 1008, 0 }
#define BYE			{ "221 bye\r\n", "", 0, 0 }
#define END			{ NULL, NULL, 0, 0 }
#define TURNS(...)		((const struct turn[]) { __VA_ARGS__, END })
#define TO_MAIL			START, GREETING
#define TO_RCPT			TO_MAIL, PLAIN
#define TO_DATA			TO_RCPT, MAIL_OK
#define TO_CONTENT		TO_DATA, RCPT_OK
#define TO_DOT			TO_CONTENT, DATA_OK
#define PIPELINED		ONE("250-mx\r\n250 PIPELINING\r\n", \
				    "MAIL FROM:<s@example.net>\r\nRCPT TO:<b@example.com>\r\n" \
				    "RCPT TO:<c@example.com>\r\nRCPT TO:<d@example.com>\r\n")

static const char *const recipients[] = {
	"b@example.com", "c@example.com", "d@example.com", "not an address",
};

static const char *const international[] = { "J\303\274rgen@example.com" };

static const struct smtp_client_dsn dsn[] = {
	{ "SUCCESS,FAILURE", "rfc822;b+c@example.com" },
	{ NULL, NULL },
};

#define TO(count, bytes, eight)	\
	{ .reverse_path = "s@example.net", .recipients = recipients, .recipient_count = count, \
	  .message_bytes = bytes, .eight_bit = eight }

static uint64_t binary_bytes;
static const char *content = "Subject: x\n\n.\n";
static size_t content_read;
static struct smtp_client *client;

static ssize_t read_message(void *arg, char *bytes, size_t size)
{
	size_t len = strlen(content) - content_read;

	if (!strcmp(content, "unreadable"))
		return -1;
	if (!strcmp(content, "nul")) {
		memcpy(bytes, "a\0b", 3);
		return 3;
	}
	if (len > size)
		len = size;
	memcpy(bytes, content + content_read, len);
	content_read += len;
	return (ssize_t)len;
}

static const char *outcome_name(enum smtp_outcome outcome)
{
	static const char *const names[] = { "done", "temporary", "permanent", "unknown" };

	return names[outcome];
}

static void on_recipient(void *arg, size_t index, enum smtp_outcome outcome,
			 const struct smtp_reply *reply)
{
	event("%zu %s %u %s <%s>", index, outcome_name(outcome), reply->code, reply->enhanced,
	      reply->text);
}

static void on_finished(void *arg, enum smtp_outcome outcome, const struct smtp_reply *reply)
{
	event("finished %s %u <%s>", outcome_name(outcome), reply->code, reply->text);
}

static uint64_t on_binary(void *arg)
{
	event("binary");
	if (!binary_bytes)
		return 0;
	content = "bin\nary\r\n.\r\n";
	return binary_bytes;
}

static const char *on_auth_begin(void *arg, const char *offered, bool secure, const char **initial)
{
	event("auth \"%s\"%s", offered, secure ? " secure" : "");
	if (strstr(offered, "FIRST")) {
		*initial = "Zmlyc3Q=";
		return "FIRST";
	}
	if (strstr(offered, "EMPTY")) {
		*initial = "";
		return "EMPTY";
	}
	return strstr(offered, "SECOND") ? "SECOND" : NULL;
}

static const char *on_auth_respond(void *arg, const char *challenge, bool final)
{
	event("challenge \"%s\"%s", challenge, final ? " final" : "");
	return strcmp(challenge, "YmFk") ? "cmVzcG9uc2U=" : NULL;
}

static void on_features(void *arg, size_t index, const char *features)
{
	event("%zu can %s", index, features);
}

/* "hold …": what comes of it is told when the engine waits for it */
static bool may_send(void *arg)
{
	return strncmp(content, "hold", 4);
}

static void decide(void)
{
	if (!may_send(NULL))
		smtp_client_go(client, !strncmp(content, "hold, go", 8));
}

static const struct smtp_client_ops ops = {
	.features = on_features, .may_send = may_send,
	.read_message = read_message, .recipient = on_recipient, .finished = on_finished,
	.binary = on_binary, .auth_begin = on_auth_begin, .auth_respond = on_auth_respond,
};

static void smtp_client_eof_it(void *it)
{
	smtp_client_eof(it, NULL);
}

ENGINE_CALLS(smtp_client)
ENGINE_TLS_CALLS(smtp_client)

/**
 * struct script - a dialogue and what is sent in it
 * @dialogue: the dialogue
 * @envelope: recipient_count 0: one recipient, plain
 * @content: NULL: the usual
 * @tls: of the configuration
 * @auth: of the configuration
 */
struct script {
	struct dialogue dialogue;
	struct smtp_client_envelope envelope;
	const char *content;
	enum smtp_client_tls tls;
	bool auth;
};

#define OVER(outcome)	"0 " outcome "*; finished " outcome "*"

static const struct script scripts[] = {
	{ { "one recipient", TURNS(TO_DOT, DOT_OK, BYE),
	    "0 done 250 2.0.0 <queued as 1>; finished done 0 <>; ", false }, {}, NULL },
	{ { "multi-line replies", TURNS(START,
		ONE("220-mx.example.com\r\n220-welcome\r\n220 ready\r\n", "EHLO *"), PLAIN,
		ONE("250-2.1.0 o\r\n250 2.1.0 k\r\n", "RCPT *"), ONE("250\r\n", "DATA\r\n"),
		DATA_OK, ONE("250-2.0.0 all\r\n250-2.0.0 is\r\n250 2.0.0 well\r\n", "QUIT\r\n"),
		BYE),
	    "0 done 250 2.0.0 <all is well>; finished done 0 <>; ", false }, {}, NULL },
	{ { "reply lines that end in LF", TURNS(START, ONE("220 x\n", "EHLO *"),
		ONE("250-x\n250 SIZE\n", "MAIL *"), ONE("250 ok\n", "RCPT *")), "", true },
	  {}, NULL },
	{ { "EHLO refused: HELO", TURNS(START, GREETING,
		{ "502 what?\r\n", "HELO a.example.net\r\n", 1002, 0 },
		ONE("250 mx\r\n", "MAIL FROM:<s@example.net>\r\n")), "", true },
	  TO(1, 1000, false), NULL },
	{ { "SIZE and 8BITMIME offered", TURNS(START, GREETING,
		ONE("250-mx\r\n250-size 2000\r\n250-FOO\r\n250 8BITMIME\r\n",
		    "MAIL FROM:<s@example.net> SIZE=1000 BODY=8BITMIME\r\n")), "", true },
	  TO(1, 1000, true), NULL },
	{ { "SIZE offered without a limit, 8BITMIME not needed", TURNS(START, GREETING,
		ONE("250-mx\r\n250-SIZE\r\n250 8BITMIME\r\n",
		    "MAIL FROM:<s@example.net> SIZE=1000\r\n")), "", true },
	  TO(1, 1000, false), NULL },
	{ { "message above the SIZE limit", TURNS(START, GREETING,
		ONE("250-mx\r\n250 SIZE 999\r\n", "QUIT\r\n"), BYE),
	    "0 permanent 0 5.3.4 <*1000 bytes*999>; finished done *", false },
	  TO(1, 1000, false), NULL },
	{ { "8-bit message, 7-bit server", TURNS(START, GREETING, ONE("250 mx\r\n", "QUIT\r\n"),
		BYE),
	    "0 permanent 0 5.6.3 *; finished done *", false }, TO(1, 10, true), NULL },
	{ { "sender address that cannot be sent", TURNS(START, GREETING,
		ONE("250 mx\r\n", "QUIT\r\n"), BYE),
	    "0 permanent 0 5.1.7 *; finished done *", false },
	  { .reverse_path = "a>\r\nRCPT TO:<x@example.org", .recipients = recipients,
	    .recipient_count = 1 }, NULL },
	{ { "null path", TURNS(START, GREETING, ONE("250 mx\r\n", "MAIL FROM:<>\r\n")), "", true },
	  { .reverse_path = "", .recipients = recipients, .recipient_count = 1 }, NULL },
	{ { "per recipient: ok, 5xx, 4xx, no address", TURNS(START, GREETING, PLAIN,
		ONE("250 ok\r\n", "RCPT TO:<b@example.com>\r\n"),
		ONE("250 ok\r\n", "RCPT TO:<c@example.com>\r\n"),
		ONE("550 5.1.1 no such\x01\xff user\r\n", "RCPT TO:<d@example.com>\r\n"),
		ONE("451-4.3.0 come\r\n451 4.3.0 again\r\n", "DATA\r\n"), DATA_OK, DOT_OK, BYE),
	    "1 permanent 550 5.1.1 <no such?? user>; 2 temporary 451 4.3.0 <come again>; "
	    "3 permanent 0 5.1.3 *; 0 done 250 2.0.0 *; finished done *", false },
	  TO(4, 0, false), NULL },
	{ { "all recipients refused: no DATA", TURNS(TO_DATA,
		ONE("550 no\r\n", "RCPT TO:<c@example.com>\r\n"), ONE("450 no\r\n", "QUIT\r\n"),
		BYE),
	    "0 permanent 550  <no>; 1 temporary 450  <no>; finished done *", false },
	  TO(2, 0, false), NULL },
	{ { "552 to RCPT: too many recipients, temporary", TURNS(TO_DATA,
		ONE("552 too many\r\n", "QUIT\r\n"), BYE), "0 temporary 552 *; finished done *",
	    false }, {}, NULL },
	{ { "pipelining", TURNS(START, GREETING, PIPELINED,
		{ "250 ok\r\n", "", 1004, 0 }, ONE("250 ok\r\n550 no\r\n", ""),
		{ "250 ok\r\n", "DATA\r\n", 1005, 0 }, DATA_OK, DOT_OK, BYE),
	    "3 permanent *; 1 permanent 550 *; 0 done *; 2 done *; finished done *", false },
	  TO(4, 0, false), NULL },
	{ { "pipelining: MAIL refused, replies to RCPT are counted", TURNS(START, GREETING,
		PIPELINED,
		ONE("451 later\r\n503 what\r\n503 what\r\n", ""), ONE("503 what\r\n", "QUIT\r\n"),
		BYE),
	    "3 permanent *; 0 temporary 451*; 1 temporary 451*; 2 temporary 451*; finished done *",
	    false }, TO(4, 0, false), NULL },
	{ { "pipelining: 421 within the group", TURNS(START, GREETING, PIPELINED,
		ONE("250 ok\r\n250 ok\r\n421 going down\r\n", "")),
	    "3 *; 0 temporary 421*; 1 temporary 421*; 2 temporary 421*; finished temporary 421 *",
	    false }, TO(4, 0, false), NULL },
	{ { "pipelining: a reply before anything was sent", TURNS(START, GREETING,
		ONE("250-mx\r\n250 PIPELINING\r\n250 ok\r\n", "")),
	    OVER("temporary*before it was asked"), false },
	  TO(1, 0, false), NULL },
	{ { "MAIL refused for now", TURNS(TO_RCPT, ONE("451 later\r\n", "QUIT\r\n"), BYE),
	    "0 temporary 451  <later>; finished done *", false }, {}, NULL },
	{ { "MAIL refused for good", TURNS(TO_RCPT, ONE("550 no\r\n", "QUIT\r\n"), BYE),
	    "0 permanent 550 *; finished done *", false }, {}, NULL },
	{ { "DATA refused for good", TURNS(TO_CONTENT, ONE("554 no\r\n", "QUIT\r\n"), BYE),
	    "0 permanent 554 *; finished done *", false }, {}, NULL },
	{ { "DATA refused for now", TURNS(TO_CONTENT, ONE("451 no\r\n", "QUIT\r\n"), BYE),
	    "0 temporary 451 *; finished done *", false }, {}, NULL },
	{ { "250 to DATA, as old peers say", TURNS(TO_CONTENT,
		ONE("250 go\r\n", "Subject: x\r\n\r\n..\r\n.\r\n"), DOT_OK, BYE),
	    OVER("done"), false }, {}, NULL },
	{ { "251 to DATA has no meaning", TURNS(TO_CONTENT, ONE("251 go\r\n", "")),
	    OVER("temporary"), false }, {}, NULL },
	{ { "354 to MAIL has no meaning", TURNS(TO_RCPT, ONE("354 go\r\n", "")),
	    OVER("temporary"), false }, {}, NULL },
	{ { "message refused for good", TURNS(TO_DOT, ONE("554 5.6.1 no page\r\n", "QUIT\r\n"),
		BYE),
	    "0 permanent 554 5.6.1 <no page>; finished done *", false }, {}, NULL },
	{ { "message refused for now", TURNS(TO_DOT, ONE("452 4.3.1 full\r\n", "QUIT\r\n"), BYE),
	    "0 temporary 452 4.3.1 <full>; finished done *", false }, {}, NULL },
	{ { "354 to the final dot: in doubt", TURNS(TO_DOT, ONE("354 what\r\n", "")),
	    OVER("unknown"), false }, {}, NULL },
	{ { "greeting 554", TURNS(START, ONE("554 go away\r\n", "QUIT\r\n"), BYE),
	    OVER("permanent 554"), false }, {}, NULL },
	{ { "greeting 450", TURNS(START, ONE("450 later\r\n", "QUIT\r\n"), BYE),
	    OVER("temporary 450"), false }, {}, NULL },
	{ { "greeting 421", TURNS(START, ONE("421 later\r\n", "")),
	    OVER("temporary 421"), false }, {}, NULL },
	{ { "421 to EHLO", TURNS(TO_MAIL, ONE("421 x\r\n", "")), OVER("temporary"), false }, {},
		NULL },
	{ { "450 to EHLO", TURNS(TO_MAIL, ONE("450 x\r\n", "QUIT\r\n"), BYE), OVER("temporary"),
	    false }, {}, NULL },
	{ { "5xx to HELO", TURNS(TO_MAIL, ONE("500 x\r\n", "HELO *"), ONE("550 x\r\n", "QUIT\r\n"),
		BYE),
	    OVER("permanent"), false }, {}, NULL },
	{ { "421 to MAIL", TURNS(TO_RCPT, ONE("421 x\r\n", "")), OVER("temporary"), false }, {},
		NULL },
	{ { "421 to RCPT", TURNS(TO_DATA, ONE("421 x\r\n", "")), OVER("temporary"), false }, {},
		NULL },
	{ { "421 to DATA", TURNS(TO_CONTENT, ONE("421 x\r\n", "")), OVER("temporary"), false }, {},
	  NULL },
	{ { "421 to the final dot", TURNS(TO_DOT, ONE("421 x\r\n", "")), OVER("temporary 421"),
		false },
	  {}, NULL },
	{ { "no meaning: text", TURNS(START, ONE("hello there\r\n", "")), OVER("temporary"),
		false },
	  {}, NULL },
	{ { "no meaning: 000", TURNS(TO_MAIL, ONE("000 x\r\n", "")), OVER("temporary"), false },
	  {}, NULL },
	{ { "no meaning: 999", TURNS(TO_MAIL, ONE("999 x\r\n", "")), OVER("temporary"), false },
	  {}, NULL },
	{ { "no meaning: 2500", TURNS(TO_MAIL, ONE("2500 x\r\n", "")), OVER("temporary"), false },
	  {}, NULL },
	{ { "no meaning: 25", TURNS(TO_MAIL, ONE("25\r\n", "")), OVER("temporary"), false }, {},
		NULL },
	{ { "no meaning: empty line", TURNS(TO_MAIL, ONE("\r\n", "")), OVER("temporary"), false },
		{},
	  NULL },
	{ { "mixed codes in one reply", TURNS(TO_MAIL, ONE("250-mx\r\n550 SIZE\r\n", "")),
	    OVER("temporary"), false }, {}, NULL },
	{ { "premature reply: after the greeting", TURNS(START, ONE("220 x\r\n250 y\r\n", "")),
	    OVER("temporary*before it was asked"), false }, {}, NULL },
	{ { "early data reply: 250 while the message goes out", TURNS(TO_CONTENT,
		ONE("354 go\r\n250 queued\r\n", "")), OVER("temporary*before it was asked"),
	    false }, {}, NULL },
	{ { "partial reply and end of file", TURNS(TO_RCPT, ONE("250-o", ""), ONE(GETS_EOF, "")),
	    "0 temporary 0 4.4.2 <the server closed the connection while waiting for the reply to "
	    "MAIL>; finished temporary *", false }, {}, NULL },
	{ { "end of file before the greeting", TURNS(START, ONE(GETS_EOF, "")), OVER("temporary"),
	    false }, {}, NULL },
	{ { "end of file instead of the reply to DATA", TURNS(TO_CONTENT, ONE(GETS_EOF, "")),
	    OVER("temporary"), false }, {}, NULL },
	{ { "end of file instead of the reply to the final dot", TURNS(TO_DOT, ONE("2", ""),
		ONE(GETS_EOF, "")), OVER("unknown 0"), false }, {}, NULL },
	{ { "end of file instead of the reply to QUIT", TURNS(TO_DOT, DOT_OK, ONE(GETS_EOF, "")),
	    OVER("done"), false }, {}, NULL },
	{ { "QUIT answered with 421", TURNS(TO_DOT, DOT_OK, ONE("421 x\r\n", "")), OVER("done"),
	    false }, {}, NULL },
	{ { "QUIT answered with nonsense", TURNS(TO_DOT, DOT_OK, ONE("wat\r\n", "")), OVER("done"),
	    false }, {}, NULL },
	{ { "time-out: greeting", TURNS(START, ONE(GETS_TIMEOUT, "")),
	    "0 temporary 0 4.4.2 <timed out after 1.001 s waiting for the greeting>; *", false },
	  {}, NULL },
	{ { "time-out: EHLO", TURNS(TO_MAIL, ONE("250-x\r\n", ""), ONE(GETS_TIMEOUT, "")),
	    OVER("temporary*reply to EHLO"), false }, {}, NULL },
	{ { "time-out: MAIL", TURNS(TO_RCPT, ONE(GETS_TIMEOUT, "")),
		OVER("temporary*reply to MAIL"),
	    false }, {}, NULL },
	{ { "time-out: RCPT", TURNS(TO_DATA, ONE(GETS_TIMEOUT, "")),
		OVER("temporary*reply to RCPT"),
	    false }, {}, NULL },
	{ { "time-out: DATA", TURNS(TO_CONTENT, ONE(GETS_TIMEOUT, "")),
	    OVER("temporary*reply to DATA"), false }, {}, NULL },
	{ { "time-out: final dot", TURNS(TO_DOT, ONE(GETS_TIMEOUT, "")), OVER("unknown*end of the"),
	    false }, {}, NULL },
	{ { "time-out: QUIT", TURNS(TO_DOT, DOT_OK, ONE(GETS_TIMEOUT, "")), OVER("done"), false },
		{},
	  NULL },
	{ { "the message cannot be read", TURNS(TO_CONTENT, ONE("354 go\r\n", "")),
	    "0 temporary 0 4.3.0 *; finished temporary 0 *", false }, {}, "unreadable" },
	{ { "the message has a NUL", TURNS(TO_CONTENT, ONE("354 go\r\n", "")),
	    "0 permanent 0 5.6.0 *; finished permanent 0 *", false }, {}, "nul" },
	{ { "line ends become CRLF, dots are stuffed", TURNS(TO_CONTENT,
		ONE("354 go\r\n", "..a\r\nb\r\n..\r\nc\r\n\r\nd\r\n...\r\nx\r\n.\r\n")),
	    NULL, true }, {}, ".a\nb\r.\r\nc\n\rd\n..\r\n" "x" },
	{ { "smuggling out: LF.LF and kin", TURNS(TO_CONTENT,
		ONE("354 go\r\n", "x\r\n..\r\nMAIL\r\n..\r\nRSET\r\n..\r\nQUIT\r\n.\r\n")),
	    NULL, true }, {}, "x\n.\nMAIL\r.\rRSET\n.\r\nQUIT" },
	{ { "STARTTLS, and what was offered before is forgotten", TURNS(START, GREETING,
		{ "250-mx\r\n250-SIZE 10\r\n250-PIPELINING\r\n250 STARTTLS\r\n", "STARTTLS\r\n",
		  1009, 0 },
		{ "220 go\r\n", "", 1009, 0 }, { GETS_TLS, "EHLO a.example.net\r\n", 1002, 0 },
		PLAIN, MAIL_OK), "", true },
	  TO(1, 1000, false), NULL, SMTP_CLIENT_TLS_OFFERED, false },
	{ { "STARTTLS is not asked for", TURNS(START, GREETING,
		ONE("250-mx\r\n250 STARTTLS\r\n", "MAIL *")), "", true }, {}, NULL,
	  SMTP_CLIENT_TLS_NONE, false },
	{ { "STARTTLS refused, not required", TURNS(START, GREETING,
		ONE("250-mx\r\n250 STARTTLS\r\n", "STARTTLS\r\n"), ONE("454 no\r\n", "MAIL *")),
	    "", true }, {}, NULL, SMTP_CLIENT_TLS_OFFERED, false },
	{ { "STARTTLS refused, required", TURNS(START, GREETING,
		ONE("250-mx\r\n250 STARTTLS\r\n", "STARTTLS\r\n"), ONE("454 no\r\n", "QUIT\r\n"),
		BYE), "0 temporary 0 4.7.0 *; finished temporary *", false }, {}, NULL,
	  SMTP_CLIENT_TLS_REQUIRED, false },
	{ { "STARTTLS not offered, required", TURNS(START, GREETING, ONE("250 mx\r\n", "QUIT\r\n"),
		BYE), "0 temporary 0 4.7.0 *; finished temporary *", false }, {}, NULL,
	  SMTP_CLIENT_TLS_REQUIRED, false },
	{ { "STARTTLS and HELO only: required", TURNS(START, GREETING, ONE("500 x\r\n", "HELO *"),
		ONE("250 mx\r\n", "QUIT\r\n"), BYE), "0 temporary 0 4.7.0 *; *", false }, {}, NULL,
	  SMTP_CLIENT_TLS_REQUIRED, false },
	{ { "premature reply: behind the one to STARTTLS", TURNS(START, GREETING,
		ONE("250-mx\r\n250 STARTTLS\r\n", "STARTTLS\r\n"),
		ONE("220 go\r\n250 mx\r\n", "")), OVER("temporary*before the TLS handshake"),
	    false }, {}, NULL, SMTP_CLIENT_TLS_OFFERED, false },
	{ { "time-out: STARTTLS", TURNS(START, GREETING,
		ONE("250-mx\r\n250 STARTTLS\r\n", "STARTTLS\r\n"), ONE(GETS_TIMEOUT, "")),
	    OVER("temporary*reply to STARTTLS"), false }, {}, NULL, SMTP_CLIENT_TLS_OFFERED, false },
	{ { "time-out: TLS handshake", TURNS(START, GREETING,
		ONE("250-mx\r\n250 STARTTLS\r\n", "STARTTLS\r\n"), ONE("220 go\r\n", ""),
		ONE(GETS_TIMEOUT, "")),
	    OVER("temporary*TLS handshake"), false }, {}, NULL, SMTP_CLIENT_TLS_OFFERED, false },
	{ { "TLS first", TURNS({ NULL, "", 1009, 0 }, { GETS_TLS, "", 1001, 0 }, GREETING,
		ONE("250-mx\r\n250 STARTTLS\r\n", "MAIL *")), "", true }, {}, NULL,
	  SMTP_CLIENT_TLS_FIRST, false },
	{ { "AUTH with a first response", TURNS(START, GREETING,
		{ "250-mx\r\n250 AUTH PLAIN FIRST\r\n", "AUTH FIRST Zmlyc3Q=\r\n", 1010, 0 },
		ONE("235 2.7.0 in\r\n", "MAIL *")),
	    "auth \"PLAIN FIRST\"; challenge \"\" final; ", true }, {}, NULL,
	  SMTP_CLIENT_TLS_NONE, true },
	{ { "AUTH with an empty first response", TURNS(START, GREETING,
		ONE("250-mx\r\n250 AUTH=EMPTY\r\n", "AUTH EMPTY =\r\n"),
		ONE("235 in\r\n", "MAIL *")),
	    NULL, true }, {}, NULL, SMTP_CLIENT_TLS_NONE, true },
	{ { "AUTH with challenges", TURNS(START, GREETING,
		ONE("250-mx\r\n250 AUTH SECOND\r\n", "AUTH SECOND\r\n"),
		ONE("334 b25l\r\n", "cmVzcG9uc2U=\r\n"), ONE("334 \r\n", "cmVzcG9uc2U=\r\n"),
		ONE("235 in\r\n", "MAIL *")),
	    "auth \"SECOND\"; challenge \"b25l\"; challenge \"\"; challenge \"\" final; ", true },
	  {}, NULL, SMTP_CLIENT_TLS_NONE, true },
	{ { "AUTH: a challenge that makes no sense is cancelled", TURNS(START, GREETING,
		ONE("250-mx\r\n250 AUTH SECOND\r\n", "AUTH SECOND\r\n"),
		ONE("334 YmFk\r\n", "*\r\n"), ONE("501 ok\r\n", "QUIT\r\n"), BYE),
	    "*0 temporary 501 *; finished temporary *", false }, {}, NULL, SMTP_CLIENT_TLS_NONE,
	  true },
	{ { "AUTH refused: the mail waits", TURNS(START, GREETING,
		ONE("250-mx\r\n250 AUTH FIRST\r\n", "AUTH *"), ONE("535 5.7.8 no\r\n", "QUIT\r\n"),
		BYE),
	    "*0 temporary 535 5.7.8 <no>; finished temporary *", false }, {}, NULL,
	  SMTP_CLIENT_TLS_NONE, true },
	{ { "AUTH: no mechanism that can be used", TURNS(START, GREETING,
		ONE("250-mx\r\n250 AUTH OTHER\r\n", "QUIT\r\n"), BYE),
	    "*0 temporary 0 4.7.0 *; *", false }, {}, NULL, SMTP_CLIENT_TLS_NONE, true },
	{ { "AUTH not offered", TURNS(START, GREETING, ONE("250 mx\r\n", "QUIT\r\n"), BYE),
	    "*0 temporary 0 4.7.0 *; *", false }, {}, NULL, SMTP_CLIENT_TLS_NONE, true },
	{ { "AUTH comes after STARTTLS", TURNS(START, GREETING,
		ONE("250-mx\r\n250-AUTH FIRST\r\n250 STARTTLS\r\n", "STARTTLS\r\n"),
		ONE("220 go\r\n", ""), ONE(GETS_TLS, "EHLO *"),
		ONE("250-mx\r\n250 AUTH SECOND\r\n", "AUTH SECOND\r\n")),
	    "auth \"SECOND\" secure; ", true }, {}, NULL, SMTP_CLIENT_TLS_OFFERED, true },
	{ { "time-out: AUTH", TURNS(START, GREETING,
		ONE("250-mx\r\n250 AUTH SECOND\r\n", "AUTH SECOND\r\n"), ONE(GETS_TIMEOUT, "")),
	    "*0 temporary*reply to AUTH*", false }, {}, NULL, SMTP_CLIENT_TLS_NONE, true },
	{ { "BINARYMIME: one chunk, as it is", TURNS(START, GREETING,
		ONE("250-mx\r\n250-SIZE\r\n250-CHUNKING\r\n250 BINARYMIME\r\n",
		    "MAIL FROM:<s@example.net> SIZE=12 BODY=BINARYMIME\r\n"), MAIL_OK,
		{ "250 ok\r\n", "BDAT 12 LAST\r\nbin\nary\r\n.\r\n", 1007, 0 }, DOT_OK, BYE),
	    "binary; 0 done 250 *; finished done *", false },
	  { .reverse_path = "s@example.net", .recipients = recipients, .recipient_count = 1,
	    .message_bytes = 1000 }, NULL, SMTP_CLIENT_TLS_NONE, false },
	{ { "BINARYMIME not offered", TURNS(START, GREETING,
		ONE("250-mx\r\n250-SIZE\r\n250 CHUNKING\r\n", "MAIL FROM:<s@example.net> SIZE=1000\r\n"),
		MAIL_OK, RCPT_OK), "", true },
	  { .reverse_path = "s@example.net", .recipients = recipients, .recipient_count = 1,
	    .message_bytes = 1000 }, NULL, SMTP_CLIENT_TLS_NONE, false },
	{ { "BINARYMIME: a form that is shorter than announced is never complete", TURNS(START,
		GREETING, ONE("250-mx\r\n250-CHUNKING\r\n250 BINARYMIME\r\n", "MAIL *"), MAIL_OK,
		ONE("250 ok\r\n", "*")),
	    "binary; 0 temporary 0 4.3.0 *; finished temporary *", false },
	  { .reverse_path = "s@example.net", .recipients = recipients, .recipient_count = 1,
	    .message_bytes = 1000 }, NULL, SMTP_CLIENT_TLS_NONE, false },
	{ { "DSN offered", TURNS(START, GREETING, ONE("250-mx\r\n250 DSN\r\n",
		"MAIL FROM:<s@example.net> RET=HDRS ENVID=a+2Bb+3D\r\n"),
		ONE("250 ok\r\n",
		    "RCPT TO:<b@example.com> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+2Bc@example.com\r\n"),
		ONE("250 ok\r\n", "RCPT TO:<c@example.com>\r\n")),
	    "", true },
	  { .reverse_path = "s@example.net", .recipients = recipients, .recipient_count = 2,
	    .dsn = dsn, .envelope_id = "a+b=", .dsn_return = "HDRS" }, NULL,
	  SMTP_CLIENT_TLS_NONE, false },
	{ { "C16: CONNEG: what recipients can receive, as RFC 4141 has it", TURNS(START, GREETING,
		ONE("250-mx\r\n250-CONPERM\r\n250 CONNEG\r\n", "MAIL FROM:<s@example.net>\r\n"),
		ONE("250 ok\r\n", "RCPT TO:<b@example.com> CONNEG\r\n"),
		ONE("250-2.1.5 ok\r\n250-CONNEG (&(color=Binary)\r\n250 CONNEG (dpi=204))\r\n",
		    "RCPT TO:<c@example.com> CONNEG\r\n"),
		ONE("250 2.1.5 nothing is known\r\n", "DATA\r\n"), DATA_OK),
	    "0 can (&(color=Binary) (dpi=204)); ", true },
	  { .reverse_path = "s@example.net", .recipients = recipients, .recipient_count = 2,
	    .negotiate = true }, NULL },
	{ { "C16: S4: CONNEG without its prefix, as Panasonic has it", TURNS(START, GREETING,
		ONE("250-mx\r\n250-PIPELINING\r\n250 CONNEG\r\n", "MAIL *"),
		ONE("250 ok\r\n250-ok\r\n250-(&(color=Binary)\r\n"
		    "250-(|(dpi=204)\r\n250 (dpi=200)))\r\n250-(dpi=\r\n250 204)\r\n", "DATA\r\n")),
	    "0 can (&(color=Binary) (|(dpi=204) (dpi=200))); 1 can (dpi= 204); ", true },
	  { .reverse_path = "s@example.net", .recipients = recipients, .recipient_count = 2,
	    .negotiate = true }, NULL },
	{ { "CONNEG that is not known for one is refused with 504: named again without",
	    TURNS(START, GREETING, ONE("250-mx\r\n250-PIPELINING\r\n250 CONNEG\r\n", "MAIL *"),
		ONE("250 ok\r\n504 5.5.4 not for this\r\n250 ok\r\n550 no\r\n",
		    "RCPT TO:<b@example.com>\r\n"), ONE("250 ok\r\n", "DATA\r\n"), DATA_OK, DOT_OK,
		BYE), "2 permanent 550*; 0 done *; 1 done *; finished done *", false },
	  { .reverse_path = "s@example.net", .recipients = recipients, .recipient_count = 3,
	    .negotiate = true }, NULL },
	{ { "CONNEG refused twice is refused", TURNS(START, GREETING,
		ONE("250-mx\r\n250 CONNEG\r\n", "MAIL *"), ONE("250 ok\r\n", "RCPT * CONNEG\r\n"),
		ONE("504 no\r\n", "RCPT TO:<b@example.com>\r\n"), ONE("504 no\r\n", "QUIT\r\n"), BYE),
	    "0 permanent 504*; finished done *", false },
	  { .reverse_path = "s@example.net", .recipients = recipients, .recipient_count = 1,
	    .negotiate = true }, NULL },
	{ { "CONNEG is not asked if it is not offered, or not wanted", TURNS(START, GREETING, PLAIN,
		MAIL_OK), "", true },
	  { .reverse_path = "s@example.net", .recipients = recipients, .recipient_count = 1,
	    .negotiate = true }, NULL },
	{ { "features that nobody asked for are not told", TURNS(START, GREETING,
		ONE("250-mx\r\n250 CONNEG\r\n", "MAIL *"),
		ONE("250 ok\r\n", "RCPT TO:<b@example.com>\r\n"),
		ONE("250-ok\r\n250 CONNEG (dpi=204)\r\n", "DATA\r\n")), "", true }, {}, NULL },
	{ { "CONPERM", TURNS(START, GREETING, ONE("250-mx\r\n250 CONPERM\r\n",
		"MAIL FROM:<s@example.net> CONPERM\r\n")), "", true },
	  { .reverse_path = "s@example.net", .recipients = recipients, .recipient_count = 1,
	    .convertible = true }, NULL },
	{ { "CONPERM is not offered", TURNS(START, GREETING, PLAIN), "", true },
	  { .reverse_path = "s@example.net", .recipients = recipients, .recipient_count = 1,
	    .convertible = true }, NULL },
	{ { "the message is held, and goes", TURNS(TO_DATA,
		{ "250 ok\r\n", "DATA\r\n", 1005, 0 }, ONE("354 go\r\n", "hold, go\r\n.\r\n"), DOT_OK,
		BYE), "0 done *; finished done *", false }, {}, "hold, go" },
	{ { "the message is held, and does not go", TURNS(TO_DATA, ONE("250 ok\r\n", "QUIT\r\n"),
		BYE), "0 temporary 0 4.6.5 *; finished done *", false }, {}, "hold" },
	{ { "DSN not offered", TURNS(START, GREETING, PLAIN, MAIL_OK), "", true },
	  { .reverse_path = "s@example.net", .recipients = recipients, .recipient_count = 2,
	    .dsn = dsn, .envelope_id = "a+b=", .dsn_return = "HDRS" }, NULL,
	  SMTP_CLIENT_TLS_NONE, false },
	{ { "SMTPUTF8 offered", TURNS(START, GREETING, ONE("250-mx\r\n250 SMTPUTF8\r\n",
		"MAIL FROM:<s@example.net> SMTPUTF8\r\n"),
		ONE("250 ok\r\n", "RCPT TO:<J\303\274rgen@example.com>\r\n")), "", true },
	  { .reverse_path = "s@example.net", .recipients = international, .recipient_count = 1 },
	  NULL, SMTP_CLIENT_TLS_NONE, false },
	{ { "SMTPUTF8 not offered", TURNS(START, GREETING, PLAIN, ONE("250 ok\r\n", "QUIT\r\n"),
		BYE), "0 permanent 0 5.6.7 *; finished done *", false },
	  { .reverse_path = "s@example.net", .recipients = international, .recipient_count = 1 },
	  NULL, SMTP_CLIENT_TLS_NONE, false },
	{ { "empty message", TURNS(TO_CONTENT, ONE("354 go\r\n", ".\r\n"), DOT_OK, BYE),
		OVER("done"),
	    false }, {}, "" },
};

static struct smtp_client_envelope envelope_usual = TO(1, 0, false);

static bool run_one(const struct script *script, enum pieces pieces)
{
	struct smtp_client_config with = config;
	struct engine engine;
	bool ok;

	binary_bytes = strstr(script->dialogue.name, "shorter") ? 13 :
		       strstr(script->dialogue.name, "BINARYMIME") ? 12 : 0;
	with.tls = script->tls;
	with.auth = script->auth;
	events_clear();
	content = script->content ? script->content : "Subject: x\n\n.\n";
	content_read = 0;
	client = smtp_client_create(&with, script->envelope.recipient_count ? &script->envelope :
				    &envelope_usual, &ops, NULL);
	engine = smtp_client_tls_engine(client);
	engine.settle = decide;
	ok = dialogue_run(&script->dialogue, &engine, pieces);
	smtp_client_destroy(client);
	return ok;
}

/* Replies that come before the question need all bytes in one piece. */
static bool in_one_piece(const struct script *script)
{
	const char *name = script->dialogue.name;

	return strstr(name, "premature") || strstr(name, "early") ||
		strstr(name, "before anything");
}

static void test_scripts(void)
{
	unsigned int pieces;
	size_t i;
	bool ok;

	for (i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		ok = true;
		for (pieces = 0; pieces < PIECES_COUNT; pieces++)
			if (pieces == PIECES_WHOLE || !in_one_piece(&scripts[i]))
				ok &= run_one(&scripts[i], pieces);
		tap_ok(ok, "client: %s", scripts[i].dialogue.name);
	}
}

static void begin(const char *message, size_t recipient_count)
{
	static struct smtp_client_envelope envelope = TO(1, 0, false);

	envelope.recipient_count = recipient_count;
	events_clear();
	content = message;
	content_read = 0;
	client = smtp_client_create(&config, &envelope, &ops, NULL);
	smtp_client_start(client);
}

static void hear(const char *text)
{
	size_t len;

	smtp_client_output(client, &len);
	smtp_client_sent(client, len);
	smtp_client_input(client, text, strlen(text));
}

static void begin_content(const char *message)
{
	begin(message, 1);
	hear("220 x\r\n");
	hear("250 x\r\n");
	hear("250 x\r\n");
	hear("250 x\r\n");
	hear("354 x\r\n");
}

static void test_endless(void)
{
	char line[2000];
	unsigned int i;

	memset(line, '2', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	begin("", 1);
	hear(line);
	tap_ok(smtp_client_wants_close(client) && strstr(events(), "endless"),
	       "client: endless reply line");
	smtp_client_destroy(client);

	begin("", 1);
	for (i = 0; i < 300 && !smtp_client_wants_close(client); i++)
		hear("220-x\r\n");
	tap_ok(i < 300 && strstr(events(), "finished temporary"), "client: endless reply");
	smtp_client_destroy(client);
}

/* Early replies, seen when the message is longer than the output. */
static void test_replies_within_message(void)
{
	char *big = malloc(100001);

	memset(big, 'a', 100000);
	big[100000] = '\0';
	begin_content(big);
	hear("250 thank you\r\n");
	tap_ok(smtp_client_wants_close(client) && strstr(events(), "0 temporary 0 "),
	       "client: 250 within the message is not believed");
	smtp_client_destroy(client);

	begin_content(big);
	hear("552 too big\r\n");
	tap_ok(strstr(events(), "0 permanent 552") && smtp_client_wants_close(client),
	       "client: 552 within the message");
	smtp_client_destroy(client);

	begin_content(big);
	hear("421 down\r\n");
	tap_ok(strstr(events(), "0 temporary 421"), "client: 421 within the message");
	smtp_client_destroy(client);

	begin_content(big);
	smtp_client_eof(client, "Connection reset by peer");
	tap_ok(strstr(events(), "0 temporary 0 4.4.2 <Connection reset by peer while"),
	       "client: connection lost within the message: not in doubt");
	smtp_client_destroy(client);
	free(big);

	begin_content("x");
	hear("");
	smtp_client_eof(client, NULL);
	tap_ok(strstr(events(), "0 unknown"), "client: connection lost after the dot: in doubt");
	smtp_client_destroy(client);

	begin_content("x");
	smtp_client_eof(client, NULL);
	tap_ok(strstr(events(), "0 temporary"),
	       "client: connection lost with the dot not yet sent: not in doubt");
	smtp_client_destroy(client);
}

static void test_block_deadline(void)
{
	char *big = malloc(100001);
	unsigned int generation;
	size_t len;
	int i;

	memset(big, 'a', 100000);
	big[100000] = '\0';
	begin_content(big);
	smtp_client_output(client, &len);
	tap_ok(len <= 17408 && smtp_client_deadline(client)->timeout_ms == 1006,
	       "client: reads ahead no more than a block");
	generation = smtp_client_deadline(client)->generation;
	for (i = 0; i < 16383; i++)
		smtp_client_sent(client, 1);
	tap_ok(generation == smtp_client_deadline(client)->generation,
	       "client: bytes taken one by one do not move the deadline");
	smtp_client_sent(client, 1);
	tap_ok(generation != smtp_client_deadline(client)->generation &&
	       smtp_client_deadline(client)->timeout_ms == 1006, "client: 16 KiB do");
	smtp_client_timeout(client);
	tap_ok(strstr(events(), "4.4.2 <timed out after 1.006 s waiting for the server to take"),
	       "client: time-out within the message");
	smtp_client_destroy(client);
	free(big);
}

/* More recipients than the output has room for. */
static void test_many_recipients(void)
{
	enum { COUNT = 1000 };
	const char *many[COUNT];
	struct smtp_client_envelope envelope = {
		.reverse_path = "s@example.net", .recipients = many, .recipient_count = COUNT,
	};
	char name[80];
	size_t lines = 0;
	const char *said;
	size_t len;
	size_t i;

	snprintf(name, sizeof(name), "%.50s@example.com",
		 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee");
	for (i = 0; i < COUNT; i++)
		many[i] = name;
	events_clear();
	content = "x";
	content_read = 0;
	client = smtp_client_create(&config, &envelope, &ops, NULL);
	smtp_client_start(client);
	hear("220 x\r\n");
	hear("250-x\r\n250 PIPELINING\r\n");
	for (i = 0; i < 10000; i++) {
		said = smtp_client_output(client, &len);
		if (len) {
			for (const char *c = said; c < said + len; c++)
				lines += *c == '\n';
			if (!strncmp(said, "DATA", 4))
				break;
			smtp_client_sent(client, len);
		} else {
			smtp_client_input(client, "250 ok\r\n", 8);
		}
	}
	tap_ok(lines == COUNT + 2, "client: 1000 recipients in one transaction");
	smtp_client_destroy(client);
}

int main(void)
{
	test_scripts();
	test_endless();
	test_replies_within_message();
	test_block_deadline();
	test_many_recipients();
	return tap_end();
}
