// SPDX-License-Identifier: GPL-2.0
/*
 * arrivals: mail that has come becomes durable, and a job
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arrivals.h"
#include "log.h"
#include "pdf_forms.h"
#include "station.h"
#include "store/commits.h"
#include "store/database.h"
#include "store/mailbox.h"
#include "store/repeats.h"

#define HEARD_MAX	256	/* what is beyond that stays known until its time is over */
#define PRUNE_MS	3600000

/**
 * struct letter - a mail on its way to the disk
 * @next: of all letters
 * @next_ready: of those that are as far as this one, in the order in which they came
 * @number: how many came before
 * @on_disk: its file is
 * @repeated: @id is the job of the same mail, which came before
 */
struct letter {
	struct arrivals *arrivals;
	struct letter *next;
	struct letter *next_ready;
	uint64_t number;
	bool on_disk;
	struct spool_file file;
	struct file_commit keeping;
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
 * @count: that came so far
 * @ready: their files are on disk; they wait for the database
 * @group: in the database; they wait until that is durable
 * @commit: of the group
 * @in_doubt: it failed, and @group cannot be taken back
 * @again: when that is tried once more
 * @heard: repeat keys that are to be forgotten with the next transaction
 * @forgotten_keys: how many of them with this one
 * @pruned_ms: when those were forgotten that are too old
 */
struct arrivals {
	struct station *station;
	struct letter *letters;
	uint64_t count;
	struct letter *ready;
	struct letter *group;
	struct commit commit;
	bool in_doubt;
	struct event *again;
	char heard[HEARD_MAX][REPEAT_KEY_BYTES];
	size_t heard_keys;
	size_t forgotten_keys;
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

/* Of a maildrop what came first is printed first; threads end in any order. */
static bool must_wait(const struct letter *letter)
{
	const char *account = letter->arrival.account;
	const struct letter *other = account ? letter->arrivals->letters : NULL;

	for (; other; other = other->next)
		if (!other->on_disk && other->number < letter->number && other->arrival.account &&
		    !strcmp(other->arrival.account, account))
			return true;
	return false;
}

/* What is on disk, and has to wait for nothing that came before it, goes into the database. */
static void go_on(struct arrivals *arrivals)
{
	const struct letter *letter = arrivals->ready;

	while (letter && must_wait(letter))
		letter = letter->next_ready;
	if (letter && !arrivals->in_doubt)
		commits_add(arrivals->station->commits, &arrivals->commit);
}

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

/* All that is ready goes together; what comes meanwhile makes the next group. */
static void end_group(void *arg, int err)
{
	const struct timeval later = { STATION_RECOVER_MS / 1000, 0 };
	struct arrivals *arrivals = arg;
	struct letter *letter;
	struct letter *next;

	/* not even begun: it is not tried again and again while the peers wait */
	if (err && !arrivals->group) {
		arrivals->group = arrivals->ready;
		arrivals->ready = NULL;
	}
	/* until then nobody is told, and nothing more is stored */
	arrivals->in_doubt = err && !take_back(arrivals, err);
	if (arrivals->in_doubt) {
		evtimer_add(arrivals->again, &later);
		return;
	}
	letter = arrivals->group;
	arrivals->group = NULL;
	if (!err) {
		arrivals->heard_keys -= arrivals->forgotten_keys;
		memmove(arrivals->heard, arrivals->heard + arrivals->forgotten_keys,
			arrivals->heard_keys * sizeof(*arrivals->heard));
	}
	for (; letter; letter = next) {
		next = letter->next_ready;
		tell(letter);
	}
	go_on(arrivals);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	struct arrivals *arrivals = arg;

	end_group(arrivals, arrivals->group->err);
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

	arrivals->forgotten_keys = arrivals->heard_keys;
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

static bool add_group(void *arg)
{
	struct arrivals *arrivals = arg;
	bool good = forget_heard(arrivals);
	struct letter **from = &arrivals->ready, **to = &arrivals->group;

	while (*from) {
		struct letter *letter = *from;

		if (must_wait(letter)) {
			from = &letter->next_ready;
			continue;
		}
		*from = letter->next_ready;
		letter->next_ready = NULL;
		*to = letter;
		to = &letter->next_ready;
	}
	for (struct letter *letter = arrivals->group; good && letter; letter = letter->next_ready)
		good = add_letter(arrivals, letter);
	return good;
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

/* The file */

static int measure(void *arg)
{
	struct letter *letter = arg;
	int64_t bytes = letter->file.bytes;

	if (letter->arrival.irregular)
		bytes = spool_mail_bytes(letter->file.fd);
	letter->arrival.message_bytes = bytes;
	return bytes < 0 ? -bytes : 0;
}

static void put_in_order(struct letter **list, struct letter *letter)
{
	while (*list && (*list)->number < letter->number)
		list = &(*list)->next_ready;
	letter->next_ready = *list;
	*list = letter;
}

static void on_kept(void *arg, int err)
{
	struct letter *letter = arg;
	struct arrivals *arrivals = letter->arrivals;

	letter->err = err;
	if (err) {
		log_event(LOG_ERR, "arrivals.commit error=%s", strerror(err));
		tell(letter);
	} else {
		letter->on_disk = true;
		put_in_order(&arrivals->ready, letter);
	}
	/* with the one that fails those behind it need not wait any more */
	go_on(arrivals);
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
	letter->keeping = (struct file_commit){
		.file = &letter->file, .place = SPOOL_MESSAGE,
		.prepare = measure, .done = on_kept, .arg = letter,
	};
	letter->number = arrivals->count++;
	letter->next = arrivals->letters;
	arrivals->letters = letter;
	file->fd = -1;
	if (copy_arrival(letter, arrival)) {
		commits_file(arrivals->station->commits, &letter->keeping);
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
	arrivals->commit = (struct commit){
		.store = add_group, .done = end_group, .arg = arrivals,
	};
	arrivals->again = evtimer_new(station->base, on_again, arrivals);
	if (arrivals->again)
		return arrivals;
	free(arrivals);
	return NULL;
}

bool arrivals_in_doubt(const struct arrivals *arrivals)
{
	return arrivals->in_doubt;
}

void arrivals_free(struct arrivals *arrivals)
{
	if (!arrivals)
		return;
	store_heard(arrivals);
	commits_forget(arrivals->station->commits, &arrivals->commit);
	event_free(arrivals->again);
	free(arrivals);
}
