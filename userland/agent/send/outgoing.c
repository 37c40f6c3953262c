// SPDX-License-Identifier: GPL-2.0
/*
 * outgoing: from paper to mail
 *
 * One document is scanned and one is composed at a time. What was composed is
 * the sender's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alternative.h"
#include "forms.h"
#include "log.h"
#include "mail_values.h"
#include "mails.h"
#include "paper/paper.h"
#include "partial.h"
#include "station.h"
#include "store/commits.h"
#include "template.h"
#include "words.h"
#include "worker.h"

struct outgoing {
	struct station *station;
	struct event *timer;
	struct worker *scanner;
	int64_t scanning;		/* job, 0: none */
	int64_t scanned;		/* pages of it */
	struct worker *composer;
	int64_t composing;
	struct mail mail;		/* of it, being composed */
	struct spool_file message;	/* what the composer writes */
	struct partial partial;		/* where it is cut */
	struct file_commit keeping;	/* of it */
	bool kept;			/* and is under way */
	struct commit settled;		/* what is to be begun is on disk */
};

static void run_again(struct outgoing *outgoing, int64_t ms)
{
	station_wake(outgoing->station, outgoing->timer, ms);
}

static void set_state(struct outgoing *outgoing, int64_t id, enum job_state state,
		      const char *reason, int64_t wait_ms)
{
	int64_t next_ms = wait_ms ? now_ms() + wait_ms : 0;

	if (!jobs_set_state(outgoing->station->jobs, id, state, reason, next_ms))
		wait_ms = STATION_RECOVER_MS;
	if (wait_ms)
		run_again(outgoing, wait_ms);
}

static void remove_pages(struct station *station, const struct job *job)
{
	spool_remove(&station->spool, SPOOL_PAGE, job->page_file);
	spool_remove(&station->spool, SPOOL_PROGRESS, job->page_file);
}

/* Scanning */

static void on_scan_line(void *arg, const char *line)
{
	struct outgoing *outgoing = arg;
	struct job_page page;

	if (strncmp(line, "page ", 5))
		return;
	page = (struct job_page){
		.number = strtoll(line + 5, NULL, 10),
		.lines = worker_number(line, "lines"),
		.bytes = worker_number(line, "bytes"),
		.ns = worker_number(line, "ns"),
	};
	if (page.number > outgoing->scanned &&
	    jobs_set_page(outgoing->station->jobs, outgoing->scanning, &page, false))
		outgoing->scanned = page.number;
}

/* What names a recipient is for this one only. */
struct mail_plan outgoing_plan(const struct config *config, const struct job *job)
{
	bool by_pages = !job->part_bytes;

	struct mail_plan plan = {
		.each = mail_broadcast(config, job) == BROADCAST_EACH ||
			template_has(config->header_line, "to") ||
			template_has(mail_text(config, job), "to"),
		.pages_max = by_pages ? config->mail_pages : 0,
		/* base64 and line ends make a third more of it, the rest is small */
		.bytes_max = by_pages ? config->mail_bytes / 4 * 3 * 76 / 78 : 0,
	};

	page_form_from_text(&plan.document, job->document);
	return plan;
}

static bool read_document(struct station *station, const struct job *job,
			  struct page_form *document)
{
	int fd = spool_open_file(&station->spool, SPOOL_PAGE, job->page_file, O_RDONLY);
	int coding = page_form_coding(job->coding, strlen(job->coding));
	bool good = fd >= 0 && forms_document(fd, document);

	if (fd >= 0)
		close(fd);
	/* a scanner may have its own mind */
	if (good && coding > (int)document->coding)
		document->coding = coding;
	return good;
}

static void fail_scan(struct outgoing *outgoing, const struct job *job, const char *reason)
{
	if (jobs_set_state(outgoing->station->jobs, job->id, JOB_FAILED, reason, 0))
		remove_pages(outgoing->station, job);
	else
		run_again(outgoing, STATION_RECOVER_MS);
}

/* What the progress file says of a scan that has ended, now or before a crash. */
static void take_progress(struct outgoing *outgoing, int progress, const struct job *job,
			  const char *reason)
{
	struct mail_plan plan = outgoing_plan(&outgoing->station->config, job);
	char interrupted[128];
	int ok;

	outgoing->scanning = job->id;
	outgoing->scanned = 0;
	ok = paper_replay(progress, on_scan_line, outgoing);
	outgoing->scanning = 0;
	if (ok > 0) {
		if (!read_document(outgoing->station, job, &plan.document) ||
		    !jobs_set_scanned(outgoing->station->jobs, job->id, outgoing->scanned, &plan))
			run_again(outgoing, STATION_RECOVER_MS);
		return;
	}
	if (!reason) {
		snprintf(interrupted, sizeof(interrupted),
			 "the scan was interrupted after page %lld: "
			 "lay the whole document in again and retry",
			 (long long)outgoing->scanned);
		reason = interrupted;
	}
	fail_scan(outgoing, job, reason);
}

static void on_scanned(void *arg, enum worker_end end, const char *text)
{
	struct outgoing *outgoing = arg;
	struct station *station = outgoing->station;
	struct job job;
	int progress;

	outgoing->scanner = NULL;
	if (jobs_get(station->jobs, outgoing->scanning, &job)) {
		progress =
			job.state == JOB_SCANNING ? paper_open(&station->spool, job.page_file) : -1;
		if (progress >= 0) {
			take_progress(outgoing, progress, &job, text);
			close(progress);
		}
		job_clear(&job);
	}
	outgoing->scanning = 0;
	outgoing_run(outgoing);
}

static struct worker *start_scanner(struct outgoing *outgoing, const struct job *job, int pages,
				    int progress)
{
	struct station *station = outgoing->station;
	char *argv[] = {
		(char *)station->config.paper_worker, "scan", "--progress", "--coding", job->coding,
		"--resolution", *job->resolution ? job->resolution : "204x196",
		"--device", (char *)station->config.scanner, NULL,
	};
	struct worker_task task = {
		.argv = argv, .stdin_fd = -1, .fd = { -1, pages, progress },
		.line = on_scan_line, .ended = on_scanned, .arg = outgoing,
	};

	return worker_start(station->base, &task);
}

static bool start_scan(struct outgoing *outgoing, const struct job *job)
{
	struct station *station = outgoing->station;
	int progress = paper_open(&station->spool, job->page_file);
	int pages;

	if (progress == -EBUSY) {
		set_state(outgoing, job->id, JOB_SCANNING,
			  "waits for the page that is being scanned", 1000);
		return true;
	}
	if (progress < 0)
		return false;
	if (lseek(progress, 0, SEEK_END) > 0) {
		take_progress(outgoing, progress, job, NULL);
		close(progress);
		run_again(outgoing, 0);
		return true;
	}
	pages = spool_open_file(&station->spool, SPOOL_PAGE, job->page_file,
				O_RDWR | O_CREAT | O_TRUNC);
	if (pages >= 0 &&
	    (!paper_settled(&station->spool) || !jobs_settled(station->jobs, job->id))) {
		/* a sheet cannot be laid in again by who starts after a power cut */
		commits_add(station->commits, &outgoing->settled);
		close(pages);
		close(progress);
		return true;
	}
	if (pages >= 0) {
		outgoing->scanned = 0;
		outgoing->scanning = job->id;
		outgoing->scanner = start_scanner(outgoing, job, pages, progress);
	}
	if (pages >= 0)
		close(pages);
	close(progress);
	if (!outgoing->scanner) {
		outgoing->scanning = 0;
		fail_scan(outgoing, job,
			  "the scan could not be started; the daemon's log says why");
	}
	return true;
}

/* Composing */

static void keep_composed(struct outgoing *outgoing, const struct job *job)
{
	struct station *station = outgoing->station;
	long long bytes = lseek(outgoing->message.fd, 0, SEEK_END);

	outgoing->partial.parts = 0;
	if (job->part_bytes && bytes > job->part_bytes &&
	    !partial_cut(&outgoing->partial, outgoing->message.fd, bytes, job->part_bytes)) {
		set_state(outgoing, job->id, JOB_FAILED, "the mail cannot be cut into parts", 0);
		return;
	}
	outgoing->message.bytes = bytes;
	outgoing->kept = true;
	commits_file(station->commits, &outgoing->keeping);
}

static void store_composed(struct outgoing *outgoing, const struct job *job)
{
	const struct spool_file *message = &outgoing->message;
	struct jobs *jobs = outgoing->station->jobs;
	bool stored;

	stored = outgoing->partial.parts ?
		jobs_set_partial(jobs, job->id, &outgoing->mail, message->name,
				 &outgoing->partial) :
		jobs_set_mail(jobs, job->id, &outgoing->mail, message->name, message->bytes);
	/* the pages stay: a recipient may turn out to take another form */
	if (stored)
		return;
	spool_remove(&outgoing->station->spool, SPOOL_MESSAGE, message->name);
	run_again(outgoing, STATION_RECOVER_MS);
}

static void end_composing(struct outgoing *outgoing)
{
	outgoing->composing = 0;
	spool_discard(&outgoing->message);
	outgoing_run(outgoing);
}

static void on_kept(void *arg, int err)
{
	struct outgoing *outgoing = arg;
	struct station *station = outgoing->station;
	int64_t id = outgoing->composing;
	struct job job;

	outgoing->kept = false;
	if (err)
		set_state(outgoing, id, JOB_COMPOSING, strerror(err), STATION_RECOVER_MS);
	else if (jobs_get(station->jobs, id, &job) && job.state == JOB_COMPOSING)
		store_composed(outgoing, &job);
	else
		spool_remove(&station->spool, SPOOL_MESSAGE, outgoing->message.name);
	if (!err)
		job_clear(&job);
	end_composing(outgoing);
}

static void on_composed(void *arg, enum worker_end end, const char *text)
{
	struct outgoing *outgoing = arg;
	struct station *station = outgoing->station;
	int64_t id = outgoing->composing;
	struct job job;

	outgoing->composer = NULL;
	if (jobs_get(station->jobs, id, &job) && job.state == JOB_COMPOSING) {
		if (end == WORKER_DONE)
			keep_composed(outgoing, &job);
		else if (end == WORKER_AGAIN)
			set_state(outgoing, id, JOB_COMPOSING, text,
				  station->config.retry.paper_ms);
		else
			set_state(outgoing, id, JOB_FAILED, text, 0);
	}
	job_clear(&job);
	if (!outgoing->kept)
		end_composing(outgoing);
}

static bool start_compose(struct outgoing *outgoing, const struct job *job)
{
	struct station *station = outgoing->station;
	char *argv[] = { (char *)station->config.message_worker, "compose", NULL };
	struct worker_task task = {
		.argv = argv, .fd = { -1, -1, -1 }, .deadline_ms = station->config.limits.worker_ms,
		.ended = on_composed, .arg = outgoing,
	};

	task.fd[0] = spool_open_file(&station->spool, SPOOL_PAGE, job->page_file, O_RDONLY);
	if (task.fd[0] == -ENOENT) {
		set_state(outgoing, job->id, JOB_FAILED, "its pages are gone from the spool", 0);
		return true;
	}
	if (task.fd[0] < 0)
		return false;
	task.stdin_fd = jobs_next_mail(station->jobs, job->id, &outgoing->mail) ?
		mail_values(station, job, &outgoing->mail) : -1;
	if (task.stdin_fd < 0)
		goto close_pages;
	if (spool_create(&station->spool, &outgoing->message))
		goto close_values;
	task.fd[1] = outgoing->message.fd;
	outgoing->composing = job->id;
	outgoing->composer = worker_start(station->base, &task);
	if (!outgoing->composer) {
		outgoing->composing = 0;
		spool_discard(&outgoing->message);
	}
close_values:
	close(task.stdin_fd);
close_pages:
	close(task.fd[0]);
	return outgoing->composer;
}

/* Scheduling */

static void run_oldest(struct outgoing *outgoing, unsigned int states,
		       bool (*start)(struct outgoing *outgoing, const struct job *job))
{
	struct job job;
	int64_t left_ms;

	if (!jobs_oldest(outgoing->station->jobs, states, &job))
		return;
	left_ms = station_left_ms(outgoing->station, job.next_ms);
	if (left_ms)
		run_again(outgoing, left_ms);
	else if (!start(outgoing, &job))
		set_state(outgoing, job.id, job.state,
			  "cannot be started now; the daemon's log says why", STATION_RECOVER_MS);
	job_clear(&job);
}

/* Pages that nobody can ask for any more go. */
static void end_offers(struct outgoing *outgoing)
{
	struct station *station = outgoing->station;
	int64_t now = now_ms(), id, next;
	struct job job;

	while ((id = jobs_next_expired(station->jobs, now))) {
		if (!jobs_offer(station->jobs, id, 0) || !jobs_get(station->jobs, id, &job))
			break;
		station_remove_files(station, &job);
		job_clear(&job);
	}
	next = jobs_next_expiry(station->jobs);
	if (next)
		run_again(outgoing, next > now ? next - now : STATION_RECOVER_MS);
}

static bool can_store(struct outgoing *outgoing)
{
	if (jobs_can_store(outgoing->station->jobs))
		return true;
	run_again(outgoing, STATION_RECOVER_MS);
	return false;
}

void outgoing_run(struct outgoing *outgoing)
{
	end_offers(outgoing);
	if (!outgoing->scanner)
		run_oldest(outgoing, STATE(SCANNING), start_scan);
	/* also while what was composed is being synced */
	if (!outgoing->composing && can_store(outgoing))
		run_oldest(outgoing, STATE(COMPOSING), start_compose);
	sender_run(outgoing->station->sender);
}

/* The subject is the job's: it can name the station, not the recipient. */
static void fill_subject(const struct config *config, const char *template, char *subject,
			 size_t bytes)
{
	const struct job now = { .created_ms = now_ms(), .subject = "" };
	struct words words;

	words_fill(&words, config, &now, "");
	words.value[7] = (struct template_value){ NULL, NULL };
	template_fill(template, words.value, subject, bytes);
}

static bool scanner_is_free(struct outgoing *outgoing, const char **reason)
{
	struct job job;

	if (!jobs_oldest(outgoing->station->jobs, STATE(SCANNING), &job))
		return true;
	job_clear(&job);
	*reason = "the scanner is busy with another document";
	return false;
}

int64_t outgoing_submit(struct outgoing *outgoing, struct job_draft *draft, const char **reason)
{
	struct station *station = outgoing->station;
	char name[SPOOL_NAME_BYTES];
	char message_id[512];
	char envelope_id[64];
	char subject[1000];
	int64_t id;

	if (!scanner_is_free(outgoing, reason))
		return 0;
	if (spool_free_bytes(&station->spool) < station->config.limits.free_bytes) {
		*reason = "the spool has too little free space";
		return 0;
	}
	spool_name(name);
	snprintf(envelope_id, sizeof(envelope_id), "%s.%lld", name, (long long)now_ms());
	snprintf(message_id, sizeof(message_id), "<%s@%s>", envelope_id, station->config.host_name);
	fill_subject(&station->config, *draft->subject ? draft->subject : station->config.subject,
		     subject, sizeof(subject));
	draft->subject = subject;
	draft->coding = forms_scanned_as(station->jobs, draft);
	if (!draft->part_bytes && station->config.split == SPLIT_PARTIAL)
		draft->part_bytes = station->config.mail_bytes;
	draft->sender = station->config.address;
	draft->message_id = message_id;
	draft->envelope_id = envelope_id;
	if (config_can_receive(&station->config) && station->config.confirm.delivery) {
		draft->notify = "SUCCESS,FAILURE,DELAY";
		draft->dsn_return = "HDRS";
	}
	draft->page_file = name;
	id = jobs_add_outgoing(station->jobs, draft);
	if (!id)
		*reason = "the job could not be stored; the daemon's log says why";
	run_again(outgoing, 0);
	return id;
}

bool outgoing_rescan(struct outgoing *outgoing, int64_t id, const char **reason)
{
	char name[SPOOL_NAME_BYTES];

	if (!scanner_is_free(outgoing, reason))
		return false;
	spool_name(name);
	if (!jobs_set_rescan(outgoing->station->jobs, id, name)) {
		*reason = "the job could not be stored; the daemon's log says why";
		return false;
	}
	run_again(outgoing, 0);
	return true;
}

static void on_settled(void *arg, int err)
{
	run_again(arg, err ? STATION_RECOVER_MS : 0);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	outgoing_run(arg);
}

void outgoing_wake(struct outgoing *outgoing)
{
	run_again(outgoing, 0);
}

struct outgoing *outgoing_create(struct station *station)
{
	struct outgoing *outgoing = calloc(1, sizeof(*outgoing));

	if (!outgoing)
		return NULL;
	outgoing->station = station;
	outgoing->message.fd = -1;
	outgoing->keeping = (struct file_commit){
		.file = &outgoing->message, .place = SPOOL_MESSAGE, .done = on_kept,
		.arg = outgoing,
	};
	outgoing->settled = (struct commit){ .done = on_settled, .arg = outgoing };
	outgoing->timer = evtimer_new(station->base, on_timer, outgoing);
	if (outgoing->timer)
		return outgoing;
	free(outgoing);
	return NULL;
}

bool outgoing_stop_job(struct outgoing *outgoing, int64_t id)
{
	if (outgoing->scanner && outgoing->scanning == id)
		worker_stop(outgoing->scanner);
	else if (outgoing->composer && outgoing->composing == id)
		worker_stop(outgoing->composer);
	else
		return false;
	return true;
}

void outgoing_free(struct outgoing *outgoing)
{
	if (!outgoing)
		return;
	/* the sheets in the feeder are scanned to the end: the next start goes on from there */
	worker_leave(outgoing->scanner);
	if (outgoing->composer)
		worker_stop(outgoing->composer);
	worker_leave(outgoing->composer);
	commits_forget(outgoing->station->commits, &outgoing->settled);
	spool_discard(&outgoing->message);
	event_free(outgoing->timer);
	free(outgoing);
}
