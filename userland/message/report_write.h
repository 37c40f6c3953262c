/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_REPORT_WRITE_H
#define _IFAX_REPORT_WRITE_H

#include <stdio.h>

#include "failure.h"

/**
 * report_write() - tell the sender of a message what became of it
 * @original_fd: the message; its header, or all of it, goes along
 * @report_fd: the report goes here
 * @values: stream of lines, see below
 * @out: gets "subject=…" and "ok bytes=N"
 * @failure: what went wrong
 *
 * Lines are kind=dsn or kind=mdn; from=, to=, message-id=, date=; host= (our name);
 * action= (dsn: delivered, failed, delayed, relayed, expanded; mdn: dispatched, failed,
 * deleted, alternative), status= (dsn: as in 5.6.1), text= (why, for people);
 * recipient= (ADDRESS, or ADDRESS and TYPE;ORIGINAL with a blank between; a DSN takes
 * several); features= (Media-Accept-Features); for a DSN envelope-id=, arrival=
 * (seconds since 1970) and return=FULL (all of the message, if it failed).
 *
 * A multipart/report (RFC 6522) with three parts: words, fields, and the
 * header of the message. None of the values can begin a line of its own.
 *
 * Return: 0 or -1.
 */
int report_write(int original_fd, int report_fd, FILE *values, FILE *out, struct failure *failure);

/** report_write_confined() - report_write() in a process that can do nothing else */
int report_write_confined(int original_fd, int report_fd, FILE *values, FILE *out,
			  struct failure *failure);

#endif /* _IFAX_REPORT_WRITE_H */
