// SPDX-License-Identifier: GPL-2.0
/*
 * jobs: which mail was fetched from a maildrop
 */
#include <string.h>

#include "jobs_private.h"

/* What fetched.deleted says */
#define KEPT_THERE	"0"
#define DELETED_THERE	"1"	/* by the word of the server */
#define NEVER_DELETED	"2"	/* it was listed again after that */

struct fetched {
	int64_t job;
	int64_t time_ms;
};

static bool take_fetched(void *arg, sqlite3_stmt *row)
{
	struct fetched *fetched = arg;

	fetched->job = sqlite3_column_int64(row, 0);
	fetched->time_ms = sqlite3_column_int64(row, 1);
	return false;
}

int64_t jobs_fetched(struct jobs *jobs, const char *account, const char *unique_id,
		     int64_t listed_bytes, int64_t *fetched_ms)
{
	struct fetched fetched = { 0 };

	/* what was fetched before sizes were kept has -1 */
	database_query(jobs->db, take_fetched, &fetched,
		       "SELECT job, time_ms FROM fetched WHERE account = ? AND unique_id = ?"
		       " AND listed_bytes IN (?, -1) AND deleted <> " DELETED_THERE,
		       "ssi", account, unique_id, listed_bytes);
	*fetched_ms = fetched.time_ms;
	return fetched.job;
}

bool jobs_set_fetched(struct jobs *jobs, int64_t id, const struct job_arrival *arrival)
{
	return database_run(jobs->db,
			    "INSERT INTO fetched(account, unique_id, digest, job, time_ms,"
			    " listed_bytes) VALUES (?, ?, ?, ?, ?, ?)"
			    " ON CONFLICT DO UPDATE SET job = excluded.job,"
			    " time_ms = excluded.time_ms, listed_bytes = excluded.listed_bytes,"
			    " deleted = CASE WHEN unique_id <> '' AND deleted <> " KEPT_THERE
			    " THEN " NEVER_DELETED " ELSE " KEPT_THERE " END", "sssiii",
			    arrival->account, arrival->unique_id, arrival->digest, id, now_ms(),
			    arrival->listed_bytes);
}

struct same_content {
	const char *unique_id;
	bool (*listed)(void *arg, const char *unique_id);
	void *arg;
	int64_t job;
};

static bool take_unlisted(void *arg, sqlite3_stmt *row)
{
	const char *unique_id = (const char *)sqlite3_column_text(row, 1);
	struct same_content *same = arg;

	if (unique_id && (!*unique_id || !strcmp(unique_id, same->unique_id) ||
			  !same->listed(same->arg, unique_id)))
		same->job = sqlite3_column_int64(row, 0);
	return !same->job;
}

int64_t jobs_fetched_content(struct jobs *jobs, const char *account, const char *unique_id,
			     const char *digest, bool (*listed)(void *arg, const char *unique_id),
			     void *arg)
{
	struct same_content same = { unique_id, listed, arg, 0 };

	database_query(jobs->db, take_unlisted, &same,
		       "SELECT job, unique_id FROM fetched WHERE account = ? AND digest = ?"
		       " AND (deleted = " KEPT_THERE " OR unique_id = nullif(?, ''))", "sss",
		       account, digest, unique_id);
	return same.job;
}

bool jobs_set_deleted(struct jobs *jobs, const char *account, const char *unique_id,
		      const char *digest)
{
	return database_run(jobs->db, "UPDATE fetched SET deleted = " DELETED_THERE
			    " WHERE account = ? AND unique_id = ? AND digest = ifnull(?, digest)"
			    " AND deleted = " KEPT_THERE, "sss", account, unique_id, digest);
}

struct forget {
	struct jobs *jobs;
	const char *account;
	bool (*listed)(void *arg, const char *unique_id);
	void *arg;
	bool good;
};

static bool forget_one(void *arg, sqlite3_stmt *row)
{
	const char *unique_id = (const char *)sqlite3_column_text(row, 0);
	struct forget *forget = arg;

	if (unique_id && !forget->listed(forget->arg, unique_id))
		forget->good &= database_run(forget->jobs->db,
					     "DELETE FROM fetched WHERE account = ?"
					     " AND unique_id = ?",
					     "ss", forget->account, unique_id);
	return forget->good;
}

bool jobs_forget_fetched(struct jobs *jobs, const char *account,
			 bool (*listed)(void *arg, const char *unique_id), void *arg)
{
	struct forget forget = { jobs, account, listed, arg, true };
	bool good = database_begin(jobs->db) &&
		    database_query(jobs->db, forget_one, &forget, "SELECT unique_id FROM fetched"
				   " WHERE account = ? AND unique_id <> ''", "s", account);

	return database_end(jobs->db, good && forget.good);
}
