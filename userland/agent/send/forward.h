/* SPDX-License-Identifier: GPL-2.0 */
/*
 * forward: mails that go on to others, by rules
 *
 * What a mail is forwarded to is stored in the transaction in which its pages are
 * on disk; each forward becomes a job to be sent in one of its own.
 */
#ifndef IFAX_FORWARD_H
#define IFAX_FORWARD_H

#include "store/confirm.h"

/**
 * struct forward - a mail that is still to be made
 * @kind: of the job that it becomes: JOB_FORWARD, or JOB_REQUEST if a mail asked for it
 */
struct forward {
	char address[512];
	bool as_pdf;
	enum job_kind kind;
};

/** jobs_next_forward - of a job; false: none is left */
bool jobs_next_forward(struct jobs *jobs, int64_t id, struct forward *forward);
/** jobs_set_forwarded - a forward is a job to be sent; 0: not stored */
int64_t jobs_set_forwarded(struct jobs *jobs, int64_t id, const struct forward *forward,
			   const char *sender, const struct report_mail *mail);
/** jobs_drop_forward - it cannot be made */
bool jobs_drop_forward(struct jobs *jobs, int64_t id, const struct forward *forward);
/** jobs_end_forwarding - all are made: the job is printed next, or has ended */
bool jobs_end_forwarding(struct jobs *jobs, int64_t id, const struct config_confirm *rules);

/**
 * jobs_add_answer - the answer to a request that came by mail is to be sent
 * @request: it has ended now; NULL: it had, when its document went on, and this tells how
 */
int64_t jobs_add_answer(struct jobs *jobs, int64_t id, const struct report_mail *mail,
			const struct config *config, const struct opened *request);

/** jobs_loops - who forwarded a job before, with blanks between; to be freed. NULL without memory */
char *jobs_loops(struct jobs *jobs, int64_t id);

#endif /* IFAX_FORWARD_H */
