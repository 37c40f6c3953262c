// SPDX-License-Identifier: GPL-2.0
/*
 * inspection: whether a mail can be printed, while its sender waits for the reply
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inspection.h"
#include "log.h"
#include "opened.h"
#include "station.h"
#include "worker.h"

#define RUNNING_MAX	4	/* each may need all the memory that a worker is given */

struct inspection {
	struct inspections *all;
	struct inspection *next;
	struct station *station;
	char message_file[SPOOL_NAME_BYTES];
	struct event *deadline;
	struct worker *worker;
	struct spool_file pages;
	struct opened opened;
	void (*done)(void *arg, const char *fault);
	void *arg;
};

static void run_waiting(struct inspections *all);

static void free_inspection(struct inspection *inspection)
{
	struct inspections *all = inspection->all;

	for (struct inspection **at = &all->first; *at; at = &(*at)->next) {
		if (*at == inspection) {
			*at = inspection->next;
			break;
		}
	}
	spool_discard(&inspection->pages);
	opened_clear(&inspection->opened);
	event_free(inspection->deadline);
	free(inspection);
}

/* Its worker may be there a little longer. */
static void tell(struct inspection *inspection, const char *fault)
{
	if (inspection->done)
		inspection->done(inspection->arg, fault);
	inspection->done = NULL;
}

static void on_line(void *arg, const char *line)
{
	struct inspection *inspection = arg;

	opened_line(&inspection->opened, line);
}

/* What is not for paper is no fault: a part of a message, a report, a request. */
static bool is_for_paper(const struct opened *opened)
{
	return !*opened->fragment_id && opened->report.kind == REPORT_NONE && !*opened->request;
}

static void on_ended(void *arg, enum worker_end end, const char *text)
{
	struct inspection *inspection = arg;
	bool refused = end == WORKER_REFUSED && is_for_paper(&inspection->opened);
	struct inspections *all = inspection->all;

	inspection->worker = NULL;
	all->running--;
	tell(inspection, refused ? text : NULL);
	free_inspection(inspection);
	run_waiting(all);
}

static bool start_worker(struct inspection *inspection)
{
	struct station *station = inspection->station;
	char *argv[] = {
		(char *)station->config.message_worker, OPENED_ARGUMENTS("fallback"), NULL,
	};
	struct worker_task task = {
		.argv = argv, .stdin_fd = -1, .fd = { -1, -1, -1 },
		.deadline_ms = station->config.smtp_inspection_ms,
		.line = on_line, .ended = on_ended, .arg = inspection,
	};

	task.fd[0] = spool_open_file(&station->spool, SPOOL_MESSAGE, inspection->message_file,
				     O_RDONLY);
	if (task.fd[0] < 0)
		return false;
	if (!spool_create(&station->spool, &inspection->pages)) {
		task.fd[1] = inspection->pages.fd;
		inspection->worker = worker_start(station->base, &task);
	}
	close(task.fd[0]);
	if (!inspection->worker) {
		spool_discard(&inspection->pages);
		return false;
	}
	inspection->all->running++;
	return true;
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct inspection *inspection = arg;

	log_event(LOG_WARNING, "inspection.deadline file=%s", inspection->message_file);
	tell(inspection, NULL);
	inspection_cancel(inspection);
}

/* One that cannot be started is told so as if it were late. */
static void run_waiting(struct inspections *all)
{
	for (struct inspection *inspection = all->first; inspection && all->running < RUNNING_MAX;
	     inspection = inspection->next)
		if (!inspection->worker && inspection->done && !start_worker(inspection))
			event_active(inspection->deadline, EV_TIMEOUT, 1);
}

struct inspection *inspection_start(struct inspections *all, struct station *station,
				    const char *message_file,
				    void (*done)(void *arg, const char *fault), void *arg)
{
	const long ms = station->config.smtp_inspection_ms;
	const struct timeval time = { ms / 1000, ms % 1000 * 1000 };
	struct inspection *inspection = calloc(1, sizeof(*inspection));
	struct inspection **last = &all->first;

	if (!inspection)
		return NULL;
	inspection->all = all;
	inspection->station = station;
	inspection->done = done;
	inspection->arg = arg;
	inspection->pages.fd = -1;
	snprintf(inspection->message_file, sizeof(inspection->message_file), "%s", message_file);
	inspection->deadline = evtimer_new(station->base, on_deadline, inspection);
	if (!inspection->deadline || evtimer_add(inspection->deadline, &time)) {
		if (inspection->deadline)
			event_free(inspection->deadline);
		free(inspection);
		return NULL;
	}
	while (*last)
		last = &(*last)->next;
	*last = inspection;
	run_waiting(all);
	return inspection;
}

void inspection_cancel(struct inspection *inspection)
{
	if (!inspection)
		return;
	inspection->done = NULL;
	if (inspection->worker)
		worker_stop(inspection->worker);
	else
		free_inspection(inspection);
}

void inspections_end(struct inspections *all)
{
	while (all->first) {
		worker_leave(all->first->worker);
		free_inspection(all->first);
	}
}
