// SPDX-License-Identifier: GPL-2.0
/*
 * answer: requests by mail: how the station is, and what it did
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "answer.h"
#include "forward.h"
#include "jobs_private.h"
#include "log.h"
#include "secret_file.h"

#define JOURNAL_JOBS	50
#define SECRET_BYTES	256

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

static bool put_status(struct spool_file *mail, struct station *station)
{
	return put(mail, "Station: %s", station->config.name) &&
	       put(mail, "Printing: %s", station->config.printing ? "yes" : "no") &&
	       put(mail, "Free space: %llu MiB",
		   (unsigned long long)(spool_free_bytes(&station->spool) >> 20)) &&
	       put(mail, "Jobs:") &&
	       database_query(jobs_database(station->jobs), put_row, mail,
			      "SELECT count(*), state FROM job GROUP BY state ORDER BY state", "");
}

static bool put_journal(struct spool_file *mail, struct station *station)
{
	return database_query(jobs_database(station->jobs), put_row, mail,
			      "SELECT id, strftime('%Y-%m-%d %H:%M', created_ms / 1000, 'unixepoch'),"
			      " CASE incoming WHEN 1 THEN 'from' ELSE 'to' END,"
			      " CASE incoming WHEN 1 THEN sender ELSE ifnull((SELECT address"
			      " FROM recipient WHERE job = job.id ORDER BY position LIMIT 1), '') END,"
			      " pages || ' pages', state, ifnull((SELECT group_concat(note, '; ')"
			      " FROM (SELECT DISTINCT note FROM recipient WHERE job = job.id"
			      " AND note <> '')), '') FROM job WHERE source NOT IN ('dsn', 'mdn')"
			      " ORDER BY id DESC LIMIT ?", "i", (int64_t)JOURNAL_JOBS);
}

static const struct {
	const char *request, *subject;
	bool (*put)(struct spool_file *mail, struct station *station);
} answers[] = {
	{ "status", "Status of the fax station", put_status },
	{ "journal", "Journal of the fax station", put_journal },
};

static bool is_authentic(const struct config *config, const struct opened *opened)
{
	char line[SECRET_BYTES], secret[SECRET_BYTES] = "", said[SECRET_BYTES] = "", reason[512];
	bool good;

	if (!secret_file_line(config->request_secret_file, line, sizeof(line), reason,
			      sizeof(reason))) {
		log_event(LOG_ERR, "answer.secret error=%s", reason);
		return false;
	}
	snprintf(secret, sizeof(secret), "%s", line);
	snprintf(said, sizeof(said), "%.255s", opened->request_secret);
	/* as long for a wrong one as for the right one */
	good = !CRYPTO_memcmp(secret, said, sizeof(secret)) && *secret;
	explicit_bzero(line, sizeof(line));
	explicit_bzero(secret, sizeof(secret));
	return good;
}

static bool send_answer(struct station *station, const struct job *job, size_t which)
{
	struct report_mail mail = { .to = job->sender, .subject = answers[which].subject };
	struct spool_file file = { .fd = -1 };
	char message_id[512];
	int64_t id = 0;

	if (spool_create(&station->spool, &file))
		return false;
	snprintf(message_id, sizeof(message_id), "<%s.%lld@%s>", file.name, (long long)now_ms(),
		 station->config.host_name);
	mail.message_id = message_id;
	mail.message_file = file.name;
	if (put_header(&file, station, job->sender, mail.subject, message_id) &&
	    answers[which].put(&file, station)) {
		mail.message_bytes = file.bytes;
		if (!spool_commit(&file, SPOOL_MESSAGE))
			id = jobs_add_answer(station->jobs, job->id, &mail);
	}
	if (!id)
		spool_remove(&station->spool, SPOOL_MESSAGE, file.name);
	spool_discard(&file);
	return id;
}

bool answer_request(struct station *station, const struct job *job, const struct opened *opened)
{
	if (!*opened->request || !station->config.request_secret_file || !*job->sender)
		return false;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		if (strcasecmp(answers[i].request, opened->request))
			continue;
		if (!is_authentic(&station->config, opened)) {
			log_event(LOG_WARNING, "answer.refused job=%lld from=%s request=%s",
				  (long long)job->id, job->sender, opened->request);
			return false;
		}
		log_event(LOG_NOTICE, "answer.request job=%lld from=%s request=%s",
			  (long long)job->id, job->sender, opened->request);
		return send_answer(station, job, i);
	}
	return false;
}
