/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_JOIN_H
#define _IFAX_JOIN_H

#include <stdio.h>

#include "failure.h"

#define FRAGMENTS_MAX	100

/**
 * join_fragment() - what fragment of what message is this?
 * @message_fd: message
 * @out: gets "id=ID", "number=N" and "total=N" (0: this fragment does not tell), then
 *	"ok fragment=N"; or "ok fragment=0" for a message that is whole
 * @failure: what is wrong with it
 *
 * Return: 0 or -1.
 */
int join_fragment(int message_fd, FILE *out, struct failure *failure);

/**
 * join_fragments() - join the fragments of a message (RFC 2046, 5.2.2)
 * @fragment_fds: fragments, in any order
 * @count: how many; at most FRAGMENTS_MAX
 * @message_fd: the message goes here
 * @out: gets "ok fragments=N bytes=N"
 * @failure: what does not fit
 *
 * Headers are those of the first fragment; Subject, Message-ID, MIME-Version,
 * Encrypted, Content-* and Disposition-Notification-* come from the message
 * that begins within it (RFC 8098, 2.4, for the latter).
 *
 * Return: 0 or -1.
 */
int join_fragments(const int *fragment_fds, unsigned int count, int message_fd, FILE *out,
		   struct failure *failure);

/* The same in a process that can do nothing else, see open_confined(). */
int join_fragment_confined(int message_fd, FILE *out, struct failure *failure);

/**
 * join_confined() - join_fragments() in a process that can do nothing else
 * @files: names of the fragments, NULL behind the last; opened before
 */
int join_confined(char **files, int message_fd, FILE *out, struct failure *failure);

#endif /* _IFAX_JOIN_H */
