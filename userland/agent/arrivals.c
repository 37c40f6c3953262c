// SPDX-License-Identifier: GPL-2.0
/*
 * arrivals: mail that has come becomes durable, and a job
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arrivals.h"
#include "database.h"
#include "log.h"
#include "mailbox.h"
#include "pdf_forms.h"
#include "pool.h"
#include "repeats.h"
#include "station.h"

#define THREADS		6
#define HEARD_MAX	256	/* what is beyond that stays known until its time is over */
#define PRUNE_MS	3600000

/**
 * struct letter - a mail on its way to the disk
 * @next: of all letters
 * @next_ready: of those that are as far as this one
 * @repeated: @id is the job of the same mail, which came before
 */
struct letter {
	struct arrivals *arrivals;
	struct letter *next;
	struct letter *next_ready;
	struct pool_task task;
	struct spool_file file;
	struct job_arrival arrival;
	struct job_recipient *recipient;
	struct job_recipient *relay;
	const char **mailbox;
	int err;
	int64_t id;
	bool repeated;
	void (*taken)(void *arg, int64_t job, int err);
	void *arg;
};

/**
 * struct arrivals - the letters
 * @filed: their files are on disk; they wait for the directory
 * @naming: the directory is being synced for these
 * @sync_names: that
 * @ready: their files are durable; they wait for the database
 * @group: in the database; they wait for its log to be synced
 * @sync: of the log
 * @in_doubt: it failed, and @group cannot be taken back
 * @again: when that is tried once more
 * @heard: repeat keys that are to be forgotten with the next transaction
 * @pruned_ms: when those were forgotten that are too old
 */
struct arrivals {
	struct station *station;
	struct pool *pool;
	struct letter *letters;
	struct letter *filed;
	struct letter *naming;
	struct pool_task sync_names;
	int naming_err;
	struct letter *ready;
	struct letter *group;
	struct pool_task sync;
	int sync_fd;
	int sync_err;
	bool in_doubt;
	struct event *again;
	char heard[HEARD_MAX][REPEAT_KEY_BYTES];
	size_t heard_keys;
	int64_t pruned_ms;
};

static void free_recipients(struct job_recipient *recipient, size_t recipients)
{
	for (size_t i = 0; recipient && i < recipients; i++) {
		free((char *)recipient[i].address);
		free((char *)recipient[i].notify);
		free((char *)recipient[i].original);
	}
	free(recipient);
}

static void free_letter(struct letter *letter)
{
	for (struct letter **at = &letter->arrivals->letters; *at; at = &(*at)->next) {
		if (*at == letter) {
			*at = letter->next;
			break;
		}
	}
	free_recipients(letter->recipient, letter->arrival.recipients);
	free_recipients(letter->relay, letter->arrival.relays);
	free((char *)letter->arrival.sender);
	free((char *)letter->arrival.source);
	free((char *)letter->arrival.envelope_id);
	free((char *)letter->arrival.dsn_return);
	free((char *)letter->arrival.login);
	free((char *)letter->arrival.spf);
	free((char *)letter->arrival.account);
	free((char *)letter->arrival.unique_id);
	free((char *)letter->arrival.digest);
	free((char *)letter->arrival.repeat_key);
	free(letter->mailbox);
	free(letter);
}

/* true: @copy is as @text, which may be NULL */
static bool copy_text(const char **copy, const char *text)
{
	*copy = text ? strdup(text) : NULL;
	return *copy || !text;
}

static bool copy_recipients(struct job_recipient **copy, const struct job_recipient *from,
			    size_t recipients)
{
	struct job_recipient *to = calloc(recipients + 1, sizeof(*to));
	bool good = to;

	*copy = to;
	for (size_t i = 0; good && i < recipients; i++)
		good = copy_text(&to[i].address, from[i].address) &&
		       copy_text(&to[i].notify, from[i].notify) &&
		       copy_text(&to[i].original, from[i].original);
	return good;
}

static bool copy_arrival(struct letter *letter, const struct job_arrival *from)
{
	const struct config *config = &letter->arrivals->station->config;
	struct job_arrival *to = &letter->arrival;

	letter->mailbox = calloc(config->mailboxes + 1, sizeof(*letter->mailbox));
	to->recipients = from->recipients;
	to->relays = from->relays;
	if (!letter->mailbox ||
	    !copy_recipients(&letter->recipient, from->recipient, from->recipients) ||
	    !copy_recipients(&letter->relay, from->relay, from->relays) ||
	    !copy_text(&to->sender, from->sender) || !copy_text(&to->source, from->source) ||
	    !copy_text(&to->envelope_id, from->envelope_id) ||
	    !copy_text(&to->dsn_return, from->dsn_return) ||
	    !copy_text(&to->spf, from->spf) || !copy_text(&to->login, from->login) ||
	    !copy_text(&to->account, from->account) ||
	    !copy_text(&to->unique_id, from->unique_id) ||
	    !copy_text(&to->digest, from->digest) ||
	    !copy_text(&to->repeat_key, from->repeat_key))
		return false;
	to->recipient = letter->recipient;
	to->relay = letter->relay;
	to->listed_bytes = from->listed_bytes;
	to->irregular = from->irregular;
	to->convertible = from->convertible;
	to->message_file = letter->file.name;
	to->mailbox = letter->mailbox;
	to->mailboxes = mailbox_choose(config, to->recipient, to->recipients, letter->mailbox);
	return true;
}

static void tell(struct letter *letter)
{
	struct station *station = letter->arrivals->station;

	if (letter->repeated) {
		log_event(LOG_NOTICE, "incoming.repeated job=%lld source=%s sender=%s",
			  (long long)letter->id, letter->arrival.source, letter->arrival.sender);
		spool_remove(&station->spool, SPOOL_MESSAGE, letter->file.name);
	} else if (letter->id) {
		log_event(LOG_NOTICE, "incoming.taken job=%lld source=%s sender=%s bytes=%lld",
			  (long long)letter->id, letter->arrival.source, letter->arrival.sender,
			  (long long)letter->arrival.message_bytes);
		incoming_wake(station->incoming);
		if (letter->arrival.relays)
			sender_wake(station->sender);
		if (letter->arrival.mailboxes)
			pdf_forms_wake(station->pdf_forms);
	}
	if (letter->taken)
		letter->taken(letter->arg, letter->id, letter->err);
	free_letter(letter);
}

/* The database */

static void sync_log(void *arg)
{
	struct arrivals *arrivals = arg;

	arrivals->sync_err = fdatasync(arrivals->sync_fd) ? errno : 0;
}

static void store_ready(struct arrivals *arrivals);

/*
 * Nobody was told of these: they are to be as if they had never come. false: not all of them
 * could be taken back
 */
static bool take_back(struct arrivals *arrivals, int err)
{
	struct station *station = arrivals->station;

	for (struct letter *letter = arrivals->group; letter; letter = letter->next_ready) {
		letter->err = err;
		if (letter->id && !letter->repeated &&
		    !jobs_remove_arrival(station->jobs, &letter->arrival))
			return false;
		letter->id = 0;
		letter->repeated = false;
		spool_remove(&station->spool, SPOOL_MESSAGE, letter->file.name);
	}
	return true;
}

static void end_group(struct arrivals *arrivals, int err)
{
	const struct timeval later = { STATION_RECOVER_MS / 1000, 0 };
	struct letter *letter;
	struct letter *next;

	/* until then nobody is told, and nothing more is stored */
	arrivals->in_doubt = err && !take_back(arrivals, err);
	if (arrivals->in_doubt) {
		evtimer_add(arrivals->again, &later);
		return;
	}
	letter = arrivals->group;
	arrivals->group = NULL;
	for (; letter; letter = next) {
		next = letter->next_ready;
		tell(letter);
	}
	store_ready(arrivals);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	struct arrivals *arrivals = arg;

	end_group(arrivals, arrivals->group->err);
}

static void on_synced(void *arg)
{
	struct arrivals *arrivals = arg;

	if (arrivals->sync_err)
		log_event(LOG_ERR, "arrivals.sync error=%s", strerror(arrivals->sync_err));
	end_group(arrivals, arrivals->sync_err);
}

static int64_t repeats_since_ms(const struct arrivals *arrivals)
{
	return now_ms() - arrivals->station->config.server.repeats_ms;
}

/* What senders have heard, and what is too old, is not waited for any more. */
static bool forget_heard(struct arrivals *arrivals)
{
	struct jobs *jobs = arrivals->station->jobs;
	int64_t now = now_ms();
	bool good = true;

	for (size_t i = 0; good && i < arrivals->heard_keys; i++)
		good = repeats_forget(jobs, arrivals->heard[i]);
	if (good && llabs(now - arrivals->pruned_ms) >= PRUNE_MS) {
		good = repeats_forget_old(jobs, repeats_since_ms(arrivals));
		arrivals->pruned_ms = now;
	}
	return good;
}

static bool add_letter(struct arrivals *arrivals, struct letter *letter)
{
	struct jobs *jobs = arrivals->station->jobs;
	const char *key = letter->arrival.repeat_key;

	if (key)
		letter->id = repeats_find(jobs, key, repeats_since_ms(arrivals));
	letter->repeated = letter->id;
	if (!letter->repeated)
		letter->id = jobs_add_arrival(jobs, &letter->arrival);
	return letter->id;
}

static bool add_group(struct arrivals *arrivals)
{
	struct jobs *jobs = arrivals->station->jobs;
	bool good = jobs_begin_arrivals(jobs) && forget_heard(arrivals);

	for (struct letter *letter = arrivals->group; good && letter; letter = letter->next_ready)
		good = add_letter(arrivals, letter);
	if (jobs_end_arrivals(jobs, good, &arrivals->sync_fd)) {
		arrivals->heard_keys = 0;
		return true;
	}
	for (struct letter *letter = arrivals->group; letter; letter = letter->next_ready) {
		letter->id = 0;
		letter->repeated = false;
	}
	return false;
}

void arrivals_heard(struct arrivals *arrivals, const char *repeat_key)
{
	if (arrivals->heard_keys < HEARD_MAX)
		strcpy(arrivals->heard[arrivals->heard_keys++], repeat_key);
}

/* Before the end: what is not written now is not known afterwards. */
static void store_heard(struct arrivals *arrivals)
{
	sqlite3 *db = jobs_database(arrivals->station->jobs);

	if (arrivals->heard_keys && database_begin(db))
		database_end(db, forget_heard(arrivals));
}

/* All that is ready makes one transaction; what comes meanwhile makes the next. */
static void store_ready(struct arrivals *arrivals)
{
	if (arrivals->group || !arrivals->ready)
		return;
	arrivals->group = arrivals->ready;
	arrivals->ready = NULL;
	if (add_group(arrivals))
		pool_run(arrivals->pool, &arrivals->sync);
	else
		end_group(arrivals, EIO);
}

/* Files */

static void commit_file(void *arg)
{
	struct letter *letter = arg;
	int64_t bytes = letter->file.bytes;

	if (letter->arrival.irregular)
		bytes = spool_mail_bytes(letter->file.fd);
	letter->arrival.message_bytes = bytes;
	letter->err = bytes < 0 ? -bytes : -spool_commit_file(&letter->file, SPOOL_MESSAGE);
	if (bytes < 0)
		spool_discard(&letter->file);
}

static void sync_names(void *arg)
{
	struct arrivals *arrivals = arg;

	arrivals->naming_err = -spool_sync(&arrivals->station->spool, SPOOL_MESSAGE);
}

/* All whose files are on disk have their names put there at once. */
static void name_files(struct arrivals *arrivals)
{
	if (arrivals->naming || !arrivals->filed)
		return;
	arrivals->naming = arrivals->filed;
	arrivals->filed = NULL;
	pool_run(arrivals->pool, &arrivals->sync_names);
}

static void fail_letter(struct letter *letter, int err)
{
	log_event(LOG_ERR, "arrivals.commit error=%s", strerror(err));
	letter->err = err;
	tell(letter);
}

static void on_named(void *arg)
{
	struct arrivals *arrivals = arg;
	struct letter *letter = arrivals->naming;
	struct letter *next;

	arrivals->naming = NULL;
	for (; letter; letter = next) {
		next = letter->next_ready;
		if (arrivals->naming_err) {
			spool_remove(&arrivals->station->spool, SPOOL_MESSAGE, letter->file.name);
			fail_letter(letter, arrivals->naming_err);
			continue;
		}
		letter->next_ready = arrivals->ready;
		arrivals->ready = letter;
	}
	name_files(arrivals);
	store_ready(arrivals);
}

static void on_committed(void *arg)
{
	struct letter *letter = arg;
	struct arrivals *arrivals = letter->arrivals;

	if (letter->err) {
		fail_letter(letter, letter->err);
		return;
	}
	letter->next_ready = arrivals->filed;
	arrivals->filed = letter;
	name_files(arrivals);
}

bool arrivals_take(struct arrivals *arrivals, struct spool_file *file,
		   const struct job_arrival *arrival,
		   void (*taken)(void *arg, int64_t job, int err), void *arg)
{
	struct letter *letter = calloc(1, sizeof(*letter));

	if (!letter) {
		spool_discard(file);
		return false;
	}
	letter->arrivals = arrivals;
	letter->file = *file;
	letter->taken = taken;
	letter->arg = arg;
	letter->task = (struct pool_task){
		.work = commit_file, .done = on_committed, .arg = letter,
	};
	letter->next = arrivals->letters;
	arrivals->letters = letter;
	file->fd = -1;
	if (copy_arrival(letter, arrival)) {
		pool_run(arrivals->pool, &letter->task);
		return true;
	}
	spool_discard(&letter->file);
	free_letter(letter);
	return false;
}

void arrivals_forget(struct arrivals *arrivals, const void *arg)
{
	for (struct letter *letter = arrivals->letters; letter; letter = letter->next)
		if (letter->arg == arg)
			letter->taken = NULL;
}

struct arrivals *arrivals_create(struct station *station)
{
	struct arrivals *arrivals = calloc(1, sizeof(*arrivals));

	if (!arrivals)
		return NULL;
	arrivals->station = station;
	arrivals->sync = (struct pool_task){
		.work = sync_log, .done = on_synced, .arg = arrivals,
	};
	arrivals->sync_names = (struct pool_task){
		.work = sync_names, .done = on_named, .arg = arrivals,
	};
	arrivals->pool = pool_create(station->base, THREADS);
	arrivals->again = evtimer_new(station->base, on_again, arrivals);
	if (arrivals->pool && arrivals->again)
		return arrivals;
	arrivals_free(arrivals);
	return NULL;
}

bool arrivals_in_doubt(const struct arrivals *arrivals)
{
	return arrivals->in_doubt;
}

void arrivals_drain(struct arrivals *arrivals)
{
	if (!arrivals)
		return;
	pool_drain(arrivals->pool);
	store_heard(arrivals);
}

void arrivals_free(struct arrivals *arrivals)
{
	if (!arrivals)
		return;
	pool_free(arrivals->pool);
	if (arrivals->again)
		event_free(arrivals->again);
	free(arrivals);
}
