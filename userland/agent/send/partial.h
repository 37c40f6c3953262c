/* SPDX-License-Identifier: GPL-2.0 */
/*
 * partial: a mail that goes as several (message/partial, RFC 2046, 5.2.2)
 *
 * The mail stays one file in the spool. Each of its parts is a header of its own
 * and some bytes of that file, from one line end to another: nothing is copied,
 * and what is cut once is cut the same over a restart.
 */
#ifndef IFAX_PARTIAL_H
#define IFAX_PARTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mails.h"

#define PARTIAL_PARTS_MAX	100	/* as many as ifax-message joins */
#define PARTIAL_BYTES_MIN	4096	/* of a part: room for a header and some lines */

/**
 * struct partial - where a mail is cut
 * @end: of each part, in bytes from the begin of the file; the last one is that of the file
 * @parts: how many
 */
struct partial {
	int64_t end[PARTIAL_PARTS_MAX];
	size_t parts;
};

/**
 * partial_cut - where to cut a mail
 * @partial: set
 * @fd: the mail, as ifax-message composes it: 7-bit, with lines of less than 1000 bytes
 * @bytes: of the mail
 * @part_bytes: most bytes of a part with its header; more if there would be too many
 *	parts, or if the header of the mail alone is longer
 *
 * Return: false: it is no such mail, or it cannot be read.
 */
bool partial_cut(struct partial *partial, int fd, int64_t bytes, int64_t part_bytes);

/**
 * partial_header - the header of one of the parts
 * @fd: the mail
 * @mail: the part
 * @message_id: of the part, with angle brackets
 *
 * It has the fields of the mail, but for those that RFC 2046, 5.2.2.1 and RFC 8098, 2.4
 * leave within: Content-*, Message-ID, MIME-Version, Encrypted and
 * Disposition-Notification-*. Its Subject tells which part it is.
 *
 * Return: fields and the empty line behind them, to be freed; NULL: no memory, or the
 * mail cannot be read.
 */
char *partial_header(int fd, const struct mail *mail, const char *message_id);

#endif /* IFAX_PARTIAL_H */
