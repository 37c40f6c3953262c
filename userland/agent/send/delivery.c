// SPDX-License-Identifier: GPL-2.0
/*
 * delivery: one job on its way to one destination
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "alternative.h"
#include "delivery.h"
#include "engine/binary_form.h"
#include "engine/smtp_client.h"
#include "forms.h"
#include "hops.h"
#include "link.h"
#include "log.h"
#include "mails.h"
#include "negotiation.h"
#include "net/connection.h"
#include "net/dial.h"
#include "net/oauth.h"
#include "net/sasl.h"
#include "net/secret_file.h"
#include "net/token_file.h"
#include "partial.h"
#include "relay.h"
#include "station.h"

#define SECRET_BYTES	(TOKEN_MAX + 1)
#define READ_BYTES	4096
#define BLOCK_BYTES	(READ_BYTES + BINARY_FORM_GROWTH)
#define REASON_BYTES	600
#define CONVERSIONS_MAX	3	/* a server that says something else each time gets no more */

/**
 * struct delivery - on its way
 * @destination: what connections are counted by
 * @route: of the configuration, NULL: none
 * @demand: what of TLS
 * @mail: of the job: for all its recipients, or for one
 * @envelope_id: of @mail
 * @header: of @mail if it is a part of one (partial.h); NULL: it is whole
 * @header_sent: bytes of @header
 * @recipients: of this delivery alone
 * @address: of each, for @envelope
 * @dsn: of each, for @envelope
 * @hops: the servers
 * @hop: the one that is tried
 * @clear: TLS failed with it, and is not required: once more without
 * @reason: why the last try failed
 * @store_again: what became of the recipients could not be stored yet
 * @stored: it is in the database
 */
struct delivery {
	struct station *station;
	void (*ended)(void *arg, struct delivery *delivery);
	void *arg;
	char destination[DESTINATION_BYTES];
	struct job job;
	const struct config_route *route;
	struct tls_demand demand;

	struct mail mail;
	char envelope_id[MAIL_ID_BYTES];
	char *header;
	size_t header_sent;
	struct recipients recipients;
	const char **address;
	struct smtp_client_dsn *dsn;
	struct smtp_client_envelope envelope;
	int message_fd;
	struct binary_form form;
	bool binary;			/* the mail is read in its binary form */
	bool binary_over;		/* and was read whole */
	size_t block_start;
	size_t block_end;
	char block[BLOCK_BYTES];	/* of the binary form, not sent yet */

	struct hop_search *search;
	struct hops hops;
	size_t hop;
	bool clear;
	char reason[REASON_BYTES];

	struct sasl_account account;
	struct sasl *sasl;
	char secret[SECRET_BYTES];
	struct worker *refresh;			/* gets a fresh token */
	bool refreshed;				/* for this mail already */
	bool token_refused;			/* before its end, by this server */
	struct fetcher_login *pop3;		/* POP-before-SMTP */
	bool pop3_done;				/* just now */
	struct dial *dial;
	struct link *link;			/* the session; NULL: none, or it is idle */
	struct negotiation *negotiation;	/* NULL: nothing was asked */

	struct event *store_again;
	bool stored;
};

int64_t delivery_job(const struct delivery *delivery)
{
	return delivery->job.id;
}

const char *delivery_destination(const struct delivery *delivery)
{
	return delivery->destination;
}

/* Ends what is under way with one server. */
static void hang_up(struct delivery *delivery)
{
	if (delivery->refresh)
		worker_leave(delivery->refresh);
	delivery->refresh = NULL;
	fetcher_login_cancel(delivery->pop3);
	delivery->pop3 = NULL;
	dial_cancel(delivery->dial);
	link_free(delivery->link);
	negotiation_free(delivery->negotiation);
	sasl_end(delivery->sasl);
	explicit_bzero(delivery->secret, sizeof(delivery->secret));
	binary_form_clear(&delivery->form);
	delivery->binary = false;
	delivery->dial = NULL;
	delivery->link = NULL;
	delivery->negotiation = NULL;
	delivery->sasl = NULL;
}

void delivery_free(struct delivery *delivery)
{
	hang_up(delivery);
	hops_cancel(delivery->search);
	if (delivery->store_again)
		event_free(delivery->store_again);
	if (delivery->message_fd >= 0)
		close(delivery->message_fd);
	recipients_clear(&delivery->recipients);
	job_clear(&delivery->job);
	free(delivery->header);
	free(delivery->address);
	free(delivery->dsn);
	free(delivery);
}

/* Results */

static void set_reply(struct recipient *recipient, const char *text)
{
	/* without memory the state alone must do */
	recipient_set_text(&recipient->reply, text);
}

static int64_t next_wait_ms(const struct config_retry *retry, int64_t tries)
{
	int64_t wait_ms = retry->interval_ms;

	if (tries < (int64_t)retry->quick_items)
		return retry->quick_ms[tries];
	for (int64_t i = retry->quick_items; i < tries && wait_ms < retry->longest_ms; i++)
		wait_ms *= 2;
	return wait_ms < retry->longest_ms ? wait_ms : retry->longest_ms;
}

static void defer(struct delivery *delivery, struct recipient *recipient, const char *text)
{
	const struct config_retry *retry = &delivery->station->config.retry;
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

static void fail(struct recipient *recipient, const char *text)
{
	recipient->state = RECIPIENT_FAILED;
	recipient->tries++;
	set_reply(recipient, text);
}

/* A long document is several mails: when one was taken the next is due. */
static void hand_over(struct recipient *recipient, const struct mail *mail)
{
	if (recipient->part >= mail->parts) {
		recipient->state = RECIPIENT_HANDED_OVER;
		return;
	}
	recipient->state = RECIPIENT_QUEUED;
	recipient->part++;
	recipient->next_ms = 0;
	recipient->tries = 0;
	recipient->waited_ms = 0;
}

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

/* false: not stored */
static bool store(struct delivery *delivery)
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

	if (store(delivery)) {
		delivery->ended(delivery->arg, delivery);
		return;
	}
	if (!delivery->store_again)
		delivery->store_again =
			evtimer_new(delivery->station->base, on_store_again, delivery);
	if (delivery->store_again)
		evtimer_add(delivery->store_again, &time);
}

/* The end of the way, for all that are left. */
static void give_up(struct delivery *delivery, bool permanent)
{
	for (size_t i = 0; i < delivery->recipients.items; i++) {
		struct recipient *recipient = &delivery->recipients.item[i];

		if (recipient->state != RECIPIENT_SENDING)
			continue;
		if (permanent)
			fail(recipient, delivery->reason);
		else
			defer(delivery, recipient, delivery->reason);
	}
	finish(delivery);
}

bool delivery_stop(struct delivery *delivery)
{
	for (size_t i = 0; i < delivery->recipients.items; i++)
		if (delivery->recipients.item[i].state == RECIPIENT_SENDING)
			delivery->recipients.item[i].state = RECIPIENT_QUEUED;
	return store(delivery);
}

/* The engine */

static struct delivery *delivery_of(const struct link *link)
{
	return link->delivery;
}

static void try_hop(struct delivery *delivery);
static void refresh_token(struct delivery *delivery, const char *refused);

static bool has_more_hops(const struct delivery *delivery)
{
	return delivery->hop + 1 < delivery->hops.items;
}

static const struct hop *hop_of(const struct delivery *delivery)
{
	return &delivery->hops.item[delivery->hop];
}

/* The binary form */

static void count_bytes(void *arg, const char *bytes, size_t len)
{
	*(uint64_t *)arg += len;
}

/* Only of mail that we made: what others wrote is not changed on its way. */
static uint64_t on_binary(void *arg)
{
	struct delivery *delivery = delivery_of(arg);
	char bytes[READ_BYTES];
	uint64_t size = 0;
	ssize_t n;

	if (delivery->job.kind != JOB_DOCUMENT || delivery->header)
		return 0;
	binary_form_clear(&delivery->form);
	while ((n = read(delivery->message_fd, bytes, sizeof(bytes))) > 0)
		binary_form_put(&delivery->form, bytes, n, count_bytes, &size);
	if (n < 0 || !binary_form_end(&delivery->form, count_bytes, &size))
		size = 0;
	binary_form_clear(&delivery->form);
	if (lseek(delivery->message_fd, 0, SEEK_SET) < 0)
		return 0;
	delivery->binary = size;
	delivery->binary_over = false;
	delivery->block_start = delivery->block_end = 0;
	return size;
}

static void keep_bytes(void *arg, const char *bytes, size_t len)
{
	struct delivery *delivery = arg;

	if (len > sizeof(delivery->block) - delivery->block_end) {
		delivery->form.failed = true;
		return;
	}
	memcpy(delivery->block + delivery->block_end, bytes, len);
	delivery->block_end += len;
}

static bool fill_block(struct delivery *delivery)
{
	char bytes[READ_BYTES];
	ssize_t n = read(delivery->message_fd, bytes, sizeof(bytes));

	delivery->block_start = delivery->block_end = 0;
	if (n < 0)
		return false;
	delivery->binary_over = !n;
	if (!n)
		return binary_form_end(&delivery->form, keep_bytes, delivery);
	binary_form_put(&delivery->form, bytes, n, keep_bytes, delivery);
	return !delivery->form.failed;
}

/* A part of a mail: its own header first, then some of the bytes of the mail. */
static ssize_t read_part(struct delivery *delivery, char *bytes, size_t size)
{
	size_t left = strlen(delivery->header + delivery->header_sent);
	int64_t at;

	if (left) {
		if (left > size)
			left = size;
		memcpy(bytes, delivery->header + delivery->header_sent, left);
		delivery->header_sent += left;
		return left;
	}
	at = lseek(delivery->message_fd, 0, SEEK_CUR);
	if (at < 0)
		return -1;
	if ((int64_t)size > delivery->mail.end_byte - at)
		size = delivery->mail.end_byte - at;
	return read(delivery->message_fd, bytes, size);
}

static ssize_t on_read_message(void *arg, char *bytes, size_t size)
{
	struct delivery *delivery = delivery_of(arg);
	size_t len;

	if (delivery->header)
		return read_part(delivery, bytes, size);
	if (!delivery->binary)
		return read(delivery->message_fd, bytes, size);
	while (delivery->block_start == delivery->block_end && !delivery->binary_over)
		if (!fill_block(delivery))
			return -1;
	len = delivery->block_end - delivery->block_start;
	if (len > size)
		len = size;
	memcpy(bytes, delivery->block + delivery->block_start, len);
	delivery->block_start += len;
	return len;
}

static void on_recipient(void *arg, size_t index, enum smtp_outcome outcome,
			 const struct smtp_reply *reply)
{
	struct delivery *delivery = delivery_of(arg);
	struct recipient *recipient = &delivery->recipients.item[index];
	char text[SMTP_REPLY_TEXT_MAX + 32];

	if (!reply->code)
		snprintf(text, sizeof(text), "%s", reply->text);
	else
		snprintf(text, sizeof(text), "%u %s%s%s", reply->code, reply->enhanced,
			 *reply->enhanced ? " " : "", reply->text);
	/* it is in the database that they get it in another form */
	if (delivery->stored)
		return;
	snprintf(delivery->reason, sizeof(delivery->reason), "%s", text);
	/* a server that did not let us begin has not decided anything */
	if (!smtp_client_get_begun(delivery->link->engine) &&
	    (outcome == SMTP_OUTCOME_TEMPORARY || has_more_hops(delivery)))
		return;
	log_event(outcome == SMTP_OUTCOME_DONE ? LOG_NOTICE : LOG_WARNING,
		  "sender.recipient job=%lld to=%s host=%s reply=%s",
		  (long long)delivery->job.id, recipient->address, hop_of(delivery)->host, text);
	if (outcome == SMTP_OUTCOME_PERMANENT) {
		fail(recipient, text);
	} else if (outcome != SMTP_OUTCOME_DONE) {
		defer(delivery, recipient, text);
	} else {
		hand_over(recipient, &delivery->mail);
		recipient->relayed = strstr(recipient->notify, "SUCCESS") &&
				     !smtp_client_get_dsn(delivery->link->engine);
		set_reply(recipient, text);
	}
	/* not only after QUIT: a crash until then would send a mail again that was taken */
	if (is_decided(delivery) && !store(delivery))
		log_event(LOG_ERR, "sender.store job=%lld", (long long)delivery->job.id);
}

/* Negotiation (RFC 4141) */

static void on_features(void *arg, size_t index, const char *features)
{
	struct delivery *delivery = delivery_of(arg);

	if (!delivery->negotiation)
		delivery->negotiation = negotiation_create(delivery->station);
	if (delivery->negotiation)
		negotiation_told(delivery->negotiation, delivery->recipients.item[index].address,
				 features);
}

/* Who takes something else than this mail, by all that is known now? */
static bool choose_forms(struct delivery *delivery)
{
	bool changed = false;

	for (size_t i = 0; i < delivery->recipients.items; i++) {
		struct recipient *recipient = &delivery->recipients.item[i];

		if (recipient->state != RECIPIENT_SENDING || recipient->part > 1 ||
		    recipient->converted >= CONVERSIONS_MAX ||
		    !forms_change(delivery->station->jobs, &delivery->job, recipient))
			continue;
		recipient->converted++;
		changed = true;
		log_event(LOG_NOTICE, "sender.convert job=%lld to=%s form=%s",
			  (long long)delivery->job.id, recipient->address, recipient->form);
	}
	return changed;
}

/*
 * A mail in another form is made before it is sent: not here, where others wait. All that
 * were to get this one are tried again at once; who still gets it does so on its own.
 */
static bool send_later(struct delivery *delivery)
{
	struct station *station = delivery->station;
	struct mail_plan plan = outgoing_plan(&station->config, &delivery->job);

	for (size_t i = 0; i < delivery->recipients.items; i++) {
		struct recipient *recipient = &delivery->recipients.item[i];

		if (recipient->state != RECIPIENT_SENDING)
			continue;
		recipient->state = RECIPIENT_QUEUED;
		recipient->next_ms = 0;
	}
	delivery->stored = jobs_set_forms(station->jobs, delivery->job.id,
					  delivery->recipients.item, delivery->recipients.items,
					  &plan);
	outgoing_wake(station->outgoing);
	return delivery->stored;
}

static void on_learned(void *arg)
{
	struct delivery *delivery = arg;
	struct link *link = delivery->link;
	bool go = !choose_forms(delivery);

	/* not stored: the session ends, and the whole is tried again */
	if (!go && !send_later(delivery))
		for (size_t i = 0; i < delivery->recipients.items; i++)
			if (delivery->recipients.item[i].state == RECIPIENT_QUEUED)
				delivery->recipients.item[i].state = RECIPIENT_SENDING;
	smtp_client_go(link->engine, go);
	connection_pump(link->connection);
}

static bool on_may_send(void *arg)
{
	struct delivery *delivery = delivery_of(arg);

	if (!delivery->negotiation || !negotiation_any(delivery->negotiation))
		return true;
	negotiation_run(delivery->negotiation, on_learned, delivery);
	return false;
}

/* All is said about this mail; the session may stay for another. */
static bool on_idle(void *arg)
{
	struct link *link = arg;
	struct delivery *delivery = link->delivery;
	struct station *station = delivery->station;

	if (++link->mails >= station->config.limits.mails_per_connection || !is_decided(delivery))
		return false;
	if (!delivery->store_again)
		delivery->store_again = evtimer_new(station->base, on_store_again, delivery);
	if (!delivery->store_again)
		return false;
	delivery->link = NULL;
	links_keep(station->links, link);
	event_active(delivery->store_again, EV_TIMEOUT, 1);
	return true;
}

static void on_finished(void *arg, enum smtp_outcome outcome, const struct smtp_reply *reply)
{
	const struct link *link = arg;
	const struct delivery *delivery = link->delivery;

	if (outcome != SMTP_OUTCOME_DONE && delivery)
		log_event(LOG_WARNING, "sender.session job=%lld host=%s port=%u reply=%s",
			  (long long)delivery->job.id, link->hop.host, link->hop.port, reply->text);
}

static const char *on_auth_begin(void *arg, const char *offered, bool secure, const char **initial)
{
	struct delivery *delivery = delivery_of(arg);
	const char *mechanism;

	sasl_end(delivery->sasl);
	delivery->sasl = sasl_login(&delivery->account, offered, secure, &mechanism, initial);
	return delivery->sasl ? mechanism : NULL;
}

static const char *on_auth_respond(void *arg, const char *challenge, bool final)
{
	struct delivery *delivery = delivery_of(arg);

	/* nothing is asked of who brings a token: it is told what is wrong with it (RFC 7628, 3.2.2) */
	delivery->token_refused = delivery->account.token && !final;
	return sasl_respond(delivery->sasl, challenge, final);
}

static void on_auth_conceal(void *arg, char *text)
{
	sasl_conceal(delivery_of(arg)->sasl, text);
}

static const struct smtp_client_ops client_ops = {
	.read_message = on_read_message,
	.recipient = on_recipient,
	.idle = on_idle,
	.finished = on_finished,
	.binary = on_binary,
	.features = on_features,
	.may_send = on_may_send,
	.auth_begin = on_auth_begin,
	.auth_respond = on_auth_respond,
	.auth_conceal = on_auth_conceal,
};

static void engine_eof(void *engine, const char *why)
{
	smtp_client_eof(engine, why);
}

DEFINE_ENGINE_TLS(smtp_client);
DEFINE_ENGINE_OPS(smtp_client, ENGINE_TLS);

static struct tls *start_tls(void *arg, int fd, char *reason, size_t bytes)
{
	const struct link *link = arg;

	return tls_connect(&link->demand, link->hop.host, fd, reason, bytes);
}

/* TLS that nobody insists on must not be in the way of the mail. */
static bool may_go_without_tls(const struct delivery *delivery)
{
	return delivery->demand.policy == TLS_OPPORTUNISTIC && !delivery->demand.implicit &&
	       !delivery->clear && !smtp_client_get_begun(delivery->link->engine) &&
	       smtp_client_get_tls_failed(delivery->link->engine);
}

/* A token may be taken back before its end. One that is fresh is as good as any. */
static bool needs_fresh_token(struct delivery *delivery)
{
	delivery->token_refused |= smtp_client_get_login_refused(delivery->link->engine);
	return delivery->account.token && delivery->token_refused && !delivery->refreshed;
}

static void on_closed(void *arg)
{
	struct link *link = arg;
	struct delivery *delivery = link->delivery;
	char refused[SECRET_BYTES] = "";
	bool begun = smtp_client_get_begun(link->engine);
	bool stale = smtp_client_get_stale(link->engine);
	bool clear = delivery && may_go_without_tls(delivery);

	/* freed by who calls */
	link->connection = NULL;
	if (!delivery) {
		link_free(link);
		return;
	}
	if (!begun && needs_fresh_token(delivery))
		strcpy(refused, delivery->secret);
	hang_up(delivery);
	if (is_decided(delivery)) {
		finish(delivery);
	} else if (stale) {
		try_hop(delivery);
	} else if (*refused) {
		refresh_token(delivery, refused);
		explicit_bzero(refused, sizeof(refused));
	} else if (clear) {
		delivery->clear = true;
		try_hop(delivery);
	} else if (!begun && has_more_hops(delivery)) {
		delivery->hop++;
		delivery->clear = false;
		try_hop(delivery);
	} else {
		give_up(delivery, false);
	}
}

static void next_hop(struct delivery *delivery, const char *reason)
{
	log_event(LOG_WARNING, "sender.connect job=%lld error=%s", (long long)delivery->job.id,
		  reason);
	snprintf(delivery->reason, sizeof(delivery->reason), "%s", reason);
	hang_up(delivery);
	if (!has_more_hops(delivery)) {
		give_up(delivery, false);
		return;
	}
	delivery->hop++;
	delivery->clear = false;
	try_hop(delivery);
}

static enum smtp_client_tls tls_of(const struct delivery *delivery)
{
	if (delivery->demand.implicit)
		return SMTP_CLIENT_TLS_FIRST;
	if (delivery->demand.policy == TLS_NONE || delivery->clear)
		return SMTP_CLIENT_TLS_NONE;
	return delivery->demand.policy == TLS_OPPORTUNISTIC ? SMTP_CLIENT_TLS_OFFERED :
							      SMTP_CLIENT_TLS_REQUIRED;
}

static struct link *make_link(struct delivery *delivery, int fd)
{
	struct station *station = delivery->station;
	struct link *link = calloc(1, sizeof(*link));

	if (!link) {
		close(fd);
		return NULL;
	}
	*link = (struct link){
		.delivery = delivery, .hop = *hop_of(delivery), .route = delivery->route,
		.demand = delivery->demand,
	};
	strcpy(link->destination, delivery->destination);
	link->config = (struct smtp_client_config){
		.host_name = station->config.host_name,
		.tls = tls_of(delivery),
		.auth = delivery->route && delivery->route->user,
		.timeouts = station->config.smtp_client,
	};
	link->engine = smtp_client_create(&link->config, &delivery->envelope, &client_ops, link);
	if (link->engine)
		link->connection = connection_create(station->base, fd, &engine_ops, link->engine,
						     on_closed, link);
	else
		close(fd);
	if (link->connection)
		return link;
	link_free(link);
	return NULL;
}

static void on_dialed(void *arg, int fd, const char *reason)
{
	struct delivery *delivery = arg;

	delivery->dial = NULL;
	if (fd < 0) {
		next_hop(delivery, reason);
		return;
	}
	delivery->link = make_link(delivery, fd);
	if (!delivery->link) {
		next_hop(delivery, "out of memory");
		return;
	}
	connection_set_tls(delivery->link->connection, start_tls);
	smtp_client_start(delivery->link->engine);
	connection_pump(delivery->link->connection);
}

/* A session that is idle takes this mail, too. */
static bool use_idle_link(struct delivery *delivery)
{
	struct links *links = delivery->station->links;
	struct link *link = links_take(links, hop_of(delivery), delivery->route,
				       tls_of(delivery));

	if (!link)
		return false;
	link->delivery = delivery;
	delivery->link = link;
	if (!smtp_client_next(link->engine, &delivery->envelope)) {
		delivery->link = NULL;
		links_keep(links, link);
		return false;
	}
	connection_pump(link->connection);
	return true;
}

/* What is idle has to make room for what is not. */
static void make_room(struct delivery *delivery)
{
	const struct config_limits *limits = &delivery->station->config.limits;
	struct station *station = delivery->station;

	if (links_idle(station->links, delivery->destination) +
	    sender_connections(station->sender, delivery->destination) >
	    limits->connections_per_host)
		links_end_oldest(station->links, delivery->destination);
	if (links_idle(station->links, NULL) + sender_connections(station->sender, NULL) >
	    limits->connections)
		links_end_oldest(station->links, NULL);
}

/* Read anew each time: a changed secret needs no restart. */
static bool fill_account(struct delivery *delivery, char *reason, size_t bytes)
{
	const struct config_route *route = delivery->route;

	if (!route || !route->user)
		return true;
	delivery->account = (struct sasl_account){
		.user = route->user,
		.secret = delivery->secret,
		.token = route->oauth,
		.mechanism = route->auth.item,
		.mechanisms = route->auth.items,
		.clear = route->auth_without_tls,
		.host = hop_of(delivery)->host,
		.port = hop_of(delivery)->port,
	};
	return !route->secret_file || secret_file_line(route->secret_file, delivery->secret,
						       sizeof(delivery->secret), reason, bytes);
}

static void on_refreshed(void *arg, enum worker_end end, const char *text)
{
	struct delivery *delivery = arg;
	char reason[512];

	delivery->refresh = NULL;
	delivery->refreshed = true;
	if (end == WORKER_DONE) {
		try_hop(delivery);
		return;
	}
	snprintf(reason, sizeof(reason), "no fresh token of %s: %.300s",
		 delivery->route->oauth->title, text);
	next_hop(delivery, reason);
}

static void refresh_token(struct delivery *delivery, const char *refused)
{
	delivery->refresh = oauth_refresh(delivery->station->base, delivery->route->oauth, refused,
					  on_refreshed, delivery);
	if (!delivery->refresh)
		next_hop(delivery, "ifax-token could not be started");
}

/* true: the token in @secret can be used; false: that is being cared for */
static bool has_token(struct delivery *delivery)
{
	const struct config_oauth *oauth = delivery->route ? delivery->route->oauth : NULL;
	char why[512], reason[600];
	bool fresh = false;

	if (!oauth)
		return true;
	if (!oauth_token(oauth, delivery->secret, sizeof(delivery->secret), &fresh, why,
			 sizeof(why))) {
		snprintf(reason, sizeof(reason), "%s (ifax authorise %s)", why, oauth->title);
		next_hop(delivery, reason);
		return false;
	}
	if (fresh || delivery->refreshed)
		return true;
	refresh_token(delivery, NULL);
	return false;
}

static void on_pop3(void *arg, const char *why)
{
	struct delivery *delivery = arg;
	char reason[512];

	delivery->pop3 = NULL;
	delivery->pop3_done = true;
	if (!why) {
		try_hop(delivery);
		return;
	}
	snprintf(reason, sizeof(reason), "no login by POP3 at %s before: %.400s",
		 delivery->route->pop3_first->title, why);
	next_hop(delivery, reason);
}

/* true: the server knows us by a login by POP3, if it wants one; false: that is being cared for */
static bool is_known(struct delivery *delivery)
{
	const struct config_route *route = delivery->route;
	struct fetcher *fetcher = delivery->station->fetcher;

	if (!route || !route->pop3_first || delivery->pop3_done ||
	    fetcher_logged_in(fetcher, route->pop3_first, route->pop3_first_valid_ms))
		return true;
	delivery->pop3 = fetcher_log_in(fetcher, route->pop3_first, on_pop3, delivery);
	if (!delivery->pop3)
		next_hop(delivery, "out of memory");
	return false;
}

static void try_hop(struct delivery *delivery)
{
	struct station *station = delivery->station;
	char reason[512] = "the message cannot be read from the spool";

	delivery->header_sent = 0;
	delivery->token_refused = false;
	if (lseek(delivery->message_fd, delivery->mail.begin_byte, SEEK_SET) < 0 ||
	    !fill_account(delivery, reason, sizeof(reason))) {
		next_hop(delivery, reason);
		return;
	}
	if (use_idle_link(delivery) || !has_token(delivery) || !is_known(delivery))
		return;
	make_room(delivery);
	delivery->dial = dial_start(station->resolver, hop_of(delivery)->host,
				    hop_of(delivery)->port, station->config.smtp_connect_ms,
				    on_dialed, delivery);
	if (!delivery->dial)
		next_hop(delivery, "out of memory");
}

static void on_hops(void *arg, const struct hops *hops, bool permanent, const char *why)
{
	struct delivery *delivery = arg;

	delivery->search = NULL;
	if (delivery->message_fd < 0) {
		snprintf(delivery->reason, sizeof(delivery->reason),
			 "the mail is gone from the spool");
		give_up(delivery, true);
		return;
	}
	if (hops) {
		delivery->hops = *hops;
		try_hop(delivery);
		return;
	}
	log_event(LOG_WARNING, "sender.route job=%lld destination=%s error=%s",
		  (long long)delivery->job.id, delivery->destination, why);
	snprintf(delivery->reason, sizeof(delivery->reason), "%s", why);
	give_up(delivery, permanent);
}

/* Choosing */

static const char *domain_of(const struct recipient *recipient)
{
	return strrchr(recipient->address, '@') + 1;
}

static void name_destination(const struct config_route *route, const char *domain,
			     char name[DESTINATION_BYTES])
{
	if (route && route->hosts.items)
		snprintf(name, DESTINATION_BYTES, "%.255s:%u", route->hosts.item[0], route->port);
	else
		snprintf(name, DESTINATION_BYTES, "%.255s", domain);
}

void delivery_name_destination(const struct config *config, const char *address,
			       char name[DESTINATION_BYTES])
{
	const char *domain = strrchr(address, '@') + 1;

	name_destination(config_route(config, domain), domain, name);
}

static bool is_due(const struct station *station, const struct recipient *recipient)
{
	return recipient->state == RECIPIENT_QUEUED &&
	       !station_left_ms(station, recipient->next_ms);
}

/* The mail of the first one is also that of another. */
static bool is_shared(const struct delivery *delivery, const struct recipient *other)
{
	const struct recipient *first = &delivery->recipients.item[0];

	return other->mail == first->mail && other->part == first->part;
}

/*
 * Keep the due recipients that have the same way as the first one that is not
 * busy, and get the same mail.
 */
static bool choose(struct delivery *delivery, bool (*busy)(void *arg, const char *destination))
{
	static const struct tls_demand opportunistic = { .policy = TLS_OPPORTUNISTIC };
	const struct config *config = &delivery->station->config;
	struct recipients *recipients = &delivery->recipients;
	size_t chosen = 0;

	for (size_t i = 0; i < recipients->items; i++) {
		struct recipient other = recipients->item[i];
		const struct config_route *route = config_route(config, domain_of(&other));
		char destination[DESTINATION_BYTES];

		name_destination(route, domain_of(&other), destination);
		if (!is_due(delivery->station, &other))
			continue;
		if (chosen ? route != delivery->route || !is_shared(delivery, &other) ||
			     strcasecmp(destination, delivery->destination)
			   : busy(delivery->arg, destination))
			continue;
		if (!chosen) {
			delivery->route = route;
			delivery->demand = route ? route->tls : opportunistic;
			strcpy(delivery->destination, destination);
			/* a report is a mail, not a document */
			if (!jobs_mail(delivery->station->jobs, delivery->job.id, &other,
				       &delivery->mail))
				delivery->mail = (struct mail){ .position = -1, .parts = 1 };
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

static bool fill_envelope(struct delivery *delivery)
{
	size_t items = delivery->recipients.items;

	delivery->address = calloc(items, sizeof(*delivery->address));
	delivery->dsn = calloc(items, sizeof(*delivery->dsn));
	if (!delivery->address || !delivery->dsn)
		return false;
	for (size_t i = 0; i < items; i++) {
		delivery->address[i] = delivery->recipients.item[i].address;
		delivery->dsn[i] = (struct smtp_client_dsn){
			.notify = delivery->recipients.item[i].notify,
			.original = delivery->recipients.item[i].original,
		};
	}
	if (*delivery->job.envelope_id)
		mail_id(delivery->job.envelope_id, &delivery->mail, delivery->envelope_id);
	delivery->envelope = (struct smtp_client_envelope){
		.reverse_path = delivery->job.sender,
		.recipients = delivery->address,
		.recipient_count = items,
		.dsn = delivery->dsn,
		.envelope_id = delivery->envelope_id,
		.dsn_return = delivery->job.dsn_return,
		/* who asked for this form said itself what it takes */
		.negotiate = *delivery->job.document && !*delivery->mail.original_id,
		.convertible = delivery->job.convertible ||
			       (*delivery->job.document && delivery->station->config.convertible),
		.message_bytes = (delivery->mail.bytes ?: delivery->job.message_bytes) +
				 (delivery->header ? strlen(delivery->header) : 0),
	};
	return true;
}

/* A mail that is gone needs none. */
static bool make_header(struct delivery *delivery)
{
	char id[MAIL_ID_BYTES];

	if (!delivery->mail.end_byte || delivery->message_fd < 0)
		return true;
	mail_id(delivery->job.message_id, &delivery->mail, id);
	delivery->header = partial_header(delivery->message_fd, &delivery->mail, id);
	return delivery->header;
}

/* Our own line about the sender is for a mail that stays here (RFC 5321, 4.4). */
static void skip_return_path(struct delivery *delivery)
{
	static const char name[] = "Return-Path:";
	char line[1024];
	ssize_t n = pread(delivery->message_fd, line, sizeof(line), 0);
	const char *end = n > 0 ? memchr(line, '\n', n) : NULL;

	if (end && end - line > (ssize_t)strlen(name) && !memcmp(line, name, strlen(name)))
		delivery->mail.begin_byte = end + 1 - line;
}

static bool begin(struct delivery *delivery)
{
	struct station *station = delivery->station;

	delivery->message_fd = spool_open_file(&station->spool, SPOOL_MESSAGE,
					       *delivery->mail.file ? delivery->mail.file :
					       delivery->job.message_file, O_RDONLY);
	if (delivery->message_fd < 0 && delivery->message_fd != -ENOENT)
		return false;
	if (delivery->job.kind == JOB_RELAY)
		skip_return_path(delivery);
	if (!make_header(delivery) || !fill_envelope(delivery) ||
	    !jobs_set_recipients(station->jobs, delivery->job.id, delivery->recipients.item,
				 delivery->recipients.items))
		return false;
	delivery->search = hops_find(station->resolver, &station->config, delivery->route,
				     domain_of(&delivery->recipients.item[0]), on_hops, delivery);
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
		.station = station, .ended = ended, .arg = arg, .message_fd = -1,
	};
	if (!jobs_get(station->jobs, job, &delivery->job) ||
	    !jobs_recipients(station->jobs, job, &delivery->recipients))
		goto free;
	*none = !choose(delivery, busy);
	if (!*none && begin(delivery))
		return delivery;
free:
	delivery_free(delivery);
	return NULL;
}
