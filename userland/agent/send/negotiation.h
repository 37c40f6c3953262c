/* SPDX-License-Identifier: GPL-2.0 */
/*
 * negotiation: what the recipients of a transaction can receive, by their server
 *
 * The server told it in the replies to RCPT (CONNEG, RFC 4141). What that means a
 * worker says, and it goes into the address book. Nothing is asked of the worker
 * that is known already.
 */
#ifndef IFAX_NEGOTIATION_H
#define IFAX_NEGOTIATION_H

#include <stdbool.h>

#include "store/jobs.h"

struct negotiation;
struct station;

/** negotiation_create - for one transaction; NULL without memory */
struct negotiation *negotiation_create(struct station *station);

/** negotiation_told - a recipient can receive what @features say; without memory it is forgotten */
void negotiation_told(struct negotiation *negotiation, const char *address, const char *features);

/** negotiation_any - whether anything was told */
bool negotiation_any(const struct negotiation *negotiation);

/**
 * negotiation_run - learn what was told
 * @learned: called once, not from within: all that can be learned is in the book
 */
void negotiation_run(struct negotiation *negotiation, void (*learned)(void *arg), void *arg);

/** negotiation_free - at once; @learned is not called any more. NULL is allowed */
void negotiation_free(struct negotiation *negotiation);

#endif /* IFAX_NEGOTIATION_H */
