// SPDX-License-Identifier: GPL-2.0
/*
 * delivery: one server after the other, until one has begun the transaction
 */
#include <stdio.h>
#include <string.h>

#include "delivery_private.h"
#include "log.h"
#include "negotiation.h"
#include "net/connection.h"
#include "net/dial.h"
#include "net/oauth.h"
#include "net/secret_file.h"

const struct hop *delivery_hop(const struct delivery *delivery)
{
	return &delivery->hops.item[delivery->hop];
}

bool delivery_has_more_hops(const struct delivery *delivery)
{
	return delivery->hop + 1 < delivery->hops.items;
}

enum smtp_client_tls delivery_tls(const struct delivery *delivery)
{
	if (delivery->demand.implicit)
		return SMTP_CLIENT_TLS_FIRST;
	if (delivery->demand.policy == TLS_NONE || delivery->clear)
		return SMTP_CLIENT_TLS_NONE;
	return delivery->demand.policy == TLS_OPPORTUNISTIC ? SMTP_CLIENT_TLS_OFFERED :
							      SMTP_CLIENT_TLS_REQUIRED;
}

/* Ends what is under way with one server. */
void delivery_hang_up(struct delivery *delivery)
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
	delivery->dial = NULL;
	delivery->link = NULL;
	delivery->negotiation = NULL;
	delivery->sasl = NULL;
}

/* This one cannot be used; @reason: for people */
static void next_hop(struct delivery *delivery, const char *reason)
{
	log_event(LOG_WARNING, "sender.connect job=%lld error=%s", (long long)delivery->job.id,
		  reason);
	snprintf(delivery->reason, sizeof(delivery->reason), "%s", reason);
	delivery_hang_up(delivery);
	if (!delivery_has_more_hops(delivery)) {
		delivery_give_up(delivery, false);
		return;
	}
	delivery->hop++;
	delivery->clear = false;
	delivery_try_hop(delivery);
}

/* What a server wants before it takes mail: a login */

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
		.host = delivery_hop(delivery)->host,
		.port = delivery_hop(delivery)->port,
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
		delivery_try_hop(delivery);
		return;
	}
	snprintf(reason, sizeof(reason), "no fresh token of %s: %.300s",
		 delivery->route->oauth->title, text);
	next_hop(delivery, reason);
}

void delivery_refresh_token(struct delivery *delivery, const char *refused)
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
	delivery_refresh_token(delivery, NULL);
	return false;
}

static void on_pop3(void *arg, const char *why)
{
	struct delivery *delivery = arg;
	char reason[512];

	delivery->pop3 = NULL;
	delivery->pop3_done = true;
	if (!why) {
		delivery_try_hop(delivery);
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

/* The way there */

static void on_dialed(void *arg, int fd, const char *reason)
{
	struct delivery *delivery = arg;

	delivery->dial = NULL;
	if (fd < 0) {
		next_hop(delivery, reason);
		return;
	}
	if (!delivery_open_session(delivery, fd))
		next_hop(delivery, "out of memory");
}

/* A session that is idle takes this mail, too. */
static bool use_idle_link(struct delivery *delivery)
{
	struct links *links = delivery->station->links;
	struct link *link = links_take(links, delivery_hop(delivery), delivery->route,
				       delivery_tls(delivery));

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

void delivery_try_hop(struct delivery *delivery)
{
	struct station *station = delivery->station;
	char reason[512] = "the message cannot be read from the spool";

	delivery->token_refused = false;
	if (!content_rewind(&delivery->content) ||
	    !fill_account(delivery, reason, sizeof(reason))) {
		next_hop(delivery, reason);
		return;
	}
	if (use_idle_link(delivery) || !has_token(delivery) || !is_known(delivery))
		return;
	make_room(delivery);
	delivery->dial = dial_start(station->resolver, delivery_hop(delivery)->host,
				    delivery_hop(delivery)->port, station->config.smtp_connect_ms,
				    on_dialed, delivery);
	if (!delivery->dial)
		next_hop(delivery, "out of memory");
}
