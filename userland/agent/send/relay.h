/* SPDX-License-Identifier: GPL-2.0 */
/*
 * relay: documents that go on to others because a request by mail says so
 *
 * Each recipient gets a mail of his own, made by the forwarder. Who asked is told
 * what became of all of them when that is known, or when confirmations have been
 * waited for long enough.
 */
#ifndef IFAX_RELAY_H
#define IFAX_RELAY_H

#include "report/request.h"
#include "rules.h"

struct relay;
struct station;

/**
 * struct relay_order - what is stored of a request with its document
 * @opened: the request
 * @grant: who asks
 * @subject: of the mails
 */
struct relay_order {
	const struct config *config;
	const struct opened *opened;
	const struct request_grant *grant;
	const char *subject;
};

/**
 * relay_recipients - who a request names, also by lists of the configuration
 * @effects: set to forward to each of them once, and not to print
 * @reason: receives why not, for people
 */
bool relay_recipients(const struct config *config, const struct opened *opened,
		      struct rule_effects *effects, char *reason, size_t bytes);

/** relay_store_order - within a transaction: a document goes on, and who asked waits */
bool relay_store_order(struct jobs *jobs, int64_t id, const struct relay_order *order);

struct relay *relay_create(struct station *station);
/** relay_run - answer those who wait, if all is known */
void relay_run(struct relay *relay);
/** relay_wake - there may be something to be told; not now, but soon */
void relay_wake(struct relay *relay);
void relay_free(struct relay *relay);

#endif /* IFAX_RELAY_H */
