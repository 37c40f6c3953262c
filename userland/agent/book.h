/* SPDX-License-Identifier: GPL-2.0 */
/*
 * book: what is known of those that we send to
 *
 * What a peer can receive is learned from its reports (Media-Accept-Features, RFC
 * 2530) about what we sent to it, or set by people, which is stronger. Who is not
 * in the book gets what everybody can read (profile S).
 */
#ifndef IFAX_BOOK_H
#define IFAX_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "jobs.h"

/** book_learn - a peer told; what people set stays. Within a transaction or alone */
bool book_learn(struct jobs *jobs, const char *address, const char *codings,
		const char *features, const char *source);
/** book_set - people tell; @codings: names with commas between, of mh, mr, mmr, jbig */
bool book_set(struct jobs *jobs, const char *address, const char *codings);
/** book_remove - forget a peer; false: nothing was known, or not stored */
bool book_remove(struct jobs *jobs, const char *address);
/** book_takes - whether a peer is known to take a coding */
bool book_takes(struct jobs *jobs, const char *address, const char *coding);
/** book_codings_ok - whether a text is names of codings with commas between */
bool book_codings_ok(const char *codings);

#endif /* IFAX_BOOK_H */
