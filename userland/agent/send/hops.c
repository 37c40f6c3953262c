// SPDX-License-Identifier: GPL-2.0
/*
 * hops: the servers that mail for a domain can be handed to, in their order
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "hops.h"

#define SMTP_PORT	25

struct hop_search {
	const struct config *config;
	struct resolver_query *query;
	struct event *soon;
	unsigned int port;
	char domain[256];
	struct hops hops;
	void (*done)(void *arg, const struct hops *hops, bool permanent, const char *why);
	void *arg;
};

static void add(struct hop_search *search, const char *host)
{
	struct hop *hop = &search->hops.item[search->hops.items];

	if (search->hops.items == HOPS_MAX)
		return;
	search->hops.items++;
	snprintf(hop->host, sizeof(hop->host), "%s", host);
	hop->port = search->port;
}

static void finish(struct hop_search *search, bool permanent, const char *why)
{
	search->done(search->arg, search->hops.items ? &search->hops : NULL, permanent, why);
	hops_cancel(search);
}

static unsigned int random_number(void)
{
	unsigned int number = 0;

	while (getrandom(&number, sizeof(number), 0) != sizeof(number))
		;
	return number;
}

/* By preference; where it is the same, the shuffle before it stays. */
static void sort(struct mail_exchanger *mx, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = random_number() % i;
		struct mail_exchanger other = mx[j];

		mx[j] = mx[i - 1];
		mx[i - 1] = other;
	}
	for (size_t i = 1; i < count; i++) {
		struct mail_exchanger one = mx[i];
		size_t j = i;

		for (; j && mx[j - 1].preference > one.preference; j--)
			mx[j] = mx[j - 1];
		mx[j] = one;
	}
}

/* Names go into dialogues and logs; addresses in the place of names are nobody's (RFC 5321). */
static bool is_host_name(const char *name)
{
	size_t digits = strspn(name, "0123456789.:");

	return *name && name[digits] &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
	       strlen(name);
}

static bool are_we(const struct hop_search *search, const char *host)
{
	return !strcasecmp(host, search->config->host_name);
}

static void take_exchangers(struct hop_search *search, const struct mail_exchanger *mx,
			    size_t count)
{
	struct mail_exchanger sorted[MX_MAX];
	unsigned int ours = ~0U;
	char why[400];

	memcpy(sorted, mx, count * sizeof(*mx));
	sort(sorted, count);
	for (size_t i = 0; i < count; i++)
		if (are_we(search, sorted[i].host) && sorted[i].preference < ours)
			ours = sorted[i].preference;
	for (size_t i = 0; i < count; i++)
		if (sorted[i].preference < ours && is_host_name(sorted[i].host))
			add(search, sorted[i].host);
	if (ours != ~0U)
		snprintf(why, sizeof(why), "5.4.6 mail for %s loops back to us: "
			 "we are its best mail exchanger", search->domain);
	else
		snprintf(why, sizeof(why), "5.4.4 %s has no mail exchanger with a name",
			 search->domain);
	finish(search, true, why);
}

static void on_mx(void *arg, enum resolver_result result, const struct mail_exchanger *mx,
		  size_t count, const char *why)
{
	struct hop_search *search = arg;
	char text[400];

	search->query = NULL;
	if (result == RESOLVER_FAILED) {
		snprintf(text, sizeof(text), "4.4.3 mail exchangers of %s", why);
		finish(search, false, text);
	} else if (result == RESOLVER_NO_NAME) {
		snprintf(text, sizeof(text), "5.1.2 the domain %s does not exist", search->domain);
		finish(search, true, text);
	} else if (result == RESOLVER_NOTHING) {
		if (are_we(search, search->domain)) {
			snprintf(text, sizeof(text), "5.4.6 mail for %s loops back to us",
				 search->domain);
		} else {
			add(search, search->domain);
			*text = 0;
		}
		finish(search, true, text);
	} else if (count == 1 && !*mx->host) {
		snprintf(text, sizeof(text), "5.1.10 the domain %s takes no mail (null MX)",
			 search->domain);
		finish(search, true, text);
	} else {
		take_exchangers(search, mx, count);
	}
}

static void on_soon(evutil_socket_t fd, short what, void *arg)
{
	finish(arg, false, "");
}

struct hop_search *hops_find(struct resolver *resolver, const struct config *config,
			     const struct config_route *route, const char *domain,
			     void (*done)(void *arg, const struct hops *hops, bool permanent,
					  const char *why), void *arg)
{
	struct hop_search *search = calloc(1, sizeof(*search));

	if (!search)
		return NULL;
	search->config = config;
	search->done = done;
	search->arg = arg;
	search->port = route ? route->port : SMTP_PORT;
	snprintf(search->domain, sizeof(search->domain), "%s", domain);
	for (size_t i = 0; route && i < route->hosts.items; i++)
		add(search, route->hosts.item[i]);
	if (*domain == '[' && !search->hops.items)
		add(search, domain);
	if (search->hops.items) {
		search->soon = evtimer_new(resolver_base(resolver), on_soon, search);
		if (search->soon) {
			event_active(search->soon, EV_TIMEOUT, 1);
			return search;
		}
	} else {
		search->query = resolver_mx(resolver, domain, on_mx, search);
		if (search->query)
			return search;
	}
	free(search);
	return NULL;
}

void hops_cancel(struct hop_search *search)
{
	if (!search)
		return;
	resolver_cancel(search->query);
	if (search->soon)
		event_free(search->soon);
	free(search);
}
