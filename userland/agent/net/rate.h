/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rate: how often somebody may do something
 *
 * It counts for the addresses that came last, not for all: memory is bounded.
 */
#ifndef IFAX_RATE_H
#define IFAX_RATE_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>

#define RATE_PEERS	512
#define RATE_WINDOW_MS	60000

/**
 * struct rate - zeroed at the begin
 * @since_ms: when the minute of this peer began
 * @count: since then
 */
struct rate {
	struct {
		char peer[INET6_ADDRSTRLEN];
		int64_t since_ms;
		unsigned int count;
	} entry[RATE_PEERS];
};

/**
 * rate_take - once more, at @now_ms of a clock that does not jump
 * @most: in a minute; 0: as often as it likes
 *
 * Return: false: that is too often.
 */
bool rate_take(struct rate *rate, const char *peer, unsigned int most, int64_t now_ms);

#endif /* IFAX_RATE_H */
