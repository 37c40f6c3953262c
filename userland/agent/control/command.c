// SPDX-License-Identifier: GPL-2.0
/*
 * command: what people ask of the station through its control socket
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command.h"
#include "engine/mail_path.h"
#include "engine/smtp_reply.h"
#include "receive/fetch_listing.h"
#include "report.h"
#include "send/forms.h"
#include "send/partial.h"
#include "station.h"
#include "store/book.h"
#include "store/confirm.h"

#define SUBJECT_BYTES_MAX	500
#define TEXT_BYTES_MAX		4000
#define JOBS_LISTED		100
#define JOBS_LISTED_MAX		10000
#define MAILS_LISTED		100

/* Answers */

json_t *command_refuse(const char *reason)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", reason);
}

static json_t *agree(void)
{
	return json_pack("{s:b}", "ok", 1);
}

static json_t *agree_with(const char *name, json_t *value)
{
	return json_pack("{s:b, s:o*}", "ok", 1, name, value);
}

/* Commands */

static const char *subject_fault(const char *subject)
{
	if (strlen(subject) > SUBJECT_BYTES_MAX)
		return "the subject is longer than 500 bytes";
	for (; *subject; subject++)
		if ((unsigned char)*subject < ' ' || *subject == 0x7f)
			return "the subject has control characters";
	return NULL;
}

static const char *address_fault(const char *address)
{
	static char fault[400];

	snprintf(fault, sizeof(fault),
		 "\"%.200s\" is no valid mail address, as in user@example.com", address);
	mail_text_clean(fault);
	return fault;
}

/* Who is named twice gets it once. */
static const char *collect_recipients(struct station *station, json_t *to,
				      struct job_recipient *recipient, size_t *recipients)
{
	const char *address;
	json_t *item;
	size_t i, j;

	if (!json_array_size(to))
		return "no recipient: \"to\" is a list of mail addresses";
	if (json_array_size(to) > station->config.limits.recipients)
		return "more recipients than limits { recipients } allows";
	json_array_foreach(to, i, item) {
		address = json_string_value(item);
		if (!address || !mail_path_can_be_named(address))
			return address_fault(address ? address : "");
		for (j = 0; j < *recipients && strcasecmp(recipient[j].address, address); j++)
			;
		if (j == *recipients)
			recipient[(*recipients)++].address = address;
	}
	return NULL;
}

/* Texts of a request; what is not there stays as it is. false: one is no text */
static bool take_texts(struct job_draft *draft, json_t *request)
{
	const struct {
		const char *name;
		const char **text;
	} texts[] = {
		{ "subject", &draft->subject }, { "text", &draft->text },
		{ "coding", &draft->policy }, { "resolution", &draft->resolution },
		{ "importance", &draft->importance }, { "broadcast", &draft->broadcast },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		json_t *value = json_object_get(request, texts[i].name);

		if (value && !json_is_string(value))
			return false;
		if (value)
			*texts[i].text = json_string_value(value);
	}
	return true;
}

static bool is_one_of(const char *value, const char *const *words)
{
	while (*words && strcmp(value, *words))
		words++;
	return *words;
}

static const char *draft_fault(const struct job_draft *draft)
{
	static const char * const importances[] = { "", "high", "normal", "low", NULL };
	static const char * const broadcasts[] = { "", "hidden", "each", "open", NULL };

	if (draft->part_bytes && draft->part_bytes < PARTIAL_BYTES_MIN)
		return "partial: parts have at least 4096 bytes";
	if (!forms_policy_ok(draft->policy))
		return "the coding must be mh, mr, mmr, jbig or auto";
	if (!page_form_list_ok(draft->resolution) || strchr(draft->resolution, ','))
		return "the resolution must be one of fax, as in 204x196";
	if (!is_one_of(draft->importance, importances))
		return "the importance must be high, normal or low";
	if (!is_one_of(draft->broadcast, broadcasts))
		return "broadcast must be hidden, each or open";
	if (draft->text && strlen(draft->text) > TEXT_BYTES_MAX)
		return "the text is longer than 4000 bytes";
	for (const char *c = draft->text; c && *c; c++)
		if (((unsigned char)*c < ' ' && *c != '\n') || *c == 0x7f)
			return "the text has control characters";
	return subject_fault(draft->subject);
}

static json_t *do_send(struct station *station, json_t *request)
{
	json_t *to = json_object_get(request, "to");
	struct job_recipient *recipient = calloc(json_array_size(to) + 1, sizeof(*recipient));
	struct job_draft draft = {
		.subject = "", .importance = "", .broadcast = "",
		.policy = station->config.coding,
		.resolution = station->config.resolution, .recipient = recipient,
		.part_bytes = json_integer_value(json_object_get(request, "partial")),
	};
	const char *fault =
		recipient ? collect_recipients(station, to, recipient, &draft.recipients) :
			    "out of memory";
	json_t *answer = NULL;
	int64_t id;

	if (!fault && !take_texts(&draft, request))
		fault = "subject, text, coding, resolution, importance and broadcast are texts";
	if (!fault)
		fault = draft_fault(&draft);
	if (!fault) {
		id = outgoing_submit(station->outgoing, &draft, &fault);
		if (id)
			answer = agree_with("job", json_integer(id));
	}
	free(recipient);
	return answer ? answer : command_refuse(fault);
}

static json_t *do_jobs(struct station *station, json_t *request)
{
	json_t *id = json_object_get(request, "job");
	json_t *limit = json_object_get(request, "limit");
	int64_t most = limit ? json_integer_value(limit) : JOBS_LISTED;
	json_t *job;

	if (json_is_true(json_object_get(request, "queue")))
		return agree_with("jobs", report_queue(station->jobs, JOBS_LISTED_MAX));
	if (!id)
		return agree_with("jobs", report_jobs(station->jobs,
						      most < 1 || most > JOBS_LISTED_MAX ?
						      JOBS_LISTED_MAX : most,
						      json_is_true(json_object_get(request,
										   "reports"))));
	job = report_job(station->jobs, json_integer_value(id));
	return job ? agree_with("job", job) : command_refuse("there is no such job");
}

static void add_account(void *arg, const char *account, bool visiting, const char *result,
			int64_t time_ms)
{
	json_array_append_new(arg, json_pack("{s:s, s:b, s:s, s:I}", "account", account, "visiting",
					     visiting, "result", result, "time_ms",
					     (json_int_t)time_ms));
}

static json_t *do_status(struct station *station, json_t *request)
{
	const struct config *config = &station->config;
	json_t *accounts = json_array();

	fetcher_report(station->fetcher, add_account, accounts);
	return json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:i, s:i, s:o*, s:o*}",
			 "ok", 1, "name", config->name, "address", config->address,
			 "spool", config->spool, "scanner", config->scanner,
			 "printer", config->printer, "printing", config->printing,
			 "started_ms", (json_int_t)station->started_ms,
			 "free_bytes", (json_int_t)spool_free_bytes(&station->spool),
			 "sessions", listener_sessions(station->listener),
			 "connections", sender_connections(station->sender, NULL),
			 "jobs", report_counts(station->jobs),
			 "accounts", accounts);
}

static json_t *do_fetch(struct station *station, json_t *request)
{
	if (!station->config.accounts)
		return command_refuse("no pop3 account is configured");
	if (!fetcher_run(station->fetcher, json_string_value(json_object_get(request, "account"))))
		return command_refuse("there is no such pop3 account");
	return agree();
}

struct fetch_listing *command_list(struct station *station, json_t *request,
				   void (*done)(void *arg, struct fetch_listing *listing),
				   void *arg, json_t **refusal)
{
	const char *command = json_string_value(json_object_get(request, "command"));
	const char *account = json_string_value(json_object_get(request, "account"));
	json_t *limit = json_object_get(request, "limit");
	int64_t most = limit ? json_integer_value(limit) : MAILS_LISTED;
	struct fetch_listing *listing;
	char reason[600];

	*refusal = NULL;
	if (!command || strcmp(command, "list"))
		return NULL;
	if (most < 1 || most > LISTING_ROWS_MAX) {
		*refusal = command_refuse("limit: 1 to 1000 mails can be listed");
		return NULL;
	}
	listing = fetcher_list(station->fetcher, account ? account : "", most, done, arg, reason,
			       sizeof(reason));
	if (!listing)
		*refusal = command_refuse(reason);
	return listing;
}

json_t *command_listed(struct station *station, const struct fetch_listing *listing)
{
	return agree_with("listing", report_listing(station->jobs, listing));
}

static bool cancel_recipients(struct station *station, int64_t id)
{
	struct recipients recipients;
	bool good;

	if (!jobs_recipients(station->jobs, id, &recipients))
		return false;
	for (size_t i = 0; i < recipients.items; i++)
		if (recipients.item[i].state == RECIPIENT_QUEUED ||
		    recipients.item[i].state == RECIPIENT_HELD)
			recipients.item[i].state = RECIPIENT_CANCELLED;
	good = jobs_set_recipients(station->jobs, id, recipients.item, recipients.items);
	recipients_clear(&recipients);
	return good;
}

static bool cancel(struct station *station, const struct job *job)
{
	const struct confirm_outcome cancelled = { JOB_CANCELLED, "cancelled by the user", "" };

	if (!job->incoming && !sender_stop_job(station->sender, job->id))
		return false;
	/* too late: what the server took while we were asked cannot be taken back */
	if (jobs_in_state(station->jobs, job->id, STATES_DONE & ~STATE(CANCELLED)))
		return true;
	if (!job->incoming && !cancel_recipients(station, job->id))
		return false;
	if (job->incoming ? !jobs_conclude(station->jobs, job->id, &cancelled,
					   &station->config.confirm) :
	    !jobs_set_state(station->jobs, job->id, JOB_CANCELLED, cancelled.reason, 0))
		return false;
	if (!outgoing_stop_job(station->outgoing, job->id))
		incoming_stop_job(station->incoming, job->id);
	station_remove_files(station, job);
	reporter_run(station->reporter);
	return true;
}

static json_t *do_cancel(struct station *station, json_t *request)
{
	unsigned int states = STATES_ACTIVE | STATE(KEPT) | STATE(FAILED);
	json_t *answer;
	struct job job;

	if (!jobs_get(station->jobs, json_integer_value(json_object_get(request, "job")),
		      &job))
		return command_refuse("there is no such job");
	if (!(states & 1U << job.state))
		answer = command_refuse("the job has ended");
	else if (!cancel(station, &job))
		answer = command_refuse("the change could not be stored; the daemon's log says"
					" why");
	else
		answer = agree();
	job_clear(&job);
	return answer;
}

static bool hold_recipients(struct station *station, int64_t id)
{
	struct recipients recipients;
	bool good;

	if (!jobs_recipients(station->jobs, id, &recipients))
		return false;
	for (size_t i = 0; i < recipients.items; i++)
		if (recipients.item[i].state == RECIPIENT_QUEUED)
			recipients.item[i].state = RECIPIENT_HELD;
	good = jobs_set_recipients(station->jobs, id, recipients.item, recipients.items);
	recipients_clear(&recipients);
	return good;
}

static json_t *do_hold(struct station *station, json_t *request)
{
	int64_t id = json_integer_value(json_object_get(request, "job"));

	if (!jobs_in_state(station->jobs, id, ~0U))
		return command_refuse("there is no such job");
	if (!jobs_in_state(station->jobs, id, STATE(QUEUED) | STATE(SENDING)))
		return command_refuse("only a job that waits to be sent can be held");
	if (!sender_stop_job(station->sender, id) || !hold_recipients(station, id))
		return command_refuse("the change could not be stored; the daemon's log says why");
	return agree();
}

static bool retry_recipients(struct station *station, int64_t id)
{
	struct recipients recipients;
	bool good;

	if (!jobs_recipients(station->jobs, id, &recipients))
		return false;
	for (size_t i = 0; i < recipients.items; i++) {
		struct recipient *recipient = &recipients.item[i];

		if (recipient->state != RECIPIENT_QUEUED && recipient->state != RECIPIENT_HELD &&
		    recipient->state != RECIPIENT_FAILED)
			continue;
		recipient->state = RECIPIENT_QUEUED;
		recipient->next_ms = 0;
		recipient->tries = 0;
		recipient->waited_ms = 0;
	}
	good = jobs_set_recipients(station->jobs, id, recipients.item, recipients.items);
	recipients_clear(&recipients);
	return good;
}

/* false: refused, with the reason, or not stored, without */
static bool retry(struct station *station, const struct job *job, const char **reason)
{
	switch (job->state) {
	case JOB_QUEUED:
	case JOB_HELD:
		return retry_recipients(station, job->id);
	case JOB_FAILED:
		if (*job->message_file)
			return retry_recipients(station, job->id);
		if (job->pages)
			return jobs_set_state(station->jobs, job->id, JOB_COMPOSING, "", 0);
		return outgoing_rescan(station->outgoing, job->id, reason);
	case JOB_KEPT:
	case JOB_ASKING:
		return jobs_set_state(station->jobs, job->id, JOB_RECEIVED, "", 0);
	case JOB_COMPOSING:
	case JOB_OPENING:
	case JOB_PRINTING:
		return jobs_set_state(station->jobs, job->id, job->state, job->reason, 0);
	default:
		*reason = "a job in this state cannot be tried again";
		return false;
	}
}

static json_t *do_retry(struct station *station, json_t *request)
{
	const char *reason = "the change could not be stored; the daemon's log says why";
	struct job job;
	bool good;

	if (!jobs_get(station->jobs, json_integer_value(json_object_get(request, "job")), &job))
		return command_refuse("there is no such job");
	good = retry(station, &job, &reason);
	job_clear(&job);
	if (!good)
		return command_refuse(reason);
	outgoing_run(station->outgoing);
	incoming_run(station->incoming);
	return agree();
}

/* {"address":…,"codings":"mh,mmr"}: set; without codings: remove; without both: list */
static json_t *do_book(struct station *station, json_t *request)
{
	const char *address = json_string_value(json_object_get(request, "address"));
	const char *codings = json_string_value(json_object_get(request, "codings"));
	const char *fault = "the change could not be stored; the daemon's log says why";
	struct jobs *jobs = station->jobs;
	struct mail_path path;

	if (!address)
		return agree_with("book", report_book(jobs));
	if (!codings)
		return book_remove(jobs, address) ? agree() :
						    command_refuse("there is no such address");
	if (!mail_path_from_address(&path, address))
		return command_refuse("the address is not valid, as in user@example.com");
	return book_set(jobs, address, codings, &fault) ? agree() : command_refuse(fault);
}

static const struct {
	const char *name;
	json_t *(*run)(struct station *station, json_t *request);
	bool changes;			/* what it agrees to is to be on disk */
} commands[] = {
	{ "send", do_send, true },
	{ "jobs", do_jobs, false },
	{ "status", do_status, false },
	{ "fetch", do_fetch, false },
	{ "cancel", do_cancel, true },
	{ "retry", do_retry, true },
	{ "hold", do_hold, true },
	{ "book", do_book, true },
};

json_t *command_run(struct station *station, json_t *request, bool *changes)
{
	const char *command = json_string_value(json_object_get(request, "command"));

	*changes = false;
	for (size_t i = 0; command && i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(command, commands[i].name))
			continue;
		*changes = commands[i].changes;
		return commands[i].run(station, request);
	}
	return command_refuse("unknown command; known are send, jobs, status, fetch, list, cancel,"
			      " retry, hold, book");
}
