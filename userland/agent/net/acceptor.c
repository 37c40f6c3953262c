// SPDX-License-Identifier: GPL-2.0
/*
 * acceptor: sockets that listen, for one of the station's servers
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "acceptor.h"
#include "log.h"

#define BACKLOG		1024
#define BIND_TRIES	40
#define BIND_PAUSE_MS	50
#define ACCEPT_PAUSE_MS	1000	/* after accept() could not get a descriptor or memory */

struct socket {
	struct acceptor *acceptor;
	int fd;
	struct event *event;
	bool tls;			/* comes first there */
};

struct acceptor {
	struct event_base *base;
	const char *name;
	void (*accepted)(void *arg, int fd, const char *peer, bool tls);
	void *arg;
	struct socket *socket;
	size_t sockets;
	struct event *resume;
};

/* Peers */

static void peer_name(const struct sockaddr_storage *address, char *peer, size_t bytes)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;

	if (address->ss_family == AF_INET)
		inet_ntop(AF_INET, &in->sin_addr, peer, bytes);
	else if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], peer, bytes);
	else
		inet_ntop(AF_INET6, &in6->sin6_addr, peer, bytes);
}

static void pause_accepting(struct acceptor *acceptor)
{
	struct timeval time = { ACCEPT_PAUSE_MS / 1000, ACCEPT_PAUSE_MS % 1000 * 1000 };

	log_event(LOG_ERR, "acceptor.accept server=%s error=%s", acceptor->name, strerror(errno));
	for (size_t i = 0; i < acceptor->sockets; i++)
		event_del(acceptor->socket[i].event);
	evtimer_add(acceptor->resume, &time);
}

static void on_accept(evutil_socket_t listening, short what, void *arg)
{
	const struct socket *socket = arg;
	struct acceptor *acceptor = socket->acceptor;
	struct sockaddr_storage address = { 0 };
	socklen_t bytes = sizeof(address);
	int fd = accept4(listening, (struct sockaddr *)&address, &bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
	char peer[INET6_ADDRSTRLEN] = "";

	if (fd < 0) {
		/* the connection stays in the backlog: without a pause the loop would spin */
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			pause_accepting(acceptor);
		return;
	}
	peer_name(&address, peer, sizeof(peer));
	acceptor->accepted(acceptor->arg, fd, peer, socket->tls);
}

void acceptor_start(struct acceptor *acceptor)
{
	for (size_t i = 0; i < acceptor->sockets; i++)
		event_add(acceptor->socket[i].event, NULL);
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
	acceptor_start(arg);
}

/* Sockets */

static void name_address(const struct config_address *address, char *name, size_t bytes)
{
	char host[INET6_ADDRSTRLEN] = "", port[8] = "";

	getnameinfo((const struct sockaddr *)&address->address, address->bytes, host, sizeof(host),
		    port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(name, bytes, "%s port %s", host, port);
}

/* As with the lock of the spool: the worker of a killed daemon may have the port a little longer. */
static int bind_patiently(int fd, const struct config_address *address)
{
	const struct timespec pause = { 0, BIND_PAUSE_MS * 1000000L };

	for (int tries = 1;
	     bind(fd, (const struct sockaddr *)&address->address, address->bytes); tries++) {
		if (errno != EADDRINUSE || tries == BIND_TRIES)
			return -1;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int open_socket(const struct acceptor *acceptor, const struct config_address *address)
{
	const int on = 1;
	char name[80];
	int fd = socket(address->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		goto failed;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* so that 0.0.0.0:25 and [::]:25 can stand side by side */
	if (address->address.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (!bind_patiently(fd, address) && !listen(fd, BACKLOG))
		return fd;
failed:
	name_address(address, name, sizeof(name));
	log_event(LOG_ERR, "acceptor.bind server=%s address=%s error=%s", acceptor->name, name,
		  strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool listen_at(struct acceptor *acceptor, const struct config_address *address)
{
	struct socket *socket = &acceptor->socket[acceptor->sockets];
	int fd = open_socket(acceptor, address);

	if (fd < 0)
		return false;
	*socket = (struct socket){ .acceptor = acceptor, .fd = fd, .tls = address->tls };
	socket->event = event_new(acceptor->base, fd, EV_READ | EV_PERSIST, on_accept, socket);
	if (!socket->event) {
		close(fd);
		return false;
	}
	acceptor->sockets++;
	return true;
}

struct acceptor *acceptor_bind(struct event_base *base, const char *name,
			       const struct config_address *listen, size_t sockets,
			       void (*accepted)(void *arg, int fd, const char *peer, bool tls),
			       void *arg)
{
	struct acceptor *acceptor = calloc(1, sizeof(*acceptor));

	if (!acceptor)
		return NULL;
	acceptor->base = base;
	acceptor->name = name;
	acceptor->accepted = accepted;
	acceptor->arg = arg;
	acceptor->socket = calloc(sockets + 1, sizeof(*acceptor->socket));
	acceptor->resume = evtimer_new(base, on_resume, acceptor);
	if (!acceptor->socket || !acceptor->resume)
		goto free;
	while (acceptor->sockets < sockets)
		if (!listen_at(acceptor, &listen[acceptor->sockets]))
			goto free;
	return acceptor;

free:
	acceptor_free(acceptor);
	return NULL;
}

void acceptor_free(struct acceptor *acceptor)
{
	if (!acceptor)
		return;
	for (size_t i = 0; i < acceptor->sockets; i++) {
		event_free(acceptor->socket[i].event);
		close(acceptor->socket[i].fd);
	}
	if (acceptor->resume)
		event_free(acceptor->resume);
	free(acceptor->socket);
	free(acceptor);
}
