/* SPDX-License-Identifier: GPL-2.0 */
/*
 * forms: what each recipient of a document gets it as
 *
 * As good as the document is, and the recipient is known (book.h) to take; who is not
 * known gets what everybody can read: profile S, at most 204x196, A4. The coding is by
 * policy: one that was asked for, unless the recipient is known not to take it; or the
 * best one that it is known to take ("auto").
 */
#ifndef IFAX_FORMS_H
#define IFAX_FORMS_H

#include "../../message/page_form.h"
#include "store/book.h"

#define FORMS_NOTE_BYTES	200

/** forms_policy_ok - "auto", or a coding */
bool forms_policy_ok(const char *policy);

/**
 * forms_choose - the form for a recipient
 * @policy: "auto", or a coding
 * @document: what its pages are at most, and the coding that they were scanned in
 * @peer: what is known of it
 * @form: set
 * @note: set to how that is less than the document; "": it is not
 */
void forms_choose(const char *policy, const struct page_form *document, const struct peer *peer,
		  struct page_form *form, char note[FORMS_NOTE_BYTES]);

/** forms_document - what the pages of a page file are at most; false: it cannot be read */
bool forms_document(int page_fd, struct page_form *document);

/** forms_scanned_as - the coding to scan in, so that little is to be coded anew */
const char *forms_scanned_as(struct jobs *jobs, const struct job_draft *draft);

/**
 * forms_change - choose again for a recipient, after more became known of it
 * @job: its @policy, @coding and @document
 * @recipient: its @form and @note may change
 *
 * Return: whether they did.
 */
bool forms_change(struct jobs *jobs, const struct job *job, struct recipient *recipient);

/** forms_set - within a transaction: choose for all recipients of a job */
bool forms_set(struct jobs *jobs, int64_t id, const struct page_form *document);

#endif /* IFAX_FORMS_H */
