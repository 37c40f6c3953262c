/* SPDX-License-Identifier: GPL-2.0 */
/*
 * alternative: documents that can be had in a better form (RFC 3297)
 *
 * As sender: a mail whose form is less than the document says so. For a time after it
 * was handed over each recipient can ask, once, for the best that it takes, and gets a
 * mail of its own. What it can take is said for this document only, and not kept.
 *
 * As receiver: a mail that is offered in a form that gives more on paper is not printed
 * but asked for in that form. If none comes in time, or it cannot be had, it is printed as
 * it came.
 *
 * Each step is one transaction: what was asked for is asked for once, what is sent again
 * is sent again once.
 */
#ifndef IFAX_ALTERNATIVE_H
#define IFAX_ALTERNATIVE_H

#include "store/confirm.h"

/* ---- sender ---- */

/** jobs_offer - within or without a transaction: pages of a job are kept until @until_ms */
bool jobs_offer(struct jobs *jobs, int64_t id, int64_t until_ms);
/**
 * jobs_set_wanted - within a transaction: a recipient asks for a better form
 * @report: number of the job that its report came as
 * @item: what it says
 * @recipient: of job @id; changed and to be stored, if it gets one
 *
 * If it cannot have one it is owed a word about that.
 */
bool jobs_set_wanted(struct jobs *jobs, int64_t id, int64_t report, const struct report_item *item,
		     struct recipient *recipient);
/** jobs_next_expired - a job that ended and whose pages nobody can ask for any more; 0: none */
int64_t jobs_next_expired(struct jobs *jobs, int64_t now);
/** jobs_next_expiry - when the next one is there; 0: never */
int64_t jobs_next_expiry(struct jobs *jobs);

/* ---- receiver ---- */

/** jobs_ask - a job is asked for in a better form; it waits until @until_ms */
bool jobs_ask(struct jobs *jobs, int64_t id, const struct opened *opened, int64_t until_ms);
/** jobs_was_asked - whether that was done before */
bool jobs_was_asked(struct jobs *jobs, int64_t id);
/** jobs_end_asking - within a transaction: a job may be what another one waits for */
bool jobs_end_asking(struct jobs *jobs, int64_t id, const struct opened *opened);
/** jobs_replaced - the job that another one took the place of; false: none. To be cleared */
bool jobs_replaced(struct jobs *jobs, const struct opened *opened, struct job *job);
/** jobs_asked_in_vain - within a transaction: a job whose better form cannot be had; 0: none */
int64_t jobs_asked_in_vain(struct jobs *jobs, const struct report *report);
/**
 * jobs_print_as_it_came - those that waited until @now are opened again
 *
 * Return: when the next one is due; 0: never.
 */
int64_t jobs_print_as_it_came(struct jobs *jobs, int64_t now);

#endif /* IFAX_ALTERNATIVE_H */
