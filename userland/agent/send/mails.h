/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mails: the mails that one document goes as
 *
 * Usually it is one, for all recipients. It is one for each form that recipients can
 * take (forms.h), or for each recipient if it names the recipient; and it is several,
 * one after the other, if the document is longer than one mail may be. What there will
 * be is laid down when the document is scanned; a recipient that turns out to take
 * something else gets a mail of its own, or that of others who take the same.
 */
#ifndef IFAX_MAILS_H
#define IFAX_MAILS_H

#include "../../message/page_form.h"
#include "store/jobs.h"

#define MAIL_ID_BYTES	600

/**
 * struct mail_plan - how a document is laid out in mails
 * @each: one for each recipient
 * @pages_max: most pages of a mail, 0: no limit
 * @bytes_max: most coded bytes of a mail, but for a single page; 0: no limit
 * @document: what its pages are at most
 */
struct mail_plan {
	bool each;
	int64_t pages_max;
	int64_t bytes_max;
	struct page_form document;
};

/**
 * struct mail - one of them
 * @position: what its recipients know it by (struct recipient, @mail); -1: it is that of all
 * @part: from 1
 * @parts: of how many
 * @first_page: from 1
 * @last_page: its last one
 * @begin_byte: of a part that is some bytes of @file (partial.h): the first of them
 * @end_byte: the one behind them; 0: the mail is all of @file
 * @bytes: of the mail; 0: it is not composed yet
 * @file: its name in the spool, or ""
 * @form: what its pages are at most, "": as they are
 * @original_id: name of the mail that it takes the place of (alternative.h), ""
 */
struct mail {
	int64_t position;
	int64_t part;
	int64_t parts;
	int64_t first_page;
	int64_t last_page;
	int64_t begin_byte;
	int64_t end_byte;
	int64_t bytes;
	char file[SPOOL_NAME_BYTES];
	char form[PAGE_FORM_BYTES];
	char original_id[MAIL_ID_BYTES];
};

/**
 * mail_id - the Message-ID, or envelope id, of one of the mails of a job
 * @id: that of the job: "<a.b@example.com>", or "a.b"
 * @mail: the mail
 * @mail_id: receives "<a.b.POSITION.PART@example.com>", or "a.b.POSITION.PART", where PART is
 *	0 if there is only one; @id itself if that is for all recipients
 */
void mail_id(const char *id, const struct mail *mail, char mail_id[MAIL_ID_BYTES]);

/**
 * mail_id_strip - the id of the job
 * @mail_id: of one of its mails; becomes that of the job
 * @part: set to the part, 0: it was the id of a job, or of an only mail
 */
void mail_id_strip(char *mail_id, int64_t *part);

/** jobs_plan_mails - within a transaction: the mails of a job that was scanned, by its forms */
bool jobs_plan_mails(struct jobs *jobs, int64_t id, const struct mail_plan *plan);
/**
 * jobs_set_forms - recipients turned out to take something else
 * @recipient: as jobs_set_recipients() takes them; who has another form than its mail
 *	gets one that fits, which may be still to be made
 * @plan: how a document is laid out
 */
bool jobs_set_forms(struct jobs *jobs, int64_t id, struct recipient *recipient,
		    size_t recipients, const struct mail_plan *plan);
/**
 * jobs_add_mail - within a transaction: one more mail of a job, with all of its pages
 * @original: name of the mail that it takes the place of
 *
 * Return: its position; -1: an error was logged.
 */
int64_t jobs_add_mail(struct jobs *jobs, int64_t id, const char *form, const char *original);
/** jobs_next_mail - the next mail that is to be composed; false: there is none */
bool jobs_next_mail(struct jobs *jobs, int64_t id, struct mail *mail);
/** jobs_set_mail - a mail is on disk; the last one makes the job queued */
bool jobs_set_mail(struct jobs *jobs, int64_t id, const struct mail *mail, const char *file,
		   int64_t bytes);
struct partial;

/** jobs_set_partial - the same for a mail that goes in parts (partial.h) */
bool jobs_set_partial(struct jobs *jobs, int64_t id, const struct mail *mail, const char *file,
		      const struct partial *partial);
/** jobs_mail - the mail that a recipient gets next; false: none, or an error was logged */
bool jobs_mail(struct jobs *jobs, int64_t id, const struct recipient *recipient,
	       struct mail *mail);
/** jobs_each_mail - call @each with the file of each mail of a job */
void jobs_each_mail(struct jobs *jobs, int64_t id, void (*each)(void *arg, const char *file),
		    void *arg);

#endif /* IFAX_MAILS_H */
