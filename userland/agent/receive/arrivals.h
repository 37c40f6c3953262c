/* SPDX-License-Identifier: GPL-2.0 */
/*
 * arrivals: mail that has come becomes durable, and a job
 *
 * The file is synced; then the job goes into the database,
 * together with those of all mail that is as far, and when that is durable
 * (commits.h) whoever brought the mail is told. A mail that comes again (repeats.h)
 * is not stored again: whoever brought it is told the job that it became the first
 * time, when that is durable.
 */
#ifndef IFAX_ARRIVALS_H
#define IFAX_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/jobs.h"
#include "store/spool.h"

struct arrivals;
struct station;

struct arrivals *arrivals_create(struct station *station);

/**
 * arrivals_take - a mail has come
 * @file: written whole; it is the callee's from now on
 * @arrival: all but the file's name and size, and the mailboxes; copied
 * @taken: called once, never from within: @job: it is durable; 0: nothing was stored,
 *	@err (errno) tells why
 * @arg: for @taken
 *
 * Return: false: no memory; nothing is stored, and @taken is not called.
 */
bool arrivals_take(struct arrivals *arrivals, struct spool_file *file,
		   const struct job_arrival *arrival,
		   void (*taken)(void *arg, int64_t job, int err), void *arg);

/** arrivals_heard - the sender of a mail with this repeat key knows that it was taken */
void arrivals_heard(struct arrivals *arrivals, const char *repeat_key);

/** arrivals_forget - who waits for @taken is gone; the mail is stored all the same */
void arrivals_forget(struct arrivals *arrivals, const void *arg);

/** arrivals_in_doubt - the database has mail that may be gone after a crash: the disk fails */
bool arrivals_in_doubt(const struct arrivals *arrivals);

/** arrivals_free - after commits_drain(); NULL is allowed */
void arrivals_free(struct arrivals *arrivals);

#endif /* IFAX_ARRIVALS_H */
