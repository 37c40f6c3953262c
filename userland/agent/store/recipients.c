// SPDX-License-Identifier: GPL-2.0
/*
 * jobs: recipients, and what they make of their job
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs_private.h"

static const char * const recipient_name[RECIPIENT_STATES] = {
	[RECIPIENT_QUEUED] = "queued",
	[RECIPIENT_SENDING] = "sending",
	[RECIPIENT_HELD] = "held",
	[RECIPIENT_HANDED_OVER] = "handed over",
	[RECIPIENT_DELIVERED] = "delivered",
	[RECIPIENT_PROCESSED] = "processed",
	[RECIPIENT_FAILED] = "failed",
	[RECIPIENT_CANCELLED] = "cancelled",
};

const char *recipient_state_name(enum recipient_state state)
{
	return recipient_name[state];
}

static enum recipient_state recipient_state_of(const char *name)
{
	for (int i = 0; i < RECIPIENT_STATES; i++)
		if (!strcmp(name, recipient_name[i]))
			return i;
	return RECIPIENT_FAILED;
}

bool recipient_set_text(char **text, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return false;
	free(*text);
	*text = copy;
	return true;
}

static bool is_whole(const struct recipient *recipient)
{
	return recipient->address && recipient->reply && recipient->notify &&
	       recipient->original && recipient->form && recipient->note;
}

static bool take_recipient(void *arg, sqlite3_stmt *row)
{
	struct recipients *recipients = arg;
	struct recipient *item =
		reallocarray(recipients->item, recipients->items + 1, sizeof(*item));

	if (!item)
		return false;
	recipients->item = item;
	item += recipients->items++;
	*item = (struct recipient){
		.position = sqlite3_column_int64(row, 0),
		.address = jobs_text(row, 1),
		.state = recipient_state_of((const char *)sqlite3_column_text(row, 2)),
		.reply = jobs_text(row, 3),
		.next_ms = sqlite3_column_int64(row, 4),
		.tries = sqlite3_column_int64(row, 5),
		.waited_ms = sqlite3_column_int64(row, 6),
		.notify = jobs_text(row, 7),
		.original = jobs_text(row, 8),
		.part = sqlite3_column_int64(row, 9),
		.mail = sqlite3_column_int64(row, 10),
		.form = jobs_text(row, 11),
		.note = jobs_text(row, 12),
		.converted = sqlite3_column_int64(row, 13),
	};
	return is_whole(item);
}

bool jobs_recipients(struct jobs *jobs, int64_t id, struct recipients *recipients)
{
	int64_t count = database_number(jobs->db, -1,
					"SELECT count(*) FROM recipient WHERE job = ?", "i", id);

	*recipients = (struct recipients){ 0 };
	if (database_query(jobs->db, take_recipient, recipients,
			   "SELECT position, address, state, reply, next_ms, tries, waited_ms,"
			   " notify, original, part, mail, form, note, converted FROM recipient"
			   " WHERE job = ? ORDER BY position",
			   "i", id) &&
	    (int64_t)recipients->items == count &&
	    (!count || is_whole(&recipients->item[count - 1])))
		return true;
	recipients_clear(recipients);
	return false;
}

void recipient_clear(struct recipient *recipient)
{
	free(recipient->address);
	free(recipient->reply);
	free(recipient->notify);
	free(recipient->original);
	free(recipient->form);
	free(recipient->note);
}

void recipients_clear(struct recipients *recipients)
{
	for (size_t i = 0; i < recipients->items; i++)
		recipient_clear(&recipients->item[i]);
	free(recipients->item);
	*recipients = (struct recipients){ 0 };
}

struct due_reader {
	bool (*each)(void *arg, const struct job_due *due);
	void *arg;
};

static bool take_due(void *arg, sqlite3_stmt *row)
{
	const struct due_reader *reader = arg;
	const struct job_due due = {
		.job = sqlite3_column_int64(row, 0),
		.next_ms = sqlite3_column_int64(row, 1),
		.address = (const char *)sqlite3_column_text(row, 2),
	};

	return reader->each(reader->arg, &due);
}

bool jobs_due(struct jobs *jobs, bool (*each)(void *arg, const struct job_due *due), void *arg)
{
	struct due_reader reader = { each, arg };

	return database_query(jobs->db, take_due, &reader,
			      "SELECT r.job, r.next_ms, r.address FROM recipient r"
			      " JOIN job j ON j.id = r.job WHERE r.state = 'queued'"
			      " AND j.state IN ('queued', 'sending') ORDER BY r.next_ms, r.job", "");
}

static bool update_recipient(struct jobs *jobs, int64_t id, const struct recipient *recipient)
{
	return database_run(jobs->db,
			    "UPDATE recipient SET state = ?, reply = ?, next_ms = ?, tries = ?,"
			    " waited_ms = ?, part = ?, mail = ?, form = ?, note = ?, converted = ?"
			    " WHERE job = ? AND position = ?",
			    "ssiiiiissiii", recipient_name[recipient->state], recipient->reply,
			    recipient->next_ms, recipient->tries, recipient->waited_ms,
			    recipient->part, recipient->mail, recipient->form, recipient->note,
			    recipient->converted, id, recipient->position);
}

static int64_t count_recipients(struct jobs *jobs, int64_t id, enum recipient_state state)
{
	/* + : by the job, not by an index that has all that are in a state */
	return database_number(jobs->db, 0,
			       "SELECT count(*) FROM recipient WHERE job = ? AND +state = ?", "is",
			       id, recipient_name[state]);
}

struct waiting {
	char reason[1024];
	int64_t next_ms;
};

static bool take_waiting(void *arg, sqlite3_stmt *row)
{
	struct waiting *waiting = arg;

	snprintf(waiting->reason, sizeof(waiting->reason), "%s", sqlite3_column_text(row, 0));
	waiting->next_ms = sqlite3_column_int64(row, 1);
	return false;
}

/* A mail in a form that nobody had asked for before is still to be made. */
static bool lacks_mail(struct jobs *jobs, int64_t id)
{
	return database_number(jobs->db, 0, "SELECT count(*) FROM job j JOIN mail m ON m.job = j.id"
			       " WHERE j.id = ? AND j.page_file <> '' AND m.file = ''", "i", id);
}

bool jobs_settle(struct jobs *jobs, int64_t id)
{
	struct waiting waiting = { .reason = "" };
	int64_t failed = count_recipients(jobs, id, RECIPIENT_FAILED);
	int64_t handed_over, delivered, all;

	if (lacks_mail(jobs, id))
		return jobs_change_state(jobs, id, JOB_COMPOSING, "", 0);
	if (count_recipients(jobs, id, RECIPIENT_SENDING))
		return jobs_change_state(jobs, id, JOB_SENDING, "", 0);
	if (count_recipients(jobs, id, RECIPIENT_QUEUED))
		return database_query(jobs->db, take_waiting, &waiting,
				      "SELECT reply, next_ms FROM recipient WHERE job = ?"
				      " AND +state = 'queued' ORDER BY next_ms LIMIT 1", "i", id) &&
		       jobs_change_state(jobs, id, JOB_QUEUED, waiting.reason, waiting.next_ms);
	if (count_recipients(jobs, id, RECIPIENT_HELD))
		return jobs_change_state(jobs, id, JOB_HELD, "held by the user", 0);
	if (count_recipients(jobs, id, RECIPIENT_CANCELLED))
		return jobs_change_state(jobs, id, JOB_CANCELLED, "cancelled by the user", 0);
	/* a job is as far as its last recipient */
	handed_over = count_recipients(jobs, id, RECIPIENT_HANDED_OVER);
	delivered = count_recipients(jobs, id, RECIPIENT_DELIVERED);
	if (!failed)
		return jobs_change_state(jobs, id, handed_over ? JOB_HANDED_OVER :
					 delivered ? JOB_DELIVERED : JOB_PROCESSED, "", 0);
	all = failed + handed_over + delivered + count_recipients(jobs, id, RECIPIENT_PROCESSED);
	if (!database_query(jobs->db, take_waiting, &waiting,
			    "SELECT reply, 0 FROM recipient"
			    " WHERE job = ? AND +state = 'failed' ORDER BY position LIMIT 1",
			    "i", id))
		return false;
	if (all > 1) {
		char reason[sizeof(waiting.reason)];

		snprintf(reason, sizeof(reason),
			 "%lld of %lld recipients did not get it; the first: %.900s",
			 (long long)failed, (long long)all, waiting.reason);
		return jobs_change_state(jobs, id, JOB_FAILED, reason, 0);
	}
	return jobs_change_state(jobs, id, JOB_FAILED, waiting.reason, 0);
}

bool jobs_change_recipients(struct jobs *jobs, int64_t id, const struct recipient *recipient,
			    size_t recipients)
{
	bool good = true;

	for (size_t i = 0; good && i < recipients; i++)
		good = update_recipient(jobs, id, &recipient[i]) &&
		       (!recipient[i].relayed || recipient[i].state != RECIPIENT_HANDED_OVER ||
			jobs_owe_relayed(jobs, id, recipient[i].position));
	return good && jobs_settle(jobs, id) && jobs_owe_failures(jobs, id);
}

bool jobs_set_recipients(struct jobs *jobs, int64_t id, const struct recipient *recipient,
			 size_t recipients)
{
	bool good = database_begin(jobs->db) &&
		    jobs_change_recipients(jobs, id, recipient, recipients);

	return database_end(jobs->db, good);
}

bool jobs_requeue(struct jobs *jobs)
{
	bool good = database_begin(jobs->db) &&
		    database_exec(jobs->db, "UPDATE recipient SET state = 'queued', next_ms = 0"
				  " WHERE state = 'sending'") &&
		    database_exec(jobs->db, "UPDATE job SET state = 'queued', next_ms = 0"
				  " WHERE state = 'sending'");

	return database_end(jobs->db, good);
}
