// SPDX-License-Identifier: GPL-2.0
/*
 * forward: mails that go on to others, by rules
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forward.h"
#include "report/request.h"
#include "store/jobs_private.h"

static bool take_forward(void *arg, sqlite3_stmt *row)
{
	struct forward *forward = arg;

	snprintf(forward->address, sizeof(forward->address), "%s", sqlite3_column_text(row, 0));
	forward->as_pdf = sqlite3_column_int(row, 1);
	forward->kind = sqlite3_column_int(row, 2) ? JOB_REQUEST : JOB_FORWARD;
	return false;
}

bool jobs_next_forward(struct jobs *jobs, int64_t id, struct forward *forward)
{
	*forward = (struct forward){ .as_pdf = false };
	database_query(jobs->db, take_forward, forward, "SELECT address, as_pdf, (SELECT"
		       " answer_ms > 0 FROM job WHERE id = job) FROM forward"
		       " WHERE job = ? AND mail = 0 ORDER BY address LIMIT 1", "i", id);
	return *forward->address;
}

static bool set_mail(struct jobs *jobs, int64_t id, const struct forward *forward, int64_t mail)
{
	return database_run(jobs->db, "UPDATE forward SET mail = ? WHERE job = ? AND address = ?",
			    "iis", mail, id, forward->address);
}

static bool insert_mail(struct jobs *jobs, enum job_kind kind, const char *sender,
			const struct report_mail *mail, int64_t *id)
{
	int64_t now = now_ms();

	if (!database_run(jobs->db, "INSERT INTO job(incoming, state, kind, sender, subject,"
			  " message_id, envelope_id, dsn_return, message_file, message_bytes,"
			  " created_ms, changed_ms) VALUES (0, 'queued', ?1, ?2, ?3, ?4,"
			  " ifnull(?5, ''), CASE WHEN ?5 IS NULL THEN '' ELSE 'HDRS' END, ?6, ?7,"
			  " ?8, ?8)", "ssssssii", job_kind_name(kind), sender, mail->subject,
			  mail->message_id, mail->envelope_id, mail->message_file,
			  mail->message_bytes, now))
		return false;
	*id = sqlite3_last_insert_rowid(jobs->db);
	return database_run(jobs->db, "INSERT INTO recipient(job, position, address, state, notify,"
			    " original) SELECT ?1, 0, ?2, 'queued',"
			    " CASE envelope_id WHEN '' THEN '' ELSE 'SUCCESS,FAILURE,DELAY' END,"
			    " CASE envelope_id WHEN '' THEN '' ELSE 'rfc822;' || ?2 END"
			    " FROM job WHERE id = ?1", "is", *id, mail->to);
}

int64_t jobs_set_forwarded(struct jobs *jobs, int64_t id, const struct forward *forward,
			   const char *sender, const struct report_mail *mail)
{
	int64_t new_id = 0;
	bool good = database_begin(jobs->db) &&
		    insert_mail(jobs, forward->kind, sender, mail, &new_id) &&
		    set_mail(jobs, id, forward, new_id);

	return database_end(jobs->db, good) ? new_id : 0;
}

static bool end_request(struct jobs *jobs, int64_t id, const struct config *config,
			const struct opened *request)
{
	if (!request)
		return database_run(jobs->db, "UPDATE job SET answer_ms = 0 WHERE id = ?", "i", id);
	return request_remember(jobs, config, request) &&
	       jobs_change_state(jobs, id, JOB_NOTED, "a request, answered by mail", 0);
}

int64_t jobs_add_answer(struct jobs *jobs, int64_t id, const struct report_mail *mail,
			const struct config *config, const struct opened *request)
{
	int64_t new_id = 0;
	bool good = database_begin(jobs->db) &&
		    /* the null path: nobody answers this */
		    insert_mail(jobs, JOB_ANSWER, "", mail, &new_id) &&
		    end_request(jobs, id, config, request);

	return database_end(jobs->db, good) ? new_id : 0;
}

bool jobs_drop_forward(struct jobs *jobs, int64_t id, const struct forward *forward)
{
	return set_mail(jobs, id, forward, -1);
}

bool jobs_end_forwarding(struct jobs *jobs, int64_t id, const struct config_confirm *rules)
{
	struct confirm_outcome passed_on = { JOB_NOTED, "passed on, by a rule", "" };

	if (database_number(jobs->db, 1, "SELECT paper FROM job WHERE id = ?", "i", id))
		return jobs_set_state(jobs, id, JOB_PRINTING, "", 0);
	if (database_number(jobs->db, 0, "SELECT answer_ms > 0 FROM job WHERE id = ?", "i", id))
		passed_on.reason = "sent on, by a request";
	return jobs_conclude(jobs, id, &passed_on, rules);
}

static bool take_text(void *arg, sqlite3_stmt *row)
{
	*(char **)arg = jobs_text(row, 0);
	return false;
}

char *jobs_loops(struct jobs *jobs, int64_t id)
{
	char *loops = NULL;

	database_query(jobs->db, take_text, &loops, "SELECT loops FROM job WHERE id = ?", "i", id);
	return loops;
}
