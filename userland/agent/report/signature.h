/* SPDX-License-Identifier: GPL-2.0 */
/*
 * signature: whether the domain of its author signed a mail (DKIM, RFC 6376)
 *
 * A worker reads the mail; it says which keys it needs, name servers are asked for
 * them here, and it is run again with what they said. So who parses what strangers
 * send speaks to no network.
 */
#ifndef IFAX_SIGNATURE_H
#define IFAX_SIGNATURE_H

#include <stdbool.h>

struct signature;
struct station;

/**
 * signature_start - check a mail
 * @message_file: in the spool
 * @done: called once, never from within; the check is freed after it
 *
 * Return: the check; NULL: it could not be started, the log says why.
 */
struct signature *signature_start(struct station *station, const char *message_file,
				  void (*done)(void *arg, bool is_signed), void *arg);

/** signature_cancel - @done will not be called; NULL is allowed */
void signature_cancel(struct signature *signature);

#endif /* IFAX_SIGNATURE_H */
