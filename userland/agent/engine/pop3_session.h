/* SPDX-License-Identifier: GPL-2.0 */
/* The inside of the POP3 server engine: shared by its three files only. */
#ifndef IFAX_POP3_SESSION_H
#define IFAX_POP3_SESSION_H

#include "line_reader.h"
#include "pop3_server.h"

#define POP3_LINE_MAX		2048	/* RFC 2449: 255; responses of AUTH are longer */
#define POP3_USER_MAX		255
#define POP3_SERVER_OUTPUT_SIZE	8192
#define POP3_SERVER_REPLY_ROOM	1024	/* the longest that one command puts out at once */
#define POP3_BLOCK_BYTES	32768

/**
 * enum pop3_state - where the session stands (RFC 1939, 3)
 * @POP3_AUTHORIZATION: who is it?
 * @POP3_SASL: a response of AUTH is awaited
 * @POP3_STARTING_TLS: the reply to STLS was given, or TLS comes first
 * @POP3_TRANSACTION: the maildrop is open
 * @POP3_CLOSING: over, when the output is sent
 * @POP3_CLOSED: over
 */
enum pop3_state {
	POP3_AUTHORIZATION,
	POP3_SASL,
	POP3_STARTING_TLS,
	POP3_TRANSACTION,
	POP3_CLOSING,
	POP3_CLOSED,
};

/* What the glue was asked, or what waits for the time of a refusal. */
enum pop3_question { POP3_ASK_NONE, POP3_ASK_LOGIN, POP3_ASK_UPDATE, POP3_ASK_DELAY };

/* What a response of many lines is made of. */
enum pop3_list { POP3_LIST_NONE, POP3_LIST_SIZES, POP3_LIST_UNIQUE_IDS };

/**
 * struct pop3_text - the message that is being sent, where it lies
 * @active: there is one
 * @block: POP3_BLOCK_BYTES of it
 * @start: first byte of @block that was not sent
 * @piece: end of what can be sent as it is; behind it comes @insert, then the rest
 * @end: end of the bytes in @block
 * @insert: "." or "\r" to be sent behind the piece; "" for none
 * @line_begins: the byte at @piece is the first of a line
 * @cr: the byte before @piece was a CR
 * @limited: TOP: after the header only so many lines
 * @header: TOP: the empty line behind the header was not seen
 * @line_empty: TOP: the line has no byte so far
 * @lines_left: TOP: lines of the body
 * @done: no more will be read
 */
struct pop3_text {
	bool active;
	char *block;
	size_t start;
	size_t piece;
	size_t end;
	const char *insert;
	bool line_begins;
	bool cr;
	bool limited;
	bool header;
	bool line_empty;
	uint64_t lines_left;
	bool done;
};

/**
 * struct pop3_server - a session
 * @config: see pop3_server.h
 * @ops: see pop3_server.h
 * @arg: for @ops
 * @timestamp: for APOP, or NULL
 * @tls_first: TLS comes before the greeting
 * @tls: under TLS
 * @state: where it stands
 * @question: that is open
 * @reply: goes with its answer
 * @deadline: that runs
 * @user: of USER, "" before
 * @failures: of logins
 * @errors: of the peer, so far
 * @has_maildrop: it has to be released
 * @count: messages in the maildrop
 * @deleted: a bit per message
 * @deletions: bits that are set
 * @list: that is being sent
 * @next: its next message
 * @text: that is being sent
 * @reader: of commands
 * @output: responses
 * @line: memory of @reader
 * @output_bytes: memory of @output
 */
struct pop3_server {
	const struct pop3_server_config *config;
	const struct pop3_server_ops *ops;
	void *arg;
	const char *timestamp;
	bool tls_first;
	bool tls;

	enum pop3_state state;
	enum pop3_question question;
	struct pop3_reply reply;
	struct mail_deadline deadline;
	char user[POP3_USER_MAX + 1];
	unsigned int failures;
	unsigned int errors;

	bool has_maildrop;
	unsigned int count;
	unsigned char *deleted;
	unsigned int deletions;

	enum pop3_list list;
	unsigned int next;
	struct pop3_text text;

	struct line_reader reader;
	struct mail_output output;
	char line[POP3_LINE_MAX];
	char output_bytes[POP3_SERVER_OUTPUT_SIZE];
};

/* pop3_commands.c */
void pop3_command_run(struct pop3_server *server, char *line);

/* pop3_text.c */
void pop3_list_begin(struct pop3_server *server, enum pop3_list list);
void pop3_list_put(struct pop3_server *server);
bool pop3_text_begin(struct pop3_server *server, unsigned int number);
void pop3_text_limit(struct pop3_server *server, uint64_t lines);
void pop3_text_advance(struct pop3_server *server);
void pop3_text_end(struct pop3_server *server);
const char *pop3_text_output(const struct pop3_server *server, size_t *len);
void pop3_text_sent(struct pop3_server *server, size_t len);

/* pop3_server.c */
void pop3_session_ok(struct pop3_server *server, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void pop3_session_err(struct pop3_server *server, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void pop3_session_note(struct pop3_server *server, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void pop3_session_login(struct pop3_server *server, enum pop3_answer answer);
void pop3_session_update(struct pop3_server *server);
void pop3_session_close(struct pop3_server *server);
bool pop3_session_plaintext(const struct pop3_server *server);

#endif /* IFAX_POP3_SESSION_H */
