// SPDX-License-Identifier: GPL-2.0
/*
 * mails: the mails that one document goes as
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs_private.h"
#include "mails.h"
#include "partial.h"

/* ---- names ---- */

void mail_id(const char *id, const struct mail *mail, char mail_id[MAIL_ID_BYTES])
{
	int left = strcspn(id, "@");

	if (mail->position < 0 && mail->parts == 1)
		snprintf(mail_id, MAIL_ID_BYTES, "%s", id);
	else
		snprintf(mail_id, MAIL_ID_BYTES, "%.*s.%lld.%lld%s", left, id,
			 (long long)mail->position + 1,
			 mail->parts == 1 ? 0 : (long long)mail->part, id + left);
}

/* The last ".NUMBER" before @end; NULL: there is none. */
static char *last_number(char *id, const char *end, int64_t *number)
{
	char *dot = NULL;

	for (char *c = id; c < end; c++)
		if (*c == '.')
			dot = c;
	if (!dot || strspn(dot + 1, "0123456789") != (size_t)(end - dot - 1) || end == dot + 1)
		return NULL;
	*number = strtoll(dot + 1, NULL, 10);
	return dot;
}

void mail_id_strip(char *mail_id, int64_t *part)
{
	char *end = mail_id + strcspn(mail_id, "@");
	char *first, *second;
	int64_t position;

	*part = 0;
	second = last_number(mail_id, end, part);
	first = second ? last_number(mail_id, second, &position) : NULL;
	/* the id of a job has one dot itself */
	if (!first || !memchr(mail_id, '.', first - mail_id)) {
		*part = 0;
		return;
	}
	memmove(first, end, strlen(end) + 1);
}

/* ---- planning ---- */

struct plan {
	struct jobs *jobs;
	int64_t id;
	int64_t position;
	const struct mail_plan *limits;
	int64_t part;
	int64_t first_page;
	int64_t last_page;
	int64_t bytes;
	bool good;
};

static bool end_part(struct plan *plan)
{
	plan->good = database_run(plan->jobs->db, "INSERT OR REPLACE INTO mail(job, position, part,"
				  " first_page, last_page) VALUES (?, ?, ?, ?, ?)", "iiiii",
				  plan->id, plan->position, ++plan->part, plan->first_page,
				  plan->last_page);
	plan->first_page = plan->last_page + 1;
	plan->bytes = 0;
	return plan->good;
}

static bool add_page(void *arg, sqlite3_stmt *row)
{
	int64_t bytes = sqlite3_column_int64(row, 1);
	struct plan *plan = arg;
	const struct mail_plan *limits = plan->limits;
	int64_t pages = plan->last_page + 1 - plan->first_page;

	if (pages && ((limits->pages_max && pages >= limits->pages_max) ||
		      (limits->bytes_max && plan->bytes + bytes > limits->bytes_max)) &&
	    !end_part(plan))
		return false;
	plan->last_page = sqlite3_column_int64(row, 0);
	plan->bytes += bytes;
	return true;
}

static bool plan_for(struct jobs *jobs, int64_t id, int64_t pages, int64_t position,
		     const struct mail_plan *limits)
{
	struct plan plan = {
		.jobs = jobs, .id = id, .position = position, .limits = limits, .first_page = 1,
		.good = true,
	};

	return database_query(jobs->db, add_page, &plan, "SELECT number, bytes FROM page"
			      " WHERE job = ? AND number <= ? ORDER BY number", "ii", id, pages) &&
	       plan.good && end_part(&plan);
}

bool jobs_plan_mails(struct jobs *jobs, int64_t id, int64_t pages, const struct mail_plan *plan)
{
	int64_t recipients = database_number(jobs->db, -1, "SELECT count(*) FROM recipient"
					     " WHERE job = ?", "i", id);
	bool good = recipients > 0 &&
		    database_run(jobs->db, "DELETE FROM mail WHERE job = ?", "i", id);

	if (!plan->each)
		return good && plan_for(jobs, id, pages, -1, plan);
	for (int64_t position = 0; good && position < recipients; position++)
		good = plan_for(jobs, id, pages, position, plan);
	return good;
}

/* ---- composing and sending ---- */

static bool take_mail(void *arg, sqlite3_stmt *row)
{
	struct mail *mail = arg;

	*mail = (struct mail){
		.position = sqlite3_column_int64(row, 0),
		.part = sqlite3_column_int64(row, 1),
		.parts = sqlite3_column_int64(row, 2),
		.first_page = sqlite3_column_int64(row, 3),
		.last_page = sqlite3_column_int64(row, 4),
		.begin_byte = sqlite3_column_int64(row, 5),
		.end_byte = sqlite3_column_int64(row, 6),
		.bytes = sqlite3_column_int64(row, 7),
	};
	snprintf(mail->file, sizeof(mail->file), "%s", sqlite3_column_text(row, 8));
	return false;
}

#define MAIL	"SELECT position, part, (SELECT max(part) FROM mail m WHERE m.job = mail.job" \
		" AND m.position = mail.position), first_page, last_page, begin_byte, end_byte," \
		" bytes, file FROM mail"

bool jobs_next_mail(struct jobs *jobs, int64_t id, struct mail *mail)
{
	*mail = (struct mail){ 0 };
	database_query(jobs->db, take_mail, mail, MAIL " WHERE job = ? AND file = ''"
		       " ORDER BY position, part LIMIT 1", "i", id);
	return mail->part;
}

bool jobs_mail(struct jobs *jobs, int64_t id, const struct recipient *recipient, struct mail *mail)
{
	*mail = (struct mail){ 0 };
	database_query(jobs->db, take_mail, mail, MAIL " WHERE job = ? AND position IN (-1, ?)"
		       " AND part = ? LIMIT 1", "iii", id, recipient->position, recipient->part);
	return mail->part;
}

/* The job has the name of its first mail: that it has one tells that it was composed. */
static bool set_composed(struct jobs *jobs, int64_t id)
{
	if (database_number(jobs->db, 1, "SELECT count(*) FROM mail WHERE job = ? AND file = ''",
			    "i", id))
		return true;
	return database_run(jobs->db, "UPDATE job SET page_file = '', message_file ="
			    " (SELECT file FROM mail WHERE job = ?1 ORDER BY position, part LIMIT 1),"
			    " message_bytes = (SELECT total(bytes) FROM mail WHERE job = ?1)"
			    " WHERE id = ?1", "i", id) &&
	       jobs_change_state(jobs, id, JOB_QUEUED, "", 0);
}

bool jobs_set_mail(struct jobs *jobs, int64_t id, const struct mail *mail, const char *file,
		   int64_t bytes)
{
	bool good = database_begin(jobs->db) &&
		    database_run(jobs->db, "UPDATE mail SET file = ?, bytes = ? WHERE job = ?"
				 " AND position = ? AND part = ?", "siiii", file, bytes, id,
				 mail->position, mail->part) &&
		    set_composed(jobs, id);

	return database_end(jobs->db, good);
}

static bool set_part(struct jobs *jobs, int64_t id, const struct mail *mail, const char *file,
		     int64_t part, int64_t begin, int64_t end)
{
	return database_run(jobs->db, "INSERT OR REPLACE INTO mail(job, position, part, first_page,"
			    " last_page, file, bytes, begin_byte, end_byte)"
			    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", "iiiiisiii", id, mail->position,
			    part, mail->first_page, mail->last_page, file, end - begin, begin, end);
}

bool jobs_set_partial(struct jobs *jobs, int64_t id, const struct mail *mail, const char *file,
		      const struct partial *partial)
{
	bool good = database_begin(jobs->db);

	for (size_t i = 0; good && i < partial->parts; i++)
		good = set_part(jobs, id, mail, file, i + 1, i ? partial->end[i - 1] : 0,
				partial->end[i]);
	return database_end(jobs->db, good && set_composed(jobs, id));
}

struct each_mail {
	void (*each)(void *arg, const char *file);
	void *arg;
};

static bool tell_file(void *arg, sqlite3_stmt *row)
{
	struct each_mail *each = arg;

	each->each(each->arg, (const char *)sqlite3_column_text(row, 0));
	return true;
}

void jobs_each_mail(struct jobs *jobs, int64_t id, void (*each)(void *arg, const char *file),
		    void *arg)
{
	struct each_mail call = { each, arg };

	database_query(jobs->db, tell_file, &call, "SELECT file FROM mail WHERE job = ?"
		       " AND file <> ''", "i", id);
}
