/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fragments: mails that are parts of one message (message/partial, RFC 2046, 5.2.2)
 *
 * Each part is an incoming job. It waits until all of them are there; then the
 * joined message takes their place as a job of its own.
 */
#ifndef IFAX_FRAGMENTS_H
#define IFAX_FRAGMENTS_H

#include "jobs.h"
#include "receive/opened.h"

#define FRAGMENTS_MAX		100	/* of one message; ifax-message join takes no more */
#define FRAGMENTS_WAITING_MAX	1000	/* of all messages */

/** struct fragments - the parts of a message that is complete, in order */
struct fragments {
	int64_t job[FRAGMENTS_MAX];
	size_t items;
};

/** jobs_set_fragment - a job is a part of a message: it waits for the others */
bool jobs_set_fragment(struct jobs *jobs, int64_t id, const struct opened *opened);
/** jobs_next_complete - the parts of a message of which none is missing; false: there is none */
bool jobs_next_complete(struct jobs *jobs, struct fragments *fragments);
/**
 * jobs_set_joined - a joined message is on disk and takes the place of its parts
 *
 * It has the envelope of the first part. Return: its job, 0: not stored.
 */
int64_t jobs_set_joined(struct jobs *jobs, const struct fragments *fragments,
			const char *message_file, int64_t message_bytes);
/** jobs_missing_parts - which parts of the message of this one came, for people */
void jobs_missing_parts(struct jobs *jobs, int64_t id, char *text, size_t bytes);

#endif /* IFAX_FRAGMENTS_H */
