/* SPDX-License-Identifier: GPL-2.0 */
/* The inside of the POP3 client engine: shared by its three files only. */
#ifndef IFAX_POP3_VISIT_H
#define IFAX_POP3_VISIT_H

#include "dot_stuffing.h"
#include "line_reader.h"
#include "pop3_client.h"

#define POP3_REPLY_LINE_SIZE	2048	/* RFC 1939: 512; challenges of AUTH are longer */
#define POP3_COMMAND_MAX	255	/* RFC 2449, 4 */
#define POP3_CLIENT_OUTPUT_SIZE	(POP3_RESPONSE_MAX + 256)
#define POP3_WINDOW		POP3_STORING_MAX	/* commands that wait for their replies */
#define POP3_OFFERED_MAX	255

/* What the visit waits for. */
enum pop3_step {
	STEP_GREETING,
	STEP_CAPA,
	STEP_CAPA_LINES,
	STEP_STLS,
	STEP_TLS,
	STEP_UTF8,
	STEP_APOP,
	STEP_SASL,
	STEP_USER,
	STEP_PASS,
	STEP_STAT,
	STEP_LIST,
	STEP_LIST_LINES,
	STEP_UIDL,
	STEP_UIDL_LINES,
	STEP_RETR,
	STEP_TOP,
	STEP_DELE,
	STEP_NOOP,
	STEP_MESSAGE,
	STEP_STORING,	/* message_done() by the glue */
	STEP_RSET,
	STEP_QUIT,
	STEP_CLOSED,
};

#define POP3_UNDECIDED	0xff

/**
 * struct pop3_message - a message of the maildrop
 * @bytes: by LIST
 * @verdict: enum pop3_verdict or POP3_UNDECIDED
 */
struct pop3_message {
	uint64_t bytes;
	unsigned char verdict;
} __attribute__((packed));

/* Numbers of messages, first in, first out. */
struct pop3_queue {
	unsigned int number[POP3_WINDOW];
	unsigned int first;
	unsigned int count;
};

/**
 * struct pop3_client - a visit
 * @config: see pop3_client.h
 * @ops: see pop3_client.h
 * @arg: for @ops
 * @step: what it waits for
 * @deadline: that runs
 * @tls: under TLS
 * @stls: the server offers it
 * @top: the server offers it, or has done it
 * @no_top: the server has not got it
 * @pipelining: the server offers it
 * @utf8: the server offers it
 * @offer: what else it says
 * @offer_of_user: that is another for each user: to be asked for again when we are in
 * @logged_in: we are
 * @offered: SASL mechanisms
 * @timestamp: of the greeting, with its brackets; "" if there is none that is valid
 * @stopped: no more messages: QUIT
 * @undo: RSET before that, if something was deleted
 * @unstored: a message came, or some of it, that is not stored
 * @deleted: messages whose DELE was accepted
 * @not_deleted: messages whose DELE was refused
 * @in_maildrop: messages by STAT
 * @count: messages that are looked at, elements of @messages
 * @messages: message 1 is the first
 * @cursor: messages up to this one were asked for, or are not wanted
 * @asked: RETR, TOP, DELE or NOOP was sent, their replies are awaited; of DELE and TOP the
 *	number has POP3_ASKED_DELE or POP3_ASKED_TOP, of NOOP it is POP3_ASKED_NOOP
 * @coming: messages whose RETR or TOP was sent and whose end did not come
 * @durable: messages to be deleted
 * @storing: messages that the glue stores
 * @current: number of the message that comes
 * @header: of it only the header comes
 * @list_lines: lines of LIST or UIDL so far
 * @block_bytes: since the deadline was set
 * @message_bytes: of the message that comes
 * @message_open: message_begin was called, message_end not
 * @skipping: the message that comes is not wanted any more
 * @store_failed: the glue did not take the bytes
 * @decoder: of the message that comes
 * @initial: first response of AUTH, which waits for an empty challenge; else NULL
 * @reader: of lines
 * @output: commands
 * @line: memory of @reader
 * @output_bytes: memory of @output
 */
struct pop3_client {
	const struct pop3_client_config *config;
	const struct pop3_client_ops *ops;
	void *arg;

	enum pop3_step step;
	struct mail_deadline deadline;

	bool tls;
	bool stls;
	bool top;
	bool no_top;
	bool pipelining;
	bool utf8;
	struct pop3_offer offer;
	bool offer_of_user;
	bool logged_in;
	char offered[POP3_OFFERED_MAX + 1];
	char timestamp[128];
	const char *initial;

	bool stopped;
	bool undo;
	bool unstored;
	unsigned int deleted;
	unsigned int not_deleted;
	unsigned int in_maildrop;
	unsigned int count;
	struct pop3_message *messages;
	unsigned int cursor;
	struct pop3_queue asked;
	unsigned int coming;
	struct pop3_queue durable;
	unsigned int storing;

	unsigned int current;
	bool header;
	unsigned int list_lines;
	size_t block_bytes;
	uint64_t message_bytes;
	bool message_open;
	bool skipping;
	bool store_failed;
	struct dot_decoder decoder;

	struct line_reader reader;
	struct mail_output output;
	char line[POP3_REPLY_LINE_SIZE];
	char output_bytes[POP3_CLIENT_OUTPUT_SIZE];
};

#define POP3_ASKED_DELE	(1U << 31)
#define POP3_ASKED_NOOP	(1U << 30)
#define POP3_ASKED_TOP	(1U << 29)
#define POP3_ASKED_NUMBER	(POP3_ASKED_TOP - 1)

/* pop3_login.c: from the greeting to the open maildrop */
void pop3_login_positive(struct pop3_client *client, const char *line);
void pop3_login_negative(struct pop3_client *client, const char *line);
void pop3_login_capability(struct pop3_client *client, char *line);
void pop3_login_challenge(struct pop3_client *client, const char *challenge);
void pop3_login_begin(struct pop3_client *client);

/* pop3_visit.c: from STAT to QUIT */
void pop3_visit_begin(struct pop3_client *client);
void pop3_visit_positive(struct pop3_client *client, const char *line);
void pop3_visit_negative(struct pop3_client *client, const char *line);
void pop3_visit_list_line(struct pop3_client *client, const char *line);
void pop3_visit_keep_alive(struct pop3_client *client);
size_t pop3_visit_message(struct pop3_client *client, const char *bytes, size_t len);

/* pop3_client.c */
void pop3_client_await(struct pop3_client *client, enum pop3_step step);
void pop3_client_command(struct pop3_client *client, enum pop3_step step, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void pop3_client_finish(struct pop3_client *client, enum pop3_outcome outcome,
			const char *format, ...) __attribute__((format(printf, 3, 4)));
const char *pop3_status_text(const char *line);
bool pop3_is_negative(const char *line);

#endif /* IFAX_POP3_VISIT_H */
