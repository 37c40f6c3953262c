/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inside of incoming: shared by its files only. A mail is opened (incoming_open.c), and what
 * it asks for done (incoming_request.c), or its pages are printed (incoming_print.c).
 */
#ifndef IFAX_INCOMING_PRIVATE_H
#define IFAX_INCOMING_PRIVATE_H

#include "opened.h"
#include "report/answer.h"
#include "station.h"
#include "store/commits.h"
#include "worker.h"

struct incoming {
	struct station *station;
	struct event *timer;
	struct worker *opener;
	int64_t opening;		/* job, 0: none */
	bool is_sheet;			/* it is a report of our own, for paper */
	enum worker_end end;		/* of the opener */
	char text[OPENED_TEXT_BYTES];	/* and its last line */
	struct signature *signature;	/* of the mail, being checked */
	bool is_signed;			/* by the domain of its author */
	int64_t relaying;		/* job whose document goes on to others, 0: none */
	struct request_grant grant;	/* of it */
	struct spool_file pages;	/* what the opener writes */
	struct file_commit keeping;	/* of it */
	bool kept;			/* and is under way */
	struct commit settled;		/* what is to be printed is on disk */
	struct opened opened;		/* what it says */
	int64_t opened_pages;
	int64_t crashed;		/* the job whose opener crashed last */
	int crashes;
	int64_t rests_until_ms;		/* after that; steady: nothing is opened */
	struct worker *printer;
	int64_t printing;
	int64_t printed;		/* pages of it on paper */
	int64_t printing_pages;
};

/* incoming.c */

void incoming_run_again(struct incoming *incoming, int64_t ms);
/** incoming_set_state - one that cannot be stored is worked out again from the spool, later */
void incoming_set_state(struct incoming *incoming, int64_t id, enum job_state state,
			const char *reason, int64_t wait_ms);
/** incoming_keep - it cannot be printed: who sent it is told so */
void incoming_keep(struct incoming *incoming, int64_t id, const char *reason, const char *status);
/** incoming_note - the job is not for paper; its mail is not needed any more */
void incoming_note(struct incoming *incoming, int64_t id, const char *reason);

/* incoming_open.c */

/** incoming_start_open - false: it cannot be begun now */
bool incoming_start_open(struct incoming *incoming, const struct job *job);
/** incoming_stop_opening - true: that job was being opened */
bool incoming_stop_opening(struct incoming *incoming, int64_t id);
/** incoming_keep_pages - those that were opened are to be on disk */
void incoming_keep_pages(struct incoming *incoming, int64_t pages);
/** incoming_pages_kept - and are, or not: see struct file_commit */
void incoming_pages_kept(void *arg, int err);

/* incoming_request.c */

/** incoming_take_request - true: the mail is a request to the station, and is cared for */
bool incoming_take_request(struct incoming *incoming, int64_t id);
/** incoming_finish_relay - the document of a request that was granted was opened */
void incoming_finish_relay(struct incoming *incoming, int64_t id);
/** incoming_store_relay - and is on disk */
void incoming_store_relay(struct incoming *incoming, int64_t id);

/* incoming_print.c */

/** incoming_start_print - false: it cannot be begun now */
bool incoming_start_print(struct incoming *incoming, const struct job *job);
/** incoming_stop_printing - true: that job was being printed */
bool incoming_stop_printing(struct incoming *incoming, int64_t id);

#endif /* IFAX_INCOMING_PRIVATE_H */
