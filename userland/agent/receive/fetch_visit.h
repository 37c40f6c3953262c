/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fetch_visit: one visit to a maildrop on another server (POP3)
 *
 * A mail is deleted on the server when it is durable here, and it is known
 * here before the server is asked to delete it. What the server says about it
 * afterwards (or does not say any more) changes nothing: a mail that is known
 * is not taken again.
 */
#ifndef IFAX_FETCH_VISIT_H
#define IFAX_FETCH_VISIT_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "engine/pop3_client.h"

struct fetch_listing;
struct fetch_visit;
struct station;

/**
 * fetch_visit_start - begin a visit
 * @station: the station
 * @account: where; outlives the visit
 * @listing: NULL: fetch; else only fill this, which outlives the visit
 * @logged_in: called, from within a callback of an event, when the server let us in
 * @ended: called once, not from within fetch_visit_start(), with what became of the visit,
 *	for people; the visit is freed after it. @later: another visit soon may succeed
 * @arg: for both
 *
 * Return: the visit, NULL: it could not begin, @reason tells why.
 */
struct fetch_visit *fetch_visit_start(struct station *station, const struct config_account *account,
				      struct fetch_listing *listing, void (*logged_in)(void *arg),
				      void (*ended)(void *arg, bool later, const char *result),
				      void *arg, char *reason, size_t bytes);

/** fetch_visit_login_delay_ms - within @ended: the server wants so long between two logins */
long fetch_visit_login_delay_ms(const struct fetch_visit *visit);

/** fetch_visit_progress - how far it is, for people */
void fetch_visit_progress(const struct fetch_visit *visit, char *text, size_t bytes);

/** fetch_visit_cancel - end it at once, without a call of @ended; NULL is allowed */
void fetch_visit_cancel(struct fetch_visit *visit);

#endif /* IFAX_FETCH_VISIT_H */
