// SPDX-License-Identifier: GPL-2.0
/*
 * alternative: documents that can be had in a better form (RFC 3297)
 */
#include <stdio.h>
#include <string.h>

#include "alternative.h"
#include "forms.h"
#include "log.h"
#include "mails.h"
#include "store/jobs_private.h"

/* ---- sender ---- */

bool jobs_offer(struct jobs *jobs, int64_t id, int64_t until_ms)
{
	return database_run(jobs->db, "UPDATE job SET pages_until_ms = ? WHERE id = ?", "ii",
			    until_ms, id);
}

/* Its pages are there, it has the mail, and it did not ask before. */
static bool can_have(struct jobs *jobs, int64_t id, const struct recipient *recipient)
{
	return (recipient->state == RECIPIENT_HANDED_OVER ||
		recipient->state == RECIPIENT_DELIVERED) &&
	       database_number(jobs->db, 0, "SELECT count(*) FROM job j"
			       " JOIN recipient r ON r.job = j.id WHERE j.id = ?"
			       " AND r.position = ? AND j.pages_until_ms > ?"
			       " AND j.page_file <> '' AND r.resent = 0", "iii", id,
			       recipient->position, now_ms());
}

/* The name of the mail that it has, which the better one takes the place of */
static void name_mail(const struct job *job, const struct recipient *recipient,
		      char name[MAIL_ID_BYTES])
{
	const struct mail had = { .position = recipient->mail, .parts = 1 };

	mail_id(job->message_id, &had, name);
}

static bool send_better(struct jobs *jobs, const struct job *job, const struct report_item *item,
			struct recipient *recipient)
{
	char original[MAIL_ID_BYTES], text[PAGE_FORM_BYTES], note[FORMS_NOTE_BYTES];
	struct page_form document, form;
	struct peer peer = { .known = true, .source = "mdn" };

	if (!page_form_from_text(&document, job->document))
		return false;
	snprintf(peer.codings, sizeof(peer.codings), "%s", item->codings ? item->codings : "mh");
	snprintf(peer.dpi, sizeof(peer.dpi), "%s", item->dpi ? item->dpi : "");
	snprintf(peer.sizes, sizeof(peer.sizes), "%s", item->sizes ? item->sizes : "");
	forms_choose("auto", &document, &peer, &form, note);
	page_form_to_text(&form, text);
	name_mail(job, recipient, original);
	recipient->mail = jobs_add_mail(jobs, job->id, text, original);
	if (recipient->mail < 0 || !recipient_set_text(&recipient->form, text) ||
	    !recipient_set_text(&recipient->note, note) ||
	    !recipient_set_text(&recipient->reply, "asks for a better form"))
		return false;
	recipient->state = RECIPIENT_QUEUED;
	recipient->part = 1;
	recipient->next_ms = 0;
	recipient->tries = 0;
	recipient->waited_ms = 0;
	log_event(LOG_NOTICE, "alternative.resend job=%lld to=%s form=%s", (long long)job->id,
		  recipient->address, text);
	return database_run(jobs->db, "UPDATE recipient SET resent = 1 WHERE job = ?"
			    " AND position = ?", "ii", job->id, recipient->position);
}

/* To who asked, about the message that it asked for; the report that it sent is what goes back. */
static bool owe_refusal(struct jobs *jobs, const struct job *job, int64_t report,
			const struct recipient *recipient)
{
	log_event(LOG_NOTICE, "alternative.unavailable job=%lld to=%s", (long long)job->id,
		  recipient->address);
	return database_run(jobs->db, "UPDATE job SET error_to = ?, original_id = ? WHERE id = ?",
			    "ssi", recipient->address, job->message_id, report) &&
	       database_run(jobs->db, "INSERT OR IGNORE INTO report(job, position, kind, action,"
			    " status, text, time_ms) VALUES (?, -1, 'mdn', 'unavailable', '',"
			    " '', ?)", "ii", report, now_ms());
}

bool jobs_set_wanted(struct jobs *jobs, int64_t id, int64_t report, const struct report_item *item,
		     struct recipient *recipient)
{
	struct job job;
	bool good;

	if (!jobs_get(jobs, id, &job))
		return false;
	good = can_have(jobs, id, recipient) ? send_better(jobs, &job, item, recipient) :
		owe_refusal(jobs, &job, report, recipient);
	job_clear(&job);
	return good;
}

int64_t jobs_next_expired(struct jobs *jobs, int64_t now)
{
	return database_number(jobs->db, 0, "SELECT id FROM job"
			       " WHERE pages_until_ms BETWEEN 1 AND ? AND incoming = 0 AND state IN"
			       " ('handed over', 'delivered', 'processed', 'cancelled') LIMIT 1",
			       "i", now);
}

int64_t jobs_next_expiry(struct jobs *jobs)
{
	return database_number(jobs->db, 0, "SELECT ifnull(min(pages_until_ms), 0) FROM job"
			       " WHERE pages_until_ms > 0 AND incoming = 0 AND state IN"
			       " ('handed over', 'delivered', 'processed', 'cancelled')", "");
}

/* ---- receiver ---- */

bool jobs_ask(struct jobs *jobs, int64_t id, const struct opened *opened, int64_t until_ms)
{
	bool good = database_begin(jobs->db) && jobs_set_asked(jobs, id, opened) &&
		    /* a mark that stays: it is asked once */
		    jobs_offer(jobs, id, until_ms) && jobs_owe_alternative(jobs, id) &&
		    jobs_change_state(jobs, id, JOB_ASKING,
				      "asked for in a better form; printed as it is if none comes",
				      until_ms);

	return database_end(jobs->db, good);
}

bool jobs_was_asked(struct jobs *jobs, int64_t id)
{
	/* when in doubt, it was */
	return database_number(jobs->db, 1, "SELECT pages_until_ms > 0 FROM job WHERE id = ?", "i",
			       id);
}

bool jobs_end_asking(struct jobs *jobs, int64_t id, const struct opened *opened)
{
	char reason[80];
	int64_t waits;

	if (!*opened->original_id)
		return true;
	/* from the same sender: nobody takes the place of another's mail */
	waits = database_number(jobs->db, 0, "SELECT id FROM job WHERE state = 'asking'"
				" AND message_id = ? AND author = ? AND id <> ?", "ssi",
				opened->original_id, opened->from, id);
	if (!waits)
		return true;
	snprintf(reason, sizeof(reason), "came in a better form, as job %lld", (long long)id);
	return jobs_change_state(jobs, waits, JOB_NOTED, reason, 0);
}

bool jobs_replaced(struct jobs *jobs, const struct opened *opened, struct job *job)
{
	int64_t id = !*opened->original_id ? 0 :
		database_number(jobs->db, 0, "SELECT id FROM job WHERE state = 'noted' AND incoming"
				" AND pages_until_ms > 0 AND message_id = ? AND author = ?", "ss",
				opened->original_id, opened->from);

	*job = (struct job){ 0 };
	return id && jobs_get(jobs, id, job);
}

static int64_t begin_again(struct jobs *jobs, int64_t id, const char *why)
{
	return jobs_change_state(jobs, id, JOB_RECEIVED, why, 0) ? id : 0;
}

int64_t jobs_asked_in_vain(struct jobs *jobs, const struct report *report)
{
	const char *id = report->message_id;
	size_t bytes = strlen(id);
	char bare[OPENED_TEXT_BYTES];
	int64_t waits = 0;

	if (report->kind != REPORT_MDN || !report->items || !report->item[0].action ||
	    strcmp(report->item[0].action, "unavailable"))
		return 0;
	snprintf(bare, sizeof(bare), "%.*s", bytes > 2 ? (int)bytes - 2 : 0, id + (*id == '<'));
	waits = database_number(jobs->db, 0, "SELECT id FROM job WHERE state = 'asking'"
				" AND message_id = ?", "s", bare);
	return waits ? begin_again(jobs, waits, "its better form cannot be had") : 0;
}

int64_t jobs_print_as_it_came(struct jobs *jobs, int64_t now)
{
	int64_t id;

	while ((id = database_number(jobs->db, 0, "SELECT id FROM job WHERE state = 'asking'"
				     " AND next_ms <= ? LIMIT 1", "i", now))) {
		bool good = database_begin(jobs->db) &&
			    begin_again(jobs, id, "no better form came in time");

		if (!database_end(jobs->db, good))
			break;
	}
	return database_number(jobs->db, 0, "SELECT ifnull(min(next_ms), 0) FROM job"
			       " WHERE state = 'asking'", "");
}
