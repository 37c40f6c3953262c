/* SPDX-License-Identifier: GPL-2.0 */
/*
 * confirm: what is owed to those who sent to us, and what is confirmed to us
 *
 * What becomes of an incoming job and what its sender is to be told of it are
 * one transaction. So a report goes out exactly once for each recipient,
 * whatever happens in between.
 *
 *	DSN (RFC 3461, 3464): only for what came by SMTP. "delivered" when the pages
 *		were taken from the mail, "failed" when the job is kept instead,
 *		"delayed" when neither happened for long
 *	MDN (RFC 8098): only if it was asked for, and may be given. "dispatched" when
 *		all pages are on paper, "failed", or "deleted" by the user
 */
#ifndef IFAX_CONFIRM_H
#define IFAX_CONFIRM_H

#include "config/config.h"
#include "jobs.h"
#include "receive/opened.h"

/**
 * struct confirm_outcome - how an incoming job ends
 * @state: printed, kept or cancelled
 * @reason: for people
 * @status: of RFC 3463, if @state is kept
 */
struct confirm_outcome {
	enum job_state state;
	const char *reason;
	const char *status;
};

/** jobs_conclude - store how an incoming job ends, and what its sender is owed */
bool jobs_conclude(struct jobs *jobs, int64_t id, const struct confirm_outcome *outcome,
		   const struct config_confirm *rules);

struct rule_effects;

/**
 * jobs_set_opened - the pages of an incoming job are on disk
 * @effects: what rules say: where else it goes
 *
 * Its sender may be owed that.
 */
bool jobs_set_opened(struct jobs *jobs, int64_t id, const char *page_file, int64_t pages,
		     const struct opened *opened, const struct rule_effects *effects);
/** jobs_set_asked - who is to be told what becomes of an incoming job */
bool jobs_set_asked(struct jobs *jobs, int64_t id, const struct opened *opened);
/** jobs_owe_alternative - within a transaction: each recipient asks for a better form (RFC 3297) */
bool jobs_owe_alternative(struct jobs *jobs, int64_t id);
/** jobs_owe_delays - those whose mail waits since before @since_ms are owed a word */
bool jobs_owe_delays(struct jobs *jobs, int64_t since_ms);

/**
 * struct owed - a report that is owed
 * @job: about this job
 * @position: an MDN's recipient; -1: the station itself
 * @kind: "dsn", "delay" (a DSN, too) or "mdn"
 * @action: as ifax-message report takes it
 * @status: of RFC 3463
 * @text: for people
 * @time_ms: when it became so
 */
struct owed {
	int64_t job;
	int64_t position;
	char *kind;
	char *action;
	char *status;
	char *text;
	int64_t time_ms;
};

/** jobs_next_owed - the report that is owed longest; false: none is. owed_clear() frees */
bool jobs_next_owed(struct jobs *jobs, struct owed *owed);
void owed_clear(struct owed *owed);
/** jobs_owes - whether a report about a job is still to be made */
bool jobs_owes(struct jobs *jobs, int64_t id);
/** jobs_owed_recipients - the recipients that a report is about; none: the station itself */
bool jobs_owed_recipients(struct jobs *jobs, const struct owed *owed,
			  struct recipients *recipients);

/** struct report_mail - a report, or another mail that the station makes, on disk; its DSNs
 *	are asked for by @envelope_id, NULL: none are */
struct report_mail {
	const char *to;
	const char *subject;
	const char *message_id;
	const char *envelope_id;
	const char *message_file;
	int64_t message_bytes;
};

/**
 * jobs_pay - what was owed is a job to be sent
 * @mail: the report; without @to it is not sent
 * @on_paper: it is also, or instead, a job to be printed
 *
 * Return: the job; 0: not stored.
 */
int64_t jobs_pay(struct jobs *jobs, const struct owed *owed, const struct report_mail *mail,
		 bool on_paper);
/** jobs_waive - what was owed cannot be made */
bool jobs_waive(struct jobs *jobs, const struct owed *owed);

/**
 * jobs_confirm - take what a report says about what we sent, or asked for
 * @from: the job that it came as
 * @report: the report
 * @failed: set to whether it tells of a failure
 *
 * Return: the job that it is about, 0: none of ours; -1: not stored.
 */
int64_t jobs_confirm(struct jobs *jobs, int64_t from, const struct report *report, bool *failed);

#endif /* IFAX_CONFIRM_H */
