/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_LETTER_H
#define _IFAX_LETTER_H

#include <gmime/gmime.h>
#include <stdio.h>

#include "failure.h"

/**
 * struct letter - what the sender says about a message, checked
 * @from: the one sender
 * @to: recipients, at least one
 * @subject: UTF-8; may be NULL
 * @message_id: without angle brackets; NULL: make one up
 * @text: UTF-8, lines ended by \n; NULL: no text part
 * @date_s: seconds since 1970; 0: now
 */
struct letter {
	InternetAddressMailbox *from;
	InternetAddressList *to;
	char *subject;
	char *message_id;
	GString *text;
	gint64 date_s;
};

/**
 * letter_read() - read lines "from=…", "to=…", "subject=…", "message-id=…",
 *	"date=…" and "text=…" to the end of a stream
 * @letter: letter; letter_free() it whatever the result
 * @in: stream
 * @failure: what went wrong
 *
 * "to" and "text" may come several times, each "text" is one line of the text.
 * Nothing that could begin another header line is let through.
 *
 * Return: 0 or -1.
 */
int letter_read(struct letter *letter, FILE *in, struct failure *failure);

void letter_free(struct letter *letter);

#endif /* _IFAX_LETTER_H */
