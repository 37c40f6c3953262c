// SPDX-License-Identifier: GPL-2.0
/*
 * forwarder: makes the mails that go on to others, one at a time
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "forms.h"
#include "forms.h"
#include "forward.h"
#include "log.h"
#include "relay.h"
#include "station.h"
#include "store/commits.h"
#include "words.h"
#include "worker.h"

struct forwarder {
	struct station *station;
	struct event *timer;
	struct worker *worker;
	int64_t job;			/* being forwarded */
	struct forward forward;
	struct spool_file mail;
	char envelope_id[64];
	struct file_commit keeping;	/* of it */
	bool kept;			/* and is under way */
	char message_id[512];
	char subject[1024];
};

static bool is_request(const struct forwarder *forwarder)
{
	return forwarder->forward.kind == JOB_REQUEST;
}

static void run_again(struct forwarder *forwarder, int64_t ms)
{
	station_wake(forwarder->station, forwarder->timer, ms);
}

static void keep_mail(struct forwarder *forwarder, int64_t bytes)
{
	forwarder->mail.bytes = bytes;
	forwarder->kept = true;
	commits_file(forwarder->station->commits, &forwarder->keeping);
}

static void store_mail(struct forwarder *forwarder)
{
	struct station *station = forwarder->station;
	struct report_mail mail = {
		.to = forwarder->forward.address, .subject = forwarder->subject,
		.message_id = forwarder->message_id, .message_file = forwarder->mail.name,
		.message_bytes = forwarder->mail.bytes,
	};
	const struct config *config = &station->config;
	int64_t id;

	/* who asked wants to know; for rules nobody does */
	if (is_request(forwarder) && config_can_receive(config) && config->confirm.delivery)
		mail.envelope_id = forwarder->envelope_id;
	id = jobs_set_forwarded(station->jobs, forwarder->job, &forwarder->forward,
				config->address, &mail);
	if (!id) {
		spool_remove(&station->spool, SPOOL_MESSAGE, forwarder->mail.name);
		return;
	}
	log_event(LOG_NOTICE, "forwarder.forwarded job=%lld as=%lld to=%s",
		  (long long)forwarder->job, (long long)id, forwarder->forward.address);
	sender_run(station->sender);
}

static void on_kept(void *arg, int err)
{
	struct forwarder *forwarder = arg;

	forwarder->kept = false;
	if (!err)
		store_mail(forwarder);
	run_again(forwarder, err ? STATION_RECOVER_MS : 0);
}

static void on_made(void *arg, enum worker_end end, const char *text)
{
	struct forwarder *forwarder = arg;

	forwarder->worker = NULL;
	if (end == WORKER_DONE) {
		keep_mail(forwarder, worker_number(text, "bytes"));
		return;
	}
	if (end != WORKER_AGAIN) {
		log_event(LOG_ERR, "forwarder.dropped job=%lld to=%s error=%s",
			  (long long)forwarder->job, forwarder->forward.address, text);
		jobs_drop_forward(forwarder->station->jobs, forwarder->job, &forwarder->forward);
	}
	spool_discard(&forwarder->mail);
	run_again(forwarder, end == WORKER_AGAIN ? STATION_RECOVER_MS : 0);
}

/* As if it had been scanned here: with a request for confirmation. */
static void write_relay(int fd, struct forwarder *forwarder, const struct job *job)
{
	const struct config *config = &forwarder->station->config;

	if (config_can_receive(config) && config->confirm.processing)
		dprintf(fd, "mdn-to=%s\n", config->address);
	dprintf(fd, "text=Sent by %s, as %s asked for.\n", config->name, job->answer_to);
}

/* As good as it came, and no better than the recipient is known to take. */
static void write_form(int fd, const struct forwarder *forwarder, int pages)
{
	char text[PAGE_FORM_BYTES], note[FORMS_NOTE_BYTES];
	struct page_form document, form;
	struct peer peer;

	if (forwarder->forward.as_pdf || !forms_document(pages, &document))
		return;
	book_look_up(forwarder->station->jobs, forwarder->forward.address, &peer);
	forms_choose("auto", &document, &peer, &form, note);
	page_form_to_text(&form, text);
	dprintf(fd, "form=%s\n", text);
	if (*note)
		log_event(LOG_NOTICE, "forms.downgrade job=%lld to=%s text=%s",
			  (long long)forwarder->job, forwarder->forward.address, note);
}

/* Values on lines of their own; what came from the mail was made harmless by who opened it. */
static int values(struct forwarder *forwarder, const struct job *job, int pages)
{
	const struct config *config = &forwarder->station->config;
	int fd = memfd_create("forward", MFD_CLOEXEC);
	char *loops = jobs_loops(forwarder->station->jobs, job->id);
	struct words words;

	if (fd >= 0 && loops) {
		dprintf(fd, "from=%s\nto=%s\nsubject=%s\n", config->address,
			forwarder->forward.address, forwarder->subject);
		dprintf(fd, "message-id=%s\ndate=%lld\nas=%s\n", forwarder->message_id,
			(long long)now_ms() / 1000, forwarder->forward.as_pdf ? "pdf" : "tiff");
		words_fill(&words, config, job, forwarder->forward.address);
		words_header_line(&words, config, fd);
		write_form(fd, forwarder, pages);
		for (char *loop = strtok(loops, " "); loop; loop = strtok(NULL, " "))
			dprintf(fd, "loop=%s\n", loop);
		dprintf(fd, "loop=%s\n", config->address);
		if (is_request(forwarder))
			write_relay(fd, forwarder, job);
		else
			dprintf(fd, "text=Forwarded by %s; it came from %s.\n", config->name,
				*job->sender ? job->sender : "somebody");
		lseek(fd, 0, SEEK_SET);
	} else if (fd >= 0) {
		close(fd);
		fd = -1;
	}
	free(loops);
	return fd;
}

static bool start_worker(struct forwarder *forwarder, const struct job *job, int pages)
{
	struct station *station = forwarder->station;
	char *argv[] = { (char *)station->config.message_worker, "compose", NULL };
	struct worker_task task = {
		.argv = argv, .fd = { pages, -1, -1 },
		.deadline_ms = station->config.limits.worker_ms, .ended = on_made, .arg = forwarder,
	};

	if (spool_create(&station->spool, &forwarder->mail))
		return false;
	forwarder->job = job->id;
	snprintf(forwarder->subject, sizeof(forwarder->subject), "%s%.1000s",
		 is_request(forwarder) ? "" : "Fwd: ", job->subject);
	snprintf(forwarder->envelope_id, sizeof(forwarder->envelope_id), "%s.%lld",
		 forwarder->mail.name, (long long)now_ms());
	snprintf(forwarder->message_id, sizeof(forwarder->message_id), "<%s@%s>",
		 forwarder->envelope_id, station->config.host_name);
	task.stdin_fd = values(forwarder, job, pages);
	task.fd[1] = forwarder->mail.fd;
	if (task.stdin_fd >= 0) {
		forwarder->worker = worker_start(station->base, &task);
		close(task.stdin_fd);
	}
	if (!forwarder->worker)
		spool_discard(&forwarder->mail);
	return forwarder->worker;
}

/* All are made: the job goes on its way. */
static bool finish(struct forwarder *forwarder, const struct job *job)
{
	struct station *station = forwarder->station;
	struct job ended;

	if (!jobs_end_forwarding(station->jobs, job->id, &station->config.confirm))
		return false;
	if (jobs_get(station->jobs, job->id, &ended) && ended.state == JOB_NOTED)
		station_remove_files(station, &ended);
	job_clear(&ended);
	incoming_run(station->incoming);
	reporter_run(station->reporter);
	relay_wake(station->relay);
	run_again(forwarder, 0);
	return true;
}

static bool start(struct forwarder *forwarder, const struct job *job)
{
	struct station *station = forwarder->station;
	bool started = false;
	int pages;

	if (!jobs_next_forward(station->jobs, job->id, &forwarder->forward))
		return finish(forwarder, job);
	pages = spool_open_file(&station->spool, SPOOL_PAGE, job->page_file, O_RDONLY);
	/* what was opened can be opened again */
	if (pages == -ENOENT)
		return jobs_set_state(station->jobs, job->id, JOB_RECEIVED, "", 0);
	if (pages >= 0) {
		started = start_worker(forwarder, job, pages);
		close(pages);
	}
	return started;
}

void forwarder_run(struct forwarder *forwarder)
{
	struct job job;

	if (forwarder->worker || forwarder->kept)
		return;
	if (!jobs_can_store(forwarder->station->jobs)) {
		run_again(forwarder, STATION_RECOVER_MS);
		return;
	}
	if (!jobs_oldest(forwarder->station->jobs, STATE(FORWARDING), &job))
		return;
	if (!start(forwarder, &job))
		run_again(forwarder, STATION_RECOVER_MS);
	job_clear(&job);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	forwarder_run(arg);
}

struct forwarder *forwarder_create(struct station *station)
{
	struct forwarder *forwarder = calloc(1, sizeof(*forwarder));

	if (!forwarder)
		return NULL;
	forwarder->station = station;
	forwarder->mail.fd = -1;
	forwarder->keeping = (struct file_commit){
		.file = &forwarder->mail, .place = SPOOL_MESSAGE, .done = on_kept, .arg = forwarder,
	};
	forwarder->timer = evtimer_new(station->base, on_timer, forwarder);
	if (forwarder->timer)
		return forwarder;
	free(forwarder);
	return NULL;
}

void forwarder_free(struct forwarder *forwarder)
{
	if (!forwarder)
		return;
	if (forwarder->worker)
		worker_stop(forwarder->worker);
	worker_leave(forwarder->worker);
	spool_discard(&forwarder->mail);
	event_free(forwarder->timer);
	free(forwarder);
}
