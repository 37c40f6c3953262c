// SPDX-License-Identifier: GPL-2.0
/*
 * fetch_visit: what a maildrop has, and what the station knows of it
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "fetch_private.h"

#define DAY_MS		(24 * 3600 * INT64_C(1000))

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

bool fetch_is_listed(void *arg, const char *unique_id)
{
	struct fetch_visit *visit = arg;

	return tfind(unique_id, &visit->names, compare_names);
}

static bool make_room(struct fetch_visit *visit, unsigned int number)
{
	unsigned int room = visit->listed_room ? visit->listed_room : 64;
	struct listed *listed;

	while (room < number)
		room *= 2;
	if (room == visit->listed_room)
		return true;
	listed = reallocarray(visit->listed, room, sizeof(*listed));
	if (!listed)
		return false;
	memset(listed + visit->listed_room, 0, (room - visit->listed_room) * sizeof(*listed));
	visit->listed = listed;
	visit->listed_room = room;
	return true;
}

/* A unique-id that comes twice names no message: then its content must tell. */
struct listed *fetch_list_message(struct fetch_visit *visit, unsigned int number, uint64_t bytes,
				  const char *unique_id)
{
	struct listed *listed;

	if (number < 1 || number > MESSAGES_MAX || !make_room(visit, number))
		return NULL;
	if (unique_id && fetch_is_listed(visit, unique_id))
		unique_id = NULL;
	/* by the content alone: one after the other, or two of the same are not told apart */
	if (!unique_id) {
		visit->nameless = true;
		visit->config.storing_max = 1;
	}
	listed = &visit->listed[number - 1];
	listed->bytes = bytes;
	free(listed->unique_id);
	listed->unique_id = strdup(unique_id ? unique_id : "");
	if (!listed->unique_id ||
	    (unique_id && !tsearch(listed->unique_id, &visit->names, compare_names)))
		return NULL;
	if (number > visit->listed_count)
		visit->listed_count = number;
	return listed;
}

enum pop3_verdict fetch_judge_known(const struct fetch_visit *visit, int64_t fetched_ms)
{
	const struct config_account *account = visit->account;

	return !account->keep || (account->keep_days &&
				  now_ms() - fetched_ms >= account->keep_days * DAY_MS) ?
		POP3_DELETE : POP3_KEEP;
}

enum listing_state fetch_judge(const struct fetch_visit *visit, const struct listed *listed,
			       int64_t *job, int64_t *fetched_ms)
{
	struct station *station = visit->station;
	const struct config_limits *limits = &station->config.limits;

	/* servers give a unique-id again, after years or a repair: then the size differs */
	*job = *listed->unique_id ? jobs_fetched(station->jobs, visit->account->title,
						 listed->unique_id, listed->bytes, fetched_ms) : 0;
	/* of an earlier visit that ended before it was on disk */
	if (*job && !jobs_settled(station->jobs, *job))
		return LISTING_UNSETTLED;
	if (*job)
		return LISTING_FETCHED;
	if (listed->bytes > limits->message_bytes)
		return LISTING_TOO_LARGE;
	if (spool_free_bytes(&station->spool) < limits->free_bytes + listed->bytes)
		return LISTING_NO_ROOM;
	return *listed->unique_id ? LISTING_NEW : LISTING_UNNAMED;
}

enum pop3_verdict fetch_stop(struct fetch_visit *visit)
{
	visit->stopped = true;
	return POP3_STOP;
}

static void free_nothing(void *name)
{
}

void fetch_forget_listed(struct fetch_visit *visit)
{
	tdestroy(visit->names, free_nothing);
	for (unsigned int i = 0; i < visit->listed_count; i++) {
		free(visit->listed[i].unique_id);
		free(visit->listed[i].digest);
	}
	free(visit->listed);
}
