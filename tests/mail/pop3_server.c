// SPDX-License-Identifier: GPL-2.0
/* The POP3 server engine, by scripted dialogues. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"
#include "engine/pop3_server.h"
#include "tap.h"

#define MESSAGES	4
#define TIMESTAMP	"<1896.697170952@mx.example.com>"
#define AUTOLOGOUT	600000

#define START		{ NULL, "+OK mx.example.com POP3 ready " TIMESTAMP "\r\n", AUTOLOGOUT, 0 }
#define LOGIN		{ "USER office\r\nPASS good\r\n", "+OK *\r\n+OK 4 messages\r\n", \
			  AUTOLOGOUT, 0 }
#define QUIT		{ "QUIT\r\n", "+OK mx.example.com closing\r\n", 0, 0 }
#define END		{ NULL, NULL, 0, 0 }
#define SAY(in, out)	{ in, out, 0, 0 }
#define WAIT(ms)	{ NULL, NULL, ms, 0 }
#define TURNS(...)	((const struct turn[]) { __VA_ARGS__, END })

static const char *const message[MESSAGES] = {
	"Subject: one\r\n\r\nbody\r\n",
	"Subject: dots\r\n\r\n.\r\n..two\r\n...\r\nno end",
	"Subject: unix\n\n.bare\rline\nlast\n\n",
	"",
};

static struct pop3_server *server;
static bool later;
static bool asked;
static enum pop3_answer answer;
static bool reads_fail;
static unsigned int reading;
static size_t read_at;
static unsigned int tls_wanted;

static enum pop3_answer decide(enum pop3_answer decision)
{
	if (!later)
		return decision;
	asked = true;
	answer = decision;
	return POP3_LATER;
}

static enum pop3_answer on_pass(void *arg, const char *user, const char *secret,
				struct pop3_reply *reply)
{
	event("pass %s %s", user, secret);
	if (!strcmp(secret, "busy"))
		pop3_reply_set(reply, "[IN-USE] another session\r\nhas it");
	return decide(!strcmp(secret, "good") ? POP3_YES : POP3_NO);
}

static enum pop3_answer on_apop(void *arg, const char *user, const char *timestamp,
				const char *digest, struct pop3_reply *reply)
{
	event("apop %s %s", user, digest);
	return decide(!strcmp(timestamp, TIMESTAMP) && digest[0] == 'c' ? POP3_YES : POP3_NO);
}

static enum pop3_answer on_auth(void *arg, const char *mechanism, const char *response,
				struct pop3_reply *reply)
{
	event("auth %s %s", mechanism ? mechanism : "-", response ? response : "-");
	if (!response && !mechanism)
		return POP3_NO;
	if (!response || !strcmp(response, "first")) {
		pop3_reply_set(reply, "%s", response ? "second" : "");
		return decide(POP3_CHALLENGE);
	}
	return decide(strcmp(response, "wrong") ? POP3_YES : POP3_NO);
}

static unsigned int on_count(void *arg)
{
	return MESSAGES;
}

static void on_listing(void *arg, unsigned int number, struct pop3_listing *listing)
{
	static const char *const unique_id[MESSAGES] = { "a!", "b", "c~", "d" };

	listing->bytes = strlen(message[number - 1]);
	listing->unique_id = unique_id[number - 1];
}

static bool on_open(void *arg, unsigned int number)
{
	reading = number;
	read_at = 0;
	return number != 4;
}

static ssize_t on_read(void *arg, char *bytes, size_t size)
{
	size_t left = strlen(message[reading - 1]) - read_at;
	size_t len = 1 + random_below(7);

	if (reads_fail && read_at)
		return -1;
	if (len > left)
		len = left;
	memcpy(bytes, message[reading - 1] + read_at, len);
	read_at += len;
	return (ssize_t)len;
}

static void on_close(void *arg)
{
	reading = 0;
}

static enum pop3_answer on_update(void *arg, struct pop3_reply *reply)
{
	for (unsigned int number = 1; number <= MESSAGES; number++)
		if (pop3_server_get_deleted(server, number))
			event("delete %u", number);
	return decide(pop3_server_get_deleted(server, 2) ? POP3_NO : POP3_YES);
}

static void on_release(void *arg)
{
	event("release");
}

static void on_note(void *arg, const char *text)
{
}

static const struct pop3_server_ops ops = {
	.pass = on_pass, .apop = on_apop, .auth = on_auth, .count = on_count,
	.listing = on_listing, .open = on_open, .read = on_read, .close = on_close,
	.update = on_update, .release = on_release, .note = on_note,
};

static const struct pop3_server_config config = {
	.host_name = "mx.example.com",
	.plaintext = true,
	.auth = "SCRAM-SHA-256",
	.auth_secure = "SCRAM-SHA-256 PLAIN",
	.expire_days = 30,
	.failures_max = 2,
	.failure_delay_ms = 0,
	.errors_max = 5,
	.autologout_ms = AUTOLOGOUT,
};

static struct pop3_server_config strict;

static void settle(void)
{
	if (asked) {
		asked = false;
		pop3_server_answer(server, answer, NULL);
	}
	if (pop3_server_wants_tls(server)) {
		tls_wanted++;
		pop3_server_secured(server);
	}
}

static void pop3_server_eof_it(void *it)
{
	pop3_server_eof(it);
}

ENGINE_CALLS(pop3_server)

static const struct dialogue dialogues[] = {
	{ "a visit", TURNS(
		START, LOGIN, SAY("STAT\r\n", "+OK 4 92\r\n"),
		SAY("LIST\r\n", "+OK *\r\n1 22\r\n2 38\r\n3 32\r\n4 0\r\n.\r\n"),
		SAY("UIDL\r\n", "+OK *\r\n1 a!\r\n2 b\r\n3 c~\r\n4 d\r\n.\r\n"),
		SAY("list 2\r\n", "+OK 2 38\r\n"), SAY("uidl 3\r\n", "+OK 3 c~\r\n"),
		SAY("RETR 1\r\n", "+OK 22 octets\r\nSubject: one\r\n\r\nbody\r\n.\r\n"),
		SAY("DELE 1\r\n", "+OK *\r\n"), SAY("RETR 1\r\n", "-ERR message 1 was deleted\r\n"),
		SAY("STAT\r\n", "+OK 3 *\r\n"),
		SAY("LIST\r\n", "+OK 3 messages\r\n2 38\r\n3 32\r\n4 0\r\n.\r\n"),
		SAY("NOOP\r\n", "+OK\r\n"), QUIT),
	  "pass office good; delete 1; release; ", false },
	{ "dots are stuffed, a missing line end is put", TURNS(
		START, LOGIN,
		SAY("RETR 2\r\n", "+OK *\r\nSubject: dots\r\n\r\n..\r\n...two\r\n....\r\n"
		    "no end\r\n.\r\n")), NULL, true },
	{ "line ends become CRLF", TURNS(
		START, LOGIN,
		SAY("RETR 3\r\n", "+OK *\r\nSubject: unix\r\n\r\n..bare\rline\r\nlast\r\n\r\n.\r\n")),
	  NULL, true },
	{ "TOP", TURNS(
		START, LOGIN,
		SAY("TOP 2 0\r\n", "+OK *\r\nSubject: dots\r\n\r\n.\r\n"),
		SAY("TOP 2 1\r\n", "+OK *\r\nSubject: dots\r\n\r\n..\r\n.\r\n"),
		SAY("TOP 2 2\r\n", "+OK *\r\nSubject: dots\r\n\r\n..\r\n...two\r\n.\r\n"),
		SAY("TOP 2 99999\r\n", "+OK *\r\nSubject: dots\r\n\r\n..\r\n...two\r\n....\r\nno end\r\n.\r\n"),
		SAY("TOP 2 340282366920938463463374607431768211456\r\n",
		    "+OK *\r\nSubject: dots\r\n\r\n..\r\n...two\r\n....\r\nno end\r\n.\r\n"),
		SAY("TOP 2 0000000000000000000000\r\n", "+OK *\r\nSubject: dots\r\n\r\n.\r\n"),
		SAY("TOP 3 1\r\n", "+OK *\r\nSubject: unix\r\n\r\n..bare\rline\r\n.\r\n"),
		SAY("TOP 1\r\n", "-ERR use *\r\n"), SAY("TOP 1 -1\r\n", "-ERR use *\r\n")),
	  NULL, true },
	{ "a message that cannot be opened", TURNS(
		START, LOGIN, SAY("RETR 4\r\n", "-ERR [[]SYS/TEMP] *\r\n"), QUIT),
	  "pass office good; release; ", false },
	{ "pipelining", TURNS(
		START,
		SAY("USER office\r\nPASS good\r\nSTAT\r\nRETR 1\r\nTOP 2 0\r\nDELE 3\r\nQUIT\r\n",
		    "+OK *\r\n+OK *\r\n+OK 4 92\r\n+OK *\r\nSubject: one\r\n\r\nbody\r\n.\r\n"
		    "+OK *\r\nSubject: dots\r\n\r\n.\r\n+OK *\r\n+OK *\r\n")),
	  "pass office good; delete 3; release; ", false },
	{ "commands out of their state", TURNS(
		START, SAY("STAT\r\n", "-ERR log in first\r\n"), LOGIN,
		SAY("USER x\r\n", "-ERR you are logged in\r\n"),
		SAY("STLS\r\n", "-ERR *\r\n")), NULL, true },
	{ "numbers that are none", TURNS(
		START, LOGIN, SAY("RETR 0\r\n", "-ERR *\r\n"), SAY("RETR 5\r\n", "-ERR *\r\n"),
		SAY("DELE -1\r\n", "-ERR *\r\n"), SAY("LIST 4294967297\r\n", "-ERR *\r\n"),
		SAY("STAT x\r\n", "-ERR STAT stands alone\r\n")),
	  "pass *; release; ", false },
	{ "RSET", TURNS(
		START, LOGIN, SAY("DELE 1\r\nDELE 2\r\n", "+OK *\r\n+OK *\r\n"),
		SAY("DELE 2\r\n", "-ERR *\r\n"), SAY("RSET\r\n", "+OK 4 messages\r\n"),
		SAY("RETR 1\r\n", "+OK *body*"), QUIT),
	  "pass office good; release; ", false },
	{ "not all could be deleted", TURNS(
		START, LOGIN, SAY("DELE 2\r\n", "+OK *\r\n"),
		SAY("QUIT\r\n", "-ERR [[]SYS/TEMP] *\r\n")),
	  "pass office good; delete 2; release; ", false },
	{ "the connection is lost: nothing is deleted", TURNS(
		START, LOGIN, SAY("DELE 1\r\n", "+OK *\r\n"), SAY(GETS_EOF, NULL)),
	  "pass office good; release; ", false },
	{ "autologout: nothing is said, nothing deleted", TURNS(
		START, LOGIN, SAY("DELE 1\r\n", "+OK *\r\n"), SAY(GETS_TIMEOUT, "")),
	  "pass office good; release; ", false },
	{ "a password with spaces", TURNS(
		START, SAY("USER a b\r\nPASS  x y \r\n", "+OK *\r\n-ERR [[]AUTH] *\r\n")),
	  "pass a b  x y ; ", true },
	{ "logins that fail end the session", TURNS(
		START, SAY("PASS good\r\n", "-ERR USER first\r\n"),
		SAY("USER office\r\nPASS bad\r\n", "+OK *\r\n-ERR [[]AUTH] *\r\n"),
		SAY("USER office\r\nPASS busy\r\n",
		    "+OK *\r\n-ERR [[]IN-USE] another session??has it\r\n")), NULL, false },
	{ "APOP", TURNS(
		START, SAY("APOP office c4c9334bac560ecc979e58001b3e22fb\r\n", "+OK 4 messages\r\n"),
		QUIT), "apop office c4c9334bac560ecc979e58001b3e22fb; release; ", false },
	{ "APOP refused", TURNS(
		START, SAY("APOP office d4c9334bac560ecc979e58001b3e22fb\r\n", "-ERR [[]AUTH] *\r\n"),
		SAY("APOP office c4\r\n", "-ERR use *\r\n")), NULL, true },
	{ "AUTH with an initial response", TURNS(
		START, SAY("AUTH PLAIN dGVzdA==\r\n", "+OK 4 messages\r\n")),
	  "auth PLAIN dGVzdA==; ", true },
	{ "AUTH with challenges", TURNS(
		START, SAY("AUTH scram-sha-256\r\n", "+ \r\n"), SAY("first\r\n", "+ second\r\n"),
		SAY("third\r\n", "+OK 4 messages\r\n")),
	  "auth scram-sha-256 -; auth - first; auth - third; ", true },
	{ "AUTH is cancelled", TURNS(
		START, SAY("AUTH PLAIN\r\n", "+ \r\n"), SAY("*\r\n", "-ERR *\r\n"), LOGIN),
	  "auth PLAIN -; auth - -; pass office good; ", true },
	{ "AUTH fails, and is not known", TURNS(
		START, SAY("AUTH PLAIN wrong\r\n", "-ERR [[]AUTH] *\r\n"),
		SAY("AUTH NTLM\r\n", "-ERR mechanism NTLM *\r\n"),
		SAY("AUTH\r\n", "+OK *\r\nSCRAM-SHA-256\r\nPLAIN\r\n.\r\n")), NULL, true },
	{ "CAPA", TURNS(
		START, SAY("CAPA\r\n", "+OK *\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n"
			   "PIPELINING\r\nUTF8 USER\r\nLANG\r\nEXPIRE 30\r\nUSER\r\n"
			   "SASL SCRAM-SHA-256 PLAIN\r\nIMPLEMENTATION ifax\r\n.\r\n")),
	  "", true },
	{ "LANG", TURNS(
		START, SAY("LANG\r\n", "+OK *\r\ni-default English\r\nen English\r\n.\r\n"),
		SAY("LANG EN\r\nLANG *\r\n", "+OK en *\r\n+OK i-default *\r\n"),
		SAY("LANG tlh\r\n", "-ERR *\r\n"), LOGIN, SAY("LANG en\r\n", "+OK en *\r\n")),
	  "pass office good; ", true },
	{ "TLS without STLS", TURNS(
		START, { "\x16\x03\x01\x02", "-ERR TLS begins with STLS here\r\n", 0, 4 }), "", false },
	{ "endless line", TURNS(
		START, SAY("NOOP                                                       \r\n",
			   "-ERR *\r\n")), "", true },
};

static const struct dialogue strict_dialogues[] = {
	{ "no secret in clear", TURNS(
		{ NULL, "+OK mx.example.com POP3 ready " TIMESTAMP "\r\n", 0, 0 },
		SAY("USER office\r\n", "-ERR [[]AUTH] not in clear: STLS first\r\n"),
		SAY("AUTH PLAIN dGVzdA==\r\n", "-ERR [[]AUTH] not in clear*\r\n"),
		SAY("CAPA\r\n", "+OK *SASL SCRAM-SHA-256\r\nSTLS\r\n*"),
		SAY("STLS\r\n", "+OK begin TLS\r\n"),
		SAY("CAPA\r\n", "+OK *USER\r\nSASL SCRAM-SHA-256 PLAIN\r\nIMPL*"),
		SAY("STLS\r\n", "-ERR TLS is active\r\n"), LOGIN), "pass office good; ", true },
	{ "a refusal takes its time", TURNS(
		{ NULL, "+OK *\r\n", 0, 0 }, SAY("STLS\r\n", "+OK begin TLS\r\n"),
		{ "USER office\r\nPASS bad\r\n", "+OK *\r\n", 2000, 0 },
		SAY(GETS_TIMEOUT, "-ERR [[]AUTH] *\r\n"), LOGIN),
	  "pass office bad; pass office good; ", true },
};

static void begin(const struct pop3_server_config *with)
{
	server = pop3_server_create(with, &ops, NULL, TIMESTAMP, false);
	events_clear();
	asked = false;
}

static void run(const struct dialogue *dialogue, const struct pop3_server_config *with)
{
	struct engine engine;

	for (int pieces = 0; pieces < PIECES_COUNT; pieces++) {
		for (int when = 0; when < 2; when++) {
			later = when;
			begin(with);
			engine = pop3_server_engine(server);
			engine.settle = settle;
			tap_ok(dialogue_run(dialogue, &engine, pieces), "pop3 server: %s, %s%s",
			       dialogue->name, pieces_name[pieces], later ? ", answers later" : "");
			pop3_server_destroy(server);
		}
	}
	later = false;
}

static void feed(const char *text)
{
	pop3_server_input(server, text, strlen(text));
}

static void drain(void)
{
	size_t len;

	while (pop3_server_output(server, &len), len)
		pop3_server_sent(server, len);
}

/* RFC 2595, 4: what is said before TLS does not count under it. */
static void test_injection(void)
{
	begin(&strict);
	pop3_server_start(server);
	feed("STLS\r\nUSER office\r\n");
	drain();
	tap_ok(pop3_server_wants_close(server) && !pop3_server_wants_tls(server),
	       "pop3 server: a command behind STLS in clear ends the session");
	pop3_server_destroy(server);
}

static void test_tls_first(void)
{
	size_t len;

	server = pop3_server_create(&strict, &ops, NULL, NULL, true);
	pop3_server_start(server);
	pop3_server_output(server, &len);
	tap_ok(!len && pop3_server_wants_tls(server) && !pop3_server_wants_input(server),
	       "pop3 server: TLS first: nothing is said before it");
	pop3_server_secured(server);
	tap_ok(!strncmp(pop3_server_output(server, &len), "+OK mx.example.com POP3 ready\r\n", len) &&
	       len && !pop3_server_wants_tls(server), "pop3 server: TLS first: then it greets");
	pop3_server_destroy(server);
}

/* A client must not take the begin of a message for all of it. */
static void test_unreadable(void)
{
	size_t len;
	const char *said;

	begin(&config);
	reads_fail = true;
	pop3_server_start(server);
	feed("USER office\r\nPASS good\r\nRETR 2\r\n");
	drain();
	said = pop3_server_output(server, &len);
	tap_ok(pop3_server_wants_close(server) && !len && said && !reading,
	       "pop3 server: a message that cannot be read is cut, not ended");
	reads_fail = false;
	pop3_server_destroy(server);
}

static void test_long_line(void)
{
	static char line[POP3_REPLY_TEXT_MAX * 200];

	begin(&config);
	pop3_server_start(server);
	memset(line, 'x', sizeof(line) - 1);
	feed(line);
	drain();
	tap_ok(pop3_server_wants_close(server), "pop3 server: an endless line ends the session");
	pop3_server_destroy(server);
}

static void test_answer_too_late(void)
{
	begin(&config);
	later = true;
	pop3_server_start(server);
	feed("USER office\r\nPASS good\r\n");
	pop3_server_eof(server);
	tap_ok(!pop3_server_answer(server, POP3_YES, NULL) && !strstr(events(), "release"),
	       "pop3 server: who answers a session that is gone is told");
	later = false;
	pop3_server_destroy(server);
}

/* The update was begun: its end decides what is deleted, whether heard or not. */
static void test_lost_in_update(void)
{
	begin(&config);
	pop3_server_start(server);
	feed("USER office\r\nPASS good\r\nDELE 1\r\n");
	drain();
	later = true;
	feed("QUIT\r\n");
	pop3_server_eof(server);
	tap_ok(!pop3_server_wants_close(server) && !strstr(events(), "release"),
	       "pop3 server: an update that was begun is waited for");
	tap_ok(pop3_server_answer(server, POP3_YES, NULL) && strstr(events(), "release"),
	       "pop3 server: and then the maildrop is released");
	later = false;
	pop3_server_destroy(server);
}

int main(void)
{
	size_t i;

	strict = config;
	strict.plaintext = false;
	strict.tls_offered = true;
	strict.failure_delay_ms = 2000;
	for (i = 0; i < sizeof(dialogues) / sizeof(dialogues[0]); i++)
		run(&dialogues[i], &config);
	for (i = 0; i < sizeof(strict_dialogues) / sizeof(strict_dialogues[0]); i++)
		run(&strict_dialogues[i], &strict);
	tap_ok(tls_wanted == 12, "pop3 server: TLS was asked for once per STLS");
	test_injection();
	test_tls_first();
	test_unreadable();
	test_long_line();
	test_answer_too_late();
	test_lost_in_update();
	return tap_end();
}
