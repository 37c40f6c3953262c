/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recent: addresses from which something came a short while ago
 *
 * It remembers those that came last, not all of them: memory is bounded. Whoever
 * is forgotten comes again.
 */
#ifndef IFAX_RECENT_H
#define IFAX_RECENT_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>

#define RECENT_PEERS	512

/**
 * struct recent - zeroed at the begin
 * @peer: address
 * @at_ms: when
 */
struct recent {
	struct {
		char peer[INET6_ADDRSTRLEN];
		int64_t at_ms;
	} entry[RECENT_PEERS];
};

/** recent_note - it came, at @now_ms of a clock that does not jump */
void recent_note(struct recent *recent, const char *peer, int64_t now_ms);

/** recent_has - whether it came within the last @within_ms */
bool recent_has(const struct recent *recent, const char *peer, int64_t now_ms, int64_t within_ms);

#endif /* IFAX_RECENT_H */
