/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SMTP server engine (RFC 5321, BDAT of RFC 3030): one per connection. How an engine is driven
 * is told in mail_wire.h.
 *
 * Strict where it protects: lines end in CRLF and nothing else, only
 * CRLF.CRLF ends a message, a message with a bare CR, a bare LF or a NUL is
 * refused as a whole.
 */
#ifndef IFAX_SMTP_SERVER_H
#define IFAX_SMTP_SERVER_H

#include <stdint.h>

#include "mail_path.h"
#include "mail_wire.h"
#include "smtp_reply.h"

#define SMTP_ENVELOPE_ID_MAX	100	/* RFC 3461, 4.4 */
#define SMTP_NOTIFY_MAX		24
#define SMTP_ORIGINAL_MAX	500	/* 4.2 */
#define SMTP_FEATURES_MAX	1200

struct smtp_server;

/**
 * struct smtp_server_config - the same for many sessions; outlives them
 * @host_name: our name in greeting, replies and trace
 * @message_bytes_max: offered as SIZE, enforced while data comes; 0: no limit
 * @recipients_max: recipients in one transaction (RFC 5321: at least 100)
 * @errors_max: refused or unknown commands until the session ends with 421
 * @idle_commands_max: commands since the last message that do not move a transaction
 *	(NOOP, RSET, VRFY, HELP, EHLO) until the session ends with 421
 * @greeting_delay_ms: wait before the greeting; who talks during it is refused
 *	with 554. 0: greet at once
 * @tls: STARTTLS is offered
 * @tls_required: MAIL only over TLS
 * @auth: mechanisms of AUTH that are offered, separated by spaces; NULL: none
 * @auth_secure: the same over TLS
 * @negotiate: CONNEG and CONPERM are offered (RFC 4141); op @features is asked
 * @strict_turns: a peer that sends on after EHLO, HELO or DATA without waiting for
 *	the reply is refused with 554; off, it is only not recommended
 * @tls_timeout_ms: for the TLS handshake
 * @auth_timeout_ms: for a response of AUTH to be complete
 * @command_timeout_ms: for the next command to be complete (RFC 5321: 5 min)
 * @data_timeout_ms: for the next 16 KiB of a message, or its end
 *
 * smtp_server_config_defaults has values for all but @host_name.
 */
struct smtp_server_config {
	const char *host_name;
	uint64_t message_bytes_max;
	unsigned int recipients_max;
	unsigned int errors_max;
	unsigned int idle_commands_max;
	unsigned int greeting_delay_ms;
	bool tls;
	bool tls_required;
	const char *auth;
	const char *auth_secure;
	bool negotiate;
	bool strict_turns;
	unsigned int tls_timeout_ms;
	unsigned int auth_timeout_ms;
	unsigned int command_timeout_ms;
	unsigned int data_timeout_ms;
};

extern const struct smtp_server_config smtp_server_config_defaults;

/**
 * enum smtp_server_answer - whether a callback knows its answer
 * @SMTP_SERVER_NOW: the answer is in *reply
 * @SMTP_SERVER_LATER: smtp_server_answer() will bring it; until then the engine
 *	takes no input and has no deadline
 */
enum smtp_server_answer { SMTP_SERVER_NOW, SMTP_SERVER_LATER };

/**
 * struct smtp_server_mail - what MAIL said
 * @reverse_path: the sender
 * @size_bytes: SIZE=, 0 if not given
 * @eight_bit: BODY=8BITMIME
 * @binary: BODY=BINARYMIME: the message may hold any bytes
 * @utf8: SMTPUTF8
 * @convertible: CONPERM: its author permits that it is converted on its way
 * @dsn_return: RET=, "FULL" or "HDRS"; "" if not given
 * @envelope_id: ENVID=, decoded; "" if not given
 */
struct smtp_server_mail {
	struct mail_path reverse_path;
	uint64_t size_bytes;
	bool eight_bit;
	bool binary;
	bool utf8;
	bool convertible;
	char dsn_return[5];
	char envelope_id[SMTP_ENVELOPE_ID_MAX + 1];
};

/**
 * struct smtp_server_rcpt - what RCPT said
 * @path: the recipient
 * @notify: NOTIFY=, as "NEVER" or "SUCCESS,FAILURE"; "" if not given
 * @original: ORCPT=, decoded, as "rfc822;user@example.com"; "" if not given
 * @asks: CONNEG: what it can receive is asked. Who is not known to the glue in this respect is
 *	to be refused with 504
 */
struct smtp_server_rcpt {
	struct mail_path path;
	char notify[SMTP_NOTIFY_MAX + 1];
	char original[SMTP_ORIGINAL_MAX + 1];
	bool asks;
};

/**
 * struct smtp_server_ops - decisions and data, by the glue
 * @mail: a transaction begins
 * @rcpt: one more recipient. The recipients that were accepted are the glue's to keep
 * @data: a message will come (DATA or the first BDAT): make ready to write it, answer 452 if
 *	there is no room. smtp_server_get_received() gives its first header line
 * @message: some bytes of the message, lines end in CRLF, dots unstuffed. Return
 *	false if they cannot be stored: the rest is thrown away and the
 *	message refused with 452
 * @message_end: the message is complete: make it durable. A positive reply is the promise
 *	that it will not be lost. The transaction is over, whatever the answer
 * @abandon: the transaction ends without @message_end (RSET, EHLO, QUIT, connection lost,
 *	size exceeded, bad bytes): throw away what @mail, @rcpt, @data, @message brought
 * @heard: the peer goes on after the positive answer to @message_end: it has heard that. A peer
 *	that goes on without having waited for the reply, or is gone, is not known to have
 * @features: what the recipient can receive that @rcpt accepted last, if that was asked: an
 *	expression of RFC 2533 of at most SMTP_FEATURES_MAX bytes; NULL or "": nothing is known
 * @auth: the client logs in: @mechanism with the first question only; @response: base64, NULL: none.
 *	Answer 334 with the challenge (base64) as text, 235, or a refusal
 * @auth_end: the exchange was broken off, or what it brought is over (STARTTLS)
 * @verify: VRFY or (@expand) EXPN of @text: *reply is 252 or 550, to be replaced by 250, 251, 252,
 *	550, 551 or 553 (RFC 5321, 3.5.3)
 * @note: something to log, for people, without control characters
 *
 * In @mail, @rcpt, @data and @message_end *reply is the usual positive reply, to be replaced by
 * smtp_reply_set() with a 4xx or 5xx to refuse; a refused @mail, @rcpt or @data leaves the state
 * as it was before. @hello, @heard, @auth with @auth_end, @verify and @note may be NULL. @arg is
 * what smtp_server_create() was given.
 *
 * @hello: EHLO or HELO came; refuse with 4xx or 5xx
 */
struct smtp_server_ops {
	enum smtp_server_answer (*hello)(void *arg, const char *name, struct smtp_reply *reply);
	enum smtp_server_answer (*mail)(void *arg, const struct smtp_server_mail *mail,
					struct smtp_reply *reply);
	enum smtp_server_answer (*rcpt)(void *arg, const struct smtp_server_rcpt *rcpt,
					struct smtp_reply *reply);
	const char *(*features)(void *arg);
	enum smtp_server_answer (*data)(void *arg, struct smtp_reply *reply);
	bool (*message)(void *arg, const char *bytes, size_t len);
	enum smtp_server_answer (*message_end)(void *arg, struct smtp_reply *reply);
	void (*abandon)(void *arg);
	void (*heard)(void *arg);
	enum smtp_server_answer (*auth)(void *arg, const char *mechanism, const char *response,
					struct smtp_reply *reply);
	void (*auth_end)(void *arg);
	void (*verify)(void *arg, const char *text, bool expand, struct smtp_reply *reply);
	void (*note)(void *arg, const char *text);
};

/**
 * smtp_server_create() - make the engine of one connection
 * @config: outlives the engine
 * @ops: outlives the engine
 * @arg: for the callbacks
 *
 * Return: the engine, NULL without memory (this is the only allocation).
 */
struct smtp_server *smtp_server_create(const struct smtp_server_config *config,
				       const struct smtp_server_ops *ops, void *arg);

/**
 * smtp_server_destroy() - end; a transaction that is not complete is abandoned
 * @server: may be NULL
 *
 * While a message_end that said SMTP_SERVER_LATER is open there is no call of abandon: the
 * message is complete and its fate is the glue's. An open question of mail, rcpt or data is
 * abandoned like the transaction.
 */
void smtp_server_destroy(struct smtp_server *server);

/**
 * smtp_server_start() - greet (or wait first, see greeting_delay_ms)
 * @server: the engine
 */
void smtp_server_start(struct smtp_server *server);

/**
 * smtp_server_start_secure() - the same for a port where TLS comes first (RFC 8314)
 * @server: the engine
 */
void smtp_server_start_secure(struct smtp_server *server);

/**
 * smtp_server_wants_tls() - the TLS handshake is due, when the output is sent
 * @server: the engine
 *
 * What came before the handshake must not be given to the engine: lost().
 */
bool smtp_server_wants_tls(const struct smtp_server *server);

/**
 * smtp_server_secured() - the TLS handshake is done
 * @server: the engine
 *
 * What was said before STARTTLS is forgotten (RFC 3207, 4.2).
 */
void smtp_server_secured(struct smtp_server *server);

/**
 * smtp_server_input() - bytes came
 * @server: the engine
 * @bytes: the bytes
 * @len: their number
 *
 * Return: how many were taken. Fewer than @len: an answer is open, the output is
 * full, or the session is over; offer the rest again when smtp_server_wants_input().
 */
size_t smtp_server_input(struct smtp_server *server, const char *bytes, size_t len);

/**
 * smtp_server_eof() - no more bytes will come
 * @server: the engine
 *
 * The answer to an open message_end may still come; its reply is put out before the close.
 */
void smtp_server_eof(struct smtp_server *server);

/**
 * smtp_server_lost() - the connection is broken (a socket error)
 * @server: the engine
 *
 * As smtp_server_eof(), but there is nobody to reply to: replies are dropped, and
 * the engine wants to be closed as soon as no answer to a message_end is open.
 */
void smtp_server_lost(struct smtp_server *server);

/**
 * smtp_server_timeout() - the deadline is over
 * @server: the engine
 */
void smtp_server_timeout(struct smtp_server *server);

/**
 * smtp_server_shutdown() - end the session with 421, because the daemon stops
 * @server: the engine
 * @text: why, for people
 *
 * The answer to an open message_end is waited for first.
 */
void smtp_server_shutdown(struct smtp_server *server, const char *text);

/**
 * smtp_server_answer() - the answer to a question that was left open
 * @server: the engine
 * @reply: the reply; its class decides. NULL: what the callback left in its *reply
 *
 * Ignored if no question is open (any more).
 */
void smtp_server_answer(struct smtp_server *server, const struct smtp_reply *reply);

const char *smtp_server_output(const struct smtp_server *server, size_t *len);
void smtp_server_sent(struct smtp_server *server, size_t len);
bool smtp_server_wants_input(const struct smtp_server *server);
bool smtp_server_wants_close(const struct smtp_server *server);
const struct mail_deadline *smtp_server_deadline(const struct smtp_server *server);

/**
 * smtp_server_get_received() - the trace line of the message that comes
 * @server: the engine
 * @peer: address of the peer, as in "192.0.2.1" or "2001:db8::1"
 * @id: our name for the message
 * @date: RFC 5322 date-time
 * @line: receives "Received: …" with folding and final CRLF, terminated by NUL
 * @size: of @line; 1024 is enough
 *
 * Return: the length, 0 if @size was too small.
 */
size_t smtp_server_get_received(const struct smtp_server *server, const char *peer,
				const char *id, const char *date, char *line, size_t size);

/**
 * smtp_server_get_hello() - the name the peer gave in EHLO or HELO, "" before
 * @server: the engine
 *
 * Return: the name, without control characters.
 */
const char *smtp_server_get_hello(const struct smtp_server *server);

#endif /* IFAX_SMTP_SERVER_H */
