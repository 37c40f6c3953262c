// SPDX-License-Identifier: GPL-2.0
/*
 * sender: what of the queue goes out now
 */
#include <stdlib.h>
#include <strings.h>

#include "commits.h"
#include "delivery.h"
#include "station.h"

#define LOOKED_AT	64	/* due jobs at a time: a queue of any length costs the same */

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

static bool is_busy(void *arg, const char *destination)
{
	const struct sender *sender = arg;
	unsigned int same = 0;

	for (const struct entry *entry = sender->entries; entry; entry = entry->next)
		same += !strcasecmp(delivery_destination(entry->delivery), destination);
	return same >= sender->station->config.limits.connections_per_host;
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

/* One look at the queue. Return: whether another one may start more. */
static bool run_once(struct sender *sender)
{
	struct station *station = sender->station;
	struct job_due due[LOOKED_AT];
	size_t count = jobs_due(station->jobs, due, LOOKED_AT);
	bool started = false;

	for (size_t i = 0; i < count; i++) {
		int64_t left_ms = station_left_ms(station, due[i].next_ms);

		if (sender->connections >= station->config.limits.connections)
			return false;
		/* a mail that a power cut could make anew would be sent twice */
		if (!jobs_settled(station->jobs, due[i].job)) {
			commits_add(station->commits, &sender->settled);
			continue;
		}
		if (!left_ms && !start(sender, due[i].job, &started))
			left_ms = STATION_RECOVER_MS;
		if (left_ms) {
			station_wake(station, sender->timer, left_ms);
			return false;
		}
	}
	return started;
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

unsigned int sender_connections(const struct sender *sender)
{
	return sender->connections;
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
