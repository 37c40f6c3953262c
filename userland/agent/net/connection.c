// SPDX-License-Identifier: GPL-2.0
/*
 * connection: a socket, TLS on it, its deadline, and the mail engine that they drive
 */
#include <errno.h>
#include <event2/buffer.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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
	struct tls *(*start_tls)(void *arg, int fd, char *reason, size_t bytes);
	struct tls *tls;
	bool secured;			/* its handshake is done */
	bool ended;			/* no more will come in */
	bool told;			/* and the engine knows */
	bool broken;			/* nothing can be sent either */
	char reason[256];		/* why, if broken */
};

static void end(struct connection *connection, const char *reason)
{
	connection->ended = true;
	if (!reason || connection->broken)
		return;
	connection->broken = true;
	snprintf(connection->reason, sizeof(connection->reason), "%s", reason);
}

static const char *reason_of(const struct connection *connection, int error)
{
	return connection->tls && error == EPROTO ? tls_fault(connection->tls) : strerror(error);
}

static ssize_t receive(struct connection *connection, void *bytes, size_t size)
{
	if (connection->tls)
		return tls_read(connection->tls, bytes, size);
	return recv(connection->fd, bytes, size, 0);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	static char bytes[READ_BYTES];
	struct connection *connection = arg;
	size_t taken;
	ssize_t n;

	if (connection->tls && !connection->secured) {
		connection_pump(connection);
		return;
	}
	n = receive(connection, bytes, sizeof(bytes));
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		if (connection->tls)
			connection_pump(connection);
		return;
	}
	if (n <= 0) {
		end(connection, n < 0 ? reason_of(connection, errno) : NULL);
	} else {
		taken = connection->ops->input(connection->engine, bytes, n);
		if (evbuffer_add(connection->rest, bytes + taken, n - taken))
			end(connection, strerror(ENOMEM));
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
	const int on = 1;

	if (!connection) {
		close(fd);
		return NULL;
	}
	*connection = (struct connection){
		.fd = fd, .ops = ops, .engine = engine, .closed = closed, .arg = arg,
	};
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	/* the end of a reply does not wait until the peer has acknowledged its begin */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
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

	if (!bytes || connection->broken)
		return false;
	if (connection->tls)
		n = tls_write(connection->tls, output, bytes);
	else
		n = send(connection->fd, output, bytes, MSG_NOSIGNAL);
	if (n > 0) {
		connection->ops->sent(connection->engine, n);
		return true;
	}
	if (errno == EAGAIN || errno == EINTR)
		event_add(connection->writable, NULL);
	else
		end(connection, reason_of(connection, errno));
	return false;
}

static bool wants_tls(const struct connection *connection)
{
	size_t bytes;

	if (!connection->ops->wants_tls || connection->tls || connection->ended ||
	    !connection->ops->wants_tls(connection->engine))
		return false;
	connection->ops->output(connection->engine, &bytes);
	return !bytes;
}

/* What was said in the clear is said; true: something moved. */
static bool begin_tls(struct connection *connection)
{
	char reason[256] = "TLS is not set up";

	if (!wants_tls(connection))
		return false;
	if (evbuffer_get_length(connection->rest)) {
		/* whoever sent this wanted it to be taken for a part of the TLS session */
		evbuffer_drain(connection->rest, evbuffer_get_length(connection->rest));
		end(connection, "the peer sent something before the TLS handshake");
		return true;
	}
	if (connection->start_tls)
		connection->tls = connection->start_tls(connection->arg, connection->fd, reason,
							sizeof(reason));
	if (!connection->tls)
		end(connection, reason);
	return true;
}

static bool shake_hands(struct connection *connection)
{
	if (!connection->tls || connection->secured || connection->ended)
		return false;
	if (!tls_handshake(connection->tls)) {
		connection->secured = true;
		connection->ops->secured(connection->engine);
		return true;
	}
	if (errno != EAGAIN && errno != EINTR) {
		end(connection, reason_of(connection, errno));
		return true;
	}
	event_add(tls_wants_write(connection->tls) ? connection->writable : connection->readable,
		  NULL);
	return false;
}

static bool move(struct connection *connection)
{
	if (connection->tls && !connection->secured)
		return shake_hands(connection);
	return offer_rest(connection) || send_some(connection) || begin_tls(connection);
}

static bool tell_end(struct connection *connection)
{
	if (!connection->ended || connection->told)
		return false;
	/* what came before the end is heard before it, unless nothing can be said any more */
	if (evbuffer_get_length(connection->rest) && !connection->broken)
		return false;
	connection->told = true;
	connection->ops->eof(connection->engine, connection->broken ? connection->reason : NULL);
	return true;
}

static void arm_readable(struct connection *connection)
{
	/* shake_hands() has said what it waits for */
	if (connection->tls && !connection->secured && !connection->ended)
		return;
	if (connection->ended || evbuffer_get_length(connection->rest) ||
	    !connection->ops->wants_input(connection->engine)) {
		event_del(connection->readable);
		return;
	}
	event_add(connection->readable, NULL);
	if (connection->tls && tls_pending(connection->tls))
		event_active(connection->readable, EV_READ, 1);
}

static void arm_deadline(struct connection *connection)
{
	const struct mail_deadline *deadline = connection->ops->deadline(connection->engine);
	struct timeval time = { deadline->timeout_ms / 1000, deadline->timeout_ms % 1000 * 1000 };

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

	tls_end(connection->tls);
	connection->tls = NULL;
	shutdown(connection->fd, SHUT_WR);
	for (int i = 0; i < 64 && recv(connection->fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0; i++)
		;
}

void connection_pump(struct connection *connection)
{
	while (move(connection) || tell_end(connection))
		;
	if (!connection->ops->wants_close(connection->engine)) {
		arm_readable(connection);
		arm_deadline(connection);
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
	tls_end(connection->tls);
	close(connection->fd);
	free(connection);
}

void connection_set_tls(struct connection *connection,
			struct tls *(*start)(void *arg, int fd, char *reason, size_t bytes))
{
	connection->start_tls = start;
}

bool connection_unread(const struct connection *connection)
{
	int bytes = 0;

	return evbuffer_get_length(connection->rest) ||
	       (connection->tls && tls_pending(connection->tls)) ||
	       (!ioctl(connection->fd, FIONREAD, &bytes) && bytes);
}
