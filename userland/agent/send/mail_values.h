/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mail_values: what the worker that writes a mail is told about it
 */
#ifndef IFAX_MAIL_VALUES_H
#define IFAX_MAIL_VALUES_H

#include "config/config.h"
#include "mails.h"
#include "store/jobs.h"

struct station;

/** mail_broadcast - how a document names its recipients: as asked for it, or else for all */
enum config_broadcast mail_broadcast(const struct config *config, const struct job *job);

/** mail_text - of the mails of a document, with names in braces (template.h) */
const char *mail_text(const struct config *config, const struct job *job);

/**
 * mail_values - names and values on lines of their own, as ifax-message compose takes them
 *
 * Returns a file that is read from its begin, the caller's to close; negative: it cannot be made.
 */
int mail_values(struct station *station, const struct job *job, const struct mail *mail);

#endif /* IFAX_MAIL_VALUES_H */
