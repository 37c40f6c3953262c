// SPDX-License-Identifier: GPL-2.0
/*
 * pdf_forms: mail of mailboxes with PDFs instead of its TIFFs
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "engine/smtp_reply.h"
#include "log.h"
#include "pdf_forms.h"
#include "station.h"
#include "store/mailbox.h"
#include "store/pool.h"
#include "worker.h"

#define TRIES_MAX	3	/* of a worker that crashes: then the mail is to blame */
#define NO_ROOM_MS	60000
#define COPY_BYTES	(1 << 20)

/**
 * struct pdf_mailbox - how far a mailbox is
 * @wanted: its mail is to have this form
 * @after: row of a mail, 0 at the begin: it, and all before, have it, or cannot get it
 * @tries: of the worker with the next one that were in vain
 */
struct pdf_mailbox {
	bool wanted;
	int64_t after;
	int tries;
};

/**
 * struct pdf_forms - what is being made
 * @mailbox: as many as there are in the configuration
 * @turn: the one whose mail was last
 * @busy: with @mail; what follows is of it
 * @mail_fd: its file, open
 * @file: what it becomes
 * @reason: why it stays as it is; "": it does not
 * @bytes: of @file, on the wire; or negative errno
 */
struct pdf_forms {
	struct station *station;
	struct event *timer;
	struct pool *pool;
	struct pdf_mailbox *mailbox;
	size_t turn;

	bool busy;
	struct mailbox_message mail;
	int mail_fd;
	struct worker *worker;
	struct spool_file file;
	char reason[256];
	int64_t bytes;
	struct pool_task commit;
};

static void run_again(struct pdf_forms *forms, int64_t ms)
{
	station_wake(forms->station, forms->timer, ms);
}

/* The mail is dealt with, for now or for good. */
static void end_mail(struct pdf_forms *forms)
{
	spool_discard(&forms->file);
	close(forms->mail_fd);
	forms->busy = false;
}

/* Later, or not at all: then the mail stays as it is. */
static void try_again(struct pdf_forms *forms, const char *what, const char *why)
{
	log_event(LOG_WARNING, "pdf_forms.again file=%s what=%s error=%s", forms->mail.file, what,
		  why);
	end_mail(forms);
	run_again(forms, STATION_RECOVER_MS);
}

/* On disk */

/* In a thread: the mail with a line in front that says why it is no other. */
static int copy_mail(struct pdf_forms *forms)
{
	char line[sizeof(forms->reason) + 64];
	ssize_t n = snprintf(line, sizeof(line), "X-Fax-Form: original; not as PDF: %s\r\n",
			     forms->reason);
	off_t at = 0;
	int err;

	if (ftruncate(forms->file.fd, 0) || lseek(forms->file.fd, 0, SEEK_SET))
		return -errno;
	err = spool_write(&forms->file, line, n);
	if (err)
		return err;
	do
		n = sendfile(forms->file.fd, forms->mail_fd, &at, COPY_BYTES);
	while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -errno : 0;
}

/* In a thread. */
static void commit(void *arg)
{
	struct pdf_forms *forms = arg;
	int err = *forms->reason ? copy_mail(forms) : 0;

	forms->bytes = err ? err : spool_mail_bytes(forms->file.fd);
	if (forms->bytes >= 0)
		err = spool_commit_as(&forms->file, SPOOL_PDF, forms->mail.file);
	if (err)
		forms->bytes = err;
}

static void on_committed(void *arg)
{
	struct pdf_forms *forms = arg;
	struct station *station = forms->station;
	const char *file = forms->mail.file;

	if (forms->bytes < 0) {
		try_again(forms, "commit", strerror(-forms->bytes));
		return;
	}
	if (!mailbox_set_pdf(station->jobs, file, forms->bytes)) {
		try_again(forms, "store", "database");
		return;
	}
	/* it was deleted meanwhile */
	if (!mailbox_has_pdf(station->jobs, file))
		spool_remove(&station->spool, SPOOL_PDF, file);
	log_event(LOG_INFO, "pdf_forms.made file=%s bytes=%lld original=%s", file,
		  (long long)forms->bytes, forms->reason);
	end_mail(forms);
	pop3_listener_run(station->pop3_listener);
	run_again(forms, 0);
}

/* The worker */

/* What a header line can have: the reason quotes from the mail. */
static void set_reason(struct pdf_forms *forms, const char *text)
{
	snprintf(forms->reason, sizeof(forms->reason), "%s", *text ? text : "no reason is known");
	mail_text_clean(forms->reason);
	for (char *c = forms->reason; *c; c++)
		if ((unsigned char)*c > 0x7e)
			*c = '?';
}

static void on_made(void *arg, enum worker_end end, const char *text)
{
	struct pdf_forms *forms = arg;
	struct pdf_mailbox *mailbox = &forms->mailbox[forms->turn];

	forms->worker = NULL;
	if (end != WORKER_DONE && end != WORKER_REFUSED && ++mailbox->tries < TRIES_MAX) {
		try_again(forms, "worker", text);
		return;
	}
	forms->reason[0] = 0;
	if (end != WORKER_DONE)
		set_reason(forms, text);
	pool_run(forms->pool, &forms->commit);
}

static bool has_room(struct pdf_forms *forms)
{
	struct station *station = forms->station;

	return spool_free_bytes(&station->spool) >=
		station->config.limits.free_bytes + 2 * (uint64_t)forms->mail.bytes;
}

static void start(struct pdf_forms *forms)
{
	struct station *station = forms->station;
	char *argv[] = { (char *)station->config.message_worker, "pdf", NULL };
	struct worker_task task = {
		.argv = argv, .stdin_fd = -1, .fd = { -1, -1, -1 },
		.deadline_ms = station->config.limits.worker_ms, .ended = on_made, .arg = forms,
	};
	int err;

	forms->busy = true;
	err = spool_create(&station->spool, &forms->file);
	if (err) {
		try_again(forms, "create", strerror(-err));
		return;
	}
	task.fd[0] = forms->mail_fd;
	task.fd[1] = forms->file.fd;
	forms->worker = worker_start(station->base, &task);
	if (!forms->worker)
		try_again(forms, "start", strerror(errno));
}

/* Choosing */

static bool find_in(struct pdf_forms *forms, size_t i)
{
	struct station *station = forms->station;
	struct pdf_mailbox *mailbox = &forms->mailbox[i];

	while (mailbox->wanted &&
	       mailbox_without_pdf(station->jobs, station->config.mailbox[i].title, mailbox->after,
				   &forms->mail)) {
		if (mailbox->after != forms->mail.row - 1)
			mailbox->tries = 0;
		mailbox->after = forms->mail.row - 1;
		forms->mail_fd = spool_open_file(&station->spool, SPOOL_MESSAGE, forms->mail.file,
						 O_RDONLY);
		if (forms->mail_fd != -ENOENT)
			return true;
		log_event(LOG_ERR, "pdf_forms.missing file=%s", forms->mail.file);
		mailbox->after = forms->mail.row;
		mailbox->tries = 0;
	}
	return false;
}

/* The oldest mail of the next mailbox that has one to be made */
static bool find(struct pdf_forms *forms)
{
	size_t mailboxes = forms->station->config.mailboxes;

	for (size_t i = 1; i <= mailboxes; i++) {
		size_t turn = (forms->turn + i) % mailboxes;

		if (find_in(forms, turn)) {
			forms->turn = turn;
			return true;
		}
	}
	return false;
}

void pdf_forms_run(struct pdf_forms *forms)
{
	if (forms->busy || !find(forms))
		return;
	if (forms->mail_fd < 0) {
		log_event(LOG_ERR, "pdf_forms.open file=%s error=%s", forms->mail.file,
			  strerror(-forms->mail_fd));
		run_again(forms, STATION_RECOVER_MS);
	} else if (!has_room(forms)) {
		log_event(LOG_WARNING, "pdf_forms.no_room file=%s", forms->mail.file);
		close(forms->mail_fd);
		run_again(forms, NO_ROOM_MS);
	} else {
		start(forms);
	}
}

void pdf_forms_wake(struct pdf_forms *forms)
{
	run_again(forms, 0);
}

bool pdf_forms_want(struct pdf_forms *forms, const struct config_mailbox *mailbox)
{
	struct station *station = forms->station;
	struct pdf_mailbox *state = &forms->mailbox[mailbox - station->config.mailbox];
	struct mailbox_message first;

	state->wanted = true;
	if (!mailbox_without_pdf(station->jobs, mailbox->title, state->after, &first))
		return true;
	pdf_forms_run(forms);
	return false;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	pdf_forms_run(arg);
}

struct pdf_forms *pdf_forms_create(struct station *station)
{
	struct pdf_forms *forms = calloc(1, sizeof(*forms));
	const struct config *config = &station->config;

	if (!forms)
		return NULL;
	forms->station = station;
	forms->file.fd = -1;
	forms->commit = (struct pool_task){
		.work = commit, .done = on_committed, .arg = forms,
	};
	forms->timer = evtimer_new(station->base, on_timer, forms);
	forms->pool = pool_create(station->base, 1);
	forms->mailbox = calloc(config->mailboxes + 1, sizeof(*forms->mailbox));
	if (!forms->timer || !forms->pool || !forms->mailbox) {
		pdf_forms_free(forms);
		return NULL;
	}
	for (size_t i = 0; i < config->mailboxes; i++)
		forms->mailbox[i].wanted = config->mailbox[i].as_pdf;
	return forms;
}

void pdf_forms_free(struct pdf_forms *forms)
{
	if (!forms)
		return;
	if (forms->worker)
		worker_stop(forms->worker);
	worker_leave(forms->worker);
	if (forms->pool)
		pool_drain(forms->pool);
	pool_free(forms->pool);
	if (forms->busy)
		end_mail(forms);
	if (forms->timer)
		event_free(forms->timer);
	free(forms->mailbox);
	free(forms);
}
