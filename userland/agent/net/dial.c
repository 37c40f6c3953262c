// SPDX-License-Identifier: GPL-2.0
/*
 * dial: from a host's name to a connected socket, without blocking
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dial.h"

struct dial {
	struct resolver *resolver;
	struct resolver_query *query;
	char host[256];
	unsigned int port;
	struct timeval timeout;
	void (*done)(void *arg, int fd, const char *reason);
	void *arg;
	struct addrinfo *addresses;	/* of a name */
	struct addrinfo *literal;	/* of an address */
	const struct addrinfo *next;
	struct event *event;		/* start, connect, and the deadline of what is under way */
	int fd;				/* of the connect that is under way */
	char reason[512];
};

static void try_next(struct dial *dial);

static void finish(struct dial *dial, int fd)
{
	dial->done(dial->arg, fd, fd < 0 ? dial->reason : NULL);
	dial_cancel(dial);
}

static void explain(struct dial *dial, const char *why)
{
	snprintf(dial->reason, sizeof(dial->reason), "%s port %u: %s", dial->host, dial->port, why);
}

static void stop_event(struct dial *dial)
{
	if (dial->event)
		event_free(dial->event);
	dial->event = NULL;
}

static void on_connected(evutil_socket_t fd, short what, void *arg)
{
	struct dial *dial = arg;
	socklen_t bytes = sizeof(int);
	int err = 0;

	stop_event(dial);
	dial->fd = -1;
	if (what & EV_TIMEOUT)
		err = ETIMEDOUT;
	else
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &bytes);
	if (!err) {
		finish(dial, fd);
		return;
	}
	close(fd);
	explain(dial, strerror(err));
	try_next(dial);
}

static bool try_address(struct dial *dial, const struct addrinfo *address)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		goto failed;
	if (connect(fd, address->ai_addr, address->ai_addrlen) && errno != EINPROGRESS)
		goto failed;
	/* an immediate success is told by the event too: done is never called from start */
	dial->event = event_new(resolver_base(dial->resolver), fd, EV_WRITE, on_connected, dial);
	if (!dial->event || event_add(dial->event, &dial->timeout)) {
		errno = ENOMEM;
		goto failed;
	}
	dial->fd = fd;
	return true;

failed:
	explain(dial, strerror(errno));
	stop_event(dial);
	if (fd >= 0)
		close(fd);
	return false;
}

static void try_next(struct dial *dial)
{
	while (dial->next) {
		const struct addrinfo *address = dial->next;

		dial->next = dial->next->ai_next;
		if (try_address(dial, address))
			return;
	}
	finish(dial, -1);
}

static void on_resolved(void *arg, enum resolver_result result, struct addrinfo *addresses,
			const char *why)
{
	struct dial *dial = arg;

	stop_event(dial);
	dial->query = NULL;
	dial->addresses = addresses;
	dial->next = addresses;
	if (!addresses)
		explain(dial, why);
	try_next(dial);
}

static void on_unresolved(evutil_socket_t fd, short what, void *arg)
{
	struct dial *dial = arg;

	explain(dial, "no answer from the name server");
	finish(dial, -1);
}

static void resolve(struct dial *dial)
{
	dial->event = evtimer_new(resolver_base(dial->resolver), on_unresolved, dial);
	dial->query = resolver_addresses(dial->resolver, dial->host, dial->port, on_resolved, dial);
	if (dial->query && dial->event && !evtimer_add(dial->event, &dial->timeout))
		return;
	explain(dial, strerror(ENOMEM));
	finish(dial, -1);
}

static void on_start(evutil_socket_t fd, short what, void *arg)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST };
	struct dial *dial = arg;
	char port[8];

	stop_event(dial);
	snprintf(port, sizeof(port), "%u", dial->port);
	if (getaddrinfo(dial->host, port, &hints, &dial->literal)) {
		resolve(dial);
		return;
	}
	dial->next = dial->literal;
	try_next(dial);
}

static void copy_host(char *to, size_t bytes, const char *host)
{
	size_t length;

	if (*host == '[')
		host++;
	if (!strncasecmp(host, "IPv6:", 5))
		host += 5;
	length = snprintf(to, bytes, "%s", host);
	if (length && length < bytes && to[length - 1] == ']')
		to[length - 1] = 0;
}

struct dial *dial_start(struct resolver *resolver, const char *host, unsigned int port,
			long timeout_ms, void (*done)(void *arg, int fd, const char *reason),
			void *arg)
{
	struct dial *dial = calloc(1, sizeof(*dial));

	if (!dial)
		return NULL;
	*dial = (struct dial){
		.resolver = resolver, .port = port, .done = done, .arg = arg, .fd = -1,
		.timeout = { timeout_ms / 1000, timeout_ms % 1000 * 1000 },
	};
	copy_host(dial->host, sizeof(dial->host), host);
	dial->event = evtimer_new(resolver_base(resolver), on_start, dial);
	if (!dial->event) {
		free(dial);
		return NULL;
	}
	event_active(dial->event, EV_TIMEOUT, 1);
	return dial;
}

void dial_cancel(struct dial *dial)
{
	if (!dial)
		return;
	stop_event(dial);
	if (dial->fd >= 0)
		close(dial->fd);
	resolver_cancel(dial->query);
	resolver_free_addresses(dial->addresses);
	if (dial->literal)
		freeaddrinfo(dial->literal);
	free(dial);
}
