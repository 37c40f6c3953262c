/* SPDX-License-Identifier: GPL-2.0 */
/*
 * station: the parts of the daemon, and what they ask of each other
 *
 * incoming and outgoing find their work in the jobs: *_run() starts whatever
 * is due and not under way. So a start after a crash is nothing special.
 */
#ifndef IFAX_STATION_H
#define IFAX_STATION_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "net/guard.h"
#include "net/recent.h"
#include "send/mails.h"
#include "store/jobs.h"
#include "store/spool.h"

struct resolver;
struct arrivals;
struct commits;
struct incoming;
struct outgoing;
struct sender;
struct links;
struct listener;
struct pop3_listener;
struct fetcher;
struct fetch_listing;
struct control;
struct reporter;
struct joiner;
struct forwarder;
struct pdf_forms;
struct relay;

struct station {
	struct config config;
	struct event_base *base;
	struct resolver *resolver;
	struct spool spool;
	struct jobs *jobs;
	struct commits *commits;
	struct arrivals *arrivals;
	struct incoming *incoming;
	struct outgoing *outgoing;
	struct reporter *reporter;
	struct joiner *joiner;
	struct forwarder *forwarder;
	struct pdf_forms *pdf_forms;
	struct relay *relay;
	struct sender *sender;
	struct links *links;		/* idle sessions of the sender */
	struct listener *listener;
	struct pop3_listener *pop3_listener;
	struct fetcher *fetcher;
	struct control *control;
	struct guard guard;
	struct recent pop3_logins;
	int64_t started_ms;
};

/* How long to wait after something that must work (disk, memory, a fork) did not. */
#define STATION_RECOVER_MS	5000

/** steady_ms - a clock that is never set, and that goes on while the machine sleeps */
int64_t steady_ms(void);

/** station_wake - have a timer fire after @ms, or earlier if it was to fire earlier */
void station_wake(struct station *station, struct event *timer, int64_t ms);

/**
 * station_left_ms - how long until a wall-clock time
 *
 * 0 if it is past, and if it is further away than any wait that we give: then
 * the clock was set back.
 */
int64_t station_left_ms(const struct station *station, int64_t next_ms);

/** station_remove_files - remove what the spool holds of a job that ended */
void station_remove_files(struct station *station, const struct job *job);

struct incoming *incoming_create(struct station *station);
void incoming_run(struct incoming *incoming);
/** incoming_wake - there is new work; not now, but soon */
void incoming_wake(struct incoming *incoming);
/** incoming_stop_job - end what is under way for a job; true: something was */
bool incoming_stop_job(struct incoming *incoming, int64_t id);
void incoming_free(struct incoming *incoming);

/**
 * outgoing_submit - scan what lies in the feeder and send it
 * @draft: all but sender, Message-ID and page file; with "" as subject it gets one
 * @reason: receives why not, for people
 *
 * Return: the job; 0: refused.
 */
int64_t outgoing_submit(struct outgoing *outgoing, struct job_draft *draft, const char **reason);
/** outgoing_rescan - begin a job that failed while it was scanned again */
bool outgoing_rescan(struct outgoing *outgoing, int64_t id, const char **reason);
/** outgoing_plan - how the document of a job is laid out in mails */
struct mail_plan outgoing_plan(const struct config *config, const struct job *job);
struct outgoing *outgoing_create(struct station *station);
/** outgoing_wake - there is new work; not now, but soon */
void outgoing_wake(struct outgoing *outgoing);
void outgoing_run(struct outgoing *outgoing);
bool outgoing_stop_job(struct outgoing *outgoing, int64_t id);
void outgoing_free(struct outgoing *outgoing);

struct reporter *reporter_create(struct station *station);
/** reporter_run - make the reports that senders are owed (confirm.h) */
/** reporter_wake - there is new work; not now, but soon */
void reporter_wake(struct reporter *reporter);
void reporter_run(struct reporter *reporter);
void reporter_free(struct reporter *reporter);

struct forwarder *forwarder_create(struct station *station);
/** forwarder_run - make the mails that go on to others */
void forwarder_run(struct forwarder *forwarder);
void forwarder_free(struct forwarder *forwarder);

struct joiner *joiner_create(struct station *station);
/** joiner_run - join messages whose parts are all there, give up those that wait too long */
void joiner_run(struct joiner *joiner);
void joiner_free(struct joiner *joiner);

struct sender *sender_create(struct station *station);
void sender_run(struct sender *sender);
/** sender_wake - there is new work; not now, but soon */
void sender_wake(struct sender *sender);
/** sender_connections - how many are open for a mail; @destination: only those there, NULL: all */
unsigned int sender_connections(const struct sender *sender, const char *destination);
bool sender_stop_job(struct sender *sender, int64_t id);
void sender_free(struct sender *sender);

/** listener_bind - open the listening sockets; what failed is logged */
struct listener *listener_bind(struct station *station);
/** listener_load - read certificate and key; as the user that the daemon runs as */
bool listener_load(struct listener *listener);
/** listener_start - accept */
void listener_start(struct listener *listener);
unsigned int listener_sessions(const struct listener *listener);
void listener_free(struct listener *listener);

/** pop3_listener_bind, _load, _start - as of the listener */
struct pop3_listener *pop3_listener_bind(struct station *station);
bool pop3_listener_load(struct pop3_listener *listener);
void pop3_listener_start(struct pop3_listener *listener);
/** pop3_listener_run - mails have been made what sessions wait for; NULL is allowed */
void pop3_listener_run(struct pop3_listener *listener);
void pop3_listener_free(struct pop3_listener *listener);

struct fetcher *fetcher_create(struct station *station);
/** fetcher_run - visit a maildrop now, or with NULL all; false: there is no such account */
bool fetcher_run(struct fetcher *fetcher, const char *account);
/**
 * fetcher_list - list what lies in a maildrop, without fetching it (fetch_listing.h)
 * @account: its title
 * @rows: messages that are told one by one, the last ones
 * @done: called once, never from within
 *
 * Return: the listing, to be freed by fetcher_list_end(); NULL: @reason tells why, for people.
 */
struct fetch_listing *fetcher_list(struct fetcher *fetcher, const char *account, unsigned int rows,
				   void (*done)(void *arg, struct fetch_listing *listing),
				   void *arg, char *reason, size_t bytes);
/** fetcher_list_end - also before @done, which is not called then; NULL is allowed */
void fetcher_list_end(struct fetcher *fetcher, struct fetch_listing *listing);
/** fetcher_report - call @each with the result of the last visit of each account */
void fetcher_report(struct fetcher *fetcher,
		    void (*each)(void *arg, const char *account, bool visiting, const char *result,
				 int64_t time_ms), void *arg);
/** fetcher_logged_in - whether the last login at a maildrop is not older than @valid_ms */
bool fetcher_logged_in(const struct fetcher *fetcher, const struct config_account *account,
		       long valid_ms);
struct fetcher_login;
/**
 * fetcher_log_in - visit a maildrop now, or wait for the visit that is under way
 * @done: called once, never from within: @why: NULL: the server let us in; else why not.
 *	The login is freed after it
 *
 * Return: the login, NULL without memory.
 */
struct fetcher_login *fetcher_log_in(struct fetcher *fetcher, const struct config_account *account,
				     void (*done)(void *arg, const char *why), void *arg);
/** fetcher_login_cancel - without a call of @done; NULL is allowed */
void fetcher_login_cancel(struct fetcher_login *login);
void fetcher_free(struct fetcher *fetcher);

struct control *control_open(struct station *station);
void control_free(struct control *control);

#endif /* IFAX_STATION_H */
