/* SPDX-License-Identifier: GPL-2.0 */
/*
 * link: an SMTP session with a server, for one delivery after the other
 *
 * When all is said about a mail the session stays a little: the next mail for the
 * same server goes over it, without connecting, TLS and login. A bounded number stays,
 * for a bounded time and number of mails; who needs the room has the oldest end.
 */
#ifndef IFAX_LINK_H
#define IFAX_LINK_H

#include "engine/smtp_client.h"
#include "hops.h"
#include "net/connection.h"
#include "net/tls.h"

#define DESTINATION_BYTES	264

struct delivery;
struct links;

/**
 * struct link - a session
 * @links: where it is kept; @next: there
 * @delivery: whose mail is under way; NULL: it is idle, or takes leave
 * @leaving: it takes leave
 * @destination: what connections are counted by
 * @hop: the server
 * @route: of the configuration, NULL: none; tells how to log in
 * @demand: what of TLS
 * @config: of @engine
 * @mails: how many went over it
 */
struct link {
	struct links *links;
	struct link *next;
	struct delivery *delivery;
	bool leaving;
	char destination[DESTINATION_BYTES];
	struct hop hop;
	const struct config_route *route;
	struct tls_demand demand;
	struct smtp_client_config config;
	struct connection *connection;
	struct smtp_client *engine;
	unsigned int mails;
};

struct links *links_create(void);

/** links_keep - a link is idle; when its connection closes link_free() it */
void links_keep(struct links *links, struct link *link);

/**
 * links_take - an idle link to a server, to be used by a delivery
 * @tls: as it would be made
 *
 * Return: the link, not idle any more; NULL: there is none.
 */
struct link *links_take(struct links *links, const struct hop *hop,
			const struct config_route *route, enum smtp_client_tls tls);

/** links_idle - how many are idle; @destination: only those there, NULL: all */
unsigned int links_idle(const struct links *links, const char *destination);

/** links_end_oldest - have an idle link end, at @destination or, if that is NULL, anywhere */
void links_end_oldest(struct links *links, const char *destination);

/** link_free - cut the connection, unless it is closed */
void link_free(struct link *link);

/** links_free - QUIT is said if the socket takes it at once; NULL is allowed */
void links_free(struct links *links);

#endif /* IFAX_LINK_H */
