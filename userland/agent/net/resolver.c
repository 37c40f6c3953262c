// SPDX-License-Identifier: GPL-2.0
/*
 * resolver: names to mail exchangers, addresses and texts, without blocking (c-ares)
 */
#include <ares.h>
#include <arpa/nameser.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "resolver.h"

#define TRY_MS	1500	/* doubled with each try */
#define TRIES	3
#define SOCKETS	16	/* one for each name server, and TCP */

struct watched {
	int fd;
	struct event *event;
};

struct resolver {
	struct event_base *base;
	ares_channel channel;
	struct event *timer;
	struct watched watched[SOCKETS];
};

/**
 * struct resolver_query - a question
 * @cancelled: nobody wants the answer any more
 * @answered: c-ares has said what it knows; @answer will tell
 * @answer: event that tells it
 */
struct resolver_query {
	struct resolver *resolver;
	void (*mx_done)(void *arg, enum resolver_result result, const struct mail_exchanger *mx,
			size_t count, const char *why);
	void (*texts_done)(void *arg, enum resolver_result result, char *const *text, size_t count,
			   const char *why);
	void (*addresses_done)(void *arg, enum resolver_result result, struct addrinfo *addresses,
			       const char *why);
	void *arg;
	bool cancelled;
	bool answered;
	struct event *answer;
	enum resolver_result result;
	char why[320];
	char name[256];
	unsigned int port;
	struct mail_exchanger mx[MX_MAX];
	char *text[TEXTS_MAX];
	size_t count;
	struct addrinfo *addresses;
};

/* The sockets of c-ares in the event loop */

static void set_timer(struct resolver *resolver)
{
	struct timeval most = { 60, 0 }, time;
	struct timeval *next = ares_timeout(resolver->channel, &most, &time);

	if (next)
		evtimer_add(resolver->timer, next);
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *resolver = arg;

	ares_process_fd(resolver->channel, what & EV_READ ? fd : ARES_SOCKET_BAD,
			what & EV_WRITE ? fd : ARES_SOCKET_BAD);
	set_timer(resolver);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *resolver = arg;

	ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	set_timer(resolver);
}

static void unwatch(struct watched *watched)
{
	if (watched->event)
		event_free(watched->event);
	*watched = (struct watched){ .fd = -1 };
}

static void on_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	short what = EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0);
	struct resolver *resolver = arg;
	struct watched *place = NULL;

	for (int i = 0; i < SOCKETS; i++) {
		if (resolver->watched[i].fd == fd)
			unwatch(&resolver->watched[i]);
		if (!place && resolver->watched[i].fd < 0)
			place = &resolver->watched[i];
	}
	if (!readable && !writable)
		return;
	if (!place) {
		log_event(LOG_ERR, "resolver.sockets error=%s", "too many: its answer is missed");
		return;
	}
	place->fd = fd;
	place->event = event_new(resolver->base, fd, what, on_socket, resolver);
	if (place->event)
		event_add(place->event, NULL);
}

struct resolver *resolver_create(struct event_base *base, const char *servers)
{
	struct ares_options options = { .timeout = TRY_MS, .tries = TRIES };
	struct resolver *resolver = calloc(1, sizeof(*resolver));
	int err;

	if (!resolver)
		return NULL;
	for (int i = 0; i < SOCKETS; i++)
		resolver->watched[i].fd = -1;
	resolver->base = base;
	options.sock_state_cb = on_state;
	options.sock_state_cb_data = resolver;
	resolver->timer = evtimer_new(base, on_timer, resolver);
	err = ares_library_init(ARES_LIB_INIT_ALL);
	if (!err)
		err = ares_init_options(&resolver->channel, &options, ARES_OPT_SOCK_STATE_CB |
					ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
	if (!err && servers)
		err = ares_set_servers_ports_csv(resolver->channel, servers);
	if (resolver->timer && !err)
		return resolver;
	log_event(LOG_ERR, "resolver.create servers=%s error=%s", servers ? servers : "system",
		  ares_strerror(err));
	resolver_free(resolver);
	return NULL;
}

bool resolver_check(const char *servers, char *reason, size_t bytes)
{
	ares_channel channel;
	int err = ares_library_init(ARES_LIB_INIT_ALL);

	if (!err)
		err = ares_init(&channel);
	if (!err) {
		err = ares_set_servers_ports_csv(channel, servers);
		ares_destroy(channel);
	}
	ares_library_cleanup();
	if (err)
		snprintf(reason, bytes,
			 "%s: addresses with ports are needed, as in 127.0.0.1:53,[::1]:53", servers);
	return !err;
}

struct event_base *resolver_base(const struct resolver *resolver)
{
	return resolver->base;
}

void resolver_free(struct resolver *resolver)
{
	if (!resolver)
		return;
	if (resolver->channel)
		ares_destroy(resolver->channel);
	ares_library_cleanup();
	if (resolver->timer)
		event_free(resolver->timer);
	for (int i = 0; i < SOCKETS; i++)
		unwatch(&resolver->watched[i]);
	free(resolver);
}

/* Answers */

void resolver_free_addresses(struct addrinfo *addresses)
{
	struct addrinfo *next;

	for (; addresses; addresses = next) {
		next = addresses->ai_next;
		free(addresses);
	}
}

static void free_query(struct resolver_query *query)
{
	if (query->answer)
		event_free(query->answer);
	resolver_free_addresses(query->addresses);
	for (size_t i = 0; i < TEXTS_MAX; i++)
		free(query->text[i]);
	free(query);
}

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
	struct resolver_query *query = arg;
	struct addrinfo *addresses = query->addresses;

	query->addresses = NULL;
	if (query->mx_done)
		query->mx_done(query->arg, query->result, query->mx, query->count, query->why);
	else if (query->texts_done)
		query->texts_done(query->arg, query->result, query->text, query->count, query->why);
	else
		query->addresses_done(query->arg, query->result, addresses, query->why);
	free_query(query);
}

/* Whoever asked hears it from the event loop, also when c-ares knew it at once. */
static void answer(struct resolver_query *query, int status)
{
	query->answered = true;
	if (query->cancelled || status == ARES_EDESTRUCTION || status == ARES_ECANCELLED) {
		free_query(query);
		return;
	}
	if (status == ARES_SUCCESS)
		query->result = RESOLVER_FOUND;
	else if (status == ARES_ENODATA)
		query->result = RESOLVER_NOTHING;
	else if (status == ARES_ENOTFOUND)
		query->result = RESOLVER_NO_NAME;
	else
		query->result = RESOLVER_FAILED;
	snprintf(query->why, sizeof(query->why), "%s: %s", query->name, ares_strerror(status));
	event_active(query->answer, EV_TIMEOUT, 1);
}

static struct resolver_query *make_query(struct resolver *resolver, const char *name, void *arg)
{
	struct resolver_query *query = calloc(1, sizeof(*query));

	if (!query)
		return NULL;
	query->resolver = resolver;
	query->arg = arg;
	snprintf(query->name, sizeof(query->name), "%s", name);
	query->answer = evtimer_new(resolver->base, on_answer, query);
	if (query->answer)
		return query;
	free(query);
	return NULL;
}

static void take_exchangers(struct resolver_query *query, const struct ares_mx_reply *mx)
{
	for (; mx && query->count < MX_MAX; mx = mx->next) {
		struct mail_exchanger *to = &query->mx[query->count++];

		snprintf(to->host, sizeof(to->host), "%s", mx->host);
		to->preference = mx->priority;
	}
}

static void on_mx(void *arg, int status, int timeouts, unsigned char *bytes, int len)
{
	struct resolver_query *query = arg;
	struct ares_mx_reply *mx = NULL;

	if (status == ARES_SUCCESS)
		status = ares_parse_mx_reply(bytes, len, &mx);
	take_exchangers(query, mx);
	if (mx)
		ares_free_data(mx);
	answer(query, status == ARES_SUCCESS && !query->count ? ARES_ENODATA : status);
}

struct resolver_query *resolver_mx(struct resolver *resolver, const char *domain,
				   void (*done)(void *arg, enum resolver_result result,
						const struct mail_exchanger *mx, size_t count,
						const char *why), void *arg)
{
	struct resolver_query *query = make_query(resolver, domain, arg);

	if (!query)
		return NULL;
	query->mx_done = done;
	ares_query(resolver->channel, domain, C_IN, T_MX, on_mx, query);
	set_timer(resolver);
	return query;
}

/* For what is answered with texts: records of one type */
static struct resolver_query *ask_for_texts(struct resolver *resolver, const char *name, int type,
					    ares_callback on_reply,
					    void (*done)(void *arg, enum resolver_result result,
							 char *const *text, size_t count,
							 const char *why), void *arg)
{
	struct resolver_query *query = make_query(resolver, name, arg);

	if (!query)
		return NULL;
	query->texts_done = done;
	ares_query(resolver->channel, name, C_IN, type, on_reply, query);
	set_timer(resolver);
	return query;
}

/* A record comes in pieces of up to 255 bytes; one that is too long, or holds a NUL, is none. */
static void take_texts(struct resolver_query *query, const struct ares_txt_ext *piece)
{
	while (piece && query->count < TEXTS_MAX) {
		char *text = calloc(1, TEXT_BYTES_MAX + 1);
		size_t used = 0;

		if (!text)
			return;
		do {
			if (used + piece->length <= TEXT_BYTES_MAX)
				memcpy(text + used, piece->txt, piece->length);
			used += piece->length;
			piece = piece->next;
		} while (piece && !piece->record_start);
		if (used <= TEXT_BYTES_MAX && strlen(text) == used)
			query->text[query->count++] = text;
		else
			free(text);
	}
}

static void on_texts(void *arg, int status, int timeouts, unsigned char *bytes, int len)
{
	struct resolver_query *query = arg;
	struct ares_txt_ext *texts = NULL;

	if (status == ARES_SUCCESS)
		status = ares_parse_txt_reply_ext(bytes, len, &texts);
	take_texts(query, texts);
	if (texts)
		ares_free_data(texts);
	answer(query, status == ARES_SUCCESS && !query->count ? ARES_ENODATA : status);
}

struct resolver_query *resolver_texts(struct resolver *resolver, const char *name,
				      void (*done)(void *arg, enum resolver_result result,
						   char *const *text, size_t count,
						   const char *why), void *arg)
{
	return ask_for_texts(resolver, name, T_TXT, on_texts, done, arg);
}

static void on_names(void *arg, int status, int timeouts, unsigned char *bytes, int len)
{
	struct resolver_query *query = arg;
	struct hostent *host = NULL;

	if (status == ARES_SUCCESS)
		status = ares_parse_ptr_reply(bytes, len, NULL, 0, AF_INET, &host);
	for (char **name = host ? host->h_aliases : NULL; name && *name; name++) {
		char *text = query->count < TEXTS_MAX ? strdup(*name) : NULL;

		if (text)
			query->text[query->count++] = text;
	}
	if (host)
		ares_free_hostent(host);
	answer(query, status == ARES_SUCCESS && !query->count ? ARES_ENODATA : status);
}

struct resolver_query *resolver_names(struct resolver *resolver, const char *name,
				      void (*done)(void *arg, enum resolver_result result,
						   char *const *text, size_t count,
						   const char *why), void *arg)
{
	return ask_for_texts(resolver, name, T_PTR, on_names, done, arg);
}

/* In memory of our own: c-ares has types of its own for all of this. */
static struct addrinfo *copy_address(const struct ares_addrinfo_node *node)
{
	struct addrinfo *copy = calloc(1, sizeof(*copy) + node->ai_addrlen);

	if (!copy)
		return NULL;
	copy->ai_family = node->ai_family;
	copy->ai_socktype = SOCK_STREAM;
	copy->ai_addrlen = node->ai_addrlen;
	copy->ai_addr = (struct sockaddr *)(copy + 1);
	memcpy(copy->ai_addr, node->ai_addr, node->ai_addrlen);
	return copy;
}

static void on_addresses(void *arg, int status, int timeouts, struct ares_addrinfo *result)
{
	struct resolver_query *query = arg;
	struct addrinfo **last = &query->addresses;

	for (const struct ares_addrinfo_node *node = result ? result->nodes : NULL; node;
	     node = node->ai_next) {
		*last = copy_address(node);
		if (!*last)
			break;
		last = &(*last)->ai_next;
	}
	if (result)
		ares_freeaddrinfo(result);
	answer(query, status == ARES_SUCCESS && !query->addresses ? ARES_ENODATA : status);
}

struct resolver_query *resolver_addresses(struct resolver *resolver, const char *host,
					  unsigned int port,
					  void (*done)(void *arg, enum resolver_result result,
						       struct addrinfo *addresses,
						       const char *why), void *arg)
{
	const struct ares_addrinfo_hints hints = {
		.ai_flags = ARES_AI_NUMERICSERV, .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
	};
	struct resolver_query *query = make_query(resolver, host, arg);
	char service[8];

	if (!query)
		return NULL;
	query->addresses_done = done;
	snprintf(service, sizeof(service), "%u", port);
	ares_getaddrinfo(resolver->channel, host, service, &hints, on_addresses, query);
	set_timer(resolver);
	return query;
}

void resolver_cancel(struct resolver_query *query)
{
	if (!query)
		return;
	/* c-ares still has it, if it is not answered */
	if (query->answered)
		free_query(query);
	else
		query->cancelled = true;
}
