// SPDX-License-Identifier: GPL-2.0
/*
 * rules: what becomes of a mail besides, or instead of, being printed
 */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "../../message/fax_address.h"
#include "rules.h"

bool rules_fits(const char *pattern, const char *text)
{
	return !*pattern || !fnmatch(pattern, text, FNM_CASEFOLD);
}

/* The address itself, or its local part */
static bool fits_address(const char *pattern, const char *address)
{
	char local[OPENED_TEXT_BYTES];

	snprintf(local, sizeof(local), "%.*s", (int)strcspn(address, "@"), address);
	return rules_fits(pattern, address) || rules_fits(pattern, local);
}

/* The envelope's sender, else who the mail says wrote it: "Name <user@example.com>" */
static bool fits_sender(const char *pattern, const struct job *job, const struct opened *opened)
{
	char author[OPENED_TEXT_BYTES];
	const char *begin = strrchr(opened->from, '<');

	if (*job->sender)
		return fits_address(pattern, job->sender);
	snprintf(author, sizeof(author), "%s", begin ? begin + 1 : opened->from);
	author[strcspn(author, ">")] = 0;
	return fits_address(pattern, author);
}

/* T33S of RFC 3192 */
static bool fits_subaddress(const char *subaddress, const char *address)
{
	struct fax_address fax;

	return fax_address_parse(&fax, address) == FAX_ADDRESS_OK &&
	       !strcmp(fax.subaddress, subaddress);
}

static bool fits_recipient(const struct config_rule *rule, const struct recipients *recipients)
{
	if (!*rule->to && !*rule->subaddress)
		return true;
	for (size_t i = 0; i < recipients->items; i++) {
		const char *address = recipients->item[i].address;

		if (fits_address(rule->to, address) &&
		    (!*rule->subaddress || fits_subaddress(rule->subaddress, address)))
			return true;
	}
	return false;
}

/* One of the results that the rule names */
static bool fits_spf(const struct config_list *results, const char *result)
{
	bool fits = !results->items;

	for (size_t i = 0; !fits && i < results->items; i++)
		fits = !strcasecmp(results->item[i], result);
	return fits;
}

/* Hours may go over midnight. */
static bool fits_time(const struct config_rule *rule, int64_t now_s)
{
	time_t now = now_s;
	struct tm tm;
	int minute;

	if (rule->begin_min == rule->end_min)
		return true;
	localtime_r(&now, &tm);
	minute = tm.tm_hour * 60 + tm.tm_min;
	if (rule->begin_min < rule->end_min)
		return minute >= rule->begin_min && minute < rule->end_min;
	return minute >= rule->begin_min || minute < rule->end_min;
}

static void add_mailbox(struct rule_effects *effects, const char *name)
{
	for (size_t i = 0; i < effects->mailboxes; i++)
		if (!strcmp(effects->mailbox[i], name))
			return;
	if (effects->mailboxes < RULE_TARGETS_MAX)
		effects->mailbox[effects->mailboxes++] = name;
}

static void add_forward(struct rule_effects *effects, const char *address, bool as_pdf)
{
	for (size_t i = 0; i < effects->forwards; i++)
		if (!strcasecmp(effects->forward[i].address, address))
			return;
	if (effects->forwards < RULE_TARGETS_MAX)
		effects->forward[effects->forwards++] = (struct rule_forward){ address, as_pdf };
}

static void add_effects(const struct config_rule *rule, bool forwarded,
			struct rule_effects *effects)
{
	effects->paper &= rule->print;
	for (size_t i = 0; i < rule->mailboxes.items; i++)
		add_mailbox(effects, rule->mailboxes.item[i]);
	for (size_t i = 0; !forwarded && i < rule->forward.items; i++)
		add_forward(effects, rule->forward.item[i], rule->as_pdf);
}

bool rules_has_been_here(const struct config *config, const struct opened *opened)
{
	for (size_t i = 0; i < opened->loops; i++)
		if (!strcasecmp(opened->loop[i], config->address))
			return true;
	return opened->loops == OPENED_LOOPS_MAX;
}

void rules_apply(const struct config *config, const struct job *job,
		 const struct recipients *recipients, const struct opened *opened, int64_t now_s,
		 struct rule_effects *effects)
{
	/* what goes round in circles, and what is a report, goes no further */
	bool forwarded = rules_has_been_here(config, opened) || opened->report.kind != REPORT_NONE;

	*effects = (struct rule_effects){ .paper = true };
	for (size_t i = 0; i < config->rules; i++) {
		const struct config_rule *rule = &config->rule[i];

		if (fits_sender(rule->from, job, opened) && fits_recipient(rule, recipients) &&
		    fits_spf(&rule->spf, job->spf) &&
		    rules_fits(rule->subject, opened->subject) && fits_time(rule, now_s))
			add_effects(rule, forwarded, effects);
	}
	/* a mail that would go nowhere is printed */
	if (!effects->mailboxes && !effects->forwards)
		effects->paper = true;
}
