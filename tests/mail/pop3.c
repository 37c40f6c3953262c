// SPDX-License-Identifier: GPL-2.0
/* The POP3 client engine, by scripted dialogues. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"
#include "engine/pop3_client.h"
#include "tap.h"

#define ONE(gets, says)	{ gets, says, 0, 0 }
#define START		{ NULL, "", 1001, 0 }
#define GREETING	{ "+OK ready\r\n", "USER fax\r\n", 1002, 0 }
#define USER_OK		{ "+OK\r\n", "PASS a b c\r\n", 1002, 0 }
#define PASS_OK		{ "+OK in\r\n", "STAT\r\n", 1003, 0 }
#define STAT_2		{ "+OK 2 320\r\n", "LIST\r\n", 1003, 0 }
#define LIST_2		ONE("+OK two\r\n1 120\r\n2 200\r\n.\r\n", "UIDL\r\n")
#define UIDL_2		ONE("+OK\r\n1 fetch-1\r\n2 fetch-2\r\n.\r\n", "RETR 1\r\n")
#define BYE		ONE("+OK bye\r\n", "")
#define END		{ NULL, NULL, 0, 0 }
#define TURNS(...)	((const struct turn[]) { __VA_ARGS__, END })
#define TO_PASS		START, GREETING, USER_OK
#define TO_STAT		TO_PASS, PASS_OK
#define TO_LIST		TO_STAT, STAT_2
#define TO_UIDL		TO_LIST, LIST_2
#define TO_RETR		TO_UIDL, UIDL_2
#define A10		"aaaaaaaaaa"
#define A100		A10 A10 A10 A10 A10 A10 A10 A10 A10 A10
#define DECIDED_2	"decide 1 120 fetch-1; decide 2 200 fetch-2; "

static struct pop3_client *client;
static bool asked;
static unsigned int asked_number;
static bool answers_wait;	/* until the test gives them */
static enum pop3_verdict answer;
static char message[32768];
static size_t message_len;

static unsigned int counted;

static bool begins(const char *text, const char *with)
{
	return text && !strncmp(text, with, strlen(with));
}

static enum pop3_verdict on_decide(void *arg, unsigned int number, uint64_t bytes,
				   const char *unique_id)
{
	event("decide %u %llu %s", number, (unsigned long long)bytes,
	      unique_id ? unique_id : "(none)");
	if (begins(unique_id, "keep"))
		return POP3_KEEP;
	if (begins(unique_id, "delete"))
		return POP3_DELETE;
	if (begins(unique_id, "header"))
		return POP3_HEADER;
	return begins(unique_id, "stop") ? POP3_STOP : POP3_FETCH;
}

static unsigned int deleted;	/* a bit each */

static void on_deleted(void *arg, unsigned int number)
{
	deleted |= 1U << number;
}

static void on_counted(void *arg, unsigned int in_maildrop, unsigned int looked_at)
{
	counted = looked_at <= in_maildrop ? looked_at : 0;
}

static bool on_begin(void *arg, unsigned int number)
{
	event("begin %u", number);
	message_len = 0;
	return number != 7;
}

static bool on_message(void *arg, const char *bytes, size_t len)
{
	if (message_len + len > sizeof(message))
		return false;
	memcpy(message + message_len, bytes, len);
	message_len += len;
	return !memmem(message, message_len, "unstorable", 10);
}

static void on_end(void *arg, unsigned int number)
{
	event("end %u \"%.*s\"", number, (int)message_len, message);
	/* of a header nobody waits for an answer */
	if (message_len > 6 && !memcmp(message, "Header", 6))
		return;
	asked = true;
	asked_number = number;
	answer = POP3_DELETE;
	if (memmem(message, message_len, "keep", 4))
		answer = POP3_KEEP;
	if (memmem(message, message_len, "stop", 4))
		answer = POP3_STOP;
	if (memmem(message, message_len, "undo", 4))
		answer = POP3_UNDO;
}

static void on_abort(void *arg, unsigned int number)
{
	event("abort %u", number);
}

static void on_missing(void *arg, unsigned int number, const char *text)
{
	event("missing %u <%s>", number, text);
}

static void on_finished(void *arg, enum pop3_outcome outcome, const char *text)
{
	static const char *const names[] = { "done", "update-failed", "update-unknown",
					     "login-refused", "temporary", "protocol" };

	event("finished %s <%s>", names[outcome], text);
}

/* Mechanisms: one that speaks first, one that waits for a challenge, one that proves nothing. */
static const char *on_auth_begin(void *arg, const char *offered, bool secure, const char **initial)
{
	static char long_response[3001];

	event("auth <%s>%s", offered, secure ? " tls" : "");
	if (strstr(offered, "NONE"))
		return NULL;
	memset(long_response, 'A', sizeof(long_response) - 1);
	if (strstr(offered, "LONG"))
		*initial = long_response;
	else if (strstr(offered, "PLAIN"))
		*initial = "AGZheABh";
	else if (strstr(offered, "EXTERNAL"))
		*initial = "";
	return strstr(offered, "PLAIN") ? "PLAIN" : offered;
}

static const char *on_auth_respond(void *arg, const char *challenge, bool final)
{
	event("challenge <%s>%s", challenge, final ? " final" : "");
	if (final)
		return strstr(events(), "LIAR") ? NULL : "";
	return strstr(challenge, "bad") ? NULL : "cmVzcG9uc2U=";
}

static const struct pop3_client_ops ops = {
	.auth_begin = on_auth_begin,
	.auth_respond = on_auth_respond,
	.decide = on_decide,
	.message_begin = on_begin,
	.message = on_message,
	.message_end = on_end,
	.message_abort = on_abort,
	.message_missing = on_missing,
	.finished = on_finished,
	.counted = on_counted,
	.deleted = on_deleted,
};

static void answer_now(void)
{
	if (pop3_client_wants_tls(client))
		pop3_client_secured(client);
	if (!asked || answers_wait)
		return;
	asked = false;
	pop3_client_message_done(client, asked_number, answer);
}

static void pop3_client_eof_it(void *it)
{
	pop3_client_eof(it, NULL);
}

ENGINE_CALLS(pop3_client)

/**
 * struct script - a dialogue with an account
 * @dialogue: the dialogue
 * @login: how
 * @user: NULL: "fax"
 * @secret: NULL: "a b c"
 */
struct script {
	struct dialogue dialogue;
	enum pop3_login login;
	const char *user;
	const char *secret;
};

/**
 * struct modern_script - a dialogue with a server that is asked what it can do
 * @script: the script
 * @tls: what of TLS
 */
struct modern_script {
	struct script script;
	enum pop3_client_tls tls;
};

#define TEN(text)	text text text text text text text text text text

static const struct script scripts[] = {
	{ { "fetch two, delete after each is stored", TURNS(TO_RETR,
		ONE("+OK 120\r\nSubject: 1\r\n\r\n..dot\r\n...\r\n.\r\n", "DELE 1\r\n"),
		ONE("+OK\r\n", "RETR 2\r\n"), ONE("+OK\r\nb\r\n.\r\n", "DELE 2\r\n"),
		{ "+OK\r\n", "QUIT\r\n", 1005, 0 }, BYE),
	    DECIDED_2 "begin 1; end 1 \"Subject: 1\r\n\r\n.dot\r\n..\r\n\"; begin 2; "
	    "end 2 \"b\r\n\"; "
	    "finished done <2 messages in the maildrop, 2 deleted>; ", false }, 0, NULL, NULL },
	{ { "the example session of RFC 1939, 10, with APOP", TURNS(START,
		ONE("+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n",
		    "APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n"),
		ONE("+OK mrose's maildrop has 2 messages (320 octets)\r\n", "STAT\r\n"), STAT_2,
		LIST_2, UIDL_2),
	    DECIDED_2, true }, POP3_LOGIN_APOP, "mrose", "tanstaaf" },
	{ { "empty maildrop", TURNS(TO_STAT, ONE("+OK 0 0\r\n", "QUIT\r\n"), BYE),
	    "finished done *", false }, 0, NULL, NULL },
	{ { "keep, delete without fetching, stop", TURNS(TO_STAT, ONE("+OK 4 4\r\n", "LIST\r\n"),
		ONE("+OK\r\n1 1\r\n2 1\r\n3 1\r\n4 1\r\n.\r\n", "UIDL\r\n"),
		ONE("+OK\r\n1 keep\r\n2 delete\r\n3 stop\r\n4 fetch\r\n.\r\n", "DELE 2\r\n"),
		ONE("+OK\r\n", "QUIT\r\n"), BYE),
	    "decide 1 1 keep; decide 2 1 delete; decide 3 1 stop; finished done *", false },
	  0, NULL, NULL },
	{ { "a message that is stored but stays", TURNS(TO_RETR, ONE("+OK\r\nkeep\r\n.\r\n",
		    "RETR 2\r\n"),
		ONE("+OK\r\nkeep\r\n.\r\n", "QUIT\r\n"), BYE), "*finished done *", false },
	  0, NULL, NULL },
	{ { "no room left after the first: stop", TURNS(TO_RETR,
		ONE("+OK\r\nstop\r\n.\r\n", "QUIT\r\n"), BYE),
	    DECIDED_2 "begin 1; end 1 *; finished done *", false }, 0, NULL, NULL },
	{ { "the second cannot be stored: what was marked is unmarked", TURNS(TO_RETR,
		ONE("+OK\r\na\r\n.\r\n", "DELE 1\r\n"), ONE("+OK\r\n", "RETR 2\r\n"),
		{ "+OK\r\nundo\r\n.\r\n", "RSET\r\n", 1003, 0 },
		{ "+OK\r\n", "QUIT\r\n", 1005, 0 }, BYE),
	    "*finished temporary <2 messages in the maildrop, none deleted: what was fetched may not "
	    "be safe here>; ", false }, 0, NULL, NULL },
	{ { "the same, and QUIT is not answered", TURNS(TO_RETR,
		ONE("+OK\r\na\r\n.\r\n", "DELE 1\r\n"), ONE("+OK\r\n", "RETR 2\r\n"),
		ONE("+OK\r\nundo\r\n.\r\n", "RSET\r\n"), ONE("+OK\r\n", "QUIT\r\n"),
		ONE(GETS_EOF, "")), "*finished temporary *", false }, 0, NULL, NULL },
	{ { "RSET refused: no QUIT", TURNS(TO_RETR,
		ONE("+OK\r\na\r\n.\r\n", "DELE 1\r\n"), ONE("+OK\r\n", "RETR 2\r\n"),
		ONE("+OK\r\nundo\r\n.\r\n", "RSET\r\n"), ONE("-ERR what?\r\n", "")),
	    "*finished temporary <RSET refused: what?>; ", false }, 0, NULL, NULL },
	{ { "RSET not answered: no QUIT", TURNS(TO_RETR,
		ONE("+OK\r\na\r\n.\r\n", "DELE 1\r\n"), ONE("+OK\r\n", "RETR 2\r\n"),
		ONE("+OK\r\nundo\r\n.\r\n", "RSET\r\n"), ONE(GETS_TIMEOUT, "")),
	    "*finished temporary *RSET*", false }, 0, NULL, NULL },
	{ { "the first cannot be stored: nothing to unmark", TURNS(TO_RETR,
		ONE("+OK\r\nundo\r\n.\r\n", "QUIT\r\n"), BYE), "*finished temporary *", false },
	  0, NULL, NULL },
	{ { "headers: TOP, tried where there is no CAPA", TURNS(TO_UIDL,
		{ "+OK\r\n1 header-a\r\n2 header-b\r\n.\r\n", "TOP 1 0\r\n", 1003, 0 },
		ONE("+OK\r\nHeader: 1\r\n..\r\n\r\n.\r\n", "TOP 2 0\r\n"),
		ONE("-ERR gone\r\n", "QUIT\r\n"), BYE),
	    "decide 1 120 header-a; decide 2 200 header-b; begin 1; "
	    "end 1 \"Header: 1\r\n.\r\n\r\n\"; missing 2 <gone>; finished done <2 messages in the "
	    "maildrop, 0 deleted>; ", false }, 0, NULL, NULL },
	{ { "headers: no TOP, which is asked once", TURNS(TO_UIDL,
		ONE("+OK\r\n1 header-a\r\n2 header-b\r\n.\r\n", "TOP 1 0\r\n"),
		ONE("-ERR what?\r\n", "QUIT\r\n"), BYE),
	    "decide 1 120 header-a; decide 2 200 header-b; missing 1 <what?>; finished done *",
	    false }, 0, NULL, NULL },
	{ { "headers between messages", TURNS(TO_UIDL,
		ONE("+OK\r\n1 header-a\r\n2 b\r\n.\r\n", "TOP 1 0\r\n"),
		ONE("+OK\r\nHeader: 1\r\n\r\n.\r\n", "RETR 2\r\n"),
		ONE("+OK\r\nb\r\n.\r\n", "DELE 2\r\n"), ONE("+OK\r\n", "QUIT\r\n"), BYE),
	    "*end 2 \"b\r\n\"; finished done <2 messages in the maildrop, 1 deleted>; ", false },
	  0, NULL, NULL },
	{ { "an endless header", TURNS(TO_UIDL,
		ONE("+OK\r\n1 header-a\r\n2 header-b\r\n.\r\n", "TOP 1 0\r\n"),
		ONE("+OK\r\n" TEN(A100) TEN(A100) TEN(A100) TEN(A100) TEN(A100) A100 "a", "")),
	    "*begin 1; abort 1; missing 1 <it is longer than the limit>; finished protocol *", false },
	  0, NULL, NULL },
	{ { "no UIDL", TURNS(TO_UIDL, ONE("-ERR what?\r\n", "RETR 1\r\n")),
	    "decide 1 120 (none); decide 2 200 (none); ", true }, 0, NULL, NULL },
	{ { "unique-ids: too long, with spaces, missing, twice", TURNS(TO_STAT,
		ONE("+OK 4 4\r\n", "LIST\r\n"), ONE("+OK\r\n1 1\r\n2 1\r\n3 1\r\n4 1\r\n.\r\n",
		    "UIDL\r\n"),
		ONE("+OK\r\n1 " A10 A10 A10 A10 A10 A10 A10 "1\r\n"
		    "2 a b\r\n4 x\r\n4 y\r\n.\r\n", "RETR 1\r\n")),
	    "decide 1 1 (none); decide 2 1 (none); decide 4 1 x; decide 3 1 (none); ", true },
	  0, NULL, NULL },
	{ { "a unique-id of 70 characters", TURNS(TO_STAT,
		ONE("+OK 1 1\r\n", "LIST\r\n"), ONE("+OK\r\n1 1\r\n.\r\n", "UIDL\r\n"),
		ONE("+OK\r\n1 " A10 A10 A10 A10 A10 A10 A10 "\r\n"
		    ".\r\n", "RETR 1\r\n")),
	    "decide 1 1 " A10 A10 A10 A10 A10 A10 A10 "; ", true }, 0, NULL, NULL },
	{ { "RETR refused: goes on", TURNS(TO_RETR, ONE("-ERR no such\x02 message\r\n",
		    "RETR 2\r\n")),
	    DECIDED_2 "missing 1 <no such? message>; ", true }, 0, NULL, NULL },
	{ { "DELE refused", TURNS(TO_RETR, ONE("+OK\r\n.\r\n", "DELE 1\r\n"), ONE("-ERR no\r\n",
		    "RETR 2\r\n"),
		ONE("+OK\r\n.\r\n", "DELE 2\r\n"), ONE("+OK\r\n", "QUIT\r\n"), BYE),
	    "*finished update-failed <the server refused to delete 1 messages>; ", false },
	  0, NULL, NULL },
	{ { "QUIT refused: not all deleted", TURNS(TO_RETR, ONE("+OK\r\n.\r\n", "DELE 1\r\n"),
		ONE("+OK\r\n", "RETR 2\r\n"), ONE("+OK\r\n.\r\n", "DELE 2\r\n"),
		ONE("+OK\r\n", "QUIT\r\n"), ONE("-ERR some not deleted\r\n", "")),
	    "*finished update-failed <not all messages were deleted: some not deleted>; ", false },
	  0, NULL, NULL },
	{ { "no reply to QUIT: in doubt", TURNS(TO_RETR, ONE("+OK\r\n.\r\n", "DELE 1\r\n"),
		ONE("+OK\r\n", "RETR 2\r\n"), ONE("+OK\r\nstop\r\n.\r\n", "QUIT\r\n"), ONE(GETS_EOF,
		    "")),
	    "*finished update-unknown *1 messages *", false }, 0, NULL, NULL },
	{ { "no reply to QUIT, nothing deleted", TURNS(TO_STAT, ONE("+OK 0 0\r\n", "QUIT\r\n"),
		ONE(GETS_TIMEOUT, "")), "finished done *", false }, 0, NULL, NULL },
	{ { "greeting -ERR", TURNS(START, ONE("-ERR busy\r\n", "")), "finished temporary *busy>; ",
	    false }, 0, NULL, NULL },
	{ { "user refused", TURNS(START, GREETING, ONE("-ERR who?\r\n", "")),
	    "finished login-refused <login refused: who?>; ", false }, 0, NULL, NULL },
	{ { "password refused", TURNS(TO_PASS, ONE("-ERR [AUTH] no\r\n", "")),
	    "finished login-refused *", false }, 0, NULL, NULL },
	{ { "maildrop locked", TURNS(TO_PASS, ONE("-ERR [IN-USE] locked\r\n", "")),
	    "finished temporary *", false }, 0, NULL, NULL },
	{ { "APOP refused: USER and PASS if allowed", TURNS(START,
		ONE("+OK <1.2@example.com>\r\n", "APOP fax *"), ONE("-ERR no\r\n", "USER fax\r\n")),
	    "", true }, POP3_LOGIN_ANY, NULL, NULL },
	{ { "APOP refused: the end if not", TURNS(START,
		ONE("+OK <1.2@example.com>\r\n", "APOP fax *"), ONE("-ERR no\r\n", "")),
	    "finished login-refused *", false }, POP3_LOGIN_APOP, NULL, NULL },
	{ { "no timestamp: USER and PASS if allowed", TURNS(START, ONE("+OK hi\r\n",
		    "USER fax\r\n")),
	    "", true }, POP3_LOGIN_ANY, NULL, NULL },
	{ { "no timestamp: the end if not", TURNS(START, ONE("+OK hi\r\n", "")),
	    "finished login-refused *", false }, POP3_LOGIN_APOP, NULL, NULL },
	{ { "timestamp with 8-bit characters (CVE-2007-1558)", TURNS(START,
		ONE("+OK <a\xe4\xf6@example.com>\r\n", "")), "finished login-refused *", false },
	  POP3_LOGIN_APOP, NULL, NULL },
	{ { "timestamp without @", TURNS(START, ONE("+OK <example.com>\r\n", "")),
	    "finished login-refused *", false }, POP3_LOGIN_APOP, NULL, NULL },
	{ { "timestamp with two @", TURNS(START, ONE("+OK <a@b@example.com>\r\n", "")),
	    "finished login-refused *", false }, POP3_LOGIN_APOP, NULL, NULL },
	{ { "timestamp with another sign for @", TURNS(START, ONE("+OK <a:example.com>\r\n", "")),
	    "finished login-refused *", false }, POP3_LOGIN_APOP, NULL, NULL },
	{ { "timestamp with an address literal", TURNS(START,
		ONE("+OK <1.2@[IPv6:2001:db8::1]>\r\n", "APOP fax *\r\n")), "", true },
	  POP3_LOGIN_APOP, NULL, NULL },
	{ { "timestamp with nothing before the @", TURNS(START, ONE("+OK <@example.com>\r\n", "")),
	    "finished login-refused *", false }, POP3_LOGIN_APOP, NULL, NULL },
	{ { "no user name", TURNS(START, ONE("+OK\r\n", "")), "finished login-refused *", false },
	  0, "", NULL },
	{ { "timestamp with a space", TURNS(START, ONE("+OK <a b@example.com>\r\n", "")),
	    "finished login-refused *", false }, POP3_LOGIN_APOP, NULL, NULL },
	{ { "timestamp that does not end", TURNS(START, ONE("+OK <a@example.com\r\n", "")),
	    "finished login-refused *", false }, POP3_LOGIN_APOP, NULL, NULL },
	{ { "user name with a line end", TURNS(START, ONE("+OK\r\n", "")),
	    "finished login-refused *", false }, 0, "fax\r\nDELE 1", NULL },
	{ { "secret with a line end", TURNS(START, ONE("+OK\r\n", "")),
	    "finished login-refused *", false }, 0, NULL, "x\r\ny" },
	{ { "LF line ends", TURNS(START, ONE("+OK\n", "USER fax\r\n"), ONE("+OK\n", "PASS *")), "",
		true },
	  0, NULL, NULL },
	{ { "no POP3", TURNS(START, ONE("220 smtp\r\n", "")), "finished protocol *", false }, 0,
		NULL, NULL },
	{ { "+OKAY", TURNS(START, ONE("+OKAY\r\n", "")), "finished protocol *", false }, 0, NULL,
		NULL },
	{ { "premature reply", TURNS(START, ONE("+OK\r\n+OK\r\n", "")), "finished protocol *",
		false },
	  0, NULL, NULL },
	{ { "STAT without numbers", TURNS(TO_STAT, ONE("+OK many\r\n", "")), "finished protocol *",
	    false }, 0, NULL, NULL },
	{ { "STAT with 2^64 messages", TURNS(TO_STAT, ONE("+OK 18446744073709551616 1\r\n", "")),
	    "finished protocol *", false }, 0, NULL, NULL },
	{ { "STAT with 2^32 + 1 messages", TURNS(TO_STAT, ONE("+OK 4294967297 1\r\n", "")),
	    "finished protocol *", false }, 0, NULL, NULL },
	{ { "STAT refused", TURNS(TO_STAT, ONE("-ERR [SYS/TEMP] x\r\n", "")),
		"finished temporary *",
	    false }, 0, NULL, NULL },
	{ { "LIST refused", TURNS(TO_LIST, ONE("-ERR x\r\n", "")), "finished temporary *", false },
	  0, NULL, NULL },
	{ { "LIST names a message that STAT does not know", TURNS(TO_LIST, ONE("+OK\r\n3 1\r\n",
		    "")),
	    "finished protocol *", false }, 0, NULL, NULL },
	{ { "LIST names message 0", TURNS(TO_LIST, ONE("+OK\r\n0 1\r\n", "")),
	    "finished protocol *", false }, 0, NULL, NULL },
	{ { "LIST without end", TURNS(TO_LIST, ONE("+OK\r\n1 1\r\n1 1\r\n1 1\r\n", "")),
	    "finished protocol *", false }, 0, NULL, NULL },
	{ { "LIST without sizes", TURNS(TO_LIST, ONE("+OK\r\n1 x\r\n", "")),
	    "finished protocol *", false }, 0, NULL, NULL },
	{ { "UIDL without end", TURNS(TO_UIDL, ONE("+OK\r\n1 keep\r\n1 x\r\n1 y\r\n", "")),
	    "decide 1 120 keep; finished protocol *", false }, 0, NULL, NULL },
	{ { "a message longer than the limit", TURNS(TO_RETR,
		ONE("+OK\r\n" A100 A100 A100 "a", "")),
	    DECIDED_2 "begin 1; abort 1; missing 1 <it is longer than the limit>; ", true },
	  0, NULL, NULL },
	{ { "the message behind one that is longer than the limit", TURNS(TO_RETR,
		ONE("+OK\r\n" A100 A100 A100 "a\r\n.\r\n", "RETR 2\r\n"),
		ONE("+OK\r\nb\r\n.\r\n", "DELE 2\r\n")),
	    DECIDED_2 "begin 1; abort 1; missing 1 <it is longer than the limit>; begin 2; "
	    "end 2 \"b\r\n\"; ", true }, 0, NULL, NULL },
	{ { "a message that is sixteen times as long", TURNS(TO_RETR,
		ONE("+OK\r\n" TEN(A100) TEN(A100) TEN(A100) TEN(A100) TEN(A100) A100 "a", "")),
	    DECIDED_2 "begin 1; abort 1; missing 1 <it is longer than the limit>; "
	    "finished protocol *300 bytes>; ", false }, 0, NULL, NULL },
	{ { "a message that is not to be begun", TURNS(TO_STAT, ONE("+OK 7 7\r\n", "LIST\r\n"),
		ONE("+OK\r\n7 1\r\n.\r\n", "UIDL\r\n"),
		ONE("+OK\r\n1 keep\r\n2 keep\r\n3 keep\r\n4 keep\r\n5 keep\r\n"
		    "6 keep\r\n7 x\r\n.\r\n",
		    "RETR 7\r\n"), ONE("+OK\r\nx\r\n.\r\n", "")),
	    "*begin 7; finished temporary <message 7 cannot be stored>; ", false }, 0, NULL, NULL },
	{ { "no reply to QUIT, DELE was refused", TURNS(TO_RETR, ONE("+OK\r\n.\r\n", "DELE 1\r\n"),
		ONE("-ERR no\r\n", "RETR 2\r\n"), ONE("+OK\r\nstop\r\n.\r\n", "QUIT\r\n"),
		ONE(GETS_EOF, "")),
	    "*finished update-failed *", false }, 0, NULL, NULL },
	{ { "bytes that cannot be stored", TURNS(TO_RETR, ONE("+OK\r\nunstorable", "")),
	    DECIDED_2 "begin 1; abort 1; finished temporary *", false }, 0, NULL, NULL },
	{ { "connection lost within a message", TURNS(TO_RETR, ONE("+OK\r\nhalf\r\n.\r", ""),
		ONE(GETS_EOF, "")),
	    DECIDED_2 "begin 1; abort 1; finished temporary <the server closed the connection "
	    "while waiting for the next part of the message>; ", false }, 0, NULL, NULL },
	{ { "time-out within a message", TURNS(TO_RETR, { "+OK\r\nhalf", "", 1004, 0 },
		ONE(GETS_TIMEOUT, "")),
	    DECIDED_2 "begin 1; abort 1; finished temporary <timed out after 1 s *", false },
	  0, NULL, NULL },
	{ { "LF.LF does not end a message", TURNS(TO_RETR, ONE("+OK\r\na\n.\n-ERR\r\n.\n+OK\r\n",
		    ""),
		ONE(".\r\n", "DELE 1\r\n")),
	    DECIDED_2 "begin 1; end 1 \"a\n.\n-ERR\r\n\n+OK\r\n\"; ", true }, 0, NULL, NULL },
	{ { "time-out: greeting", TURNS(START, ONE(GETS_TIMEOUT, "")),
		"finished temporary *greeting>; ",
	    false }, 0, NULL, NULL },
	{ { "time-out: USER", TURNS(START, GREETING, ONE(GETS_TIMEOUT, "")),
	    "finished temporary *to USER>; ", false }, 0, NULL, NULL },
	{ { "time-out: PASS", TURNS(TO_PASS, ONE(GETS_TIMEOUT, "")),
		"finished temporary *to PASS>; ",
	    false }, 0, NULL, NULL },
	{ { "time-out: STAT", TURNS(TO_STAT, ONE(GETS_TIMEOUT, "")),
		"finished temporary *to STAT>; ",
	    false }, 0, NULL, NULL },
	{ { "time-out: LIST", TURNS(TO_LIST, ONE(GETS_TIMEOUT, "")),
		"finished temporary *to LIST>; ",
	    false }, 0, NULL, NULL },
	{ { "time-out: lines of LIST", TURNS(TO_LIST, { "+OK\r\n1 1\r\n", "", 1004, 0 },
		ONE(GETS_TIMEOUT, "")), "finished temporary *list of messages>; ", false },
	  0, NULL, NULL },
	{ { "time-out: UIDL", TURNS(TO_UIDL, ONE(GETS_TIMEOUT, "")),
		"finished temporary *to UIDL>; ",
	    false }, 0, NULL, NULL },
	{ { "time-out: RETR", TURNS(TO_RETR, ONE(GETS_TIMEOUT, "")),
		"*finished temporary *to RETR>; ",
	    false }, 0, NULL, NULL },
	{ { "time-out: DELE", TURNS(TO_RETR, ONE("+OK\r\n.\r\n", "DELE 1\r\n"), ONE(GETS_TIMEOUT,
		    "")),
	    "*finished temporary *to DELE>; ", false }, 0, NULL, NULL },
};

static const struct modern_script modern_scripts[] = {
	{ { { "CAPA that is not known", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		ONE("-ERR what?\r\n", "USER fax\r\n")), "", true }, 0, NULL, NULL }, 0 },
	{ { { "CAPA without end", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\n" TEN(TEN("X\r\n")) "X\r\n", "")), "finished protocol *", false },
	  0, NULL, NULL }, 0 },
	{ { { "values that each user has his own of: CAPA again when we are in", TURNS(START,
		ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nLOGIN-DELAY 60 USER\r\nEXPIRE NEVER\r\n.\r\n", "USER fax\r\n"),
		ONE("+OK\r\n", "PASS *"), ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nLOGIN-DELAY 900 USER\r\n.\r\n", "STAT\r\n")), "", true },
	    0, NULL, NULL }, 0 },
	{ { { "EXPIRE 0, and a message that is not stored: no QUIT", TURNS(START,
		ONE("+OK\r\n", "CAPA\r\n"), ONE("+OK\r\nEXPIRE 0\r\n.\r\n", "USER fax\r\n"),
		ONE("+OK\r\n", "PASS *"), PASS_OK, STAT_2, LIST_2, UIDL_2,
		ONE("+OK\r\na\r\n.\r\n", "DELE 1\r\n"), ONE("+OK\r\n", "RETR 2\r\n"),
		ONE("+OK\r\nstop\r\n.\r\n", "")), "*finished temporary *EXPIRE 0*", false },
	    0, NULL, NULL }, 0 },
	{ { { "EXPIRE 0, and a message that is too long: no QUIT", TURNS(START,
		ONE("+OK\r\n", "CAPA\r\n"), ONE("+OK\r\nEXPIRE 0\r\n.\r\n", "USER fax\r\n"),
		ONE("+OK\r\n", "PASS *"), PASS_OK, STAT_2, LIST_2, UIDL_2,
		ONE("+OK\r\n" A100 A100 A100 "a\r\n.\r\n", "RETR 2\r\n"),
		ONE("+OK\r\nb\r\n.\r\n", "DELE 2\r\n"), ONE("+OK\r\n", "")),
	    "*finished temporary *EXPIRE 0*", false }, 0, NULL, NULL }, 0 },
	{ { { "EXPIRE 0, and all is stored: QUIT", TURNS(START,
		ONE("+OK\r\n", "CAPA\r\n"), ONE("+OK\r\nEXPIRE 0\r\n.\r\n", "USER fax\r\n"),
		ONE("+OK\r\n", "PASS *"), PASS_OK, STAT_2, LIST_2, UIDL_2,
		ONE("+OK\r\nkeep\r\n.\r\n", "RETR 2\r\n"),
		ONE("+OK\r\nkeep\r\n.\r\n", "QUIT\r\n"), BYE), "*finished done *", false },
	    0, NULL, NULL }, 0 },
	{ { { "and CAPA is refused then", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nEXPIRE 9  user\r\n.\r\n", "USER fax\r\n"), ONE("+OK\r\n", "PASS *"),
		ONE("+OK\r\n", "CAPA\r\n"), ONE("-ERR\r\n", "STAT\r\n")), "", true },
	    0, NULL, NULL }, 0 },
	{ { { "STLS, then CAPA again", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nTOP\r\nstls\r\nSASL NONE\r\n.\r\n", "STLS\r\n"),
		ONE("+OK\r\n", "CAPA\r\n"), ONE("+OK\r\nSASL PLAIN\r\n.\r\n",
		    "AUTH PLAIN AGZheABh\r\n"), ONE("+OK\r\n", "STAT\r\n")),
	    "auth <PLAIN> tls; challenge <> final; ", true }, POP3_LOGIN_SASL, NULL, NULL },
	  POP3_CLIENT_TLS_REQUIRED },
	{ { { "no STLS offered, but required", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nTOP\r\n.\r\n", "")), "finished login-refused *TLS*", false },
	  0, NULL, NULL }, POP3_CLIENT_TLS_REQUIRED },
	{ { { "no STLS offered, not required", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nTOP\r\n.\r\n", "USER fax\r\n")), "", true },
	  0, NULL, NULL }, POP3_CLIENT_TLS_OFFERED },
	{ { { "STLS refused, but required", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nSTLS\r\n.\r\n", "STLS\r\n"), ONE("-ERR not now\r\n", "")),
	    "finished temporary <STLS refused: not now>; ", false },
	  0, NULL, NULL }, POP3_CLIENT_TLS_REQUIRED },
	{ { { "time-out: STLS", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		{ "+OK\r\nSTLS\r\n.\r\n", "STLS\r\n", 1006, 0 }, ONE(GETS_TIMEOUT, "")),
	    "finished temporary *to STLS>; ", false },
	  0, NULL, NULL }, POP3_CLIENT_TLS_REQUIRED },
	{ { { "TLS first", TURNS(ONE(NULL, ""), ONE("+OK ready\r\n", "CAPA\r\n")), "", true },
	  0, NULL, NULL }, POP3_CLIENT_TLS_FIRST },
	{ { { "UTF8 before the login", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nUTF8 USER\r\n.\r\n", "UTF8\r\n"), ONE("+OK\r\n", "USER fax\r\n")),
	    "", true }, 0, NULL, NULL }, 0 },
	{ { { "UTF8 refused", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nUTF8\r\n.\r\n", "UTF8\r\n"), ONE("-ERR no\r\n", "USER fax\r\n")),
	    "", true }, 0, NULL, NULL }, 0 },
	{ { { "UTF8 behind STLS", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nUTF8\r\nSTLS\r\n.\r\n", "STLS\r\n"), ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nUTF8\r\n.\r\n", "UTF8\r\n"), ONE("+OK\r\n", "USER fax\r\n")),
	    "", true }, 0, NULL, NULL }, POP3_CLIENT_TLS_OFFERED },
	{ { { "AUTH with a challenge", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nSASL CRAM-MD5\r\n.\r\n", "AUTH CRAM-MD5\r\n"),
		ONE("+ Y2hhbGxlbmdl\r\n", "cmVzcG9uc2U=\r\n"), ONE("+OK in\r\n", "STAT\r\n")),
	    "auth <CRAM-MD5>; challenge <Y2hhbGxlbmdl>; challenge <> final; ", true },
	  POP3_LOGIN_SASL, NULL, NULL }, 0 },
	{ { { "AUTH: a response that does not fit the command", TURNS(START,
		ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nSASL PLAIN LONG\r\n.\r\n", "AUTH PLAIN\r\n"),
		ONE("+ \r\n", "AAAAAAAA*A\r\n"), ONE("+OK in\r\n", "STAT\r\n")),
	    "auth <PLAIN LONG>; challenge <> final; ", true }, POP3_LOGIN_SASL, NULL, NULL }, 0 },
	{ { { "AUTH: the server says why not in a challenge", TURNS(START,
		ONE("+OK\r\n", "CAPA\r\n"), ONE("+OK\r\nSASL PLAIN\r\n.\r\n", "AUTH PLAIN *\r\n"),
		ONE("+ d2h5\r\n", "cmVzcG9uc2U=\r\n"), ONE("-ERR [AUTH] no\r\n", "")),
	    "*finished login-refused <login refused: [[]AUTH] no>; ", false },
	  POP3_LOGIN_SASL, NULL, NULL }, 0 },
	{ { { "AUTH: an empty first response", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nSASL EXTERNAL\r\n.\r\n", "AUTH EXTERNAL =\r\n")),
	    "auth <EXTERNAL>; ", true }, POP3_LOGIN_SASL, NULL, NULL }, 0 },
	{ { { "AUTH: a challenge that is wrong is cancelled", TURNS(START,
		ONE("+OK\r\n", "CAPA\r\n"), ONE("+OK\r\nSASL SCRAM\r\n.\r\n", "AUTH SCRAM\r\n"),
		ONE("+ bad\r\n", "*\r\n"), ONE("-ERR cancelled\r\n", "")),
	    "*finished login-refused *", false }, POP3_LOGIN_SASL, NULL, NULL }, 0 },
	{ { { "AUTH: a server that does not prove itself", TURNS(START,
		ONE("+OK\r\n", "CAPA\r\n"), ONE("+OK\r\nSASL LIAR\r\n.\r\n", "AUTH LIAR\r\n"),
		ONE("+OK welcome\r\n", "")),
	    "*finished login-refused <*prove*>; ", false }, POP3_LOGIN_SASL, NULL, NULL }, 0 },
	{ { { "AUTH: no mechanism fits", TURNS(START, ONE("+OK\r\n", "CAPA\r\n"),
		ONE("+OK\r\nSASL NONE\r\n.\r\n", "")),
	    "auth <NONE>; finished login-refused <the server offers no way to log in *>; ", false },
	  POP3_LOGIN_SASL, NULL, NULL }, 0 },
};

static struct pop3_client_config config_usual = {
	.user = "fax",
	.secret = "a b c",
	.no_capa = true,
	.message_bytes_max = 300,
	.messages_max = 100,
	.timeouts = {
		.greeting_ms = 1001, .login_ms = 1002, .command_ms = 1003, .block_ms = 1004,
		.quit_ms = 1005, .tls_ms = 1006,
	},
};

static bool run_one(const struct script *script, struct pop3_client_config config,
		    enum pieces pieces)
{
	struct engine engine;
	bool ok;

	config.login = script->login;
	if (script->user)
		config.user = script->user;
	if (script->secret)
		config.secret = script->secret;
	events_clear();
	asked = false;
	client = pop3_client_create(&config, &ops, NULL);
	engine = pop3_client_engine(client);
	engine.settle = answer_now;
	ok = dialogue_run(&script->dialogue, &engine, pieces);
	pop3_client_destroy(client);
	return ok;
}

static void test_scripts(void)
{
	unsigned int pieces;
	size_t i;
	bool ok;

	for (i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		ok = true;
		for (pieces = 0; pieces < PIECES_COUNT; pieces++)
			if (pieces == PIECES_WHOLE || !strstr(scripts[i].dialogue.name,
					"premature"))
				ok &= run_one(&scripts[i], config_usual, pieces);
		tap_ok(ok, "pop3: %s", scripts[i].dialogue.name);
	}
}

static void test_modern_scripts(void)
{
	struct pop3_client_config config = config_usual;
	unsigned int pieces;
	size_t i;
	bool ok;

	config.no_capa = false;
	for (i = 0; i < sizeof(modern_scripts) / sizeof(modern_scripts[0]); i++) {
		config.tls = modern_scripts[i].tls;
		ok = true;
		for (pieces = 0; pieces < PIECES_COUNT; pieces++)
			ok &= run_one(&modern_scripts[i].script, config, pieces);
		tap_ok(ok, "pop3: %s", modern_scripts[i].script.dialogue.name);
	}
}

static void hear(const char *text)
{
	size_t len;

	pop3_client_output(client, &len);
	pop3_client_sent(client, len);
	pop3_client_input(client, text, strlen(text));
}

static void begin(const struct pop3_client_config *config)
{
	events_clear();
	asked = false;
	client = pop3_client_create(config, &ops, NULL);
	pop3_client_start(client);
	hear("+OK\r\n");
	hear("+OK\r\n");
	hear("+OK\r\n");
}

/* A maildrop larger than what one visit looks at. */
static void test_messages_max(void)
{
	struct pop3_client_config config = config_usual;
	size_t len;

	config.messages_max = 1;
	begin(&config);
	hear("+OK 3 3\r\n");
	hear("+OK\r\n1 5\r\n2 5\r\n3 5\r\n.\r\n");
	hear("+OK\r\n3 c\r\n2 b\r\n1 keep\r\n.\r\n");
	tap_ok(!strcmp(events(), "decide 1 5 keep; ") &&
	       !strncmp(pop3_client_output(client, &len), "QUIT", 4),
	       "pop3: looks at messages_max messages");
	pop3_client_destroy(client);

	config.messages_max = 0;
	begin(&config);
	hear("+OK 3 3\r\n");
	tap_ok(!strncmp(pop3_client_output(client, &len), "QUIT", 4), "pop3: messages_max of 0");
	pop3_client_destroy(client);
}

static void begin_one(const char *message_text)
{
	begin(&config_usual);
	hear("+OK 1 3\r\n");
	hear("+OK\r\n1 5\r\n.\r\n");
	hear("+OK\r\n1 a\r\n.\r\n");
	hear(message_text);
}

/* What happens while the glue writes the message to disk. */
static void test_storing(void)
{
	size_t len;

	begin_one("+OK\r\nx\r\n.\r\n");
	tap_ok(asked && !pop3_client_deadline(client)->timeout_ms,
	       "pop3: waits without a deadline while a message is stored");
	pop3_client_output(client, &len);
	tap_ok(!len, "pop3: no DELE before the message is stored");
	pop3_client_eof(client, NULL);
	tap_ok(pop3_client_wants_close(client) &&
	       strstr(events(), "end 1 \"x\r\n\"; finished temporary"),
	       "pop3: connection lost meanwhile: nothing deleted, nothing aborted");
	answer_now();
	tap_ok(pop3_client_wants_close(client), "pop3: an answer afterwards changes nothing");
	pop3_client_destroy(client);

	begin_one("+OK\r\nx\r\n.\r\n+OK deleted before you asked\r\n");
	tap_ok(strstr(events(), "finished protocol"), "pop3: reply to DELE before it was given");
	pop3_client_destroy(client);
}

/* Expect what was said since the last time. */
static void said(const char *text, const char *what)
{
	size_t len;
	const char *bytes = pop3_client_output(client, &len);

	if (!tap_ok(len == strlen(text) && !memcmp(bytes, text, len), "pop3: %s", what))
		tap_note("said: %.*s", (int)len, bytes);
	pop3_client_sent(client, len);
}

/* RFC 1939, 3: a server may log out who says nothing. */
static void test_keep_alive(void)
{
	struct pop3_client_config config = config_usual;

	config.timeouts.noop_ms = 1007;
	answers_wait = true;
	begin(&config);
	hear("+OK 2 6\r\n");
	hear("+OK\r\n1 3\r\n2 3\r\n.\r\n");
	hear("+OK\r\n1 a\r\n2 keep\r\n.\r\n");
	hear("+OK\r\nx\r\n.\r\n");
	tap_ok(pop3_client_deadline(client)->timeout_ms == 1007,
	       "pop3: NOOP: waits for a message to be stored, not for ever");
	pop3_client_timeout(client);
	said("NOOP\r\n", "NOOP: is said meanwhile");
	tap_ok(pop3_client_deadline(client)->timeout_ms == 1003, "pop3: NOOP: has a deadline");
	pop3_client_message_done(client, 1, POP3_DELETE);
	said("", "NOOP: DELE waits for its reply");
	hear("+OK\r\n");
	said("DELE 1\r\n", "NOOP: and is said then");
	hear("+OK\r\n");
	said("QUIT\r\n", "NOOP: then all is as usual");
	pop3_client_destroy(client);

	begin(&config);
	hear("+OK 1 3\r\n");
	hear("+OK\r\n1 3\r\n.\r\n");
	hear("+OK\r\n1 a\r\n.\r\n");
	hear("+OK\r\nx\r\n.\r\n");
	pop3_client_timeout(client);
	hear("-ERR what?\r\n");
	tap_ok(pop3_client_deadline(client)->timeout_ms == 1007 && !strstr(events(), "finished"),
	       "pop3: NOOP: refused, and it goes on");
	pop3_client_timeout(client);
	pop3_client_timeout(client);
	tap_ok(strstr(events(), "finished temporary <timed out after 1 s waiting for the reply to NOOP"),
	       "pop3: NOOP: without a reply the server is gone");
	pop3_client_destroy(client);
	answers_wait = false;
}

/* What CAPA says about the time between logins, and how long mail stays. */
static void test_offer(void)
{
	static const struct {
		const char *capabilities;
		unsigned int login_delay_s;
		int expire_days;
	} cases[] = {
		{ "TOP\r\n.\r\n", 0, -1 },
		{ "LOGIN-DELAY 900\r\nEXPIRE 60\r\n.\r\n", 900, 60 },
		{ "login-delay 120 USER\r\nEXPIRE NEVER\r\n.\r\n", 120, -1 },
		{ "EXPIRE 0\r\n.\r\n", 0, 0 },
		{ "LOGIN-DELAY 99999999999999999999\r\nEXPIRE 4294967296\r\n.\r\n", 86400, 36500 },
		{ "LOGIN-DELAY -5\r\nEXPIRE\r\n.\r\n", 0, 0 },
	};
	struct pop3_client_config config = config_usual;

	config.no_capa = false;
	client = pop3_client_create(&config, &ops, NULL);
	pop3_client_start(client);
	hear("+OK\r\n");
	hear("+OK\r\nLOGIN-DELAY 60 USER\r\n.\r\n");
	hear("+OK\r\n");
	hear("+OK\r\n");
	hear("+OK\r\nLOGIN-DELAY 900\r\nEXPIRE 7\r\n.\r\n");
	tap_ok(pop3_client_offer(client)->login_delay_s == 900 &&
	       pop3_client_offer(client)->expire_days == 7, "pop3: those of the user count");
	pop3_client_destroy(client);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		client = pop3_client_create(&config, &ops, NULL);
		pop3_client_start(client);
		hear("+OK\r\n");
		hear("+OK\r\n");
		hear(cases[i].capabilities);
		tap_ok(pop3_client_offer(client)->login_delay_s == cases[i].login_delay_s &&
		       pop3_client_offer(client)->expire_days == cases[i].expire_days,
		       "pop3: LOGIN-DELAY and EXPIRE, %zu", i + 1);
		pop3_client_destroy(client);
	}
}

/* To the unique-ids of five messages */
static void begin_some(unsigned int storing_max, const char *capabilities)
{
	static struct pop3_client_config config;

	config = config_usual;
	config.no_capa = false;
	config.storing_max = storing_max;
	events_clear();
	asked = false;
	answers_wait = true;
	client = pop3_client_create(&config, &ops, NULL);
	pop3_client_start(client);
	hear("+OK\r\n");
	hear("+OK\r\n");
	hear(capabilities);
	hear("+OK\r\n");
	hear("+OK\r\n");
	hear("+OK 5 5\r\n");
	hear("+OK\r\n1 1\r\n2 1\r\n3 1\r\n4 1\r\n5 1\r\n.\r\n");
}

static void begin_many(unsigned int storing_max, const char *capabilities)
{
	begin_some(storing_max, capabilities);
	hear("+OK\r\n1 a\r\n2 b\r\n3 delete\r\n4 d\r\n5 e\r\n.\r\n");
}

static void test_pipelining(void)
{
	deleted = 0;
	begin_many(3, "PIPELINING\r\n.\r\n");
	said("RETR 1\r\nRETR 2\r\nDELE 3\r\nRETR 4\r\n",
	     "pipelining: asks for as many as may be stored at a time");
	hear("+OK\r\n1\r\n.\r\n+OK\r\n2");
	said("", "pipelining: and for no more before one is stored");
	pop3_client_message_done(client, 1, POP3_DELETE);
	said("DELE 1\r\nRETR 5\r\n", "pipelining: DELE within the next message");
	hear("\r\n.\r\n");
	hear("+OK deleted 3\r\n-ERR no 4\r\n+OK deleted 1\r\n+OK\r\n5\r\n.\r\n");
	said("", "pipelining: QUIT waits for what is stored");
	tap_ok(!pop3_client_deadline(client)->timeout_ms, "pop3: pipelining: and has no deadline");
	pop3_client_message_done(client, 5, POP3_KEEP);
	said("", "pipelining: all of it");
	pop3_client_message_done(client, 2, POP3_DELETE);
	said("DELE 2\r\n", "pipelining: in the order in which it becomes durable");
	hear("+OK\r\n");
	said("QUIT\r\n", "pipelining: then QUIT");
	hear("+OK\r\n");
	tap_ok(strstr(events(), "begin 1; end 1 \"1\r\n\"; begin 2; end 2 \"2\r\n\"; "
		      "missing 4 <no 4>; begin 5; end 5 \"5\r\n\"; "
		      "finished done <5 messages in the maildrop, 3 deleted>; "),
	       "pop3: pipelining: replies are told apart");
	tap_ok(deleted == (1 << 1 | 1 << 2 | 1 << 3), "pop3: pipelining: what is deleted is told");
	pop3_client_destroy(client);

	begin_many(3, ".\r\n");
	said("RETR 1\r\n", "no pipelining: one command at a time");
	hear("+OK\r\n1\r\n.\r\n");
	said("RETR 2\r\n", "no pipelining: the next while the first is stored");
	pop3_client_message_done(client, 1, POP3_DELETE);
	hear("+OK\r\n2");
	said("", "no pipelining: nothing is said within a message");
	hear("\r\n.\r\n");
	said("DELE 1\r\n", "no pipelining: DELE behind it");
	pop3_client_eof(client, NULL);
	pop3_client_message_done(client, 2, POP3_DELETE);
	said("", "no pipelining: nothing after the end");
	pop3_client_destroy(client);

	begin_many(2, "PIPELINING\r\n.\r\n");
	said("RETR 1\r\nRETR 2\r\nDELE 3\r\n", "pipelining: two");
	hear("+OK\r\n1\r\n.\r\n");
	pop3_client_message_done(client, 1, POP3_STOP);
	hear("+OK\r\n2\r\n.\r\n+OK\r\n");
	said("QUIT\r\n", "pipelining: STOP: what comes still is not taken");
	tap_ok(!strstr(events(), "begin 2"), "pop3: pipelining: nor shown");
	pop3_client_destroy(client);

	begin_many(3, "PIPELINING\r\n.\r\n");
	said("RETR 1\r\nRETR 2\r\nDELE 3\r\nRETR 4\r\n", "pipelining: four");
	hear("+OK\r\n1\r\n.\r\n+OK\r\n2\r\n.\r\n");
	pop3_client_message_done(client, 1, POP3_DELETE);
	said("DELE 1\r\nRETR 5\r\n", "pipelining: the first is durable");
	pop3_client_message_done(client, 2, POP3_UNDO);
	hear("+OK\r\n+OK\r\n4\r\n.\r\n+OK\r\n");
	said("", "pipelining: UNDO waits for what was asked");
	hear("+OK\r\n5\r\n.\r\n");
	said("RSET\r\n", "pipelining: UNDO: then RSET, and not QUIT");
	hear("+OK\r\n");
	said("QUIT\r\n", "pipelining: UNDO: and then QUIT");
	hear("+OK\r\n");
	tap_ok(strstr(events(), "finished temporary <5 messages in the maildrop, none deleted"),
	       "pop3: pipelining: UNDO: nothing is deleted");
	pop3_client_destroy(client);
	answers_wait = false;
}

static void test_headers(void)
{
	begin_some(3, "TOP\r\nPIPELINING\r\n.\r\n");
	hear("+OK\r\n1 keep\r\n2 header\r\n3 header\r\n4 header\r\n5 header\r\n.\r\n");
	said("TOP 2 0\r\nTOP 3 0\r\nTOP 4 0\r\n", "headers: as many at a time as messages");
	hear("-ERR gone\r\n+OK\r\nHeader: 3\r\n\r\n.\r\n");
	said("TOP 5 0\r\n", "headers: one that is refused does not end it: CAPA has TOP");
	hear("+OK\r\nHeader: 4\r\n\r\n.\r\n+OK\r\nHeader: 5\r\n\r\n.\r\n");
	said("QUIT\r\n", "headers: then QUIT, nothing is waited for");
	tap_ok(strstr(events(), "missing 2 <gone>; begin 3; end 3 ") && counted == 5,
	       "pop3: headers: replies");
	pop3_client_destroy(client);
	answers_wait = false;
}

/* RFC 2595, 4: what is said before TLS does not count under it. */
static void test_injection(void)
{
	struct pop3_client_config config = config_usual;

	config.no_capa = false;
	config.tls = POP3_CLIENT_TLS_REQUIRED;
	events_clear();
	client = pop3_client_create(&config, &ops, NULL);
	pop3_client_start(client);
	hear("+OK\r\n");
	hear("+OK\r\nSTLS\r\n.\r\n");
	hear("+OK\r\n+OK somebody in the middle\r\n");
	tap_ok(strstr(events(), "finished protocol") && !pop3_client_wants_tls(client),
	       "pop3: bytes in clear behind the reply to STLS end the visit");
	pop3_client_destroy(client);
}

static void test_endless(void)
{
	char line[5000];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	begin(&config_usual);
	hear(line);
	tap_ok(strstr(events(), "finished protocol"), "pop3: endless status line");
	pop3_client_destroy(client);

	begin(&config_usual);
	hear("+OK 1 3\r\n");
	hear("+OK\r\n");
	hear(line);
	tap_ok(strstr(events(), "finished protocol"), "pop3: endless line of LIST");
	pop3_client_destroy(client);
}

static void test_long_secret(void)
{
	struct pop3_client_config config = config_usual;
	char secret[400];

	memset(secret, 's', sizeof(secret) - 1);
	secret[sizeof(secret) - 1] = '\0';
	config.secret = secret;
	begin(&config);
	tap_ok(pop3_client_wants_close(client) && strstr(events(), "finished login-refused"),
	       "pop3: a secret that does not fit a command");
	pop3_client_destroy(client);

	config.login = POP3_LOGIN_APOP;
	events_clear();
	client = pop3_client_create(&config, &ops, NULL);
	pop3_client_start(client);
	hear("+OK <1.2@example.com>\r\n");
	tap_ok(strstr(events(), "finished login-refused"), "pop3: a secret that does not fit APOP");
	pop3_client_destroy(client);
}

static void test_block_deadline(void)
{
	struct pop3_client_config config = config_usual;
	unsigned int generation;
	unsigned int i;

	config.message_bytes_max = 0;
	begin(&config);
	hear("+OK 1 3\r\n");
	hear("+OK\r\n1 5\r\n.\r\n");
	hear("+OK\r\n1 a\r\n.\r\n");
	hear("+OK\r\n");
	generation = pop3_client_deadline(client)->generation;
	for (i = 0; i < 4000; i++)
		hear("a");
	tap_ok(generation == pop3_client_deadline(client)->generation,
	       "pop3: dripping bytes do not move the deadline");
	for (i = 0; i < 12370; i++)
		hear("a");
	tap_ok(generation == pop3_client_deadline(client)->generation,
	       "pop3: nor do 16 KiB less a few");
	for (i = 0; i < 10; i++)
		hear("a");
	tap_ok(generation != pop3_client_deadline(client)->generation &&
	       pop3_client_deadline(client)->timeout_ms == 1004, "pop3: 16 KiB do");
	pop3_client_destroy(client);
}

int main(void)
{
	test_scripts();
	test_modern_scripts();
	test_messages_max();
	test_storing();
	test_keep_alive();
	test_offer();
	test_pipelining();
	test_headers();
	test_injection();
	test_endless();
	test_long_secret();
	test_block_deadline();
	return tap_end();
}
