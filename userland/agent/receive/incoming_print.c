// SPDX-License-Identifier: GPL-2.0
/*
 * incoming: the pages of one job at a time go to paper
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "incoming_private.h"
#include "log.h"
#include "paper/paper.h"
#include "store/confirm.h"

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
	/* it is on paper, whether that can be stored or not: the progress file has it */
	jobs_set_page(incoming->station->jobs, incoming->printing, &page, true);
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
	const struct confirm_outcome printed = { JOB_PRINTED, "", "" };
	struct station *station = incoming->station;

	if (!jobs_conclude(station->jobs, job->id, &printed, &station->config.confirm)) {
		incoming_run_again(incoming, STATION_RECOVER_MS);
		return;
	}
	station_remove_files(station, job);
	reporter_run(station->reporter);
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
		incoming_keep(incoming, id, text, "5.6.1");
	else if (end != WORKER_DONE)
		incoming_set_state(incoming, id, JOB_PRINTING, text,
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
		"--device", (char *)station->config.printer,
		"--paper", (char *)station->config.paper,
		"--fit", (char *)station->config.page_fit,
		station->config.both_sides ? "--both-sides" : NULL, NULL,
	};
	struct worker_task task = {
		.argv = argv, .stdin_fd = -1, .fd = { pages, -1, progress },
		.line = on_print_line, .ended = on_printed, .arg = incoming,
	};

	snprintf(skip, sizeof(skip), "%lld", (long long)incoming->printed);
	return worker_start(station->base, &task);
}

bool incoming_start_print(struct incoming *incoming, const struct job *job)
{
	struct station *station = incoming->station;
	int progress = paper_open(&station->spool, job->page_file);
	bool started = true;
	int pages = -1;

	if (progress == -EBUSY) {
		incoming_set_state(incoming, job->id, JOB_PRINTING,
				   "waits for the page that is being printed", 1000);
		return true;
	}
	if (progress < 0)
		return false;
	if (take_progress(incoming, progress, job)) {
		incoming->printing = 0;
		finish_print(incoming, job);
		incoming_run_again(incoming, 0);
		goto close;
	}
	/* what is on paper must not be printed again by who starts after a power cut */
	if (!paper_settled(&station->spool) || !jobs_settled(station->jobs, job->id)) {
		incoming->printing = 0;
		commits_add(station->commits, &incoming->settled);
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
		incoming_run_again(incoming, 0);
	if (pages >= 0)
		close(pages);
close:
	close(progress);
	return started;
}

bool incoming_stop_printing(struct incoming *incoming, int64_t id)
{
	if (!incoming->printer || incoming->printing != id)
		return false;
	worker_stop(incoming->printer);
	return true;
}
