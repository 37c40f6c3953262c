// SPDX-License-Identifier: GPL-2.0
/*
 * confirm: what is owed to those who sent to us, and what is confirmed to us
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "book.h"
#include "confirm.h"
#include "jobs_private.h"
#include "log.h"
#include "send/alternative.h"
#include "send/mails.h"
#include "send/relay.h"
#include "send/rules.h"

/* ---- owing ---- */

/* @notified: what NOTIFY must say; one DSN for each recipient, whichever it is */
static bool owe_dsn(struct jobs *jobs, int64_t id, const char *kind, const char *action,
		    const char *status, const char *text, const char *notified)
{
	return database_run(jobs->db,
			    "INSERT OR IGNORE INTO report(job, position, kind, action, status,"
			    " text, time_ms) SELECT j.id, r.position, ?, ?, ?, ?, ?"
			    " FROM job j JOIN recipient r ON r.job = j.id WHERE j.id = ?"
			    " AND j.source LIKE 'smtp%' AND j.sender <> ''"
			    " AND instr(CASE r.notify WHEN '' THEN 'FAILURE,DELAY'"
			    " ELSE r.notify END, ?)",
			    "ssssiis", kind, action, status, text, now_ms(), id, notified);
}

/* To each recipient of the envelope; without an envelope (POP3) to the station. */
static bool owe_mdn(struct jobs *jobs, int64_t id, const char *action, const char *text,
		    bool unasked)
{
	return database_run(jobs->db,
			    "INSERT OR IGNORE INTO report(job, position, kind, action, status,"
			    " text, time_ms) SELECT j.id, ifnull(r.position, -1), 'mdn', ?, '', ?, ?"
			    " FROM job j LEFT JOIN recipient r ON r.job = j.id WHERE j.id = ?"
			    " AND (j.mdn_to <> '' OR (? AND j.error_to <> ''"
			    " AND j.source NOT LIKE 'smtp%'))",
			    "ssiii", action, text, now_ms(), id, (int64_t)unasked);
}

bool jobs_owe_alternative(struct jobs *jobs, int64_t id)
{
	return owe_mdn(jobs, id, "alternative", "", false);
}

static bool owe_outcome(struct jobs *jobs, int64_t id, const struct confirm_outcome *outcome,
			const struct config_confirm *rules)
{
	switch (outcome->state) {
	case JOB_PRINTED:
	case JOB_NOTED:
		return !rules->mdn || owe_mdn(jobs, id, "dispatched", "", false);
	case JOB_KEPT:
		return owe_dsn(jobs, id, "dsn", "failed", outcome->status, outcome->reason,
			       "FAILURE") &&
		       (!rules->mdn ||
			owe_mdn(jobs, id, "failed", outcome->reason, rules->mdn_failures));
	case JOB_CANCELLED:
		return !rules->mdn || owe_mdn(jobs, id, "deleted", "", false);
	default:
		return true;
	}
}

/*
 * The sender of a mail that we sent on; the operator, of what we sent ourselves. A
 * report (it has no sender) that cannot be delivered is reported to nobody.
 */
bool jobs_owe_failures(struct jobs *jobs, int64_t id)
{
	return database_run(jobs->db,
			    "INSERT OR IGNORE INTO report(job, position, kind, action, status,"
			    " text, time_ms) SELECT j.id, r.position, 'dsn', 'failed',"
			    " CASE WHEN r.reply GLOB '5[0-9][0-9] 5.[0-9].[0-9]*'"
			    " THEN substr(r.reply, 5, 5) ELSE '5.0.0' END, r.reply ||"
			    " CASE r.note WHEN '' THEN '' ELSE ' (' || r.note || ')' END, ?"
			    " FROM job j JOIN recipient r ON r.job = j.id"
			    " WHERE j.id = ? AND NOT j.incoming AND r.state = 'failed'"
			    " AND j.sender <> '' AND j.message_file <> ''"
			    " AND ((j.kind = 'relay' AND instr(CASE r.notify WHEN '' THEN"
			    " 'FAILURE' ELSE r.notify END, 'FAILURE'))"
			    " OR (j.kind IN ('document', 'forward') AND ?))",
			    "iii", now_ms(), id, (int64_t)jobs->operator);
}

/* RFC 3461, 5.2.2: from here on nobody tells who asked to be told. */
bool jobs_owe_relayed(struct jobs *jobs, int64_t id, int64_t position)
{
	return database_run(jobs->db,
			    "INSERT OR IGNORE INTO report(job, position, kind, action, status,"
			    " text, time_ms) SELECT j.id, r.position, 'dsn', 'relayed', '2.0.0',"
			    " r.reply, ? FROM job j JOIN recipient r ON r.job = j.id"
			    " WHERE j.id = ? AND r.position = ? AND j.kind = 'relay'"
			    " AND j.sender <> '' AND j.message_file <> ''"
			    " AND instr(r.notify, 'SUCCESS')", "iii", now_ms(), id, position);
}

void jobs_tell_operator(struct jobs *jobs)
{
	jobs->operator = true;
}

bool jobs_conclude(struct jobs *jobs, int64_t id, const struct confirm_outcome *outcome,
		   const struct config_confirm *rules)
{
	bool good = database_begin(jobs->db) &&
		    jobs_change_state(jobs, id, outcome->state, outcome->reason, 0) &&
		    owe_outcome(jobs, id, outcome, rules);

	return database_end(jobs->db, good);
}

bool jobs_set_asked(struct jobs *jobs, int64_t id, const struct opened *opened)
{
	return database_run(jobs->db, "UPDATE job SET author = ?, subject = ?, mdn_to = ?,"
			    " error_to = ?, message_id = ? WHERE id = ?", "sssssi", opened->from,
			    opened->subject, opened->mdn_to, opened->error_to, opened->message_id,
			    id);
}

/* A job that is opened once more, because a retry was asked for, is not passed on again. */
static bool set_effects(struct jobs *jobs, int64_t id, const struct opened *opened,
			const struct rule_effects *effects)
{
	bool first = !database_number(jobs->db, 0, "SELECT passed_on FROM job WHERE id = ?", "i", id);
	char loops[sizeof(opened->loop) + OPENED_LOOPS_MAX] = "";
	bool good = true;

	for (size_t i = 0; i < opened->loops; i++) {
		strcat(loops, opened->loop[i]);
		strcat(loops, " ");
	}
	for (size_t i = 0; good && first && i < effects->mailboxes; i++)
		good = database_run(jobs->db, "INSERT INTO mailbox(name, message_file, bytes,"
				    " arrived_ms) SELECT ?1, message_file, message_bytes, ?2 FROM job"
				    " WHERE id = ?3 AND NOT EXISTS (SELECT 1 FROM mailbox m"
				    " WHERE m.name = ?1 AND m.message_file = job.message_file)",
				    "sii", effects->mailbox[i], now_ms(), id);
	for (size_t i = 0; good && i < effects->forwards; i++)
		good = database_run(jobs->db, "INSERT OR IGNORE INTO forward(job, address, as_pdf)"
				    " VALUES (?, ?, ?)", "isi", id, effects->forward[i].address,
				    (int64_t)effects->forward[i].as_pdf);
	return good && database_run(jobs->db, "UPDATE job SET paper = ?, loops = ?, passed_on = 1"
				    " WHERE id = ?", "isi", (int64_t)effects->paper, loops, id) &&
	       (!effects->relay || relay_store_order(jobs, id, effects->relay));
}

bool jobs_set_opened(struct jobs *jobs, int64_t id, const char *page_file, int64_t pages,
		     const struct opened *opened, const struct rule_effects *effects)
{
	/* a rule sends it on, and nothing of it stays here: others confirm it, or nobody */
	bool passes_on = effects->forwards && !effects->paper && !effects->mailboxes;
	bool good = database_begin(jobs->db) &&
		    database_run(jobs->db, "DELETE FROM page WHERE job = ?", "i", id) &&
		    database_run(jobs->db, "UPDATE job SET page_file = ?, pages = ?,"
				 " page_bytes = ?, pages_printed = 0 WHERE id = ?", "siii",
				 page_file, pages, opened->page_bytes, id) &&
		    jobs_set_asked(jobs, id, opened) && jobs_end_asking(jobs, id, opened) &&
		    owe_dsn(jobs, id, "dsn", passes_on ? "relayed" : "delivered", "2.0.0", "",
			    "SUCCESS") &&
		    set_effects(jobs, id, opened, effects) &&
		    jobs_change_state(jobs, id, effects->forwards || !effects->paper ?
				      JOB_FORWARDING : JOB_PRINTING, "", 0);

	return database_end(jobs->db, good);
}

bool jobs_owe_delays(struct jobs *jobs, int64_t since_ms)
{
	return database_run(jobs->db,
			    "INSERT OR IGNORE INTO report(job, position, kind, action, status,"
			    " text, time_ms) SELECT j.id, r.position, 'delay', 'delayed', '4.3.0',"
			    " j.reason, ?2 FROM job j JOIN recipient r ON r.job = j.id"
			    " WHERE j.state IN ('received', 'opening') AND j.created_ms < ?1"
			    " AND j.source LIKE 'smtp%' AND j.sender <> ''"
			    " AND (r.notify = '' OR instr(r.notify, 'DELAY'))"
			    /* what is sent on, and waits for its next server */
			    " UNION SELECT j.id, r.position, 'delay', 'delayed', '4.4.7',"
			    " r.reply, ?2 FROM recipient r JOIN job j ON r.job = j.id"
			    " WHERE r.state = 'queued' AND j.created_ms < ?1"
			    " AND j.kind = 'relay' AND j.sender <> '' AND j.message_file <> ''"
			    " AND (r.notify = '' OR instr(r.notify, 'DELAY'))",
			    "ii", since_ms, now_ms());
}

/* ---- paying ---- */

static bool take_owed(void *arg, sqlite3_stmt *row)
{
	struct owed *owed = arg;

	*owed = (struct owed){
		.job = sqlite3_column_int64(row, 0),
		.position = sqlite3_column_int64(row, 1),
		.kind = jobs_text(row, 2),
		.action = jobs_text(row, 3),
		.status = jobs_text(row, 4),
		.text = jobs_text(row, 5),
		.time_ms = sqlite3_column_int64(row, 6),
	};
	return false;
}

bool jobs_next_owed(struct jobs *jobs, struct owed *owed)
{
	*owed = (struct owed){ 0 };
	database_query(jobs->db, take_owed, owed,
		       "SELECT job, position, kind, action, status, text, time_ms FROM report"
		       " WHERE mail = 0 ORDER BY time_ms, job, position LIMIT 1", "");
	if (owed->job && owed->kind && owed->action && owed->status && owed->text)
		return true;
	owed_clear(owed);
	return false;
}

void owed_clear(struct owed *owed)
{
	free(owed->kind);
	free(owed->action);
	free(owed->status);
	free(owed->text);
	*owed = (struct owed){ 0 };
}

bool jobs_owes(struct jobs *jobs, int64_t id)
{
	/* when in doubt (the database cannot be read) it is owed */
	return database_number(jobs->db, 1, "SELECT count(*) FROM report WHERE job = ? AND mail = 0",
			       "i", id);
}

/* An MDN is of one recipient; a DSN tells of all that the same happened to. */
#define SAME_REPORT	"job = ?1 AND kind = ?2 AND action = ?3 AND mail = 0" \
			" AND (position = ?4 OR kind <> 'mdn')"

bool jobs_owed_recipients(struct jobs *jobs, const struct owed *owed, struct recipients *recipients)
{
	size_t kept = 0;

	if (!jobs_recipients(jobs, owed->job, recipients))
		return false;
	for (size_t i = 0; i < recipients->items; i++) {
		struct recipient recipient = recipients->item[i];

		if (database_number(jobs->db, 0,
				    "SELECT count(*) FROM report WHERE " SAME_REPORT
				    " AND position = ?5", "issii", owed->job, owed->kind,
				    owed->action, owed->position, recipient.position))
			recipients->item[kept++] = recipient;
		else
			recipient_clear(&recipient);
	}
	recipients->items = kept;
	return true;
}

static bool set_mail(struct jobs *jobs, const struct owed *owed, int64_t mail)
{
	return database_run(jobs->db, "UPDATE report SET mail = ?5 WHERE " SAME_REPORT, "issii",
			    owed->job, owed->kind, owed->action, owed->position, mail);
}

/* On paper, a report is a mail that has come in: it is opened and printed as any. */
static bool insert_sheet(struct jobs *jobs, const struct report_mail *mail, int64_t *id)
{
	int64_t now = now_ms();

	if (!database_run(jobs->db, "INSERT INTO job(incoming, kind, state, subject, message_file,"
			  " message_bytes, created_ms, changed_ms)"
			  " VALUES (1, 'sheet', 'received', ?, ?, ?, ?, ?)", "ssiii",
			  mail->subject, mail->message_file, mail->message_bytes, now, now))
		return false;
	*id = sqlite3_last_insert_rowid(jobs->db);
	return true;
}

static bool insert_mail(struct jobs *jobs, const struct owed *owed, const struct report_mail *mail,
			int64_t *id)
{
	int64_t now = now_ms();

	/* the null reverse-path: nobody reports about reports */
	if (!database_run(jobs->db, "INSERT INTO job(incoming, state, kind, subject, message_id,"
			  " message_file, message_bytes, created_ms, changed_ms)"
			  " VALUES (0, 'queued', ?, ?, ?, ?, ?, ?, ?)", "ssssiii",
			  job_kind_name(strcmp(owed->kind, "mdn") ? JOB_DSN : JOB_MDN),
			  mail->subject, mail->message_id, mail->message_file, mail->message_bytes, now, now))
		return false;
	*id = sqlite3_last_insert_rowid(jobs->db);
	return database_run(jobs->db, "INSERT INTO recipient(job, position, address, state)"
			    " VALUES (?, 0, ?, 'queued')", "is", *id, mail->to);
}

int64_t jobs_pay(struct jobs *jobs, const struct owed *owed, const struct report_mail *mail,
		 bool on_paper)
{
	int64_t id = 0;
	bool good = database_begin(jobs->db) &&
		    (!on_paper || insert_sheet(jobs, mail, &id)) &&
		    (!mail->to || insert_mail(jobs, owed, mail, &id)) && set_mail(jobs, owed, id);

	return database_end(jobs->db, good) ? id : 0;
}

bool jobs_waive(struct jobs *jobs, const struct owed *owed)
{
	return set_mail(jobs, owed, -1);
}

/* ---- what is confirmed to us ---- */

/* A DSN names the envelope, an MDN the message; a bounce what it happens to hold. */
static int64_t find_job(struct jobs *jobs, const struct report *report, int64_t *part)
{
	char name[MAIL_ID_BYTES];
	int64_t id = 0;

	if (report->kind == REPORT_DSN && *report->envelope_id) {
		snprintf(name, sizeof(name), "%.500s", report->envelope_id);
		mail_id_strip(name, part);
		id = database_number(jobs->db, 0, "SELECT id FROM job WHERE incoming = 0"
				     " AND envelope_id <> '' AND envelope_id = ?", "s", name);
	}
	if (!id && *report->message_id) {
		snprintf(name, sizeof(name), "%.500s", report->message_id);
		mail_id_strip(name, part);
		id = database_number(jobs->db, 0, "SELECT id FROM job WHERE incoming = 0"
				     " AND kind IN ('document', 'request') AND message_id <> ''"
				     " AND message_id = ?", "s", name);
	}
	return id;
}

static const char *type_skipped(const char *original)
{
	const char *address = strchr(original, ';');

	return address ? address + 1 : original;
}

/* Who is meant: by the name that we gave, by the one that it became, or because there is no other. */
static struct recipient *find_recipient(struct recipients *recipients,
					const struct report_item *item)
{
	const char *names[] = { item->original, item->recipient };

	for (int n = 0; n < 2; n++)
		for (size_t i = 0; names[n] && *names[n] && i < recipients->items; i++)
			if (!strcasecmp(names[n], recipients->item[i].address) ||
			    !strcasecmp(names[n], type_skipped(recipients->item[i].original)))
				return &recipients->item[i];
	return recipients->items == 1 ? recipients->item : NULL;
}

static const struct {
	const char *action;
	enum recipient_state state;	/* RECIPIENT_HANDED_OVER: no more than that is known */
} actions[] = {
	{ "delivered", RECIPIENT_DELIVERED },
	{ "processed", RECIPIENT_PROCESSED },
	{ "failed", RECIPIENT_FAILED },
	{ "deleted", RECIPIENT_FAILED },
	{ "relayed", RECIPIENT_HANDED_OVER },
	{ "expanded", RECIPIENT_HANDED_OVER },
	{ "delayed", RECIPIENT_HANDED_OVER },
	{ "alternative", RECIPIENT_HANDED_OVER },
	{ "unavailable", RECIPIENT_HANDED_OVER },
};

static bool state_of_action(const char *action, enum recipient_state *state)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		if (!strcmp(actions[i].action, action)) {
			*state = actions[i].state;
			return true;
		}
	}
	return false;
}

/* How much is known: it only grows, and an error is never overwritten. */
static int rank(enum recipient_state state)
{
	switch (state) {
	case RECIPIENT_HANDED_OVER:
		return 1;
	case RECIPIENT_DELIVERED:
		return 2;
	case RECIPIENT_PROCESSED:
		return 3;
	case RECIPIENT_FAILED:
		return 4;
	default:
		return 0;
	}
}

/*
 * Who still waits for a connection may have got the mail all the same, if the
 * reply to its end was lost; but that it failed elsewhere is no end of our tries.
 */
static bool is_news(const struct recipient *recipient, enum recipient_state state)
{
	if (recipient->state == RECIPIENT_QUEUED)
		return state == RECIPIENT_DELIVERED || state == RECIPIENT_PROCESSED;
	if (state == RECIPIENT_HANDED_OVER)
		return recipient->state == RECIPIENT_HANDED_OVER;
	return rank(recipient->state) && rank(state) > rank(recipient->state);
}

/* What it says of itself; not stored: false */
static bool learn(struct jobs *jobs, const char *address, const char *kind,
		  const struct report_item *item)
{
	struct peer peer = { .known = true };

	if (!item->codings)
		return true;
	snprintf(peer.codings, sizeof(peer.codings), "%s", item->codings);
	snprintf(peer.dpi, sizeof(peer.dpi), "%s", item->dpi ? item->dpi : "");
	snprintf(peer.sizes, sizeof(peer.sizes), "%s", item->sizes ? item->sizes : "");
	snprintf(peer.source, sizeof(peer.source), "%s", kind);
	return book_learn(jobs, address, &peer, item->features ? item->features : "");
}

/* @part: of the mail that it is about, 0: of the only one; @kind: who tells: mdn or dsn */
static bool confirm_item(struct jobs *jobs, int64_t id, int64_t from, int64_t part,
			 const char *kind, const struct report_item *item,
			 struct recipients *recipients)
{
	struct recipient *recipient = find_recipient(recipients, item);
	enum recipient_state state;
	char *reply;

	if (!recipient || !item->action || !state_of_action(item->action, &state)) {
		log_event(LOG_NOTICE, "confirm.unknown job=%lld recipient=%s action=%s",
			  (long long)id, item->recipient ? item->recipient : "",
			  item->action ? item->action : "");
		return true;
	}
	/* what is said for one document only is not learned (RFC 3297, 3.2.3) */
	if (!strcmp(item->action, "alternative"))
		return jobs_set_wanted(jobs, id, from, item, recipient);
	if (!learn(jobs, recipient->address, kind, item))
		return false;
	/* good news count when they are about the last of several mails */
	if (!is_news(recipient, state) ||
	    (state != RECIPIENT_FAILED && part &&
	     part < database_number(jobs->db, 1, "SELECT max(part) FROM mail WHERE job = ?", "i", id)))
		return true;
	if (asprintf(&reply, "%s%s%s%s%s", item->action, item->status ? " " : "",
		     item->status ? item->status : "", item->text ? ": " : "",
		     item->text ? item->text : "") < 0)
		return false;
	free(recipient->reply);
	recipient->reply = reply;
	recipient->state = state;
	log_event(LOG_NOTICE, "confirm.recipient job=%lld to=%s state=%s text=%s", (long long)id,
		  recipient->address, recipient_state_name(state), reply);
	return true;
}

/* What somebody cannot send us in a better form is no job of ours that failed. */
static int64_t confirm_asked(struct jobs *jobs, const struct report *report)
{
	int64_t id = database_begin(jobs->db) ? jobs_asked_in_vain(jobs, report) : 0;

	return database_end(jobs->db, id) ? id : 0;
}

int64_t jobs_confirm(struct jobs *jobs, int64_t from, const struct report *report, bool *failed)
{
	struct recipients recipients;
	int64_t part = 0, id;
	bool good = true;

	*failed = false;
	for (size_t i = 0; i < report->items; i++) {
		const char *action = report->item[i].action;

		*failed |= action && (!strcmp(action, "failed") || !strcmp(action, "deleted"));
	}
	id = find_job(jobs, report, &part);
	if (!id)
		return confirm_asked(jobs, report);
	if (!jobs_recipients(jobs, id, &recipients))
		return -1;
	good = database_begin(jobs->db);
	for (size_t i = 0; good && i < report->items; i++)
		good = confirm_item(jobs, id, from, part,
				    report->kind == REPORT_MDN ? "mdn" : "dsn", &report->item[i],
				    &recipients);
	good = database_end(jobs->db, good && jobs_change_recipients(jobs, id, recipients.item,
								      recipients.items));
	recipients_clear(&recipients);
	return good ? id : -1;
}
