// SPDX-License-Identifier: GPL-2.0
/*
 * fetch_visit: mail is taken, becomes durable, and is deleted there
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrivals.h"
#include "fetch_private.h"
#include "log.h"
#include "net/connection.h"

static enum pop3_verdict on_decide(void *arg, unsigned int number, uint64_t bytes,
				   const char *unique_id)
{
	struct fetch_visit *visit = arg;
	const char *title = visit->account->title;
	struct listed *listed = fetch_list_message(visit, number, bytes, unique_id);
	int64_t job, fetched_ms;

	if (!listed)
		return fetch_stop(visit);
	switch (fetch_judge(visit, listed, &job, &fetched_ms)) {
	case LISTING_UNSETTLED:
		return POP3_KEEP;
	case LISTING_FETCHED:
		return fetch_judge_known(visit, fetched_ms);
	case LISTING_TOO_LARGE:
		visit->left++;
		log_event(LOG_WARNING,
			  "fetcher.too_large account=%s number=%u bytes=%llu limit=%llu", title,
			  number, (unsigned long long)bytes,
			  (unsigned long long)visit->station->config.limits.message_bytes);
		return POP3_KEEP;
	case LISTING_NO_ROOM:
		log_event(LOG_WARNING, "fetcher.no_room account=%s", title);
		return fetch_stop(visit);
	default:
		visit->wanted++;
		return POP3_FETCH;
	}
}

/* The messages */

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
					  arrival->digest, fetch_is_listed, visit);

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
void fetch_place_decided(evutil_socket_t fd, short what, void *arg)
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
		log_event(LOG_WARNING, "fetcher.expire account=%s days=%d advice=%s",
			  account->title, days, "the server deletes mail after that time");
}

static void on_finished(void *arg, enum pop3_outcome outcome, const char *text)
{
	struct fetch_visit *visit = arg;
	const char *title = visit->account->title;
	char left[64] = "";

	fetch_note_end(visit, outcome);
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
		jobs_forget_fetched(visit->station->jobs, title, fetch_is_listed, visit);
}

const struct pop3_client_ops fetch_taking_ops = {
	.auth_begin = fetch_auth_begin, .auth_respond = fetch_auth_respond,
	.auth_conceal = fetch_auth_conceal,
	.logged_in = fetch_logged_in, .decide = on_decide, .message_begin = on_message_begin,
	.message = on_message, .message_missing = on_message_missing,
	.message_end = on_message_end, .message_abort = on_message_abort,
	.deleted = on_deleted, .finished = on_finished,
};
