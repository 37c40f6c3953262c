// SPDX-License-Identifier: GPL-2.0
/*
 * incoming: from mail to paper
 *
 * One mail is opened and one is printed at a time, the oldest first. What
 * cannot be opened or printed is kept with the reason; what cannot be printed
 * now is tried again, beginning with the first page that is not on paper.
 */
#include <stdlib.h>

#include "incoming_private.h"
#include "paper/paper.h"
#include "report/signature.h"
#include "send/alternative.h"
#include "store/confirm.h"

void incoming_run_again(struct incoming *incoming, int64_t ms)
{
	station_wake(incoming->station, incoming->timer, ms);
}

void incoming_set_state(struct incoming *incoming, int64_t id, enum job_state state,
			const char *reason, int64_t wait_ms)
{
	int64_t next_ms = wait_ms ? now_ms() + wait_ms : 0;

	if (!jobs_set_state(incoming->station->jobs, id, state, reason, next_ms))
		wait_ms = STATION_RECOVER_MS;
	if (wait_ms)
		incoming_run_again(incoming, wait_ms);
}

void incoming_keep(struct incoming *incoming, int64_t id, const char *reason, const char *status)
{
	const struct confirm_outcome outcome = { JOB_KEPT, reason, status };

	if (jobs_conclude(incoming->station->jobs, id, &outcome,
			  &incoming->station->config.confirm))
		reporter_run(incoming->station->reporter);
	else
		incoming_run_again(incoming, STATION_RECOVER_MS);
}

void incoming_note(struct incoming *incoming, int64_t id, const char *reason)
{
	struct station *station = incoming->station;
	struct job job;

	incoming_set_state(incoming, id, JOB_NOTED, reason, 0);
	if (jobs_get(station->jobs, id, &job) && job.state == JOB_NOTED) {
		station_remove_files(station, &job);
		jobs_prune(station->jobs, station->config.limits.history_jobs);
	}
	job_clear(&job);
}

void incoming_wake(struct incoming *incoming)
{
	incoming_run_again(incoming, 0);
}

static void run_first(struct incoming *incoming, unsigned int states,
		      bool (*first)(struct jobs *jobs, unsigned int states, struct job *job),
		      bool (*start)(struct incoming *incoming, const struct job *job))
{
	struct job job;
	int64_t left_ms;

	if (!first(incoming->station->jobs, states, &job))
		return;
	left_ms = station_left_ms(incoming->station, job.next_ms);
	if (left_ms)
		incoming_run_again(incoming, left_ms);
	else if (!start(incoming, &job))
		incoming_set_state(incoming, job.id, job.state,
				   "cannot be started now; the daemon's log says why",
				   STATION_RECOVER_MS);
	job_clear(&job);
}

void incoming_run(struct incoming *incoming)
{
	int64_t now = now_ms(), next;

	if (!incoming->station->config.printing)
		return;
	next = jobs_print_as_it_came(incoming->station->jobs, now);
	if (next)
		incoming_run_again(incoming, next - now);
	next = incoming->rests_until_ms - steady_ms();
	if (next > 0)
		incoming_run_again(incoming, next);
	else if (!incoming->opening)
		run_first(incoming, STATE(RECEIVED) | STATE(OPENING), jobs_first_due,
			  incoming_start_open);
	if (!incoming->printer)
		run_first(incoming, STATE(PRINTING), jobs_oldest, incoming_start_print);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	incoming_run(arg);
}

static void on_settled(void *arg, int err)
{
	incoming_run_again(arg, err ? STATION_RECOVER_MS : 0);
}

struct incoming *incoming_create(struct station *station)
{
	struct incoming *incoming = calloc(1, sizeof(*incoming));

	if (!incoming)
		return NULL;
	incoming->station = station;
	incoming->pages.fd = -1;
	incoming->keeping = (struct file_commit){
		.file = &incoming->pages, .place = SPOOL_PAGE,
		.done = incoming_pages_kept, .arg = incoming,
	};
	incoming->settled = (struct commit){ .done = on_settled, .arg = incoming };
	incoming->timer = evtimer_new(station->base, on_timer, incoming);
	if (incoming->timer)
		return incoming;
	free(incoming);
	return NULL;
}

bool incoming_stop_job(struct incoming *incoming, int64_t id)
{
	return incoming_stop_opening(incoming, id) || incoming_stop_printing(incoming, id);
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
	signature_cancel(incoming->signature);
	commits_forget(incoming->station->commits, &incoming->settled);
	spool_discard(&incoming->pages);
	event_free(incoming->timer);
	free(incoming);
}
