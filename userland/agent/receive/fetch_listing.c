// SPDX-License-Identifier: GPL-2.0
/*
 * fetch_listing: what lies in a maildrop on another server, and what the station knows of it
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch_listing.h"
#include "station.h"
#include "worker.h"

#define HEADER_BYTES		65536		/* kept of one header */
#define HEADERS_BYTES_MAX	(16 << 20)	/* kept of all; behind that they are left out */

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct fetch_listing *listing = arg;

	listing->done(listing->arg, listing);
}

struct fetch_listing *fetch_listing_create(struct station *station, const char *account,
					   unsigned int rows_max,
					   void (*done)(void *arg, struct fetch_listing *listing),
					   void *arg)
{
	struct fetch_listing *listing = calloc(1, sizeof(*listing));

	if (!listing)
		return NULL;
	listing->account = account;
	listing->station = station;
	listing->rows_max = rows_max;
	listing->done = done;
	listing->arg = arg;
	listing->headers.fd = -1;
	listing->header = malloc(HEADER_BYTES);
	listing->ready = evtimer_new(station->base, on_ready, listing);
	if (listing->header && listing->ready &&
	    !spool_create(&station->spool, &listing->headers))
		return listing;
	fetch_listing_free(listing);
	return NULL;
}

bool fetch_listing_count(struct fetch_listing *listing, unsigned int in_maildrop,
			 unsigned int looked_at)
{
	unsigned int rows = looked_at < listing->rows_max ? looked_at : listing->rows_max;

	listing->in_maildrop = in_maildrop;
	listing->looked_at = looked_at;
	listing->row = calloc(rows + 1, sizeof(*listing->row));
	if (listing->row)
		listing->rows = rows;
	return listing->row;
}

/* The row of a message; NULL: it is not told one by one. */
static struct listing_row *row_of(const struct fetch_listing *listing, unsigned int number)
{
	unsigned int before = listing->looked_at - listing->rows;

	return number > before && number <= listing->looked_at ?
		&listing->row[number - before - 1] : NULL;
}

bool fetch_listing_add(struct fetch_listing *listing, const struct listing_row *message)
{
	struct listing_row *row = row_of(listing, message->number);

	listing->bytes += message->bytes;
	listing->counts[message->state]++;
	if (!row || row->number)
		return false;
	*row = *message;
	row->unique_id = strdup(message->unique_id);
	return row->unique_id;
}

/* Headers */

void fetch_listing_header(struct fetch_listing *listing, const char *bytes, size_t len)
{
	size_t room = HEADER_BYTES - listing->header_bytes;

	if (len > room)
		len = room;
	memcpy(listing->header + listing->header_bytes, bytes, len);
	listing->header_bytes += len;
}

/* Bytes of a header in front of its empty line, in whole lines. */
static size_t without_empty_line(const char *header, size_t bytes)
{
	size_t at = 0;

	while (at < bytes) {
		const char *eol = memchr(header + at, '\n', bytes - at);
		size_t line = eol ? (size_t)(eol - header) - at + 1 : 0;

		if (!line || line == 1 || (line == 2 && header[at] == '\r'))
			return at;
		at += line;
	}
	return at;
}

/* The n-th header is that of the n-th row: one that did not come is empty. */
void fetch_listing_header_end(struct fetch_listing *listing, unsigned int number)
{
	size_t bytes = without_empty_line(listing->header, listing->header_bytes);
	unsigned int before = listing->looked_at - listing->rows;
	int err = listing->err;

	listing->header_bytes = 0;
	if (listing->headers.bytes + bytes > HEADERS_BYTES_MAX)
		bytes = 0;
	for (; !err && before + listing->header_count + 1 < number; listing->header_count++)
		err = spool_write(&listing->headers, "\r\n", 2);
	if (!err)
		err = spool_write(&listing->headers, listing->header, bytes);
	if (!err)
		err = spool_write(&listing->headers, "\r\n", 2);
	listing->header_count++;
	listing->err = err;
}

static void set_text(char **text, const char *value)
{
	free(*text);
	*text = strdup(value);
}

static void on_line(void *arg, const char *line)
{
	struct fetch_listing *listing = arg;
	unsigned long number;

	if (!strncmp(line, "header=", 7)) {
		number = strtoul(line + 7, NULL, 10);
		listing->decoding = number && number <= listing->rows ?
			&listing->row[number - 1] : NULL;
	} else if (!listing->decoding) {
		return;
	} else if (!strncmp(line, "from=", 5)) {
		set_text(&listing->decoding->from, line + 5);
	} else if (!strncmp(line, "subject=", 8)) {
		set_text(&listing->decoding->subject, line + 8);
	} else if (!strncmp(line, "date=", 5)) {
		listing->decoding->date_s = strtoll(line + 5, NULL, 10);
	}
}

static void not_decoded(struct fetch_listing *listing, const char *why)
{
	size_t used = strlen(listing->result);

	listing->complete = false;
	snprintf(listing->result + used, sizeof(listing->result) - used,
		 "; the headers cannot be shown: %s", why);
}

static void on_decoded(void *arg, enum worker_end end, const char *text)
{
	struct fetch_listing *listing = arg;

	listing->worker = NULL;
	if (end != WORKER_DONE)
		not_decoded(listing, text);
	listing->done(listing->arg, listing);
}

void fetch_listing_decode(struct fetch_listing *listing, const char *result)
{
	const struct config *config = &listing->station->config;
	char *argv[] = { (char *)config->message_worker, "headers", NULL };
	struct worker_task task = {
		.argv = argv, .stdin_fd = -1, .fd = { listing->headers.fd, -1, -1 },
		.deadline_ms = config->limits.worker_ms,
		.line = on_line, .ended = on_decoded, .arg = listing,
	};

	snprintf(listing->result, sizeof(listing->result), "%s", result);
	if (listing->header_count && !listing->err)
		listing->worker = worker_start(listing->station->base, &task);
	if (listing->worker)
		return;
	if (listing->header_count)
		not_decoded(listing, listing->err ? strerror(-listing->err) :
						    "ifax-message could not be started");
	event_active(listing->ready, EV_TIMEOUT, 1);
}

void fetch_listing_free(struct fetch_listing *listing)
{
	if (!listing)
		return;
	if (listing->worker)
		worker_stop(listing->worker);
	worker_leave(listing->worker);
	if (listing->ready)
		event_free(listing->ready);
	spool_discard(&listing->headers);
	for (unsigned int i = 0; i < listing->rows; i++) {
		free(listing->row[i].unique_id);
		free(listing->row[i].from);
		free(listing->row[i].subject);
	}
	free(listing->row);
	free(listing->header);
	free(listing);
}
