/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hops: the servers that mail for a domain can be handed to, in their order
 * (RFC 5321, 5.1)
 *
 * The hosts of a route as they stand there; without a route, or without hosts in
 * it: the mail exchangers by preference, those of the same preference in random
 * order; without any: the domain itself. A null MX (RFC 7505) and a domain that
 * does not exist take no mail. If we are an exchanger of the domain ourselves,
 * only those before us count: anything else would be a loop.
 */
#ifndef IFAX_HOPS_H
#define IFAX_HOPS_H

#include "config/config.h"
#include "net/resolver.h"

#define HOPS_MAX	MX_MAX

/** struct hop - a server: name, address or address literal */
struct hop {
	char host[256];
	unsigned int port;
};

struct hops {
	struct hop item[HOPS_MAX];
	size_t items;
};

struct hop_search;

/**
 * hops_find - where mail for a domain goes
 * @route: for the domain, NULL: none
 * @done: called once, never from within. @hops: NULL: there are none; @why tells for
 *	people, @permanent: and nothing will change that
 *
 * Return: the search, NULL without memory.
 */
struct hop_search *hops_find(struct resolver *resolver, const struct config *config,
			     const struct config_route *route, const char *domain,
			     void (*done)(void *arg, const struct hops *hops, bool permanent,
					  const char *why), void *arg);

/** hops_cancel - @done will not be called; NULL is allowed */
void hops_cancel(struct hop_search *search);

#endif /* IFAX_HOPS_H */
