// SPDX-License-Identifier: GPL-2.0
/*
 * link: an SMTP session with a server, for one delivery after the other
 */
#include <stdlib.h>
#include <strings.h>

#include "link.h"

/**
 * struct links - links without a delivery
 * @first: the one that became idle last
 */
struct links {
	struct link *first;
};

struct links *links_create(void)
{
	return calloc(1, sizeof(struct links));
}

static void take_out(struct link *link)
{
	if (!link->links)
		return;
	for (struct link **at = &link->links->first; *at; at = &(*at)->next) {
		if (*at == link) {
			*at = link->next;
			break;
		}
	}
	link->links = NULL;
}

void links_keep(struct links *links, struct link *link)
{
	link->delivery = NULL;
	link->links = links;
	link->next = links->first;
	links->first = link;
}

struct link *links_take(struct links *links, const struct hop *hop,
			const struct config_route *route, enum smtp_client_tls tls)
{
	for (struct link *link = links->first; link; link = link->next) {
		if (link->leaving || link->route != route || link->config.tls != tls ||
		    link->hop.port != hop->port || strcasecmp(link->hop.host, hop->host))
			continue;
		take_out(link);
		return link;
	}
	return NULL;
}

static bool is_idle_at(const struct link *link, const char *destination)
{
	return !link->leaving && (!destination || !strcasecmp(link->destination, destination));
}

unsigned int links_idle(const struct links *links, const char *destination)
{
	unsigned int idle = 0;

	for (const struct link *link = links->first; link; link = link->next)
		idle += is_idle_at(link, destination);
	return idle;
}

void links_end_oldest(struct links *links, const char *destination)
{
	struct link *oldest = NULL;

	for (struct link *link = links->first; link; link = link->next)
		if (is_idle_at(link, destination))
			oldest = link;
	if (!oldest)
		return;
	oldest->leaving = true;
	smtp_client_quit(oldest->engine);
	connection_pump(oldest->connection);
}

void link_free(struct link *link)
{
	if (!link)
		return;
	take_out(link);
	connection_free(link->connection);
	smtp_client_destroy(link->engine);
	free(link);
}

void links_free(struct links *links)
{
	if (!links)
		return;
	while (links_idle(links, NULL))
		links_end_oldest(links, NULL);
	while (links->first)
		link_free(links->first);
	free(links);
}
