/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a message may ask of its reader.
 *
 * A MIME library makes objects of many times their size out of headers and
 * parts (800 kB with 100 000 parts become 143 MB), and takes its time over long
 * lists of addresses (a minute for 500 kB of "a,"). So the message is looked
 * through first, by lines, in a buffer of fixed size. What could be a header
 * of a part is counted as one, whatever the message says about its parts.
 */
#ifndef _IFAX_MIME_LIMITS_H
#define _IFAX_MIME_LIMITS_H

#include "failure.h"

#define MESSAGE_BYTES_MAX	(256 << 20)
#define HEADER_BYTES_MAX	(128 << 10)	/* of the message and all its parts */
#define HEADER_LINES_MAX	10000
#define FIELD_BYTES_MAX		(64 << 10)	/* of one header field */
#define PARTS_MAX		1000
#define NESTING_MAX		20		/* parts in parts */

/**
 * mime_limits_check() - does a message keep within the limits above (nesting
 *	excepted: that is known only once the message is parsed)?
 * @fd: message, read from its begin; the file position is not moved
 * @failure: which limit it breaks
 *
 * Return: 0 or -1.
 */
int mime_limits_check(int fd, struct failure *failure);

#endif /* _IFAX_MIME_LIMITS_H */
