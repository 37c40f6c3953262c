// SPDX-License-Identifier: GPL-2.0
/*
 * jobs: what the station has to do and has done
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "database.h"
#include "jobs.h"
#include "jobs_private.h"
#include "log.h"
#include "schema.h"
#include "send/forms.h"
#include "send/mails.h"

#define STAGES_MAX	200	/* until a job ends: one that waits all night fills no disk */

#define JOB_COLUMNS "id, incoming, state, reason, next_ms, sender, subject, coding, message_id," \
	" source, message_file, page_file, pages, pages_printed, page_bytes, message_bytes," \
	" created_ms, changed_ms, envelope_id, dsn_return, mdn_to, error_to, part_bytes," \
	" policy, resolution, login, answer_to, spf, document, convertible," \
	" pages_until_ms, original_id, importance, broadcast, text, kind"

static const char * const state_name[JOB_STATES] = {
	[JOB_SCANNING] = "scanning",
	[JOB_COMPOSING] = "composing",
	[JOB_QUEUED] = "queued",
	[JOB_SENDING] = "sending",
	[JOB_HELD] = "held",
	[JOB_HANDED_OVER] = "handed over",
	[JOB_DELIVERED] = "delivered",
	[JOB_PROCESSED] = "processed",
	[JOB_FAILED] = "failed",
	[JOB_RECEIVED] = "received",
	[JOB_OPENING] = "opening",
	[JOB_FORWARDING] = "forwarding",
	[JOB_PRINTING] = "printing",
	[JOB_PRINTED] = "printed",
	[JOB_KEPT] = "kept",
	[JOB_WAITING] = "waiting",
	[JOB_ASKING] = "asking",
	[JOB_NOTED] = "noted",
	[JOB_CANCELLED] = "cancelled",
};

static const char * const kind_name[JOB_KINDS] = {
	[JOB_MAIL] = "mail",
	[JOB_SHEET] = "sheet",
	[JOB_DOCUMENT] = "document",
	[JOB_FORWARD] = "forward",
	[JOB_REQUEST] = "request",
	[JOB_RELAY] = "relay",
	[JOB_DSN] = "dsn",
	[JOB_MDN] = "mdn",
	[JOB_ANSWER] = "answer",
};

const char *job_kind_name(enum job_kind kind)
{
	return kind_name[kind];
}

bool job_is_own(const struct job *job)
{
	return job->kind == JOB_DOCUMENT || job->kind == JOB_FORWARD;
}

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct jobs *jobs_open(const char *directory)
{
	struct jobs *jobs = calloc(1, sizeof(*jobs));
	char *path = NULL;

	if (!jobs || asprintf(&path, "%s/ifax.db", directory) < 0) {
		free(jobs);
		return NULL;
	}
	jobs->wal.fd = -1;
	jobs->db = database_open(path);
	if (jobs->db && schema_prepare(jobs->db) && wal_open(&jobs->wal, jobs->db, path) &&
	    jobs_watch(jobs)) {
		free(path);
		return jobs;
	}
	free(path);
	jobs_close(jobs);
	return NULL;
}

void jobs_close(struct jobs *jobs)
{
	if (!jobs)
		return;
	wal_close(&jobs->wal);
	database_close(jobs->db);
	free(jobs->unsettled);
	free(jobs);
}

sqlite3 *jobs_database(struct jobs *jobs)
{
	return jobs->db;
}

const char *jobs_state_list(unsigned int states, char *list, size_t bytes)
{
	size_t used = 0;

	*list = 0;
	for (int i = 0; i < JOB_STATES; i++)
		if (states & 1U << i)
			used += snprintf(list + used, bytes - used, "%s'%s'", used ? "," : "",
					 state_name[i]);
	return list;
}

bool jobs_add_stage(struct jobs *jobs, int64_t id, enum job_state state, const char *reason,
		    int64_t time_ms)
{
	if (1U << state & STATES_ACTIVE &&
	    database_number(jobs->db, 0, "SELECT count(*) FROM stage WHERE job = ?", "i", id) >=
	    STAGES_MAX)
		return true;
	return database_run(jobs->db, "INSERT INTO stage VALUES (?1, 1 + (SELECT"
			    " ifnull(max(number), 0) FROM stage WHERE job = ?1), ?, ?, ?)", "iiss",
			    id, time_ms, state_name[state], reason);
}

/* A state that does not change makes no stage: a retry is no news. */
bool jobs_change_state(struct jobs *jobs, int64_t id, enum job_state state, const char *reason,
		       int64_t next_ms)
{
	sqlite3 *db = jobs->db;
	int64_t now = now_ms();

	if (database_number(db, 0, "SELECT state = ? AND reason = ? FROM job WHERE id = ?", "ssi",
			    state_name[state], reason, id))
		return database_run(db, "UPDATE job SET next_ms = ? WHERE id = ?", "ii", next_ms,
				    id);
	log_event(LOG_INFO, "job.state job=%lld state=%s reason=%s", (long long)id,
		  state_name[state], reason);
	return database_run(db,
			    "UPDATE job SET changed_ms = ?, state = ?, reason = ?, next_ms = ?"
			    " WHERE id = ?",
			    "issii", now, state_name[state], reason, next_ms, id) &&
	       jobs_add_stage(jobs, id, state, reason, now);
}

bool jobs_set_state(struct jobs *jobs, int64_t id, enum job_state state, const char *reason,
		    int64_t next_ms)
{
	bool good = database_begin(jobs->db) && jobs_change_state(jobs, id, state, reason, next_ms);

	return database_end(jobs->db, good);
}

char *jobs_text(sqlite3_stmt *row, int column)
{
	const unsigned char *value = sqlite3_column_text(row, column);

	return strdup(value ? (const char *)value : "");
}

static enum job_state state_of(const char *name)
{
	for (int i = 0; i < JOB_STATES; i++)
		if (!strcmp(name, state_name[i]))
			return i;
	return JOB_KEPT;
}

static enum job_kind kind_of(const char *name)
{
	for (int i = 0; i < JOB_KINDS; i++)
		if (!strcmp(name, kind_name[i]))
			return i;
	return JOB_MAIL;
}

static bool take_job(void *arg, sqlite3_stmt *row)
{
	struct job *job = arg;

	*job = (struct job){
		.id = sqlite3_column_int64(row, 0),
		.incoming = sqlite3_column_int(row, 1),
		.state = state_of((const char *)sqlite3_column_text(row, 2)),
		.reason = jobs_text(row, 3),
		.next_ms = sqlite3_column_int64(row, 4),
		.sender = jobs_text(row, 5),
		.subject = jobs_text(row, 6),
		.coding = jobs_text(row, 7),
		.message_id = jobs_text(row, 8),
		.source = jobs_text(row, 9),
		.message_file = jobs_text(row, 10),
		.page_file = jobs_text(row, 11),
		.pages = sqlite3_column_int64(row, 12),
		.pages_printed = sqlite3_column_int64(row, 13),
		.page_bytes = sqlite3_column_int64(row, 14),
		.message_bytes = sqlite3_column_int64(row, 15),
		.created_ms = sqlite3_column_int64(row, 16),
		.changed_ms = sqlite3_column_int64(row, 17),
		.envelope_id = jobs_text(row, 18),
		.dsn_return = jobs_text(row, 19),
		.mdn_to = jobs_text(row, 20),
		.error_to = jobs_text(row, 21),
		.part_bytes = sqlite3_column_int64(row, 22),
		.policy = jobs_text(row, 23),
		.resolution = jobs_text(row, 24),
		.login = jobs_text(row, 25),
		.spf = jobs_text(row, 27),
		.answer_to = jobs_text(row, 26),
		.document = jobs_text(row, 28),
		.convertible = sqlite3_column_int(row, 29),
		.pages_until_ms = sqlite3_column_int64(row, 30),
		.original_id = jobs_text(row, 31),
		.importance = jobs_text(row, 32),
		.broadcast = jobs_text(row, 33),
		.text = sqlite3_column_type(row, 34) == SQLITE_NULL ? NULL : jobs_text(row, 34),
		.kind = kind_of((const char *)sqlite3_column_text(row, 35)),
	};
	return false;
}

/* A job that came incomplete for want of memory is no job: the caller tries again later. */
static bool job_whole(struct job *job)
{
	if (job->id && job->reason && job->sender && job->subject && job->coding &&
	    job->message_id && job->source && job->message_file && job->page_file &&
	    job->envelope_id && job->dsn_return && job->mdn_to && job->error_to && job->policy &&
	    job->resolution && job->login && job->answer_to && job->spf && job->document &&
	    job->original_id && job->importance && job->broadcast)
		return true;
	job_clear(job);
	return false;
}

bool jobs_get(struct jobs *jobs, int64_t id, struct job *job)
{
	*job = (struct job){ 0 };
	database_query(jobs->db, take_job, job, "SELECT " JOB_COLUMNS " FROM job WHERE id = ?", "i",
		       id);
	return job_whole(job);
}

/* The first job in one of @states, by @order, of those that wait no longer than @until_ms. */
static bool first_job(struct jobs *jobs, unsigned int states, int64_t until_ms, const char *order,
		      struct job *job)
{
	char list[STATE_LIST_BYTES];
	char sql[sizeof(list) + 512];

	*job = (struct job){ 0 };
	snprintf(sql, sizeof(sql), "SELECT " JOB_COLUMNS " FROM job WHERE state IN (%s)"
		 " AND next_ms <= ? ORDER BY %s LIMIT 1",
		 jobs_state_list(states, list, sizeof(list)), order);
	database_query(jobs->db, take_job, job, sql, "i", until_ms);
	return job_whole(job);
}

bool jobs_oldest(struct jobs *jobs, unsigned int states, struct job *job)
{
	return first_job(jobs, states, INT64_MAX, "id", job);
}

bool jobs_first_due(struct jobs *jobs, unsigned int states, struct job *job)
{
	return first_job(jobs, states, now_ms(), "id", job) ||
	       first_job(jobs, states, INT64_MAX, "next_ms, id", job);
}

void job_clear(struct job *job)
{
	free(job->reason);
	free(job->sender);
	free(job->subject);
	free(job->coding);
	free(job->message_id);
	free(job->source);
	free(job->envelope_id);
	free(job->dsn_return);
	free(job->mdn_to);
	free(job->error_to);
	free(job->policy);
	free(job->resolution);
	free(job->login);
	free(job->spf);
	free(job->answer_to);
	free(job->document);
	free(job->original_id);
	free(job->importance);
	free(job->broadcast);
	free(job->text);
	free(job->message_file);
	free(job->page_file);
	*job = (struct job){ 0 };
}

bool jobs_in_state(struct jobs *jobs, int64_t id, unsigned int states)
{
	char list[STATE_LIST_BYTES];
	char sql[sizeof(list) + 64];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM job WHERE id = ? AND state IN (%s)",
		 jobs_state_list(states, list, sizeof(list)));
	return database_number(jobs->db, 0, sql, "i", id);
}

bool jobs_set_page(struct jobs *jobs, int64_t id, const struct job_page *page, bool printed)
{
	bool good = database_begin(jobs->db) &&
		    database_run(jobs->db, "INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?)",
				 "iiiii", id, page->number, page->lines, page->bytes, page->ns);

	if (printed)
		good = good && database_run(jobs->db, "UPDATE job SET reason = '', pages_printed ="
					    " max(pages_printed, ?) WHERE id = ?",
					    "ii", page->number, id);
	return database_end(jobs->db, good);
}

bool jobs_set_scanned(struct jobs *jobs, int64_t id, int64_t pages, const struct mail_plan *plan)
{
	char document[PAGE_FORM_BYTES];
	bool good;

	page_form_to_text(&plan->document, document);
	good = database_begin(jobs->db) &&
		    database_run(jobs->db, "UPDATE job SET pages = ?, document = ?, page_bytes ="
				 " (SELECT total(bytes) FROM page WHERE job = ? AND number <= ?)"
				 " WHERE id = ?", "isiii", pages, document, id, pages, id) &&
		    forms_set(jobs, id, &plan->document) && jobs_plan_mails(jobs, id, plan) &&
		    jobs_change_state(jobs, id, JOB_COMPOSING, "", 0);

	return database_end(jobs->db, good);
}

bool jobs_set_rescan(struct jobs *jobs, int64_t id, const char *page_file)
{
	bool good = database_begin(jobs->db) &&
		    database_run(jobs->db, "DELETE FROM page WHERE job = ?", "i", id) &&
		    database_run(jobs->db, "UPDATE job SET page_file = ?, pages = 0 WHERE id = ?",
				 "si", page_file, id) &&
		    jobs_change_state(jobs, id, JOB_SCANNING, "", 0);

	return database_end(jobs->db, good);
}

bool jobs_set_pages_only(struct jobs *jobs, int64_t id)
{
	return database_run(jobs->db, "UPDATE job SET message_file = '' WHERE id = ?", "i", id) &&
	       database_run(jobs->db, "DELETE FROM mail WHERE job = ?", "i", id);
}

bool jobs_set_forgotten(struct jobs *jobs, int64_t id)
{
	return database_run(jobs->db, "UPDATE job SET message_file = '', page_file = ''"
			    " WHERE id = ?", "i", id) &&
	       database_run(jobs->db, "UPDATE mail SET file = '' WHERE job = ?", "i", id);
}
