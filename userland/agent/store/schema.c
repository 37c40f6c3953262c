// SPDX-License-Identifier: GPL-2.0
/*
 * schema: the tables of the database, and how those of older versions become them
 */
#include <stddef.h>
#include <stdint.h>

#include "database.h"
#include "log.h"
#include "schema.h"

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
	/* nobody else can tell which repeat key a mail will have */
	"CREATE TABLE repeat_secret (number INTEGER NOT NULL);"
	"INSERT INTO repeat_secret VALUES (random());"
	"PRAGMA user_version = 20;",
};

#define SCHEMA_VERSION	(sizeof(schema) / sizeof(*schema))

bool schema_prepare(sqlite3 *db)
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
