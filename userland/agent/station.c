// SPDX-License-Identifier: GPL-2.0
/*
 * station: what the parts of the daemon share
 */
#include <string.h>
#include <time.h>

#include "send/mails.h"
#include "station.h"
#include "store/confirm.h"
#include "store/mailbox.h"

int64_t steady_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void station_wake(struct station *station, struct event *timer, int64_t ms)
{
	struct timeval time = { ms / 1000, ms % 1000 * 1000 };
	struct timeval due, now, left;

	if (evtimer_pending(timer, &due)) {
		event_base_gettimeofday_cached(station->base, &now);
		evutil_timersub(&due, &now, &left);
		if (evutil_timercmp(&left, &time, <))
			return;
	}
	evtimer_add(timer, &time);
}

int64_t station_left_ms(const struct station *station, int64_t next_ms)
{
	int64_t longest_ms = station->config.retry.interval_ms + station->config.retry.longest_ms +
			     station->config.retry.paper_ms + STATION_RECOVER_MS;
	int64_t left_ms = next_ms - now_ms();

	for (size_t i = 0; i < station->config.retry.quick_items; i++)
		longest_ms += station->config.retry.quick_ms[i];
	return left_ms < 0 || left_ms > longest_ms ? 0 : left_ms;
}

struct removal {
	const struct station *station;
	const struct job *job;
};

static void remove_mail(void *arg, const char *file)
{
	const struct removal *removal = arg;

	/* the first one is the job's, too */
	if (strcmp(file, removal->job->message_file))
		spool_remove(&removal->station->spool, SPOOL_MESSAGE, file);
}

void station_remove_files(struct station *station, const struct job *job)
{
	struct removal removal = { station, job };
	/* a recipient may ask for a better form of it */
	bool is_offered = !job->incoming && job->state != JOB_CANCELLED &&
			  job->pages_until_ms > now_ms();

	/* the mail is needed once more: its sender is owed a report about it */
	if (jobs_owes(station->jobs, job->id)) {
		if (is_offered)
			return;
		spool_remove(&station->spool, SPOOL_PAGE, job->page_file);
		spool_remove(&station->spool, SPOOL_PROGRESS, job->page_file);
		return;
	}
	jobs_each_mail(station->jobs, job->id, remove_mail, &removal);
	if (is_offered ? !jobs_set_pages_only(station->jobs, job->id) :
	    !jobs_set_forgotten(station->jobs, job->id))
		return;
	/* the file may be another job's, or lie in a mailbox, too */
	if (*job->message_file &&
	    !jobs_needs_file(station->jobs, SPOOL_MESSAGE, job->message_file))
		spool_remove(&station->spool, SPOOL_MESSAGE, job->message_file);
	if (!is_offered)
		spool_remove(&station->spool, SPOOL_PAGE, job->page_file);
	spool_remove(&station->spool, SPOOL_PROGRESS, job->page_file);
}
