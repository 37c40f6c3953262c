/* SPDX-License-Identifier: GPL-2.0 */
/*
 * delivery: one job on its way to one destination
 *
 * All recipients of the job at that destination that are due go in one
 * transaction. The servers there are tried in their order, until one has begun
 * the transaction; what one recipient is told changes nothing for the others.
 */
#ifndef IFAX_DELIVERY_H
#define IFAX_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"

struct config;
struct delivery;
struct station;

/**
 * delivery_start - take a job's recipients that are due at one destination, and go
 * @job: its number
 * @busy: whether there are enough connections to a destination already
 * @ended: called once, not from within: what became of the recipients is stored
 * @arg: for both
 * @none: set if nothing is due, or all that is due is busy
 *
 * Return: the delivery; NULL: nothing was begun, because there is nothing to do
 * (@none), or because something failed that may work later.
 */
struct delivery *delivery_start(struct station *station, int64_t job,
				bool (*busy)(void *arg, const char *destination),
				void (*ended)(void *arg, struct delivery *delivery), void *arg,
				bool *none);

/** delivery_name_destination - what connections to a recipient are counted by: the first host of
 * its route, or its domain
 */
void delivery_name_destination(const struct config *config, const char *address,
			       char name[DESTINATION_BYTES]);

int64_t delivery_job(const struct delivery *delivery);
const char *delivery_destination(const struct delivery *delivery);

/** delivery_stop - give up: who has no reply yet waits again. false: that could not be stored */
bool delivery_stop(struct delivery *delivery);

/** delivery_free - at once; to be called by @ended, or after delivery_stop() */
void delivery_free(struct delivery *delivery);

#endif /* IFAX_DELIVERY_H */
