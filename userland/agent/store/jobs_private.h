/* SPDX-License-Identifier: GPL-2.0 */
/*
 * jobs_private: what the files share that know the tables of jobs
 */
#ifndef IFAX_JOBS_PRIVATE_H
#define IFAX_JOBS_PRIVATE_H

#include "database.h"
#include "jobs.h"
#include "wal.h"

/* A job of which something is perhaps not on disk, and since which commit. */
struct unsettled {
	int64_t job;
	uint64_t commit;
};

/**
 * struct jobs - the database
 * @wal: its log
 * @commits: so far
 * @synced: how many of them are on disk
 * @log_pages: in the log
 * @failing: the log could not be synced: until it is, nothing is stored
 * @changed: told of each commit
 * @arg: for @changed
 * @unsettled: jobs that are not taken up yet, by commit
 * @none_settled: the commit until which no memory was left to tell them apart
 * @operator: somebody is to be told of jobs of ours that fail
 */
struct jobs {
	sqlite3 *db;
	struct wal wal;
	uint64_t commits;
	uint64_t synced;
	int log_pages;
	bool failing;
	void (*changed)(void *arg);
	void *arg;
	struct unsettled *unsettled;
	size_t unsettled_items;
	size_t unsettled_room;
	uint64_t none_settled;
	bool operator;
};

/** jobs_watch - from now on commits are counted, and synced by jobs_sync() only */
bool jobs_watch(struct jobs *jobs);

#define STATE_LIST_BYTES	256

/** jobs_state_list - the states of a set as text for SQL: 'a','b' */
const char *jobs_state_list(unsigned int states, char *list, size_t bytes);

/** jobs_add_stage - within a transaction: a job is in another state from now on */
bool jobs_add_stage(struct jobs *jobs, int64_t id, enum job_state state, const char *reason,
		    int64_t time_ms);

/** jobs_change_state - within a transaction: store a state, and an event if it is news */
bool jobs_change_state(struct jobs *jobs, int64_t id, enum job_state state, const char *reason,
		       int64_t next_ms);

/** jobs_settle - within a transaction: what its recipients and mails make of a job's state */
bool jobs_settle(struct jobs *jobs, int64_t id);
/** jobs_change_recipients - within a transaction: jobs_set_recipients() */
bool jobs_change_recipients(struct jobs *jobs, int64_t id, const struct recipient *recipient,
			    size_t recipients);

/** jobs_owe_failures - within a transaction: recipients did not get it: somebody is to be told */
bool jobs_owe_failures(struct jobs *jobs, int64_t id);

/** jobs_owe_relayed - within a transaction: the next server took it, and confirms nothing */
bool jobs_owe_relayed(struct jobs *jobs, int64_t id, int64_t position);

/** jobs_text - a column as a string of its own; NULL without memory */
char *jobs_text(sqlite3_stmt *row, int column);

#endif /* IFAX_JOBS_PRIVATE_H */
