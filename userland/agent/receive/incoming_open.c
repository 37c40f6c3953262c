// SPDX-License-Identifier: GPL-2.0
/*
 * incoming: one mail at a time is opened, and taken for what it is
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "incoming_private.h"
#include "log.h"
#include "pdf_forms.h"
#include "report/signature.h"
#include "send/alternative.h"
#include "send/relay.h"
#include "send/rules.h"
#include "store/confirm.h"
#include "store/fragments.h"

#define OPEN_CRASHES_MAX	3	/* then the mail is to blame */

static void on_open_line(void *arg, const char *line)
{
	struct incoming *incoming = arg;

	if (!opened_line(&incoming->opened, line) && !strncmp(line, "note=", 5))
		log_event(LOG_NOTICE, "incoming.note job=%lld text=%s",
			  (long long)incoming->opening, line + 5);
}

static bool find_effects(struct incoming *incoming, int64_t id, struct rule_effects *effects)
{
	struct station *station = incoming->station;
	struct recipients recipients;
	bool good = false;
	struct job job;

	if (!jobs_get(station->jobs, id, &job))
		return false;
	if (jobs_recipients(station->jobs, id, &recipients)) {
		rules_apply(&station->config, &job, &recipients, &incoming->opened,
			    now_ms() / 1000, effects);
		recipients_clear(&recipients);
		good = true;
	}
	job_clear(&job);
	return good;
}

void incoming_keep_pages(struct incoming *incoming, int64_t pages)
{
	incoming->opened_pages = pages;
	incoming->kept = true;
	commits_file(incoming->station->commits, &incoming->keeping);
}

/* What came in a better form is not needed as it was. */
static void remove_replaced(struct station *station, const struct opened *opened)
{
	struct job job;

	if (jobs_replaced(station->jobs, opened, &job))
		station_remove_files(station, &job);
	job_clear(&job);
}

static void store_opened(struct incoming *incoming, int64_t id)
{
	static struct rule_effects effects;
	struct station *station = incoming->station;

	if (!find_effects(incoming, id, &effects) ||
	    !jobs_set_opened(station->jobs, id, incoming->pages.name, incoming->opened_pages,
			     &incoming->opened, &effects)) {
		spool_remove(&station->spool, SPOOL_PAGE, incoming->pages.name);
		incoming_run_again(incoming, STATION_RECOVER_MS);
	}
	remove_replaced(station, &incoming->opened);
	forwarder_run(station->forwarder);
	reporter_run(station->reporter);
	if (effects.mailboxes)
		pdf_forms_wake(station->pdf_forms);
}

/* No other mail is opened in between: crashes are counted of one job. */
static void rest(struct incoming *incoming, int64_t id, const char *reason)
{
	const long ms = incoming->station->config.retry.paper_ms;

	incoming_set_state(incoming, id, JOB_OPENING, reason, 0);
	incoming->rests_until_ms = steady_ms() + ms;
	incoming_run_again(incoming, ms);
}

/* What lacks room or memory now does not keep others waiting. */
static void judge_opened(struct incoming *incoming, int64_t id, enum worker_end end,
			 const char *text)
{
	if (end == WORKER_CRASHED && incoming->crashed != id) {
		incoming->crashed = id;
		incoming->crashes = 0;
	}
	if (end == WORKER_REFUSED ||
	    (end == WORKER_CRASHED && ++incoming->crashes >= OPEN_CRASHES_MAX))
		incoming_keep(incoming, id, text, "5.6.1");
	else if (end == WORKER_CRASHED)
		rest(incoming, id, text);
	else
		incoming_set_state(incoming, id, JOB_OPENING, text,
				   incoming->station->config.retry.paper_ms);
}

/* What others say about what we sent. true: the report is not for paper. */
static bool take_report(struct incoming *incoming, int64_t id)
{
	struct station *station = incoming->station;
	enum config_print print = station->config.confirm.print;
	char reason[80] = "a report about no job of this station";
	bool failed;
	int64_t about;

	/* before it is told who is to be told what of it */
	about = jobs_set_asked(station->jobs, id, &incoming->opened) ?
		jobs_confirm(station->jobs, id, &incoming->opened.report, &failed) : -1;
	if (about < 0) {
		incoming_set_state(incoming, id, JOB_OPENING, "what it reports could not be stored",
				   STATION_RECOVER_MS);
		return true;
	}
	relay_wake(station->relay);
	if (about)
		snprintf(reason, sizeof(reason), "a report about job %lld", (long long)about);
	/* it may have been asked for in another form */
	outgoing_wake(station->outgoing);
	incoming_run_again(incoming, 0);
	if (print == PRINT_ALL || (print == PRINT_FAILURES && failed))
		return false;
	incoming_note(incoming, id, reason);
	reporter_wake(station->reporter);
	return true;
}

static void take_fragment(struct incoming *incoming, int64_t id)
{
	struct station *station = incoming->station;

	if (!jobs_set_fragment(station->jobs, id, &incoming->opened))
		incoming_run_again(incoming, STATION_RECOVER_MS);
	joiner_run(station->joiner);
}

/* true: it is not printed now, but asked for in a better form */
static bool ask_for_better(struct incoming *incoming, int64_t id)
{
	struct station *station = incoming->station;
	long prefer_ms = station->config.confirm.mdn ? station->config.confirm.prefer_ms : 0;

	if (!prefer_ms || !*incoming->opened.mdn_to || jobs_was_asked(station->jobs, id))
		return false;
	if (!jobs_ask(station->jobs, id, &incoming->opened, now_ms() + prefer_ms))
		incoming_run_again(incoming, STATION_RECOVER_MS);
	reporter_run(station->reporter);
	incoming_run_again(incoming, prefer_ms);
	return true;
}

/* What was opened, by its kind. The pages are committed, or discarded by the caller. */
static void take_opened(struct incoming *incoming, int64_t id, enum worker_end end,
			const char *text)
{
	bool judged = end == WORKER_DONE || end == WORKER_REFUSED;

	if (judged && *incoming->opened.request && incoming_take_request(incoming, id))
		return;
	if (judged && incoming->opened.report.kind != REPORT_NONE && !incoming->is_sheet &&
	    take_report(incoming, id))
		return;
	if (end == WORKER_DONE && worker_number(text, "fragment")) {
		take_fragment(incoming, id);
		return;
	}
	if (judged && incoming->opened.has_better && ask_for_better(incoming, id))
		return;
	/* who parses what strangers send may be theirs: no pages is nothing done */
	if (end == WORKER_DONE && worker_number(text, "pages") < 1) {
		end = WORKER_REFUSED;
		text = "no page was found in the mail";
	}
	if (end == WORKER_DONE)
		incoming_keep_pages(incoming, worker_number(text, "pages"));
	else if (!jobs_set_asked(incoming->station->jobs, id, &incoming->opened))
		incoming_run_again(incoming, STATION_RECOVER_MS);
	else
		judge_opened(incoming, id, end, text);
}

static void forget_opening(struct incoming *incoming)
{
	incoming->opening = 0;
	spool_discard(&incoming->pages);
	opened_clear(&incoming->opened);
	incoming_run(incoming);
}

/* It may have been cancelled meanwhile. */
static bool is_wanted(const struct incoming *incoming)
{
	return jobs_in_state(incoming->station->jobs, incoming->opening,
			     STATE(RECEIVED) | STATE(OPENING));
}

static void end_opening(struct incoming *incoming)
{
	int64_t id = incoming->opening;

	if (is_wanted(incoming)) {
		if (incoming->relaying == id)
			incoming_finish_relay(incoming, id);
		else
			take_opened(incoming, id, incoming->end, incoming->text);
	}
	if (!incoming->kept)
		forget_opening(incoming);
}

static void on_signature(void *arg, bool is_signed)
{
	struct incoming *incoming = arg;

	incoming->signature = NULL;
	incoming->is_signed = is_signed;
	end_opening(incoming);
}

static bool check_signature(struct incoming *incoming)
{
	struct station *station = incoming->station;
	struct job job;

	if (incoming->relaying || !jobs_get(station->jobs, incoming->opening, &job))
		return false;
	if (request_needs_signature(&station->config, &job, &incoming->opened))
		incoming->signature = signature_start(station, job.message_file, on_signature,
						      incoming);
	job_clear(&job);
	return incoming->signature;
}

static void on_opened(void *arg, enum worker_end end, const char *text)
{
	struct incoming *incoming = arg;

	incoming->opener = NULL;
	incoming->end = end;
	incoming->is_signed = false;
	snprintf(incoming->text, sizeof(incoming->text), "%s", text);
	if (!check_signature(incoming))
		end_opening(incoming);
}

void incoming_pages_kept(void *arg, int err)
{
	struct incoming *incoming = arg;

	incoming->kept = false;
	if (err)
		incoming_set_state(incoming, incoming->opening, JOB_OPENING, strerror(err),
				   STATION_RECOVER_MS);
	else if (!is_wanted(incoming))
		spool_remove(&incoming->station->spool, SPOOL_PAGE, incoming->pages.name);
	else if (incoming->relaying == incoming->opening)
		incoming_store_relay(incoming, incoming->opening);
	else
		store_opened(incoming, incoming->opening);
	forget_opening(incoming);
}

bool incoming_start_open(struct incoming *incoming, const struct job *job)
{
	struct station *station = incoming->station;
	char *features = (char *)station->config.confirm.features;
	char *argv[] = {
		(char *)station->config.message_worker,
		OPENED_ARGUMENTS(incoming->relaying == job->id ? "document" : "fallback"),
		*features ? "--features" : NULL, features, NULL,
	};
	struct worker_task task = {
		.argv = argv, .stdin_fd = -1, .fd = { -1, -1, -1 },
		.deadline_ms = station->config.limits.worker_ms,
		.line = on_open_line, .ended = on_opened, .arg = incoming,
	};
	int message = spool_open_file(&station->spool, SPOOL_MESSAGE, job->message_file, O_RDONLY);

	/* of an earlier try */
	spool_remove(&station->spool, SPOOL_PAGE, job->page_file);
	spool_remove(&station->spool, SPOOL_PROGRESS, job->page_file);
	if (message == -ENOENT) {
		incoming_keep(incoming, job->id, "its mail is gone from the spool", "5.3.0");
		return true;
	}
	if (message < 0)
		return false;
	if (spool_create(&station->spool, &incoming->pages))
		goto close;
	task.fd[0] = message;
	task.fd[1] = incoming->pages.fd;
	opened_clear(&incoming->opened);
	incoming->opener = worker_start(station->base, &task);
	if (!incoming->opener)
		goto discard;
	incoming->opening = job->id;
	incoming->is_sheet = job->kind == JOB_SHEET;
	if (incoming->relaying != job->id)
		incoming->relaying = 0;
	close(message);
	/* the reason of a job that is tried again stays until it is overcome */
	if (job->state == JOB_RECEIVED)
		incoming_set_state(incoming, job->id, JOB_OPENING, "", 0);
	return true;

discard:
	spool_discard(&incoming->pages);
close:
	close(message);
	return false;
}

bool incoming_stop_opening(struct incoming *incoming, int64_t id)
{
	if (incoming->opening != id)
		return false;
	if (incoming->opener) {
		worker_stop(incoming->opener);
	} else if (incoming->signature) {
		signature_cancel(incoming->signature);
		on_signature(incoming, false);
	} else {
		return false;
	}
	return true;
}
