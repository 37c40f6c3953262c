// SPDX-License-Identifier: GPL-2.0
/*
 * report: jobs as JSON, for the control socket
 */
#include <string.h>

#include "report.h"
#include "store/database.h"

/* A column of a query becomes a member of its name, unless it is NULL. */
static json_t *object_of(sqlite3_stmt *row)
{
	json_t *object = json_object();

	for (int i = 0; object && i < sqlite3_column_count(row); i++) {
		json_t *value = NULL;

		if (sqlite3_column_type(row, i) == SQLITE_INTEGER)
			value = json_integer(sqlite3_column_int64(row, i));
		else if (sqlite3_column_type(row, i) != SQLITE_NULL)
			value = json_string((const char *)sqlite3_column_text(row, i));
		if (value)
			json_object_set_new(object, sqlite3_column_name(row, i), value);
	}
	return object;
}

static bool append_row(void *arg, sqlite3_stmt *row)
{
	return !json_array_append_new(arg, object_of(row));
}

#define JOB "SELECT id, CASE incoming WHEN 1 THEN 'incoming' ELSE 'outgoing' END AS direction," \
	" state, reason, nullif(next_ms, 0) AS next_try_ms," \
	" CASE sender WHEN '' THEN author ELSE sender END AS \"from\", subject," \
	" nullif(coding, '') AS coding, nullif(message_id, '') AS message_id," \
	" nullif(envelope_id, '') AS envelope_id," \
	" kind, nullif(source, '') AS source, pages," \
	" CASE incoming WHEN 1 THEN pages_printed END AS pages_printed, page_bytes," \
	" message_bytes, created_ms, changed_ms FROM job"

json_t *report_jobs(struct jobs *jobs, int64_t limit, bool reports)
{
	json_t *list = json_array();

	if (list)
		database_query(jobs_database(jobs), append_row, list,
			       JOB " WHERE incoming OR kind NOT IN ('dsn', 'mdn', 'answer') OR ?"
			       " ORDER BY id DESC LIMIT ?",
			       "ii", (int64_t)reports, limit);
	return list;
}

json_t *report_queue(struct jobs *jobs, int64_t limit)
{
	json_t *list = json_array();

	if (list)
		database_query(jobs_database(jobs), append_row, list,
			       JOB " WHERE NOT incoming AND state IN ('scanning', 'composing',"
			       " 'queued', 'sending', 'held', 'failed') ORDER BY id LIMIT ?", "i",
			       limit);
	return list;
}

static void add_list(struct jobs *jobs, json_t *job, const char *name, const char *sql, int64_t id)
{
	json_t *list = json_array();

	if (list)
		database_query(jobs_database(jobs), append_row, list, sql, "i", id);
	json_object_set_new(job, name, list);
}

json_t *report_job(struct jobs *jobs, int64_t id)
{
	json_t *list = json_array();
	json_t *job = NULL;

	if (list)
		database_query(jobs_database(jobs), append_row, list, JOB " WHERE id = ?", "i", id);
	job = json_incref(json_array_get(list, 0));
	json_decref(list);
	if (!job)
		return NULL;
	add_list(jobs, job, "recipients", "SELECT address, state, reply, tries,"
		 " nullif(form, '') AS form, nullif(note, '') AS note,"
		 " CASE state WHEN 'queued' THEN next_ms END AS next_try_ms"
		 " FROM recipient WHERE job = ? ORDER BY position", id);
	add_list(jobs, job, "page_list", "SELECT number, lines, bytes, ns / 1000000 AS ms FROM page"
		 " WHERE job = ? ORDER BY number", id);
	add_list(jobs, job, "stages", "SELECT state, reason, time_ms FROM stage WHERE job = ?"
		 " ORDER BY number", id);
	return job;
}

json_t *report_book(struct jobs *jobs)
{
	json_t *list = json_array();

	if (list)
		database_query(jobs_database(jobs), append_row, list, "SELECT address, codings,"
			       " nullif(dpi, '') AS dpi, nullif(sizes, '') AS sizes,"
			       " nullif(features, '') AS features, source, time_ms FROM peer"
			       " ORDER BY address", "");
	return list;
}

/* Of a mail in a maildrop: what is known, and what of it follows */

static const struct {
	const char *state, *reason;
} listing_words[LISTING_STATES] = {
	[LISTING_NEW] = { "new", "" },
	[LISTING_UNNAMED] = { "unnamed", "it has no unique-id of its own: when it is fetched its"
					 " content tells whether it is new" },
	[LISTING_FETCHED] = { "fetched", "" },
	[LISTING_UNSETTLED] = { "storing", "it was fetched, and is not on disk yet" },
	[LISTING_TOO_LARGE] = { "too large", "it has more bytes than limits { message } allows" },
	[LISTING_NO_ROOM] = { "no room", "limits { free_space } would not be kept" },
};

/* The job may be gone: then the mail is known all the same. */
static void add_job(struct jobs *jobs, json_t *mail, int64_t id)
{
	json_t *list = json_array();

	json_object_set_new(mail, "job", json_integer(id));
	if (list)
		database_query(jobs_database(jobs), append_row, list,
			       "SELECT state AS job_state, reason FROM job WHERE id = ?", "i", id);
	if (json_array_size(list))
		json_object_update(mail, json_array_get(list, 0));
	json_decref(list);
}

static json_t *report_listed(struct jobs *jobs, const struct listing_row *row)
{
	json_t *mail = json_pack("{s:i, s:I, s:s, s:s, s:s, s:b, s:s*, s:s*}",
				 "number", (int)row->number, "bytes", (json_int_t)row->bytes,
				 "unique_id", row->unique_id ? row->unique_id : "",
				 "state", listing_words[row->state].state,
				 "reason", listing_words[row->state].reason, "deleted_next", row->goes,
				 "from", row->from, "subject", row->subject);

	if (mail && row->date_s)
		json_object_set_new(mail, "date_ms", json_integer(row->date_s * 1000));
	if (mail && row->job)
		add_job(jobs, mail, row->job);
	return mail;
}

json_t *report_listing(struct jobs *jobs, const struct fetch_listing *listing)
{
	json_t *counts = json_object(), *mails = json_array();

	for (unsigned int i = 0; counts && i < LISTING_STATES; i++)
		json_object_set_new(counts, listing_words[i].state,
				    json_integer(listing->counts[i]));
	/* a number is missing where the visit ended before it came to the message */
	for (unsigned int i = 0; mails && i < listing->rows; i++)
		if (listing->row[i].number)
			json_array_append_new(mails, report_listed(jobs, &listing->row[i]));
	return json_pack("{s:s, s:i, s:i, s:I, s:b, s:s, s:o, s:o}", "account", listing->account,
			 "messages", (int)listing->in_maildrop, "looked_at",
			 (int)listing->looked_at, "bytes", (json_int_t)listing->bytes,
			 "complete", listing->complete, "result", listing->result,
			 "counts", counts, "mails", mails);
}

static bool append_count(void *arg, sqlite3_stmt *row)
{
	return !json_object_set_new(arg, (const char *)sqlite3_column_text(row, 0),
				    json_integer(sqlite3_column_int64(row, 1)));
}

json_t *report_counts(struct jobs *jobs)
{
	json_t *counts = json_object();

	if (counts)
		database_query(jobs_database(jobs), append_count, counts,
			       "SELECT state, count(*) FROM job GROUP BY state", "");
	return counts;
}
