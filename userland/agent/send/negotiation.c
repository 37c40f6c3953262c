// SPDX-License-Identifier: GPL-2.0
/*
 * negotiation: what the recipients of a transaction can receive, by their server
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "log.h"
#include "negotiation.h"
#include "station.h"
#include "store/book.h"
#include "worker.h"

/* What a recipient's server said; those still to be learned stand in a list. */
struct told {
	struct told *next;
	char *address;
	char features[];
};

struct negotiation {
	struct station *station;
	struct told *told;
	bool any;
	struct event *soon;
	struct worker *worker;
	struct peer peer;		/* what the worker says of the first one */
	void (*learned)(void *arg);
	void *arg;
};

static void next(struct negotiation *negotiation);

static void on_soon(evutil_socket_t fd, short what, void *arg)
{
	next(arg);
}

struct negotiation *negotiation_create(struct station *station)
{
	struct negotiation *negotiation = calloc(1, sizeof(*negotiation));

	if (!negotiation)
		return NULL;
	negotiation->station = station;
	negotiation->soon = evtimer_new(station->base, on_soon, negotiation);
	if (negotiation->soon)
		return negotiation;
	free(negotiation);
	return NULL;
}

void negotiation_told(struct negotiation *negotiation, const char *address, const char *features)
{
	size_t bytes = strlen(features) + 1;
	struct told *told = calloc(1, sizeof(*told) + bytes);

	if (told)
		told->address = strdup(address);
	if (!told || !told->address) {
		free(told);
		return;
	}
	memcpy(told->features, features, bytes);
	told->next = negotiation->told;
	negotiation->told = told;
	negotiation->any = true;
}

bool negotiation_any(const struct negotiation *negotiation)
{
	return negotiation->any;
}

static void drop_first(struct negotiation *negotiation)
{
	struct told *told = negotiation->told;

	negotiation->told = told->next;
	free(told->address);
	free(told);
}

/* People are believed more, and what was said before need not be read again. */
static bool is_news(struct negotiation *negotiation, const struct told *told)
{
	struct jobs *jobs = negotiation->station->jobs;
	char known[BOOK_FEATURES_BYTES];
	struct peer peer;

	book_look_up(jobs, told->address, &peer);
	if (!strcmp(peer.source, "set"))
		return false;
	book_features(jobs, told->address, known);
	return strcmp(peer.source, "conneg") || strcmp(known, told->features);
}

static void on_line(void *arg, const char *line)
{
	struct negotiation *negotiation = arg;
	struct peer *peer = &negotiation->peer;

	if (!strncmp(line, "codings=", 8))
		snprintf(peer->codings, sizeof(peer->codings), "%s", line + 8);
	else if (!strncmp(line, "dpi=", 4))
		snprintf(peer->dpi, sizeof(peer->dpi), "%s", line + 4);
	else if (!strncmp(line, "sizes=", 6))
		snprintf(peer->sizes, sizeof(peer->sizes), "%s", line + 6);
}

static void on_ended(void *arg, enum worker_end end, const char *text)
{
	struct negotiation *negotiation = arg;
	struct told *told = negotiation->told;

	negotiation->worker = NULL;
	if (end == WORKER_DONE)
		book_learn(negotiation->station->jobs, told->address, &negotiation->peer,
			   told->features);
	else
		log_event(LOG_NOTICE, "negotiation.features address=%s error=%s", told->address,
			  text);
	drop_first(negotiation);
	next(negotiation);
}

static bool start_worker(struct negotiation *negotiation, const struct told *told)
{
	struct station *station = negotiation->station;
	char *argv[] = { (char *)station->config.message_worker, "features", NULL };
	struct worker_task task = {
		.argv = argv, .fd = { -1, -1, -1 }, .deadline_ms = station->config.limits.worker_ms,
		.line = on_line, .ended = on_ended, .arg = negotiation,
	};

	negotiation->peer = (struct peer){ .known = true, .source = "conneg" };
	task.stdin_fd = memfd_create("features", MFD_CLOEXEC);
	if (task.stdin_fd < 0)
		return false;
	dprintf(task.stdin_fd, "%s", told->features);
	lseek(task.stdin_fd, 0, SEEK_SET);
	negotiation->worker = worker_start(station->base, &task);
	close(task.stdin_fd);
	return negotiation->worker;
}

/* What cannot be learned now is not: the mail goes as what was known before. */
static void next(struct negotiation *negotiation)
{
	while (negotiation->told) {
		if (is_news(negotiation, negotiation->told) &&
		    start_worker(negotiation, negotiation->told))
			return;
		drop_first(negotiation);
	}
	negotiation->learned(negotiation->arg);
}

void negotiation_run(struct negotiation *negotiation, void (*learned)(void *arg), void *arg)
{
	const struct timeval at_once = { 0, 0 };

	negotiation->learned = learned;
	negotiation->arg = arg;
	evtimer_add(negotiation->soon, &at_once);
}

void negotiation_free(struct negotiation *negotiation)
{
	if (!negotiation)
		return;
	if (negotiation->worker)
		worker_stop(negotiation->worker);
	worker_leave(negotiation->worker);
	while (negotiation->told)
		drop_first(negotiation);
	event_free(negotiation->soon);
	free(negotiation);
}
