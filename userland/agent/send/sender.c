// SPDX-License-Identifier: GPL-2.0
/*
 * sender: what of the queue goes out now
 */
#include <stdlib.h>
#include <strings.h>

#include "delivery.h"
#include "station.h"
#include "store/commits.h"

/* A queue of any length costs the same. */
#define CANDIDATES	32	/* deliveries that are begun at a time */
#define LOOKED_AT	500	/* recipients that are due, until those are found */
#define FAR		20000	/* so many now and then: others may be behind them */
#define FAR_MS		5000

struct entry {
	struct entry *next;
	struct delivery *delivery;
};

struct sender {
	struct station *station;
	struct event *timer;
	struct commit settled;		/* what is to be sent is on disk */
	struct entry *entries;
	unsigned int connections;
	int64_t far_ms;			/* when it was looked far */
};

static void remove_entry(struct sender *sender, struct delivery *delivery)
{
	for (struct entry **at = &sender->entries; *at; at = &(*at)->next) {
		struct entry *entry = *at;

		if (entry->delivery != delivery)
			continue;
		*at = entry->next;
		free(entry);
		sender->connections--;
		break;
	}
	delivery_free(delivery);
}

static void on_ended(void *arg, struct delivery *delivery)
{
	struct sender *sender = arg;

	remove_entry(sender, delivery);
	station_wake(sender->station, sender->timer, 0);
}

unsigned int sender_connections(const struct sender *sender, const char *destination)
{
	unsigned int same = 0;

	if (!destination)
		return sender->connections;
	for (const struct entry *entry = sender->entries; entry; entry = entry->next)
		same += !strcasecmp(delivery_destination(entry->delivery), destination);
	return same;
}

static bool is_busy(void *arg, const char *destination)
{
	const struct sender *sender = arg;

	return sender_connections(sender, destination) >=
	       sender->station->config.limits.connections_per_host;
}

/* false: it could not be begun, though something is due */
static bool start(struct sender *sender, int64_t job, bool *started)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	bool none = false;

	if (entry)
		entry->delivery = delivery_start(sender->station, job, is_busy, on_ended, sender,
						 &none);
	if (!entry || !entry->delivery) {
		free(entry);
		return none;
	}
	entry->next = sender->entries;
	sender->entries = entry;
	sender->connections++;
	*started = true;
	return true;
}

/* A look at the queue: what can be begun now, the first one first. */

struct candidate {
	int64_t job;
	char destination[DESTINATION_BYTES];
};

/**
 * struct look - a look at the queue
 * @room: how many connections may be opened
 * @rows: recipients that are still looked at
 * @left_ms: until the next one is due; 0: not known
 */
struct look {
	struct sender *sender;
	struct candidate candidate[CANDIDATES];
	size_t candidates;
	unsigned int room;
	unsigned int rows;
	int64_t left_ms;
};

static bool has_candidate(const struct look *look, int64_t job, const char *destination)
{
	for (size_t i = 0; i < look->candidates; i++)
		if (look->candidate[i].job == job &&
		    !strcasecmp(look->candidate[i].destination, destination))
			return true;
	return false;
}

static bool is_full(const struct look *look, const char *destination)
{
	unsigned int same = sender_connections(look->sender, destination);

	for (size_t i = 0; i < look->candidates; i++)
		same += !strcasecmp(look->candidate[i].destination, destination);
	return same >= look->sender->station->config.limits.connections_per_host;
}

static bool look_at(void *arg, const struct job_due *due)
{
	struct look *look = arg;
	struct station *station = look->sender->station;
	struct candidate *candidate = &look->candidate[look->candidates];

	look->left_ms = station_left_ms(station, due->next_ms);
	if (look->left_ms)
		return false;
	/* a mail that a power cut could make anew would be sent twice */
	if (!jobs_settled(station->jobs, due->job)) {
		commits_add(station->commits, &look->sender->settled);
	} else {
		delivery_name_destination(&station->config, due->address, candidate->destination);
		candidate->job = due->job;
		if (!is_full(look, candidate->destination) &&
		    !has_candidate(look, due->job, candidate->destination))
			look->candidates++;
	}
	return look->candidates < look->room && --look->rows;
}

/* Return: whether another look may find more. */
static bool run_once(struct sender *sender)
{
	const struct config_limits *limits = &sender->station->config.limits;
	struct look look = { .sender = sender };
	bool started = false;

	if (sender->connections >= limits->connections)
		return false;
	look.room = limits->connections - sender->connections;
	if (look.room > CANDIDATES)
		look.room = CANDIDATES;
	look.rows = llabs(now_ms() - sender->far_ms) < FAR_MS ? LOOKED_AT : FAR;
	if (look.rows == FAR)
		sender->far_ms = now_ms();
	jobs_due(sender->station->jobs, look_at, &look);
	if (!look.rows && !look.candidates)
		station_wake(sender->station, sender->timer, FAR_MS);
	for (size_t i = 0; i < look.candidates; i++)
		if (!start(sender, look.candidate[i].job, &started))
			look.left_ms = STATION_RECOVER_MS;
	if (look.left_ms)
		station_wake(sender->station, sender->timer, look.left_ms);
	return started && !look.left_ms;
}

void sender_run(struct sender *sender)
{
	while (run_once(sender))
		;
}

void sender_wake(struct sender *sender)
{
	station_wake(sender->station, sender->timer, 0);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	sender_run(arg);
}

static void on_settled(void *arg, int err)
{
	const struct sender *sender = arg;

	station_wake(sender->station, sender->timer, err ? STATION_RECOVER_MS : 0);
}

struct sender *sender_create(struct station *station)
{
	struct sender *sender = calloc(1, sizeof(*sender));

	if (!sender)
		return NULL;
	sender->station = station;
	sender->settled = (struct commit){ .done = on_settled, .arg = sender };
	sender->timer = evtimer_new(station->base, on_timer, sender);
	if (sender->timer)
		return sender;
	free(sender);
	return NULL;
}

bool sender_stop_job(struct sender *sender, int64_t id)
{
	struct entry *next;
	bool good = true;

	for (struct entry *entry = sender->entries; entry; entry = next) {
		next = entry->next;
		if (delivery_job(entry->delivery) != id)
			continue;
		if (delivery_stop(entry->delivery))
			remove_entry(sender, entry->delivery);
		else
			good = false;
	}
	return good;
}

void sender_free(struct sender *sender)
{
	if (!sender)
		return;
	while (sender->entries) {
		/* what is known is stored; the rest waits again */
		delivery_stop(sender->entries->delivery);
		remove_entry(sender, sender->entries->delivery);
	}
	commits_forget(sender->station->commits, &sender->settled);
	event_free(sender->timer);
	free(sender);
}
