// SPDX-License-Identifier: GPL-2.0
/*
 * jobs: how they begin
 */
#include "jobs_private.h"
#include "mailbox.h"
#include "repeats.h"

static bool add_recipients(struct jobs *jobs, int64_t id, const struct job_recipient *recipient,
			   size_t recipients, enum recipient_state state)
{
	for (size_t i = 0; i < recipients; i++)
		if (!database_run(jobs->db,
				  "INSERT INTO recipient(job, position, address, state, notify,"
				  " original) VALUES (?, ?, ?, ?, ifnull(?, ''), ifnull(?, ''))",
				  "iissss", id, (int64_t)i, recipient[i].address,
				  recipient_state_name(state), recipient[i].notify,
				  recipient[i].original))
			return false;
	return true;
}

static bool insert_outgoing(struct jobs *jobs, const struct job_draft *draft, int64_t *id)
{
	int64_t now = now_ms();

	if (!database_run(jobs->db, "INSERT INTO job(incoming, kind, state, sender, subject,"
			  " coding, message_id, envelope_id, dsn_return, page_file, part_bytes,"
			  " policy, resolution, importance, broadcast, text, created_ms,"
			  " changed_ms) VALUES (0, 'document', 'scanning', ?, ?, ?, ?, ?,"
			  " ifnull(?, ''), ?, ?, ?, ?, ?, ?, ?, ?, ?)", "sssssssisssssii",
			  draft->sender, draft->subject, draft->coding, draft->message_id,
			  draft->envelope_id, draft->dsn_return, draft->page_file,
			  draft->part_bytes, draft->policy, draft->resolution, draft->importance,
			  draft->broadcast, draft->text, now, now))
		return false;
	*id = sqlite3_last_insert_rowid(jobs->db);
	return add_recipients(jobs, *id, draft->recipient, draft->recipients, RECIPIENT_QUEUED) &&
	       (!draft->notify ||
		database_run(jobs->db, "UPDATE recipient SET notify = ?, original ="
			     " 'rfc822;' || address WHERE job = ?", "si", draft->notify, *id)) &&
	       jobs_add_stage(jobs, *id, JOB_SCANNING, "", now);
}

int64_t jobs_add_outgoing(struct jobs *jobs, const struct job_draft *draft)
{
	int64_t id = 0;
	bool good = database_begin(jobs->db) && insert_outgoing(jobs, draft, &id);

	return database_end(jobs->db, good) ? id : 0;
}

static bool insert_incoming(struct jobs *jobs, const struct job_arrival *arrival, int64_t *id)
{
	int64_t now = now_ms();

	if (!database_run(jobs->db, "INSERT INTO job(incoming, kind, state, sender, source,"
			  " message_file, message_bytes, envelope_id, dsn_return, login, spf,"
			  " created_ms, changed_ms)"
			  " VALUES (1, 'mail', 'received', ?, ?, ?, ?, ifnull(?, ''),"
			  " ifnull(?, ''), ifnull(?, ''), ifnull(?, ''), ?, ?)",
			  "sssissssii", arrival->sender, arrival->source, arrival->message_file,
			  arrival->message_bytes, arrival->envelope_id, arrival->dsn_return,
			  arrival->login, arrival->spf, now, now))
		return false;
	*id = sqlite3_last_insert_rowid(jobs->db);
	if (arrival->account && !jobs_set_fetched(jobs, *id, arrival))
		return false;
	for (size_t i = 0; i < arrival->mailboxes; i++)
		if (!mailbox_put(jobs, arrival->mailbox[i], arrival->message_file,
				 arrival->message_bytes))
			return false;
	return add_recipients(jobs, *id, arrival->recipient, arrival->recipients,
			      RECIPIENT_HANDED_OVER) &&
	       jobs_add_stage(jobs, *id, JOB_RECEIVED, "", now);
}

/* Mail that is sent on is a job of its own; the file is the same. */
static bool insert_relay(struct jobs *jobs, const struct job_arrival *arrival, int64_t *id)
{
	int64_t now = now_ms();

	if (!database_run(jobs->db, "INSERT INTO job(incoming, kind, state, sender, source,"
			  " message_file, message_bytes, envelope_id, dsn_return, convertible,"
			  " created_ms, changed_ms)"
			  " VALUES (0, 'relay', 'queued', ?, ?, ?, ?, ifnull(?, ''),"
			  " ifnull(?, ''), ?, ?, ?)",
			  "sssissiii", arrival->sender, arrival->source, arrival->message_file,
			  arrival->message_bytes, arrival->envelope_id, arrival->dsn_return,
			  (int64_t)arrival->convertible, now, now))
		return false;
	*id = sqlite3_last_insert_rowid(jobs->db);
	return add_recipients(jobs, *id, arrival->relay, arrival->relays, RECIPIENT_QUEUED) &&
	       jobs_add_stage(jobs, *id, JOB_QUEUED, "", now);
}

int64_t jobs_add_arrival(struct jobs *jobs, const struct job_arrival *arrival)
{
	int64_t id = 0;

	if (arrival->relays && !insert_relay(jobs, arrival, &id))
		return 0;
	/* what came without an envelope is for us */
	if ((arrival->recipients || !arrival->relays) && !insert_incoming(jobs, arrival, &id))
		return 0;
	if (arrival->repeat_key && !repeats_keep(jobs, arrival->repeat_key, id))
		return 0;
	return id;
}

bool jobs_remove_arrival(struct jobs *jobs, const struct job_arrival *arrival)
{
	bool failing = jobs->failing;
	bool good;

	/* what the disk does not hold may go even if it fails */
	jobs->failing = false;
	good = database_begin(jobs->db) &&
	       (!arrival->repeat_key || repeats_forget(jobs, arrival->repeat_key)) &&
	       database_run(jobs->db, "DELETE FROM fetched WHERE job IN"
			    " (SELECT id FROM job WHERE message_file = ?)", "s",
			    arrival->message_file) &&
	       database_run(jobs->db, "DELETE FROM mailbox WHERE message_file = ?", "s",
			    arrival->message_file) &&
	       database_run(jobs->db, "DELETE FROM job WHERE message_file = ?", "s",
			    arrival->message_file);
	good = database_end(jobs->db, good);
	jobs->failing = failing;
	return good;
}
