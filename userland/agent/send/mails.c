// SPDX-License-Identifier: GPL-2.0
/*
 * mails: the mails that one document goes as
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mails.h"
#include "partial.h"
#include "store/jobs_private.h"

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
	const char *form;
	int64_t part;
	int64_t first_page;
	int64_t last_page;
	int64_t bytes;
	bool good;
};

static bool end_part(struct plan *plan)
{
	plan->good = database_run(plan->jobs->db, "INSERT OR REPLACE INTO mail(job, position, part,"
				  " first_page, last_page, form) VALUES (?, ?, ?, ?, ?, ?)",
				  "iiiiis", plan->id, plan->position, ++plan->part, plan->first_page,
				  plan->last_page, plan->form);
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

/* MH of what was scanned as something denser: rather one mail too many than one too long */
static int64_t growth(const struct page_form *document, const char *form)
{
	struct page_form to;

	return page_form_from_text(&to, form) && to.coding < document->coding ? 3 : 1;
}

static bool plan_for(struct jobs *jobs, int64_t id, int64_t position, const char *form,
		     const struct mail_plan *limits)
{
	struct mail_plan own = *limits;
	struct plan plan = {
		.jobs = jobs, .id = id, .position = position, .limits = &own, .form = form,
		.first_page = 1, .good = true,
	};

	own.bytes_max /= growth(&limits->document, form);
	return database_query(jobs->db, add_page, &plan, "SELECT number, bytes FROM page"
			      " WHERE job = ?1 AND number <= (SELECT pages FROM job WHERE id = ?1)"
			      " ORDER BY number", "i", id) &&
	       plan.good && end_part(&plan);
}

/* @mail of each recipient: its own, or that of the first one with the same form; -1: of all */
static bool share_mails(struct jobs *jobs, int64_t id, bool each)
{
	if (each)
		return database_run(jobs->db, "UPDATE recipient SET mail = position WHERE job = ?",
				    "i", id);
	return database_run(jobs->db, "UPDATE recipient SET mail = CASE WHEN (SELECT"
			    " count(DISTINCT form) FROM recipient WHERE job = ?1) = 1 THEN -1 ELSE"
			    " (SELECT min(position) FROM recipient o WHERE o.job = ?1"
			    " AND o.form = recipient.form) END WHERE job = ?1", "i", id);
}

bool jobs_plan_mails(struct jobs *jobs, int64_t id, const struct mail_plan *plan)
{
	struct recipients recipients;
	bool good = share_mails(jobs, id, plan->each) &&
		    database_run(jobs->db, "DELETE FROM mail WHERE job = ?", "i", id);

	if (!good || !jobs_recipients(jobs, id, &recipients))
		return false;
	for (size_t i = 0; good && i < recipients.items; i++) {
		const struct recipient *recipient = &recipients.item[i];
		bool is_first = recipient->mail < 0 ? !i : recipient->mail == recipient->position;

		if (is_first)
			good = plan_for(jobs, id, recipient->mail, recipient->form, plan);
	}
	good = good && recipients.items;
	recipients_clear(&recipients);
	return good;
}

static int64_t new_position(struct jobs *jobs, int64_t id)
{
	return database_number(jobs->db, -1, "SELECT 1 + max((SELECT ifnull(max(position), 0)"
			       " FROM mail WHERE job = ?1), (SELECT max(max(position), max(mail))"
			       " FROM recipient WHERE job = ?1))", "i", id);
}

int64_t jobs_add_mail(struct jobs *jobs, int64_t id, const char *form, const char *original)
{
	int64_t position = new_position(jobs, id);

	return position >= 0 &&
	       database_run(jobs->db, "INSERT INTO mail(job, position, part, first_page, last_page,"
			    " form, original_id) SELECT id, ?, 1, 1, pages, ?, ? FROM job"
			    " WHERE id = ?", "issi", position, form, original, id) ? position : -1;
}

/* The mail of others with the same form, or a new one. -1: an error was logged */
static int64_t mail_of_form(struct jobs *jobs, int64_t id, const char *form,
			    const struct mail_plan *plan)
{
	int64_t position = plan->each ? -1 :
		database_number(jobs->db, -1, "SELECT min(position) FROM mail WHERE job = ?"
				" AND position >= 0 AND form = ? AND original_id = ''", "is", id,
				form);

	if (position >= 0)
		return position;
	position = new_position(jobs, id);
	return position >= 0 && plan_for(jobs, id, position, form, plan) ? position : -1;
}

static bool has_form(struct jobs *jobs, int64_t id, const struct recipient *recipient)
{
	return database_number(jobs->db, 0, "SELECT form = ? FROM mail WHERE job = ?"
			       " AND position = ? AND part = ?", "siii", recipient->form, id,
			       recipient->mail, recipient->part);
}

bool jobs_set_forms(struct jobs *jobs, int64_t id, struct recipient *recipient,
		    size_t recipients, const struct mail_plan *plan)
{
	bool good = database_begin(jobs->db);

	for (size_t i = 0; good && i < recipients; i++) {
		if (has_form(jobs, id, &recipient[i]))
			continue;
		recipient[i].mail = mail_of_form(jobs, id, recipient[i].form, plan);
		good = recipient[i].mail >= 0;
	}
	return database_end(jobs->db, good &&
			    jobs_change_recipients(jobs, id, recipient, recipients));
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
	snprintf(mail->form, sizeof(mail->form), "%s", sqlite3_column_text(row, 9));
	snprintf(mail->original_id, sizeof(mail->original_id), "%s", sqlite3_column_text(row, 10));
	return false;
}

#define MAIL	"SELECT position, part, (SELECT max(part) FROM mail m WHERE m.job = mail.job" \
		" AND m.position = mail.position), first_page, last_page, begin_byte, end_byte," \
		" bytes, file, form, original_id FROM mail"

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
	database_query(jobs->db, take_mail, mail, MAIL " WHERE job = ? AND position = ?"
		       " AND part = ? LIMIT 1", "iii", id, recipient->mail, recipient->part);
	return mail->part;
}

/* The job has the name of its first mail: that it has one tells that it was composed. */
static bool set_composed(struct jobs *jobs, int64_t id)
{
	if (database_number(jobs->db, 1, "SELECT count(*) FROM mail WHERE job = ? AND file = ''",
			    "i", id))
		return true;
	return database_run(jobs->db, "UPDATE job SET message_file ="
			    " (SELECT file FROM mail WHERE job = ?1 ORDER BY position, part LIMIT 1),"
			    " message_bytes = (SELECT total(bytes) FROM mail WHERE job = ?1)"
			    " WHERE id = ?1", "i", id) &&
	       jobs_settle(jobs, id);
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
			    " last_page, file, bytes, begin_byte, end_byte, form)"
			    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "iiiiisiiis", id,
			    mail->position, part, mail->first_page, mail->last_page, file,
			    end - begin, begin, end, mail->form);
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
