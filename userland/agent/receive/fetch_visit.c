// SPDX-License-Identifier: GPL-2.0
/*
 * fetch_visit: one visit to a maildrop on another server (POP3)
 */
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arrivals.h"
#include "content_sum.h"
#include "fetch_listing.h"
#include "fetch_visit.h"
#include "log.h"
#include "net/connection.h"
#include "net/dial.h"
#include "net/oauth.h"
#include "net/sasl.h"
#include "net/secret_file.h"
#include "net/token_file.h"
#include "station.h"
#include "store/repeats.h"
#include "worker.h"

#define MESSAGES_MAX	100000	/* looked at in one visit */
#define STORING_MAX	POP3_STORING_MAX	/* messages that become durable at a time */
#define BLOCK_BYTES	65536
#define HEADER_BYTES_MAX	65536	/* more of a header is not looked at */
#define SECRET_BYTES	(TOKEN_MAX + 1)
#define DAY_MS		(24 * 3600 * INT64_C(1000))

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

/* Logging in */

static const char *on_auth_begin(void *arg, const char *offered, bool secure, const char **initial)
{
	struct fetch_visit *visit = arg;
	const char *mechanism;

	sasl_end(visit->sasl);
	visit->sasl = sasl_login(&visit->login, offered, secure, &mechanism, initial);
	return visit->sasl ? mechanism : NULL;
}

static const char *on_auth_respond(void *arg, const char *challenge, bool final)
{
	struct fetch_visit *visit = arg;

	return sasl_respond(visit->sasl, challenge, final);
}

static void on_auth_conceal(void *arg, char *text)
{
	const struct fetch_visit *visit = arg;

	mail_text_conceal(text, visit->secret);
	if (visit->sasl)
		sasl_conceal(visit->sasl, text);
}

static void on_logged_in(void *arg)
{
	struct fetch_visit *visit = arg;

	visit->logged_in(visit->arg);
}

/* Deciding */

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool is_listed(void *arg, const char *unique_id)
{
	struct fetch_visit *visit = arg;

	return tfind(unique_id, &visit->names, compare_names);
}

static bool make_room(struct fetch_visit *visit, unsigned int number)
{
	unsigned int room = visit->listed_room ? visit->listed_room : 64;
	struct listed *listed;

	while (room < number)
		room *= 2;
	if (room == visit->listed_room)
		return true;
	listed = reallocarray(visit->listed, room, sizeof(*listed));
	if (!listed)
		return false;
	memset(listed + visit->listed_room, 0, (room - visit->listed_room) * sizeof(*listed));
	visit->listed = listed;
	visit->listed_room = room;
	return true;
}

/* A unique-id that comes twice names no message: then its content must tell. */
static struct listed *list_message(struct fetch_visit *visit, unsigned int number, uint64_t bytes,
				   const char *unique_id)
{
	struct listed *listed;

	if (number < 1 || number > MESSAGES_MAX || !make_room(visit, number))
		return NULL;
	if (unique_id && is_listed(visit, unique_id))
		unique_id = NULL;
	/* by the content alone: one after the other, or two of the same are not told apart */
	if (!unique_id) {
		visit->nameless = true;
		visit->config.storing_max = 1;
	}
	listed = &visit->listed[number - 1];
	listed->bytes = bytes;
	free(listed->unique_id);
	listed->unique_id = strdup(unique_id ? unique_id : "");
	if (!listed->unique_id ||
	    (unique_id && !tsearch(listed->unique_id, &visit->names, compare_names)))
		return NULL;
	if (number > visit->listed_count)
		visit->listed_count = number;
	return listed;
}

/* A message that was taken before: is it time to delete it? */
static enum pop3_verdict judge_known(const struct fetch_visit *visit, int64_t fetched_ms)
{
	const struct config_account *account = visit->account;

	return !account->keep || (account->keep_days &&
				  now_ms() - fetched_ms >= account->keep_days * DAY_MS) ?
		POP3_DELETE : POP3_KEEP;
}

/* What the station knows of a message; @job: which it became, fetched at @fetched_ms; else 0 */
static enum listing_state judge(const struct fetch_visit *visit, const struct listed *listed,
				int64_t *job, int64_t *fetched_ms)
{
	struct station *station = visit->station;
	const struct config_limits *limits = &station->config.limits;

	/* servers give a unique-id again, after years or a repair: then the size differs */
	*job = *listed->unique_id ? jobs_fetched(station->jobs, visit->account->title,
						 listed->unique_id, listed->bytes, fetched_ms) : 0;
	/* of an earlier visit that ended before it was on disk */
	if (*job && !jobs_settled(station->jobs, *job))
		return LISTING_UNSETTLED;
	if (*job)
		return LISTING_FETCHED;
	if (listed->bytes > limits->message_bytes)
		return LISTING_TOO_LARGE;
	if (spool_free_bytes(&station->spool) < limits->free_bytes + listed->bytes)
		return LISTING_NO_ROOM;
	return *listed->unique_id ? LISTING_NEW : LISTING_UNNAMED;
}

static enum pop3_verdict stop(struct fetch_visit *visit)
{
	visit->stopped = true;
	return POP3_STOP;
}

static enum pop3_verdict on_decide(void *arg, unsigned int number, uint64_t bytes,
				   const char *unique_id)
{
	struct fetch_visit *visit = arg;
	const char *title = visit->account->title;
	struct listed *listed = list_message(visit, number, bytes, unique_id);
	int64_t job, fetched_ms;

	if (!listed)
		return stop(visit);
	switch (judge(visit, listed, &job, &fetched_ms)) {
	case LISTING_UNSETTLED:
		return POP3_KEEP;
	case LISTING_FETCHED:
		return judge_known(visit, fetched_ms);
	case LISTING_TOO_LARGE:
		visit->left++;
		log_event(LOG_WARNING,
			  "fetcher.too_large account=%s number=%u bytes=%llu limit=%llu", title,
			  number, (unsigned long long)bytes,
			  (unsigned long long)visit->station->config.limits.message_bytes);
		return POP3_KEEP;
	case LISTING_NO_ROOM:
		log_event(LOG_WARNING, "fetcher.no_room account=%s", title);
		return stop(visit);
	default:
		visit->wanted++;
		return POP3_FETCH;
	}
}

/* Fetching */

static bool on_message_begin(void *arg, unsigned int number)
{
	struct fetch_visit *visit = arg;

	if (!visit->started_ms)
		visit->started_ms = now_ms();
	visit->block_bytes = 0;
	content_sum_begin(&visit->sum, visit->sum_key);
	return number >= 1 && number <= visit->listed_count &&
	       !spool_create_mail(&visit->station->spool, &visit->file);
}

/* 0 or errno, as write_block() */
static int write_file(struct fetch_visit *visit, const char *bytes, size_t len)
{
	int err = spool_write(&visit->file, bytes, len);

	if (err)
		log_event(LOG_ERR, "fetcher.write account=%s error=%s", visit->account->title,
			  strerror(-err));
	content_sum_add(&visit->sum, bytes, len);
	return -err;
}

static int write_block(struct fetch_visit *visit)
{
	size_t len = visit->block_bytes;

	visit->block_bytes = 0;
	return write_file(visit, visit->block, len);
}

/* Bytes come in small pieces; they are written in large ones. */
static bool on_message(void *arg, const char *bytes, size_t len)
{
	struct fetch_visit *visit = arg;

	visit->bytes += len;
	if (len > BLOCK_BYTES - visit->block_bytes && write_block(visit))
		return false;
	if (len > BLOCK_BYTES / 2)
		return !write_file(visit, bytes, len);
	memcpy(visit->block + visit->block_bytes, bytes, len);
	visit->block_bytes += len;
	return true;
}

static void on_message_abort(void *arg, unsigned int number)
{
	struct fetch_visit *visit = arg;

	spool_discard(&visit->file);
}

/* It was taken by another client meanwhile, or is longer than LIST said. */
static void on_message_missing(void *arg, unsigned int number, const char *text)
{
	struct fetch_visit *visit = arg;

	visit->left++;
	log_event(LOG_WARNING, "fetcher.left account=%s number=%u reason=%s",
		  visit->account->title, number, text);
}

/*
 * The same content under another name: the server has changed its unique-ids; or under the
 * same: it had not deleted it. @err: EAGAIN: it is not on disk yet
 */
static bool is_known(struct fetch_visit *visit, const struct job_arrival *arrival, int *err)
{
	struct jobs *jobs = visit->station->jobs;
	int64_t id = jobs_fetched_content(jobs, arrival->account, arrival->unique_id,
					  arrival->digest, is_listed, visit);

	if (!id)
		return false;
	log_event(LOG_NOTICE, "fetcher.known account=%s digest=%s", arrival->account,
		  arrival->digest);
	spool_discard(&visit->file);
	*err = jobs_settled(jobs, id) ? 0 : EAGAIN;
	return !*arrival->unique_id || jobs_set_fetched(jobs, id, arrival);
}

/*
 * It could not be stored: no more is fetched. A disk that fails may lose what it took
 * a moment ago, too; those mails are marked on the server, which still has them. A full
 * disk, or one without memory, is no bad one. EAGAIN: see is_known()
 */
static enum pop3_verdict judge_failure(int err)
{
	return err == ENOSPC || err == EDQUOT || err == ENOMEM || err == EAGAIN ? POP3_STOP :
										   POP3_UNDO;
}

/* A message is durable here, now or before; or it could not be stored, @err tells why. */
static void answer(struct storing *storing, int err)
{
	struct fetch_visit *visit = storing->visit;
	enum pop3_verdict verdict = visit->account->keep ? POP3_KEEP : POP3_DELETE;
	unsigned int number = storing->number;

	storing->visit = NULL;
	if (err) {
		visit->stopped = true;
		verdict = judge_failure(err);
	}
	pop3_client_message_done(visit->engine, number, verdict);
	connection_pump(visit->connection);
}

static void on_taken(void *arg, int64_t job, int err)
{
	struct storing *storing = arg;
	struct fetch_visit *visit = storing->visit;

	visit->taken += job != 0;
	if (!job)
		log_event(LOG_ERR, "fetcher.store account=%s error=%s", visit->account->title,
			  strerror(err));
	answer(storing, job ? 0 : err);
}

/* The engine wants no answer from within its call. */
static void on_decided(evutil_socket_t fd, short what, void *arg)
{
	struct storing *storing = arg;

	answer(storing, storing->err);
}

static void answer_later(struct storing *storing, int err)
{
	storing->err = err;
	event_active(storing->decided, EV_TIMEOUT, 1);
}

static struct storing *free_place(struct fetch_visit *visit)
{
	struct storing *storing = visit->storing;

	/* the engine gives us no more at a time than there are places */
	while (storing->visit)
		storing++;
	return storing;
}

static void on_message_end(void *arg, unsigned int number)
{
	struct fetch_visit *visit = arg;
	struct storing *storing = free_place(visit);
	struct listed *listed = &visit->listed[number - 1];
	char digest[CONTENT_SUM_BYTES];
	char source[256];
	int err = 0;
	struct job_arrival arrival = {
		.sender = "",
		.source = source,
		.account = visit->account->title,
		.unique_id = listed->unique_id,
		.listed_bytes = listed->bytes,
		.digest = digest,
		.irregular = pop3_client_irregular(visit->engine),
	};

	storing->visit = visit;
	storing->number = number;
	err = write_block(visit);
	if (!err && !content_sum_end(&visit->sum, digest))
		err = ENOMEM;
	if (err) {
		spool_discard(&visit->file);
		answer_later(storing, err);
		return;
	}
	if (!*listed->unique_id)
		listed->digest = strdup(digest);
	snprintf(source, sizeof(source), "pop3 %s", visit->account->title);
	if (is_known(visit, &arrival, &err))
		answer_later(storing, err);
	else if (!arrivals_take(visit->station->arrivals, &visit->file, &arrival, on_taken,
				storing))
		answer_later(storing, ENOMEM);
}

/* Ending */

/* Only a listing that is complete tells what the server does not have any more. */
static bool is_complete(const struct fetch_visit *visit)
{
	return !visit->stopped && !visit->nameless && visit->listed_count < MESSAGES_MAX;
}

static void on_deleted(void *arg, unsigned int number)
{
	struct fetch_visit *visit = arg;

	visit->listed[number - 1].deleted = true;
}

/* The server said that it has deleted all that it was told to delete. */
static void note_deleted(struct fetch_visit *visit)
{
	for (unsigned int i = 0; i < visit->listed_count; i++) {
		const struct listed *listed = &visit->listed[i];

		if (listed->deleted && (*listed->unique_id || listed->digest))
			jobs_set_deleted(visit->station->jobs, visit->account->title,
					 listed->unique_id, listed->digest);
	}
}

/* What we leave there may not stay as long as we were told to leave it. */
static void warn_of_expiry(const struct fetch_visit *visit)
{
	const struct config_account *account = visit->account;
	int days = pop3_client_offer(visit->engine)->expire_days;

	if (visit->taken && account->keep && days >= 0 &&
	    (!account->keep_days || days < account->keep_days))
		log_event(LOG_WARNING, "fetcher.expire account=%s days=%d advice=%s", account->title,
			  days, "the server deletes mail after that time");
}

/* What is the same whether it fetches or lists */
static void note_end(struct fetch_visit *visit, enum pop3_outcome outcome)
{
	visit->login_delay_s = pop3_client_offer(visit->engine)->login_delay_s;
	/* a token may have been taken back before its end */
	visit->refused = outcome == POP3_OUTCOME_LOGIN_REFUSED && visit->sasl &&
			 visit->account->oauth && !visit->refreshed;
	visit->later = outcome == POP3_OUTCOME_TEMPORARY ||
		       outcome == POP3_OUTCOME_UPDATE_UNKNOWN;
}

static void on_finished(void *arg, enum pop3_outcome outcome, const char *text)
{
	struct fetch_visit *visit = arg;
	const char *title = visit->account->title;
	char left[64] = "";

	note_end(visit, outcome);
	if (visit->left)
		snprintf(left, sizeof(left), ", %u left there: the log says why", visit->left);
	snprintf(visit->result, sizeof(visit->result), "%u fetched%s; %.400s", visit->taken, left,
		 text);
	warn_of_expiry(visit);
	log_event(outcome == POP3_OUTCOME_DONE ? LOG_INFO : LOG_WARNING,
		  "fetcher.visit account=%s fetched=%u result=%s", title, visit->taken, text);
	if (outcome == POP3_OUTCOME_DONE)
		note_deleted(visit);
	if (outcome == POP3_OUTCOME_DONE && is_complete(visit))
		jobs_forget_fetched(visit->station->jobs, title, is_listed, visit);
}

/* Listing */

static void on_list_counted(void *arg, unsigned int in_maildrop, unsigned int looked_at)
{
	struct fetch_visit *visit = arg;

	visit->stopped |= !fetch_listing_count(visit->listing, in_maildrop, looked_at);
}

static enum pop3_verdict on_list(void *arg, unsigned int number, uint64_t bytes,
				 const char *unique_id)
{
	struct fetch_visit *visit = arg;
	struct listed *listed = list_message(visit, number, bytes, unique_id);
	struct listing_row row = { .number = number, .bytes = bytes };
	int64_t fetched_ms;

	if (!listed || visit->stopped)
		return stop(visit);
	row.unique_id = listed->unique_id;
	row.state = judge(visit, listed, &row.job, &fetched_ms);
	row.goes = row.state == LISTING_FETCHED &&
		   judge_known(visit, fetched_ms) == POP3_DELETE;
	return fetch_listing_add(visit->listing, &row) ? POP3_HEADER : POP3_KEEP;
}

static bool on_header_begin(void *arg, unsigned int number)
{
	return true;
}

static bool on_header(void *arg, const char *bytes, size_t len)
{
	struct fetch_visit *visit = arg;

	fetch_listing_header(visit->listing, bytes, len);
	return true;
}

static void on_header_end(void *arg, unsigned int number)
{
	struct fetch_visit *visit = arg;

	fetch_listing_header_end(visit->listing, number);
}

static void on_list_finished(void *arg, enum pop3_outcome outcome, const char *text)
{
	struct fetch_visit *visit = arg;

	note_end(visit, outcome);
	visit->listing->complete = outcome == POP3_OUTCOME_DONE && !visit->stopped;
	snprintf(visit->result, sizeof(visit->result), "%s", text);
	log_event(visit->listing->complete ? LOG_INFO : LOG_WARNING,
		  "fetcher.list account=%s result=%s", visit->account->title, text);
}

static const struct pop3_client_ops listing_ops = {
	.auth_begin = on_auth_begin, .auth_respond = on_auth_respond,
	.auth_conceal = on_auth_conceal, .logged_in = on_logged_in,
	.counted = on_list_counted, .decide = on_list, .message_begin = on_header_begin,
	.message = on_header, .message_end = on_header_end, .message_abort = on_header_end,
	.finished = on_list_finished,
};

static const struct pop3_client_ops client_ops = {
	.auth_begin = on_auth_begin, .auth_respond = on_auth_respond,
	.auth_conceal = on_auth_conceal,
	.logged_in = on_logged_in, .decide = on_decide, .message_begin = on_message_begin,
	.message = on_message, .message_missing = on_message_missing,
	.message_end = on_message_end, .message_abort = on_message_abort,
	.deleted = on_deleted, .finished = on_finished,
};

static void free_nothing(void *name)
{
}

void fetch_visit_cancel(struct fetch_visit *visit)
{
	if (!visit)
		return;
	if (visit->refresh)
		worker_stop(visit->refresh);
	worker_leave(visit->refresh);
	dial_cancel(visit->dial);
	connection_free(visit->connection);
	pop3_client_destroy(visit->engine);
	sasl_end(visit->sasl);
	for (unsigned int i = 0; i < STORING_MAX; i++) {
		arrivals_forget(visit->station->arrivals, &visit->storing[i]);
		if (visit->storing[i].decided)
			event_free(visit->storing[i].decided);
	}
	spool_discard(&visit->file);
	content_sum_free(&visit->sum);
	tdestroy(visit->names, free_nothing);
	for (unsigned int i = 0; i < visit->listed_count; i++) {
		free(visit->listed[i].unique_id);
		free(visit->listed[i].digest);
	}
	free(visit->listed);
	explicit_bzero(visit->secret, sizeof(visit->secret));
	free(visit);
}

static void end_visit(struct fetch_visit *visit)
{
	visit->ended(visit->arg, visit->later, visit->result);
	fetch_visit_cancel(visit);
}

static void refresh_token(struct fetch_visit *visit, const char *refused);

static void on_closed(void *arg)
{
	struct fetch_visit *visit = arg;

	/* freed by who calls */
	visit->connection = NULL;
	if (!visit->refused) {
		end_visit(visit);
		return;
	}
	pop3_client_destroy(visit->engine);
	visit->engine = NULL;
	refresh_token(visit, visit->secret);
}

static void fail(struct fetch_visit *visit, const char *reason)
{
	log_event(LOG_WARNING, "fetcher.visit account=%s error=%s", visit->account->title, reason);
	snprintf(visit->result, sizeof(visit->result), "%s", reason);
	visit->later = true;
	end_visit(visit);
}

/* The engine */

static void engine_eof(void *engine, const char *why)
{
	pop3_client_eof(engine, why);
}

DEFINE_ENGINE_TLS(pop3_client);
DEFINE_ENGINE_OPS(pop3_client, ENGINE_TLS);

/* Beginning */

static struct tls *start_tls(void *arg, int fd, char *reason, size_t bytes)
{
	const struct fetch_visit *visit = arg;

	return tls_connect(&visit->account->tls, visit->account->host, fd, reason, bytes);
}

static void on_dialed(void *arg, int fd, const char *reason)
{
	struct fetch_visit *visit = arg;

	visit->dial = NULL;
	if (fd < 0) {
		fail(visit, reason);
		return;
	}
	visit->engine = pop3_client_create(&visit->config,
					   visit->listing ? &listing_ops : &client_ops, visit);
	if (!visit->engine) {
		close(fd);
		fail(visit, "out of memory");
		return;
	}
	visit->connection = connection_create(visit->station->base, fd, &engine_ops, visit->engine,
					      on_closed, visit);
	if (!visit->connection) {
		fail(visit, "out of memory");
		return;
	}
	connection_set_tls(visit->connection, start_tls);
	pop3_client_start(visit->engine);
	connection_pump(visit->connection);
}

static enum pop3_client_tls tls_of(const struct tls_demand *demand)
{
	if (demand->implicit)
		return POP3_CLIENT_TLS_FIRST;
	if (demand->policy == TLS_NONE)
		return POP3_CLIENT_TLS_NONE;
	return demand->policy == TLS_OPPORTUNISTIC ? POP3_CLIENT_TLS_OFFERED :
						     POP3_CLIENT_TLS_REQUIRED;
}

static void fill_config(struct fetch_visit *visit)
{
	const struct config_account *account = visit->account;
	const struct config *config = &visit->station->config;

	visit->config = (struct pop3_client_config){
		.user = account->user,
		.secret = visit->secret,
		.login = account->login,
		.tls = tls_of(&account->tls),
		.no_capa = !account->capa,
		.message_bytes_max = visit->listing ? HEADER_BYTES_MAX :
						      config->limits.message_bytes,
		.storing_max = STORING_MAX,
		.messages_max = MESSAGES_MAX,
		.timeouts = config->pop3_client,
	};
	visit->login = (struct sasl_account){
		.user = account->user,
		.secret = visit->secret,
		.mechanism = account->auth.item,
		.mechanisms = account->auth.items,
		.clear = account->auth_without_tls,
		.token = account->oauth,
		.host = account->host,
		.port = account->port,
	};
}

static bool dial_server(struct fetch_visit *visit)
{
	const struct config_account *account = visit->account;

	visit->dial = dial_start(visit->station->resolver, account->host, account->port,
				 visit->station->config.pop3_connect_ms, on_dialed, visit);
	return visit->dial;
}

/* Tokens */

static void on_refreshed(void *arg, enum worker_end end, const char *text)
{
	struct fetch_visit *visit = arg;
	const struct config_oauth *oauth = visit->account->oauth;
	char why[400], reason[512];
	bool fresh;

	visit->refresh = NULL;
	visit->refreshed = true;
	if (end != WORKER_DONE) {
		snprintf(reason, sizeof(reason), "no fresh token of %s: %.300s", oauth->title, text);
		fail(visit, reason);
	} else if (!oauth_token(oauth, visit->secret, sizeof(visit->secret), &fresh, why,
				sizeof(why))) {
		fail(visit, why);
	} else if (!dial_server(visit)) {
		fail(visit, "out of memory");
	}
}

static void refresh_token(struct fetch_visit *visit, const char *refused)
{
	visit->refused = false;
	visit->refresh = oauth_refresh(visit->station->base, visit->account->oauth, refused,
				       on_refreshed, visit);
	if (!visit->refresh)
		fail(visit, "ifax-token could not be started");
}

/* Read anew each time: a changed secret needs no restart. false: @reason tells why not */
static bool read_secret(struct fetch_visit *visit, bool *fresh, char *reason, size_t bytes)
{
	const struct config_account *account = visit->account;
	char why[400];

	*fresh = true;
	if (!account->oauth)
		return secret_file_line(account->secret_file, visit->secret, sizeof(visit->secret),
					reason, bytes);
	if (oauth_token(account->oauth, visit->secret, sizeof(visit->secret), fresh, why,
			sizeof(why)))
		return true;
	snprintf(reason, bytes, "%s (ifax authorise %s)", why, account->oauth->title);
	return false;
}

/* true: it is on its way. fail() is not for here: who started the visit is told at once. */
static bool begin(struct fetch_visit *visit, bool fresh)
{
	if (fresh)
		return dial_server(visit);
	visit->refresh = oauth_refresh(visit->station->base, visit->account->oauth, NULL,
				       on_refreshed, visit);
	return visit->refresh;
}

struct fetch_visit *fetch_visit_start(struct station *station, const struct config_account *account,
				      struct fetch_listing *listing, void (*logged_in)(void *arg),
				      void (*ended)(void *arg, bool later, const char *result),
				      void *arg, char *reason, size_t bytes)
{
	struct fetch_visit *visit;
	int64_t secret;
	bool fresh;

	/* what seems to be fetched already may not be */
	if (!listing && arrivals_in_doubt(station->arrivals)) {
		snprintf(reason, bytes, "mail cannot be stored: the disk fails");
		return NULL;
	}
	snprintf(reason, bytes, "out of memory");
	visit = calloc(1, sizeof(*visit));
	if (!visit)
		return NULL;
	secret = repeats_secret(station->jobs);
	memcpy(visit->sum_key, &secret, sizeof(secret));
	visit->station = station;
	visit->account = account;
	visit->listing = listing;
	visit->logged_in = logged_in;
	visit->ended = ended;
	visit->arg = arg;
	visit->file.fd = -1;
	for (unsigned int i = 0; i < STORING_MAX; i++) {
		visit->storing[i].decided = evtimer_new(station->base, on_decided,
							&visit->storing[i]);
		if (!visit->storing[i].decided)
			goto cancel;
	}
	if (!read_secret(visit, &fresh, reason, bytes))
		goto cancel;
	fill_config(visit);
	snprintf(reason, bytes, "out of memory");
	if (begin(visit, fresh))
		return visit;

cancel:
	fetch_visit_cancel(visit);
	return NULL;
}

long fetch_visit_login_delay_ms(const struct fetch_visit *visit)
{
	return visit->login_delay_s * 1000L;
}

void fetch_visit_progress(const struct fetch_visit *visit, char *text, size_t bytes)
{
	int64_t ms = visit->started_ms ? now_ms() - visit->started_ms : 0;

	if (visit->refresh)
		snprintf(text, bytes, "getting a token of %s", visit->account->oauth->title);
	else if (!visit->engine)
		snprintf(text, bytes, "connecting to %s", visit->account->host);
	else if (visit->listing)
		snprintf(text, bytes, "listing what lies at %s", visit->account->host);
	else if (!visit->started_ms)
		snprintf(text, bytes, "talking to %s", visit->account->host);
	else
		snprintf(text, bytes, "%u of %u fetched, %llu KiB, %lld KiB/s", visit->taken,
			 visit->wanted, (unsigned long long)visit->bytes >> 10,
			 ms > 0 ? (long long)(visit->bytes * 1000 / ms >> 10) : 0);
}
