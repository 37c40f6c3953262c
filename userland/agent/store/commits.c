// SPDX-License-Identifier: GPL-2.0
/*
 * commits: what has to be on disk before something else may happen
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commits.h"
#include "jobs.h"
#include "log.h"
#include "station.h"

#define THREADS		6
#define IDLE_MS		20	/* for what nobody waits for: others may join */
/* another program has the database locked */
#define LOCKED_MS	250	/* between tries */
#define LOCKED_TRIES	20

/* A file that goes when what the database says about it is on disk. */
struct removal {
	struct removal *next;
	enum spool_place place;
	char name[SPOOL_NAME_BYTES];
};

/* A file that is in its place, and to be synced. */
struct kept {
	struct kept *next;
	int fd;
};

/**
 * struct round - one visit to the disk
 * @group: who is told then
 * @cut: what of the database
 * @names: the places whose names are synced
 * @kept: the files that are synced, before all else
 * @removals: the files that go then
 * @err: what a thread found
 * @store_err: what the event loop found before
 */
struct round {
	struct commit *group;
	struct jobs_cut cut;
	bool names[SPOOL_PLACES];
	struct kept *kept;
	struct removal *removals;
	int err;
	int store_err;
};

/**
 * struct commits - the rounds
 * @next_round: fires when the next one may begin
 * @waiting: who is told by the next one
 * @kept: of the next one
 * @removals: of the next one
 * @running: a thread is at it
 * @sparing: a thread makes @spares
 * @locked: how often the database was found locked; who stores waits
 * @ending: nobody waits any more
 */
struct commits {
	struct station *station;
	struct pool *pool;
	struct event *next_round;
	struct commit *waiting;
	struct kept *kept;
	struct removal *removals;
	bool running;
	bool sparing;
	unsigned int locked;
	bool ending;
	struct pool_task task;
	struct round round;
	struct pool_task sparing_task;
	struct spool_spares spares;
};

/* The round, in a thread */

static int sync_places(const struct spool *spool, const bool names[SPOOL_PLACES])
{
	for (int i = 0; i < SPOOL_PLACES; i++)
		if (names[i] && spool_sync(spool, i))
			return EIO;
	return 0;
}

static int sync_kept(const struct kept *kept)
{
	int err = 0;

	for (; kept && !err; kept = kept->next)
		err = fsync(kept->fd) ? errno : 0;
	return err;
}

static void run_round(void *arg)
{
	struct commits *commits = arg;
	struct station *station = commits->station;
	struct round *round = &commits->round;

	round->err = sync_kept(round->kept);
	if (!round->err)
		round->err = sync_places(&station->spool, round->names);
	if (!round->err)
		round->err = jobs_sync(station->jobs, &round->cut);
	for (struct removal *removal = round->removals; !round->err && removal;
	     removal = removal->next)
		spool_remove_now(&station->spool, removal->place, removal->name);
}

/* Its begin and its end, in the event loop */

static void free_removals(struct removal *removal)
{
	struct removal *next;

	for (; removal; removal = next) {
		next = removal->next;
		free(removal);
	}
}

/* One that could not be synced is tried once: it is bad, and who relies on it finds out. */
static void free_kept(struct kept *kept)
{
	struct kept *next;

	for (; kept; kept = next) {
		next = kept->next;
		close(kept->fd);
		free(kept);
	}
}

static void wake(struct commits *commits)
{
	if (!commits->running && !commits->locked)
		event_active(commits->next_round, EV_TIMEOUT, 1);
}

/* What could not be done is the next round's. */
static void give_back(struct commits *commits)
{
	struct removal **last = &commits->round.removals;

	log_event(LOG_ERR, "commits.sync error=%s", strerror(commits->round.err));
	while (*last)
		last = &(*last)->next;
	*last = commits->removals;
	commits->removals = commits->round.removals;
	commits->round.removals = NULL;
}

static void begin_names(struct commits *commits)
{
	enum spool_names *names = commits->station->spool.names;

	for (int i = 0; i < SPOOL_PLACES; i++) {
		commits->round.names[i] = names[i] == SPOOL_NAMES_NEW;
		if (commits->round.names[i])
			names[i] = SPOOL_NAMES_SYNCING;
	}
}

static void end_names(struct commits *commits, bool good)
{
	enum spool_names *names = commits->station->spool.names;

	for (int i = 0; i < SPOOL_PLACES; i++)
		if (names[i] == SPOOL_NAMES_SYNCING)
			names[i] = good ? SPOOL_NAMES_SYNCED : SPOOL_NAMES_NEW;
}

static void tell_group(struct commits *commits, int err)
{
	struct commit *commit;

	/* who is told may forget others */
	while ((commit = commits->round.group)) {
		commits->round.group = commit->next;
		commit->waiting = false;
		commit->done(commit->arg, commit->store && commits->round.store_err ?
			     commits->round.store_err : err);
	}
}

static bool is_clean(const struct commits *commits)
{
	for (int i = 0; i < SPOOL_PLACES; i++)
		if (commits->station->spool.names[i] == SPOOL_NAMES_NEW)
			return false;
	return !commits->kept && !commits->removals && jobs_is_synced(commits->station->jobs);
}

static void schedule(struct commits *commits, int err)
{
	if (commits->waiting && commits->locked)
		station_wake(commits->station, commits->next_round, LOCKED_MS);
	else if (commits->waiting)
		wake(commits);
	else if (!is_clean(commits))
		station_wake(commits->station, commits->next_round,
			     err ? STATION_RECOVER_MS : IDLE_MS);
}

static void make_spares(void *arg)
{
	struct commits *commits = arg;

	spool_make_spares(&commits->station->spool, &commits->spares);
}

static void on_spares(void *arg)
{
	struct commits *commits = arg;

	commits->sparing = false;
	spool_add_spares(&commits->station->spool, &commits->spares);
}

static void provide_spares(struct commits *commits)
{
	if (commits->sparing || !commits->station->spool.wants_spares)
		return;
	commits->sparing = true;
	pool_run(commits->pool, &commits->sparing_task);
}

static void on_round(void *arg)
{
	struct commits *commits = arg;
	int err = commits->round.err;

	commits->running = false;
	jobs_end_sync(commits->station->jobs, &commits->round.cut, !err);
	end_names(commits, !err);
	if (err)
		give_back(commits);
	free_kept(commits->round.kept);
	free_removals(commits->round.removals);
	commits->round.removals = NULL;
	tell_group(commits, err);
	provide_spares(commits);
	schedule(commits, err);
}

static int store(struct commits *commits)
{
	struct jobs *jobs = commits->station->jobs;
	struct commit *commit = commits->round.group;
	bool good = true;

	while (commit && !commit->store)
		commit = commit->next;
	if (!commit)
		return 0;
	if (!jobs_begin(jobs))
		return jobs_is_locked(jobs) ? EBUSY : EIO;
	for (; good && commit; commit = commit->next)
		good = !commit->store || commit->store(commit->arg);
	return jobs_end(jobs, good) ? 0 : EIO;
}

/* Who could not store because of others does so in one of the next rounds. */
static void put_off(struct commits *commits)
{
	struct commit **at = &commits->round.group;
	struct commit *commit;

	while ((commit = *at)) {
		if (!commit->store) {
			at = &commit->next;
			continue;
		}
		*at = commit->next;
		commit->next = commits->waiting;
		commits->waiting = commit;
	}
}

static void reverse(struct commit **list)
{
	struct commit *reversed = NULL;

	while (*list) {
		struct commit *commit = *list;

		*list = commit->next;
		commit->next = reversed;
		reversed = commit;
	}
	*list = reversed;
}

static void begin_round(struct commits *commits)
{
	struct round *round = &commits->round;

	if (commits->running || (!commits->waiting && is_clean(commits)))
		return;
	*round = (struct round){ .group = commits->waiting };
	commits->waiting = NULL;
	reverse(&round->group);
	round->store_err = store(commits);
	commits->locked = round->store_err == EBUSY ? commits->locked + 1 : 0;
	if (commits->locked >= LOCKED_TRIES || commits->ending)
		commits->locked = 0;
	if (commits->locked)
		put_off(commits);
	if (is_clean(commits)) {
		tell_group(commits, 0);
		schedule(commits, 0);
		return;
	}
	round->removals = commits->removals;
	commits->removals = NULL;
	round->kept = commits->kept;
	commits->kept = NULL;
	begin_names(commits);
	jobs_begin_sync(commits->station->jobs, &round->cut);
	commits->running = true;
	pool_run(commits->pool, &commits->task);
}

static void on_next_round(evutil_socket_t fd, short what, void *arg)
{
	begin_round(arg);
}

void commits_add(struct commits *commits, struct commit *commit)
{
	if (commit->waiting)
		return;
	commit->waiting = true;
	commit->next = commits->waiting;
	commits->waiting = commit;
	wake(commits);
}

static void take_out(struct commit **list, const struct commit *commit)
{
	for (; *list; list = &(*list)->next) {
		if (*list == commit) {
			*list = commit->next;
			return;
		}
	}
}

void commits_forget(struct commits *commits, struct commit *commit)
{
	if (!commit->waiting)
		return;
	commit->waiting = false;
	take_out(&commits->waiting, commit);
	take_out(&commits->round.group, commit);
}

/* Somebody has committed something to the database. */
static void on_change(void *arg)
{
	struct commits *commits = arg;

	if (!commits->running)
		station_wake(commits->station, commits->next_round, IDLE_MS);
}

static bool on_remove(void *arg, enum spool_place place, const char *name)
{
	struct commits *commits = arg;
	struct removal *removal = calloc(1, sizeof(*removal));

	if (!removal || strlen(name) >= sizeof(removal->name)) {
		free(removal);
		return false;
	}
	removal->place = place;
	strcpy(removal->name, name);
	removal->next = commits->removals;
	commits->removals = removal;
	on_change(commits);
	return true;
}

/* Files */

static void sync_file(void *arg)
{
	struct file_commit *commit = arg;

	commit->err = commit->prepare ? commit->prepare(commit->arg) : 0;
	if (commit->err)
		spool_discard(commit->file);
	else if (commit->file->place == commit->place)
		commit->err = -spool_commit_file(commit->file, commit->place);
	else
		commit->err = -spool_commit(commit->file, commit->place);
}

static void on_file(void *arg)
{
	struct file_commit *commit = arg;

	commit->done(commit->arg, commit->err);
}

void commits_file(struct commits *commits, struct file_commit *commit)
{
	commit->task = (struct pool_task){ .work = sync_file, .done = on_file, .arg = commit };
	pool_run(commits->pool, &commit->task);
}

bool commits_keep(struct commits *commits, struct spool_file *file)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	if (!kept) {
		spool_discard(file);
		return false;
	}
	kept->fd = file->fd;
	kept->next = commits->kept;
	commits->kept = kept;
	file->fd = -1;
	on_change(commits);
	return true;
}

/* The commits as a whole */

struct commits *commits_create(struct station *station)
{
	struct commits *commits = calloc(1, sizeof(*commits));

	if (!commits)
		return NULL;
	commits->station = station;
	commits->task = (struct pool_task){ .work = run_round, .done = on_round, .arg = commits };
	commits->sparing_task = (struct pool_task){
		.work = make_spares, .done = on_spares, .arg = commits,
	};
	commits->next_round = evtimer_new(station->base, on_next_round, commits);
	commits->pool = pool_create(station->base, THREADS);
	if (!commits->next_round || !commits->pool) {
		commits_free(commits);
		return NULL;
	}
	jobs_on_change(station->jobs, on_change, commits);
	spool_on_remove(&station->spool, on_remove, commits);
	return commits;
}

void commits_drain(struct commits *commits)
{
	if (!commits)
		return;
	commits->ending = true;
	pool_drain(commits->pool);
	do {
		begin_round(commits);
		pool_drain(commits->pool);
	} while (commits->waiting);
}

void commits_free(struct commits *commits)
{
	if (!commits)
		return;
	if (commits->pool) {
		jobs_on_change(commits->station->jobs, NULL, NULL);
		spool_on_remove(&commits->station->spool, NULL, NULL);
	}
	pool_free(commits->pool);
	if (commits->next_round)
		event_free(commits->next_round);
	free_kept(commits->kept);
	free_removals(commits->removals);
	free(commits);
}
