// SPDX-License-Identifier: GPL-2.0
/*
 * incoming: from mail to paper
 *
 * One mail is opened and one is printed at a time, the oldest first. What
 * cannot be opened or printed is kept with the reason; what cannot be printed
 * now is tried again, beginning with the first page that is not on paper.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "opened.h"
#include "paper/paper.h"
#include "pdf_forms.h"
#include "report/answer.h"
#include "report/signature.h"
#include "send/alternative.h"
#include "send/relay.h"
#include "send/rules.h"
#include "station.h"
#include "store/commits.h"
#include "store/confirm.h"
#include "store/fragments.h"
#include "store/mailbox.h"
#include "worker.h"

#define OPEN_CRASHES_MAX	3	/* then the mail is to blame */

struct incoming {
	struct station *station;
	struct event *timer;
	struct worker *opener;
	int64_t opening;		/* job, 0: none */
	bool is_sheet;			/* it is a report of our own, for paper */
	enum worker_end end;		/* of the opener */
	char text[OPENED_TEXT_BYTES];	/* and its last line */
	struct signature *signature;	/* of the mail, being checked */
	bool is_signed;			/* by the domain of its author */
	int64_t relaying;		/* job whose document goes on to others, 0: none */
	struct request_grant grant;	/* of it */
	struct spool_file pages;	/* what the opener writes */
	struct file_commit keeping;	/* of it */
	bool kept;			/* and is under way */
	struct commit settled;		/* what is to be printed is on disk */
	struct opened opened;		/* what it says */
	int64_t opened_pages;
	int64_t crashed;		/* the job whose opener crashed last */
	int crashes;
	int64_t rests_until_ms;		/* after that; steady: nothing is opened */
	struct worker *printer;
	int64_t printing;
	int64_t printed;		/* pages of it on paper */
	int64_t printing_pages;
};

static void run_again(struct incoming *incoming, int64_t ms)
{
	station_wake(incoming->station, incoming->timer, ms);
}

/* A state that cannot be stored is worked out again from the spool, later. */
static void set_state(struct incoming *incoming, int64_t id, enum job_state state,
		      const char *reason, int64_t wait_ms)
{
	int64_t next_ms = wait_ms ? now_ms() + wait_ms : 0;

	if (!jobs_set_state(incoming->station->jobs, id, state, reason, next_ms))
		wait_ms = STATION_RECOVER_MS;
	if (wait_ms)
		run_again(incoming, wait_ms);
}

/* The job, and the mailboxes that the mail is for. */
/* It cannot be printed: who sent it is told so. */
static void keep(struct incoming *incoming, int64_t id, const char *reason, const char *status)
{
	const struct confirm_outcome outcome = { JOB_KEPT, reason, status };

	if (jobs_conclude(incoming->station->jobs, id, &outcome,
			  &incoming->station->config.confirm))
		reporter_run(incoming->station->reporter);
	else
		run_again(incoming, STATION_RECOVER_MS);
}

void incoming_wake(struct incoming *incoming)
{
	run_again(incoming, 0);
}

/* Opening */

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

static void keep_opened(struct incoming *incoming, int64_t pages)
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
		run_again(incoming, STATION_RECOVER_MS);
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

	set_state(incoming, id, JOB_OPENING, reason, 0);
	incoming->rests_until_ms = steady_ms() + ms;
	run_again(incoming, ms);
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
		keep(incoming, id, text, "5.6.1");
	else if (end == WORKER_CRASHED)
		rest(incoming, id, text);
	else
		set_state(incoming, id, JOB_OPENING, text,
			  incoming->station->config.retry.paper_ms);
}

/* The job is not for paper; its mail is not needed any more. */
static void note(struct incoming *incoming, int64_t id, const char *reason)
{
	struct station *station = incoming->station;
	struct job job;

	set_state(incoming, id, JOB_NOTED, reason, 0);
	if (jobs_get(station->jobs, id, &job) && job.state == JOB_NOTED) {
		station_remove_files(station, &job);
		jobs_prune(station->jobs, station->config.limits.history_jobs);
	}
	job_clear(&job);
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
		set_state(incoming, id, JOB_OPENING, "what it reports could not be stored",
			  STATION_RECOVER_MS);
		return true;
	}
	relay_wake(station->relay);
	if (about)
		snprintf(reason, sizeof(reason), "a report about job %lld", (long long)about);
	/* it may have been asked for in another form */
	outgoing_wake(station->outgoing);
	run_again(incoming, 0);
	if (print == PRINT_ALL || (print == PRINT_FAILURES && failed))
		return false;
	note(incoming, id, reason);
	reporter_wake(station->reporter);
	return true;
}

static void take_fragment(struct incoming *incoming, int64_t id)
{
	struct station *station = incoming->station;

	if (!jobs_set_fragment(station->jobs, id, &incoming->opened))
		run_again(incoming, STATION_RECOVER_MS);
	joiner_run(station->joiner);
}

/* Requests. What cannot be stored is tried again from the begin. */

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
		set_state(incoming, job->id, JOB_OPENING, "the answer to a request could not be stored",
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
		note(incoming, job->id, *incoming->grant.reason ? incoming->grant.reason :
		     "a request that was answered before");
		return true;
	default:
		return false;
	}
}

/* true: the mail is a request to the station, and is cared for */
static bool take_request(struct incoming *incoming, int64_t id)
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

static void store_relay(struct incoming *incoming, int64_t id)
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
		run_again(incoming, STATION_RECOVER_MS);
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
		set_state(incoming, job->id, JOB_OPENING, incoming->text,
			  incoming->station->config.retry.paper_ms);
	else if (!judge_document(incoming, pages))
		answer(incoming, job, true);
	else
		keep_opened(incoming, pages);
}

static void finish_relay(struct incoming *incoming, int64_t id)
{
	struct job job;

	if (jobs_get(incoming->station->jobs, id, &job))
		take_document(incoming, &job);
	else
		run_again(incoming, STATION_RECOVER_MS);
	job_clear(&job);
	/* or it is stored, by on_kept() */
	if (!incoming->kept)
		incoming->relaying = 0;
}

/* true: it is not printed now, but asked for in a better form */
static bool ask_for_better(struct incoming *incoming, int64_t id)
{
	struct station *station = incoming->station;
	long prefer_ms = station->config.confirm.mdn ? station->config.confirm.prefer_ms : 0;

	if (!prefer_ms || !*incoming->opened.mdn_to || jobs_was_asked(station->jobs, id))
		return false;
	if (!jobs_ask(station->jobs, id, &incoming->opened, now_ms() + prefer_ms))
		run_again(incoming, STATION_RECOVER_MS);
	reporter_run(station->reporter);
	run_again(incoming, prefer_ms);
	return true;
}

/* What was opened, by its kind. The pages are committed, or discarded by the caller. */
static void take_opened(struct incoming *incoming, int64_t id, enum worker_end end,
			const char *text)
{
	bool judged = end == WORKER_DONE || end == WORKER_REFUSED;

	if (judged && *incoming->opened.request && take_request(incoming, id))
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
		keep_opened(incoming, worker_number(text, "pages"));
	else if (!jobs_set_asked(incoming->station->jobs, id, &incoming->opened))
		run_again(incoming, STATION_RECOVER_MS);
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
			finish_relay(incoming, id);
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

static void on_kept(void *arg, int err)
{
	struct incoming *incoming = arg;

	incoming->kept = false;
	if (err)
		set_state(incoming, incoming->opening, JOB_OPENING, strerror(err),
			  STATION_RECOVER_MS);
	else if (!is_wanted(incoming))
		spool_remove(&incoming->station->spool, SPOOL_PAGE, incoming->pages.name);
	else if (incoming->relaying == incoming->opening)
		store_relay(incoming, incoming->opening);
	else
		store_opened(incoming, incoming->opening);
	forget_opening(incoming);
}

static bool start_open(struct incoming *incoming, const struct job *job)
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
		keep(incoming, job->id, "its mail is gone from the spool", "5.3.0");
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
		set_state(incoming, job->id, JOB_OPENING, "", 0);
	return true;

discard:
	spool_discard(&incoming->pages);
close:
	close(message);
	return false;
}

/* Printing */

static void on_print_line(void *arg, const char *line)
{
	struct incoming *incoming = arg;
	struct job_page page;

	if (strncmp(line, "page ", 5) || !strstr(line, " status=ok"))
		return;
	page = (struct job_page){
		.number = strtoll(line + 5, NULL, 10),
		.lines = worker_number(line, "lines"),
		.bytes = worker_number(line, "bytes"),
		.ns = worker_number(line, "ns"),
	};
	/* a line comes twice: from the worker, and from its progress file at the end */
	if (page.number <= incoming->printed || page.number > incoming->printing_pages)
		return;
	/* it is on paper, whether that can be stored or not: the progress file has it */
	jobs_set_page(incoming->station->jobs, incoming->printing, &page, true);
	incoming->printed = page.number;
}

/* true: all pages are on paper */
static bool take_progress(struct incoming *incoming, int progress, const struct job *job)
{
	int err;

	incoming->printing = job->id;
	incoming->printed = job->pages_printed;
	incoming->printing_pages = job->pages;
	err = paper_replay(progress, on_print_line, incoming);
	if (err < 0)
		log_event(LOG_ERR, "incoming.progress job=%lld error=%s", (long long)job->id,
			  strerror(-err));
	return incoming->printed >= job->pages;
}

static void finish_print(struct incoming *incoming, const struct job *job)
{
	const struct confirm_outcome printed = { JOB_PRINTED, "", "" };
	struct station *station = incoming->station;

	if (!jobs_conclude(station->jobs, job->id, &printed, &station->config.confirm)) {
		run_again(incoming, STATION_RECOVER_MS);
		return;
	}
	station_remove_files(station, job);
	reporter_run(station->reporter);
	jobs_prune(station->jobs, station->config.limits.history_jobs);
}

static void on_printed(void *arg, enum worker_end end, const char *text)
{
	struct incoming *incoming = arg;
	int64_t id = incoming->printing;

	incoming->printer = NULL;
	incoming->printing = 0;
	if (!jobs_in_state(incoming->station->jobs, id, STATE(PRINTING)))
		log_event(LOG_NOTICE, "incoming.stopped job=%lld text=%s", (long long)id, text);
	else if (end == WORKER_REFUSED)
		keep(incoming, id, text, "5.6.1");
	else if (end != WORKER_DONE)
		set_state(incoming, id, JOB_PRINTING, text,
			  incoming->station->config.retry.paper_ms);
	/* done: the next run reads the progress file and finds all pages there */
	incoming_run(incoming);
}

static struct worker *start_printer(struct incoming *incoming, int pages, int progress)
{
	struct station *station = incoming->station;
	char skip[24];
	char *argv[] = {
		(char *)station->config.paper_worker, "print", "--progress", "--skip", skip,
		"--device", (char *)station->config.printer,
		"--paper", (char *)station->config.paper,
		"--fit", (char *)station->config.page_fit,
		station->config.both_sides ? "--both-sides" : NULL, NULL,
	};
	struct worker_task task = {
		.argv = argv, .stdin_fd = -1, .fd = { pages, -1, progress },
		.line = on_print_line, .ended = on_printed, .arg = incoming,
	};

	snprintf(skip, sizeof(skip), "%lld", (long long)incoming->printed);
	return worker_start(station->base, &task);
}

static bool start_print(struct incoming *incoming, const struct job *job)
{
	struct station *station = incoming->station;
	int progress = paper_open(&station->spool, job->page_file);
	bool started = true;
	int pages = -1;

	if (progress == -EBUSY) {
		set_state(incoming, job->id, JOB_PRINTING,
			  "waits for the page that is being printed", 1000);
		return true;
	}
	if (progress < 0)
		return false;
	if (take_progress(incoming, progress, job)) {
		incoming->printing = 0;
		finish_print(incoming, job);
		run_again(incoming, 0);
		goto close;
	}
	/* what is on paper must not be printed again by who starts after a power cut */
	if (!paper_settled(&station->spool) || !jobs_settled(station->jobs, job->id)) {
		incoming->printing = 0;
		commits_add(station->commits, &incoming->settled);
		goto close;
	}
	pages = spool_open_file(&station->spool, SPOOL_PAGE, job->page_file, O_RDONLY);
	if (pages >= 0)
		incoming->printer = start_printer(incoming, pages, progress);
	if (!incoming->printer)
		incoming->printing = 0;
	started = incoming->printer;
	/* what was opened can be opened again */
	if (pages == -ENOENT && jobs_set_state(station->jobs, job->id, JOB_RECEIVED, "", 0))
		run_again(incoming, 0);
	if (pages >= 0)
		close(pages);
close:
	close(progress);
	return started;
}

/* Scheduling */

static void run_first(struct incoming *incoming, unsigned int states,
		      bool (*first)(struct jobs *jobs, unsigned int states, struct job *job),
		      bool (*start)(struct incoming *incoming, const struct job *job))
{
	struct job job;
	int64_t left_ms;

	if (!first(incoming->station->jobs, states, &job))
		return;
	left_ms = station_left_ms(incoming->station, job.next_ms);
	if (left_ms)
		run_again(incoming, left_ms);
	else if (!start(incoming, &job))
		set_state(incoming, job.id, job.state,
			  "cannot be started now; the daemon's log says why", STATION_RECOVER_MS);
	job_clear(&job);
}

void incoming_run(struct incoming *incoming)
{
	int64_t now = now_ms(), next;

	if (!incoming->station->config.printing)
		return;
	next = jobs_print_as_it_came(incoming->station->jobs, now);
	if (next)
		run_again(incoming, next - now);
	next = incoming->rests_until_ms - steady_ms();
	if (next > 0)
		run_again(incoming, next);
	else if (!incoming->opening)
		run_first(incoming, STATE(RECEIVED) | STATE(OPENING), jobs_first_due, start_open);
	if (!incoming->printer)
		run_first(incoming, STATE(PRINTING), jobs_oldest, start_print);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	incoming_run(arg);
}

static void on_settled(void *arg, int err)
{
	run_again(arg, err ? STATION_RECOVER_MS : 0);
}

struct incoming *incoming_create(struct station *station)
{
	struct incoming *incoming = calloc(1, sizeof(*incoming));

	if (!incoming)
		return NULL;
	incoming->station = station;
	incoming->pages.fd = -1;
	incoming->keeping = (struct file_commit){
		.file = &incoming->pages, .place = SPOOL_PAGE, .done = on_kept, .arg = incoming,
	};
	incoming->settled = (struct commit){ .done = on_settled, .arg = incoming };
	incoming->timer = evtimer_new(station->base, on_timer, incoming);
	if (incoming->timer)
		return incoming;
	free(incoming);
	return NULL;
}

bool incoming_stop_job(struct incoming *incoming, int64_t id)
{
	if (incoming->opener && incoming->opening == id) {
		worker_stop(incoming->opener);
	} else if (incoming->signature && incoming->opening == id) {
		signature_cancel(incoming->signature);
		on_signature(incoming, false);
	} else if (incoming->printer && incoming->printing == id) {
		worker_stop(incoming->printer);
	} else {
		return false;
	}
	return true;
}

void incoming_free(struct incoming *incoming)
{
	if (!incoming)
		return;
	/* a page in the engine comes out of it: the next start finds it in the progress file */
	worker_leave(incoming->printer);
	if (incoming->opener)
		worker_stop(incoming->opener);
	worker_leave(incoming->opener);
	signature_cancel(incoming->signature);
	commits_forget(incoming->station->commits, &incoming->settled);
	spool_discard(&incoming->pages);
	event_free(incoming->timer);
	free(incoming);
}
