// SPDX-License-Identifier: GPL-2.0
/*
 * mailbox: mail that waits on the station to be fetched by POP3
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/mail_path.h"
#include "jobs_private.h"
#include "mailbox.h"

bool mailbox_put(struct jobs *jobs, const char *name, const char *message_file, int64_t bytes)
{
	return database_run(jobs->db,
			    "INSERT INTO mailbox(name, message_file, bytes, arrived_ms)"
			    " VALUES (?, ?, ?, ?)", "ssii", name, message_file, bytes, now_ms());
}

static bool is_meant(const struct config_mailbox *mailbox, const char *address)
{
	struct mail_path path;
	char local[MAIL_LOCAL_MAX + 1] = "";

	if (mail_path_from_address(&path, address))
		mail_path_local(&path, local);
	for (size_t i = 0; i < mailbox->recipients.items; i++)
		if (!strcasecmp(mailbox->recipients.item[i], address) ||
		    !strcasecmp(mailbox->recipients.item[i], local))
			return true;
	return false;
}

size_t mailbox_choose(const struct config *config, const struct job_recipient *recipient,
		      size_t recipients, const char **chosen)
{
	size_t count = 0;

	for (size_t i = 0; i < config->mailboxes; i++) {
		const struct config_mailbox *mailbox = &config->mailbox[i];
		bool meant = mailbox->all;

		for (size_t j = 0; !meant && j < recipients; j++)
			meant = is_meant(mailbox, recipient[j].address);
		if (meant && chosen)
			chosen[count] = mailbox->title;
		count += meant;
	}
	return count;
}

struct listing {
	struct mailbox *mailbox;
	unsigned int room;
	bool good;
};

static bool take_message(void *arg, sqlite3_stmt *row)
{
	struct listing *listing = arg;
	struct mailbox *mailbox = listing->mailbox;
	const char *file = (const char *)sqlite3_column_text(row, 2);
	struct mailbox_message *message;

	if (mailbox->messages == listing->room) {
		listing->room = listing->room ? listing->room * 2 : 16;
		message = reallocarray(mailbox->message, listing->room, sizeof(*message));
		if (message)
			mailbox->message = message;
		listing->good = message;
	}
	if (!file || !listing->good) {
		listing->good = false;
		return false;
	}
	message = &mailbox->message[mailbox->messages++];
	message->row = sqlite3_column_int64(row, 0);
	message->bytes = sqlite3_column_int64(row, 1);
	snprintf(message->file, sizeof(message->file), "%s", file);
	return true;
}

static bool list(struct jobs *jobs, const char *sql, const char *name, int64_t before_ms,
		 struct mailbox *mailbox)
{
	struct listing listing = { .mailbox = mailbox, .good = true };

	*mailbox = (struct mailbox){ 0 };
	if (database_query(jobs->db, take_message, &listing, sql, "si", name, before_ms) &&
	    listing.good)
		return true;
	mailbox_clear(mailbox);
	return false;
}

#define MAILS	"SELECT id, bytes, message_file FROM mailbox" \
		" WHERE name = ? AND arrived_ms < ? ORDER BY id"
#define PDFS	"SELECT id, pdf.bytes, message_file FROM mailbox JOIN pdf USING (message_file)" \
		" WHERE name = ? AND arrived_ms < ? ORDER BY id"

bool mailbox_list(struct jobs *jobs, const char *name, bool as_pdf, struct mailbox *mailbox)
{
	return list(jobs, as_pdf ? PDFS : MAILS, name, INT64_MAX, mailbox);
}

void mailbox_clear(struct mailbox *mailbox)
{
	free(mailbox->message);
	*mailbox = (struct mailbox){ 0 };
}

static void remove_unneeded(struct jobs *jobs, const struct spool *spool, enum spool_place place,
			    const char *file)
{
	if (!jobs_needs_file(jobs, place, file))
		spool_remove(spool, place, file);
}

/* The rows first: a file without a row is swept at the next start, a row without a file lies. */
bool mailbox_delete(struct jobs *jobs, const struct spool *spool, const struct mailbox *mailbox,
		    bool (*deleted)(void *arg, unsigned int index), void *arg)
{
	bool good = database_begin(jobs->db);

	for (unsigned int i = 0; good && i < mailbox->messages; i++)
		if (deleted(arg, i))
			good = database_run(jobs->db, "DELETE FROM mailbox WHERE id = ?", "i",
					    mailbox->message[i].row);
	if (!database_end(jobs->db, good))
		return false;
	for (unsigned int i = 0; i < mailbox->messages; i++) {
		if (!deleted(arg, i))
			continue;
		remove_unneeded(jobs, spool, SPOOL_MESSAGE, mailbox->message[i].file);
		remove_unneeded(jobs, spool, SPOOL_PDF, mailbox->message[i].file);
	}
	return true;
}

bool mailbox_withdraw(struct jobs *jobs, const struct spool *spool, const char *message_file)
{
	if (!database_run(jobs->db, "DELETE FROM mailbox WHERE message_file = ?", "s",
			  message_file))
		return false;
	remove_unneeded(jobs, spool, SPOOL_MESSAGE, message_file);
	remove_unneeded(jobs, spool, SPOOL_PDF, message_file);
	return true;
}

static bool all(void *arg, unsigned int index)
{
	return true;
}

bool mailbox_expire(struct jobs *jobs, const struct spool *spool, const char *name,
		    int64_t before_ms)
{
	struct mailbox old;
	bool good = list(jobs, MAILS, name, before_ms, &old);

	if (good && old.messages)
		good = mailbox_delete(jobs, spool, &old, all, NULL);
	mailbox_clear(&old);
	return good;
}

bool mailbox_has_file(struct jobs *jobs, const char *message_file)
{
	/* when in doubt (the database cannot be read) a file is needed */
	return database_number(jobs->db, 1,
			       "SELECT count(*) FROM mailbox WHERE message_file = ?", "s",
			       message_file);
}

static bool take_first(void *arg, sqlite3_stmt *row)
{
	const char *file = (const char *)sqlite3_column_text(row, 2);
	struct mailbox_message *message = arg;

	message->row = sqlite3_column_int64(row, 0);
	message->bytes = sqlite3_column_int64(row, 1);
	snprintf(message->file, sizeof(message->file), "%s", file ? file : "");
	return false;
}

bool mailbox_without_pdf(struct jobs *jobs, const char *name, int64_t after,
			 struct mailbox_message *message)
{
	*message = (struct mailbox_message){ 0 };
	database_query(jobs->db, take_first, message, "SELECT id, bytes, message_file FROM mailbox"
		       " WHERE name = ? AND id > ? AND NOT EXISTS (SELECT 1 FROM pdf"
		       " WHERE pdf.message_file = mailbox.message_file) ORDER BY id LIMIT 1",
		       "si", name, after);
	return message->row;
}

bool mailbox_set_pdf(struct jobs *jobs, const char *message_file, int64_t bytes)
{
	return database_run(jobs->db, "INSERT OR REPLACE INTO pdf SELECT ?1, ?2"
			    " WHERE EXISTS (SELECT 1 FROM mailbox WHERE message_file = ?1)", "si",
			    message_file, bytes);
}

bool mailbox_forget_pdf(struct jobs *jobs, const char *message_file)
{
	return database_run(jobs->db, "DELETE FROM pdf WHERE message_file = ?", "s", message_file);
}

bool mailbox_has_pdf(struct jobs *jobs, const char *message_file)
{
	/* as above */
	return database_number(jobs->db, 1, "SELECT count(*) FROM pdf WHERE message_file = ?", "s",
			       message_file);
}
