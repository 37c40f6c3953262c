/* SPDX-License-Identifier: GPL-2.0 */
/*
 * acceptor: sockets that listen, for one of the station's servers
 */
#ifndef IFAX_ACCEPTOR_H
#define IFAX_ACCEPTOR_H

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"

struct acceptor;

/**
 * acceptor_bind - open sockets; what failed is logged
 * @base: event loop
 * @name: of the server, for the log
 * @listen: where
 * @sockets: their number; 0: none, which is no error
 * @accepted: a peer is there: @fd is the callee's; @tls: it begins with TLS
 * @arg: for @accepted
 *
 * To be called while the ports may still be opened; nothing is accepted before
 * acceptor_start().
 *
 * Return: the acceptor, NULL: not all could be opened.
 */
struct acceptor *acceptor_bind(struct event_base *base, const char *name,
			       const struct config_address *listen, size_t sockets,
			       void (*accepted)(void *arg, int fd, const char *peer, bool tls),
			       void *arg);
void acceptor_start(struct acceptor *acceptor);
void acceptor_free(struct acceptor *acceptor);

#endif /* IFAX_ACCEPTOR_H */
