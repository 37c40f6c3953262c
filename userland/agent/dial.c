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
#include "lookup.h"

struct dial {
	struct event_base *base;
	char host[256];
	unsigned int port;
	struct timeval timeout;
	void (*done)(void *arg, int fd, const char *reason);
	void *arg;
	struct addrinfo *addresses;
	const struct addrinfo *next;
	struct event *event;		/* start, look-up or connect, and its deadline */
	int fd;				/* of the look-up or the connect that is under way */
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
	dial->event = event_new(dial->base, fd, EV_WRITE, on_connected, dial);
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

static void on_resolved(evutil_socket_t fd, short what, void *arg)
{
	struct dial *dial = arg;
	int err;

	stop_event(dial);
	if (what & EV_TIMEOUT) {
		explain(dial, "no answer from the name server");
		finish(dial, -1);
		return;
	}
	dial->fd = -1;
	err = lookup_take(fd, &dial->addresses);
	if (err)
		explain(dial, gai_strerror(err));
	dial->next = dial->addresses;
	try_next(dial);
}

static void resolve(struct dial *dial)
{
	dial->fd = lookup_start(dial->host, dial->port);
	if (dial->fd >= 0) {
		dial->event = event_new(dial->base, dial->fd, EV_READ, on_resolved, dial);
		if (dial->event && !event_add(dial->event, &dial->timeout))
			return;
	}
	explain(dial, dial->fd < 0 ? strerror(-dial->fd) : strerror(ENOMEM));
	finish(dial, -1);
}

static void on_start(evutil_socket_t fd, short what, void *arg)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST };
	struct dial *dial = arg;
	char port[8];

	stop_event(dial);
	snprintf(port, sizeof(port), "%u", dial->port);
	if (getaddrinfo(dial->host, port, &hints, &dial->addresses)) {
		resolve(dial);
		return;
	}
	dial->next = dial->addresses;
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

struct dial *dial_start(struct event_base *base, const char *host, unsigned int port,
			long timeout_ms, void (*done)(void *arg, int fd, const char *reason),
			void *arg)
{
	struct dial *dial = calloc(1, sizeof(*dial));

	if (!dial)
		return NULL;
	*dial = (struct dial){
		.base = base, .port = port, .done = done, .arg = arg, .fd = -1,
		.timeout = { timeout_ms / 1000, timeout_ms % 1000 * 1000 },
	};
	copy_host(dial->host, sizeof(dial->host), host);
	dial->event = evtimer_new(base, on_start, dial);
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
	if (dial->addresses)
		freeaddrinfo(dial->addresses);
	free(dial);
}
