/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guard: who failed to log in too often has to wait
 *
 * It remembers the addresses that failed last, not all of them: memory is
 * bounded, and who fails from many addresses is slowed by the delay that each
 * failure has anyway.
 */
#ifndef IFAX_GUARD_H
#define IFAX_GUARD_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>

#define GUARD_PEERS		256
#define GUARD_FAILURES_MAX	10
#define GUARD_WAIT_MS		(10 * 60 * 1000)	/* also: after that long a failure is forgotten */

/**
 * struct guard - zeroed at the begin
 * @peer: addresses that failed
 * @failures: in the last time
 * @last_ms: when they failed last
 */
struct guard {
	struct {
		char peer[INET6_ADDRSTRLEN];
		unsigned int failures;
		int64_t last_ms;
	} entry[GUARD_PEERS];
};

/** guard_failed - a login failed: count it, at @now_ms of a clock that does not jump */
void guard_failed(struct guard *guard, const char *peer, int64_t now_ms);

/** guard_passed - a login succeeded: forget what was before */
void guard_passed(struct guard *guard, const char *peer);

/** guard_blocks - whether the peer has to wait */
bool guard_blocks(const struct guard *guard, const char *peer, int64_t now_ms);

#endif /* IFAX_GUARD_H */
