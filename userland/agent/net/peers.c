// SPDX-License-Identifier: GPL-2.0
/*
 * peers: how many sessions an address has at a server, however many there are
 */
#include <arpa/inet.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peers.h"

struct peer {
	char address[INET6_ADDRSTRLEN];		/* first: it is what the tree compares */
	unsigned int sessions;
};

static int compare(const void *one, const void *other)
{
	return strcmp(one, other);
}

static struct peer *find(const struct peers *peers, const char *address)
{
	struct peer **found = tfind(address, &peers->tree, compare);

	return found ? *found : NULL;
}

static struct peer *add(struct peers *peers, const char *address)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		return NULL;
	snprintf(peer->address, sizeof(peer->address), "%s", address);
	if (tsearch(peer, &peers->tree, compare))
		return peer;
	free(peer);
	return NULL;
}

bool peers_enter(struct peers *peers, const char *address)
{
	struct peer *peer = find(peers, address);

	if (!peer)
		peer = add(peers, address);
	if (!peer)
		return false;
	peer->sessions++;
	peers->sessions++;
	return true;
}

void peers_leave(struct peers *peers, const char *address)
{
	struct peer *peer = find(peers, address);

	peers->sessions--;
	if (--peer->sessions)
		return;
	tdelete(address, &peers->tree, compare);
	free(peer);
}

unsigned int peers_sessions(const struct peers *peers, const char *address)
{
	const struct peer *peer = find(peers, address);

	return peer ? peer->sessions : 0;
}
