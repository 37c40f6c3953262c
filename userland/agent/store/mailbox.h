/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mailbox: mail that waits on the station to be fetched by POP3
 *
 * A mail in a mailbox is a row that names its file in the spool; the file is
 * shared with the job that the mail is, and with other mailboxes. It goes when
 * nobody needs it any more (jobs_needs_file()). So does its form with PDFs instead of
 * TIFFs, which is made once for all mailboxes (pdf_forms.h).
 */
#ifndef IFAX_MAILBOX_H
#define IFAX_MAILBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "jobs.h"
#include "spool.h"

/**
 * struct mailbox_message - a mail in a mailbox
 * @row: in the database
 * @bytes: of the mail, or of its form with PDFs
 * @file: the name of both in the spool, of which their unique-ids are made: none is given twice
 */
struct mailbox_message {
	int64_t row;
	int64_t bytes;
	char file[SPOOL_NAME_BYTES];
};

/**
 * struct mailbox - what a mailbox held when it was listed, the oldest first
 * @message: the mails
 * @messages: their number
 */
struct mailbox {
	struct mailbox_message *message;
	unsigned int messages;
};

/** mailbox_put - within a transaction or alone: a mail of the spool is in the mailbox, too */
bool mailbox_put(struct jobs *jobs, const char *name, const char *message_file, int64_t bytes);

/**
 * mailbox_choose - the mailboxes that get a mail
 * @config: with mailboxes
 * @recipient: of its envelope
 * @recipients: their number; 0 if it was fetched: then only those that get all have it
 * @chosen: receives their names, config->mailboxes at most; NULL: only their number is wanted
 *
 * Return: how many.
 */
size_t mailbox_choose(const struct config *config, const struct job_recipient *recipient,
		      size_t recipients, const char **chosen);

/** mailbox_list - read what is there, @as_pdf: what has that form; mailbox_clear() frees it */
bool mailbox_list(struct jobs *jobs, const char *name, bool as_pdf, struct mailbox *mailbox);
void mailbox_clear(struct mailbox *mailbox);

/**
 * mailbox_delete - delete mails for good
 * @jobs: the database
 * @spool: where their files are
 * @mailbox: the list
 * @deleted: says whether a mail of the list is to be deleted
 * @arg: for @deleted
 *
 * Return: true: all are deleted, and will be on disk (commits.h); false: none is.
 */
bool mailbox_delete(struct jobs *jobs, const struct spool *spool, const struct mailbox *mailbox,
		    bool (*deleted)(void *arg, unsigned int index), void *arg);

/** mailbox_withdraw - a mail, named by its file, is in no mailbox any more */
bool mailbox_withdraw(struct jobs *jobs, const struct spool *spool, const char *message_file);

/** mailbox_expire - delete what came before a time */
bool mailbox_expire(struct jobs *jobs, const struct spool *spool, const char *name,
		    int64_t before_ms);

/**
 * mailbox_without_pdf - the oldest mail of a mailbox that has no form with PDFs
 * @after: look at rows behind this one only
 *
 * Return: false: there is none, or an error was logged.
 */
bool mailbox_without_pdf(struct jobs *jobs, const char *name, int64_t after,
			 struct mailbox_message *message);

/** mailbox_set_pdf - a mail has that form, unless it was deleted meanwhile */
bool mailbox_set_pdf(struct jobs *jobs, const char *message_file, int64_t bytes);

/** mailbox_forget_pdf - it has not */
bool mailbox_forget_pdf(struct jobs *jobs, const char *message_file);

/** mailbox_has_pdf - whether a mail has that form */
bool mailbox_has_pdf(struct jobs *jobs, const char *message_file);

/** mailbox_has_file - whether a mail of any mailbox has this file */
bool mailbox_has_file(struct jobs *jobs, const char *message_file);

#endif /* IFAX_MAILBOX_H */
