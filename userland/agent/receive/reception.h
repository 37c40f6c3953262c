/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reception: one peer at the SMTP server: what it brings, and what becomes of it
 */
#ifndef IFAX_RECEPTION_H
#define IFAX_RECEPTION_H

#include <stdbool.h>

#include "engine/smtp_server.h"
#include "inspection.h"
#include "net/peers.h"
#include "net/rate.h"
#include "net/tls.h"
#include "repeat_key.h"

struct reception;
struct station;

/**
 * struct receptions - all peers that are there
 * @config: of their engines
 * @tls: certificate and key, NULL: none
 * @rate: mails of each peer
 * @inspections: mails that are looked into
 * @peers: of the sessions
 * @repeat_secret: of the keys by which a mail is known again
 * @repeat_key: of a session that has ended, for the next one: to set one up takes longer
 *	than to use it
 * @first: session
 */
struct receptions {
	struct station *station;
	struct smtp_server_config config;
	struct tls_server *tls;
	struct rate rate;
	struct inspections inspections;
	struct peers peers;
	int64_t repeat_secret;
	struct repeat_key repeat_key;
	struct reception *first;
};

/** reception_start - a peer is there; @fd is the callee's; @tls: that comes first */
void reception_start(struct receptions *all, int fd, const char *peer, bool tls);

/** receptions_end - say 421 to all, and close */
void receptions_end(struct receptions *all);

#endif /* IFAX_RECEPTION_H */
