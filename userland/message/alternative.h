/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Content negotiation by mail (RFC 3297): a message says in which better form it
 * could come, too.
 */
#ifndef _IFAX_ALTERNATIVE_H
#define _IFAX_ALTERNATIVE_H

#include <gmime/gmime.h>
#include <stdbool.h>

#include "page_form.h"

/**
 * alternative_offer() - say what the pages are, and what they could be
 * @message: message that asks for a disposition notification
 * @part: its pages
 * @form: what they are
 * @better: what they could be at most, in any coding
 */
void alternative_offer(GMimeMessage *message, GMimeObject *part, const struct page_form *form,
		       const struct page_form *better);

/**
 * alternative_is_better() - whether a message is offered in a form that gives more on paper
 * @message: message
 * @own: what is printed here (RFC 2533)
 * @pages_fd: page file of what came; if it is empty, anything that is printed here is better
 */
bool alternative_is_better(GMimeMessage *message, const char *own, int pages_fd);

#endif /* _IFAX_ALTERNATIVE_H */
