/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_LETTER_H
#define _IFAX_LETTER_H

#include <gmime/gmime.h>
#include <stdbool.h>
#include <stdio.h>

#include "failure.h"
#include "page_form.h"

/**
 * struct letter - what the sender says about a message, checked
 * @from: the one sender
 * @to: recipients, at least one
 * @mdn_to: who is to be told that it was processed; NULL: nobody
 * @subject: UTF-8; may be NULL
 * @importance: "high", "normal" or "low"; NULL: nothing is said
 * @message_id: without angle brackets; NULL: make one up
 * @text: UTF-8, lines ended by \n; NULL: no text part
 * @date_s: seconds since 1970; 0: now
 * @first_page: of the page file, the first one that is sent, from 1
 * @last_page: the last one; 0: up to the end
 * @header: stands on top of each page, see header_line.h; NULL: nothing does
 * @hides_recipients: recipients do not see each other
 * @is_pdf: pages go as a PDF
 * @form: what the pages may be at most, if @has_form
 * @has_form: they are made so; else they go as they are
 * @better: what they could be at most, if @has_better: the recipient may ask for it (RFC 3297)
 * @has_better: it may
 * @original_id: of the message that this one takes the place of; NULL: of none
 * @convertible: others may convert the pages on their way (RFC 4141)
 * @loops: who forwarded it (X-Loop), NULL: nobody did
 */
struct letter {
	InternetAddressMailbox *from;
	InternetAddressList *to;
	InternetAddressMailbox *mdn_to;
	char *subject;
	char *importance;
	char *message_id;
	GString *text;
	gint64 date_s;
	unsigned int first_page;
	unsigned int last_page;
	char *header;
	gboolean hides_recipients;
	gboolean is_pdf;
	gboolean convertible;
	struct page_form form;
	gboolean has_form;
	struct page_form better;
	gboolean has_better;
	char *original_id;
	GPtrArray *loops;
};

/**
 * letter_read() - read lines "from=…", "to=…", "subject=…", "message-id=…",
 *	"date=…", "text=…", "importance=…", "mdn-to=…", "hide-recipients=…", "header=…",
 *	"as=tiff" or "as=pdf", "form=CODING XxY SIZE" and others to the end of a
 *	stream; Documentation/message.rst has them all
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

/* Of letter_read(), for others that read values in the same way: */

#define LETTER_LINE_BYTES	4096

/**
 * letter_read_line() - read a line without its line end
 *
 * Return: 1, 0 at the end, -1 on failure.
 */
int letter_read_line(FILE *in, char line[LETTER_LINE_BYTES], struct failure *failure);

/** letter_printable() - UTF-8 without control characters: nothing in it can end a header line */
bool letter_printable(const char *value);

/** letter_mailbox() - a value as one mail address; 0 or -1 */
int letter_mailbox(InternetAddressMailbox **mailbox, const char *value, struct failure *failure);

void letter_free(struct letter *letter);

#endif /* _IFAX_LETTER_H */
