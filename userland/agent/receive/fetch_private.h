/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inside of a visit to a maildrop: shared by its files only. It is begun and ended in
 * fetch_visit.c; what is there is judged (fetch_judge.c), and taken (fetch_take.c) or only
 * looked at (fetch_look.c).
 */
#ifndef IFAX_FETCH_PRIVATE_H
#define IFAX_FETCH_PRIVATE_H

#include "content_sum.h"
#include "engine/pop3_client.h"
#include "fetch_listing.h"
#include "fetch_visit.h"
#include "net/sasl.h"
#include "net/token_file.h"
#include "station.h"
#define MESSAGES_MAX	100000	/* looked at in one visit */
#define STORING_MAX	POP3_STORING_MAX	/* messages that become durable at a time */
#define BLOCK_BYTES	65536
#define SECRET_BYTES	(TOKEN_MAX + 1)

/**
 * struct listed - a message that the server has
 * @unique_id: its name there; "" if there is none, or if another message has it too
 * @bytes: by LIST
 * @digest: of its content, if it was fetched and has no unique-id; else NULL
 * @deleted: the server will delete it at QUIT
 */
struct listed {
	char *unique_id;
	uint64_t bytes;
	char *digest;
	bool deleted;
};

/**
 * struct storing - a message that becomes durable
 * @visit: whose; NULL: this place is free
 * @number: of the message
 * @decided: answers the engine
 * @err: 0: it was known before; else why it is not stored
 */
struct storing {
	struct fetch_visit *visit;
	unsigned int number;
	struct event *decided;
	int err;
};

/**
 * struct fetch_visit - a visit
 * @station: the station
 * @account: where
 * @listing: see fetch_visit_start()
 * @logged_in: see fetch_visit_start()
 * @ended: see fetch_visit_start()
 * @arg: for both
 * @dial: while it is connecting
 * @connection: afterwards
 * @config: of @engine
 * @engine: the dialogue
 * @secret: of the account
 * @login: what AUTH logs in with
 * @sasl: during AUTH
 * @refresh: gets a fresh token
 * @refreshed: there is no better one
 * @refused: the token was refused: there may be a better one
 * @listed: message 1 is the first
 * @listed_count: elements of @listed
 * @listed_room: elements that @listed has room for
 * @names: the unique-ids of @listed as a tree
 * @stopped: not all that the server has was looked at
 * @nameless: a message has no unique-id of its own
 * @wanted: messages to be fetched
 * @file: the message that comes is written here
 * @block: of it, not written yet
 * @block_bytes: how much
 * @sum: of it
 * @sum_key: the station's
 * @storing: messages that are complete
 * @taken: messages that were taken
 * @left: messages that are left on the server: too large, or the server refused them
 * @login_delay_s: that the server wants
 * @bytes: that came
 * @started_ms: when the first message came
 * @later: another visit soon may succeed
 * @result: what became of it, for people
 */
struct fetch_visit {
	struct station *station;
	const struct config_account *account;
	struct fetch_listing *listing;
	void (*logged_in)(void *arg);
	void (*ended)(void *arg, bool later, const char *result);
	void *arg;
	struct dial *dial;
	struct connection *connection;
	struct pop3_client_config config;
	struct pop3_client *engine;
	char secret[SECRET_BYTES];
	struct sasl_account login;
	struct sasl *sasl;
	struct worker *refresh;
	bool refreshed;
	bool refused;

	struct listed *listed;
	unsigned int listed_count;
	unsigned int listed_room;
	void *names;
	bool stopped;
	bool nameless;

	unsigned int wanted;
	struct spool_file file;
	char block[BLOCK_BYTES];
	size_t block_bytes;
	struct content_sum sum;
	unsigned char sum_key[CONTENT_SUM_KEY_BYTES];
	struct storing storing[STORING_MAX];
	unsigned int taken;
	unsigned int left;
	unsigned int login_delay_s;
	uint64_t bytes;
	int64_t started_ms;

	bool later;
	char result[512];
};

/* fetch_visit.c: for both kinds of visit */

const char *fetch_auth_begin(void *arg, const char *offered, bool secure, const char **initial);
const char *fetch_auth_respond(void *arg, const char *challenge, bool final);
void fetch_auth_conceal(void *arg, char *text);
void fetch_logged_in(void *arg);
/** fetch_note_end - what the end of the dialogue means */
void fetch_note_end(struct fetch_visit *visit, enum pop3_outcome outcome);

/* fetch_judge.c: what is there */

bool fetch_is_listed(void *arg, const char *unique_id);
/** fetch_list_message - the server has it; @unique_id: NULL: none. NULL: no more is looked at */
struct listed *fetch_list_message(struct fetch_visit *visit, unsigned int number, uint64_t bytes,
				  const char *unique_id);
/** fetch_judge_known - a message that was taken before: is it time to delete it? */
enum pop3_verdict fetch_judge_known(const struct fetch_visit *visit, int64_t fetched_ms);
/** fetch_judge - what is known of a message; @job: what it became at @fetched_ms; else 0 */
enum listing_state fetch_judge(const struct fetch_visit *visit, const struct listed *listed,
			       int64_t *job, int64_t *fetched_ms);
enum pop3_verdict fetch_stop(struct fetch_visit *visit);
/** fetch_forget_listed - free what was listed */
void fetch_forget_listed(struct fetch_visit *visit);

/* fetch_take.c, fetch_look.c */

extern const struct pop3_client_ops fetch_taking_ops;
extern const struct pop3_client_ops fetch_looking_ops;
/** fetch_place_decided - the engine wants no answer from within its call */
void fetch_place_decided(evutil_socket_t fd, short what, void *arg);

#endif /* IFAX_FETCH_PRIVATE_H */
