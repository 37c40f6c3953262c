// SPDX-License-Identifier: GPL-2.0
/*
 * joiner: messages that came in parts
 *
 * A message is joined by a worker when all its parts are there. Parts that wait
 * for others in vain are kept after a while.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "station.h"
#include "store/commits.h"
#include "store/confirm.h"
#include "store/fragments.h"
#include "worker.h"

struct joiner {
	struct station *station;
	struct event *timer;
	struct worker *worker;
	struct fragments fragments;	/* being joined */
	struct spool_file message;	/* what the worker writes */
	struct file_commit keeping;	/* of it */
	bool kept;			/* and is under way */
};

static void run_again(struct joiner *joiner, int64_t ms)
{
	station_wake(joiner->station, joiner->timer, ms);
}

static void keep_parts(struct joiner *joiner, const char *reason)
{
	struct confirm_outcome outcome = { JOB_KEPT, reason, "5.6.0" };

	for (size_t i = 0; i < joiner->fragments.items; i++)
		if (!jobs_conclude(joiner->station->jobs, joiner->fragments.job[i], &outcome,
				   &joiner->station->config.confirm))
			run_again(joiner, STATION_RECOVER_MS);
	reporter_run(joiner->station->reporter);
}

static void keep_message(struct joiner *joiner, int64_t bytes)
{
	joiner->message.bytes = bytes;
	joiner->kept = true;
	commits_file(joiner->station->commits, &joiner->keeping);
}

static void take_place(struct joiner *joiner)
{
	struct station *station = joiner->station;
	int64_t id = jobs_set_joined(station->jobs, &joiner->fragments, joiner->message.name,
				     joiner->message.bytes);

	if (!id) {
		spool_remove(&station->spool, SPOOL_MESSAGE, joiner->message.name);
		run_again(joiner, STATION_RECOVER_MS);
		return;
	}
	log_event(LOG_NOTICE, "joiner.joined job=%lld parts=%zu", (long long)id,
		  joiner->fragments.items);
	for (size_t i = 0; i < joiner->fragments.items; i++) {
		struct job part;

		if (jobs_get(station->jobs, joiner->fragments.job[i], &part))
			station_remove_files(station, &part);
		job_clear(&part);
	}
	incoming_run(station->incoming);
}

static void on_kept(void *arg, int err)
{
	struct joiner *joiner = arg;

	joiner->kept = false;
	if (err) {
		run_again(joiner, STATION_RECOVER_MS);
		return;
	}
	take_place(joiner);
	joiner_run(joiner);
}

static void on_joined(void *arg, enum worker_end end, const char *text)
{
	struct joiner *joiner = arg;

	joiner->worker = NULL;
	if (end == WORKER_DONE) {
		keep_message(joiner, worker_number(text, "bytes"));
		return;
	}
	if (end == WORKER_REFUSED || end == WORKER_CRASHED)
		keep_parts(joiner, text);
	else
		run_again(joiner, STATION_RECOVER_MS);
	spool_discard(&joiner->message);
	joiner_run(joiner);
}

static void free_arguments(char **argv)
{
	for (size_t i = 2; argv && argv[i]; i++)
		free(argv[i]);
	free(argv);
}

/* "ifax-message join FILE..."; NULL: no memory, or a part is gone */
static char **arguments(struct joiner *joiner)
{
	struct station *station = joiner->station;
	char **argv = calloc(joiner->fragments.items + 3, sizeof(*argv));

	if (!argv)
		return NULL;
	argv[0] = (char *)station->config.message_worker;
	argv[1] = "join";
	for (size_t i = 0; i < joiner->fragments.items; i++) {
		struct job part;
		bool good = jobs_get(station->jobs, joiner->fragments.job[i], &part) &&
			    asprintf(&argv[i + 2], "%s/message/%s", station->spool.path,
				     part.message_file) >= 0;

		job_clear(&part);
		if (!good) {
			argv[i + 2] = NULL;
			free_arguments(argv);
			return NULL;
		}
	}
	return argv;
}

static bool start_join(struct joiner *joiner)
{
	struct station *station = joiner->station;
	char **argv = arguments(joiner);
	struct worker_task task = {
		.argv = argv, .stdin_fd = -1, .fd = { -1, -1, -1 },
		.deadline_ms = station->config.limits.worker_ms, .ended = on_joined, .arg = joiner,
	};

	if (argv && !spool_create(&station->spool, &joiner->message)) {
		task.fd[1] = joiner->message.fd;
		joiner->worker = worker_start(station->base, &task);
		if (!joiner->worker)
			spool_discard(&joiner->message);
	}
	free_arguments(argv);
	return joiner->worker;
}

/* The parts that have waited too long; @left_ms: until there is one. */
static bool expire_oldest(struct joiner *joiner, int64_t *left_ms)
{
	struct station *station = joiner->station;
	struct confirm_outcome outcome = { .state = JOB_KEPT, .status = "5.6.0" };
	char reason[400];
	struct job job;
	bool expired;

	*left_ms = 0;
	if (!jobs_oldest(station->jobs, STATE(WAITING), &job))
		return false;
	*left_ms = job.created_ms + station->config.limits.parts_ms - now_ms();
	expired = *left_ms <= 0;
	if (expired) {
		jobs_missing_parts(station->jobs, job.id, reason, sizeof(reason));
		outcome.reason = reason;
		expired = jobs_conclude(station->jobs, job.id, &outcome,
					&station->config.confirm);
		*left_ms = STATION_RECOVER_MS;
	}
	job_clear(&job);
	return expired;
}

void joiner_run(struct joiner *joiner)
{
	int64_t left_ms;

	if (joiner->worker || joiner->kept)
		return;
	if (!jobs_can_store(joiner->station->jobs)) {
		run_again(joiner, STATION_RECOVER_MS);
		return;
	}
	if (jobs_next_complete(joiner->station->jobs, &joiner->fragments)) {
		if (!start_join(joiner))
			run_again(joiner, STATION_RECOVER_MS);
		return;
	}
	while (expire_oldest(joiner, &left_ms))
		reporter_run(joiner->station->reporter);
	if (left_ms > 0)
		run_again(joiner, left_ms);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	joiner_run(arg);
}

struct joiner *joiner_create(struct station *station)
{
	struct joiner *joiner = calloc(1, sizeof(*joiner));

	if (!joiner)
		return NULL;
	joiner->station = station;
	joiner->message.fd = -1;
	joiner->keeping = (struct file_commit){
		.file = &joiner->message, .place = SPOOL_MESSAGE, .done = on_kept, .arg = joiner,
	};
	joiner->timer = evtimer_new(station->base, on_timer, joiner);
	if (joiner->timer)
		return joiner;
	free(joiner);
	return NULL;
}

void joiner_free(struct joiner *joiner)
{
	if (!joiner)
		return;
	if (joiner->worker)
		worker_stop(joiner->worker);
	worker_leave(joiner->worker);
	spool_discard(&joiner->message);
	event_free(joiner->timer);
	free(joiner);
}
