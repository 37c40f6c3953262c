/* SPDX-License-Identifier: GPL-2.0 */
/*
 * outcome: what a try to send makes of a recipient
 */
#ifndef IFAX_OUTCOME_H
#define IFAX_OUTCOME_H

#include "config/config.h"
#include "mails.h"
#include "store/jobs.h"

/** outcome_handed_over - a server took the mail: it is done, or the next part of it is due */
void outcome_handed_over(struct recipient *recipient, const struct mail *mail, const char *reply);

/** outcome_deferred - to be tried again later, or given up if that was long enough */
void outcome_deferred(struct recipient *recipient, const struct config_retry *retry,
		      const char *reply);

/** outcome_failed - for good */
void outcome_failed(struct recipient *recipient, const char *reply);

#endif /* IFAX_OUTCOME_H */
