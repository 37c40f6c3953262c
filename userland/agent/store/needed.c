// SPDX-License-Identifier: GPL-2.0
/*
 * jobs: which files they need, and when they are forgotten
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs_private.h"
#include "mailbox.h"

/*
 * A job that ended well needs nothing, even if a crash came before its files
 * were removed; but the report that its sender is owed is about its mail.
 */
bool jobs_needs_file(void *jobs, enum spool_place place, const char *name)
{
	static const char * const column[SPOOL_PLACES] = {
		/* by their indexes: a queue is long */
		[SPOOL_MESSAGE] = "id IN (SELECT id FROM job WHERE message_file = ?1 UNION ALL"
				  " SELECT job FROM mail WHERE file = ?1 AND file <> '')",
		[SPOOL_PAGE] = "page_file = ?1 AND page_file <> ''",
		[SPOOL_PROGRESS] = "page_file = ?1 AND page_file <> ''",
	};
	char list[STATE_LIST_BYTES];
	char sql[sizeof(list) + 320];
	struct jobs *j = jobs;

	if (place == SPOOL_PDF)
		return mailbox_has_pdf(j, name);
	if (place == SPOOL_MESSAGE && mailbox_has_file(j, name))
		return true;
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM job WHERE %s AND (state NOT IN (%s)%s)",
		 column[place], jobs_state_list(STATES_DONE, list, sizeof(list)),
		 place == SPOOL_MESSAGE ? " OR id IN (SELECT job FROM report WHERE mail = 0)" :
		 " OR (pages_until_ms > 0 AND NOT incoming)");
	/* when in doubt (the database cannot be read) a file is needed */
	return database_number(j->db, 1, sql, "s", name);
}

/* All that jobs_needs_file() says yes to, for a queue that is long. */
static const char *needed_files(enum spool_place place, char *sql, size_t bytes)
{
	char list[STATE_LIST_BYTES];
	const char *done = jobs_state_list(STATES_DONE, list, sizeof(list));

	if (place == SPOOL_PDF)
		return "SELECT message_file FROM pdf";
	if (place != SPOOL_MESSAGE)
		snprintf(sql, bytes, "SELECT page_file FROM job WHERE page_file <> '' AND"
			 " (state NOT IN (%s) OR (pages_until_ms > 0 AND NOT incoming))", done);
	else
		snprintf(sql, bytes, "WITH needing AS (SELECT id, message_file FROM job WHERE state"
			 " NOT IN (%s) OR id IN (SELECT job FROM report WHERE mail = 0))"
			 " SELECT message_file FROM mailbox UNION ALL"
			 " SELECT message_file FROM needing WHERE message_file <> '' UNION ALL"
			 " SELECT file FROM mail WHERE file <> '' AND job IN"
			 " (SELECT id FROM needing)", done);
	return sql;
}

struct names {
	char (*name)[SPOOL_NAME_BYTES];
	size_t items;
	size_t room;
	bool lost;		/* one, for want of memory */
};

static bool take_name(void *arg, sqlite3_stmt *row)
{
	struct names *names = arg;
	size_t room = 2 * names->room + 64;
	void *more;

	if (names->items == names->room) {
		more = reallocarray(names->name, room, sizeof(*names->name));
		names->lost = !more;
		if (!more)
			return false;
		names->name = more;
		names->room = room;
	}
	snprintf(names->name[names->items++], SPOOL_NAME_BYTES, "%s", sqlite3_column_text(row, 0));
	return true;
}

static int compare_names(const void *one, const void *other)
{
	return strcmp(one, other);
}

static bool is_among(void *arg, enum spool_place place, const char *name)
{
	const struct names *names = arg;

	return names->items && bsearch(name, names->name, names->items, sizeof(*names->name),
				       compare_names);
}

bool jobs_sweep(struct jobs *jobs, const struct spool *spool, enum spool_place place)
{
	struct names names = { .items = 0 };
	char sql[STATE_LIST_BYTES + 512];
	bool good;

	good = database_query(jobs->db, take_name, &names, needed_files(place, sql, sizeof(sql)),
			      "") && !names.lost;
	if (good && names.items)
		qsort(names.name, names.items, sizeof(*names.name), compare_names);
	good = good && !spool_sweep(spool, place, is_among, &names);
	free(names.name);
	return good;
}

bool jobs_prune(struct jobs *jobs, int64_t keep)
{
	char list[STATE_LIST_BYTES];
	char sql[sizeof(list) + 400];

	/* by their states: those that wait are many, and nothing to it */
	snprintf(sql, sizeof(sql), "DELETE FROM job INDEXED BY job_state WHERE id <="
		 " (SELECT max(id) FROM job) - ? AND state IN (%s,'failed')"
		 " AND (state <> 'failed' OR kind NOT IN ('document', 'forward'))"
		 " AND id NOT IN (SELECT job FROM report WHERE mail = 0)"
		 " AND (incoming OR pages_until_ms = 0) AND answer_ms = 0 AND id NOT IN"
		 " (SELECT f.mail FROM forward f JOIN job r ON r.id = f.job"
		 " WHERE r.answer_ms > 0)",
		 jobs_state_list(STATES_DONE, list, sizeof(list)));
	return database_run(jobs->db, sql, "i", keep);
}
