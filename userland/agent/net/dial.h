/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dial: from a host's name to a connected socket, without blocking
 */
#ifndef IFAX_DIAL_H
#define IFAX_DIAL_H

#include "resolver.h"

struct dial;

/**
 * dial_start - look a host up and connect to it
 * @host: name, address, or address literal ("[192.0.2.1]", "[IPv6:2001:db8::1]")
 * @port: TCP port
 * @timeout_ms: for each of: the look-up, each address
 * @done: called once, not from within dial_start(), with a non-blocking
 *	socket, or with -1 and why not. The dial is freed after it
 *
 * Return: the dial; NULL without memory.
 */
struct dial *dial_start(struct resolver *resolver, const char *host, unsigned int port,
			long timeout_ms, void (*done)(void *arg, int fd, const char *reason),
			void *arg);

/** dial_cancel - give up without a call of @done; NULL is allowed */
void dial_cancel(struct dial *dial);

#endif /* IFAX_DIAL_H */
