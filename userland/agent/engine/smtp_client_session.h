/* SPDX-License-Identifier: GPL-2.0 */
/* The inside of the SMTP client engine: shared by its three files only. */
#ifndef IFAX_SMTP_CLIENT_SESSION_H
#define IFAX_SMTP_CLIENT_SESSION_H

#include "dot_stuffing.h"
#include "line_reader.h"
#include "smtp_client.h"

#define SMTP_CLIENT_BLOCK_BYTES	16384	/* read ahead, and taken by the peer within block_ms */
#define SMTP_CLIENT_COMMAND_ROOM 1024
#define SMTP_CLIENT_READ_BYTES	4096
#define SMTP_CLIENT_LINE_SIZE	1024	/* RFC 5321: 512; some servers talk more */
#define SMTP_CLIENT_MECHANISMS	256

/**
 * enum smtp_client_step - the steps of a session, in their order
 * @SMTP_STEP_SECURING: the TLS handshake
 * @SMTP_STEP_AUTH: the exchange of challenges and responses
 * @SMTP_STEP_HELD: the recipients are answered; whether the message goes out is being decided
 * @SMTP_STEP_CONTENT: the message goes out, no reply is due
 * @SMTP_STEP_DOT: it is out, whether by DATA or by BDAT
 * @SMTP_STEP_IDLE: all is said about a message, and another may follow
 */
enum smtp_client_step {
	SMTP_STEP_GREETING,
	SMTP_STEP_EHLO,
	SMTP_STEP_HELO,
	SMTP_STEP_STARTTLS,
	SMTP_STEP_SECURING,
	SMTP_STEP_AUTH,
	SMTP_STEP_MAIL,
	SMTP_STEP_RCPT,
	SMTP_STEP_HELD,
	SMTP_STEP_DATA,
	SMTP_STEP_CONTENT,
	SMTP_STEP_DOT,
	SMTP_STEP_RSET,
	SMTP_STEP_IDLE,
	SMTP_STEP_QUIT,
	SMTP_STEP_CLOSED,
};

/* What is known of a recipient. */
enum recipient_flag {
	SMTP_RECIPIENT_SENT = 1,	/* its RCPT went out */
	SMTP_RECIPIENT_ACCEPTED = 2,
	SMTP_RECIPIENT_REPORTED = 4,	/* the glue knows its fate */
	SMTP_RECIPIENT_ASKED = 8,	/* with CONNEG */
	SMTP_RECIPIENT_AGAIN = 16,	/* refused for that: once more without */
};

/**
 * struct smtp_offer - what the server offers in its reply to EHLO
 * @size_max: limit, 0: none
 * @mechanisms: of AUTH, separated by spaces
 */
struct smtp_offer {
	bool starttls;
	bool pipelining;
	bool size;
	uint64_t size_max;
	bool eight_bit;
	bool chunking;
	bool binary;
	bool dsn;
	bool conneg;
	bool conperm;
	bool utf8;
	char mechanisms[SMTP_CLIENT_MECHANISMS];
};

/**
 * struct smtp_client - a session
 * @config: see smtp_client.h
 * @envelope: see smtp_client.h
 * @ops: see smtp_client.h
 * @arg: for @ops
 * @step: whose reply is awaited
 * @sent_step: the command that was sent last
 * @awaited_rcpt: recipient whose reply is awaited in SMTP_STEP_RCPT
 * @sent_rcpt: recipients whose RCPT was sent or that cannot be sent
 * @repeating: recipients are named that were refused because of CONNEG
 * @begun: MAIL went out
 * @reused: another message came before this one
 * @stale: the session had ended when this message was to begin
 * @failed: the transaction is over: replies are only counted
 * @taken: some of what was sent from MAIL on was taken by the glue
 * @deadline: that runs
 * @outcome: of the session
 * @result: why, if it was not in order
 * @secure: TLS protects the session
 * @tls_failed: the session broke while it was to be secured
 * @login_refused: the server said that what we log in with is not good
 * @initial: the first response of AUTH, if the server has to ask for it
 * @offer: of the server
 * @reply: that comes
 * @reply_lines: of it, so far
 * @features: of the recipient whose reply comes, as far as they came
 * @encoder: of the message
 * @binary: the message goes out in its binary form
 * @binary_left: bytes of it that were not sent yet
 * @pending_len: bytes of @pending that were read but not encoded yet
 * @pending_start: begin of these
 * @content_read: the whole message was read
 * @block_bytes: taken since the deadline was set
 * @reader: of reply lines
 * @output: commands and message
 * @line: memory of @reader
 * @pending: message bytes
 * @output_bytes: memory of @output
 * @recipients: enum recipient_flag of each
 */
struct smtp_client {
	const struct smtp_client_config *config;
	const struct smtp_client_envelope *envelope;
	const struct smtp_client_ops *ops;
	void *arg;

	enum smtp_client_step step;
	enum smtp_client_step sent_step;
	size_t awaited_rcpt;
	size_t sent_rcpt;
	bool repeating;
	bool begun;
	bool reused;
	bool stale;
	bool failed;
	bool taken;
	struct mail_deadline deadline;
	enum smtp_outcome outcome;
	struct smtp_reply result;

	bool secure;
	bool tls_failed;
	bool login_refused;
	const char *initial;
	struct smtp_offer offer;

	struct smtp_reply reply;
	unsigned int reply_lines;
	char features[SMTP_CLIENT_FEATURES_MAX + 1];

	struct dot_encoder encoder;
	bool binary;
	uint64_t binary_left;
	size_t pending_len;
	size_t pending_start;
	bool content_read;
	size_t block_bytes;

	struct line_reader reader;
	struct mail_output output;
	char line[SMTP_CLIENT_LINE_SIZE];
	char pending[SMTP_CLIENT_READ_BYTES];
	char output_bytes[SMTP_CLIENT_BLOCK_BYTES + SMTP_CLIENT_COMMAND_ROOM];
	unsigned char *recipients;
};

/* smtp_client.c: the course of the session */
void smtp_client_await(struct smtp_client *client, enum smtp_client_step step);
void smtp_client_send(struct smtp_client *client, enum smtp_client_step step, const char *format,
		      ...) __attribute__((format(printf, 3, 4)));
enum smtp_outcome smtp_client_outcome_of(const struct smtp_reply *reply);
void smtp_client_report(struct smtp_client *client, size_t index, enum smtp_outcome outcome,
			const struct smtp_reply *reply);
void smtp_client_report_all(struct smtp_client *client, enum smtp_outcome outcome,
			    const struct smtp_reply *reply);
void smtp_client_rest(struct smtp_client *client);
void smtp_client_give_up(struct smtp_client *client, enum smtp_outcome outcome,
			 const struct smtp_reply *reply);
void smtp_client_turn_away(struct smtp_client *client, enum smtp_outcome outcome,
			   const struct smtp_reply *reply);
void smtp_client_cut(struct smtp_client *client, enum smtp_outcome outcome,
		     const struct smtp_reply *reply);
void smtp_client_broken(struct smtp_client *client, const char *enhanced, const char *text);

/* smtp_client_hello.c: who we are, TLS, AUTH */
void smtp_client_hello_line(struct smtp_client *client, const char *text);
void smtp_client_hello_replied(struct smtp_client *client);

/* smtp_client_mail.c: the transaction */
void smtp_client_begin_mail(struct smtp_client *client);
void smtp_client_mail_line(struct smtp_client *client, const char *text);
void smtp_client_mail_replied(struct smtp_client *client);
void smtp_client_mail_sent(struct smtp_client *client, size_t len);

#endif /* IFAX_SMTP_CLIENT_SESSION_H */
