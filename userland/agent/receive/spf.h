/* SPDX-License-Identifier: GPL-2.0 */
/*
 * spf: whether a client may send mail for a domain (Sender Policy Framework, RFC 7208)
 *
 * The worker ifax-spf judges; it has no network. What it wants to look up it asks, and
 * the resolver of the daemon answers.
 */
#ifndef IFAX_SPF_H
#define IFAX_SPF_H

#include <stddef.h>

struct spf_check;
struct station;

/** enum spf_result - of RFC 7208, 2.6 */
enum spf_result {
	SPF_CHECK_NONE,
	SPF_CHECK_NEUTRAL,
	SPF_CHECK_PASS,
	SPF_CHECK_FAIL,
	SPF_CHECK_SOFTFAIL,
	SPF_CHECK_TEMPERROR,
	SPF_CHECK_PERMERROR,
	SPF_CHECK_RESULTS,
};

/** spf_name - "pass", "softfail"; as in headers and rules */
const char *spf_name(enum spf_result result);

/**
 * spf_check_start - judge a sender
 * @peer: address of the client
 * @helo: name that it gave
 * @sender: reverse-path; "": @helo is judged
 * @done: called once, never from within; the check is freed after it
 * @arg: for @done
 *
 * What takes longer than smtp_server_timeouts { spf } is SPF_CHECK_TEMPERROR, as is
 * everything that may be different the next time.
 *
 * Return: the check; NULL: it cannot begin.
 */
struct spf_check *spf_check_start(struct station *station, const char *peer, const char *helo,
				  const char *sender,
				  void (*done)(void *arg, enum spf_result result), void *arg);

/** spf_check_cancel - end it without a call of @done; NULL is allowed */
void spf_check_cancel(struct spf_check *check);

/**
 * spf_header - the line of trace about it (RFC 7208, 9.1)
 * @line: receives "Received-SPF: …" with folding and final CRLF
 *
 * Return: its length, 0 if @bytes was too small.
 */
size_t spf_header(enum spf_result result, const char *host, const char *peer, const char *helo,
		  const char *sender, char *line, size_t bytes);

#endif /* IFAX_SPF_H */
