/* SPDX-License-Identifier: GPL-2.0 */
/*
 * answer: mails that answer requests: how the station is, what it did, what became of a document
 *
 * They have the null reverse-path. All functions return false if nothing was stored.
 */
#ifndef IFAX_ANSWER_H
#define IFAX_ANSWER_H

#include "receive/opened.h"
#include "request.h"
#include "station.h"

/** answer_request - the status or the journal, as a request wants it; the request has ended */
bool answer_request(struct station *station, const struct job *job, const struct opened *opened,
		    const struct request_grant *grant);

/** answer_refusal - why a request is not carried out; it has ended */
bool answer_refusal(struct station *station, const struct job *job, const struct opened *opened,
		    const struct request_grant *grant);

/** answer_relay - what became of a document that went on; who asked waits no more */
bool answer_relay(struct station *station, const struct job *job);

#endif /* IFAX_ANSWER_H */
