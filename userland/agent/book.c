// SPDX-License-Identifier: GPL-2.0
/*
 * book: what is known of those that we send to
 */
#include <string.h>

#include "book.h"
#include "jobs_private.h"
#include "log.h"

#define BY_PEOPLE	"set"

static bool is_coding(const char *name, size_t bytes)
{
	static const char * const known[] = { "mh", "mr", "mmr", "jbig" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strlen(known[i]) == bytes && !strncmp(known[i], name, bytes))
			return true;
	return false;
}

bool book_codings_ok(const char *codings)
{
	for (;;) {
		size_t bytes = strcspn(codings, ",");

		if (!is_coding(codings, bytes))
			return false;
		if (!codings[bytes])
			return true;
		codings += bytes + 1;
	}
}

bool book_learn(struct jobs *jobs, const char *address, const char *codings,
		const char *features, const char *source)
{
	/* who parses what strangers send may be theirs */
	if (!book_codings_ok(codings))
		return true;
	log_event(LOG_INFO, "book.learned address=%s codings=%s source=%s", address, codings,
		  source);
	return database_run(jobs->db, "INSERT INTO peer VALUES (?, ?, ?, ?, ?)"
			    " ON CONFLICT(address) DO UPDATE SET codings = excluded.codings,"
			    " features = excluded.features, source = excluded.source,"
			    " time_ms = excluded.time_ms WHERE source <> '" BY_PEOPLE "'",
			    "ssssi", address, codings, features, source, now_ms());
}

bool book_set(struct jobs *jobs, const char *address, const char *codings)
{
	return database_run(jobs->db, "INSERT OR REPLACE INTO peer VALUES (?, ?, '', '" BY_PEOPLE
			    "', ?)", "ssi", address, codings, now_ms());
}

bool book_remove(struct jobs *jobs, const char *address)
{
	return database_run(jobs->db, "DELETE FROM peer WHERE address = ?", "s", address) &&
	       sqlite3_changes(jobs->db);
}

bool book_takes(struct jobs *jobs, const char *address, const char *coding)
{
	return database_number(jobs->db, 0, "SELECT instr(',' || codings || ',', ',' || ? || ',')"
			       " FROM peer WHERE address = ?", "ss", coding, address);
}
