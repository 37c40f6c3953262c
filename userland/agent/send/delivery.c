// SPDX-License-Identifier: GPL-2.0
/*
 * delivery: one job on its way to one destination
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "alternative.h"
#include "delivery_private.h"
#include "log.h"
#include "outcome.h"
#include "relay.h"

int64_t delivery_job(const struct delivery *delivery)
{
	return delivery->job.id;
}

const char *delivery_destination(const struct delivery *delivery)
{
	return delivery->destination;
}

void delivery_free(struct delivery *delivery)
{
	delivery_hang_up(delivery);
	hops_cancel(delivery->search);
	if (delivery->store_again)
		event_free(delivery->store_again);
	content_close(&delivery->content);
	recipients_clear(&delivery->recipients);
	job_clear(&delivery->job);
	free(delivery->address);
	free(delivery->dsn);
	free(delivery);
}

/* What became of the recipients */

/* Somebody may have to be told how it ended: a failure, or that nobody will confirm it. */
static bool may_owe(const struct delivery *delivery)
{
	for (size_t i = 0; i < delivery->recipients.items; i++) {
		const struct recipient *recipient = &delivery->recipients.item[i];

		if (recipient->state == RECIPIENT_FAILED || recipient->relayed)
			return true;
	}
	return false;
}

bool delivery_store(struct delivery *delivery)
{
	struct station *station = delivery->station;
	struct job job;

	if (delivery->stored)
		return true;
	if (!jobs_set_recipients(station->jobs, delivery->job.id, delivery->recipients.item,
				 delivery->recipients.items))
		return false;
	/* a report that cannot be delivered is reported to nobody */
	if (jobs_get(station->jobs, delivery->job.id, &job) && job.pages_until_ms) {
		/* the time to ask begins now */
		job.pages_until_ms = now_ms() + station->config.confirm.offer_ms;
		jobs_offer(station->jobs, job.id, job.pages_until_ms);
		outgoing_wake(station->outgoing);
	}
	if (job.id &&
	    (1U << job.state & STATES_DONE || (job.state == JOB_FAILED && !job_is_own(&job)))) {
		station_remove_files(station, &job);
		jobs_prune(station->jobs, station->config.limits.history_jobs);
	}
	if (may_owe(delivery))
		reporter_wake(station->reporter);
	job_clear(&job);
	relay_wake(station->relay);
	delivery->stored = true;
	return true;
}

bool delivery_is_decided(const struct delivery *delivery)
{
	for (size_t i = 0; i < delivery->recipients.items; i++)
		if (delivery->recipients.item[i].state == RECIPIENT_SENDING)
			return false;
	return true;
}

static void on_store_again(evutil_socket_t fd, short what, void *arg)
{
	delivery_finish(arg);
}

static bool make_timer(struct delivery *delivery)
{
	if (!delivery->store_again)
		delivery->store_again = evtimer_new(delivery->station->base, on_store_again,
						    delivery);
	return delivery->store_again;
}

/*
 * What the server said must not be forgotten: a mail that it took would go out
 * again. So it is stored before anything else happens to the job.
 */
void delivery_finish(struct delivery *delivery)
{
	struct timeval time = { STATION_RECOVER_MS / 1000, 0 };

	if (delivery_store(delivery)) {
		delivery->ended(delivery->arg, delivery);
		return;
	}
	if (make_timer(delivery))
		evtimer_add(delivery->store_again, &time);
}

bool delivery_finish_soon(struct delivery *delivery)
{
	if (!make_timer(delivery))
		return false;
	event_active(delivery->store_again, EV_TIMEOUT, 1);
	return true;
}

void delivery_give_up(struct delivery *delivery, bool permanent)
{
	for (size_t i = 0; i < delivery->recipients.items; i++) {
		struct recipient *recipient = &delivery->recipients.item[i];

		if (recipient->state != RECIPIENT_SENDING)
			continue;
		if (permanent)
			outcome_failed(recipient, delivery->reason);
		else
			outcome_deferred(recipient, &delivery->station->config.retry,
					 delivery->reason);
	}
	delivery_finish(delivery);
}

bool delivery_stop(struct delivery *delivery)
{
	for (size_t i = 0; i < delivery->recipients.items; i++)
		if (delivery->recipients.item[i].state == RECIPIENT_SENDING)
			delivery->recipients.item[i].state = RECIPIENT_QUEUED;
	return delivery_store(delivery);
}

/* Its begin */

static void on_hops(void *arg, const struct hops *hops, bool permanent, const char *why)
{
	struct delivery *delivery = arg;

	delivery->search = NULL;
	if (delivery->content.fd < 0) {
		snprintf(delivery->reason, sizeof(delivery->reason),
			 "the mail is gone from the spool");
		delivery_give_up(delivery, true);
		return;
	}
	if (hops) {
		delivery->hops = *hops;
		delivery_try_hop(delivery);
		return;
	}
	log_event(LOG_WARNING, "sender.route job=%lld destination=%s error=%s",
		  (long long)delivery->job.id, delivery->destination, why);
	snprintf(delivery->reason, sizeof(delivery->reason), "%s", why);
	delivery_give_up(delivery, permanent);
}

static bool begin(struct delivery *delivery)
{
	struct station *station = delivery->station;
	const char *file = *delivery->mail.file ? delivery->mail.file : delivery->job.message_file;
	int fd = spool_open_file(&station->spool, SPOOL_MESSAGE, file, O_RDONLY);

	if (fd < 0 && fd != -ENOENT)
		return false;
	if (!content_open(&delivery->content, fd, &delivery->mail, delivery->job.message_id))
		return false;
	if (delivery->job.kind == JOB_RELAY)
		content_skip_return_path(&delivery->content);
	if (!delivery_fill_envelope(delivery) ||
	    !jobs_set_recipients(station->jobs, delivery->job.id, delivery->recipients.item,
				 delivery->recipients.items))
		return false;
	delivery->search = hops_find(station->resolver, &station->config, delivery->route,
				     delivery_domain(delivery), on_hops, delivery);
	return delivery->search;
}

struct delivery *delivery_start(struct station *station, int64_t job,
				bool (*busy)(void *arg, const char *destination),
				void (*ended)(void *arg, struct delivery *delivery), void *arg,
				bool *none)
{
	struct delivery *delivery = calloc(1, sizeof(*delivery));

	*none = false;
	if (!delivery)
		return NULL;
	*delivery = (struct delivery){
		.station = station, .ended = ended, .arg = arg, .content.fd = -1,
	};
	if (!jobs_get(station->jobs, job, &delivery->job) ||
	    !jobs_recipients(station->jobs, job, &delivery->recipients))
		goto free;
	*none = !delivery_choose(delivery, busy);
	if (!*none && begin(delivery))
		return delivery;
free:
	delivery_free(delivery);
	return NULL;
}
