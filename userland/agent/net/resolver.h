/* SPDX-License-Identifier: GPL-2.0 */
/*
 * resolver: names to mail exchangers, addresses and texts, without blocking (c-ares)
 *
 * Asks what /etc/resolv.conf names, or the servers of the configuration; hosts of
 * /etc/hosts come first. An answer is never more than MX_MAX exchangers.
 */
#ifndef IFAX_RESOLVER_H
#define IFAX_RESOLVER_H

#include <event2/event.h>
#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>

#define MX_MAX	20	/* RFC 5321 wants to see two tried; nobody needs a hundred */

#define TEXTS_MAX	20
#define TEXT_BYTES_MAX	4096

struct resolver;
struct resolver_query;

/**
 * enum resolver_result - what became of a query
 * @RESOLVER_FOUND: there are records
 * @RESOLVER_NOTHING: the name exists, but has none of these
 * @RESOLVER_NO_NAME: the name does not exist
 * @RESOLVER_FAILED: nobody knows now (no answer, a server that fails)
 */
enum resolver_result { RESOLVER_FOUND, RESOLVER_NOTHING, RESOLVER_NO_NAME, RESOLVER_FAILED };

/** struct mail_exchanger - @host "" is the null MX of RFC 7505 */
struct mail_exchanger {
	char host[256];
	unsigned int preference;
};

/** resolver_create - @servers: "address[:port],...", NULL: as the system does */
struct resolver *resolver_create(struct event_base *base, const char *servers);
/** resolver_check - whether that is a list of name servers; @reason receives why not */
bool resolver_check(const char *servers, char *reason, size_t bytes);
struct event_base *resolver_base(const struct resolver *resolver);
void resolver_free(struct resolver *resolver);

/**
 * resolver_mx - the mail exchangers of a domain, in no order
 * @done: called once, never from within; @why: for people, unless it is found
 *
 * Return: the query, NULL without memory.
 */
struct resolver_query *resolver_mx(struct resolver *resolver, const char *domain,
				   void (*done)(void *arg, enum resolver_result result,
						const struct mail_exchanger *mx, size_t count,
						const char *why), void *arg);

/**
 * resolver_texts - the texts of a name (TXT records), the pieces of each joined
 * @done: as above; at most TEXTS_MAX of them, each of at most TEXT_BYTES_MAX bytes without NUL
 */
struct resolver_query *resolver_texts(struct resolver *resolver, const char *name,
				      void (*done)(void *arg, enum resolver_result result,
						   char *const *text, size_t count,
						   const char *why), void *arg);

/**
 * resolver_names - the names of an address, as its network tells them (PTR records)
 * @name: the address backwards: "1.2.0.192.in-addr.arpa"
 * @done: as of resolver_texts()
 */
struct resolver_query *resolver_names(struct resolver *resolver, const char *name,
				      void (*done)(void *arg, enum resolver_result result,
						   char *const *text, size_t count,
						   const char *why), void *arg);

/**
 * resolver_addresses - the addresses of a host
 * @done: as above; @addresses are the callee's, to be freed with resolver_free_addresses()
 */
struct resolver_query *resolver_addresses(struct resolver *resolver, const char *host,
					  unsigned int port,
					  void (*done)(void *arg, enum resolver_result result,
						       struct addrinfo *addresses,
						       const char *why), void *arg);
void resolver_free_addresses(struct addrinfo *addresses);

/** resolver_cancel - @done will not be called; NULL is allowed */
void resolver_cancel(struct resolver_query *query);

#endif /* IFAX_RESOLVER_H */
