// SPDX-License-Identifier: GPL-2.0
/*
 * rate: how often somebody may do something
 */
#include <stdio.h>
#include <string.h>

#include "rate.h"

/* The peer's entry; else the one that began longest ago, for it. */
static int entry_of(struct rate *rate, const char *peer, int64_t now_ms)
{
	int oldest = 0;

	for (int i = 0; i < RATE_PEERS; i++) {
		if (!strcmp(rate->entry[i].peer, peer))
			return i;
		if (rate->entry[i].since_ms < rate->entry[oldest].since_ms)
			oldest = i;
	}
	snprintf(rate->entry[oldest].peer, sizeof(rate->entry[oldest].peer), "%s", peer);
	rate->entry[oldest].since_ms = now_ms;
	rate->entry[oldest].count = 0;
	return oldest;
}

bool rate_take(struct rate *rate, const char *peer, unsigned int most, int64_t now_ms)
{
	int i;

	if (!most)
		return true;
	i = entry_of(rate, peer, now_ms);
	if (now_ms - rate->entry[i].since_ms >= RATE_WINDOW_MS) {
		rate->entry[i].since_ms = now_ms;
		rate->entry[i].count = 0;
	}
	return ++rate->entry[i].count <= most;
}
