// SPDX-License-Identifier: GPL-2.0
/*
 * connection: a socket, its deadline, and the mail engine that they drive
 */
#include <errno.h>
#include <event2/buffer.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"

#define READ_BYTES	65536
#define UNSENT_BYTES	65536	/* more than this is not "sent" while the peer does not take it */

struct connection {
	int fd;
	const struct engine_ops *ops;
	void *engine;
	void (*closed)(void *arg);
	void *arg;
	struct event *readable;
	struct event *writable;
	struct event *deadline;
	struct evbuffer *rest;		/* came in, not taken by the engine yet */
	unsigned int generation;
	bool ended;			/* no more will come in */
	bool told;			/* and the engine knows */
	int error;
};

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	static char bytes[READ_BYTES];
	struct connection *connection = arg;
	ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
	size_t taken;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		connection->ended = true;
		connection->error = n < 0 ? errno : 0;
	} else {
		taken = connection->ops->input(connection->engine, bytes, n);
		if (evbuffer_add(connection->rest, bytes + taken, n - taken)) {
			connection->ended = true;
			connection->error = ENOMEM;
		}
	}
	connection_pump(connection);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	connection_pump(arg);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct connection *connection = arg;

	connection->ops->timeout(connection->engine);
	connection_pump(connection);
}

struct connection *connection_create(struct event_base *base, int fd, const struct engine_ops *ops,
				     void *engine, void (*closed)(void *arg), void *arg)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	int unsent = UNSENT_BYTES;

	if (!connection) {
		close(fd);
		return NULL;
	}
	*connection = (struct connection){
		.fd = fd, .ops = ops, .engine = engine, .closed = closed, .arg = arg,
	};
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	connection->generation = ops->deadline(engine)->generation - 1;
	connection->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, connection);
	connection->writable = event_new(base, fd, EV_WRITE, on_writable, connection);
	connection->deadline = evtimer_new(base, on_deadline, connection);
	connection->rest = evbuffer_new();
	if (connection->readable && connection->writable && connection->deadline &&
	    connection->rest)
		return connection;
	connection_free(connection);
	return NULL;
}

static bool offer_rest(struct connection *connection)
{
	struct evbuffer *rest = connection->rest;
	size_t bytes = evbuffer_get_contiguous_space(rest);
	size_t taken;

	if (!bytes || !connection->ops->wants_input(connection->engine))
		return false;
	taken = connection->ops->input(connection->engine, (char *)evbuffer_pullup(rest, bytes),
				       bytes);
	evbuffer_drain(rest, taken);
	return taken;
}

static bool send_some(struct connection *connection)
{
	size_t bytes;
	const char *output = connection->ops->output(connection->engine, &bytes);
	ssize_t n;

	if (!bytes || connection->error)
		return false;
	n = send(connection->fd, output, bytes, MSG_NOSIGNAL);
	if (n > 0) {
		connection->ops->sent(connection->engine, n);
		return true;
	}
	if (errno == EAGAIN || errno == EINTR) {
		event_add(connection->writable, NULL);
		return false;
	}
	connection->ended = true;
	connection->error = errno;
	return false;
}

static bool tell_end(struct connection *connection)
{
	if (!connection->ended || connection->told)
		return false;
	/* what came before the end is heard before it, unless nothing can be said any more */
	if (evbuffer_get_length(connection->rest) && !connection->error)
		return false;
	connection->told = true;
	connection->ops->eof(connection->engine,
			     connection->error ? strerror(connection->error) : NULL);
	return true;
}

static void arm(struct connection *connection)
{
	const struct mail_deadline *deadline = connection->ops->deadline(connection->engine);
	struct timeval time = { deadline->timeout_ms / 1000, deadline->timeout_ms % 1000 * 1000 };

	if (!connection->ended && !evbuffer_get_length(connection->rest) &&
	    connection->ops->wants_input(connection->engine))
		event_add(connection->readable, NULL);
	else
		event_del(connection->readable);
	if (connection->generation == deadline->generation)
		return;
	connection->generation = deadline->generation;
	event_del(connection->deadline);
	if (deadline->timeout_ms)
		event_add(connection->deadline, &time);
}

/* A close with unread input is a reset, and a reset may overtake our last reply. */
static void take_leave(struct connection *connection)
{
	char bytes[4096];

	shutdown(connection->fd, SHUT_WR);
	for (int i = 0; i < 64 && recv(connection->fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0; i++)
		;
}

void connection_pump(struct connection *connection)
{
	while (offer_rest(connection) || send_some(connection) || tell_end(connection))
		;
	if (!connection->ops->wants_close(connection->engine)) {
		arm(connection);
		return;
	}
	take_leave(connection);
	connection->closed(connection->arg);
	connection_free(connection);
}

void connection_free(struct connection *connection)
{
	if (!connection)
		return;
	if (connection->readable)
		event_free(connection->readable);
	if (connection->writable)
		event_free(connection->writable);
	if (connection->deadline)
		event_free(connection->deadline);
	if (connection->rest)
		evbuffer_free(connection->rest);
	close(connection->fd);
	free(connection);
}
