// SPDX-License-Identifier: GPL-2.0
/*
 * jobs: which mail was fetched from a maildrop
 */
#include "jobs_private.h"

int64_t jobs_fetched(struct jobs *jobs, const char *account, const char *unique_id)
{
	return database_number(jobs->db, 0,
			       "SELECT job FROM fetched WHERE account = ? AND unique_id = ?", "ss",
			       account, unique_id);
}

int64_t jobs_fetched_content(struct jobs *jobs, const char *account, const char *digest)
{
	return database_number(jobs->db, 0,
			       "SELECT job FROM fetched WHERE account = ? AND digest = ?", "ss",
			       account, digest);
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
