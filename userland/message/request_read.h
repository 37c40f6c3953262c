/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_REQUEST_READ_H
#define _IFAX_REQUEST_READ_H

#include <gmime/gmime.h>
#include <stdio.h>

/**
 * request_text() - the part of a message that says what a request wants
 *
 * That is its first part, if it is text. Return: the part, NULL: none.
 */
GMimeObject *request_text(GMimeMessage *message);

/**
 * request_print() - what a message asks of the station
 * @message: message
 * @out: gets "request=WORD" if the subject is "ifax WORD", and with it: lines of the text
 *	of the form "secret: …", "to: …", "list: …" and "subject: …" as "request-secret=…"
 *	and so on; "request-date=SECONDS"; "request-signed=yes" if there is a signature that
 *	can be checked; "request-addressee=…" for addresses in To
 *
 * Reports, mail of lists and automatic answers ask for nothing. Whether it is a
 * request that may be made is for others to say.
 */
void request_print(GMimeMessage *message, FILE *out);

#endif /* _IFAX_REQUEST_READ_H */
