// SPDX-License-Identifier: GPL-2.0
/*
 * fetcher: takes mail from maildrops (POP3)
 *
 * A mail is deleted on the server when it is durable here, and it is known
 * here before the server is asked to delete it. What the server says about it
 * afterwards (or does not say any more) changes nothing: a mail that is known
 * is not fetched again.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connection.h"
#include "dial.h"
#include "log.h"
#include "pop3_client.h"
#include "secret_file.h"
#include "station.h"

#define MESSAGES_MAX	1000	/* looked at in one visit */
#define SECRET_BYTES	256

/**
 * struct listed - a message that the server has
 * @unique_id: its name there; "" if there is none, or if another message has it too
 */
struct listed {
	char unique_id[POP3_UNIQUE_ID_MAX + 1];
};

struct maildrop {
	struct fetcher *fetcher;
	const struct config_account *account;
	struct event *timer;
	struct dial *dial;
	struct connection *connection;
	struct pop3_client_config config;
	struct pop3_client *engine;
	char secret[SECRET_BYTES];
	struct listed *listed;
	unsigned int listed_count;
	bool stopped;			/* not all that the server has was looked at */
	bool nameless;			/* a message has no unique-id of its own */
	unsigned int number;		/* of the message that comes */
	struct spool_file file;
	EVP_MD_CTX *digest;
	struct event *store;		/* the message is complete */
	unsigned int taken;
	char result[512];
	int64_t result_ms;
};

struct fetcher {
	struct station *station;
	struct maildrop *maildrop;
	size_t maildrops;
};

/* Deciding */

static bool is_listed(void *arg, const char *unique_id)
{
	struct maildrop *maildrop = arg;

	for (unsigned int i = 0; i < maildrop->listed_count; i++)
		if (!strcmp(maildrop->listed[i].unique_id, unique_id))
			return true;
	return false;
}

/* A unique-id that comes twice names no message: then its content must tell. */
static const char *list_message(struct maildrop *maildrop, unsigned int number,
				const char *unique_id)
{
	struct listed *listed = &maildrop->listed[number - 1];

	if (number < 1 || number > MESSAGES_MAX)
		return NULL;
	if (unique_id && is_listed(maildrop, unique_id))
		unique_id = NULL;
	if (!unique_id)
		maildrop->nameless = true;
	snprintf(listed->unique_id, sizeof(listed->unique_id), "%s", unique_id ? unique_id : "");
	if (number > maildrop->listed_count)
		maildrop->listed_count = number;
	return listed->unique_id;
}

static enum pop3_verdict on_decide(void *arg, unsigned int number, uint64_t bytes,
				   const char *unique_id)
{
	struct maildrop *maildrop = arg;
	struct station *station = maildrop->fetcher->station;
	const struct config_limits *limits = &station->config.limits;
	const char *name = list_message(maildrop, number, unique_id);

	if (!name) {
		maildrop->stopped = true;
		return POP3_STOP;
	}
	if (*name && jobs_fetched(station->jobs, maildrop->account->title, name))
		return maildrop->account->keep ? POP3_KEEP : POP3_DELETE;
	if (bytes > limits->message_bytes) {
		log_event(LOG_WARNING,
			  "fetcher.too_large account=%s number=%u bytes=%llu limit=%llu",
			  maildrop->account->title, number, (unsigned long long)bytes,
			  (unsigned long long)limits->message_bytes);
		return POP3_KEEP;
	}
	if (spool_free_bytes(&station->spool) < limits->free_bytes + bytes) {
		log_event(LOG_WARNING, "fetcher.no_room account=%s", maildrop->account->title);
		maildrop->stopped = true;
		return POP3_STOP;
	}
	return POP3_FETCH;
}

/* Fetching */

static bool on_message_begin(void *arg, unsigned int number)
{
	struct maildrop *maildrop = arg;

	maildrop->number = number;
	return number >= 1 && number <= maildrop->listed_count &&
	       EVP_DigestInit_ex(maildrop->digest, EVP_sha256(), NULL) &&
	       !spool_create(&maildrop->fetcher->station->spool, &maildrop->file);
}

static bool on_message(void *arg, const char *bytes, size_t len)
{
	struct maildrop *maildrop = arg;
	int err = spool_write(&maildrop->file, bytes, len);

	if (err)
		log_event(LOG_ERR, "fetcher.write account=%s error=%s", maildrop->account->title,
			  strerror(-err));
	return !err && EVP_DigestUpdate(maildrop->digest, bytes, len);
}

/* The engine wants no answer from within its call. */
static void on_message_end(void *arg, unsigned int number)
{
	struct maildrop *maildrop = arg;

	event_active(maildrop->store, EV_TIMEOUT, 1);
}

static void on_message_abort(void *arg, unsigned int number)
{
	struct maildrop *maildrop = arg;

	spool_discard(&maildrop->file);
}

static void finish_digest(EVP_MD_CTX *context, char *text)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int bytes = 0;

	EVP_DigestFinal_ex(context, digest, &bytes);
	for (unsigned int i = 0; i < bytes; i++)
		sprintf(text + 2 * i, "%02x", digest[i]);
}

/* true: durable here, now or before */
static bool store(struct maildrop *maildrop)
{
	struct station *station = maildrop->fetcher->station;
	const char *unique_id = maildrop->listed[maildrop->number - 1].unique_id;
	char digest[2 * EVP_MAX_MD_SIZE + 1] = "";
	char source[256];
	struct job_arrival arrival = {
		.sender = "",
		.source = source,
		.account = maildrop->account->title,
		.unique_id = unique_id,
		.digest = digest,
	};

	finish_digest(maildrop->digest, digest);
	if (!*unique_id && jobs_fetched_content(station->jobs, arrival.account, digest)) {
		log_event(LOG_NOTICE, "fetcher.known account=%s digest=%s", arrival.account,
			  digest);
		spool_discard(&maildrop->file);
		return true;
	}
	snprintf(source, sizeof(source), "pop3 %s", maildrop->account->title);
	if (incoming_take(station, &maildrop->file, &arrival)) {
		maildrop->taken++;
		return true;
	}
	log_event(LOG_ERR, "fetcher.store account=%s error=%s", maildrop->account->title,
		  strerror(errno));
	return false;
}

static void on_store(evutil_socket_t fd, short what, void *arg)
{
	struct maildrop *maildrop = arg;

	if (!store(maildrop)) {
		maildrop->stopped = true;
		pop3_client_message_done(maildrop->engine, maildrop->number, POP3_STOP);
	} else {
		pop3_client_message_done(maildrop->engine, maildrop->number,
					 maildrop->account->keep ? POP3_KEEP : POP3_DELETE);
	}
	connection_pump(maildrop->connection);
}

/* Ending */

static void note_result(struct maildrop *maildrop, const char *text)
{
	snprintf(maildrop->result, sizeof(maildrop->result), "%s", text);
	maildrop->result_ms = now_ms();
}

/* Only a listing that is complete tells what the server does not have any more. */
static bool is_complete(const struct maildrop *maildrop)
{
	return !maildrop->stopped && !maildrop->nameless && maildrop->listed_count < MESSAGES_MAX;
}

static void on_finished(void *arg, enum pop3_outcome outcome, const char *text)
{
	struct maildrop *maildrop = arg;
	const char *title = maildrop->account->title;
	char result[480];

	snprintf(result, sizeof(result), "%u fetched; %.400s", maildrop->taken, text);
	note_result(maildrop, result);
	log_event(outcome == POP3_OUTCOME_DONE ? LOG_INFO : LOG_WARNING,
		  "fetcher.visit account=%s fetched=%u result=%s", title, maildrop->taken, text);
	if (outcome == POP3_OUTCOME_DONE && is_complete(maildrop))
		jobs_forget_fetched(maildrop->fetcher->station->jobs, title, is_listed, maildrop);
}

static const struct pop3_client_ops client_ops = {
	.decide = on_decide, .message_begin = on_message_begin, .message = on_message,
	.message_end = on_message_end, .message_abort = on_message_abort, .finished = on_finished,
};

static void end_visit(struct maildrop *maildrop)
{
	dial_cancel(maildrop->dial);
	maildrop->dial = NULL;
	connection_free(maildrop->connection);
	maildrop->connection = NULL;
	pop3_client_destroy(maildrop->engine);
	maildrop->engine = NULL;
	if (maildrop->store)
		event_del(maildrop->store);
	spool_discard(&maildrop->file);
	explicit_bzero(maildrop->secret, sizeof(maildrop->secret));
}

static void on_closed(void *arg)
{
	struct maildrop *maildrop = arg;

	/* freed by who calls */
	maildrop->connection = NULL;
	end_visit(maildrop);
}

/* The engine */

static void engine_eof(void *engine, const char *why)
{
	pop3_client_eof(engine, why);
}

DEFINE_ENGINE_OPS(pop3_client);

/* Visiting */

static void fail_visit(struct maildrop *maildrop, const char *reason)
{
	log_event(LOG_WARNING, "fetcher.visit account=%s error=%s", maildrop->account->title,
		  reason);
	note_result(maildrop, reason);
	end_visit(maildrop);
}

static void on_dialed(void *arg, int fd, const char *reason)
{
	struct maildrop *maildrop = arg;

	maildrop->dial = NULL;
	if (fd < 0) {
		fail_visit(maildrop, reason);
		return;
	}
	maildrop->engine = pop3_client_create(&maildrop->config, &client_ops, maildrop);
	if (!maildrop->engine) {
		close(fd);
		fail_visit(maildrop, "out of memory");
		return;
	}
	maildrop->connection = connection_create(maildrop->fetcher->station->base, fd, &engine_ops,
						 maildrop->engine, on_closed, maildrop);
	if (!maildrop->connection) {
		fail_visit(maildrop, "out of memory");
		return;
	}
	pop3_client_start(maildrop->engine);
	connection_pump(maildrop->connection);
}

static void visit(struct maildrop *maildrop)
{
	const struct config *config = &maildrop->fetcher->station->config;
	const struct config_account *account = maildrop->account;
	char reason[512];

	if (maildrop->dial || maildrop->engine)
		return;
	maildrop->listed_count = 0;
	memset(maildrop->listed, 0, MESSAGES_MAX * sizeof(*maildrop->listed));
	maildrop->stopped = false;
	maildrop->nameless = false;
	maildrop->taken = 0;
	/* read anew each time: a changed secret needs no restart */
	if (!secret_file_line(account->secret_file, maildrop->secret, sizeof(maildrop->secret),
			      reason, sizeof(reason))) {
		fail_visit(maildrop, reason);
		return;
	}
	maildrop->config = (struct pop3_client_config){
		.user = account->user,
		.secret = maildrop->secret,
		.login = account->login,
		.message_bytes_max = config->limits.message_bytes,
		.messages_max = MESSAGES_MAX,
		.timeouts = config->pop3_client,
	};
	maildrop->dial = dial_start(maildrop->fetcher->station->base, account->host, account->port,
				    config->pop3_connect_ms, on_dialed, maildrop);
	if (!maildrop->dial)
		fail_visit(maildrop, "out of memory");
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct maildrop *maildrop = arg;
	long poll_ms = maildrop->account->poll_ms;
	struct timeval next = { poll_ms / 1000, poll_ms % 1000 * 1000 };

	evtimer_add(maildrop->timer, &next);
	visit(maildrop);
}

void fetcher_run(struct fetcher *fetcher)
{
	for (size_t i = 0; i < fetcher->maildrops; i++)
		event_active(fetcher->maildrop[i].timer, EV_TIMEOUT, 1);
}

static bool init_maildrop(struct maildrop *maildrop, struct fetcher *fetcher,
			  const struct config_account *account)
{
	struct event_base *base = fetcher->station->base;

	maildrop->fetcher = fetcher;
	maildrop->account = account;
	maildrop->file.fd = -1;
	maildrop->timer = evtimer_new(base, on_timer, maildrop);
	maildrop->store = evtimer_new(base, on_store, maildrop);
	maildrop->listed = calloc(MESSAGES_MAX, sizeof(*maildrop->listed));
	maildrop->digest = EVP_MD_CTX_new();
	note_result(maildrop, "not visited yet");
	return maildrop->timer && maildrop->store && maildrop->listed && maildrop->digest;
}

struct fetcher *fetcher_create(struct station *station)
{
	struct fetcher *fetcher = calloc(1, sizeof(*fetcher));
	size_t accounts = station->config.accounts;

	if (!fetcher)
		return NULL;
	fetcher->station = station;
	fetcher->maildrop = calloc(accounts + 1, sizeof(*fetcher->maildrop));
	if (!fetcher->maildrop)
		goto free;
	for (; fetcher->maildrops < accounts; fetcher->maildrops++)
		fetcher->maildrop[fetcher->maildrops].file.fd = -1;
	for (size_t i = 0; i < accounts; i++)
		if (!init_maildrop(&fetcher->maildrop[i], fetcher, &station->config.account[i]))
			goto free;
	return fetcher;

free:
	fetcher_free(fetcher);
	return NULL;
}

void fetcher_report(struct fetcher *fetcher,
		    void (*each)(void *arg, const char *account, bool visiting, const char *result,
				 int64_t time_ms), void *arg)
{
	for (size_t i = 0; i < fetcher->maildrops; i++) {
		const struct maildrop *maildrop = &fetcher->maildrop[i];

		each(arg, maildrop->account->title, maildrop->dial || maildrop->engine,
		     maildrop->result, maildrop->result_ms);
	}
}

void fetcher_free(struct fetcher *fetcher)
{
	if (!fetcher)
		return;
	for (size_t i = 0; i < fetcher->maildrops; i++) {
		struct maildrop *maildrop = &fetcher->maildrop[i];

		end_visit(maildrop);
		if (maildrop->timer)
			event_free(maildrop->timer);
		if (maildrop->store)
			event_free(maildrop->store);
		EVP_MD_CTX_free(maildrop->digest);
		free(maildrop->listed);
	}
	free(fetcher->maildrop);
	free(fetcher);
}
