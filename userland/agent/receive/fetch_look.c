// SPDX-License-Identifier: GPL-2.0
/*
 * fetch_visit: a visit that only looks at what is there
 */
#include <stdio.h>

#include "fetch_private.h"
#include "log.h"

static void on_list_counted(void *arg, unsigned int in_maildrop, unsigned int looked_at)
{
	struct fetch_visit *visit = arg;

	visit->stopped |= !fetch_listing_count(visit->listing, in_maildrop, looked_at);
}

static enum pop3_verdict on_list(void *arg, unsigned int number, uint64_t bytes,
				 const char *unique_id)
{
	struct fetch_visit *visit = arg;
	struct listed *listed = fetch_list_message(visit, number, bytes, unique_id);
	struct listing_row row = { .number = number, .bytes = bytes };
	int64_t fetched_ms;

	if (!listed || visit->stopped)
		return fetch_stop(visit);
	row.unique_id = listed->unique_id;
	row.state = fetch_judge(visit, listed, &row.job, &fetched_ms);
	row.goes = row.state == LISTING_FETCHED &&
		   fetch_judge_known(visit, fetched_ms) == POP3_DELETE;
	return fetch_listing_add(visit->listing, &row) ? POP3_HEADER : POP3_KEEP;
}

static bool on_header_begin(void *arg, unsigned int number)
{
	return true;
}

static bool on_header(void *arg, const char *bytes, size_t len)
{
	struct fetch_visit *visit = arg;

	fetch_listing_header(visit->listing, bytes, len);
	return true;
}

static void on_header_end(void *arg, unsigned int number)
{
	struct fetch_visit *visit = arg;

	fetch_listing_header_end(visit->listing, number);
}

static void on_list_finished(void *arg, enum pop3_outcome outcome, const char *text)
{
	struct fetch_visit *visit = arg;

	fetch_note_end(visit, outcome);
	visit->listing->complete = outcome == POP3_OUTCOME_DONE && !visit->stopped;
	snprintf(visit->result, sizeof(visit->result), "%s", text);
	log_event(visit->listing->complete ? LOG_INFO : LOG_WARNING,
		  "fetcher.list account=%s result=%s", visit->account->title, text);
}

const struct pop3_client_ops fetch_looking_ops = {
	.auth_begin = fetch_auth_begin, .auth_respond = fetch_auth_respond,
	.auth_conceal = fetch_auth_conceal, .logged_in = fetch_logged_in,
	.counted = on_list_counted, .decide = on_list, .message_begin = on_header_begin,
	.message = on_header, .message_end = on_header_end, .message_abort = on_header_end,
	.finished = on_list_finished,
};
