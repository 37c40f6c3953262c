// SPDX-License-Identifier: GPL-2.0
/*
 * incoming: from mail to paper
 *
 * One mail is opened and one is printed at a time, the oldest first. What
 * cannot be opened or printed is kept with the reason; what cannot be printed
 * now is tried again, beginning with the first page that is not on paper.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "paper.h"
#include "station.h"
#include "worker.h"

#define OPEN_CRASHES_MAX	3	/* then the mail is to blame */
#define HEADER_BYTES_MAX	1000

struct incoming {
	struct station *station;
	struct event *timer;
	struct worker *opener;
	int64_t opening;		/* job, 0: none */
	struct spool_file pages;	/* what the opener writes */
	int64_t pages_bytes;
	char from[HEADER_BYTES_MAX];
	char subject[HEADER_BYTES_MAX];
	int64_t crashed;		/* the job whose opener crashed last */
	int crashes;
	struct worker *printer;
	int64_t printing;
	int64_t printed;		/* pages of it on paper */
	int64_t printing_pages;
};

static void run_again(struct incoming *incoming, int64_t ms)
{
	station_wake(incoming->station, incoming->timer, ms);
}

/* A state that cannot be stored is worked out again from the spool, later. */
static void set_state(struct incoming *incoming, int64_t id, enum job_state state,
		      const char *reason, int64_t wait_ms)
{
	int64_t next_ms = wait_ms ? now_ms() + wait_ms : 0;

	if (!jobs_set_state(incoming->station->jobs, id, state, reason, next_ms))
		wait_ms = STATION_RECOVER_MS;
	if (wait_ms)
		run_again(incoming, wait_ms);
}

int64_t incoming_take(struct station *station, struct spool_file *file, struct job_arrival *arrival)
{
	int64_t id;
	int err;

	arrival->message_file = file->name;
	arrival->message_bytes = file->bytes;
	err = spool_commit(file, SPOOL_MESSAGE);
	if (err) {
		errno = -err;
		return 0;
	}
	id = jobs_add_incoming(station->jobs, arrival);
	if (!id) {
		spool_remove(&station->spool, SPOOL_MESSAGE, file->name);
		errno = EIO;
		return 0;
	}
	log_event(LOG_NOTICE, "incoming.taken job=%lld source=%s sender=%s bytes=%lld",
		  (long long)id, arrival->source, arrival->sender,
		  (long long)arrival->message_bytes);
	/* not from here: the mail's last word is still to be said */
	run_again(station->incoming, 0);
	return id;
}

/* Opening */

static void on_open_line(void *arg, const char *line)
{
	struct incoming *incoming = arg;

	if (!strncmp(line, "subject=", 8))
		snprintf(incoming->subject, sizeof(incoming->subject), "%s", line + 8);
	else if (!strncmp(line, "from=", 5))
		snprintf(incoming->from, sizeof(incoming->from), "%s", line + 5);
	else if (!strncmp(line, "note=", 5))
		log_event(LOG_NOTICE, "incoming.note job=%lld text=%s",
			  (long long)incoming->opening, line + 5);
	else if (!strncmp(line, "page ", 5))
		incoming->pages_bytes += worker_number(line, "bytes");
}

static void keep_opened(struct incoming *incoming, int64_t id, int64_t pages)
{
	struct station *station = incoming->station;
	int err = spool_commit(&incoming->pages, SPOOL_PAGE);

	if (err) {
		set_state(incoming, id, JOB_OPENING, strerror(-err), STATION_RECOVER_MS);
		return;
	}
	if (!jobs_set_opened(station->jobs, id, incoming->pages.name, pages, incoming->pages_bytes,
			     incoming->from, incoming->subject)) {
		spool_remove(&station->spool, SPOOL_PAGE, incoming->pages.name);
		run_again(incoming, STATION_RECOVER_MS);
	}
}

static void judge_opened(struct incoming *incoming, int64_t id, enum worker_end end,
			 const char *text)
{
	if (end == WORKER_CRASHED && incoming->crashed != id) {
		incoming->crashed = id;
		incoming->crashes = 0;
	}
	if (end == WORKER_REFUSED ||
	    (end == WORKER_CRASHED && ++incoming->crashes >= OPEN_CRASHES_MAX))
		set_state(incoming, id, JOB_KEPT, text, 0);
	else
		set_state(incoming, id, JOB_OPENING, text,
			  incoming->station->config.retry.paper_ms);
}

static void on_opened(void *arg, enum worker_end end, const char *text)
{
	struct incoming *incoming = arg;
	int64_t id = incoming->opening;
	bool wanted = jobs_in_state(incoming->station->jobs, id, STATE(RECEIVED) | STATE(OPENING));

	incoming->opener = NULL;
	incoming->opening = 0;
	/* who parses what strangers send may be theirs: no pages is nothing done */
	if (end == WORKER_DONE && worker_number(text, "pages") < 1) {
		end = WORKER_REFUSED;
		text = "no page was found in the mail";
	}
	if (wanted && end == WORKER_DONE) {
		keep_opened(incoming, id, worker_number(text, "pages"));
	} else {
		spool_discard(&incoming->pages);
		if (wanted)
			judge_opened(incoming, id, end, text);
	}
	incoming_run(incoming);
}

static bool start_open(struct incoming *incoming, const struct job *job)
{
	struct station *station = incoming->station;
	char *argv[] = {
		(char *)station->config.message_worker, "open", "--codings", "mh,mr,mmr,raw", NULL,
	};
	struct worker_task task = {
		.argv = argv, .stdin_fd = -1, .fd = { -1, -1, -1 },
		.deadline_ms = station->config.limits.worker_ms,
		.line = on_open_line, .ended = on_opened, .arg = incoming,
	};
	int message = spool_open_file(&station->spool, SPOOL_MESSAGE, job->message_file, O_RDONLY);

	/* of an earlier try */
	spool_remove(&station->spool, SPOOL_PAGE, job->page_file);
	spool_remove(&station->spool, SPOOL_PROGRESS, job->page_file);
	if (message == -ENOENT) {
		set_state(incoming, job->id, JOB_KEPT, "its mail is gone from the spool", 0);
		return true;
	}
	if (message < 0)
		return false;
	if (spool_create(&station->spool, &incoming->pages))
		goto close;
	task.fd[0] = message;
	task.fd[1] = incoming->pages.fd;
	*incoming->from = 0;
	*incoming->subject = 0;
	incoming->pages_bytes = 0;
	incoming->opener = worker_start(station->base, &task);
	if (!incoming->opener)
		goto discard;
	incoming->opening = job->id;
	close(message);
	/* the reason of a job that is tried again stays until it is overcome */
	if (job->state == JOB_RECEIVED)
		set_state(incoming, job->id, JOB_OPENING, "", 0);
	return true;

discard:
	spool_discard(&incoming->pages);
close:
	close(message);
	return false;
}

/* Printing */

static void on_print_line(void *arg, const char *line)
{
	struct incoming *incoming = arg;
	struct job_page page;

	if (strncmp(line, "page ", 5) || !strstr(line, " status=ok"))
		return;
	page = (struct job_page){
		.number = strtoll(line + 5, NULL, 10),
		.lines = worker_number(line, "lines"),
		.bytes = worker_number(line, "bytes"),
		.ns = worker_number(line, "ns"),
	};
	/* a line comes twice: from the worker, and from its progress file at the end */
	if (page.number <= incoming->printed || page.number > incoming->printing_pages)
		return;
	if (jobs_set_page(incoming->station->jobs, incoming->printing, &page, true))
		incoming->printed = page.number;
}

/* true: all pages are on paper */
static bool take_progress(struct incoming *incoming, int progress, const struct job *job)
{
	int err;

	incoming->printing = job->id;
	incoming->printed = job->pages_printed;
	incoming->printing_pages = job->pages;
	err = paper_replay(progress, on_print_line, incoming);
	if (err < 0)
		log_event(LOG_ERR, "incoming.progress job=%lld error=%s", (long long)job->id,
			  strerror(-err));
	return incoming->printed >= job->pages;
}

static void finish_print(struct incoming *incoming, const struct job *job)
{
	struct station *station = incoming->station;

	if (!jobs_set_state(station->jobs, job->id, JOB_PRINTED, "", 0)) {
		run_again(incoming, STATION_RECOVER_MS);
		return;
	}
	station_remove_files(station, job);
	jobs_prune(station->jobs, station->config.limits.history_jobs);
}

static void on_printed(void *arg, enum worker_end end, const char *text)
{
	struct incoming *incoming = arg;
	int64_t id = incoming->printing;

	incoming->printer = NULL;
	incoming->printing = 0;
	if (!jobs_in_state(incoming->station->jobs, id, STATE(PRINTING)))
		log_event(LOG_NOTICE, "incoming.stopped job=%lld text=%s", (long long)id, text);
	else if (end == WORKER_REFUSED)
		set_state(incoming, id, JOB_KEPT, text, 0);
	else if (end != WORKER_DONE)
		set_state(incoming, id, JOB_PRINTING, text,
			  incoming->station->config.retry.paper_ms);
	/* done: the next run reads the progress file and finds all pages there */
	incoming_run(incoming);
}

static struct worker *start_printer(struct incoming *incoming, int pages, int progress)
{
	struct station *station = incoming->station;
	char skip[24];
	char *argv[] = {
		(char *)station->config.paper_worker, "print", "--progress", "--skip", skip,
		"--device", (char *)station->config.printer, NULL,
	};
	struct worker_task task = {
		.argv = argv, .stdin_fd = -1, .fd = { pages, -1, progress },
		.line = on_print_line, .ended = on_printed, .arg = incoming,
	};

	snprintf(skip, sizeof(skip), "%lld", (long long)incoming->printed);
	return worker_start(station->base, &task);
}

static bool start_print(struct incoming *incoming, const struct job *job)
{
	struct station *station = incoming->station;
	int progress = paper_open(&station->spool, job->page_file);
	bool started = true;
	int pages = -1;

	if (progress == -EBUSY) {
		set_state(incoming, job->id, JOB_PRINTING,
			  "waits for the page that is being printed", 1000);
		return true;
	}
	if (progress < 0)
		return false;
	if (take_progress(incoming, progress, job)) {
		incoming->printing = 0;
		finish_print(incoming, job);
		run_again(incoming, 0);
		goto close;
	}
	pages = spool_open_file(&station->spool, SPOOL_PAGE, job->page_file, O_RDONLY);
	if (pages >= 0)
		incoming->printer = start_printer(incoming, pages, progress);
	if (!incoming->printer)
		incoming->printing = 0;
	started = incoming->printer;
	/* what was opened can be opened again */
	if (pages == -ENOENT && jobs_set_state(station->jobs, job->id, JOB_RECEIVED, "", 0))
		run_again(incoming, 0);
	if (pages >= 0)
		close(pages);
close:
	close(progress);
	return started;
}

/* Scheduling */

static void run_oldest(struct incoming *incoming, unsigned int states,
		       bool (*start)(struct incoming *incoming, const struct job *job))
{
	struct job job;
	int64_t left_ms;

	if (!jobs_oldest(incoming->station->jobs, states, &job))
		return;
	left_ms = station_left_ms(incoming->station, job.next_ms);
	if (left_ms)
		run_again(incoming, left_ms);
	else if (!start(incoming, &job))
		set_state(incoming, job.id, job.state,
			  "cannot be started now; the daemon's log says why", STATION_RECOVER_MS);
	job_clear(&job);
}

void incoming_run(struct incoming *incoming)
{
	if (!incoming->station->config.printing)
		return;
	if (!incoming->opener)
		run_oldest(incoming, STATE(RECEIVED) | STATE(OPENING), start_open);
	if (!incoming->printer)
		run_oldest(incoming, STATE(PRINTING), start_print);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	incoming_run(arg);
}

struct incoming *incoming_create(struct station *station)
{
	struct incoming *incoming = calloc(1, sizeof(*incoming));

	if (!incoming)
		return NULL;
	incoming->station = station;
	incoming->pages.fd = -1;
	incoming->timer = evtimer_new(station->base, on_timer, incoming);
	if (incoming->timer)
		return incoming;
	free(incoming);
	return NULL;
}

bool incoming_stop_job(struct incoming *incoming, int64_t id)
{
	if (incoming->opener && incoming->opening == id)
		worker_stop(incoming->opener);
	else if (incoming->printer && incoming->printing == id)
		worker_stop(incoming->printer);
	else
		return false;
	return true;
}

void incoming_free(struct incoming *incoming)
{
	if (!incoming)
		return;
	/* a page in the engine comes out of it: the next start finds it in the progress file */
	worker_leave(incoming->printer);
	if (incoming->opener)
		worker_stop(incoming->opener);
	worker_leave(incoming->opener);
	spool_discard(&incoming->pages);
	event_free(incoming->timer);
	free(incoming);
}
