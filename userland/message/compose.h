/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_COMPOSE_H
#define _IFAX_COMPOSE_H

#include <stdio.h>

#include "failure.h"

/**
 * compose_message() - a mail message with the pages of a page file
 * @pages_fd: page file
 * @message_fd: the message goes here, lines ended by CRLF, from offset 0 on
 * @letter: stream of header values, see letter_read()
 * @out: gets "ok pages=N bytes=N"
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int compose_message(int pages_fd, int message_fd, FILE *letter, FILE *out,
		    struct failure *failure);

#endif /* _IFAX_COMPOSE_H */
