/* SPDX-License-Identifier: GPL-2.0 */
/*
 * repeats: mail whose sender may not know that it was taken
 *
 * If the reply to the end of a mail is lost, its sender sends it again, and is
 * right to. A mail is known again by its repeat key: a sum, which nobody else can tell
 * before, of who brought it, its envelope and all of its content. The key is stored with the job, in one
 * transaction, and forgotten when the sender is known to have heard: from then on
 * the same mail is a new one.
 */
#ifndef IFAX_REPEATS_H
#define IFAX_REPEATS_H

#include "jobs.h"

#define REPEAT_KEY_BYTES	65	/* 32 bytes in hexadecimal digits */

/** repeats_secret - the station's own number in all its repeat keys, and sums of content */
int64_t repeats_secret(struct jobs *jobs);

/** repeats_find - the job of a mail that was taken since @since_ms under this key; 0: none */
int64_t repeats_find(struct jobs *jobs, const char *key, int64_t since_ms);

/** repeats_keep - within a transaction: the sender may not hear that job @id has its mail */
bool repeats_keep(struct jobs *jobs, const char *key, int64_t id);

/** repeats_forget - within a transaction: the sender has heard */
bool repeats_forget(struct jobs *jobs, const char *key);

/** repeats_forget_old - within a transaction: whoever has not come again will not come any more */
bool repeats_forget_old(struct jobs *jobs, int64_t before_ms);

#endif /* IFAX_REPEATS_H */
