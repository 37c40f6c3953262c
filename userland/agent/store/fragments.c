// SPDX-License-Identifier: GPL-2.0
/*
 * fragments: mails that are parts of one message
 */
#include <stdio.h>
#include <string.h>

#include "fragments.h"
#include "jobs_private.h"

/* Parts of one message come from one sender: nobody slips a part into the message of another. */
#define SAME_MESSAGE	"f.id = (SELECT id FROM fragment WHERE job = ?1)" \
			" AND j.sender = (SELECT sender FROM job WHERE id = ?1)" \
			" AND j.state = 'waiting'"

static bool wait_for_others(struct jobs *jobs, int64_t id, const struct opened *opened)
{
	int64_t number = opened->fragment_number;
	char reason[128];

	if (database_number(jobs->db, 0, "SELECT count(*) FROM fragment f JOIN job j ON j.id = f.job"
			    " WHERE " SAME_MESSAGE " AND f.number = ?2 AND f.job <> ?1", "ii", id,
			    number))
		return jobs_change_state(jobs, id, JOB_NOTED,
					 "this part of a message came twice", 0);
	if (database_number(jobs->db, 0, "SELECT count(*) FROM job WHERE state = 'waiting'", "") >=
	    FRAGMENTS_WAITING_MAX)
		return jobs_change_state(jobs, id, JOB_KEPT,
					 "too many parts of messages wait for others", 0);
	snprintf(reason, sizeof(reason), opened->fragment_total ?
		 "part %lld of %lld of a message: waits for the others" :
		 "part %lld of a message: waits for the others", (long long)number,
		 (long long)opened->fragment_total);
	return jobs_change_state(jobs, id, JOB_WAITING, reason, 0);
}

bool jobs_set_fragment(struct jobs *jobs, int64_t id, const struct opened *opened)
{
	bool good = database_begin(jobs->db) &&
		    database_run(jobs->db, "INSERT OR REPLACE INTO fragment VALUES (?, ?, ?, ?)",
				 "isii", id, opened->fragment_id, opened->fragment_number,
				 opened->fragment_total) &&
		    database_run(jobs->db, "UPDATE job SET author = ?, subject = ? WHERE id = ?",
				 "ssi", opened->from, opened->subject, id) &&
		    wait_for_others(jobs, id, opened);

	return database_end(jobs->db, good);
}

static bool take_fragment(void *arg, sqlite3_stmt *row)
{
	struct fragments *fragments = arg;

	fragments->job[fragments->items++] = sqlite3_column_int64(row, 0);
	return fragments->items < FRAGMENTS_MAX;
}

bool jobs_next_complete(struct jobs *jobs, struct fragments *fragments)
{
	int64_t first = database_number(jobs->db, 0,
					"SELECT min(f.job) FROM fragment f JOIN job j ON j.id = f.job"
					" WHERE j.state = 'waiting' GROUP BY f.id, j.sender"
					" HAVING max(f.total) > 0 AND count(*) = max(f.total)"
					" ORDER BY 1 LIMIT 1", "");

	*fragments = (struct fragments){ .items = 0 };
	if (first)
		database_query(jobs->db, take_fragment, fragments,
			       "SELECT f.job FROM fragment f JOIN job j ON j.id = f.job WHERE "
			       SAME_MESSAGE " ORDER BY f.number", "i", first);
	return fragments->items;
}

static bool insert_joined(struct jobs *jobs, const struct fragments *fragments,
			  const char *message_file, int64_t message_bytes, int64_t *id)
{
	int64_t first = fragments->job[0];
	char reason[64];
	bool good;

	if (!database_run(jobs->db, "INSERT INTO job(incoming, kind, state, sender, source,"
			  " message_file, message_bytes, envelope_id, dsn_return, login,"
			  " created_ms, changed_ms) SELECT 1, kind, 'received', sender, source,"
			  " ?2, ?3, envelope_id, dsn_return, login, created_ms, ?4 FROM job"
			  " WHERE id = ?1", "isii", first, message_file, message_bytes, now_ms()))
		return false;
	*id = sqlite3_last_insert_rowid(jobs->db);
	good = database_run(jobs->db, "INSERT INTO recipient(job, position, address, state, notify,"
			    " original) SELECT ?2, position, address, state, notify, original"
			    " FROM recipient WHERE job = ?1", "ii", first, *id);
	snprintf(reason, sizeof(reason), "a part of job %lld", (long long)*id);
	for (size_t i = 0; good && i < fragments->items; i++)
		good = jobs_change_state(jobs, fragments->job[i], JOB_NOTED, reason, 0);
	return good;
}

int64_t jobs_set_joined(struct jobs *jobs, const struct fragments *fragments,
			const char *message_file, int64_t message_bytes)
{
	int64_t id = 0;
	bool good = database_begin(jobs->db) &&
		    insert_joined(jobs, fragments, message_file, message_bytes, &id);

	return database_end(jobs->db, good) ? id : 0;
}

struct missing {
	char *text;
	size_t bytes;
	size_t used;
};

static bool append_number(void *arg, sqlite3_stmt *row)
{
	struct missing *missing = arg;

	missing->used += snprintf(missing->text + missing->used, missing->bytes - missing->used,
				  "%s%lld", missing->used ? ", " : "",
				  (long long)sqlite3_column_int64(row, 0));
	return missing->used + 8 < missing->bytes;
}

void jobs_missing_parts(struct jobs *jobs, int64_t id, char *text, size_t bytes)
{
	int64_t total = database_number(jobs->db, 0, "SELECT max(f.total) FROM fragment f"
					" JOIN job j ON j.id = f.job WHERE " SAME_MESSAGE, "i", id);
	char numbers[200] = "";
	struct missing missing = { numbers, sizeof(numbers), 0 };

	database_query(jobs->db, append_number, &missing, "SELECT f.number FROM fragment f"
		       " JOIN job j ON j.id = f.job WHERE " SAME_MESSAGE " ORDER BY f.number", "i",
		       id);
	if (total)
		snprintf(text, bytes, "of %lld parts of this message only these came in time: %s",
			 (long long)total, numbers);
	else
		snprintf(text, bytes, "only these parts of this message came in time: %s", numbers);
}
