// SPDX-License-Identifier: GPL-2.0
/*
 * recent: addresses from which something came a short while ago
 */
#include <stdio.h>
#include <string.h>

#include "recent.h"

void recent_note(struct recent *recent, const char *peer, int64_t now_ms)
{
	int oldest = 0;

	for (int i = 0; i < RECENT_PEERS; i++) {
		if (!strcmp(recent->entry[i].peer, peer)) {
			recent->entry[i].at_ms = now_ms;
			return;
		}
		if (recent->entry[i].at_ms < recent->entry[oldest].at_ms)
			oldest = i;
	}
	snprintf(recent->entry[oldest].peer, sizeof(recent->entry[oldest].peer), "%s", peer);
	recent->entry[oldest].at_ms = now_ms;
}

bool recent_has(const struct recent *recent, const char *peer, int64_t now_ms, int64_t within_ms)
{
	for (int i = 0; i < RECENT_PEERS; i++)
		if (*peer && !strcmp(recent->entry[i].peer, peer))
			return now_ms - recent->entry[i].at_ms < within_ms;
	return false;
}
