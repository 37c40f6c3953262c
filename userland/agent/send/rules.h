/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rules: what becomes of a mail besides, or instead of, being printed
 *
 * All rules that fit apply. A mail that this station has forwarded before is only
 * printed: no mail goes round in circles.
 */
#ifndef IFAX_RULES_H
#define IFAX_RULES_H

#include "config/config.h"
#include "receive/opened.h"
#include "store/jobs.h"

#define RULE_TARGETS_MAX	100

struct relay_order;

/** struct rule_forward - where a mail goes on to, and in which form */
struct rule_forward {
	const char *address;
	bool as_pdf;
};

/**
 * struct rule_effects - what all rules that fit say
 * @paper: it is printed
 * @mailbox: it waits there, too
 * @forward: it goes there, too
 * @relay: because a request by mail says so (relay.h); NULL: by rules
 */
struct rule_effects {
	bool paper;
	const char *mailbox[RULE_TARGETS_MAX];
	size_t mailboxes;
	struct rule_forward forward[RULE_TARGETS_MAX];
	size_t forwards;
	const struct relay_order *relay;
};

/** rules_has_been_here - whether a mail went on from this station before, or from too many others */
bool rules_has_been_here(const struct config *config, const struct opened *opened);

/** rules_fits - whether a pattern with * and ? fits a text, of any case; "" fits all */
bool rules_fits(const char *pattern, const char *text);

/**
 * rules_apply - what becomes of a mail
 * @job: the mail
 * @recipients: of its envelope
 * @opened: what is in it
 * @now_s: seconds since 1970
 * @effects: set
 */
void rules_apply(const struct config *config, const struct job *job,
		 const struct recipients *recipients, const struct opened *opened, int64_t now_s,
		 struct rule_effects *effects);

#endif /* IFAX_RULES_H */
