// SPDX-License-Identifier: GPL-2.0
/*
 * request: what is asked of the station by mail, and who may ask
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "log.h"
#include "net/secret_file.h"
#include "request.h"
#include "send/rules.h"
#include "store/jobs_private.h"

#define SECRET_BYTES	256
#define CLOCKS_APART_S	300	/* of honest machines */

static bool has(const struct config_list *list, const char *word)
{
	for (size_t i = 0; i < list->items; i++)
		if (!strcasecmp(list->item[i], word))
			return true;
	return false;
}

/* "Ann" is not "ann" for who lets users in. */
static bool has_user(const struct config_list *list, const char *name)
{
	for (size_t i = 0; i < list->items; i++)
		if (!strcmp(list->item[i], name))
			return true;
	return false;
}

/* "Name <user@example.com>" */
static void author_of(const struct opened *opened, char author[OPENED_TEXT_BYTES])
{
	const char *begin = strrchr(opened->from, '<');

	snprintf(author, OPENED_TEXT_BYTES, "%s", begin ? begin + 1 : opened->from);
	author[strcspn(author, ">")] = 0;
}

static bool may_sign(const struct config *config, const struct opened *opened)
{
	char author[OPENED_TEXT_BYTES];

	author_of(opened, author);
	for (size_t i = 0; i < config->requests.signers.items; i++)
		if (rules_fits(config->requests.signers.item[i], author))
			return true;
	return false;
}

bool request_needs_signature(const struct config *config, const struct job *job,
			     const struct opened *opened)
{
	return has(&config->requests.allow, opened->request) && opened->request_signed &&
	       may_sign(config, opened);
}

/* A signed mail can be sent on by anybody: it counts only where its author sent it. */
static bool is_for_us(const struct config *config, const struct recipients *recipients,
		      const struct opened *opened)
{
	for (size_t i = 0; i < opened->request_addressees && i < REQUEST_NAMES_MAX; i++) {
		if (!strcasecmp(opened->request_addressee[i], config->address))
			return true;
		for (size_t n = 0; n < recipients->items; n++)
			if (!strcasecmp(opened->request_addressee[i], recipients->item[n].address))
				return true;
	}
	return false;
}

static bool knows_secret(const struct config *config, const struct opened *opened)
{
	char line[SECRET_BYTES], secret[SECRET_BYTES] = "", said[SECRET_BYTES] = "", reason[512];
	bool good;

	if (!config->requests.secret_file || !*opened->request_secret)
		return false;
	if (!secret_file_line(config->requests.secret_file, line, sizeof(line), reason,
			      sizeof(reason))) {
		log_event(LOG_ERR, "request.secret error=%s", reason);
		return false;
	}
	snprintf(secret, sizeof(secret), "%s", line);
	snprintf(said, sizeof(said), "%.255s", opened->request_secret);
	/* as long for a wrong one as for the right one */
	good = !CRYPTO_memcmp(secret, said, sizeof(secret)) && *secret;
	explicit_bzero(line, sizeof(line));
	explicit_bzero(secret, sizeof(secret));
	return good;
}

/* What lets a request in: "login", "signature" or "secret"; NULL: nothing does. */
static const char *proof(const struct config *config, const struct job *job,
			 const struct recipients *recipients, const struct opened *opened,
			 bool is_signed, struct request_grant *grant)
{
	if (is_signed && may_sign(config, opened) && is_for_us(config, recipients, opened)) {
		author_of(opened, grant->answer_to);
		return "signature";
	}
	snprintf(grant->answer_to, sizeof(grant->answer_to), "%s", job->sender);
	if (*job->login && has_user(&config->requests.users, job->login))
		return "login";
	return knows_secret(config, opened) ? "secret" : NULL;
}

static bool is_fresh(const struct config *config, const struct opened *opened)
{
	int64_t age_s = now_ms() / 1000 - opened->request_date_s;

	return age_s >= -CLOCKS_APART_S && age_s <= config->requests.valid_ms / 1000;
}

enum request_verdict request_judge(struct jobs *jobs, const struct config *config,
				   const struct job *job, const struct recipients *recipients,
				   const struct opened *opened, bool is_signed,
				   struct request_grant *grant)
{
	const char *by;

	*grant = (struct request_grant){ .reason = "" };
	if (!has(&config->requests.allow, opened->request))
		return REQUEST_NONE;
	by = proof(config, job, recipients, opened, is_signed, grant);
	/* without an address nobody can be answered */
	if (!by || !*grant->answer_to) {
		if (config->requests.secret_file || config->requests.users.items ||
		    config->requests.signers.items)
			log_event(LOG_WARNING, "request.refused job=%lld from=%s request=%s",
				  (long long)job->id, job->sender, opened->request);
		return REQUEST_NONE;
	}
	if (!*opened->message_id || !opened->request_date_s || !is_fresh(config, opened)) {
		snprintf(grant->reason, sizeof(grant->reason),
			 "a request needs a Message-ID, and a Date that is not older than"
			 " %ld minutes, by the clock of this station",
			 config->requests.valid_ms / 60000);
		/* an old mail can be sent again by anybody: its author is not bothered with that */
		return strcmp(by, "signature") ? REQUEST_REFUSED : REQUEST_SEEN;
	}
	if (database_number(jobs->db, 1, "SELECT count(*) FROM request WHERE message_id = ?", "s",
			    opened->message_id))
		return REQUEST_SEEN;
	log_event(LOG_NOTICE, "request.granted job=%lld from=%s request=%s by=%s",
		  (long long)job->id, grant->answer_to, opened->request, by);
	return REQUEST_GRANTED;
}

/* For as long as it could be said again, the clocks of others included. */
bool request_remember(struct jobs *jobs, const struct config *config, const struct opened *opened)
{
	int64_t now = now_ms();

	return database_run(jobs->db, "DELETE FROM request WHERE time_ms < ?", "i",
			    now - config->requests.valid_ms - 2 * CLOCKS_APART_S * 1000) &&
	       database_run(jobs->db, "INSERT OR IGNORE INTO request VALUES (?, ?)", "si",
			    opened->message_id, now);
}
