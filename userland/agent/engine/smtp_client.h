/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SMTP client engine (RFC 5321, falls back to RFC 821): one message after the
 * other, each for any number of recipients, over one connection. How an engine is driven is told
 * in mail_wire.h.
 */
#ifndef IFAX_SMTP_CLIENT_H
#define IFAX_SMTP_CLIENT_H

#include <stdint.h>
#include <sys/types.h>

#include "mail_wire.h"
#include "smtp_reply.h"

struct smtp_client;

/**
 * struct smtp_client_timeouts - how long to wait, per command (RFC 5321, 4.5.3.2)
 * @greeting_ms: for the greeting (5 min)
 * @tls_ms: for the reply to STARTTLS, and for the handshake (5 min)
 * @hello_ms: for the reply to EHLO and HELO (5 min)
 * @auth_ms: for each reply to AUTH (5 min)
 * @mail_ms: to MAIL (5 min)
 * @rcpt_ms: to RCPT (5 min)
 * @data_ms: to DATA (2 min)
 * @block_ms: for the peer to take the next 16 KiB of the message (3 min)
 * @dot_ms: for the reply to the end of the message (10 min)
 * @rset_ms: to RSET (5 min)
 * @quit_ms: to QUIT
 * @idle_ms: after a message, for another to be sent (2 s); then QUIT. 0: at once
 */
struct smtp_client_timeouts {
	unsigned int greeting_ms;
	unsigned int tls_ms;
	unsigned int hello_ms;
	unsigned int auth_ms;
	unsigned int mail_ms;
	unsigned int rcpt_ms;
	unsigned int data_ms;
	unsigned int block_ms;
	unsigned int dot_ms;
	unsigned int rset_ms;
	unsigned int quit_ms;
	unsigned int idle_ms;
};

extern const struct smtp_client_timeouts smtp_client_timeouts_defaults;

/**
 * enum smtp_client_tls - what of TLS
 * @SMTP_CLIENT_TLS_NONE: do not ask for it
 * @SMTP_CLIENT_TLS_OFFERED: STARTTLS, if the server offers it
 * @SMTP_CLIENT_TLS_REQUIRED: STARTTLS, and nothing is sent to a server that does not do it
 * @SMTP_CLIENT_TLS_FIRST: from the first byte
 */
enum smtp_client_tls {
	SMTP_CLIENT_TLS_NONE,
	SMTP_CLIENT_TLS_OFFERED,
	SMTP_CLIENT_TLS_REQUIRED,
	SMTP_CLIENT_TLS_FIRST,
};

/**
 * struct smtp_client_config - the same for many sessions; outlives them
 * @host_name: our name in EHLO (a domain or an address literal)
 * @tls: what of TLS
 * @auth: log in before mail is sent; a server that offers nothing we can use does not get it
 * @timeouts: see above
 */
struct smtp_client_config {
	const char *host_name;
	enum smtp_client_tls tls;
	bool auth;
	struct smtp_client_timeouts timeouts;
};

/**
 * struct smtp_client_dsn - what of notifications a recipient wants (RFC 3461)
 * @notify: NOTIFY, as in "SUCCESS,FAILURE"; NULL or "": nothing said
 * @original: ORCPT, as in "rfc822;user@example.com"; NULL or "": nothing said
 */
struct smtp_client_dsn {
	const char *notify;
	const char *original;
};

/**
 * struct smtp_client_envelope - what is to be sent; outlives the engine
 * @reverse_path: the sender (user@example.com), "" for the null path
 * @recipients: user@example.com each
 * @recipient_count: at least 1
 * @dsn: for each recipient; NULL: nothing said. Sent only to servers that offer DSN
 * @envelope_id: ENVID; NULL or "": none
 * @dsn_return: RET, "FULL" or "HDRS"; NULL or "": nothing said
 * @negotiate: ask for each recipient what it can receive (CONNEG, RFC 4141); op @features is told
 * @convertible: the author permits that others convert it (CONPERM); said only to servers
 *	that offer it
 * @message_bytes: size for SIZE=, 0 if not known
 * @eight_bit: the message has bytes above 127. If the server does not offer
 *	8BITMIME the job fails (554 5.6.3): nothing is re-coded here
 */
struct smtp_client_envelope {
	const char *reverse_path;
	const char *const *recipients;
	size_t recipient_count;
	const struct smtp_client_dsn *dsn;
	const char *envelope_id;
	const char *dsn_return;
	bool negotiate;
	bool convertible;
	uint64_t message_bytes;
	bool eight_bit;
};

/**
 * enum smtp_outcome - what became of a recipient, or of a session
 * @SMTP_OUTCOME_DONE: the server took over the message for the recipient
 * @SMTP_OUTCOME_TEMPORARY: not delivered, try again later
 * @SMTP_OUTCOME_PERMANENT: not delivered, trying again does not help
 * @SMTP_OUTCOME_UNKNOWN: all was sent, but the reply to the final dot did not come: the server
 *	may have the message. Trying again can double it, not trying can lose it: try again
 */
enum smtp_outcome {
	SMTP_OUTCOME_DONE,
	SMTP_OUTCOME_TEMPORARY,
	SMTP_OUTCOME_PERMANENT,
	SMTP_OUTCOME_UNKNOWN,
};

#define SMTP_CLIENT_FEATURES_MAX	8191

/**
 * struct smtp_client_ops - data and results, by the glue
 * @read_message: the next bytes of the message. Any line end (CRLF, LF, CR) is sent as CRLF, dots
 *	are stuffed by the engine. Return: their number, 0 at the end, < 0 on error: then the
 *	connection is cut before the message is complete (outcome TEMPORARY)
 * @recipient: called exactly once for each recipient, as soon as its fate is known: refused after
 *	RCPT, the others after the final dot, all that are left when the session breaks
 * @idle: all is said about the message; nothing of its envelope is used any more. Return: true:
 *	another may follow, by smtp_client_next(); false: the session ends. NULL: it ends
 * @finished: the session is over, after all @recipient calls. @outcome DONE: it ended in order
 *	(also when recipients were refused); otherwise @reply says what broke it
 * @binary: the server offers BINARYMIME: from now on read_message() is to give the binary form,
 *	without base64, and this is its exact size. 0: there is none, nothing changes. May be NULL
 * @features: what a recipient that was accepted can receive, in its server's words (RFC 2533),
 *	up to SMTP_CLIENT_FEATURES_MAX bytes. Only with envelope @negotiate
 * @may_send: all recipients have been answered, and there are some: whether the message may go to
 *	them. false: smtp_client_go() tells later. May be NULL: it may
 * @auth_begin: choose one of the mechanisms that the server offers (a list, separated by spaces).
 *	@secure: TLS protects the session. *initial: receives the first response in base64, NULL if
 *	the mechanism has none. Return: its name; NULL: none can be used. Only with config @auth
 * @auth_respond: answer a challenge, both in base64; @final: it came with success (235): it
 *	is judged only. Return: the response; NULL: something is wrong, cancel
 * @auth_conceal: the server says something during AUTH: take out of it what is secret, by
 *	mail_text_conceal(). May be NULL
 *
 * @reply is valid during the call only.
 */
struct smtp_client_ops {
	ssize_t (*read_message)(void *arg, char *bytes, size_t size);
	void (*recipient)(void *arg, size_t index, enum smtp_outcome outcome,
			  const struct smtp_reply *reply);
	bool (*idle)(void *arg);
	void (*finished)(void *arg, enum smtp_outcome outcome, const struct smtp_reply *reply);
	uint64_t (*binary)(void *arg);
	void (*features)(void *arg, size_t index, const char *features);
	bool (*may_send)(void *arg);
	const char *(*auth_begin)(void *arg, const char *offered, bool secure,
				  const char **initial);
	const char *(*auth_respond)(void *arg, const char *challenge, bool final);
	void (*auth_conceal)(void *arg, char *text);
};

/**
 * smtp_client_create() - make the engine of one connection
 * @config: outlives the engine
 * @envelope: outlives the engine
 * @ops: outlives the engine
 * @arg: for the callbacks
 *
 * Return: the engine, NULL without memory.
 */
struct smtp_client *smtp_client_create(const struct smtp_client_config *config,
				       const struct smtp_client_envelope *envelope,
				       const struct smtp_client_ops *ops, void *arg);

/**
 * smtp_client_destroy() - free the engine; calls nothing
 * @client: may be NULL
 */
void smtp_client_destroy(struct smtp_client *client);

/**
 * smtp_client_start() - the connection stands: wait for the greeting
 * @client: the engine
 */
void smtp_client_start(struct smtp_client *client);

/**
 * smtp_client_input() - bytes came
 * @client: the engine
 * @bytes: the bytes
 * @len: their number
 *
 * Return: @len; what comes after the end of the session is dropped.
 */
size_t smtp_client_input(struct smtp_client *client, const char *bytes, size_t len);

/**
 * smtp_client_eof() - the connection is gone
 * @client: the engine
 * @why: for people ("Connection reset by peer"); NULL: the peer closed it
 */
void smtp_client_eof(struct smtp_client *client, const char *why);

/**
 * smtp_client_timeout() - the deadline is over
 * @client: the engine
 */
void smtp_client_timeout(struct smtp_client *client);

/**
 * smtp_client_next() - send another message in the session, which is idle
 * @client: the engine
 * @envelope: outlives the message
 *
 * Return: false: no memory; the session stays idle.
 */
bool smtp_client_next(struct smtp_client *client, const struct smtp_client_envelope *envelope);

/** smtp_client_quit() - end a session that is idle, in order */
void smtp_client_quit(struct smtp_client *client);

/**
 * smtp_client_get_begun() - whether the transaction began (MAIL went out)
 * @client: the engine
 *
 * If not, the message is nobody's yet, and another server can be tried at once.
 */
bool smtp_client_get_begun(const struct smtp_client *client);

/**
 * smtp_client_go() - what op may_send() could not decide at once
 * @client: the engine; nothing happens if the session broke meanwhile
 * @send: the message may go; else the session ends in order, and all recipients that were
 *	accepted are reported as TEMPORARY
 */
void smtp_client_go(struct smtp_client *client, bool send);

/** smtp_client_get_dsn() - whether the server confirms delivery (RFC 3461) */
bool smtp_client_get_dsn(const struct smtp_client *client);

/**
 * smtp_client_get_stale() - the session had ended before this message began
 *
 * The server closes what is idle for too long for its taste, or takes no second message in a
 * session (500 to 504 and 530 to MAIL). It has not heard of the message: it is to be sent again in
 * a session of its own, at once.
 */
bool smtp_client_get_stale(const struct smtp_client *client);

/** smtp_client_get_tls_failed() - the session ended in STARTTLS, or in its handshake */
bool smtp_client_get_tls_failed(const struct smtp_client *client);

/** smtp_client_get_login_refused() - the server did not take our credentials (535) */
bool smtp_client_get_login_refused(const struct smtp_client *client);

/**
 * smtp_client_wants_tls() - the TLS handshake is due, when the output is sent
 * @client: the engine
 */
bool smtp_client_wants_tls(const struct smtp_client *client);

/**
 * smtp_client_secured() - the TLS handshake is done
 * @client: the engine
 *
 * What the server offered before is forgotten (RFC 3207, 4.2).
 */
void smtp_client_secured(struct smtp_client *client);

const char *smtp_client_output(const struct smtp_client *client, size_t *len);
void smtp_client_sent(struct smtp_client *client, size_t len);
bool smtp_client_wants_input(const struct smtp_client *client);
bool smtp_client_wants_close(const struct smtp_client *client);
const struct mail_deadline *smtp_client_deadline(const struct smtp_client *client);

#endif /* IFAX_SMTP_CLIENT_H */
