/* SPDX-License-Identifier: GPL-2.0 */
/*
 * admission: whom the SMTP server lets in, and for whom it takes mail
 *
 * Not a relay, but for users who logged in and for the networks that are listed.
 */
#ifndef IFAX_ADMISSION_H
#define IFAX_ADMISSION_H

#include <stdbool.h>

#include "config/config.h"
#include "engine/mail_path.h"
#include "engine/smtp_reply.h"
#include "spf.h"

/**
 * struct visitor - who is there
 * @peer: address
 * @user: who logged in, "": nobody
 * @collected: one of our users logged in by POP3 from this address, a short while ago
 */
struct visitor {
	const char *peer;
	const char *user;
	bool collected;
};

/** admission_peer - whether an address may speak to us at all */
bool admission_peer(const struct config_server *server, const char *peer);

/** admission_trusts - somebody of ours: one of our users, or of our networks */
bool admission_trusts(const struct config_server *server, const struct visitor *visitor);

/** admission_spf - false: refused by the result of SPF, with the reply */
bool admission_spf(const struct config_server *server, enum spf_result result, const char *peer,
		   const char *sender, struct smtp_reply *reply);

/** admission_sender - false: refused, with the reply */
bool admission_sender(const struct config_server *server, const struct visitor *visitor,
		      const char *sender, struct smtp_reply *reply);

/**
 * enum admission - what becomes of a recipient
 * @ADMISSION_REFUSED: with the reply
 * @ADMISSION_HERE: its mail is for the station
 * @ADMISSION_RELAY: its mail is sent on, to the address that admission_recipient() gives
 */
enum admission { ADMISSION_REFUSED, ADMISSION_HERE, ADMISSION_RELAY };

enum admission admission_recipient(const struct config *config, const struct visitor *visitor,
				   const struct mail_path *path,
				   char onward[MAIL_ADDRESS_MAX + 1], struct smtp_reply *reply);

/**
 * admission_verify - what is known of a mailbox (VRFY)
 * @text: what was asked for: an address, or a local part
 * @reply: set: 250 it is ours, 251 it goes on to another address, 252 it is taken and tried,
 *	550 it is not known, 551 it is elsewhere, 553 it is no mailbox
 */
void admission_verify(const struct config *config, const struct visitor *visitor,
		      const char *text, struct smtp_reply *reply);

#endif /* IFAX_ADMISSION_H */
