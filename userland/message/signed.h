/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_SIGNED_H
#define _IFAX_SIGNED_H

#include <stdio.h>

#include "failure.h"

/**
 * signed_check() - did who is named in From sign a message? (DKIM, RFC 6376)
 * @message_fd: message, with CRLF as line ends
 * @keys: stream of lines "key=NAME TEXT": the TXT records that are known
 * @out: gets "need=NAME" for each key that is needed and not among @keys, "note=TEXT"
 *	for each signature that does not count, and "ok signed=1" or "ok signed=0"
 * @failure: what went wrong
 *
 * A signature counts if its domain is that of the only address in From, it is of
 * all of the body and of From, To, Subject, Date and Message-ID, each of which is
 * there once, with SHA-256 and a key of at least 1024 bits, and has not expired.
 * This process asks no name server: whoever runs it does, and runs it again.
 *
 * Return: 0 or -1.
 */
int signed_check(int message_fd, FILE *keys, FILE *out, struct failure *failure);

/* The same in a process that can do nothing else, see open_confined(). */
int signed_check_confined(int message_fd, FILE *keys, FILE *out, struct failure *failure);

#endif /* _IFAX_SIGNED_H */
