/* SPDX-License-Identifier: GPL-2.0 */
/* network: whether an address is in one, as in 192.0.2.0/24 or 2001:db8::/32 */
#ifndef IFAX_NETWORK_H
#define IFAX_NETWORK_H

#include <stdbool.h>

/** network_is_valid - whether a text is an address, or an address and a number of bits */
bool network_is_valid(const char *network);

/** network_has - whether @address (as text) is in @network */
bool network_has(const char *network, const char *address);

#endif /* IFAX_NETWORK_H */
