/* SPDX-License-Identifier: GPL-2.0 */
/*
 * POP3 client engine (RFC 1939): one visit to one maildrop. How an engine is
 * driven is told in mail_wire.h.
 *
 * The visit: greeting, CAPA (RFC 2449), STLS (RFC 2595), a login (APOP, AUTH of
 * RFC 5034, or USER and PASS), STAT, LIST, UIDL; then for each message that the
 * glue wants RETR, and DELE only after the glue has said that the message is
 * durable; QUIT. The server deletes after QUIT and not before: until
 * finished() says POP3_OUTCOME_DONE a message may be offered again next time,
 * and it is the glue that knows it by its unique-id.
 *
 * The glue may want to see what lies there instead: the header of a message comes
 * by TOP, as the message itself would. And it may have second thoughts about what is
 * marked by DELE, see POP3_UNDO.
 *
 * If the server has PIPELINING, the next messages are asked for while one comes;
 * in any case the next may come while the glue stores those before.
 */
#ifndef IFAX_POP3_CLIENT_H
#define IFAX_POP3_CLIENT_H

#include <stdint.h>

#include "mail_wire.h"

#define POP3_UNIQUE_ID_MAX	70
#define POP3_STORING_MAX	32	/* the most that storing_max can be */
#define POP3_SKIPPED_MAX	16
#define POP3_RESPONSE_MAX	12288	/* bytes of a response of AUTH (RFC 5034, 4) */

struct pop3_client;

/**
 * struct pop3_client_timeouts - how long to wait, per command
 * @greeting_ms: for the greeting
 * @tls_ms: for the reply to STLS, and for the handshake
 * @login_ms: for the replies to CAPA, APOP, AUTH, USER, PASS
 * @command_ms: for the replies to STAT, LIST, UIDL, RETR and TOP (first line), DELE, RSET
 * @block_ms: for the next 16 KiB of a message or of a list
 * @quit_ms: for the reply to QUIT (the server deletes now)
 * @noop_ms: say NOOP so often while the glue stores: the server is not to log us out meanwhile
 */
struct pop3_client_timeouts {
	unsigned int greeting_ms;
	unsigned int tls_ms;
	unsigned int login_ms;
	unsigned int command_ms;
	unsigned int block_ms;
	unsigned int quit_ms;
	unsigned int noop_ms;
};

extern const struct pop3_client_timeouts pop3_client_timeouts_defaults;

/**
 * enum pop3_login - how to log in
 * @POP3_LOGIN_USER: USER and PASS
 * @POP3_LOGIN_APOP: APOP; without a valid timestamp in the greeting the visit fails
 * @POP3_LOGIN_ANY: APOP if the greeting has a valid timestamp, USER and PASS otherwise (also
 *	when the server refuses APOP)
 * @POP3_LOGIN_SASL: AUTH
 */
enum pop3_login { POP3_LOGIN_USER, POP3_LOGIN_APOP, POP3_LOGIN_ANY, POP3_LOGIN_SASL };

/**
 * enum pop3_client_tls - what of TLS
 * @POP3_CLIENT_TLS_NONE: do not ask for it
 * @POP3_CLIENT_TLS_OFFERED: STLS, if the server offers it
 * @POP3_CLIENT_TLS_REQUIRED: STLS, and nothing is shown to a server that does not do it
 * @POP3_CLIENT_TLS_FIRST: from the first byte
 */
enum pop3_client_tls {
	POP3_CLIENT_TLS_NONE,
	POP3_CLIENT_TLS_OFFERED,
	POP3_CLIENT_TLS_REQUIRED,
	POP3_CLIENT_TLS_FIRST,
};

/**
 * struct pop3_client_config - the account; outlives the engine
 * @user: name of the maildrop
 * @secret: password or APOP secret
 * @login: how to log in
 * @tls: what of TLS
 * @no_capa: do not ask what the server can do (there are old ones that hang up)
 * @storing_max: begin to fetch so many messages before the first of them is durable; 0 is 1
 * @message_bytes_max: a message (or header) longer than this while it comes is not stored, and
 *	one that is POP3_SKIPPED_MAX times as long ends the visit; 0: no limit. (Its LIST
 *	size is shown to @decide before.)
 * @messages_max: look at so many messages in one visit, at most
 * @timeouts: see above
 */
struct pop3_client_config {
	const char *user;
	const char *secret;
	enum pop3_login login;
	enum pop3_client_tls tls;
	bool no_capa;
	unsigned int storing_max;
	uint64_t message_bytes_max;
	unsigned int messages_max;
	struct pop3_client_timeouts timeouts;
};

/**
 * enum pop3_verdict - what to do with a message
 * @POP3_KEEP: leave it on the server
 * @POP3_FETCH: RETR it
 * @POP3_DELETE: DELE it
 * @POP3_STOP: leave it and all that follow, end the visit in order (no room left)
 * @POP3_HEADER: leave it, but TOP its header; nothing comes if the server has no TOP
 * @POP3_UNDO: answer to message_end only: as STOP, and unmark all that is to be deleted (RSET):
 *	the copies of those are not sure any more
 */
enum pop3_verdict { POP3_KEEP, POP3_FETCH, POP3_DELETE, POP3_STOP, POP3_HEADER, POP3_UNDO };

/**
 * enum pop3_outcome - how the visit ended
 * @POP3_OUTCOME_DONE: in order; all messages marked by DELE are deleted
 * @POP3_OUTCOME_UPDATE_FAILED: the server says that not all were deleted
 * @POP3_OUTCOME_UPDATE_UNKNOWN: DELE was given, the reply to QUIT did not come
 * @POP3_OUTCOME_LOGIN_REFUSED: name, secret or way of login are not accepted
 * @POP3_OUTCOME_TEMPORARY: connection lost, time-out, maildrop locked: nothing deleted
 * @POP3_OUTCOME_PROTOCOL: the peer does not speak POP3 properly: nothing deleted
 */
enum pop3_outcome {
	POP3_OUTCOME_DONE,
	POP3_OUTCOME_UPDATE_FAILED,
	POP3_OUTCOME_UPDATE_UNKNOWN,
	POP3_OUTCOME_LOGIN_REFUSED,
	POP3_OUTCOME_TEMPORARY,
	POP3_OUTCOME_PROTOCOL,
};

/**
 * struct pop3_client_ops - decisions and data, by the glue
 * @auth_begin: choose one of the mechanisms that the server offers (a list, separated by spaces).
 *	@secure: TLS protects the session. *initial: receives the first response in base64, NULL if
 *	the mechanism has none; it is valid until @auth_respond is called. Return: its name; NULL:
 *	none can be used. Only for POP3_LOGIN_SASL
 * @auth_respond: answer a challenge, both in base64; @final: the server says that we are in, the
 *	challenge is "". Return: the response; NULL: something is wrong, cancel
 * @auth_conceal: the server says something during the login: take out of it what is secret, by
 *	mail_text_conceal(). May be NULL
 * @logged_in: the server let us in
 * @counted: so many messages lie there (by STAT), and so many of them, from the first on, will
 *	be decided about
 * @decide: a message lies in the maildrop: KEEP, FETCH, HEADER, DELETE (durable since an earlier
 *	visit) or STOP. @unique_id is NULL if the server has no UIDL or gave none that is valid (1 to 70
 *	characters, 0x21 to 0x7e): then only a digest can tell whether the message is known.
 *	The same unique-id may come twice. All messages are decided before the first RETR
 * @message_begin: RETR or TOP was accepted, the message comes. false: stop the visit (cut, nothing
 *	deleted)
 * @message: some bytes of the message, dots unstuffed, otherwise as the server sent them.
 *	false: they cannot be stored: stop the visit (cut)
 * @message_end: the message is complete: make it durable, then call pop3_client_message_done()
 *	(not from within the callback). Up to storing_max messages may wait for that at a time.
 *	Of a header nothing is awaited
 * @message_abort: the message will not be complete: throw it away. The visit ends, or
 *	@message_missing follows
 * @message_missing: the server refused RETR or TOP (another client took it), or the message is longer
 *	than the limit: goes on with the next
 * @deleted: the server will delete the message at QUIT
 * @finished: the visit is over; messages that the glue is storing are still its own. @text says
 *	what happened, for people, without control characters
 *
 * @logged_in, @counted, @deleted and @message_missing may be NULL. number counts from 1 as in the protocol.
 */
struct pop3_client_ops {
	const char *(*auth_begin)(void *arg, const char *offered, bool secure,
				  const char **initial);
	const char *(*auth_respond)(void *arg, const char *challenge, bool final);
	void (*auth_conceal)(void *arg, char *text);
	enum pop3_verdict (*decide)(void *arg, unsigned int number, uint64_t bytes,
				    const char *unique_id);
	bool (*message_begin)(void *arg, unsigned int number);
	bool (*message)(void *arg, const char *bytes, size_t len);
	void (*message_end)(void *arg, unsigned int number);
	void (*message_abort)(void *arg, unsigned int number);
	void (*message_missing)(void *arg, unsigned int number, const char *text);
	void (*finished)(void *arg, enum pop3_outcome outcome, const char *text);
	void (*logged_in)(void *arg);
	void (*counted)(void *arg, unsigned int in_maildrop, unsigned int looked_at);
	void (*deleted)(void *arg, unsigned int number);
};

/**
 * pop3_client_create() - make the engine of one connection
 * @config: outlives the engine
 * @ops: outlives the engine
 * @arg: for the callbacks
 *
 * Return: the engine, NULL without memory. (A table of 9 bytes per message is
 * allocated when the number of messages is known.)
 */
struct pop3_client *pop3_client_create(const struct pop3_client_config *config,
				       const struct pop3_client_ops *ops, void *arg);

/**
 * pop3_client_destroy() - free the engine; calls nothing
 * @client: may be NULL
 */
void pop3_client_destroy(struct pop3_client *client);

/**
 * pop3_client_start() - the connection stands: wait for the greeting
 * @client: the engine
 */
void pop3_client_start(struct pop3_client *client);

/**
 * pop3_client_input() - bytes came
 * @client: the engine
 * @bytes: the bytes
 * @len: their number
 *
 * Return: @len; what comes after the end of the visit is dropped.
 */
size_t pop3_client_input(struct pop3_client *client, const char *bytes, size_t len);

/**
 * pop3_client_eof() - the connection is gone
 * @client: the engine
 * @why: for people ("Connection reset by peer"); NULL: the peer closed it
 */
void pop3_client_eof(struct pop3_client *client, const char *why);

/**
 * pop3_client_timeout() - the deadline is over
 * @client: the engine
 */
void pop3_client_timeout(struct pop3_client *client);

/**
 * pop3_client_message_done() - the answer to message_end
 * @client: the engine
 * @number: of the message
 * @verdict: DELETE: it is durable, delete it; KEEP: go on without deleting; STOP: end the visit
 *	in order; UNDO: so, and nothing is deleted
 */
void pop3_client_message_done(struct pop3_client *client, unsigned int number,
			      enum pop3_verdict verdict);

/**
 * struct pop3_offer - what CAPA said that the glue should know
 * @login_delay_s: between two logins, at least
 * @expire_days: messages are deleted by the server after so many days; negative: never, or
 *	not said
 */
struct pop3_offer {
	unsigned int login_delay_s;
	int expire_days;
};

/**
 * pop3_client_offer() - what CAPA said
 * @client: the engine
 */
const struct pop3_offer *pop3_client_offer(const struct pop3_client *client);

/**
 * pop3_client_irregular() - within @message_end: the message has a bare CR, a bare LF or a NUL
 * @client: the engine
 */
bool pop3_client_irregular(const struct pop3_client *client);

/**
 * pop3_client_wants_tls() - the TLS handshake is due, when the output is sent
 * @client: the engine
 */
bool pop3_client_wants_tls(const struct pop3_client *client);

/**
 * pop3_client_secured() - the TLS handshake is done
 * @client: the engine
 *
 * What the server offered before is forgotten (RFC 2595, 4).
 */
void pop3_client_secured(struct pop3_client *client);

const char *pop3_client_output(const struct pop3_client *client, size_t *len);
void pop3_client_sent(struct pop3_client *client, size_t len);
bool pop3_client_wants_input(const struct pop3_client *client);
bool pop3_client_wants_close(const struct pop3_client *client);
const struct mail_deadline *pop3_client_deadline(const struct pop3_client *client);

#endif /* IFAX_POP3_CLIENT_H */
