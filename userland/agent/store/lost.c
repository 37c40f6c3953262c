// SPDX-License-Identifier: GPL-2.0
/*
 * lost: after a crash, what the database knows of mail whose file is not there
 */
#include <errno.h>
#include <unistd.h>

#include "jobs_private.h"
#include "log.h"
#include "lost.h"

struct search {
	struct jobs *jobs;
	const struct spool *spool;
	const char *forget;
	bool good;
};

static bool forget_if_lost(void *arg, sqlite3_stmt *row)
{
	const char *file = (const char *)sqlite3_column_text(row, 0);
	struct search *search = arg;

	if (!file || !faccessat(search->spool->place_fd[SPOOL_MESSAGE], file, F_OK, 0) ||
	    errno != ENOENT)
		return true;
	log_event(LOG_WARNING, "lost.forget file=%s", file);
	search->good &= database_run(search->jobs->db, search->forget, "s", file);
	return true;
}

static bool search(struct jobs *jobs, const struct spool *spool, const char *find,
		   const char *forget)
{
	struct search all = { jobs, spool, forget, true };

	return database_query(jobs->db, forget_if_lost, &all, find, "") && all.good;
}

bool lost_forget(struct jobs *jobs, const struct spool *spool)
{
	return search(jobs, spool, "SELECT DISTINCT message_file FROM job WHERE incoming = 1"
		      " AND state IN ('received', 'opening') AND message_file <> ''",
		      "DELETE FROM fetched WHERE job IN"
		      " (SELECT id FROM job WHERE message_file = ?)") &&
	       search(jobs, spool, "SELECT DISTINCT message_file FROM mailbox",
		      "DELETE FROM mailbox WHERE message_file = ?");
}
