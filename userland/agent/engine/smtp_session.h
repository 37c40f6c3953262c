/* SPDX-License-Identifier: GPL-2.0 */
/* The inside of the SMTP server engine: shared by its files only. */
#ifndef IFAX_SMTP_SESSION_H
#define IFAX_SMTP_SESSION_H

#include "dot_stuffing.h"
#include "line_reader.h"
#include "smtp_server.h"

#define SMTP_COMMAND_MAX	2048	/* RFC 5321: 512; extensions, and AUTH, make it longer */
#define SMTP_SERVER_OUTPUT_SIZE	4096
#define SMTP_SERVER_REPLY_ROOM	2048	/* the longest that one command puts out */
#define SMTP_HELLO_MAX		255

/**
 * enum smtp_state - where the session stands
 * @SMTP_WAITING: before the greeting
 * @SMTP_COMMAND: a command is awaited
 * @SMTP_AUTH: a response of AUTH is awaited
 * @SMTP_CONTENT: the message comes, after DATA
 * @SMTP_CHUNK: a chunk of it comes, after BDAT
 * @SMTP_SECURING: the TLS handshake is due, or under way
 * @SMTP_CLOSING: over, when the output is sent
 * @SMTP_CLOSED: over
 */
enum smtp_state {
	SMTP_WAITING,
	SMTP_COMMAND,
	SMTP_AUTH,
	SMTP_CONTENT,
	SMTP_CHUNK,
	SMTP_SECURING,
	SMTP_CLOSING,
	SMTP_CLOSED,
};

/* What the glue was asked. */
enum smtp_question {
	SMTP_ASK_NONE,
	SMTP_ASK_HELLO,
	SMTP_ASK_AUTH,
	SMTP_ASK_MAIL,
	SMTP_ASK_RCPT,
	SMTP_ASK_DATA,
	SMTP_ASK_CHUNK,	/* the same, because of BDAT */
	SMTP_ASK_END,
};

/* Whether the message that comes can be accepted. */
enum smtp_content {
	SMTP_CONTENT_GOOD,
	SMTP_CONTENT_IRREGULAR,
	SMTP_CONTENT_TOO_BIG,
	SMTP_CONTENT_NOT_STORED,
	SMTP_CONTENT_REFUSED,	/* with the reply that was set before it came */
};

/**
 * struct smtp_server - a session
 * @config: see smtp_server.h
 * @ops: see smtp_server.h
 * @arg: for @ops
 * @state: where it stands
 * @question: that is open
 * @reply: the answer to @question
 * @deadline: that runs
 * @extended: EHLO, not HELO
 * @hello_done: EHLO or HELO was accepted
 * @greeted: the greeting was sent
 * @secure: TLS protects the session
 * @authenticated: AUTH was accepted
 * @mechanism: of the question SMTP_ASK_AUTH; NULL: a response
 * @response: of the question SMTP_ASK_AUTH
 * @auth_failures: AUTH was refused so many times
 * @promised: the last thing that was said is that a message was accepted
 * @turn: the peer has to wait for our reply before it goes on
 * @over: end when the open question is answered: with no more words (end of file) or with 421
 * @over_text: for that 421; "" for none
 * @lost: the connection is broken: nothing can be sent any more
 * @transaction: MAIL was accepted: there is something to abandon
 * @recipients: accepted in this transaction
 * @refused_recipients: in this transaction, because there are enough
 * @mail: of this transaction
 * @rcpt: that is decided
 * @first_recipient: for the trace line
 * @errors: of the peer, so far
 * @idle_commands: since the last message
 * @content: of the message that comes
 * @content_bytes: so far
 * @block_bytes: of the message since the deadline was set
 * @decoder: of the message that comes
 * @chunked: the message of this transaction comes by BDAT
 * @chunk_last: the chunk that comes is its last
 * @chunk_left: bytes of it that are still to come
 * @reader: of commands
 * @output: replies
 * @hello: name the peer gave
 * @line: memory of @reader
 * @output_bytes: memory of @output
 */
struct smtp_server {
	const struct smtp_server_config *config;
	const struct smtp_server_ops *ops;
	void *arg;

	enum smtp_state state;
	enum smtp_question question;
	struct smtp_reply reply;
	struct mail_deadline deadline;
	bool extended;
	bool hello_done;
	bool greeted;
	bool secure;
	bool authenticated;
	const char *mechanism;
	const char *response;
	unsigned int auth_failures;
	bool promised;
	bool turn;
	bool over;
	char over_text[128];
	bool lost;

	bool transaction;
	unsigned int recipients;
	unsigned int refused_recipients;
	struct smtp_server_mail mail;
	struct smtp_server_rcpt rcpt;
	struct mail_path first_recipient;

	unsigned int errors;
	unsigned int idle_commands;

	enum smtp_content content;
	uint64_t content_bytes;
	size_t block_bytes;
	struct dot_decoder decoder;
	bool chunked;
	bool chunk_last;
	uint64_t chunk_left;

	struct line_reader reader;
	struct mail_output output;
	char hello[SMTP_HELLO_MAX + 1];
	char line[SMTP_COMMAND_MAX];
	char output_bytes[SMTP_SERVER_OUTPUT_SIZE];
};

/* smtp_commands.c */
void smtp_command_run(struct smtp_server *server, char *line);

/* smtp_auth.c */
void smtp_auth(struct smtp_server *server, char *args);
void smtp_auth_line(struct smtp_server *server, char *line);
void smtp_auth_answered(struct smtp_server *server);
void smtp_auth_forget(struct smtp_server *server);
const char *smtp_auth_offer(const struct smtp_server *server);

/* smtp_envelope.c */
void smtp_mail(struct smtp_server *server, char *args);
void smtp_rcpt(struct smtp_server *server, char *args);
bool smtp_parse_size(const char *text, uint64_t *bytes);

/* smtp_content.c */
void smtp_content_begin(struct smtp_server *server, enum smtp_state state);
size_t smtp_content_input(struct smtp_server *server, const char *bytes, size_t len);
void smtp_chunk(struct smtp_server *server, uint64_t bytes, bool last);
void smtp_chunk_decided(struct smtp_server *server);
size_t smtp_chunk_input(struct smtp_server *server, const char *bytes, size_t len);

/* smtp_server.c */
void smtp_session_say(struct smtp_server *server, unsigned int code, const char *enhanced,
		      const char *format, ...) __attribute__((format(printf, 4, 5)));
void smtp_session_note(struct smtp_server *server, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void smtp_session_ask(struct smtp_server *server, enum smtp_question question, unsigned int code,
		      const char *enhanced, const char *text);
void smtp_session_reply(struct smtp_server *server, const struct smtp_reply *reply);
void smtp_session_count_error(struct smtp_server *server, const struct smtp_reply *reply);
void smtp_session_await_command(struct smtp_server *server);
void smtp_session_abandon(struct smtp_server *server);
void smtp_session_close(struct smtp_server *server);

#endif /* IFAX_SMTP_SESSION_H */
