// SPDX-License-Identifier: GPL-2.0
/*
 * control: the socket that the command line speaks to
 *
 * A request is a line of JSON with a "command", an answer is a line of JSON
 * with "ok" and, if that is false, "error". Who may talk to us is decided by
 * the permissions of the socket.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <grp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/mail_path.h"
#include "log.h"
#include "report.h"
#include "send/forms.h"
#include "send/partial.h"
#include "station.h"
#include "store/book.h"
#include "store/commits.h"
#include "store/confirm.h"

#define CLIENTS_MAX		32
#define REQUEST_BYTES_MAX	65536
#define IDLE_S			60
#define ACCEPT_PAUSE_S		1
#define SUBJECT_BYTES_MAX	500
#define TEXT_BYTES_MAX		4000
#define JOBS_LISTED		100
#define JOBS_LISTED_MAX		10000

struct client {
	struct control *control;
	struct client *next;
	struct bufferevent *stream;
	bool last;			/* to be closed when the answer is out */
	struct commit asked;		/* what was done before the request is on disk */
	struct commit done;		/* what was done for it, too */
	json_t *request;		/* under way */
	json_t *answer;
	bool changes;			/* it changed something */
};

struct control {
	struct station *station;
	int fd;
	struct event *event;
	struct event *resume;
	struct client *clients;
	unsigned int client_count;
};

/* Answers */

static json_t *refuse(const char *reason)
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

/* Who is named twice gets it once. */
static const char *collect_recipients(struct control *control, json_t *to,
				      struct job_recipient *recipient, size_t *recipients)
{
	const char *address;
	json_t *item;
	size_t i, j;

	if (!json_array_size(to))
		return "no recipient: \"to\" is a list of mail addresses";
	if (json_array_size(to) > control->station->config.limits.recipients)
		return "more recipients than limits { recipients } allows";
	json_array_foreach(to, i, item) {
		address = json_string_value(item);
		if (!address || !mail_path_can_be_named(address))
			return "a recipient is not a valid mail address, as in user@example.com";
		for (j = 0; j < *recipients && strcasecmp(recipient[j].address, address); j++)
			;
		if (j == *recipients)
			recipient[(*recipients)++].address = address;
	}
	return NULL;
}

/* Texts of a request; what is not there stays as it is. */
static void take_texts(struct job_draft *draft, json_t *request)
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
		const char *value = json_string_value(json_object_get(request, texts[i].name));

		if (value)
			*texts[i].text = value;
	}
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

static json_t *do_send(struct control *control, json_t *request)
{
	json_t *to = json_object_get(request, "to");
	struct job_recipient *recipient = calloc(json_array_size(to) + 1, sizeof(*recipient));
	struct job_draft draft = {
		.subject = "", .importance = "", .broadcast = "",
		.policy = control->station->config.coding,
		.resolution = control->station->config.resolution, .recipient = recipient,
		.part_bytes = json_integer_value(json_object_get(request, "partial")),
	};
	const char *fault =
		recipient ? collect_recipients(control, to, recipient, &draft.recipients) :
			    "out of memory";
	json_t *answer = NULL;
	int64_t id;

	take_texts(&draft, request);
	if (!fault)
		fault = draft_fault(&draft);
	if (!fault) {
		id = outgoing_submit(control->station->outgoing, &draft, &fault);
		if (id)
			answer = agree_with("job", json_integer(id));
	}
	free(recipient);
	return answer ? answer : refuse(fault);
}

static json_t *do_jobs(struct control *control, json_t *request)
{
	json_t *id = json_object_get(request, "job");
	json_t *limit = json_object_get(request, "limit");
	int64_t most = limit ? json_integer_value(limit) : JOBS_LISTED;
	json_t *job;

	if (json_is_true(json_object_get(request, "queue")))
		return agree_with("jobs", report_queue(control->station->jobs, JOBS_LISTED_MAX));
	if (!id)
		return agree_with("jobs", report_jobs(control->station->jobs,
						      most < 1 || most > JOBS_LISTED_MAX ?
						      JOBS_LISTED_MAX : most,
						      json_is_true(json_object_get(request,
										   "reports"))));
	job = report_job(control->station->jobs, json_integer_value(id));
	return job ? agree_with("job", job) : refuse("there is no such job");
}

static void add_account(void *arg, const char *account, bool visiting, const char *result,
			int64_t time_ms)
{
	json_array_append_new(arg, json_pack("{s:s, s:b, s:s, s:I}", "account", account, "visiting",
					     visiting, "result", result, "time_ms",
					     (json_int_t)time_ms));
}

static json_t *do_status(struct control *control, json_t *request)
{
	const struct config *config = &control->station->config;
	json_t *accounts = json_array();

	fetcher_report(control->station->fetcher, add_account, accounts);
	return json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:i, s:i, s:o*, s:o*}",
			 "ok", 1, "name", config->name, "address", config->address,
			 "spool", config->spool, "scanner", config->scanner,
			 "printer", config->printer, "printing", config->printing,
			 "started_ms", (json_int_t)control->station->started_ms,
			 "free_bytes", (json_int_t)spool_free_bytes(&control->station->spool),
			 "sessions", listener_sessions(control->station->listener),
			 "connections", sender_connections(control->station->sender),
			 "jobs", report_counts(control->station->jobs),
			 "accounts", accounts);
}

static json_t *do_fetch(struct control *control, json_t *request)
{
	if (!control->station->config.accounts)
		return refuse("no pop3 account is configured");
	fetcher_run(control->station->fetcher);
	return agree();
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

static json_t *do_cancel(struct control *control, json_t *request)
{
	unsigned int states = STATES_ACTIVE | STATE(KEPT) | STATE(FAILED);
	json_t *answer;
	struct job job;

	if (!jobs_get(control->station->jobs, json_integer_value(json_object_get(request, "job")),
		      &job))
		return refuse("there is no such job");
	if (!(states & 1U << job.state))
		answer = refuse("the job has ended");
	else if (!cancel(control->station, &job))
		answer = refuse("the change could not be stored; the daemon's log says why");
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

static json_t *do_hold(struct control *control, json_t *request)
{
	int64_t id = json_integer_value(json_object_get(request, "job"));
	struct station *station = control->station;

	if (!jobs_in_state(station->jobs, id, STATE(QUEUED) | STATE(SENDING)))
		return refuse("only a job that waits to be sent can be held");
	if (!sender_stop_job(station->sender, id) || !hold_recipients(station, id))
		return refuse("the change could not be stored; the daemon's log says why");
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

static json_t *do_retry(struct control *control, json_t *request)
{
	const char *reason = "the change could not be stored; the daemon's log says why";
	struct station *station = control->station;
	struct job job;
	bool good;

	if (!jobs_get(station->jobs, json_integer_value(json_object_get(request, "job")), &job))
		return refuse("there is no such job");
	good = retry(station, &job, &reason);
	job_clear(&job);
	if (!good)
		return refuse(reason);
	outgoing_run(station->outgoing);
	incoming_run(station->incoming);
	return agree();
}

/* {"address":…,"codings":"mh,mmr"}: set; without codings: remove; without both: list */
static json_t *do_book(struct control *control, json_t *request)
{
	const char *address = json_string_value(json_object_get(request, "address"));
	const char *codings = json_string_value(json_object_get(request, "codings"));
	const char *fault = "the change could not be stored; the daemon's log says why";
	struct jobs *jobs = control->station->jobs;
	struct mail_path path;

	if (!address)
		return agree_with("book", report_book(jobs));
	if (!codings)
		return book_remove(jobs, address) ? agree() : refuse("there is no such address");
	if (!mail_path_from_address(&path, address))
		return refuse("the address is not valid, as in user@example.com");
	return book_set(jobs, address, codings, &fault) ? agree() : refuse(fault);
}

static const struct {
	const char *name;
	json_t *(*run)(struct control *control, json_t *request);
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

static json_t *answer(struct client *client, json_t *request)
{
	const char *command = json_string_value(json_object_get(request, "command"));

	client->changes = false;
	for (size_t i = 0; command && i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(command, commands[i].name))
			continue;
		client->changes = commands[i].changes;
		return commands[i].run(client->control, request);
	}
	return refuse("unknown command; known are send, jobs, status, fetch, cancel, retry, hold,"
		      " book");
}

/* Clients */

static void free_client(struct client *client)
{
	for (struct client **at = &client->control->clients; *at; at = &(*at)->next) {
		if (*at == client) {
			*at = client->next;
			client->control->client_count--;
			break;
		}
	}
	commits_forget(client->control->station->commits, &client->asked);
	commits_forget(client->control->station->commits, &client->done);
	json_decref(client->request);
	json_decref(client->answer);
	bufferevent_free(client->stream);
	free(client);
}

static void reply(struct client *client, json_t *value)
{
	char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;

	json_decref(value);
	if (!text) {
		client->last = true;
		return;
	}
	bufferevent_write(client->stream, text, strlen(text));
	bufferevent_write(client->stream, "\n", 1);
	free(text);
}

/* What is told to people is on disk: what they saw they may rely on. */

static void on_asked(void *arg, int err)
{
	struct client *client = arg;

	client->answer = answer(client, client->request);
	commits_add(client->control->station->commits, &client->done);
}

static void take_request(struct client *client, const char *line, size_t bytes)
{
	json_error_t error;

	client->request = json_loadb(line, bytes, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(client->request)) {
		commits_add(client->control->station->commits, &client->asked);
		return;
	}
	json_decref(client->request);
	client->request = NULL;
	reply(client, refuse("a request is one JSON object on one line"));
}

/* One request after the other. */
static void take_requests(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	size_t bytes;
	char *line;

	while (!client->request && (line = evbuffer_readln(input, &bytes, EVBUFFER_EOL_LF))) {
		take_request(client, line, bytes);
		free(line);
	}
	if ((!client->request && evbuffer_get_length(input) >= REQUEST_BYTES_MAX) || client->last)
		free_client(client);
}

static void on_done(void *arg, int err)
{
	struct client *client = arg;

	if (err && client->changes && json_is_true(json_object_get(client->answer, "ok"))) {
		json_decref(client->answer);
		client->answer = refuse("the disk fails: what was asked for may be lost when the"
					" station stops; the daemon's log says why");
	}
	json_decref(client->request);
	client->request = NULL;
	reply(client, client->answer);
	client->answer = NULL;
	take_requests(client);
}

static void on_read(struct bufferevent *stream, void *arg)
{
	take_requests(arg);
}

static void on_event(struct bufferevent *stream, short what, void *arg)
{
	free_client(arg);
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;

	event_add(control->event, NULL);
}

static void on_accept(evutil_socket_t socket, short what, void *arg)
{
	const struct timeval idle = { IDLE_S, 0 }, pause = { ACCEPT_PAUSE_S, 0 };
	struct control *control = arg;
	struct client *client;
	int fd = accept4(socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
		event_del(control->event);
		evtimer_add(control->resume, &pause);
	}
	if (fd < 0)
		return;
	client = control->client_count < CLIENTS_MAX ? calloc(1, sizeof(*client)) : NULL;
	if (client)
		client->stream =
			bufferevent_socket_new(control->station->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client || !client->stream) {
		free(client);
		close(fd);
		return;
	}
	client->control = control;
	client->asked = (struct commit){ .done = on_asked, .arg = client };
	client->done = (struct commit){ .done = on_done, .arg = client };
	client->next = control->clients;
	control->clients = client;
	control->client_count++;
	bufferevent_setcb(client->stream, on_read, NULL, on_event, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0, REQUEST_BYTES_MAX);
	bufferevent_set_timeouts(client->stream, &idle, &idle);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

/* The socket */

static bool is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool served = fd >= 0 && !connect(fd, (const struct sockaddr *)address, sizeof(*address));

	if (fd >= 0)
		close(fd);
	return served;
}

/* What a crash left there goes; what is no socket is another's, and stays. */
static bool clear_path(const char *path)
{
	struct stat found;

	if (lstat(path, &found))
		return errno == ENOENT;
	if (S_ISSOCK(found.st_mode))
		return !unlink(path);
	errno = EEXIST;
	return false;
}

static bool set_group(const char *path, const char *name)
{
	struct group *group = *name ? getgrnam(name) : NULL;

	if (!*name)
		return !chmod(path, 0600);
	if (!group) {
		errno = EINVAL;
		return false;
	}
	return !chown(path, -1, group->gr_gid) && !chmod(path, 0660);
}

static int listen_on(const struct config *config)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, err;

	if (strlen(config->control) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, config->control);
	if (is_served(&address)) {
		errno = EADDRINUSE;
		return -1;
	}
	if (!clear_path(config->control))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	/* nobody gets in before the permissions are set */
	mask = umask(0177);
	err = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (!err && set_group(config->control, config->control_group) && !listen(fd, CLIENTS_MAX))
		return fd;
	close(fd);
	return -1;
}

struct control *control_open(struct station *station)
{
	struct control *control = calloc(1, sizeof(*control));

	if (!control)
		return NULL;
	control->station = station;
	control->fd = listen_on(&station->config);
	if (control->fd < 0) {
		log_event(LOG_ERR, "control.open socket=%s group=%s error=%s",
			  station->config.control, station->config.control_group, strerror(errno));
		free(control);
		return NULL;
	}
	control->event =
		event_new(station->base, control->fd, EV_READ | EV_PERSIST, on_accept, control);
	control->resume = evtimer_new(station->base, on_resume, control);
	if (control->event && control->resume && !event_add(control->event, NULL))
		return control;
	control_free(control);
	return NULL;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	while (control->clients)
		free_client(control->clients);
	if (control->event)
		event_free(control->event);
	if (control->resume)
		event_free(control->resume);
	unlink(control->station->config.control);
	close(control->fd);
	free(control);
}
