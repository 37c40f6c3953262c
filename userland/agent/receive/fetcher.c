// SPDX-License-Identifier: GPL-2.0
/*
 * fetcher: visits the maildrops of the station on other servers, when it is time
 *
 * Polls are spread a little, so that the machines of an office that were
 * switched on together do not all ask at once. A visit that failed is tried
 * again soon, then less soon, until the usual time is reached.
 */
#include <event2/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch_listing.h"
#include "fetch_visit.h"
#include "log.h"
#include "station.h"

#define AGAIN_MS	15000	/* after a visit that failed; doubled each time */
#define LOGIN_DELAY_MS_MAX	(24 * 3600 * 1000)
#define SPREAD		10	/* a poll comes up to 1/SPREAD of its time earlier or later */

/**
 * struct fetcher_login - somebody who waits for a login
 * @maildrop: where; NULL: the fetcher is gone
 * @told: event that tells @why
 * @answered: @why is known
 * @why: not; "": we are in
 */
struct fetcher_login {
	struct fetcher_login *next;
	struct maildrop *maildrop;
	struct event *told;
	bool answered;
	char why[512];
	void (*done)(void *arg, const char *why);
	void *arg;
};

/**
 * struct maildrop - a maildrop
 * @listing: which @visit fills; NULL: it fetches, or there is none
 * @due: a visit that fetches is to follow it
 * @logins: who waits for one
 * @login_ms: when the last one was good, by steady_ms(); 0: none was
 */
struct maildrop {
	struct fetcher *fetcher;
	const struct config_account *account;
	struct event *timer;
	struct fetch_visit *visit;
	struct fetch_listing *listing;
	bool due;
	int64_t not_before_ms;		/* the server wants time between two logins */
	long again_ms;
	char result[512];
	int64_t result_ms;
	struct fetcher_login *logins;
	int64_t login_ms;
};

struct fetcher {
	struct station *station;
	struct maildrop *maildrop;
	size_t maildrops;
};

static void note_result(struct maildrop *maildrop, const char *text)
{
	snprintf(maildrop->result, sizeof(maildrop->result), "%s", text);
	maildrop->result_ms = now_ms();
}

static void wake(struct maildrop *maildrop, long ms)
{
	struct timeval time = { ms / 1000, ms % 1000 * 1000 };

	evtimer_add(maildrop->timer, &time);
}

static long spread(long ms)
{
	unsigned int random;

	evutil_secure_rng_get_bytes(&random, sizeof(random));
	return ms - ms / SPREAD + (long)(random % (2UL * (ms / SPREAD) + 1));
}

/* Those who wait hear it from the event loop, each for himself. */
static void answer_logins(struct maildrop *maildrop, const char *why)
{
	for (struct fetcher_login *login = maildrop->logins; login; login = login->next) {
		if (login->answered)
			continue;
		login->answered = true;
		snprintf(login->why, sizeof(login->why), "%s", why);
		event_active(login->told, EV_TIMEOUT, 1);
	}
}

static void on_logged_in(void *arg)
{
	struct maildrop *maildrop = arg;

	maildrop->login_ms = steady_ms();
	answer_logins(maildrop, "");
}

static void on_ended(void *arg, bool later, const char *result)
{
	struct maildrop *maildrop = arg;
	long poll_ms = maildrop->account->poll_ms;

	maildrop->not_before_ms = now_ms() + fetch_visit_login_delay_ms(maildrop->visit);
	maildrop->visit = NULL;
	note_result(maildrop, result);
	answer_logins(maildrop, result);
	if (!later) {
		maildrop->again_ms = AGAIN_MS;
		return;
	}
	if (maildrop->again_ms < poll_ms)
		wake(maildrop, maildrop->again_ms);
	maildrop->again_ms = maildrop->again_ms < poll_ms ? 2 * maildrop->again_ms : poll_ms;
}

/* What the server still wants until the next login */
static int64_t login_wait_ms(const struct maildrop *maildrop)
{
	int64_t ms = maildrop->not_before_ms - now_ms();

	/* more than any server may want: the clock was set back */
	return ms > 0 && ms <= LOGIN_DELAY_MS_MAX ? ms : 0;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct maildrop *maildrop = arg;
	char reason[512];
	int64_t wait_ms;

	wake(maildrop, spread(maildrop->account->poll_ms));
	if (maildrop->visit) {
		maildrop->due = maildrop->listing;
		return;
	}
	wait_ms = login_wait_ms(maildrop);
	if (wait_ms) {
		wake(maildrop, wait_ms);
		answer_logins(maildrop, "the POP3 server wants more time between two logins");
		return;
	}
	maildrop->visit = fetch_visit_start(maildrop->fetcher->station, maildrop->account, NULL,
					    on_logged_in, on_ended, maildrop, reason,
					    sizeof(reason));
	if (maildrop->visit)
		return;
	log_event(LOG_WARNING, "fetcher.visit account=%s error=%s", maildrop->account->title,
		  reason);
	note_result(maildrop, reason);
	answer_logins(maildrop, reason);
}

/* Listing */

/* A visit that was due meanwhile comes now. */
static void end_listing(struct maildrop *maildrop)
{
	maildrop->visit = NULL;
	maildrop->listing = NULL;
	if (maildrop->due)
		event_active(maildrop->timer, EV_TIMEOUT, 1);
	maildrop->due = false;
}

static void on_listed(void *arg, bool later, const char *result)
{
	struct maildrop *maildrop = arg;
	struct fetch_listing *listing = maildrop->listing;

	maildrop->not_before_ms = now_ms() + fetch_visit_login_delay_ms(maildrop->visit);
	end_listing(maildrop);
	fetch_listing_decode(listing, result);
}

static struct maildrop *maildrop_called(const struct fetcher *fetcher, const char *title)
{
	for (size_t i = 0; i < fetcher->maildrops; i++)
		if (!strcmp(fetcher->maildrop[i].account->title, title))
			return &fetcher->maildrop[i];
	return NULL;
}

/* false: not now, @reason tells why */
static bool is_free(const struct maildrop *maildrop, char *reason, size_t bytes)
{
	int64_t wait_ms = login_wait_ms(maildrop);
	char progress[400];

	if (maildrop->visit) {
		fetch_visit_progress(maildrop->visit, progress, sizeof(progress));
		snprintf(reason, bytes, "the maildrop of %s is being visited (%s): try again when"
			 " that has ended", maildrop->account->title, progress);
	} else if (wait_ms) {
		snprintf(reason, bytes, "the server of %s wants more time between two logins: try"
			 " again in %lld s", maildrop->account->title,
			 (long long)(wait_ms + 999) / 1000);
	}
	return !maildrop->visit && !wait_ms;
}

struct fetch_listing *fetcher_list(struct fetcher *fetcher, const char *account, unsigned int rows,
				   void (*done)(void *arg, struct fetch_listing *listing),
				   void *arg, char *reason, size_t bytes)
{
	struct maildrop *maildrop = maildrop_called(fetcher, account);
	struct fetch_listing *listing;

	snprintf(reason, bytes, "there is no pop3 account \"%.100s\"", account);
	if (!maildrop || !is_free(maildrop, reason, bytes))
		return NULL;
	snprintf(reason, bytes, "no memory, or no disk, for a list");
	listing = fetch_listing_create(fetcher->station, maildrop->account->title, rows, done, arg);
	if (!listing)
		return NULL;
	maildrop->visit = fetch_visit_start(fetcher->station, maildrop->account, listing,
					    on_logged_in, on_listed, maildrop, reason, bytes);
	if (!maildrop->visit) {
		fetch_listing_free(listing);
		return NULL;
	}
	maildrop->listing = listing;
	return listing;
}

void fetcher_list_end(struct fetcher *fetcher, struct fetch_listing *listing)
{
	for (size_t i = 0; listing && i < fetcher->maildrops; i++) {
		if (fetcher->maildrop[i].listing != listing)
			continue;
		fetch_visit_cancel(fetcher->maildrop[i].visit);
		end_listing(&fetcher->maildrop[i]);
	}
	fetch_listing_free(listing);
}

/* POP-before-SMTP */

static struct maildrop *maildrop_of(const struct fetcher *fetcher,
				    const struct config_account *account)
{
	return &fetcher->maildrop[account - fetcher->station->config.account];
}

bool fetcher_logged_in(const struct fetcher *fetcher, const struct config_account *account,
		       long valid_ms)
{
	const struct maildrop *maildrop = maildrop_of(fetcher, account);

	return maildrop->login_ms && steady_ms() - maildrop->login_ms < valid_ms;
}

static void on_told(evutil_socket_t fd, short what, void *arg)
{
	struct fetcher_login *login = arg;

	login->done(login->arg, *login->why ? login->why : NULL);
	fetcher_login_cancel(login);
}

struct fetcher_login *fetcher_log_in(struct fetcher *fetcher, const struct config_account *account,
				     void (*done)(void *arg, const char *why), void *arg)
{
	struct maildrop *maildrop = maildrop_of(fetcher, account);
	struct fetcher_login *login = calloc(1, sizeof(*login));

	if (!login)
		return NULL;
	login->done = done;
	login->arg = arg;
	login->maildrop = maildrop;
	login->told = evtimer_new(fetcher->station->base, on_told, login);
	if (!login->told) {
		free(login);
		return NULL;
	}
	login->next = maildrop->logins;
	maildrop->logins = login;
	event_active(maildrop->timer, EV_TIMEOUT, 1);
	return login;
}

void fetcher_login_cancel(struct fetcher_login *login)
{
	struct fetcher_login **at = login && login->maildrop ? &login->maildrop->logins : NULL;

	if (!login)
		return;
	while (at && *at != login)
		at = &(*at)->next;
	if (at)
		*at = login->next;
	event_free(login->told);
	free(login);
}

bool fetcher_run(struct fetcher *fetcher, const char *account)
{
	const struct maildrop *only = account ? maildrop_called(fetcher, account) : NULL;

	for (size_t i = 0; i < fetcher->maildrops; i++)
		if (!account || &fetcher->maildrop[i] == only)
			event_active(fetcher->maildrop[i].timer, EV_TIMEOUT, 1);
	return !account || only;
}

struct fetcher *fetcher_create(struct station *station)
{
	struct fetcher *fetcher = calloc(1, sizeof(*fetcher));
	size_t accounts = station->config.accounts;

	if (!fetcher)
		return NULL;
	fetcher->station = station;
	fetcher->maildrop = calloc(accounts + 1, sizeof(*fetcher->maildrop));
	if (!fetcher->maildrop)
		goto free;
	for (; fetcher->maildrops < accounts; fetcher->maildrops++) {
		struct maildrop *maildrop = &fetcher->maildrop[fetcher->maildrops];

		maildrop->fetcher = fetcher;
		maildrop->account = &station->config.account[fetcher->maildrops];
		maildrop->again_ms = AGAIN_MS;
		maildrop->timer = evtimer_new(station->base, on_timer, maildrop);
		if (!maildrop->timer)
			goto free;
		note_result(maildrop, "not visited yet");
	}
	return fetcher;

free:
	fetcher_free(fetcher);
	return NULL;
}

void fetcher_report(struct fetcher *fetcher,
		    void (*each)(void *arg, const char *account, bool visiting, const char *result,
				 int64_t time_ms), void *arg)
{
	for (size_t i = 0; i < fetcher->maildrops; i++) {
		const struct maildrop *maildrop = &fetcher->maildrop[i];
		char progress[512];

		if (maildrop->visit)
			fetch_visit_progress(maildrop->visit, progress, sizeof(progress));
		each(arg, maildrop->account->title, maildrop->visit,
		     maildrop->visit ? progress : maildrop->result,
		     maildrop->visit ? now_ms() : maildrop->result_ms);
	}
}

void fetcher_free(struct fetcher *fetcher)
{
	if (!fetcher)
		return;
	for (size_t i = 0; i < fetcher->maildrops; i++) {
		fetch_visit_cancel(fetcher->maildrop[i].visit);
		for (struct fetcher_login *login = fetcher->maildrop[i].logins; login;
		     login = login->next)
			login->maildrop = NULL;
		event_free(fetcher->maildrop[i].timer);
	}
	free(fetcher->maildrop);
	free(fetcher);
}
