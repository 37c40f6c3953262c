/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fetch_listing: what lies in a maildrop on another server, and what the station knows of it
 *
 * A visit (fetch_visit.h) that fetches and deletes nothing fills it: with all messages in
 * numbers, and with the headers of the last ones, as far as the server shows them. A worker
 * decodes those afterwards.
 */
#ifndef IFAX_FETCH_LISTING_H
#define IFAX_FETCH_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/spool.h"

#define LISTING_ROWS_MAX	1000

struct station;

/**
 * enum listing_state - what becomes of a message in the next visit that fetches
 * @LISTING_NEW: it is fetched
 * @LISTING_UNNAMED: so is it, but it has no unique-id of its own: its content tells
 *	then whether it is known
 * @LISTING_FETCHED: it is known, and not fetched again
 * @LISTING_UNSETTLED: it was fetched just now, and is not on disk yet
 * @LISTING_TOO_LARGE: it is left there
 * @LISTING_NO_ROOM: it is left there for now: too little free space
 */
enum listing_state {
	LISTING_NEW,
	LISTING_UNNAMED,
	LISTING_FETCHED,
	LISTING_UNSETTLED,
	LISTING_TOO_LARGE,
	LISTING_NO_ROOM,
	LISTING_STATES,
};

/**
 * struct listing_row - a message
 * @number: in the maildrop
 * @bytes: by LIST
 * @unique_id: "" if it has none of its own
 * @state: what the station knows
 * @job: which it became; 0: none
 * @goes: the next visit deletes it
 * @from: of its header, as it stands there, decoded; NULL: not known, as @subject
 * @subject: so
 * @date_s: so, since 1970; 0: not known
 */
struct listing_row {
	unsigned int number;
	uint64_t bytes;
	char *unique_id;
	enum listing_state state;
	int64_t job;
	bool goes;
	char *from;
	char *subject;
	int64_t date_s;
};

/**
 * struct fetch_listing - the maildrop, for who asked for it
 * @account: its title
 * @in_maildrop: messages by STAT
 * @looked_at: of these, from the first on
 * @bytes: of those looked at
 * @counts: messages in each state
 * @row: the last ones of those looked at
 * @rows: elements of @row
 * @complete: the visit ended in order
 * @result: how it ended, for people
 *
 * The rest is its own.
 */
struct fetch_listing {
	const char *account;
	unsigned int in_maildrop;
	unsigned int looked_at;
	uint64_t bytes;
	unsigned int counts[LISTING_STATES];
	struct listing_row *row;
	unsigned int rows;
	bool complete;
	char result[512];

	struct station *station;
	unsigned int rows_max;
	void (*done)(void *arg, struct fetch_listing *listing);
	void *arg;
	struct event *ready;
	struct worker *worker;
	struct listing_row *decoding;
	struct spool_file headers;	/* one behind the other, an empty line behind each */
	unsigned int header_count;
	int err;			/* of @headers */
	char *header;			/* that comes */
	size_t header_bytes;
};

/**
 * fetch_listing_create - begin one
 * @account: title of the account; outlives it
 * @rows_max: messages to be told one by one, at most LISTING_ROWS_MAX
 * @done: called once, after fetch_listing_decode() and not from within
 * @arg: for @done
 *
 * Return: the listing; NULL without memory or disk.
 */
struct fetch_listing *fetch_listing_create(struct station *station, const char *account,
					   unsigned int rows_max,
					   void (*done)(void *arg, struct fetch_listing *listing),
					   void *arg);

/** fetch_listing_count - so many messages are there, and are looked at; false: no memory */
bool fetch_listing_count(struct fetch_listing *listing, unsigned int in_maildrop,
			 unsigned int looked_at);

/** fetch_listing_add - a message; true: its header is wanted */
bool fetch_listing_add(struct fetch_listing *listing, const struct listing_row *message);

/** fetch_listing_header - some bytes of a header; what is longer than 64 KiB is cut off */
void fetch_listing_header(struct fetch_listing *listing, const char *bytes, size_t len);

/** fetch_listing_header_end - the header of a message came, or as much as will come */
void fetch_listing_header_end(struct fetch_listing *listing, unsigned int number);

/** fetch_listing_decode - the visit has ended: decode the headers, then call @done */
void fetch_listing_decode(struct fetch_listing *listing, const char *result);

/** fetch_listing_free - at any time; NULL is allowed */
void fetch_listing_free(struct fetch_listing *listing);

#endif /* IFAX_FETCH_LISTING_H */
