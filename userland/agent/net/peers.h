/* SPDX-License-Identifier: GPL-2.0 */
/*
 * peers: how many sessions an address has at a server, however many there are
 */
#ifndef IFAX_PEERS_H
#define IFAX_PEERS_H

#include <stdbool.h>

/**
 * struct peers - zeroed at the begin
 * @tree: those that have sessions
 * @sessions: of all
 */
struct peers {
	void *tree;
	unsigned int sessions;
};

/** peers_enter - one session more; false: no memory, there is none more */
bool peers_enter(struct peers *peers, const char *address);

/** peers_leave - one session less */
void peers_leave(struct peers *peers, const char *address);

/** peers_sessions - of one address */
unsigned int peers_sessions(const struct peers *peers, const char *address);

#endif /* IFAX_PEERS_H */
