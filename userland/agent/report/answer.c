// SPDX-License-Identifier: GPL-2.0
/*
 * answer: mails that answer requests: how the station is, what it did, what became of a document
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "answer.h"
#include "log.h"
#include "send/forward.h"
#include "store/commits.h"
#include "store/jobs_private.h"

#define JOURNAL_JOBS	50

/* A line of the mail; what is not ASCII becomes "?": it is told, not quoted. */
__attribute__((format(printf, 2, 3)))
static bool put(struct spool_file *mail, const char *format, ...)
{
	char line[900];
	va_list values;

	va_start(values, format);
	vsnprintf(line, sizeof(line) - 2, format, values);
	va_end(values);
	for (char *c = line; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	strcat(line, "\r\n");
	return !spool_write(mail, line, strlen(line));
}

static bool put_header(struct spool_file *mail, struct station *station, const char *to,
		       const char *subject, const char *message_id)
{
	time_t now = time(NULL);
	char date[64];
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S %z", &tm);
	return put(mail, "From: %s", station->config.address) && put(mail, "To: %s", to) &&
	       put(mail, "Subject: %s", subject) && put(mail, "Date: %s", date) &&
	       put(mail, "Message-ID: %s", message_id) &&
	       put(mail, "Auto-Submitted: auto-replied") && put(mail, "MIME-Version: 1.0") &&
	       put(mail, "Content-Type: text/plain; charset=us-ascii") && put(mail, "%s", "");
}

static bool put_row(void *arg, sqlite3_stmt *row)
{
	char text[800] = "";
	size_t used = 0;

	for (int i = 0; i < sqlite3_column_count(row) && used < sizeof(text); i++)
		used += snprintf(text + used, sizeof(text) - used, "%s%s", i ? "  " : "",
				 sqlite3_column_text(row, i));
	return put(arg, "%s", text);
}

static bool put_status(struct spool_file *mail, struct station *station, const void *arg)
{
	return put(mail, "Station: %s", station->config.name) &&
	       put(mail, "Printing: %s", station->config.printing ? "yes" : "no") &&
	       put(mail, "Free space: %llu MiB",
		   (unsigned long long)(spool_free_bytes(&station->spool) >> 20)) &&
	       put(mail, "Jobs:") &&
	       database_query(jobs_database(station->jobs), put_row, mail,
			      "SELECT count(*), state FROM job GROUP BY state ORDER BY state", "");
}

static bool put_journal(struct spool_file *mail, struct station *station, const void *arg)
{
	return database_query(jobs_database(station->jobs), put_row, mail,
			      "SELECT id, strftime('%Y-%m-%d %H:%M', created_ms / 1000, 'unixepoch',"
			      " 'localtime'),"
			      " CASE incoming WHEN 1 THEN 'from' ELSE 'to' END,"
			      " CASE incoming WHEN 1 THEN sender ELSE ifnull((SELECT address"
			      " FROM recipient WHERE job = job.id ORDER BY position LIMIT 1), '') END,"
			      " pages || ' pages', state, ifnull((SELECT group_concat(note, '; ')"
			      " FROM (SELECT DISTINCT note FROM recipient WHERE job = job.id"
			      " AND note <> '')), '') FROM job WHERE kind NOT IN ('dsn', 'mdn')"
			      " ORDER BY id DESC LIMIT ?", "i", (int64_t)JOURNAL_JOBS);
}

/* ---- composing ---- */

/**
 * struct answer - a mail that tells something
 * @put: writes its text
 * @arg: for @put
 */
struct answer {
	const char *to;
	const char *subject;
	bool (*put)(struct spool_file *mail, struct station *station, const void *arg);
	const void *arg;
};

static bool send_answer(struct station *station, int64_t job, const struct answer *answer,
			const struct opened *request)
{
	struct report_mail mail = { .to = answer->to, .subject = answer->subject };
	struct spool_file file = { .fd = -1 };
	char message_id[512];
	int64_t id = 0;

	if (spool_create_mail(&station->spool, &file))
		return false;
	snprintf(message_id, sizeof(message_id), "<%s.%lld@%s>", file.name, (long long)now_ms(),
		 station->config.host_name);
	mail.message_id = message_id;
	mail.message_file = file.name;
	if (put_header(&file, station, answer->to, mail.subject, message_id) &&
	    answer->put(&file, station, answer->arg)) {
		mail.message_bytes = file.bytes;
		/* one that is lost is asked for again */
		if (commits_keep(station->commits, &file))
			id = jobs_add_answer(station->jobs, job, &mail, &station->config, request);
	}
	if (!id)
		spool_remove(&station->spool, SPOOL_MESSAGE, file.name);
	spool_discard(&file);
	return id;
}

bool answer_request(struct station *station, const struct job *job, const struct opened *opened,
		    const struct request_grant *grant)
{
	bool is_status = !strcasecmp(opened->request, "status");
	const struct answer answer = {
		.to = grant->answer_to,
		.subject = is_status ? "Status of the fax station" : "Journal of the fax station",
		.put = is_status ? put_status : put_journal,
	};

	return send_answer(station, job->id, &answer, opened);
}

static bool put_refusal(struct spool_file *mail, struct station *station, const void *arg)
{
	return put(mail, "%s did not do what you asked for: %s.", station->config.name,
		   (const char *)arg);
}

bool answer_refusal(struct station *station, const struct job *job, const struct opened *opened,
		    const struct request_grant *grant)
{
	const struct answer answer = {
		.to = grant->answer_to, .subject = "Your request was refused", .put = put_refusal,
		.arg = grant->reason,
	};

	log_event(LOG_WARNING, "answer.refusal job=%lld to=%s reason=%s", (long long)job->id,
		  grant->answer_to, grant->reason);
	return send_answer(station, job->id, &answer, opened);
}

static bool put_relay(struct spool_file *mail, struct station *station, const void *arg)
{
	const struct job *job = arg;

	return put(mail, "Your document \"%s\", %lld %s, sent on by %s:", job->subject,
		   (long long)job->pages, job->pages == 1 ? "page" : "pages",
		   station->config.name) &&
	       put(mail, "%s", "") &&
	       (job->state != JOB_CANCELLED || put(mail, "It was cancelled.")) &&
	       database_query(jobs_database(station->jobs), put_row, mail,
			      "SELECT f.address || ':', ifnull(r.state, 'not sent'),"
			      " ifnull(r.reply, '') FROM forward f LEFT JOIN recipient r"
			      " ON r.job = f.mail WHERE f.job = ? ORDER BY f.address", "i", job->id);
}

bool answer_relay(struct station *station, const struct job *job)
{
	const struct answer answer = {
		.to = job->answer_to, .subject = "What became of your document", .put = put_relay,
		.arg = job,
	};

	return send_answer(station, job->id, &answer, NULL);
}
