/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pdf_forms: mail of mailboxes with PDFs instead of its TIFFs
 *
 * It is made once, by ifax-message, and kept beside the mail (SPOOL_PDF) as long as the
 * mail is in a mailbox: its size and its bytes are the same for ever. A mail of which
 * it cannot be made, as one without a TIFF, is that mail with a header line that says
 * why. One is made at a time, the oldest of a mailbox first; all that blocks is done by
 * the worker and by a thread.
 */
#ifndef IFAX_PDF_FORMS_H
#define IFAX_PDF_FORMS_H

#include <stdbool.h>

struct config_mailbox;
struct pdf_forms;
struct station;

struct pdf_forms *pdf_forms_create(struct station *station);

/** pdf_forms_run - make what is wanted and not there, one after the other */
void pdf_forms_run(struct pdf_forms *forms);

/** pdf_forms_wake - there may be new mail; not now, but soon */
void pdf_forms_wake(struct pdf_forms *forms);

/**
 * pdf_forms_want - somebody reads a mailbox in this form: from now on its mail gets it
 *
 * Return: all mail that is there has it. Else pop3_listener_run() is called after each.
 */
bool pdf_forms_want(struct pdf_forms *forms, const struct config_mailbox *mailbox);

/** pdf_forms_free - NULL is allowed */
void pdf_forms_free(struct pdf_forms *forms);

#endif /* IFAX_PDF_FORMS_H */
