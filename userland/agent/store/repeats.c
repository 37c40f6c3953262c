// SPDX-License-Identifier: GPL-2.0
/*
 * repeats: mail whose sender may not know that it was taken
 */
#include "jobs_private.h"
#include "repeats.h"

int64_t repeats_secret(struct jobs *jobs)
{
	return database_number(jobs->db, 0, "SELECT number FROM repeat_secret", "");
}

int64_t repeats_find(struct jobs *jobs, const char *key, int64_t since_ms)
{
	/* a time to come is from before the clock was set back */
	return database_number(jobs->db, 0, "SELECT job FROM unheard WHERE repeat_key = ?"
			       " AND time_ms >= ?", "si", key, since_ms);
}

bool repeats_keep(struct jobs *jobs, const char *key, int64_t id)
{
	return database_run(jobs->db, "INSERT OR REPLACE INTO unheard(repeat_key, job, time_ms)"
			    " VALUES (?, ?, ?)", "sii", key, id, now_ms());
}

bool repeats_forget(struct jobs *jobs, const char *key)
{
	return database_run(jobs->db, "DELETE FROM unheard WHERE repeat_key = ?", "s", key);
}

bool repeats_forget_old(struct jobs *jobs, int64_t before_ms)
{
	return database_run(jobs->db, "DELETE FROM unheard WHERE time_ms < ?", "i", before_ms);
}
