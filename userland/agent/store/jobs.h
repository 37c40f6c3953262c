/* SPDX-License-Identifier: GPL-2.0 */
/*
 * jobs: what the station has to do and has done
 *
 * Together with the spool this is the truth: what a process knows beyond it
 * may be lost at any moment. Each function is one transaction; false (or id 0)
 * means that nothing was stored, and that the reason was logged. What was stored
 * is on disk a little later: commits.h tells when. Until then the job is not
 * settled, and nothing is done with it that a power cut could not undo.
 *
 *	outgoing: scanning, composing, queued, sending, then handed over or failed;
 *		as far as others confirm it, then delivered, processed or failed
 *	incoming: received, opening, printing, then printed or kept; waiting, if it
 *		is a part of a message; noted, if it is not for paper
 */
#ifndef IFAX_JOBS_H
#define IFAX_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool.h"

struct jobs;
struct mail_plan;

/**
 * enum job_state - where a job stands
 * @JOB_SCANNING: its pages are taken from the feeder
 * @JOB_COMPOSING: its mail is made
 * @JOB_QUEUED: a recipient waits for a connection
 * @JOB_SENDING: a connection is open for it
 * @JOB_HELD: the user wants it to wait
 * @JOB_HANDED_OVER: the next mail server took it for every recipient
 * @JOB_DELIVERED: it reached every recipient's station (DSN)
 * @JOB_PROCESSED: it was printed, or shown, there (MDN)
 * @JOB_FAILED: it could not be scanned, or a recipient did not get it
 * @JOB_RECEIVED: its mail is on disk
 * @JOB_OPENING: its pages are taken from the mail
 * @JOB_FORWARDING: mails are made that go on to others, by rules
 * @JOB_PRINTING: its pages are, or wait to be, printed
 * @JOB_PRINTED: all pages are on paper
 * @JOB_KEPT: it cannot be printed; its mail stays in the spool
 * @JOB_WAITING: it is a part of a message, others of which are to come
 * @JOB_ASKING: its sender was asked for a better form of it (alternative.h)
 * @JOB_NOTED: it was read, and is not for paper: a part of a message that was
 *	joined, a report about a job of ours
 * @JOB_CANCELLED: by the user
 */
enum job_state {
	JOB_SCANNING,
	JOB_COMPOSING,
	JOB_QUEUED,
	JOB_SENDING,
	JOB_HELD,
	JOB_HANDED_OVER,
	JOB_DELIVERED,
	JOB_PROCESSED,
	JOB_FAILED,
	JOB_RECEIVED,
	JOB_OPENING,
	JOB_FORWARDING,
	JOB_PRINTING,
	JOB_PRINTED,
	JOB_KEPT,
	JOB_WAITING,
	JOB_ASKING,
	JOB_NOTED,
	JOB_CANCELLED,
	JOB_STATES,
};

/* A set of states. */
#define STATE(state)	(1U << JOB_ ## state)
#define STATES_ACTIVE	(STATE(SCANNING) | STATE(COMPOSING) | STATE(QUEUED) | STATE(SENDING) | \
			 STATE(HELD) | STATE(RECEIVED) | STATE(OPENING) | STATE(FORWARDING) | \
			 STATE(PRINTING) | STATE(WAITING) | STATE(ASKING))
/* Ended well: nothing of the job is needed any more, unless its sender is owed a report. */
#define STATES_DONE	(STATE(HANDED_OVER) | STATE(DELIVERED) | STATE(PROCESSED) | \
			 STATE(PRINTED) | STATE(NOTED) | STATE(CANCELLED))

/**
 * enum job_kind - what a job is
 * @JOB_MAIL: incoming: mail
 * @JOB_SHEET: incoming: a report of ours on paper
 * @JOB_DOCUMENT: outgoing: scanned here
 * @JOB_FORWARD: outgoing: passed on by a rule
 * @JOB_REQUEST: outgoing: sent on because a mail asked for it
 * @JOB_RELAY: outgoing: mail of others on its way through here, as it came
 * @JOB_DSN: outgoing: a report
 * @JOB_MDN: outgoing: a report
 * @JOB_ANSWER: outgoing: to a request that came by mail
 */
enum job_kind {
	JOB_MAIL,
	JOB_SHEET,
	JOB_DOCUMENT,
	JOB_FORWARD,
	JOB_REQUEST,
	JOB_RELAY,
	JOB_DSN,
	JOB_MDN,
	JOB_ANSWER,
	JOB_KINDS,
};

/**
 * struct job - a job as it stands in the database
 * @id: its number
 * @incoming: received, not sent by us
 * @state: where it stands
 * @reason: why it waits, failed or is kept; "" if all is well
 * @next_ms: when it is tried again, 0: now
 * @sender: reverse-path; "" is the null path, and what came without an envelope
 * @subject: for people
 * @coding: outgoing: "mh", "mmr": how it is scanned
 * @policy: outgoing: what it is to be sent as: "mh", "mmr", "auto"; see forms.h
 * @resolution: outgoing: "204x196": how it is scanned
 * @message_id: outgoing: its Message-ID
 * @kind: what it is
 * @source: who brought it, of JOB_MAIL and JOB_RELAY: "smtp 192.0.2.1", "pop3 office"; else ""
 * @envelope_id: ENVID of RFC 3461, decoded: what a DSN names the job by; "" if none
 * @dsn_return: RET of RFC 3461: "FULL", "HDRS", "" if nothing was said
 * @mdn_to: incoming: who is to be told that it was printed; "": nobody
 * @error_to: incoming: who may be told that it was not, without having asked; "": nobody
 * @message_file: name in the spool, "" if none
 * @page_file: name in the spool, "" if none; also the name of the progress file
 * @pages: number of pages, 0 while it is not known
 * @pages_printed: pages on paper
 * @page_bytes: coded bytes of all pages
 * @message_bytes: bytes of the mail
 * @login: incoming: who had logged in to bring it by SMTP; "": nobody
 * @spf: incoming: result of SPF (spf.h); "": it was not asked for
 * @document: outgoing: what its pages are at most (page_form.h), "": not known
 * @importance: outgoing: "high", "normal", "low", "": nothing is said
 * @broadcast: outgoing: what recipients see of each other, "": as configured
 * @text: outgoing: what its mail says, with names in it; NULL: as configured
 * @pages_until_ms: outgoing: its pages are kept so long, for those who ask; 0: they are not
 * @original_id: of the message that it is about, in a report (alternative.h); ""
 * @convertible: outgoing: its author permits that it is converted on its way (RFC 4141)
 * @answer_to: incoming: who is told what becomes of a document that is sent on; "": nobody
 * @part_bytes: outgoing: a longer mail goes as message/partial, in parts of so many bytes;
 *	0: it does not
 * @created_ms: when it began
 * @changed_ms: when its state changed last
 */
struct job {
	int64_t id;
	bool incoming;
	enum job_kind kind;
	enum job_state state;
	char *reason;
	int64_t next_ms;
	char *sender;
	char *subject;
	char *coding;
	char *message_id;
	char *source;
	char *envelope_id;
	char *dsn_return;
	char *mdn_to;
	char *error_to;
	char *policy;
	char *resolution;
	char *message_file;
	char *page_file;
	int64_t pages;
	int64_t pages_printed;
	int64_t page_bytes;
	int64_t message_bytes;
	char *login;
	char *spf;
	char *answer_to;
	char *document;
	char *importance;
	char *broadcast;
	char *text;
	int64_t pages_until_ms;
	char *original_id;
	bool convertible;
	int64_t part_bytes;
	int64_t created_ms;
	int64_t changed_ms;
};

/**
 * enum recipient_state - what became of a recipient
 * @RECIPIENT_QUEUED: to be tried at its next_ms
 * @RECIPIENT_SENDING: a connection is open for it
 * @RECIPIENT_HELD: it waits until the user says otherwise
 * @RECIPIENT_HANDED_OVER: the next mail server took it
 * @RECIPIENT_DELIVERED: it reached the recipient's station
 * @RECIPIENT_PROCESSED: it was printed, or shown, there
 * @RECIPIENT_FAILED: for good
 * @RECIPIENT_CANCELLED: by the user
 */
enum recipient_state {
	RECIPIENT_QUEUED,
	RECIPIENT_SENDING,
	RECIPIENT_HELD,
	RECIPIENT_HANDED_OVER,
	RECIPIENT_DELIVERED,
	RECIPIENT_PROCESSED,
	RECIPIENT_FAILED,
	RECIPIENT_CANCELLED,
	RECIPIENT_STATES,
};

/**
 * struct recipient - a recipient of a job
 * @position: its place in the job, from 0
 * @address: user@example.com
 * @state: where it stands
 * @reply: what the server, or we, said last
 * @next_ms: when it is tried again
 * @tries: attempts that failed
 * @waited_ms: sum of the waits between attempts: a clock that jumps does not change it
 * @part: of the mails that it gets one after the other, which is the next, from 1
 * @notify: NOTIFY of RFC 3461: "NEVER", or "SUCCESS,FAILURE,DELAY" or fewer; "": nothing said
 * @original: ORCPT of RFC 3461, decoded: "rfc822;user@example.com"; "" if none
 * @mail: position of the mails that it gets (mails.h)
 * @form: form of these (page_form.h), "": as they are
 * @note: how they are less than the document, for people; "": they are not
 * @converted: how often it was to get another form after all
 * @relayed: the next server took it, and does not confirm delivery, as was asked; not stored
 */
struct recipient {
	int64_t position;
	char *address;
	enum recipient_state state;
	char *reply;
	int64_t next_ms;
	int64_t tries;
	int64_t waited_ms;
	int64_t part;
	char *notify;
	char *original;
	int64_t mail;
	char *form;
	char *note;
	int64_t converted;
	bool relayed;
};

struct recipients {
	struct recipient *item;
	size_t items;
};

/** struct job_recipient - a recipient as an envelope names it; see struct recipient, NULL as "" */
struct job_recipient {
	const char *address;
	const char *notify;
	const char *original;
};

/** struct job_draft - a job to be sent */
struct job_draft {
	const char *sender;
	const char *subject;
	const char *coding;
	const char *text;		/* NULL: that of the configuration */
	const char *importance;
	const char *broadcast;		/* "": that of the configuration */
	const char *policy;
	const char *resolution;
	const char *message_id;
	const char *envelope_id;
	const char *dsn_return;
	const char *notify;		/* for all recipients, NULL as "" */
	const char *page_file;
	int64_t part_bytes;
	const struct job_recipient *recipient;
	size_t recipients;
};

/**
 * struct job_arrival - a mail that is on disk
 * @message_bytes: as mail on the wire, with CRLF as line ends
 * @irregular: its file may have other line ends
 * @account: POP3: where it was fetched, else NULL
 * @unique_id: POP3: its name there, "" if the server gave none that can be relied on
 * @listed_bytes: POP3: its size by LIST
 * @digest: POP3: of its content
 * @mailbox: the mailboxes that get it
 * @login: SMTP: who had logged in, else NULL
 * @spf: SMTP: result of SPF, NULL: it was not asked for
 * @relay: recipients elsewhere, to whom it is sent on
 * @repeat_key: names the mail so that it is known if it comes again (repeats.h), NULL: nothing does
 */
struct job_arrival {
	const char *sender;
	const char *source;
	const char *message_file;
	int64_t message_bytes;
	bool irregular;
	const char *envelope_id;
	const char *dsn_return;
	const struct job_recipient *recipient;
	size_t recipients;
	const char *account;
	const char *unique_id;
	int64_t listed_bytes;
	const char *digest;
	const char *const *mailbox;
	size_t mailboxes;
	const char *login;
	const char *spf;
	const struct job_recipient *relay;
	size_t relays;
	bool convertible;		/* CONPERM: what is sent on may be converted */
	const char *repeat_key;
};

/** struct job_page - a page that was scanned or printed */
struct job_page {
	int64_t number;
	int64_t lines;
	int64_t bytes;
	int64_t ns;
};

const char *recipient_state_name(enum recipient_state state);
int64_t now_ms(void);

struct jobs *jobs_open(const char *directory);
void jobs_close(struct jobs *jobs);
struct sqlite3 *jobs_database(struct jobs *jobs);

int64_t jobs_add_outgoing(struct jobs *jobs, const struct job_draft *draft);

/**
 * jobs_begin, jobs_end - one transaction for many; only jobs_add_arrival() joins it
 * @good: of jobs_end(): all could be added
 */
bool jobs_begin(struct jobs *jobs);
bool jobs_end(struct jobs *jobs, bool good);

/** jobs_add_arrival - within jobs_begin(): a mail has come. Return: its job, 0: not stored */
int64_t jobs_add_arrival(struct jobs *jobs, const struct job_arrival *arrival);
/** jobs_remove_arrival - what was added of a mail is to be as if it had never come */
bool jobs_remove_arrival(struct jobs *jobs, const struct job_arrival *arrival);
/** jobs_tell_operator - from now on somebody is owed a report about jobs of ours that fail */
void jobs_tell_operator(struct jobs *jobs);

/** jobs_get - read a job; job_clear() frees what it holds */
bool jobs_get(struct jobs *jobs, int64_t id, struct job *job);
/** jobs_oldest - read the oldest job in one of @states */
bool jobs_oldest(struct jobs *jobs, unsigned int states, struct job *job);
/** jobs_first_due - the same, but those that wait for a later time come behind, by that time */
bool jobs_first_due(struct jobs *jobs, unsigned int states, struct job *job);
void job_clear(struct job *job);
/** job_is_own - what was scanned or forwarded here can be sent anew; what others wrote cannot */
bool job_is_own(const struct job *job);
const char *job_kind_name(enum job_kind kind);
/** jobs_in_state - whether a job is in one of @states */
bool jobs_in_state(struct jobs *jobs, int64_t id, unsigned int states);

bool jobs_set_state(struct jobs *jobs, int64_t id, enum job_state state, const char *reason,
		    int64_t next_ms);
bool jobs_set_page(struct jobs *jobs, int64_t id, const struct job_page *page, bool printed);
/** jobs_set_scanned - all pages are there; @plan: see mails.h */
bool jobs_set_scanned(struct jobs *jobs, int64_t id, int64_t pages, const struct mail_plan *plan);
/** jobs_set_rescan - begin an outgoing job again with an empty page file */
bool jobs_set_rescan(struct jobs *jobs, int64_t id, const char *page_file);
/** jobs_set_pages_only - a job that was sent needs its mails no more, but its pages */
bool jobs_set_pages_only(struct jobs *jobs, int64_t id);
/** jobs_set_forgotten - a job that ended needs its files no more */
bool jobs_set_forgotten(struct jobs *jobs, int64_t id);

bool jobs_recipients(struct jobs *jobs, int64_t id, struct recipients *recipients);
void recipient_clear(struct recipient *recipient);
/** recipient_set_text - another text for one of a recipient; false: no memory, it stays */
bool recipient_set_text(char **text, const char *value);
void recipients_clear(struct recipients *recipients);
/**
 * struct job_due - a recipient that waits
 * @job: of which
 * @next_ms: when it is due
 * @address: of the recipient
 */
struct job_due {
	int64_t job;
	int64_t next_ms;
	const char *address;
};

/** jobs_due - call @each with those that are due, the first one first, until it returns false */
bool jobs_due(struct jobs *jobs, bool (*each)(void *arg, const struct job_due *due), void *arg);
/** jobs_set_recipients - store recipients, and what follows for the state of their job */
bool jobs_set_recipients(struct jobs *jobs, int64_t id, const struct recipient *recipient,
			 size_t recipients);
/** jobs_requeue - no connection is open: what was being sent waits again */
bool jobs_requeue(struct jobs *jobs);

/**
 * jobs_fetched - the job of a mail that was fetched under this unique-id; 0: none, or the server
 *	said that it has deleted it: then the unique-id may be another mail's by now (RFC 1939, 7)
 * @listed_bytes: its size by LIST: a unique-id with another size names another mail
 * @fetched_ms: receives when it was fetched
 */
int64_t jobs_fetched(struct jobs *jobs, const char *account, const char *unique_id,
		     int64_t listed_bytes, int64_t *fetched_ms);
/**
 * jobs_set_fetched - the mail of a job is fetched under this unique-id, too
 *
 * If it was so before, and deleted, the server does not delete what it says it has: from
 * now on its word counts for nothing for this mail, and jobs_fetched() knows it.
 */
bool jobs_set_fetched(struct jobs *jobs, int64_t id, const struct job_arrival *arrival);
/**
 * jobs_fetched_content - the job of a mail that was fetched with this digest, and that the
 * server now lists under another unique-id, or again under the same; 0: none
 * @unique_id: under which it is listed; "": none
 * @listed: whether the server lists a unique-id: then it is another mail with the same content
 */
int64_t jobs_fetched_content(struct jobs *jobs, const char *account, const char *unique_id,
			     const char *digest, bool (*listed)(void *arg, const char *unique_id), void *arg);
/**
 * jobs_set_deleted - the server has deleted a mail: what comes with the same content is another
 * @digest: of a mail without unique-id; else NULL
 */
bool jobs_set_deleted(struct jobs *jobs, const char *account, const char *unique_id,
		      const char *digest);
/** jobs_forget_fetched - forget the unique-ids that the server does not list any more */
bool jobs_forget_fetched(struct jobs *jobs, const char *account,
		       bool (*listed)(void *arg, const char *unique_id), void *arg);

/**
 * struct jobs_cut - what was committed until now
 * @commit: the last one
 * @log_pages: of the database's log: if it is long it is copied into the database, too
 * @whole: without that the rest counts for nothing
 */
struct jobs_cut {
	uint64_t commit;
	int log_pages;
	bool whole;
};

/** jobs_on_change - call @changed after each commit, from within it */
void jobs_on_change(struct jobs *jobs, void (*changed)(void *arg), void *arg);
/**
 * jobs_begin_sync, jobs_sync, jobs_end_sync - put on disk what was committed
 * @cut: receives, or is, what was committed at the begin
 * @good: of jobs_end_sync(): jobs_sync() returned 0, not an errno. After an error
 *	nothing more is stored until it returns 0: what we did is not to grow beyond
 *	what is known to be on disk
 *
 * jobs_sync() is called in a thread; one at a time.
 */
void jobs_begin_sync(struct jobs *jobs, struct jobs_cut *cut);
int jobs_sync(struct jobs *jobs, const struct jobs_cut *cut);
void jobs_end_sync(struct jobs *jobs, const struct jobs_cut *cut, bool good);
/** jobs_can_store - the disk does not fail: what is begun now can be stored when it is done */
bool jobs_can_store(const struct jobs *jobs);
/** jobs_is_locked - what failed just now did so because another program has the database locked */
bool jobs_is_locked(const struct jobs *jobs);
/** jobs_is_synced - everything that was committed is on disk */
bool jobs_is_synced(const struct jobs *jobs);
/** jobs_settled - everything about a job is on disk */
bool jobs_settled(const struct jobs *jobs, int64_t id);

/** jobs_needs_file - whether a job needs a file of the spool */
bool jobs_needs_file(void *jobs, enum spool_place place, const char *name);
/** jobs_sweep - remove the files of a place that no job needs. false: they could not be told */
bool jobs_sweep(struct jobs *jobs, const struct spool *spool, enum spool_place place);
/** jobs_prune - forget the oldest jobs that ended well beyond the newest @keep */
bool jobs_prune(struct jobs *jobs, int64_t keep);

#endif /* IFAX_JOBS_H */
