/* SPDX-License-Identifier: GPL-2.0 */
/*
 * POP3 server engine (RFC 1939; CAPA and response codes of RFC 2449, STLS of
 * RFC 2595, AUTH of RFC 5034, UTF8 of RFC 6856): one per connection. How an
 * engine is driven is told in mail_wire.h.
 *
 * Messages are deleted in the UPDATE state and never otherwise: a session that
 * is lost, or that idles too long, deletes nothing.
 */
#ifndef IFAX_POP3_SERVER_H
#define IFAX_POP3_SERVER_H

#include <stdint.h>
#include <sys/types.h>

#include "mail_wire.h"

#define POP3_REPLY_TEXT_MAX	480	/* a response has 512 octets at most (RFC 2449, 4) */
#define POP3_AUTOLOGOUT_MS	600000	/* the least that RFC 1939, 3 allows */

struct pop3_server;

/**
 * struct pop3_server_config - the same for many sessions; outlives them
 * @host_name: our name in the greeting
 * @plaintext: USER, PASS and plaintext mechanisms are taken without TLS, too
 * @tls_offered: STLS can be done
 * @auth: SASL mechanisms in clear, as in "SCRAM-SHA-256"; NULL: none
 * @auth_secure: under TLS, or with @plaintext, as in "SCRAM-SHA-256 PLAIN"; NULL: none
 * @expire_days: messages are deleted by us after so many days; negative: never
 * @failures_max: logins that fail until the session ends
 * @failure_delay_ms: wait so long before a failure is told
 * @errors_max: commands that fail until the session ends
 * @autologout_ms: for the next command to be complete, or the next part of a message to
 *	be taken; at least POP3_AUTOLOGOUT_MS but in tests
 *
 * pop3_server_config_defaults has values for all but @host_name.
 */
struct pop3_server_config {
	const char *host_name;
	bool plaintext;
	bool tls_offered;
	const char *auth;
	const char *auth_secure;
	int expire_days;
	unsigned int failures_max;
	unsigned int failure_delay_ms;
	unsigned int errors_max;
	unsigned int autologout_ms;
};

extern const struct pop3_server_config pop3_server_config_defaults;

/**
 * enum pop3_answer - what a callback decided
 * @POP3_YES: it is so
 * @POP3_NO: it is refused
 * @POP3_CHALLENGE: AUTH goes on: the text is the next challenge, in base64
 * @POP3_LATER: pop3_server_answer() will bring one of the others; until then the engine takes
 *	no input and has no deadline
 */
enum pop3_answer { POP3_YES, POP3_NO, POP3_CHALLENGE, POP3_LATER };

/**
 * struct pop3_reply - what goes with an answer
 * @text: behind +OK or -ERR, for people, with a response code in front where one fits
 *	("[IN-USE] another session has the maildrop"); with POP3_CHALLENGE the challenge
 */
struct pop3_reply {
	char text[POP3_REPLY_TEXT_MAX + 1];
};

void pop3_reply_set(struct pop3_reply *reply, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * struct pop3_listing - a message as LIST and UIDL tell it
 * @bytes: with CRLF as line ends, without stuffed dots
 * @unique_id: 1 to 70 characters from 0x21 to 0x7e, the same for ever
 */
struct pop3_listing {
	uint64_t bytes;
	const char *unique_id;
};

/**
 * struct pop3_server_ops - decisions and data, by the glue
 * @pass: USER and PASS came. With POP3_YES the maildrop is open and locked
 * @apop: APOP came; @digest is lower-case hex (MD5 of timestamp and secret). As @pass
 * @auth: AUTH @mechanism came, with the initial response (base64, "=" for an empty one) or NULL;
 *	then with @mechanism NULL each response of the client (base64). At the end as @pass
 * @count: messages in the maildrop; they are numbered from 1 and do not change
 * @listing: what a message is; it is valid until the next call
 * @open: a message will be read from its begin. false: it cannot be
 * @read: the next bytes of it: their number, 0 at its end, negative: they cannot be read
 * @close: it will not be read on
 * @update: QUIT: delete the messages that pop3_server_get_deleted() tells, durably. POP3_NO: not
 *	all could be deleted
 * @release: the maildrop is needed no more, whatever happened; once for each POP3_YES of a login
 * @note: something to log, for people, without control characters
 *
 * In @pass, @apop, @auth and @update *reply is the usual text for a refusal or "", to be replaced
 * by pop3_reply_set(). @apop, @auth and @note may be NULL. @arg is what pop3_server_create() was
 * given. Secrets are cleared from the engine when they have been shown.
 */
struct pop3_server_ops {
	enum pop3_answer (*pass)(void *arg, const char *user, const char *secret,
				 struct pop3_reply *reply);
	enum pop3_answer (*apop)(void *arg, const char *user, const char *timestamp,
				 const char *digest, struct pop3_reply *reply);
	enum pop3_answer (*auth)(void *arg, const char *mechanism, const char *response,
				 struct pop3_reply *reply);
	unsigned int (*count)(void *arg);
	void (*listing)(void *arg, unsigned int number, struct pop3_listing *listing);
	bool (*open)(void *arg, unsigned int number);
	ssize_t (*read)(void *arg, char *bytes, size_t size);
	void (*close)(void *arg);
	enum pop3_answer (*update)(void *arg, struct pop3_reply *reply);
	void (*release)(void *arg);
	void (*note)(void *arg, const char *text);
};

/**
 * pop3_server_create() - make the engine of one connection
 * @config: outlives the engine
 * @ops: outlives the engine
 * @arg: for the callbacks
 * @timestamp: what APOP digests begin with, as in "<1896.697170952@mx.example.com>", another one
 *	for each session; outlives the engine. NULL: no APOP
 * @tls_first: the connection begins with TLS (RFC 8314)
 *
 * Return: the engine, NULL without memory. (A bit per message is allocated when a maildrop
 * opens, 32 KiB while a message is sent.)
 */
struct pop3_server *pop3_server_create(const struct pop3_server_config *config,
				       const struct pop3_server_ops *ops, void *arg,
				       const char *timestamp, bool tls_first);

/**
 * pop3_server_destroy() - end: nothing is deleted any more
 * @server: may be NULL
 */
void pop3_server_destroy(struct pop3_server *server);

/**
 * pop3_server_start() - greet
 * @server: the engine
 */
void pop3_server_start(struct pop3_server *server);

/**
 * pop3_server_input() - bytes came
 * @server: the engine
 * @bytes: the bytes
 * @len: their number
 *
 * Return: how many were taken. Fewer than @len: an answer is open, a response is not sent
 * yet, or the session is over; offer the rest again when pop3_server_wants_input().
 */
size_t pop3_server_input(struct pop3_server *server, const char *bytes, size_t len);

/**
 * pop3_server_eof() - the connection is gone
 * @server: the engine
 *
 * An update that was begun is the glue's to end.
 */
void pop3_server_eof(struct pop3_server *server);

/**
 * pop3_server_timeout() - the deadline is over
 * @server: the engine
 */
void pop3_server_timeout(struct pop3_server *server);

/**
 * pop3_server_shutdown() - end the session, because the daemon stops
 * @server: the engine
 */
void pop3_server_shutdown(struct pop3_server *server);

/**
 * pop3_server_answer() - the answer to a question that was left open
 * @server: the engine
 * @answer: not POP3_LATER
 * @reply: goes with it; NULL: what the callback left in its *reply
 *
 * Ignored if no question is open (any more): then a login that was granted is the glue's to
 * take back. Return: false in that case.
 */
bool pop3_server_answer(struct pop3_server *server, enum pop3_answer answer,
			const struct pop3_reply *reply);

/**
 * pop3_server_wants_tls() - STLS was accepted and its reply sent, or TLS comes first
 * @server: the engine
 *
 * The glue makes sure that nothing came since the command (else it cuts the connection: what is
 * said in clear must not count under TLS), starts TLS and calls pop3_server_secured().
 */
bool pop3_server_wants_tls(const struct pop3_server *server);

/**
 * pop3_server_secured() - TLS stands: begin anew, with a greeting if there was none
 * @server: the engine
 */
void pop3_server_secured(struct pop3_server *server);

/**
 * pop3_server_get_deleted() - whether DELE was given for a message
 * @server: the engine
 * @number: of the message, from 1
 */
bool pop3_server_get_deleted(const struct pop3_server *server, unsigned int number);

const char *pop3_server_output(const struct pop3_server *server, size_t *len);
void pop3_server_sent(struct pop3_server *server, size_t len);
bool pop3_server_wants_input(const struct pop3_server *server);
bool pop3_server_wants_close(const struct pop3_server *server);
const struct mail_deadline *pop3_server_deadline(const struct pop3_server *server);

#endif /* IFAX_POP3_SERVER_H */
