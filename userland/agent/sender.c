// SPDX-License-Identifier: GPL-2.0
/*
 * sender: hands queued mail over to the next mail server
 *
 * One connection takes one job to one server, for all its recipients there
 * that are due.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "connection.h"
#include "dial.h"
#include "log.h"
#include "sasl.h"
#include "secret_file.h"
#include "smtp_client.h"
#include "station.h"

#define SMTP_PORT	25
#define SECRET_BYTES	256

struct delivery {
	struct sender *sender;
	struct delivery *next;
	int64_t job;
	const char *host;		/* of the route, or in the first address */
	const struct tls_demand *tls;
	unsigned int port;
	int message_fd;
	struct recipients recipients;	/* those that are due at this host */
	const char **address;
	char *reverse_path;
	struct smtp_client_config config;
	const struct config_route *route;	/* NULL: none */
	struct sasl_account account;
	struct sasl *sasl;
	char secret[SECRET_BYTES];
	struct smtp_client_envelope envelope;
	struct dial *dial;
	struct connection *connection;
	struct smtp_client *engine;
	struct event *store_again;
	bool stored;			/* what became of the recipients is in the database */
};

struct sender {
	struct station *station;
	struct event *timer;
	struct delivery *deliveries;
	unsigned int connections;
};

/* Results */

static void free_delivery(struct delivery *delivery)
{
	struct sender *sender = delivery->sender;

	for (struct delivery **at = &sender->deliveries; *at; at = &(*at)->next) {
		if (*at == delivery) {
			*at = delivery->next;
			sender->connections--;
			break;
		}
	}
	dial_cancel(delivery->dial);
	connection_free(delivery->connection);
	smtp_client_destroy(delivery->engine);
	sasl_end(delivery->sasl);
	explicit_bzero(delivery->secret, sizeof(delivery->secret));
	if (delivery->store_again)
		event_free(delivery->store_again);
	if (delivery->message_fd >= 0)
		close(delivery->message_fd);
	recipients_clear(&delivery->recipients);
	free(delivery->address);
	free(delivery->reverse_path);
	free(delivery);
}

static void set_reply(struct recipient *recipient, const char *text)
{
	char *copy = strdup(text);

	/* without memory the state alone must do */
	if (!copy)
		return;
	free(recipient->reply);
	recipient->reply = copy;
}

static int64_t next_wait_ms(const struct config_retry *retry, int64_t tries)
{
	return tries < (int64_t)retry->quick_items ? retry->quick_ms[tries] : retry->interval_ms;
}

static void defer(struct delivery *delivery, struct recipient *recipient, const char *text)
{
	const struct config_retry *retry = &delivery->sender->station->config.retry;
	int64_t wait_ms = next_wait_ms(retry, recipient->tries);
	char gave_up[1024];

	recipient->tries++;
	if (recipient->waited_ms + wait_ms > retry->give_up_ms) {
		snprintf(gave_up, sizeof(gave_up), "given up after %lld tries: %.900s",
			 (long long)recipient->tries, text);
		set_reply(recipient, gave_up);
		recipient->state = RECIPIENT_FAILED;
		return;
	}
	set_reply(recipient, text);
	recipient->state = RECIPIENT_QUEUED;
	recipient->waited_ms += wait_ms;
	recipient->next_ms = now_ms() + wait_ms;
}

/* false: not stored */
static bool store(struct delivery *delivery)
{
	struct station *station = delivery->sender->station;
	struct job job;

	if (delivery->stored)
		return true;
	if (!jobs_set_recipients(station->jobs, delivery->job, delivery->recipients.item,
				 delivery->recipients.items))
		return false;
	/* a report that cannot be delivered is reported to nobody, and nobody tries it again */
	if (jobs_get(station->jobs, delivery->job, &job) &&
	    (1U << job.state & STATES_DONE || (job.state == JOB_FAILED && *job.source))) {
		station_remove_files(station, &job);
		jobs_prune(station->jobs, station->config.limits.history_jobs);
	}
	job_clear(&job);
	delivery->stored = true;
	return true;
}

static bool is_decided(const struct delivery *delivery)
{
	for (size_t i = 0; i < delivery->recipients.items; i++)
		if (delivery->recipients.item[i].state == RECIPIENT_SENDING)
			return false;
	return true;
}

static void finish(struct delivery *delivery);

static void on_store_again(evutil_socket_t fd, short what, void *arg)
{
	finish(arg);
}

/*
 * What the server said must not be forgotten: a mail that it took would go out
 * again. So it is stored before anything else happens to the job.
 */
static void finish(struct delivery *delivery)
{
	struct timeval time = { STATION_RECOVER_MS / 1000, 0 };
	struct sender *sender = delivery->sender;

	if (store(delivery)) {
		free_delivery(delivery);
		station_wake(sender->station, sender->timer, 0);
		return;
	}
	if (!delivery->store_again)
		delivery->store_again =
			evtimer_new(sender->station->base, on_store_again, delivery);
	if (delivery->store_again)
		evtimer_add(delivery->store_again, &time);
}

static void defer_all(struct delivery *delivery, const char *text)
{
	for (size_t i = 0; i < delivery->recipients.items; i++)
		if (delivery->recipients.item[i].state == RECIPIENT_SENDING)
			defer(delivery, &delivery->recipients.item[i], text);
}

/* The engine */

static ssize_t on_read_message(void *arg, char *bytes, size_t size)
{
	struct delivery *delivery = arg;

	return read(delivery->message_fd, bytes, size);
}

static void on_recipient(void *arg, size_t index, enum smtp_outcome outcome,
			 const struct smtp_reply *reply)
{
	struct delivery *delivery = arg;
	struct recipient *recipient = &delivery->recipients.item[index];
	char text[SMTP_REPLY_TEXT_MAX + 32];

	if (!reply->code)
		snprintf(text, sizeof(text), "%s", reply->text);
	else
		snprintf(text, sizeof(text), "%u %s%s%s", reply->code, reply->enhanced,
			 *reply->enhanced ? " " : "", reply->text);
	log_event(outcome == SMTP_OUTCOME_DONE ? LOG_NOTICE : LOG_WARNING,
		  "sender.recipient job=%lld to=%s host=%s reply=%s", (long long)delivery->job,
		  recipient->address, delivery->host, text);
	switch (outcome) {
	case SMTP_OUTCOME_DONE:
		recipient->state = RECIPIENT_HANDED_OVER;
		set_reply(recipient, text);
		break;
	case SMTP_OUTCOME_PERMANENT:
		recipient->state = RECIPIENT_FAILED;
		recipient->tries++;
		set_reply(recipient, text);
		break;
	default:
		defer(delivery, recipient, text);
	}
	/* not only after QUIT: a crash until then would send a mail again that was taken */
	if (is_decided(delivery) && !store(delivery))
		log_event(LOG_ERR, "sender.store job=%lld", (long long)delivery->job);
}

static void on_finished(void *arg, enum smtp_outcome outcome, const struct smtp_reply *reply)
{
	struct delivery *delivery = arg;

	if (outcome != SMTP_OUTCOME_DONE)
		log_event(LOG_WARNING, "sender.session job=%lld host=%s port=%u reply=%s",
			  (long long)delivery->job, delivery->host, delivery->port, reply->text);
}

static const char *on_auth_begin(void *arg, const char *offered, bool secure, const char **initial)
{
	struct delivery *delivery = arg;
	const char *mechanism;

	sasl_end(delivery->sasl);
	delivery->sasl = sasl_login(&delivery->account, offered, secure, &mechanism, initial);
	return delivery->sasl ? mechanism : NULL;
}

static const char *on_auth_respond(void *arg, const char *challenge, bool final)
{
	struct delivery *delivery = arg;

	return sasl_respond(delivery->sasl, challenge, final);
}

static const struct smtp_client_ops client_ops = {
	.read_message = on_read_message,
	.recipient = on_recipient,
	.finished = on_finished,
	.auth_begin = on_auth_begin,
	.auth_respond = on_auth_respond,
};

static void engine_eof(void *engine, const char *why)
{
	smtp_client_eof(engine, why);
}

DEFINE_ENGINE_TLS(smtp_client);
DEFINE_ENGINE_OPS(smtp_client, ENGINE_TLS);

static struct tls *start_tls(void *arg, int fd, char *reason, size_t bytes)
{
	struct delivery *delivery = arg;

	return tls_connect(delivery->tls, delivery->host, fd, reason, bytes);
}

static void on_closed(void *arg)
{
	struct delivery *delivery = arg;

	/* freed by who calls */
	delivery->connection = NULL;
	finish(delivery);
}

static void on_dialed(void *arg, int fd, const char *reason)
{
	struct delivery *delivery = arg;
	struct sender *sender = delivery->sender;

	delivery->dial = NULL;
	if (fd < 0) {
		log_event(LOG_WARNING, "sender.connect job=%lld error=%s", (long long)delivery->job,
			  reason);
		goto defer;
	}
	reason = "out of memory";
	delivery->engine =
		smtp_client_create(&delivery->config, &delivery->envelope, &client_ops, delivery);
	if (!delivery->engine) {
		close(fd);
		goto defer;
	}
	delivery->connection = connection_create(sender->station->base, fd, &engine_ops,
						 delivery->engine, on_closed, delivery);
	if (!delivery->connection)
		goto defer;
	connection_set_tls(delivery->connection, start_tls);
	smtp_client_start(delivery->engine);
	connection_pump(delivery->connection);
	return;

defer:
	defer_all(delivery, reason);
	finish(delivery);
}

/* Choosing */

static const char *domain_of(const struct recipient *recipient)
{
	return strrchr(recipient->address, '@') + 1;
}

static const char *host_of(const struct config *config, const char *domain, unsigned int *port,
			   const struct tls_demand **tls)
{
	static const struct tls_demand opportunistic = { .policy = TLS_OPPORTUNISTIC };
	const struct config_route *route = config_route(config, domain);

	*port = route ? route->port : SMTP_PORT;
	*tls = route ? &route->tls : &opportunistic;
	return route ? route->host : domain;
}

static enum smtp_client_tls tls_of(const struct tls_demand *demand)
{
	if (demand->implicit)
		return SMTP_CLIENT_TLS_FIRST;
	if (demand->policy == TLS_NONE)
		return SMTP_CLIENT_TLS_NONE;
	return demand->policy == TLS_OPPORTUNISTIC ? SMTP_CLIENT_TLS_OFFERED :
						     SMTP_CLIENT_TLS_REQUIRED;
}

static bool is_due(const struct station *station, const struct recipient *recipient)
{
	return recipient->state == RECIPIENT_QUEUED &&
	       !station_left_ms(station, recipient->next_ms);
}

/* Keep the due recipients that have the same way as the first one. */
static bool choose(struct delivery *delivery)
{
	struct station *station = delivery->sender->station;
	struct recipients *recipients = &delivery->recipients;
	size_t chosen = 0;
	unsigned int port;

	for (size_t i = 0; i < recipients->items; i++) {
		struct recipient other = recipients->item[i];
		const struct tls_demand *tls;
		const char *host = host_of(&station->config, domain_of(&other), &port, &tls);

		if (!is_due(station, &other) ||
		    (chosen && (strcasecmp(host, delivery->host) || port != delivery->port ||
				tls != delivery->tls)))
			continue;
		if (!chosen) {
			delivery->host = host;
			delivery->port = port;
			delivery->tls = tls;
			delivery->route = config_route(&station->config, domain_of(&other));
		}
		recipients->item[i] = recipients->item[chosen];
		recipients->item[chosen] = other;
		recipients->item[chosen++].state = RECIPIENT_SENDING;
	}
	for (size_t i = chosen; i < recipients->items; i++)
		recipient_clear(&recipients->item[i]);
	recipients->items = chosen;
	return chosen;
}

static bool fill_envelope(struct delivery *delivery, const struct job *job)
{
	size_t items = delivery->recipients.items;

	delivery->address = calloc(items, sizeof(*delivery->address));
	delivery->reverse_path = strdup(job->sender);
	if (!delivery->address || !delivery->reverse_path)
		return false;
	for (size_t i = 0; i < items; i++)
		delivery->address[i] = delivery->recipients.item[i].address;
	delivery->envelope = (struct smtp_client_envelope){
		.reverse_path = delivery->reverse_path,
		.recipients = delivery->address,
		.recipient_count = items,
		.message_bytes = job->message_bytes,
	};
	return true;
}

static void fail_all(struct delivery *delivery, const char *text)
{
	for (size_t i = 0; i < delivery->recipients.items; i++) {
		delivery->recipients.item[i].state = RECIPIENT_FAILED;
		set_reply(&delivery->recipients.item[i], text);
	}
}

/* Read anew each time: a changed secret needs no restart. */
static bool fill_account(struct delivery *delivery, char *reason, size_t bytes)
{
	const struct config_route *route = delivery->route;

	delivery->account = (struct sasl_account){
		.user = route->user,
		.secret = delivery->secret,
		.mechanism = route->auth.item,
		.mechanisms = route->auth.items,
		.clear = route->auth_without_tls,
		.host = delivery->host,
		.port = delivery->port,
	};
	return !route->secret_file || secret_file_line(route->secret_file, delivery->secret,
						       sizeof(delivery->secret), reason, bytes);
}

static bool begin(struct delivery *delivery, const struct job *job)
{
	struct station *station = delivery->sender->station;
	char reason[512];

	delivery->message_fd =
		spool_open_file(&station->spool, SPOOL_MESSAGE, job->message_file, O_RDONLY);
	if (delivery->message_fd == -ENOENT) {
		fail_all(delivery, "the mail is gone from the spool");
		finish(delivery);
		return true;
	}
	if (delivery->route && !fill_account(delivery, reason, sizeof(reason))) {
		defer_all(delivery, reason);
		finish(delivery);
		return true;
	}
	if (delivery->message_fd < 0 || !fill_envelope(delivery, job) ||
	    !jobs_set_recipients(station->jobs, job->id, delivery->recipients.item,
				 delivery->recipients.items))
		return false;
	delivery->config = (struct smtp_client_config){
		.host_name = station->config.host_name,
		.tls = tls_of(delivery->tls),
		.auth = delivery->route && delivery->route->user,
		.timeouts = station->config.smtp_client,
	};
	delivery->dial = dial_start(station->base, delivery->host, delivery->port,
				    station->config.smtp_connect_ms, on_dialed, delivery);
	if (!delivery->dial) {
		defer_all(delivery, "out of memory");
		finish(delivery);
	}
	return true;
}

static bool start_delivery(struct sender *sender, int64_t id)
{
	struct delivery *delivery = calloc(1, sizeof(*delivery));
	struct job job;

	if (!delivery)
		return false;
	if (!jobs_get(sender->station->jobs, id, &job)) {
		free(delivery);
		return false;
	}
	delivery->sender = sender;
	delivery->job = id;
	delivery->message_fd = -1;
	delivery->next = sender->deliveries;
	sender->deliveries = delivery;
	sender->connections++;
	if (jobs_recipients(sender->station->jobs, id, &delivery->recipients) && choose(delivery) &&
	    begin(delivery, &job)) {
		job_clear(&job);
		return true;
	}
	job_clear(&job);
	free_delivery(delivery);
	return false;
}

void sender_run(struct sender *sender)
{
	struct station *station = sender->station;
	int64_t id, next_ms, left_ms;

	while (sender->connections < station->config.limits.connections &&
	       (id = jobs_next_due(station->jobs, &next_ms))) {
		left_ms = station_left_ms(station, next_ms);
		if (!left_ms && !start_delivery(sender, id))
			left_ms = STATION_RECOVER_MS;
		if (left_ms) {
			station_wake(station, sender->timer, left_ms);
			break;
		}
	}
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	sender_run(arg);
}

struct sender *sender_create(struct station *station)
{
	struct sender *sender = calloc(1, sizeof(*sender));

	if (!sender)
		return NULL;
	sender->station = station;
	sender->timer = evtimer_new(station->base, on_timer, sender);
	if (sender->timer)
		return sender;
	free(sender);
	return NULL;
}

unsigned int sender_connections(const struct sender *sender)
{
	return sender->connections;
}

bool sender_stop_job(struct sender *sender, int64_t id)
{
	struct delivery *next;
	bool good = true;

	for (struct delivery *delivery = sender->deliveries; delivery; delivery = next) {
		next = delivery->next;
		if (delivery->job != id)
			continue;
		for (size_t i = 0; i < delivery->recipients.items; i++)
			if (delivery->recipients.item[i].state == RECIPIENT_SENDING)
				delivery->recipients.item[i].state = RECIPIENT_QUEUED;
		if (store(delivery))
			free_delivery(delivery);
		else
			good = false;
	}
	return good;
}

void sender_free(struct sender *sender)
{
	if (!sender)
		return;
	while (sender->deliveries) {
		/* what is known is stored; the rest is requeued at the next start */
		store(sender->deliveries);
		free_delivery(sender->deliveries);
	}
	event_free(sender->timer);
	free(sender);
}
