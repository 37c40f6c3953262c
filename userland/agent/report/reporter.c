// SPDX-License-Identifier: GPL-2.0
/*
 * reporter: those who sent to us are told what became of it
 *
 * What is owed stands in the database (confirm.h). One report is made at a time,
 * by a worker; it becomes a job to be sent in the transaction that makes the debt
 * paid.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "log.h"
#include "station.h"
#include "store/commits.h"
#include "store/confirm.h"
#include "worker.h"

#define CRASHES_MAX	3	/* then it is not told */

struct reporter {
	struct station *station;
	struct event *timer;
	struct worker *worker;
	struct owed owed;		/* being made */
	int64_t crashed;		/* the job whose report crashed its worker last */
	int crashes;
	struct spool_file mail;		/* what the worker writes */
	struct file_commit keeping;	/* of it */
	bool kept;			/* and is under way */
	char to[512];			/* "": it is not sent */
	bool on_paper;
	char subject[256];
	char message_id[512];
	int64_t look_ms;		/* when it is looked for mail that waits too long */
};

static void run_again(struct reporter *reporter, int64_t ms)
{
	station_wake(reporter->station, reporter->timer, ms);
}

/* The message that the report is about is needed no more, unless by another report. */
static void finish_job(struct reporter *reporter, int64_t id)
{
	struct job job;

	if (jobs_get(reporter->station->jobs, id, &job) &&
	    (1U << job.state & STATES_DONE || (job.state == JOB_FAILED && !job_is_own(&job))))
		station_remove_files(reporter->station, &job);
	job_clear(&job);
}

static void keep_mail(struct reporter *reporter, int64_t bytes)
{
	reporter->mail.bytes = bytes;
	reporter->kept = true;
	commits_file(reporter->station->commits, &reporter->keeping);
}

static void pay(struct reporter *reporter)
{
	struct station *station = reporter->station;
	struct report_mail mail = {
		.to = *reporter->to ? reporter->to : NULL, .subject = reporter->subject,
		.message_id = reporter->message_id, .message_file = reporter->mail.name,
		.message_bytes = reporter->mail.bytes,
	};
	int64_t id = jobs_pay(station->jobs, &reporter->owed, &mail, reporter->on_paper);

	if (!id) {
		spool_remove(&station->spool, SPOOL_MESSAGE, reporter->mail.name);
		run_again(reporter, STATION_RECOVER_MS);
		return;
	}
	log_event(LOG_NOTICE, "reporter.report job=%lld about=%lld kind=%s action=%s to=%s",
		  (long long)id, (long long)reporter->owed.job, reporter->owed.kind,
		  reporter->owed.action, *reporter->to ? reporter->to : "paper");
	finish_job(reporter, reporter->owed.job);
	if (mail.to)
		sender_run(station->sender);
	if (reporter->on_paper)
		incoming_run(station->incoming);
}

static void waive(struct reporter *reporter, const char *why)
{
	log_event(LOG_WARNING, "reporter.waived about=%lld kind=%s action=%s reason=%s",
		  (long long)reporter->owed.job, reporter->owed.kind, reporter->owed.action, why);
	if (jobs_waive(reporter->station->jobs, &reporter->owed))
		finish_job(reporter, reporter->owed.job);
	else
		run_again(reporter, STATION_RECOVER_MS);
}

static void on_line(void *arg, const char *line)
{
	struct reporter *reporter = arg;

	if (!strncmp(line, "subject=", 8))
		snprintf(reporter->subject, sizeof(reporter->subject), "%s", line + 8);
}

static bool is_to_blame(struct reporter *reporter, enum worker_end end)
{
	if (end == WORKER_CRASHED && reporter->crashed != reporter->owed.job) {
		reporter->crashed = reporter->owed.job;
		reporter->crashes = 0;
	}
	return end == WORKER_REFUSED ||
	       (end == WORKER_CRASHED && ++reporter->crashes >= CRASHES_MAX);
}

static void on_kept(void *arg, int err)
{
	struct reporter *reporter = arg;

	reporter->kept = false;
	if (!err)
		pay(reporter);
	owed_clear(&reporter->owed);
	run_again(reporter, err ? STATION_RECOVER_MS : 0);
}

static void on_made(void *arg, enum worker_end end, const char *text)
{
	struct reporter *reporter = arg;
	bool over = true;

	reporter->worker = NULL;
	if (end == WORKER_DONE) {
		keep_mail(reporter, worker_number(text, "bytes"));
		return;
	}
	if (is_to_blame(reporter, end))
		waive(reporter, text);
	else
		over = false;
	spool_discard(&reporter->mail);
	owed_clear(&reporter->owed);
	run_again(reporter, over ? 0 : STATION_RECOVER_MS);
}

/* Who says it: an MDN is by the recipient, a DSN by the station. */
static const char *author(const struct reporter *reporter, const struct recipients *recipients)
{
	if (!strcmp(reporter->owed.kind, "mdn") && recipients->items &&
	    strchr(recipients->item[0].address, '@'))
		return recipients->item[0].address;
	return reporter->station->config.address;
}

static void write_recipients(int fd, const struct reporter *reporter,
			     const struct recipients *recipients)
{
	if (!recipients->items)
		dprintf(fd, "recipient=%s\n", reporter->station->config.address);
	for (size_t i = 0; i < recipients->items; i++)
		dprintf(fd, "recipient=%s%s%s\n", recipients->item[i].address,
			*recipients->item[i].original ? " " : "", recipients->item[i].original);
}

static void write_text(int fd, const struct owed *owed, const struct job *job)
{
	const char *pages = job->pages == 1 ? "page" : "pages";

	/* whoever looks after the station finds the job by its number */
	if (job_is_own(job))
		dprintf(fd, "text=job %lld, %lld %s: %s\n", (long long)job->id,
			(long long)job->pages, pages, owed->text);
	else if (*owed->text)
		dprintf(fd, "text=%s\n", owed->text);
	else if (job->pages)
		dprintf(fd, "text=%lld %s\n", (long long)job->pages, pages);
}

/* Values on lines of their own, as ifax-message report takes them. */
static int values(struct reporter *reporter, const struct job *job)
{
	const struct owed *owed = &reporter->owed;
	bool is_mdn = !strcmp(owed->kind, "mdn");
	struct recipients recipients;
	int fd;

	if (!jobs_owed_recipients(reporter->station->jobs, owed, &recipients))
		return -1;
	fd = memfd_create("report", MFD_CLOEXEC);
	if (fd >= 0) {
		dprintf(fd, "kind=%s\naction=%s\nfrom=%s\nto=%s\n", is_mdn ? "mdn" : "dsn",
			owed->action, author(reporter, &recipients),
			*reporter->to ? reporter->to : reporter->station->config.address);
		dprintf(fd, "host=%s\nmessage-id=%s\ndate=%lld\n",
			reporter->station->config.host_name, reporter->message_id,
			(long long)now_ms() / 1000);
		write_text(fd, owed, job);
		write_recipients(fd, reporter, &recipients);
		/* what is printed here says nothing about those that others serve */
		if (job->incoming && *reporter->station->config.confirm.features)
			dprintf(fd, "features=%s\n", reporter->station->config.confirm.features);
		if (!is_mdn)
			dprintf(fd, "status=%s\narrival=%lld\nreturn=%s\n", owed->status,
				(long long)job->created_ms / 1000, job->dsn_return);
		if (is_mdn && *job->original_id)
			dprintf(fd, "original-id=%.*s\n", (int)strcspn(job->original_id, ">") - 1,
				job->original_id + 1);
		if (!is_mdn && *job->envelope_id)
			dprintf(fd, "envelope-id=%s\n", job->envelope_id);
		lseek(fd, 0, SEEK_SET);
	}
	recipients_clear(&recipients);
	return fd;
}

static const char *addressee(const struct reporter *reporter, const struct job *job)
{
	const struct owed *owed = &reporter->owed;

	/* what the station sent itself: whoever looks after it wants to know */
	if (job_is_own(job))
		return reporter->station->config.operator ? reporter->station->config.operator : "";
	if (strcmp(owed->kind, "mdn"))
		return job->sender;
	return *job->mdn_to ? job->mdn_to : job->error_to;
}

static bool start_worker(struct reporter *reporter, const struct job *job, int message)
{
	struct station *station = reporter->station;
	char *argv[] = { (char *)station->config.message_worker, "report", NULL };
	struct worker_task task = {
		.argv = argv, .fd = { message, -1, -1 },
		.deadline_ms = station->config.limits.worker_ms,
		.line = on_line, .ended = on_made, .arg = reporter,
	};

	if (spool_create(&station->spool, &reporter->mail))
		return false;
	snprintf(reporter->to, sizeof(reporter->to), "%s", addressee(reporter, job));
	snprintf(reporter->message_id, sizeof(reporter->message_id), "<%s.%lld@%s>",
		 reporter->mail.name, (long long)now_ms(), station->config.host_name);
	task.stdin_fd = values(reporter, job);
	task.fd[1] = reporter->mail.fd;
	if (task.stdin_fd >= 0) {
		reporter->worker = worker_start(station->base, &task);
		close(task.stdin_fd);
	}
	if (!reporter->worker)
		spool_discard(&reporter->mail);
	return reporter->worker;
}

/* false: try again later */
static bool start_report(struct reporter *reporter)
{
	struct station *station = reporter->station;
	bool started = false;
	struct job job;
	int message;

	if (!jobs_get(station->jobs, reporter->owed.job, &job))
		return false;
	reporter->on_paper = job_is_own(&job) && station->config.report_on_paper;
	if (job_is_own(&job) && !station->config.operator && !reporter->on_paper) {
		waive(reporter, "nobody is to be told any more");
		run_again(reporter, 0);
		job_clear(&job);
		return true;
	}
	message = spool_open_file(&station->spool, SPOOL_MESSAGE, job.message_file, O_RDONLY);
	if (message == -ENOENT) {
		waive(reporter, "the mail is gone from the spool");
		run_again(reporter, 0);
		started = true;
	}
	if (message >= 0) {
		started = start_worker(reporter, &job, message);
		close(message);
	}
	job_clear(&job);
	return started;
}

/* Not at each run: a queue may be long, and a quarter of the time does not matter. */
static void look_for_delays(struct reporter *reporter, int64_t delay_ms)
{
	int64_t now = now_ms(), left_ms = reporter->look_ms - now;

	if (left_ms <= 0 || left_ms > delay_ms) {
		jobs_owe_delays(reporter->station->jobs, now - delay_ms);
		left_ms = delay_ms / 4 + 1;
		reporter->look_ms = now + left_ms;
	}
	run_again(reporter, left_ms);
}

void reporter_run(struct reporter *reporter)
{
	struct station *station = reporter->station;
	int64_t delay_ms = station->config.confirm.delay_ms;

	if (reporter->worker || reporter->kept)
		return;
	if (!jobs_can_store(station->jobs)) {
		run_again(reporter, STATION_RECOVER_MS);
		return;
	}
	/* 0: nobody is told of a delay; else it is looked for now and then */
	if (delay_ms)
		look_for_delays(reporter, delay_ms);
	if (jobs_next_owed(station->jobs, &reporter->owed) && !start_report(reporter))
		run_again(reporter, STATION_RECOVER_MS);
	if (!reporter->worker)
		owed_clear(&reporter->owed);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	reporter_run(arg);
}

void reporter_wake(struct reporter *reporter)
{
	run_again(reporter, 0);
}

struct reporter *reporter_create(struct station *station)
{
	struct reporter *reporter = calloc(1, sizeof(*reporter));

	if (!reporter)
		return NULL;
	reporter->station = station;
	reporter->mail.fd = -1;
	reporter->keeping = (struct file_commit){
		.file = &reporter->mail, .place = SPOOL_MESSAGE, .done = on_kept, .arg = reporter,
	};
	reporter->timer = evtimer_new(station->base, on_timer, reporter);
	if (reporter->timer)
		return reporter;
	free(reporter);
	return NULL;
}

void reporter_free(struct reporter *reporter)
{
	if (!reporter)
		return;
	if (reporter->worker)
		worker_stop(reporter->worker);
	worker_leave(reporter->worker);
	spool_discard(&reporter->mail);
	owed_clear(&reporter->owed);
	event_free(reporter->timer);
	free(reporter);
}
