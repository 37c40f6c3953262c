/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_HEADERS_H
#define _IFAX_HEADERS_H

#include <stdio.h>

#include "failure.h"

/**
 * headers_print() - who wrote mails, when, and about what
 * @headers_fd: headers of mails, one behind the other, an empty line behind each; read from
 *	its begin
 * @out: gets for each "header=N" (from 1), then "from=TEXT", "subject=TEXT" and
 *	"date=SECONDS" (since 1970), decoded, as far as it has them; then "ok headers=N"
 * @failure: what went wrong
 *
 * Addresses are shown as they stand there: lists of them, which a library takes its time
 * over, are not taken apart.
 *
 * Return: 0 or -1.
 */
int headers_print(int headers_fd, FILE *out, struct failure *failure);

/* The same in a process that can do nothing else, see open_confined(). */
int headers_print_confined(int headers_fd, FILE *out, struct failure *failure);

#endif /* _IFAX_HEADERS_H */
