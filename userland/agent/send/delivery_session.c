// SPDX-License-Identifier: GPL-2.0
/*
 * delivery: a session with a server: what is said of the mail, and what becomes of it
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "delivery_private.h"
#include "forms.h"
#include "log.h"
#include "negotiation.h"
#include "net/connection.h"
#include "outcome.h"

#define CONVERSIONS_MAX	3	/* a server that says something else each time gets no more */

static struct delivery *delivery_of(const struct link *link)
{
	return link->delivery;
}

/* The mail */

static ssize_t on_read_message(void *arg, char *bytes, size_t size)
{
	return content_read(&delivery_of(arg)->content, bytes, size);
}

/* Only of mail that we made: what others wrote is not changed on its way. */
static uint64_t on_binary(void *arg)
{
	struct delivery *delivery = delivery_of(arg);

	return delivery->job.kind == JOB_DOCUMENT ? content_make_binary(&delivery->content) : 0;
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
	    (outcome == SMTP_OUTCOME_TEMPORARY || delivery_has_more_hops(delivery)))
		return;
	log_event(outcome == SMTP_OUTCOME_DONE ? LOG_NOTICE : LOG_WARNING,
		  "sender.recipient job=%lld to=%s host=%s reply=%s",
		  (long long)delivery->job.id, recipient->address, delivery_hop(delivery)->host,
		  text);
	if (outcome == SMTP_OUTCOME_PERMANENT) {
		outcome_failed(recipient, text);
	} else if (outcome != SMTP_OUTCOME_DONE) {
		outcome_deferred(recipient, &delivery->station->config.retry, text);
	} else {
		outcome_handed_over(recipient, &delivery->mail, text);
		recipient->relayed = strstr(recipient->notify, "SUCCESS") &&
				     !smtp_client_get_dsn(delivery->link->engine);
	}
	/* not only after QUIT: a crash until then would send a mail again that was taken */
	if (delivery_is_decided(delivery) && !delivery_store(delivery))
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

/* The session */

/* All is said about this mail; the session may stay for another. */
static bool on_idle(void *arg)
{
	struct link *link = arg;
	struct delivery *delivery = link->delivery;
	struct station *station = delivery->station;

	if (++link->mails >= station->config.limits.mails_per_connection ||
	    !delivery_is_decided(delivery))
		return false;
	if (!delivery_finish_soon(delivery))
		return false;
	delivery->link = NULL;
	links_keep(station->links, link);
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

	/* who brings a token is asked nothing, but told what is wrong with it (RFC 7628, 3.2.2) */
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
	delivery_hang_up(delivery);
	if (delivery_is_decided(delivery)) {
		delivery_finish(delivery);
	} else if (stale) {
		delivery_try_hop(delivery);
	} else if (*refused) {
		delivery_refresh_token(delivery, refused);
	} else if (clear) {
		delivery->clear = true;
		delivery_try_hop(delivery);
	} else if (!begun && delivery_has_more_hops(delivery)) {
		delivery->hop++;
		delivery->clear = false;
		delivery_try_hop(delivery);
	} else {
		delivery_give_up(delivery, false);
	}
	explicit_bzero(refused, sizeof(refused));
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
		.delivery = delivery, .hop = *delivery_hop(delivery), .route = delivery->route,
		.demand = delivery->demand,
	};
	strcpy(link->destination, delivery->destination);
	link->config = (struct smtp_client_config){
		.host_name = station->config.host_name,
		.tls = delivery_tls(delivery),
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

bool delivery_open_session(struct delivery *delivery, int fd)
{
	delivery->link = make_link(delivery, fd);
	if (!delivery->link)
		return false;
	connection_set_tls(delivery->link->connection, start_tls);
	smtp_client_start(delivery->link->engine);
	connection_pump(delivery->link->connection);
	return true;
}
