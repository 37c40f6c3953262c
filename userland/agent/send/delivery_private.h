/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inside of a delivery: shared by its files only. Its recipients are chosen
 * (delivery_choice.c); servers are tried one after the other, each with TLS, login and what else
 * it wants before (delivery_hop.c); in a session with one of them it is said what is sent, and
 * heard what becomes of it (delivery_session.c); that is stored (delivery.c).
 */
#ifndef IFAX_DELIVERY_PRIVATE_H
#define IFAX_DELIVERY_PRIVATE_H

#include "content.h"
#include "delivery.h"
#include "engine/smtp_client.h"
#include "hops.h"
#include "link.h"
#include "mails.h"
#include "net/sasl.h"
#include "net/token_file.h"
#include "station.h"

#define SECRET_BYTES	(TOKEN_MAX + 1)
#define REASON_BYTES	600

struct dial;
struct negotiation;
struct worker;

/**
 * struct delivery - on its way
 * @destination: what connections are counted by
 * @route: of the configuration, NULL: none
 * @demand: what of TLS
 * @mail: of the job: for all its recipients, or for one
 * @envelope_id: of @mail
 * @content: of @mail
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
	struct content content;
	struct recipients recipients;
	const char **address;
	struct smtp_client_dsn *dsn;
	struct smtp_client_envelope envelope;

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

/* delivery.c: what became of the recipients */

/** delivery_is_decided - all is known */
bool delivery_is_decided(const struct delivery *delivery);
/** delivery_store - what is known. false: not stored */
bool delivery_store(struct delivery *delivery);
/** delivery_finish - all is known: it is stored, and who started the delivery told */
void delivery_finish(struct delivery *delivery);
/** delivery_finish_soon - delivery_finish(), not from within. false: no memory */
bool delivery_finish_soon(struct delivery *delivery);
/** delivery_give_up - the end of the way, for all that are left: @reason tells why */
void delivery_give_up(struct delivery *delivery, bool permanent);

/* delivery_choice.c: the recipients */

/**
 * delivery_choose - keep the due recipients that have the same way as the first one that is not
 * busy, and get the same mail
 */
bool delivery_choose(struct delivery *delivery, bool (*busy)(void *arg, const char *destination));
/** delivery_domain - of those that were chosen */
const char *delivery_domain(const struct delivery *delivery);
/** delivery_fill_envelope - false: no memory */
bool delivery_fill_envelope(struct delivery *delivery);

/* delivery_hop.c: the servers */

const struct hop *delivery_hop(const struct delivery *delivery);
bool delivery_has_more_hops(const struct delivery *delivery);
/** delivery_tls - what of TLS in a session with this server */
enum smtp_client_tls delivery_tls(const struct delivery *delivery);
void delivery_try_hop(struct delivery *delivery);
/** delivery_refresh_token - and try this server again; @refused: see oauth.h */
void delivery_refresh_token(struct delivery *delivery, const char *refused);
/** delivery_hang_up - end what is under way with one server */
void delivery_hang_up(struct delivery *delivery);

/* delivery_session.c: what is said to a server */

/** delivery_open_session - on a connected socket. false: no memory; @fd is closed */
bool delivery_open_session(struct delivery *delivery, int fd);

#endif /* IFAX_DELIVERY_PRIVATE_H */
