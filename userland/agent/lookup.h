/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lookup: the addresses of a host, by a thread that may block
 */
#ifndef IFAX_LOOKUP_H
#define IFAX_LOOKUP_H

#include <netdb.h>

/**
 * lookup_start - look a host up
 * @host: name
 * @port: TCP port
 *
 * Return: a descriptor that becomes readable when lookup_take() has an answer;
 * whoever is no longer interested closes it. Or a negative errno.
 */
int lookup_start(const char *host, unsigned int port);

/**
 * lookup_take - the answer
 * @fd: of lookup_start(), readable; it is closed
 * @addresses: receives them, for freeaddrinfo()
 *
 * Return: 0 or an error of getaddrinfo().
 */
int lookup_take(int fd, struct addrinfo **addresses);

#endif /* IFAX_LOOKUP_H */
