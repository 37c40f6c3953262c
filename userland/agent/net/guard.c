// SPDX-License-Identifier: GPL-2.0
/*
 * guard: who failed to log in too often has to wait
 */
#include <stdio.h>
#include <string.h>

#include "guard.h"

static int find(const struct guard *guard, const char *peer)
{
	for (int i = 0; i < GUARD_PEERS; i++)
		if (guard->entry[i].failures && !strcmp(guard->entry[i].peer, peer))
			return i;
	return -1;
}

/* One that is free, else the one that failed longest ago. */
static int take_entry(const struct guard *guard)
{
	int oldest = 0;

	for (int i = 0; i < GUARD_PEERS; i++) {
		if (!guard->entry[i].failures)
			return i;
		if (guard->entry[i].last_ms < guard->entry[oldest].last_ms)
			oldest = i;
	}
	return oldest;
}

void guard_failed(struct guard *guard, const char *peer, int64_t now_ms)
{
	int i = find(guard, peer);

	if (i < 0 || now_ms - guard->entry[i].last_ms >= GUARD_WAIT_MS) {
		if (i < 0)
			i = take_entry(guard);
		guard->entry[i].failures = 0;
		snprintf(guard->entry[i].peer, sizeof(guard->entry[i].peer), "%s", peer);
	}
	guard->entry[i].failures++;
	guard->entry[i].last_ms = now_ms;
}

void guard_passed(struct guard *guard, const char *peer)
{
	int i = find(guard, peer);

	if (i >= 0)
		guard->entry[i].failures = 0;
}

bool guard_blocks(const struct guard *guard, const char *peer, int64_t now_ms)
{
	int i = find(guard, peer);

	return i >= 0 && guard->entry[i].failures >= GUARD_FAILURES_MAX &&
		now_ms - guard->entry[i].last_ms < GUARD_WAIT_MS;
}
