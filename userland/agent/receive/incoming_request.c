// SPDX-License-Identifier: GPL-2.0
/*
 * incoming: requests that come by mail. What cannot be stored is tried again from the begin.
 */
#include <stdio.h>
#include <strings.h>

#include "incoming_private.h"
#include "send/relay.h"
#include "send/rules.h"
#include "store/confirm.h"
#include "store/mailbox.h"

static bool answer(struct incoming *incoming, const struct job *job, bool refused)
{
	struct station *station = incoming->station;
	bool good = refused ?
		answer_refusal(station, job, &incoming->opened, &incoming->grant) :
		answer_request(station, job, &incoming->opened, &incoming->grant);

	if (good) {
		station_remove_files(station, job);
		sender_run(station->sender);
	} else {
		incoming_set_state(incoming, job->id, JOB_OPENING,
				   "the answer to a request could not be stored",
			  STATION_RECOVER_MS);
	}
	return true;
}

/* A document that is to go on is opened again, without the words of the request. */
static bool begin_relay(struct incoming *incoming, const struct job *job)
{
	static struct rule_effects effects;
	struct request_grant *grant = &incoming->grant;
	const struct config *config = &incoming->station->config;

	if (rules_has_been_here(config, &incoming->opened))
		snprintf(grant->reason, sizeof(grant->reason), "the document was here before");
	else if (relay_recipients(config, &incoming->opened, &effects, grant->reason,
				  sizeof(grant->reason)))
		incoming->relaying = job->id;
	return incoming->relaying || answer(incoming, job, true);
}

static bool carry_out(struct incoming *incoming, const struct job *job,
		      enum request_verdict verdict)
{
	switch (verdict) {
	case REQUEST_GRANTED:
		return strcasecmp(incoming->opened.request, "relay") ?
			answer(incoming, job, false) : begin_relay(incoming, job);
	case REQUEST_REFUSED:
		return answer(incoming, job, true);
	case REQUEST_SEEN:
		incoming_note(incoming, job->id, *incoming->grant.reason ? incoming->grant.reason :
		     "a request that was answered before");
		return true;
	default:
		return false;
	}
}

bool incoming_take_request(struct incoming *incoming, int64_t id)
{
	struct station *station = incoming->station;
	enum request_verdict verdict;
	struct recipients recipients;
	bool taken = false;
	struct job job;

	if (!jobs_get(station->jobs, id, &job))
		return false;
	if (jobs_recipients(station->jobs, id, &recipients)) {
		verdict = request_judge(station->jobs, &station->config, &job, &recipients,
					&incoming->opened, incoming->is_signed, &incoming->grant);
		/* not all who read a mailbox are to know the secret */
		if (verdict != REQUEST_NONE && *incoming->opened.request_secret)
			mailbox_withdraw(station->jobs, &station->spool, job.message_file);
		taken = carry_out(incoming, &job, verdict);
		recipients_clear(&recipients);
	}
	job_clear(&job);
	return taken;
}

void incoming_store_relay(struct incoming *incoming, int64_t id)
{
	static struct rule_effects effects;
	struct station *station = incoming->station;
	const struct relay_order order = {
		.config = &station->config, .opened = &incoming->opened, .grant = &incoming->grant,
		.subject = incoming->opened.request_subject,
	};

	incoming->relaying = 0;
	if (!*order.subject)
		snprintf(incoming->opened.request_subject, OPENED_TEXT_BYTES, "Fax from %s",
			 station->config.name);
	if (!relay_recipients(order.config, &incoming->opened, &effects, incoming->grant.reason,
			      sizeof(incoming->grant.reason)))
		return;
	effects.relay = &order;
	if (jobs_set_opened(station->jobs, id, incoming->pages.name, incoming->opened_pages,
			    &incoming->opened, &effects)) {
		forwarder_run(station->forwarder);
	} else {
		spool_remove(&station->spool, SPOOL_PAGE, incoming->pages.name);
		incoming_run_again(incoming, STATION_RECOVER_MS);
	}
	effects.relay = NULL;
}

/* Whether the document may go on; if not, the grant tells why. */
static bool judge_document(struct incoming *incoming, int64_t pages)
{
	static struct rule_effects effects;
	const struct config *config = &incoming->station->config;
	struct request_grant *grant = &incoming->grant;

	if (pages < 1)
		snprintf(grant->reason, sizeof(grant->reason), "it carries no document: %.300s",
			 incoming->text);
	else if (pages > config->requests.pages)
		snprintf(grant->reason, sizeof(grant->reason),
			 "the document has %lld pages; at most %u are allowed", (long long)pages,
			 config->requests.pages);
	else
		return relay_recipients(config, &incoming->opened, &effects, grant->reason,
					sizeof(grant->reason));
	return false;
}

/* The document of a request that was granted is open. */
static void take_document(struct incoming *incoming, const struct job *job)
{
	int64_t pages = incoming->end == WORKER_DONE ? worker_number(incoming->text, "pages") : 0;

	if (incoming->end != WORKER_DONE && incoming->end != WORKER_REFUSED)
		incoming_set_state(incoming, job->id, JOB_OPENING, incoming->text,
				   incoming->station->config.retry.paper_ms);
	else if (!judge_document(incoming, pages))
		answer(incoming, job, true);
	else
		incoming_keep_pages(incoming, pages);
}

void incoming_finish_relay(struct incoming *incoming, int64_t id)
{
	struct job job;

	if (jobs_get(incoming->station->jobs, id, &job))
		take_document(incoming, &job);
	else
		incoming_run_again(incoming, STATION_RECOVER_MS);
	job_clear(&job);
	/* or it is stored, by on_kept() */
	if (!incoming->kept)
		incoming->relaying = 0;
}
