/* SPDX-License-Identifier: GPL-2.0 */
/*
 * request: what is asked of the station by mail, and who may ask
 *
 * Off unless the configuration names who may: those who know a secret, those who
 * logged in to bring the mail, and those whose domain signed it (DKIM). Whoever
 * else asks has sent an ordinary mail.
 */
#ifndef IFAX_REQUEST_H
#define IFAX_REQUEST_H

#include "config/config.h"
#include "receive/opened.h"
#include "store/jobs.h"

/**
 * enum request_verdict - what a mail is
 * @REQUEST_NONE: an ordinary mail
 * @REQUEST_GRANTED: its answer goes to whom it names
 * @REQUEST_REFUSED: by one who may ask, but not so; this is the answer
 * @REQUEST_SEEN: it was answered before, or is an old one that is sent again: nothing is
 *	done, and nobody is told
 */
enum request_verdict { REQUEST_NONE, REQUEST_GRANTED, REQUEST_REFUSED, REQUEST_SEEN };

/**
 * struct request_grant - who asks
 * @answer_to: the address that is proved by what let the request in
 * @reason: why it is refused, for people
 */
struct request_grant {
	char answer_to[OPENED_TEXT_BYTES];
	char reason[400];
};

/** request_needs_signature - whether the verdict depends on who signed the mail */
bool request_needs_signature(const struct config *config, const struct job *job,
			     const struct opened *opened);

/**
 * request_judge - whether a mail is a request that is carried out
 * @is_signed: by the domain of its author
 *
 * A request needs a Message-ID, and a Date that is neither old nor to come: none is
 * carried out twice.
 */
enum request_verdict request_judge(struct jobs *jobs, const struct config *config,
				   const struct job *job, const struct recipients *recipients,
				   const struct opened *opened, bool is_signed,
				   struct request_grant *grant);

/** request_remember - within a transaction: a request is carried out, and is none from now on */
bool request_remember(struct jobs *jobs, const struct config *config, const struct opened *opened);

#endif /* IFAX_REQUEST_H */
