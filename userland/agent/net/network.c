// SPDX-License-Identifier: GPL-2.0
/* network: whether an address is in one */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network.h"

struct network {
	unsigned char bytes[16];
	unsigned int bits;
	int family;
};

static bool parse(const char *text, struct network *network)
{
	size_t len = strcspn(text, "/");
	char address[INET6_ADDRSTRLEN];
	unsigned int most;
	char *end;

	if (len >= sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)len, text);
	network->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	most = network->family == AF_INET ? 32 : 128;
	network->bits = most;
	if (inet_pton(network->family, address, network->bytes) != 1)
		return false;
	if (!text[len])
		return true;
	if (text[len + 1] < '0' || text[len + 1] > '9')
		return false;
	network->bits = strtoul(text + len + 1, &end, 10);
	return !*end && network->bits <= most;
}

bool network_is_valid(const char *text)
{
	struct network network;

	return parse(text, &network);
}

bool network_has(const char *text, const char *address)
{
	struct network network, one;
	unsigned int whole, rest;

	if (!parse(text, &network) || !parse(address, &one) || network.family != one.family)
		return false;
	whole = network.bits / 8;
	rest = network.bits % 8;
	return !memcmp(network.bytes, one.bytes, whole) &&
	       (!rest || !((network.bytes[whole] ^ one.bytes[whole]) >> (8 - rest)));
}
