// SPDX-License-Identifier: GPL-2.0
/* The SMTP server engine, by scripted dialogues. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"
#include "engine/smtp_server.h"
#include "tap.h"

#define START		{ NULL, "220 mx.example.com ESMTP ifax\r\n", 300000, 0 }
#define EHLO		{ "EHLO a.example.net\r\n", "250-mx.example.com\r\n250-PIPELINING\r\n" \
			  "250-SIZE 1000\r\n250-8BITMIME\r\n250-BINARYMIME\r\n" \
			  "250-CHUNKING\r\n250-DSN\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n", 300000, 0 }
#define MAIL		{ "MAIL FROM:<a@example.net>\r\n", "250 2.1.0 *\r\n", 0, 0 }
#define RCPT		{ "RCPT TO:<b@example.com>\r\n", "250 2.1.5 *\r\n", 0, 0 }
#define DATA		{ "DATA\r\n", "354 *\r\n", 180000, 0 }
#define QUIT		{ "QUIT\r\n", "221 2.0.0 *\r\n", 0, 0 }
#define END		{ NULL, NULL, 0, 0 }
#define SAY(in, out)	{ in, out, 0, 0 }
#define TURNS(...)	((const struct turn[]) { __VA_ARGS__, END })

static struct smtp_server *server;
static bool later;		/* answers come by smtp_server_answer() */
static bool asked;
static struct smtp_reply answer;
static bool answer_usual;
static char message[4096];
static size_t message_len;
static unsigned int heard;

static enum smtp_server_answer decide(const char *what, struct smtp_reply *reply, bool good)
{
	struct smtp_reply no;

	(void)what;
	if (later) {
		asked = true;
		answer_usual = good;
		smtp_reply_set(&answer, 550, "5.7.1", "refused\r\nby policy");
		return SMTP_SERVER_LATER;
	}
	smtp_reply_set(&no, 550, "5.7.1", "refused\r\nby policy");
	if (!good)
		*reply = no;
	return SMTP_SERVER_NOW;
}

static enum smtp_server_answer on_hello(void *arg, const char *name, struct smtp_reply *reply)
{
	event("hello %s", name);
	return decide("hello", reply, strcmp(name, "refused.example.net"));
}

static enum smtp_server_answer on_mail(void *arg, const struct smtp_server_mail *mail,
				       struct smtp_reply *reply)
{
	event("mail <%s> size=%llu 8bit=%d%s%s%s%s%s", mail->reverse_path.address,
	      (unsigned long long)mail->size_bytes, mail->eight_bit,
	      mail->binary ? " binary" : "", mail->utf8 ? " utf8" : "",
	      mail->convertible ? " convertible" : "", mail->dsn_return,
	      mail->envelope_id);
	return decide("mail", reply, strcmp(mail->reverse_path.address, "refused@example.net"));
}

static enum smtp_server_answer on_rcpt(void *arg, const struct smtp_server_rcpt *rcpt,
				       struct smtp_reply *reply)
{
	event("rcpt <%s>%s%s%s", rcpt->path.address, rcpt->notify, rcpt->original,
	      rcpt->asks ? " asks" : "");
	return decide("rcpt", reply, strcmp(rcpt->path.address, "refused@example.com"));
}

static char features[SMTP_FEATURES_MAX + 64] = "(& (color=Binary) (dpi=204))";

static const char *on_features(void *arg)
{
	return features;
}

static enum smtp_server_answer on_data(void *arg, struct smtp_reply *reply)
{
	event("data");
	message_len = 0;
	if (!strcmp(smtp_server_get_hello(server), "no-room.example.net")) {
		smtp_reply_set(reply, 452, "4.3.1", "no room");
		return SMTP_SERVER_NOW;
	}
	return decide("data", reply, true);
}

static bool on_message(void *arg, const char *bytes, size_t len)
{
	if (message_len + len > sizeof(message))
		return true;
	memcpy(message + message_len, bytes, len);
	message_len += len;
	return !memmem(message, message_len, "unstorable", 10);
}

static enum smtp_server_answer on_end(void *arg, struct smtp_reply *reply)
{
	event("message \"%.*s\"", (int)message_len, message);
	return decide("end", reply, !memmem(message, message_len, "unwanted", 8));
}

static void on_abandon(void *arg)
{
	event("abandon");
}

static void on_heard(void *arg)
{
	heard++;
}

static void on_note(void *arg, const char *text)
{
}

static const struct smtp_server_ops ops = {
	.hello = on_hello,
	.mail = on_mail,
	.rcpt = on_rcpt,
	.features = on_features,
	.data = on_data,
	.message = on_message,
	.message_end = on_end,
	.abandon = on_abandon,
	.heard = on_heard,
	.note = on_note,
};

static const struct smtp_server_config config = {
	.host_name = "mx.example.com",
	.message_bytes_max = 1000,
	.recipients_max = 100,
	.errors_max = 5,
	.idle_commands_max = 10,
	.strict_turns = true,
	.command_timeout_ms = 300000,
	.data_timeout_ms = 180000,
};

static void answer_now(void)
{
	if (!asked)
		return;
	asked = false;
	smtp_server_answer(server, answer_usual ? NULL : &answer);
}

static void smtp_server_eof_it(void *it)
{
	smtp_server_eof(it);
}

ENGINE_CALLS(smtp_server)

static const struct dialogue dialogues[] = {
	{ "a message for two of three recipients", TURNS(
		START, EHLO, MAIL, RCPT,
		SAY("RCPT TO:<refused@example.com>\r\n", "550 5.7.1 refused??by policy\r\n"),
		SAY("RCPT TO:<c@example.com>\r\n", "250 2.1.5 *"), DATA,
		SAY("This is a fax,\r\n...and its end.\r\n.\r\n", "250 2.0.0 *"), QUIT),
	  "hello a.example.net; mail <a@example.net> size=0 8bit=0; rcpt <b@example.com>; "
	  "rcpt <refused@example.com>; rcpt <c@example.com>; data; "
	  "message \"This is a fax,\r\n..and its end.\r\n\"; ", false },
	{ "HELO, lower case, spaces after the colon, null path, postmaster", TURNS(
		START, SAY("helo a.example.net\r\n", "250 mx.example.com\r\n"),
		SAY("mail from: <>\r\n", "250 *"), SAY("rcpt to:  <POSTmaster>\r\n", "250 *"),
		SAY("data\r\n", "354 *"), SAY(".\r\n", "250 *"), SAY("quit\r\n", "221 *")),
	  "hello a.example.net; mail <> size=0 8bit=0; rcpt <POSTmaster>; data; message \"\"; ",
	  false },
	{ "MAIL with parameters", TURNS(
		START, EHLO,
		SAY("MAIL FROM:<a@example.net> BODY=8BITMIME SIZE=999 \r\n", "250 *"),
		SAY("RSET\r\n", "250 2.0.0 *"),
		SAY("MAIL FROM:<a@example.net> size=1001\r\n", "552 5.3.4 *"),
		SAY("MAIL FROM:<a@example.net> SIZE=99999999999999999999\r\n", "501 5.5.4 *"),
		SAY("MAIL FROM:<a@example.net> BODY=9BIT\r\n", "501 5.5.4 *"),
		SAY("MAIL FROM:<a@example.net> SIZE\r\n", "555 *"), MAIL),
	  "hello *; mail <a@example.net> size=999 8bit=1; abandon; "
	  "mail <a@example.net> size=0 8bit=0; ", true },
	{ "unknown parameters", TURNS(
		START, EHLO, SAY("MAIL FROM:<a@example.net> FOO=bar\r\n", "555 5.5.4 *"),
		SAY("MAIL FROM:<a@example.net> SMTPUTF8=1\r\n", "555 *"),
		SAY("MAIL FROM:<a@example.net>SIZE=1\r\n", "501 5.1.7 *"), MAIL,
		SAY("RCPT TO:<b@example.com> SIZE=1\r\n", "555 5.5.4 *"), RCPT),
	  "hello *; mail *; rcpt <b@example.com>; ", true },
	{ "paths: quotes, source routes, off-ramp addresses, literals", TURNS(
		START, EHLO,
		SAY("MAIL FROM:<@r1.example.org,@r2.example.org:\"a \\\" @>b\"@example.net>\r\n",
		    "250 *"),
		SAY("RCPT TO:<FAX=+390123456@example.com>\r\n", "250 *"),
		SAY("RCPT TO:<FAX=+390123456/T33S=42@example.com>\r\n", "250 *"),
		SAY("RCPT TO:<@x.example.org:fax@[192.0.2.1]>\r\n", "250 *"),
		SAY("RCPT TO:<fax@[IPv6:2001:db8::1]>\r\n", "250 *")),
	  "hello *; mail <\"a \\\" @>b\"@example.net> *; rcpt <FAX=+390123456@example.com>; "
	  "rcpt <FAX=+390123456/T33S=42@example.com>; rcpt <fax@[[]192.0.2.1]>; "
	  "rcpt <fax@[[]IPv6:2001:db8::1]>; ", true },
	{ "bad paths", TURNS(
		START, EHLO, MAIL, SAY("RCPT TO:<>\r\n", "501 5.1.3 *"),
		SAY("RCPT TO:<nobody>\r\n", "501 *"), SAY("RCPT TO:b@example.com\r\n", "501 *"),
		SAY("RCPT TO:<b@-example.com>\r\n", "501 *")),
	  NULL, true },
	{ "pipelining: a group of commands in one write", TURNS(
		START, EHLO,
		SAY("MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.com>\r\n"
		    "RCPT TO:<refused@example.com>\r\nDATA\r\n",
		    "250 2.1.0 *\r\n250 2.1.5 *\r\n550 5.7.1 *\r\n354 *\r\n"),
		SAY("x\r\n.\r\nRSET\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<c@example.com>\r\n"
		    "QUIT\r\n", "250 *\r\n250 *\r\n250 2.1.0 *\r\n250 2.1.5 *\r\n221 *\r\n")),
	  "hello *; mail *; rcpt <b*; rcpt <refused*; data; message \"x\r\n\"; mail *; "
	  "rcpt <c@example.com>; abandon; ", false },
	{ "order of commands", TURNS(
		START, SAY("MAIL FROM:<a@example.net>\r\n", "503 5.5.1 *"), EHLO,
		SAY("RCPT TO:<b@example.com>\r\n", "503 5.5.1 *"),
		SAY("DATA\r\n", "503 5.5.1 *"), MAIL,
		SAY("MAIL FROM:<a@example.net>\r\n", "503 5.5.1 *")),
	  NULL, true },
	{ "DATA without a recipient", TURNS(
		START, EHLO, MAIL, SAY("RCPT TO:<refused@example.com>\r\n", "550 *"),
		SAY("DATA\r\n", "554 5.5.1 *"), SAY("DATA x\r\n", "501 5.5.4 *"), RCPT, DATA),
	  NULL, true },
	{ "CONNEG and CONPERM that are not offered", TURNS(START, EHLO,
		SAY("MAIL FROM:<a@example.net> CONPERM\r\n", "555 *"), MAIL,
		SAY("RCPT TO:<b@example.com> CONNEG\r\n", "555 *")), NULL, true },
	{ "reset: RSET", TURNS(START, EHLO, MAIL, RCPT, SAY("RSET\r\n", "250 2.0.0 *"),
		SAY("RCPT TO:<b@example.com>\r\n", "503 *"), MAIL, SAY("DATA\r\n", "554 *")),
	  "hello *; mail *; rcpt *; abandon; mail *; ", true },
	{ "reset: EHLO", TURNS(START, EHLO, MAIL, RCPT, EHLO,
		SAY("RCPT TO:<b@example.com>\r\n", "503 *"), SAY("DATA\r\n", "503 *")),
	  "hello *; mail *; rcpt *; abandon; hello *; ", true },
	{ "reset: end of a message", TURNS(START, EHLO, MAIL, RCPT, DATA, SAY(".\r\n", "250 *"),
		SAY("RCPT TO:<b@example.com>\r\n", "503 *"), SAY("DATA\r\n", "503 *"), MAIL,
		SAY("DATA\r\n", "554 *")),
	  NULL, true },
	{ "reset: message refused at its end", TURNS(START, EHLO, MAIL, RCPT, DATA,
		SAY("unwanted\r\n.\r\n", "550 5.7.1 *"), SAY("DATA\r\n", "503 *"), MAIL),
	  "hello *; mail *; rcpt *; data; message \"unwanted*\"; mail *; ", true },
	{ "no reset: VRFY, NOOP, HELP, refused commands", TURNS(START, EHLO, MAIL, RCPT,
		SAY("VRFY b\r\n", "252 2.0.0 *"), SAY("NOOP x y\r\n", "250 2.0.0 *"),
		SAY("HELP\r\n", "211 2.0.0 *"), SAY("EXPN x\r\n", "550 5.1.1 *"),
		SAY("HELP mail\r\n", "214 2.0.0 MAIL FROM:*"),
		SAY("RSET x\r\n", "501 5.5.4 *"), SAY("QUIT x\r\n", "501 *"),
		SAY("VRFY\r\n", "501 *"), DATA, SAY("x\r\n.\r\n", "250 *")),
	  "hello *; mail *; rcpt *; data; message \"x\r\n\"; ", true },
	{ "old and foreign commands", TURNS(START, EHLO, SAY("TURN\r\n", "502 5.5.1 *"),
		SAY("STARTTLS\r\n", "502 *"), SAY("AUTH PLAIN\r\n", "502 *"),
		SAY("HELP x\r\n", "504 5.5.4 *"), SAY("FOO\r\n", "500 5.5.2 *")),
	  NULL, false },
	{ "SEND is MAIL", TURNS(START, EHLO, SAY("SEND FROM:<a@example.net>\r\n", "250 *"),
		SAY("RCPT TO:<b@example.com>\r\n", "250 *"), DATA), NULL, true },
	{ "SOML is MAIL", TURNS(START, EHLO, SAY("soml from:<a@example.net>\r\n", "250 *"),
		SAY("RCPT TO:<b@example.com>\r\n", "250 *"), DATA), NULL, true },
	{ "SAML is MAIL", TURNS(START, EHLO, SAY("SAML FROM: <a@example.net>\r\n", "250 *"),
		SAY("RCPT TO:<b@example.com>\r\n", "250 *"), DATA), NULL, true },
	{ "DSN", TURNS(START, EHLO,
		SAY("MAIL FROM:<a@example.net> RET=hdrs ENVID=x+2By+3D\r\n", "250 *"),
		SAY("RCPT TO:<b@example.com> NOTIFY=success,Delay ORCPT=rfc822;b+40example.com\r\n",
		    "250 *"),
		SAY("RCPT TO:<c@example.com> NOTIFY=NEVER\r\n", "250 *")),
	  "hello *; mail <a@example.net> size=0 8bit=0HDRSx+y=; "
	  "rcpt <b@example.com>SUCCESS,DELAYrfc822;b@example.com; rcpt <c@example.com>NEVER; ", true },
	{ "attack 9: xtext that is no text, DSN that makes no sense: MAIL", TURNS(START, EHLO,
		SAY("MAIL FROM:<a@example.net> ENVID=x+0D+0ARCPT\r\n", "501 5.5.4 *"),
		SAY("MAIL FROM:<a@example.net> ENVID=x+00\r\n", "501 5.5.4 *"),
		SAY("MAIL FROM:<a@example.net> ENVID=x+zz\r\n", "501 5.5.4 *"),
		SAY("MAIL FROM:<a@example.net> RET=ALL\r\n", "501 5.5.4 *")), "hello *; ", true },
	{ "attack 9: xtext that is no text, DSN that makes no sense: RCPT", TURNS(START, EHLO, MAIL,
		SAY("RCPT TO:<b@example.com> NOTIFY=NEVER,SUCCESS\r\n", "501 5.5.4 *"),
		SAY("RCPT TO:<b@example.com> NOTIFY=SUCCESS,SUCCESS\r\n", "501 5.5.4 *"),
		SAY("RCPT TO:<b@example.com> ORCPT=rfc822\r\n", "501 5.5.4 *"),
		SAY("RCPT TO:<b@example.com> ORCPT=rfc822;a+0Ab\r\n", "501 5.5.4 *")),
	  "hello *; mail *; ", true },
	{ "a parameter twice", TURNS(START, EHLO,
		SAY("MAIL FROM:<a@example.net> RET=HDRS RET=FULL\r\n", "501 5.5.4 *"),
		SAY("MAIL FROM:<a@example.net> SIZE=1 BODY=7BIT size=2\r\n", "501 5.5.4 *"), MAIL,
		SAY("RCPT TO:<b@example.com> NOTIFY=SUCCESS NOTIFY=NEVER\r\n", "501 5.5.4 *")),
	  "hello *; mail *; ", true },
	{ "SMTPUTF8", TURNS(START, EHLO,
		SAY("MAIL FROM:<J\303\274rgen@example.net> SMTPUTF8\r\n", "250 *"),
		SAY("RCPT TO:<\346\227\245@example.com>\r\n", "250 *")),
	  "hello *; mail *utf8; rcpt *; ", true },
	{ "addresses beyond ASCII need SMTPUTF8", TURNS(START, EHLO,
		SAY("MAIL FROM:<J\303\274rgen@example.net>\r\n", "553 5.6.7 *"), MAIL,
		SAY("RCPT TO:<\346\227\245@example.com>\r\n", "553 5.6.7 *"),
		SAY("RCPT TO:<\377@example.com>\r\n", "501 *")), NULL, true },
	{ "BINARYMIME comes by BDAT only, and may hold anything", TURNS(START, EHLO,
		SAY("MAIL FROM:<a@example.net> BODY=BINARYMIME\r\n", "250 *"), RCPT,
		SAY("DATA\r\n", "503 5.5.1 *"), SAY("BDAT 5 LAST\r\na\nb\r\n", "250 *")),
	  "hello *; mail *binary; rcpt *; data; message \"a\nb\r\n\"; ", true },
	{ "BDAT: a bare LF is refused without BINARYMIME", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT 5 LAST\r\na\nb\r\n", "554 5.6.0 *")), NULL, true },
	{ "who says HELO badly", TURNS(START, SAY("HELO\r\n", "501 5.5.4 *"),
		SAY("EHLO   \r\n", "501 *"), SAY("EHLO refused.example.net\r\n", "550 5.7.1 *"),
		SAY("MAIL FROM:<a@example.net>\r\n", "503 *"),
		SAY("EHLO <b>evil\x7f\r\n", "250-*")),
	  "hello refused.example.net; hello ?b?evil?; ", true },
	{ "a sender is refused", TURNS(START, EHLO,
		SAY("MAIL FROM:<refused@example.net>\r\n", "550 5.7.1 *"),
		SAY("RCPT TO:<b@example.com>\r\n", "503 *"), MAIL),
	  NULL, true },
	{ "no room: 452 before the data", TURNS(START,
		SAY("EHLO no-room.example.net\r\n", "250-*"), MAIL, RCPT,
		SAY("DATA\r\n", "452 4.3.1 no room\r\n"), QUIT),
	  "hello *; mail *; rcpt *; data; abandon; ", false },
	{ "no room: 452 after the data", TURNS(START, EHLO, MAIL, RCPT, DATA,
		SAY("unstorable\r\nMAIL FROM:<x@example.net>\r\n.\r\n", "452 4.3.1 *"), MAIL),
	  "hello *; mail *; rcpt *; data; abandon; mail *; ", true },
	{ "dots", TURNS(START, EHLO, MAIL, RCPT, DATA,
		SAY("..\r\n...\r\n.x\r\n. \r\nx.\r\n..x.\r\n\r\n.\r\n", "250 *")),
	  "*message \".\r\n..\r\nx\r\n \r\nx.\r\n.x.\r\n\r\n\"; ", true },
	{ "smuggling: LF.CRLF", TURNS(START, EHLO, MAIL, RCPT, DATA,
		SAY("x\n.\r\nMAIL FROM:<evil@example.net>\r\n.\r\n", "554 5.6.0 *\r\n"), MAIL),
	  "hello *; mail *; rcpt *; data; abandon; mail <a@example.net> *; ", true },
	{ "smuggling: CRLF.LF", TURNS(START, EHLO, MAIL, RCPT, DATA,
		SAY("x\r\n.\nMAIL FROM:<evil@example.net>\r\n.\r\n", "554 5.6.0 *\r\n")),
	  "hello *; mail *; rcpt *; data; abandon; ", true },
	{ "smuggling: LF.LF", TURNS(START, EHLO, MAIL, RCPT, DATA,
		SAY("x\n.\nRSET\r\n", ""), SAY(".\r\n", "554 5.6.0 *\r\n")),
	  "hello *; mail *; rcpt *; data; abandon; ", true },
	{ "smuggling: CR.CR, CR.CRLF, CRLF.CR", TURNS(START, EHLO, MAIL, RCPT, DATA,
		SAY("x\r.\rRSET\r.\r\n", ""), SAY("\r\n.\rRSET\r\n.\r\n", "554 5.6.0 *\r\n")),
	  "hello *; mail *; rcpt *; data; abandon; ", true },
	{ "smuggling: CRCRLF.CRLF", TURNS(START, EHLO, MAIL, RCPT, DATA,
		SAY("x\r\r\n.\r\n", "554 5.6.0 *\r\n")), NULL, true },
	{ "smuggling: CRLF.CRCRLF", TURNS(START, EHLO, MAIL, RCPT, DATA,
		SAY("x\r\n.\r\r\n", ""), SAY(".\r\n", "554 5.6.0 *\r\n")), NULL, true },
	{ "smuggling: NUL within the end", TURNS(START, EHLO, MAIL, RCPT, DATA,
		{ "x\r\n.\0\r\n", "", 0, 7 }, { "\0\r\n.\r\n", "554 5.6.0 *\r\n", 0, 6 }),
	  "hello *; mail *; rcpt *; data; abandon; ", true },
	{ "BDAT: one chunk", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT 6 LAST\r\n.\r\n.\r\n", "250 2.0.0 message accepted\r\n"), MAIL, RCPT,
		DATA, SAY("x\r\n.\r\n", "250 2.0.0 message accepted\r\n")),
	  "hello *; mail *; rcpt *; data; message \".\r\n.\r\n\"; mail *; rcpt *; data; "
	  "message \"x\r\n\"; ", true },
	{ "BDAT: refused again and again", TURNS(START, EHLO,
		SAY("BDAT 1\r\nxBDAT 1\r\nxBDAT 1\r\nxBDAT 1\r\nx", "503 *"),
		SAY("BDAT 1\r\nx", "503 5.5.1 *\r\n421 4.7.0 *\r\n")), NULL, false },
	{ "BDAT: chunks that cut a line end, pipelined", TURNS(START, EHLO,
		SAY("MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.com>\r\nbdat 2\r\nx\r"
		    "BDAT 3\r\n\nQUBDAT 0\r\nBDAT 4 last\r\nIT\r\nQUIT\r\n",
		    "250 2.1.0 *\r\n250 2.1.5 *\r\n250 2.0.0 chunk *\r\n250 2.0.0 chunk *\r\n"
		    "250 2.0.0 chunk *\r\n250 2.0.0 message *\r\n221 *")),
	  "*data; message \"x\r\nQUIT\r\n\"; ", false },
	{ "BDAT: empty last chunk, last line without its end", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT 1\r\nx", "250 *"), SAY("BDAT 0 LAST\r\n", "250 2.0.0 message *")),
	  "*data; message \"x\r\n\"; ", true },
	{ "BDAT: an empty message", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT 0 LAST\r\n", "250 2.0.0 message *")), "*data; message \"\"; ", true },
	{ "BDAT: message refused at its end", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT 8 LAST\r\nunwanted", "550 5.7.1 *"), SAY("BDAT 4 LAST\r\nRSET",
		    "503 *\r\n"),
		MAIL), NULL, true },
	{ "BDAT: bytes are no commands when nobody wants them", TURNS(START, EHLO,
		SAY("BDAT 6\r\nQUIT\r\nNOOP\r\n", "503 5.5.1 *\r\n250 *"), MAIL,
		SAY("BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n", "554 5.5.1 *\r\n250 *"), RCPT),
	  NULL, true },
	{ "BDAT: no room", TURNS(START, SAY("EHLO no-room.example.net\r\n", "250-*"), MAIL, RCPT,
		SAY("BDAT 6 LAST\r\nQUIT\r\n", "452 4.3.1 no room\r\n"), QUIT),
	  "hello *; mail *; rcpt *; data; abandon; ", false },
	{ "BDAT: bytes that cannot be stored", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT 10\r\nunstorable", "452 4.3.1 *"), SAY("BDAT 1 LAST\r\nx", "503 *"),
		MAIL),
	  "hello *; mail *; rcpt *; data; abandon; mail *; ", true },
	{ "BDAT: bare LF", TURNS(START, EHLO, MAIL, RCPT, SAY("BDAT 4 LAST\r\nx\ny\r",
		    "554 5.6.0 *")),
	  "hello *; mail *; rcpt *; data; abandon; ", true },
	{ "BDAT: bare CR at the end", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT 2 LAST\r\nx\r", "554 5.6.0 *")),
	  "hello *; mail *; rcpt *; data; abandon; ", true },
	{ "BDAT: bare CR between chunks", TURNS(START, EHLO, MAIL, RCPT, SAY("BDAT 2\r\nx\r",
		    "250 *"),
		SAY("BDAT 1 LAST\r\nx", "554 5.6.0 *")), NULL, true },
	{ "BDAT: too big, and discarded", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT 1001\r\n", ""),
		SAY("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", ""),
		SAY(GETS_TIMEOUT, "421 *")), "*data; abandon; ", false },
	{ "BDAT: 2^63 bytes", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT 9223372036854775808\r\nQUIT\r\n", "552 5.3.4 *\r\n")), NULL, false },
	{ "BDAT: a negative size", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT -1\r\nQUIT\r\n", "501 5.5.4 *\r\n")), "*abandon; ", false },
	{ "BDAT: 2^64 bytes", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT 18446744073709551616 LAST\r\n", "501 5.5.4 *")), NULL, false },
	{ "BDAT: no size", TURNS(START, EHLO, MAIL, RCPT, SAY("BDAT LAST\r\n", "501 *")), NULL,
		false },
	{ "BDAT: another word than LAST", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT 1 FIRST\r\n", "501 *")), NULL, false },
	{ "BDAT: RCPT, DATA and MAIL in between", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT 1\r\nx", "250 *"), SAY("DATA\r\n", "503 *"),
		SAY("RCPT TO:<c@example.com>\r\n", "503 *"),
		SAY("MAIL FROM:<a@example.net>\r\n", "503 *"),
		SAY("BDAT 1 LAST\r\ny", "250 2.0.0 message *")), "*message \"xy\r\n\"; ", true },
	{ "BDAT: RSET in between", TURNS(START, EHLO, MAIL, RCPT, SAY("BDAT 1\r\nx", "250 *"),
		SAY("RSET\r\n", "250 *"), MAIL, RCPT, DATA, SAY("y\r\n.\r\n", "250 *")),
	  "hello *; mail *; rcpt *; data; abandon; mail *; rcpt *; data; message \"y\r\n\"; ",
	  true },
	{ "BDAT: end of file within a chunk", TURNS(START, EHLO, MAIL, RCPT, SAY("BDAT 9 LAST\r\nx",
		    ""),
		SAY(GETS_EOF, "")), "*data; abandon; ", false },
	{ "BDAT: very many very small chunks", TURNS(START, EHLO, MAIL, RCPT,
		SAY("BDAT 1\r\nxBDAT 1\r\nxBDAT 1\r\nxBDAT 1\r\nxBDAT 1\r\nxBDAT 1\r\nx", "250 *"),
		SAY("BDAT 1\r\nxBDAT 1\r\nxBDAT 1\r\nxBDAT 1\r\nx", "250 *421 4.7.0 *")),
	  NULL, false },
	{ "bare LF in a command", TURNS(START, EHLO, SAY("NOOP\nQUIT\r\n", "500 5.5.2 *\r\n")),
	  NULL, false },
	{ "bare CR in a command", TURNS(START, EHLO, MAIL, SAY("NOOP\rQUIT\r\n",
		    "500 5.5.2 *\r\n")),
	  "hello *; mail *; abandon; ", false },
	{ "NUL in a command", TURNS(START, EHLO, { "NO\0OP\r\n", "500 5.5.2 *\r\n", 0, 7 }),
	  NULL, false },
	{ "a TLS ClientHello on a plain port", TURNS(START,
		{ "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", "500 5.5.2 *\r\n", 0, 11 }),
	  "", false },
	{ "HTTP", TURNS(START, SAY("POST / HTTP/1.1\r\nHost: mx.example.com\r\n\r\nEHLO x\r\n",
				   "421 4.7.0 *\r\n")),
	  "", false },
	{ "too many errors", TURNS(START, EHLO, MAIL, SAY("A\r\nB\r\nC\r\nD\r\n", "*"),
		SAY("E\r\nF\r\n", "500 5.5.2 *\r\n421 4.7.0 *\r\n")),
	  "hello *; mail *; abandon; ", false },
	{ "too many commands without a message", TURNS(START, EHLO,
		SAY("NOOP\r\nRSET\r\nNOOP\r\nRSET\r\nNOOP\r\nRSET\r\nNOOP\r\nRSET\r\n", "*"),
		SAY("NOOP\r\n", "250 *"), SAY("NOOP\r\n", "421 4.7.0 *")),
	  NULL, false },
	{ "time-out for a command", TURNS(START, EHLO, MAIL, SAY("NOO", ""),
		SAY(GETS_TIMEOUT, "421 4.4.2 *timed out waiting for the next command\r\n")),
	  "hello *; mail *; abandon; ", false },
	{ "time-out within a message", TURNS(START, EHLO, MAIL, RCPT, DATA,
		{ "half a mess", "", 180000, 0 }, SAY(GETS_TIMEOUT, "421 4.4.2 *")),
	  "hello *; mail *; rcpt *; data; abandon; ", false },
	{ "end of file within a command", TURNS(START, EHLO, MAIL, SAY("RCPT", ""),
		SAY(GETS_EOF, "")),
	  "hello *; mail *; abandon; ", false },
	{ "end of file within a message", TURNS(START, EHLO, MAIL, RCPT, DATA,
		SAY("half\r\n.\r", ""), SAY(GETS_EOF, "")),
	  "hello *; mail *; rcpt *; data; abandon; ", false },
	{ "end of file at once", TURNS(START, SAY(GETS_EOF, "")), "", false },
};

static struct smtp_server *server_begin(const struct smtp_server_config *with)
{
	events_clear();
	asked = false;
	message_len = 0;
	server = smtp_server_create(with, &ops, NULL);
	return server;
}

/* What is different over TLS, and with AUTH */

#define TLS_EHLO	SAY("EHLO a.example.net\r\n", "250-*AUTH ONE TWO\r\n*STARTTLS*")
#define SECURE_EHLO	SAY("EHLO a.example.net\r\n", "250-*AUTH ONE TWO PLAIN\r\n*")
#define STARTTLS	SAY("STARTTLS\r\n", "220 2.0.0 *")
#define TLS		{ GETS_TLS, "", 300000, 0 }

static const struct dialogue secure_dialogues[] = {
	{ "STARTTLS: what was said before is forgotten", TURNS(START, SAY("EHLO x\r\n", "250-*"),
		MAIL, RCPT, STARTTLS, TLS, SAY("MAIL FROM:<a@example.net>\r\n", "503 5.5.1 *"),
		SECURE_EHLO, SAY("DATA\r\n", "503 *"), SAY("STARTTLS\r\n", "503 5.5.1 *"), MAIL),
	  "hello *; mail *; rcpt *; abandon; auth end; hello *; mail *; ", true },
	{ "STARTTLS x", TURNS(START, SAY("STARTTLS x\r\n", "501 5.5.4 *")), NULL, true },
	{ "time-out: TLS handshake", TURNS(START, STARTTLS, { GETS_TIMEOUT, "", 0, 0 }), NULL, false },
	{ "AUTH: at once", TURNS(START, SAY("EHLO x\r\n", "250-*"),
		SAY("AUTH one cmlnaHQ=\r\n", "235 *"), SAY("AUTH ONE cmlnaHQ=\r\n", "503 *"), MAIL),
	  "hello *; auth one cmlnaHQ=; mail *; ", true },
	{ "AUTH: with challenges", TURNS(START, SAY("EHLO x\r\n", "250-*"),
		SAY("AUTH TWO\r\n", "334 Y2hhbGxlbmdl\r\n"), SAY("cmlnaHQ=\r\n", "235 *")),
	  "hello *; auth TWO (none); auth - cmlnaHQ=; ", true },
	{ "AUTH: an empty response", TURNS(START, SAY("EHLO x\r\n", "250-*"),
		SAY("AUTH TWO =\r\n", "334 *"), SAY("\r\n", "334 *")),
	  "hello *; auth TWO ; auth - ; ", true },
	{ "AUTH: given up", TURNS(START, SAY("EHLO x\r\n", "250-*"), SAY("AUTH TWO\r\n", "334 *"),
		SAY("*\r\n", "501 *"), SAY("AUTH ONE cmlnaHQ=\r\n", "235 *")),
	  "hello *; auth TWO (none); auth end; auth ONE *; ", true },
	{ "attack 6: AUTH: no base64", TURNS(START, SAY("EHLO x\r\n", "250-*"),
		SAY("AUTH ONE $$$$\r\n", "501 5.5.2 *"), SAY("AUTH ONE abc\r\n", "501 *"),
		SAY("AUTH TWO\r\n", "334 *"), SAY("a=bc\r\n", "501 *")),
	  "hello *; auth TWO (none); auth end; ", true },
	{ "attack 6: AUTH: mechanism downgrade", TURNS(START, SAY("EHLO x\r\n", "250-*"),
		SAY("AUTH PLAIN AGEAYg==\r\n", "538 5.7.11 *"), SAY("AUTH NONE\r\n", "504 5.5.4 *"),
		SAY("AUTH\r\n", "504 *")), "hello *; ", true },
	{ "attack 6: AUTH: guessing ends the session", TURNS(START, SAY("EHLO x\r\n", "250-*"),
		SAY("AUTH ONE d3Jvbmc=\r\n", "535 5.7.8 *"),
		SAY("AUTH ONE d3Jvbmc=\r\n", "535 5.7.8 *"),
		SAY("AUTH ONE d3Jvbmc=\r\n", "535 5.7.8 *421 4.7.0 *")), NULL, false },
	{ "AUTH: not before EHLO, not after HELO, not in a transaction", TURNS(START,
		SAY("AUTH ONE cmlnaHQ=\r\n", "503 *"), SAY("HELO x\r\n", "250 *"),
		SAY("AUTH ONE cmlnaHQ=\r\n", "503 *"), SAY("EHLO x\r\n", "250-*"), MAIL,
		SAY("AUTH ONE cmlnaHQ=\r\n", "503 *")), NULL, true },
	{ "AUTH is forgotten by STARTTLS", TURNS(START, SAY("EHLO x\r\n", "250-*"),
		SAY("AUTH ONE cmlnaHQ=\r\n", "235 *"), STARTTLS, TLS, SECURE_EHLO,
		SAY("AUTH PLAIN cmlnaHQ=\r\n", "235 *")), NULL, true },
	{ "MAIL AUTH=", TURNS(START, SAY("EHLO x\r\n", "250-*"),
		SAY("MAIL FROM:<a@example.net> AUTH=<>\r\n", "250 *")), NULL, true },
};

static enum smtp_server_answer on_auth(void *arg, const char *mechanism, const char *response,
				       struct smtp_reply *reply)
{
	event("auth %s %s", mechanism ? mechanism : "-", response ? response : "(none)");
	if (!response || !*response)
		smtp_reply_set(reply, 334, "", "Y2hhbGxlbmdl");
	else if (!strcmp(response, "cmlnaHQ="))
		smtp_reply_set(reply, 235, "2.7.0", "welcome");
	return SMTP_SERVER_NOW;
}

static void on_auth_end(void *arg)
{
	event("auth end");
}

ENGINE_TLS_CALLS(smtp_server)

static void test_secure(void)
{
	struct smtp_server_config secure = config;
	struct smtp_server_ops with_auth = ops;
	unsigned int pieces;
	size_t i;
	bool ok;

	secure.tls = true;
	secure.auth = "ONE TWO";
	secure.auth_secure = "ONE TWO PLAIN";
	with_auth.auth = on_auth;
	with_auth.auth_end = on_auth_end;
	for (i = 0; i < sizeof(secure_dialogues) / sizeof(secure_dialogues[0]); i++) {
		ok = true;
		for (pieces = 0; pieces < PIECES_COUNT; pieces++) {
			struct engine engine;

			events_clear();
			server = smtp_server_create(&secure, &with_auth, NULL);
			engine = smtp_server_tls_engine(server);
			ok &= dialogue_run(&secure_dialogues[i], &engine, pieces);
			smtp_server_destroy(server);
		}
		tap_ok(ok, "server: %s", secure_dialogues[i].name);
	}
}

static bool run_one(const struct dialogue *dialogue, enum pieces pieces)
{
	struct engine engine = smtp_server_engine(server_begin(&config));
	bool ok;

	engine.settle = answer_now;
	ok = dialogue_run(dialogue, &engine, pieces);
	smtp_server_destroy(server);
	return ok;
}

static void test_dialogues(void)
{
	size_t i;
	unsigned int pieces;
	bool ok;

	for (i = 0; i < sizeof(dialogues) / sizeof(dialogues[0]); i++) {
		ok = true;
		for (pieces = 0; pieces < 2 * PIECES_COUNT; pieces++) {
			later = pieces >= PIECES_COUNT;
			ok &= run_one(&dialogues[i], pieces % PIECES_COUNT);
		}
		tap_ok(ok, "server: %s", dialogues[i].name);
	}
	later = false;
}

/* Feed a text at once and return all the engine says. */
static const char *talk(const char *text)
{
	static char said[65536];
	size_t len = strlen(text);
	const char *bytes;
	size_t taken = 0;
	size_t said_len = 0;
	size_t n;

	while (!smtp_server_wants_close(server)) {
		taken += smtp_server_input(server, text + taken, len - taken);
		bytes = smtp_server_output(server, &n);
		if (!n)
			break;
		memcpy(said + said_len, bytes, n);
		said_len += n;
		smtp_server_sent(server, n);
	}
	said[said_len] = '\0';
	return said;
}

static bool ends_with_closed(const char *said, const char *end)
{
	return strstr(said, end) && smtp_server_wants_close(server);
}

/* CVE-2011-0411: commands in the clear must not count as said under TLS. */
static void test_injection(void)
{
	struct smtp_server_config secure = config;

	secure.tls = true;
	server_begin(&secure);
	smtp_server_start(server);
	talk("");
	talk("EHLO x\r\n");
	tap_ok(ends_with_closed(talk("STARTTLS\r\nMAIL FROM:<evil@example.net>\r\n"), "554 ") &&
	       !strstr(events(), "mail"), "server: attack 2: bytes behind STARTTLS end the session");
	smtp_server_destroy(server);
}

static void test_early_talkers(void)
{
	struct smtp_server_config delay = config;
	struct smtp_server_config loose = config;

	delay.greeting_delay_ms = 5000;
	server_begin(&delay);
	smtp_server_start(server);
	tap_ok(smtp_server_deadline(server)->timeout_ms == 5000 && !*talk(""),
	       "server: waits before it greets");
	tap_ok(ends_with_closed(talk("EHLO a.example.net\r\n"), "554 "),
	       "server: who talks before the greeting is refused");
	smtp_server_destroy(server);

	server_begin(&delay);
	smtp_server_start(server);
	smtp_server_timeout(server);
	tap_ok(!strncmp(talk(""), "220 ", 4) && strstr(talk("EHLO a.example.net\r\n"), "250 "),
	       "server: who waits for the greeting is welcome");
	smtp_server_destroy(server);

	server_begin(&config);
	smtp_server_start(server);
	talk("");
	tap_ok(ends_with_closed(talk("EHLO a.example.net\r\nMAIL FROM:<a@example.net>\r\n"),
				"554 5.5.0"),
	       "server: who goes on without the reply to EHLO is refused");
	smtp_server_destroy(server);

	server_begin(&config);
	smtp_server_start(server);
	talk("");
	talk("HELO a.example.net\r\n");
	tap_ok(ends_with_closed(talk("MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.com>\r\n"
				     "DATA\r\nFrom: a\r\n\r\nx\r\n.\r\n"), "554 5.5.0"),
	       "server: who sends a message without waiting for 354 is refused");
	tap_ok(!strcmp(events() + strlen(events()) - 9, "abandon; "),
	       "server: and its transaction is abandoned");
	smtp_server_destroy(server);

	later = true;
	server_begin(&config);
	smtp_server_start(server);
	talk("");
	tap_ok(ends_with_closed(talk("EHLO a.example.net\r\nNOOP\r\n"), "554 5.5.0"),
	       "server: the same while the answer is open");
	smtp_server_answer(server, NULL);
	tap_ok(!*talk(""), "server: and an answer that comes too late is ignored");
	smtp_server_destroy(server);
	later = false;

	loose.strict_turns = false;
	server_begin(&loose);
	smtp_server_start(server);
	talk("EHLO a.example.net\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.com>\r\n"
	     "DATA\r\nx\r\n.\r\nQUIT\r\n");
	tap_ok(strstr(events(), "message \"x\r\n\"; "),
			"server: without strict_turns they are served");
	smtp_server_destroy(server);
}

static void test_limits(void)
{
	char line[8192];
	unsigned int i;
	bool ok = true;

	server_begin(&config);
	smtp_server_start(server);
	talk("");
	talk("EHLO a.example.net\r\n");
	talk("MAIL FROM:<a@example.net>\r\n");
	for (i = 0; i < 100; i++) {
		snprintf(line, sizeof(line), "RCPT TO:<b%u@example.com>\r\n", i);
		ok &= !strncmp(talk(line), "250 ", 4);
	}
	tap_ok(ok, "server: 100 recipients are taken");
	tap_ok(!strncmp(talk("RCPT TO:<b@example.com>\r\n"), "452 4.5.3", 9),
	       "server: the next one gets 452");
	for (i = 0; i < 2000 && !smtp_server_wants_close(server); i++)
		talk("RCPT TO:<b@example.com>\r\n");
	tap_ok(i > 900 && i < 1100, "server: recipients without end: cut after %u more", i);
	smtp_server_destroy(server);

	server_begin(&config);
	smtp_server_start(server);
	talk("");
	memset(line, 'x', sizeof(line));
	snprintf(line + 5000, 8, "\r\n");
	tap_ok(!strncmp(talk(line), "500 5.5.2 line too long", 23), "server: a long line gets 500");
	ok = !strncmp(talk("EHLO a.example.net\r\n"), "250-", 4);
	tap_ok(ok, "server: and the session goes on");
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	for (i = 0; i < 8 && !smtp_server_wants_close(server); i++)
		talk(line);
	tap_ok(smtp_server_wants_close(server), "server: an endless line ends it");
	smtp_server_destroy(server);

	memset(line, 'a', 600);
	memcpy(line, "NOOP ", 5);
	memcpy(line + 510, "\r\n", 3);
	server_begin(&config);
	smtp_server_start(server);
	talk("");
	tap_ok(!strncmp(talk(line), "250 ", 4), "server: a command line of 512 bytes is taken");
	smtp_server_destroy(server);
}

/* RFC 4141: what a recipient can receive, in lines that are no longer than lines may be */
static void test_negotiation(void)
{
	struct smtp_server_config with = config;
	size_t longest = 0, lines = 0;
	const char *said;

	with.negotiate = true;
	server_begin(&with);
	smtp_server_start(server);
	said = talk("EHLO a.example.net\r\n");
	tap_ok(strstr(said, "\r\n250-CONPERM\r\n250-CONNEG\r\n"), "C16: EHLO offers both");
	events_clear();
	said = talk("MAIL FROM:<a@example.net> CONPERM\r\nRCPT TO:<b@example.com> CONNEG\r\n");
	tap_ok(strstr(said, "250-2.1.5 recipient ok\r\n250 CONNEG (& (color=Binary) (dpi=204))\r\n"),
	       "C16: CONNEG: the usual reply, and the features behind it");
	tap_ok(strstr(events(), "convertible") && strstr(events(), "asks"), "and the glue is told");
	said = talk("RCPT TO:<c@example.com>\r\nRCPT TO:<refused@example.com> CONNEG\r\n");
	tap_ok(!strstr(said, "CONNEG"), "no features unasked, nor of who is refused");
	strcpy(features, "(&");
	while (strlen(features) < SMTP_FEATURES_MAX - 12)
		strcat(features, " (dpi=204)");
	strcat(features, ")");
	said = talk("RCPT TO:<d@example.com> CONNEG\r\n");
	for (size_t len; *said; said += len, lines++) {
		len = strcspn(said, "\n") + 1;
		if (len > longest)
			longest = len;
	}
	tap_ok(lines == 4 && longest <= 512, "many features are several lines");
	strcat(features, "            ");
	tap_ok(!strstr(talk("RCPT TO:<e@example.com> CONNEG\r\n"), "CONNEG"), "too many are none");
	smtp_server_destroy(server);
}

static void begin_message(const struct smtp_server_config *with)
{
	server_begin(with);
	smtp_server_start(server);
	talk("");
	talk("EHLO a.example.net\r\n");
	talk("MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
}

static void test_sizes(void)
{
	unsigned int generation;
	char text[1200];
	char *block;
	int i;

	memset(text, 'a', sizeof(text));
	memcpy(text + 998, "\r\n.\r\n", 6);
	begin_message(&config);
	tap_ok(!strncmp(talk(text), "250 ", 4), "server: a message of the size limit is taken");
	smtp_server_destroy(server);

	memset(text, 'a', sizeof(text));
	memcpy(text + 999, "\r\n.\r\n", 6);
	begin_message(&config);
	tap_ok(!strncmp(talk(text), "552 5.3.4", 9) && strstr(events(), "data; abandon; "),
	       "server: one byte more is refused with 552");
	tap_ok(!strncmp(talk("MAIL FROM:<a@example.net>\r\n"), "250 ", 4),
	       "server: and the session goes on");
	smtp_server_destroy(server);

	begin_message(&config);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (i = 0; i < 8 && !smtp_server_wants_close(server); i++)
		talk(text);
	tap_ok(smtp_server_wants_close(server), "server: a message far over the limit is cut");
	smtp_server_destroy(server);

	block = calloc(1, 16385);
	memset(block, 'a', 16384);
	begin_message(&smtp_server_config_defaults);
	generation = smtp_server_deadline(server)->generation;
	for (i = 0; i < 16383; i++)
		talk("a");
	tap_ok(smtp_server_deadline(server)->generation == generation,
	       "server: dripping bytes do not move the deadline");
	talk("a");
	tap_ok(smtp_server_deadline(server)->generation != generation,
	       "server: 16 KiB do");
	smtp_server_destroy(server);

	server_begin(&smtp_server_config_defaults);
	smtp_server_start(server);
	talk("");
	talk("EHLO a.example.net\r\n");
	talk("MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.com>\r\nBDAT 100000\r\n");
	generation = smtp_server_deadline(server)->generation;
	for (i = 0; i < 4000; i++)
		talk("a");
	tap_ok(smtp_server_deadline(server)->generation == generation,
	       "server: dripping bytes of a chunk do not move the deadline");
	talk(block);
	tap_ok(smtp_server_deadline(server)->generation != generation,
	       "server: 16 KiB of a chunk do");
	smtp_server_destroy(server);
	free(block);
}

static void test_received(void)
{
	char line[1024];
	size_t len;

	begin_message(&config);
	len = smtp_server_get_received(server, "192.0.2.7", "1a2b",
				       "Thu, 01 Jan 1970 00:00:00 +0000", line, sizeof(line));
	tap_ok(len == strlen(line) &&
	       !strcmp(line, "Received: from a.example.net ([192.0.2.7])\r\n"
		       "\tby mx.example.com with ESMTP id 1a2b\r\n\tfor <b@example.com>;\r\n"
		       "\tThu, 01 Jan 1970 00:00:00 +0000\r\n"), "server: Received line");
	len = smtp_server_get_received(server, "2001:db8::1", "1a2b", "x", line, sizeof(line));
	tap_ok(len && strstr(line, "([IPv6:2001:db8::1])"), "server: Received line, IPv6");
	tap_ok(!smtp_server_get_received(server, "192.0.2.7", "1a2b", "x", line, 20),
	       "server: Received line, buffer too small");
	smtp_server_destroy(server);

	server_begin(&config);
	smtp_server_start(server);
	talk("");
	talk("HELO a.example.net\r\n");
	talk("MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.com>\r\n"
	     "RCPT TO:<refused@example.com>\r\n");
	smtp_server_get_received(server, "192.0.2.7", "1a2b", "x", line, sizeof(line));
	tap_ok(strstr(line, "with SMTP") && strstr(line, "for <b@example.com>"),
	       "server: Received line names the recipient that was accepted");
	talk("RCPT TO:<c@example.com>\r\n");
	smtp_server_get_received(server, "192.0.2.7", "1a2b", "x", line, sizeof(line));
	tap_ok(!strstr(line, "for <"), "server: Received line names none of several recipients");
	smtp_server_destroy(server);
}

/* A peer that keeps its connection for many messages is a good one. */
static void test_long_session(void)
{
	unsigned int i;

	server_begin(&config);
	smtp_server_start(server);
	talk("");
	talk("EHLO a.example.net\r\n");
	for (i = 0; i < 2 * config.idle_commands_max && !smtp_server_wants_close(server); i++) {
		talk("RSET\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
		talk("x\r\n.\r\n");
		events_clear();
	}
	tap_ok(!smtp_server_wants_close(server), "server: %u messages in one session", i);
	smtp_server_destroy(server);
}

/* What happens while the glue writes the message to disk. */
static void test_message_end_open(void)
{
	size_t len;

	later = true;
	server_begin(&config);
	smtp_server_start(server);
	talk("");
	talk("EHLO a.example.net\r\n");
	answer_now();
	talk("");
	talk("MAIL FROM:<a@example.net>\r\n");
	answer_now();
	talk("RCPT TO:<b@example.com>\r\n");
	answer_now();
	talk("DATA\r\n");
	answer_now();
	talk("");
	tap_ok(smtp_server_input(server, "x\r\n.\r\nQUIT\r\n", 12) == 6 &&
	       !smtp_server_wants_input(server), "server: takes nothing while the answer is open");
	tap_ok(smtp_server_deadline(server)->timeout_ms == 0, "server: and has no deadline");
	smtp_server_eof(server);
	tap_ok(!smtp_server_wants_close(server), "server: end of file does not end it");
	smtp_server_shutdown(server, "is stopping");
	answer_now();
	smtp_server_output(server, &len);
	tap_ok(len && !strncmp(talk(""), "250 ", 4) && smtp_server_wants_close(server),
	       "server: the reply comes first, then the close");
	smtp_server_destroy(server);
	tap_ok(!strstr(events(), "abandon"), "server: and nothing was abandoned");
	later = false;
	begin_message(&config);
	later = true;
	talk("x\r\n.\r\n");
	smtp_server_destroy(server);
	tap_ok(asked && !strstr(events(), "abandon"),
	       "server: destroyed while the answer is open: the message is the glue's");
	later = false;

	begin_message(&config);
	smtp_server_shutdown(server, "is stopping");
	tap_ok(!strncmp(talk(""), "421 4.3.2 mx.example.com is stopping", 36) &&
	       strstr(events(), "data; abandon; "), "server: shutdown within a message");
	smtp_server_destroy(server);

	begin_message(&config);
	smtp_server_input(server, "x\r\n.\r\nNOOP\r\n", 12);
	smtp_server_lost(server);
	tap_ok(smtp_server_wants_close(server), "server: connection broken: replies are dropped");
	smtp_server_destroy(server);

	begin_message(&config);
	later = true;
	talk("x\r\n.\r\n");
	smtp_server_lost(server);
	tap_ok(!smtp_server_wants_close(server), "server: connection broken: waits for the answer");
	answer_now();
	tap_ok(smtp_server_wants_close(server) && !strstr(events(), "abandon"),
	       "server: then wants the close, nothing is abandoned");
	smtp_server_destroy(server);
	later = false;

	server_begin(&config);
	smtp_server_start(server);
	talk("");
	smtp_server_input(server, "QUIT\r\n", 6);
	tap_ok(!smtp_server_wants_close(server), "server: waits until the last reply is taken");
	smtp_server_timeout(server);
	tap_ok(smtp_server_wants_close(server), "server: but not for ever");
	smtp_server_destroy(server);
}

/* Who goes on after the reply to the message has heard it. */
static void test_heard(void)
{
	heard = 0;
	begin_message(&config);
	talk("x\r\n.\r\n");
	tap_ok(!heard, "server: a message is accepted: that is not heard yet");
	smtp_server_eof(server);
	smtp_server_destroy(server);
	tap_ok(!heard, "server: nor by who hangs up");

	begin_message(&config);
	talk("x\r\n.\r\n");
	talk("QUIT\r\n");
	tap_ok(heard == 1, "server: who says QUIT then has heard it");
	smtp_server_destroy(server);

	begin_message(&config);
	talk("x\r\n.\r\nQUIT\r\n");
	tap_ok(heard == 1, "server: who says it in one breath has not");
	smtp_server_destroy(server);

	begin_message(&config);
	talk("unwanted\r\n.\r\n");
	talk("QUIT\r\n");
	tap_ok(heard == 1, "server: a refusal is not waited to be heard");
	smtp_server_destroy(server);
}

/* A peer that does not read must not make the output grow. */
static void test_full_output(void)
{
	struct smtp_server_config patient = config;
	char text[1200];
	size_t taken;
	size_t len;
	size_t i;

	patient.idle_commands_max = 1000;
	for (i = 0; i < 100; i++)
		memcpy(text + i * 12, "VRFY me do\r\n", 12);
	server_begin(&patient);
	smtp_server_start(server);
	taken = smtp_server_input(server, text, sizeof(text));
	smtp_server_output(server, &len);
	tap_ok(taken < sizeof(text) && len > 2048 && len <= 4096 &&
	       !smtp_server_wants_input(server),
	       "server: takes nothing more when its output is full");
	smtp_server_sent(server, len);
	tap_ok(smtp_server_wants_input(server) &&
	       smtp_server_input(server, text, sizeof(text) - taken),
	       "server: goes on when it was sent");
	smtp_server_destroy(server);
}

/* Answers of the glue that are not quite replies. */
static void test_answers(void)
{
	struct smtp_server_config no_limit = config;
	struct smtp_reply reply;

	later = true;
	no_limit.message_bytes_max = 0;
	server_begin(&no_limit);
	smtp_server_start(server);
	talk("");
	talk("EHLO a.example.net\r\n");
	smtp_server_answer(server, NULL);
	tap_ok(strstr(talk(""), "250-SIZE\r\n"), "server: SIZE without a limit");
	talk("MAIL FROM:<a@example.net>\r\n");
	smtp_reply_set(&reply, 450, "", "not now");
	smtp_server_answer(server, &reply);
	tap_ok(!strcmp(talk(""), "450 4.0.0 not now\r\n"), "server: reply without a status code");
	talk("MAIL FROM:<a@example.net>\r\n");
	smtp_reply_set(&reply, 99, "", "what");
	smtp_server_answer(server, &reply);
	tap_ok(!strcmp(talk(""), "451 4.3.0 local error\r\n"), "server: reply that is none");
	talk("MAIL FROM:<a@example.net>\r\n");
	smtp_reply_set(&reply, 250, "2.1.0", "ok");
	strcpy(reply.text, "a\r\nb");
	smtp_server_answer(server, &reply);
	tap_ok(!strcmp(talk(""), "250 2.1.0 a??b\r\n"), "server: reply with a line end in it");
	talk("RCPT TO:<b@example.com>\r\n");
	smtp_reply_set(&reply, 421, "4.3.2", "enough");
	smtp_server_answer(server, &reply);
	tap_ok(ends_with_closed(talk(""), "421 4.3.2 enough\r\n") && strstr(events(), "abandon; "),
	       "server: the glue ends the session with 421");
	smtp_server_destroy(server);
	later = false;
}

static bool has_status(const char *line)
{
	return isdigit(line[4]) && line[4] == line[0] && line[5] == '.';
}

static void test_status_codes(void)
{
	static const char *const commands[] = {
		"HELP\r\n", "NOOP\r\n", "VRFY x\r\n", "FOO\r\n", "EXPN\r\n", "RSET\r\n",
		"MAIL\r\n", "RCPT\r\n", "DATA\r\n", "QUIT\r\n",
	};
	bool ok = true;
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		server_begin(&config);
		smtp_server_start(server);
		talk("");
		ok &= has_status(talk(commands[i]));
		smtp_server_destroy(server);
	}
	tap_ok(ok, "server: every reply has an enhanced status code of its class");
}

int main(void)
{
	test_dialogues();
	test_secure();
	test_negotiation();
	test_injection();
	test_early_talkers();
	test_limits();
	test_sizes();
	test_received();
	test_long_session();
	test_message_end_open();
	test_heard();
	test_full_output();
	test_answers();
	test_status_codes();
	return tap_end();
}
