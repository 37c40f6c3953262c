/* SPDX-License-Identifier: GPL-2.0 */
/*
 * book: what is known of those that we send to
 *
 * What a peer can receive is learned from its reports (Media-Accept-Features, RFC
 * 2530) about what we sent to it and from its mail server (CONNEG, RFC 4141), or set
 * by people, which is stronger. Who is not in the book gets what everybody can read
 * (profile S).
 */
#ifndef IFAX_BOOK_H
#define IFAX_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "jobs.h"

#define BOOK_FEATURES_BYTES	8193

/**
 * struct peer - what a peer can receive
 * @known: it is in the book; else all is ""
 * @codings: names with commas between, of mh, mr, mmr, jbig
 * @dpi: resolutions, as page_form.h names them; "": 204x98 and 204x196
 * @sizes: of a4, b4, a3; "": a4
 * @source: who told: mdn, dsn, conneg, or set, by people
 */
struct peer {
	bool known;
	char codings[32];
	char dpi[64];
	char sizes[16];
	char source[16];
};

/** book_look_up - what is known of an address */
void book_look_up(struct jobs *jobs, const char *address, struct peer *peer);

/**
 * book_learn - a peer told; what people set stays. Within a transaction or alone
 * @peer: what it told; wrong values are left out: who parses what strangers send may be theirs
 * @features: in its own words
 */
bool book_learn(struct jobs *jobs, const char *address, const struct peer *peer,
		const char *features);
/**
 * book_set - people tell
 * @words: codings, resolutions and sizes with commas between, as in "mh,mmr,204x391,b4"
 *
 * Return: false: it could not be stored, or (*@fault set) the words are wrong.
 */
bool book_set(struct jobs *jobs, const char *address, const char *words, const char **fault);
/** book_remove - forget a peer; false: nothing was known, or not stored */
bool book_remove(struct jobs *jobs, const char *address);

/** book_features - what a peer said of itself; "": nothing, or people told */
void book_features(struct jobs *jobs, const char *address, char features[BOOK_FEATURES_BYTES]);

#endif /* IFAX_BOOK_H */
