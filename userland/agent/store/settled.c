// SPDX-License-Identifier: GPL-2.0
/*
 * jobs: what of them is on disk
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "jobs_private.h"

static int on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct jobs *jobs = arg;

	jobs->commits++;
	jobs->log_pages = pages;
	if (jobs->changed)
		jobs->changed(jobs->arg);
	return SQLITE_OK;
}

static void unsettle(struct jobs *jobs, int64_t id)
{
	struct unsettled job = { .job = id, .commit = jobs->commits + 1 };
	struct unsettled *last = jobs->unsettled + jobs->unsettled_items;
	size_t room = 2 * jobs->unsettled_room + 16;

	if (jobs->unsettled_items && last[-1].job == id && last[-1].commit == job.commit)
		return;
	if (jobs->unsettled_items == jobs->unsettled_room) {
		last = reallocarray(jobs->unsettled, room, sizeof(*last));
		if (!last) {
			jobs->none_settled = job.commit;
			return;
		}
		jobs->unsettled = last;
		jobs->unsettled_room = room;
	}
	jobs->unsettled[jobs->unsettled_items++] = job;
}

static void on_row(void *arg, int what, const char *db, const char *table, sqlite3_int64 id)
{
	if (!strcmp(table, "job"))
		unsettle(arg, id);
}

/* What did not come into the database need not come to the disk. */
static void on_rollback(void *arg)
{
	struct jobs *jobs = arg;

	while (jobs->unsettled_items &&
	       jobs->unsettled[jobs->unsettled_items - 1].commit > jobs->commits)
		jobs->unsettled_items--;
	if (jobs->none_settled > jobs->commits)
		jobs->none_settled = jobs->commits;
}

/* Not 0: the transaction is rolled back. */
static int on_begin_commit(void *arg)
{
	const struct jobs *jobs = arg;

	return jobs->failing;
}

bool jobs_watch(struct jobs *jobs)
{
	sqlite3_wal_hook(jobs->db, on_commit, jobs);
	sqlite3_commit_hook(jobs->db, on_begin_commit, jobs);
	sqlite3_rollback_hook(jobs->db, on_rollback, jobs);
	sqlite3_update_hook(jobs->db, on_row, jobs);
	/* others that have it locked do not stop us: it is tried again later */
	sqlite3_busy_timeout(jobs->db, 0);
	return database_exec(jobs->db, "PRAGMA synchronous = NORMAL");
}

void jobs_on_change(struct jobs *jobs, void (*changed)(void *arg), void *arg)
{
	jobs->changed = changed;
	jobs->arg = arg;
}

bool jobs_begin(struct jobs *jobs)
{
	return database_begin(jobs->db);
}

bool jobs_end(struct jobs *jobs, bool good)
{
	return database_end(jobs->db, good);
}

bool jobs_settled(const struct jobs *jobs, int64_t id)
{
	for (size_t i = jobs->unsettled_items; i; i--)
		if (jobs->unsettled[i - 1].job == id)
			return false;
	return jobs->none_settled <= jobs->synced;
}

bool jobs_is_locked(const struct jobs *jobs)
{
	return (sqlite3_errcode(jobs->db) & 0xff) == SQLITE_BUSY;
}

bool jobs_can_store(const struct jobs *jobs)
{
	return !jobs->failing;
}

bool jobs_is_synced(const struct jobs *jobs)
{
	return jobs->synced == jobs->commits;
}

void jobs_begin_sync(struct jobs *jobs, struct jobs_cut *cut)
{
	*cut = (struct jobs_cut){
		.commit = jobs->commits, .log_pages = jobs->log_pages, .whole = jobs->failing,
	};
}

int jobs_sync(struct jobs *jobs, const struct jobs_cut *cut)
{
	int err = wal_sync(&jobs->wal);

	if (!err && (cut->whole || cut->log_pages >= WAL_PAGES) &&
	    !wal_empty(&jobs->wal, cut->whole, cut->log_pages))
		err = EIO;
	return err;
}

void jobs_end_sync(struct jobs *jobs, const struct jobs_cut *cut, bool good)
{
	size_t settled = 0;

	/* pages that could not be written may count as written: they go by another way */
	jobs->failing = !good;
	if (!good)
		return;
	jobs->synced = cut->commit;
	while (settled < jobs->unsettled_items && jobs->unsettled[settled].commit <= cut->commit)
		settled++;
	if (!settled)
		return;
	jobs->unsettled_items -= settled;
	memmove(jobs->unsettled, jobs->unsettled + settled,
		jobs->unsettled_items * sizeof(*jobs->unsettled));
}
