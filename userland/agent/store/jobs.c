// SPDX-License-Identifier: GPL-2.0
/*
 * jobs: what the station has to do and has done
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "database.h"
#include "jobs.h"
#include "jobs_private.h"
#include "log.h"
#include "mailbox.h"
#include "repeats.h"
#include "send/forms.h"
#include "send/mails.h"

/* What makes a database of version N - 1 one of version N. */
static const char * const schema[] = {
	"CREATE TABLE IF NOT EXISTS job ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, incoming INTEGER NOT NULL, state TEXT NOT NULL,"
	" reason TEXT NOT NULL DEFAULT '', next_ms INTEGER NOT NULL DEFAULT 0,"
	" sender TEXT NOT NULL DEFAULT '', subject TEXT NOT NULL DEFAULT '',"
	" coding TEXT NOT NULL DEFAULT '', message_id TEXT NOT NULL DEFAULT '',"
	" source TEXT NOT NULL DEFAULT '', message_file TEXT NOT NULL DEFAULT '',"
	" page_file TEXT NOT NULL DEFAULT '', pages INTEGER NOT NULL DEFAULT 0,"
	" pages_printed INTEGER NOT NULL DEFAULT 0, page_bytes INTEGER NOT NULL DEFAULT 0,"
	" message_bytes INTEGER NOT NULL DEFAULT 0, created_ms INTEGER NOT NULL,"
	" changed_ms INTEGER NOT NULL);"
	"CREATE INDEX IF NOT EXISTS job_state ON job(state, id);"
	"CREATE TABLE IF NOT EXISTS recipient ("
	" job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE, position INTEGER NOT NULL,"
	" address TEXT NOT NULL, state TEXT NOT NULL, reply TEXT NOT NULL DEFAULT '',"
	" next_ms INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0,"
	" waited_ms INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (job, position)) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS recipient_due ON recipient(state, next_ms);"
	"CREATE TABLE IF NOT EXISTS page ("
	" job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE, number INTEGER NOT NULL,"
	" lines INTEGER NOT NULL, bytes INTEGER NOT NULL, ns INTEGER NOT NULL,"
	" PRIMARY KEY (job, number)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS event ("
	" job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE, time_ms INTEGER NOT NULL,"
	" state TEXT NOT NULL, reason TEXT NOT NULL);"
	"CREATE INDEX IF NOT EXISTS event_job ON event(job);"
	/* outlives the job: what was fetched once is never fetched again */
	"CREATE TABLE IF NOT EXISTS fetched ("
	" account TEXT NOT NULL, unique_id TEXT NOT NULL, digest TEXT NOT NULL,"
	" job INTEGER NOT NULL, time_ms INTEGER NOT NULL,"
	" PRIMARY KEY (account, unique_id, digest)) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS fetched_digest ON fetched(account, digest);"
	"PRAGMA user_version = 1;",
	/* what envelopes say about confirmations (RFC 3461), and messages (RFC 8098) */
	"ALTER TABLE job ADD COLUMN envelope_id TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN dsn_return TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN mdn_to TEXT NOT NULL DEFAULT '';"
	"CREATE INDEX job_envelope_id ON job(envelope_id) WHERE envelope_id <> '';"
	"CREATE INDEX job_message_id ON job(message_id) WHERE message_id <> '';"
	"ALTER TABLE recipient ADD COLUMN notify TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE recipient ADD COLUMN original TEXT NOT NULL DEFAULT '';"
	"PRAGMA user_version = 2;",
	/* mail that waits to be fetched: its file is also the job's, and other mailboxes' */
	"CREATE TABLE mailbox (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,"
	" message_file TEXT NOT NULL, bytes INTEGER NOT NULL, arrived_ms INTEGER NOT NULL);"
	"CREATE INDEX mailbox_name ON mailbox(name, id);"
	"CREATE INDEX mailbox_file ON mailbox(message_file);"
	"PRAGMA user_version = 3;",
	/* who wrote a mail is not who sent it; reports to be made; parts of messages */
	"ALTER TABLE job ADD COLUMN author TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN error_to TEXT NOT NULL DEFAULT '';"
	"CREATE TABLE report ("
	" job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE, position INTEGER NOT NULL,"
	" kind TEXT NOT NULL, action TEXT NOT NULL, status TEXT NOT NULL, text TEXT NOT NULL,"
	" time_ms INTEGER NOT NULL, mail INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY (job, position, kind)) WITHOUT ROWID;"
	"CREATE INDEX report_owed ON report(time_ms) WHERE mail = 0;"
	"CREATE TABLE fragment ("
	" job INTEGER PRIMARY KEY REFERENCES job ON DELETE CASCADE, id TEXT NOT NULL,"
	" number INTEGER NOT NULL, total INTEGER NOT NULL);"
	"CREATE INDEX fragment_id ON fragment(id, number);"
	"PRAGMA user_version = 4;",
	"ALTER TABLE fetched ADD COLUMN listed_bytes INTEGER NOT NULL DEFAULT -1;"
	"ALTER TABLE fetched ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;"
	"PRAGMA user_version = 5;",
	/* a document can be several mails: one for each recipient, one for some of its pages */
	"CREATE TABLE mail ("
	" job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE, position INTEGER NOT NULL,"
	" part INTEGER NOT NULL, first_page INTEGER NOT NULL, last_page INTEGER NOT NULL,"
	" bytes INTEGER NOT NULL DEFAULT 0, file TEXT NOT NULL DEFAULT '',"
	" PRIMARY KEY (job, position, part)) WITHOUT ROWID;"
	"CREATE INDEX mail_file ON mail(file) WHERE file <> '';"
	"INSERT INTO mail(job, position, part, first_page, last_page)"
	" SELECT id, -1, 1, 1, pages FROM job WHERE incoming = 0 AND state = 'composing';"
	"ALTER TABLE recipient ADD COLUMN part INTEGER NOT NULL DEFAULT 1;"
	"PRAGMA user_version = 6;",
	/* a file is looked for by its name: at each start, and by each job that ends */
	"CREATE INDEX job_message_file ON job(message_file);"
	"CREATE INDEX job_page_file ON job(page_file);"
	"PRAGMA user_version = 7;",
	/* what those that we send to can receive */
	"CREATE TABLE peer (address TEXT PRIMARY KEY COLLATE NOCASE, codings TEXT NOT NULL,"
	" features TEXT NOT NULL, source TEXT NOT NULL, time_ms INTEGER NOT NULL) WITHOUT ROWID;"
	"PRAGMA user_version = 8;",
	/* mails that go on to others, by rules */
	"ALTER TABLE job ADD COLUMN paper INTEGER NOT NULL DEFAULT 1;"
	"ALTER TABLE job ADD COLUMN loops TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN passed_on INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE forward ("
	" job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE, address TEXT NOT NULL,"
	" as_pdf INTEGER NOT NULL, mail INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY (job, address)) WITHOUT ROWID;"
	"PRAGMA user_version = 9;",
	/* a mail that goes as message/partial is several that share a file */
	"ALTER TABLE job ADD COLUMN part_bytes INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE mail ADD COLUMN begin_byte INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE mail ADD COLUMN end_byte INTEGER NOT NULL DEFAULT 0;"
	"PRAGMA user_version = 10;",
	/* mail that was taken, but whose sender may not have heard so: it may send it again */
	"CREATE TABLE unheard (repeat_key TEXT PRIMARY KEY, job INTEGER NOT NULL,"
	" time_ms INTEGER NOT NULL) WITHOUT ROWID;"
	"PRAGMA user_version = 11;",
	/* mail of mailboxes with PDFs instead of TIFFs */
	"CREATE TABLE pdf (message_file TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TRIGGER pdf_gone AFTER DELETE ON mailbox"
	" WHEN NOT EXISTS (SELECT 1 FROM mailbox WHERE message_file = OLD.message_file)"
	" BEGIN DELETE FROM pdf WHERE message_file = OLD.message_file; END;"
	"PRAGMA user_version = 12;",
	/* each recipient gets what it can take: mails of one document in several forms */
	"ALTER TABLE job ADD COLUMN policy TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN resolution TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN document TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN importance TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN text TEXT;"
	"ALTER TABLE job ADD COLUMN convertible INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN pages_until_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN original_id TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE recipient ADD COLUMN mail INTEGER NOT NULL DEFAULT -1;"
	"ALTER TABLE recipient ADD COLUMN form TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE recipient ADD COLUMN note TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE recipient ADD COLUMN converted INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE recipient ADD COLUMN resent INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE mail ADD COLUMN form TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE mail ADD COLUMN original_id TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE peer ADD COLUMN dpi TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE peer ADD COLUMN sizes TEXT NOT NULL DEFAULT '';"
	"UPDATE recipient SET mail = position WHERE EXISTS (SELECT 1 FROM mail m"
	" WHERE m.job = recipient.job AND m.position = recipient.position);"
	"PRAGMA user_version = 13;",
	/* requests by mail: who brought them, which ones there were, who waits for an answer */
	"ALTER TABLE job ADD COLUMN login TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN answer_to TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN answer_ms INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX job_answer ON job(answer_ms) WHERE answer_ms > 0;"
	"CREATE TABLE request (message_id TEXT PRIMARY KEY, time_ms INTEGER NOT NULL) WITHOUT ROWID;"
	"PRAGMA user_version = 14;",
	/* whether its sender was its domain's */
	"ALTER TABLE job ADD COLUMN spf TEXT NOT NULL DEFAULT '';"
	"PRAGMA user_version = 15;",
	/* documents that can be asked for in a better form, or are */
	"CREATE INDEX job_pages_until ON job(pages_until_ms) WHERE pages_until_ms > 0;"
	"PRAGMA user_version = 16;",
	"ALTER TABLE job ADD COLUMN broadcast TEXT NOT NULL DEFAULT '';"
	"PRAGMA user_version = 17;",
	/* each index that a mail is in costs it a page of the log: only what is looked for is */
	"DROP INDEX recipient_due;"
	"CREATE INDEX recipient_due ON recipient(state, next_ms) WHERE state = 'queued';"
	"DROP INDEX job_page_file;"
	"CREATE INDEX job_page_file ON job(page_file) WHERE page_file <> '';"
	"CREATE TABLE stage ("
	" job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE, number INTEGER NOT NULL,"
	" time_ms INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,"
	" PRIMARY KEY (job, number)) WITHOUT ROWID;"
	"INSERT INTO stage SELECT job, rowid, time_ms, state, reason FROM event;"
	"DROP TABLE event;"
	"PRAGMA user_version = 18;",
	/* what a job is stood where it says who brought it */
	"ALTER TABLE job ADD COLUMN kind TEXT NOT NULL DEFAULT '';"
	"UPDATE job SET kind = CASE WHEN incoming AND source = 'report' THEN 'sheet'"
	" WHEN incoming THEN 'mail' WHEN source = '' THEN 'document'"
	" WHEN source = 'relay' THEN 'request'"
	" WHEN source IN ('forward', 'dsn', 'mdn', 'answer') THEN source ELSE 'relay' END;"
	"UPDATE job SET source = '' WHERE kind NOT IN ('mail', 'relay');"
	"PRAGMA user_version = 19;",
};

#define SCHEMA_VERSION	(sizeof(schema) / sizeof(*schema))
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

static bool prepare_schema(sqlite3 *db)
{
	int64_t version = database_number(db, -1, "PRAGMA user_version", "");
	bool good = version >= 0;

	if (version > (int64_t)SCHEMA_VERSION) {
		log_event(LOG_ERR, "database.version found=%lld known=%zu advice=%s",
			  (long long)version, SCHEMA_VERSION, "it was made by a newer ifaxd");
		return false;
	}
	for (; good && version < (int64_t)SCHEMA_VERSION; version++)
		good = database_begin(db) && database_end(db, database_exec(db, schema[version]));
	return good;
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
	if (jobs->db && prepare_schema(jobs->db) && wal_open(&jobs->wal, jobs->db, path) &&
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

/* The states of a set as text for SQL: 'a','b' */
static const char *state_list(unsigned int states, char *list, size_t bytes)
{
	size_t used = 0;

	*list = 0;
	for (int i = 0; i < JOB_STATES; i++)
		if (states & 1U << i)
			used += snprintf(list + used, bytes - used, "%s'%s'", used ? "," : "",
					 state_name[i]);
	return list;
}

#define STATE_LIST_BYTES	256

static bool add_stage(struct jobs *jobs, int64_t id, enum job_state state, const char *reason,
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
	       add_stage(jobs, id, state, reason, now);
}

bool jobs_set_state(struct jobs *jobs, int64_t id, enum job_state state, const char *reason,
		    int64_t next_ms)
{
	bool good = database_begin(jobs->db) && jobs_change_state(jobs, id, state, reason, next_ms);

	return database_end(jobs->db, good);
}

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
			  " coding, message_id, envelope_id, dsn_return, page_file, part_bytes, policy,"
			  " resolution, importance, broadcast, text, created_ms, changed_ms)"
			  " VALUES (0, 'document', 'scanning', ?, ?, ?, ?, ?, ifnull(?, ''), ?, ?, ?, ?, ?, ?, ?,"
			  " ?, ?)", "sssssssisssssii", draft->sender, draft->subject, draft->coding,
			  draft->message_id, draft->envelope_id, draft->dsn_return,
			  draft->page_file, draft->part_bytes, draft->policy, draft->resolution,
			  draft->importance, draft->broadcast, draft->text, now, now))
		return false;
	*id = sqlite3_last_insert_rowid(jobs->db);
	return add_recipients(jobs, *id, draft->recipient, draft->recipients, RECIPIENT_QUEUED) &&
	       (!draft->notify ||
		database_run(jobs->db, "UPDATE recipient SET notify = ?, original ="
			     " 'rfc822;' || address WHERE job = ?", "si", draft->notify, *id)) &&
	       add_stage(jobs, *id, JOB_SCANNING, "", now);
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
			  " VALUES (1, 'mail', 'received', ?, ?, ?, ?, ifnull(?, ''), ifnull(?, ''),"
			  " ifnull(?, ''), ifnull(?, ''), ?, ?)",
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
	       add_stage(jobs, *id, JOB_RECEIVED, "", now);
}

/* Mail that is sent on is a job of its own; the file is the same. */
static bool insert_relay(struct jobs *jobs, const struct job_arrival *arrival, int64_t *id)
{
	int64_t now = now_ms();

	if (!database_run(jobs->db, "INSERT INTO job(incoming, kind, state, sender, source,"
			  " message_file, message_bytes, envelope_id, dsn_return, convertible,"
			  " created_ms, changed_ms)"
			  " VALUES (0, 'relay', 'queued', ?, ?, ?, ?, ifnull(?, ''), ifnull(?, ''), ?, ?, ?)",
			  "sssissiii", arrival->sender, arrival->source, arrival->message_file,
			  arrival->message_bytes, arrival->envelope_id, arrival->dsn_return,
			  (int64_t)arrival->convertible, now, now))
		return false;
	*id = sqlite3_last_insert_rowid(jobs->db);
	return add_recipients(jobs, *id, arrival->relay, arrival->relays, RECIPIENT_QUEUED) &&
	       add_stage(jobs, *id, JOB_QUEUED, "", now);
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
		 " AND next_ms <= ? ORDER BY %s LIMIT 1", state_list(states, list, sizeof(list)),
		 order);
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
		 state_list(states, list, sizeof(list)));
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

/*
 * A job that ended well needs nothing, even if a crash came before its files
 * were removed; but the report that its sender is owed is about its mail.
 */
bool jobs_needs_file(void *jobs, enum spool_place place, const char *name)
{
	static const char * const column[SPOOL_PLACES] = {
		/* by their indexes: a queue is long */
		[SPOOL_MESSAGE] = "id IN (SELECT id FROM job WHERE message_file = ?1 UNION ALL"
				  " SELECT job FROM mail WHERE file = ?1 AND file <> '')",
		[SPOOL_PAGE] = "page_file = ?1 AND page_file <> ''",
		[SPOOL_PROGRESS] = "page_file = ?1 AND page_file <> ''",
	};
	char list[STATE_LIST_BYTES];
	char sql[sizeof(list) + 320];
	struct jobs *j = jobs;

	if (place == SPOOL_PDF)
		return mailbox_has_pdf(j, name);
	if (place == SPOOL_MESSAGE && mailbox_has_file(j, name))
		return true;
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM job WHERE %s AND (state NOT IN (%s)%s)",
		 column[place], state_list(STATES_DONE, list, sizeof(list)),
		 place == SPOOL_MESSAGE ? " OR id IN (SELECT job FROM report WHERE mail = 0)" :
		 " OR (pages_until_ms > 0 AND NOT incoming)");
	/* when in doubt (the database cannot be read) a file is needed */
	return database_number(j->db, 1, sql, "s", name);
}

/* All that jobs_needs_file() says yes to, for a queue that is long. */
static const char *needed_files(enum spool_place place, char *sql, size_t bytes)
{
	char list[STATE_LIST_BYTES];
	const char *done = state_list(STATES_DONE, list, sizeof(list));

	if (place == SPOOL_PDF)
		return "SELECT message_file FROM pdf";
	if (place != SPOOL_MESSAGE)
		snprintf(sql, bytes, "SELECT page_file FROM job WHERE page_file <> '' AND"
			 " (state NOT IN (%s) OR (pages_until_ms > 0 AND NOT incoming))", done);
	else
		snprintf(sql, bytes, "WITH needing AS (SELECT id, message_file FROM job WHERE state"
			 " NOT IN (%s) OR id IN (SELECT job FROM report WHERE mail = 0))"
			 " SELECT message_file FROM mailbox UNION ALL"
			 " SELECT message_file FROM needing WHERE message_file <> '' UNION ALL"
			 " SELECT file FROM mail WHERE file <> '' AND job IN"
			 " (SELECT id FROM needing)", done);
	return sql;
}

struct names {
	char (*name)[SPOOL_NAME_BYTES];
	size_t items;
	size_t room;
	bool lost;		/* one, for want of memory */
};

static bool take_name(void *arg, sqlite3_stmt *row)
{
	struct names *names = arg;
	size_t room = 2 * names->room + 64;
	void *more;

	if (names->items == names->room) {
		more = reallocarray(names->name, room, sizeof(*names->name));
		names->lost = !more;
		if (!more)
			return false;
		names->name = more;
		names->room = room;
	}
	snprintf(names->name[names->items++], SPOOL_NAME_BYTES, "%s", sqlite3_column_text(row, 0));
	return true;
}

static int compare_names(const void *one, const void *other)
{
	return strcmp(one, other);
}

static bool is_among(void *arg, enum spool_place place, const char *name)
{
	const struct names *names = arg;

	return names->items && bsearch(name, names->name, names->items, sizeof(*names->name),
				       compare_names);
}

bool jobs_sweep(struct jobs *jobs, const struct spool *spool, enum spool_place place)
{
	struct names names = { .items = 0 };
	char sql[STATE_LIST_BYTES + 512];
	bool good;

	good = database_query(jobs->db, take_name, &names, needed_files(place, sql, sizeof(sql)),
			      "") && !names.lost;
	if (good && names.items)
		qsort(names.name, names.items, sizeof(*names.name), compare_names);
	good = good && !spool_sweep(spool, place, is_among, &names);
	free(names.name);
	return good;
}

bool jobs_prune(struct jobs *jobs, int64_t keep)
{
	char list[STATE_LIST_BYTES];
	char sql[sizeof(list) + 400];

	/* by their states: those that wait are many, and nothing to it */
	snprintf(sql, sizeof(sql), "DELETE FROM job INDEXED BY job_state WHERE id <="
		 " (SELECT max(id) FROM job) - ? AND state IN (%s,'failed')"
		 " AND (state <> 'failed' OR kind NOT IN ('document', 'forward'))"
		 " AND id NOT IN (SELECT job FROM report WHERE mail = 0)"
		 " AND (incoming OR pages_until_ms = 0) AND answer_ms = 0 AND id NOT IN"
		 " (SELECT f.mail FROM forward f JOIN job r ON r.id = f.job"
		 " WHERE r.answer_ms > 0)",
		 state_list(STATES_DONE, list, sizeof(list)));
	return database_run(jobs->db, sql, "i", keep);
}
