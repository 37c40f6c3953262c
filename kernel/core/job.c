// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "core.h"
#include "trace.h"

/**
 * ifax_job_alloc() - begin a job
 * @idev: device
 *
 * Return: the job, with the default format, or NULL.
 */
struct ifax_job *ifax_job_alloc(struct ifax_device *idev)
{
	struct ifax_job *job = kzalloc(sizeof(*job), GFP_KERNEL_ACCOUNT);

	if (!job)
		return NULL;
	job->idev = idev;
	job->memcg = get_mem_cgroup_from_mm(current->mm);
	mutex_init(&job->io_lock);
	INIT_LIST_HEAD(&job->pages);
	ifax_format_default(&idev->caps, &job->format);
	return job;
}

/**
 * ifax_job_cancel() - end all pages of a job
 * @job: job
 *
 * Context: &ifax_device.op_lock and &ifax_job.io_lock are held, or nobody else
 * has the job.
 */
void ifax_job_cancel(struct ifax_job *job)
{
	struct ifax_device *idev = job->idev;

	lockdep_assert_held(&idev->op_lock);
	ifax_page_free(job->writing);
	job->writing = NULL;

	mutex_lock(&idev->lock);
	job->pages_ahead = 0;
	ifax_job_drop_waiting(job, IFAX_PAGE_CANCELLED);
	ifax_changed(idev);
	mutex_unlock(&idev->lock);

	if (!idev->gone)
		ifax_engine_stop(idev, IFAX_PAGE_CANCELLED);
}

/**
 * ifax_job_free() - free a job and its pages
 * @job: job that was cancelled, and that no file and no device knows any more
 */
void ifax_job_free(struct ifax_job *job)
{
	struct ifax_page *page, *next;

	list_for_each_entry_safe(page, next, &job->pages, node)
		ifax_page_free(page);
	mem_cgroup_put(job->memcg);
	kfree(job);
}

/**
 * ifax_job_oldest() - the page whose record is taken next
 * @job: job
 *
 * Context: &ifax_device.lock is held.
 * Return: the page or NULL.
 */
struct ifax_page *ifax_job_oldest(struct ifax_job *job)
{
	return list_first_entry_or_null(&job->pages, struct ifax_page, node);
}

/* Is it a front whose back may still be committed? */
static bool wants_back(const struct ifax_job *job, const struct ifax_page *page)
{
	return page->format.sides == IFAX_SIDES_BOTH && !page->is_back &&
	       page->document == job->document && list_is_last(&page->node, &job->pages);
}

/**
 * ifax_job_back() - the page that comes onto the back of a sheet
 * @job: job
 * @front: page that comes onto its front
 *
 * Context: &ifax_device.lock is held.
 * Return: the page, or NULL: the back stays white.
 */
struct ifax_page *ifax_job_back(struct ifax_job *job, struct ifax_page *front)
{
	struct ifax_page *back = list_next_entry(front, node);

	lockdep_assert_held(&job->idev->lock);
	if (list_is_last(&front->node, &job->pages) || !back->is_back ||
	    back->stage != IFAX_STAGE_WAITING)
		return NULL;
	return back;
}

/* Fronts and backs take turns, in a document; a page that has ended has no back */
static bool becomes_back(const struct ifax_job *job, const struct ifax_page *page)
{
	const struct ifax_page *before = list_last_entry(&job->pages, struct ifax_page, node);

	return page->format.sides == IFAX_SIDES_BOTH && !list_empty(&job->pages) &&
	       wants_back(job, before) && before->stage == IFAX_STAGE_WAITING;
}

static struct ifax_page *job_waiting(struct ifax_job *job, u32 document)
{
	struct ifax_page *page;

	list_for_each_entry(page, &job->pages, node)
		if (page->stage == IFAX_STAGE_WAITING && page->document == document)
			return page;
	return NULL;
}

/* The first page that is not on paper as often as it has to be */
static struct ifax_page *job_unended(struct ifax_job *job)
{
	struct ifax_page *page;

	list_for_each_entry(page, &job->pages, node)
		if (page->stage != IFAX_STAGE_ENDED)
			return page;
	return NULL;
}

/**
 * ifax_job_next() - the page that the print engine takes next
 * @job: job with no page in the engine
 *
 * One document comes after the other. When the pages of a complete one are on
 * paper, those that have more copies begin again.
 *
 * Context: &ifax_device.lock is held.
 * Return: the page or NULL.
 */
struct ifax_page *ifax_job_next(struct ifax_job *job)
{
	struct ifax_page *first = job_unended(job);
	struct ifax_page *page;

	lockdep_assert_held(&job->idev->lock);
	if (!first)
		return NULL;
	if (job->front)
		return ifax_job_back(job, job->front);
	page = job_waiting(job, first->document);
	if (page && wants_back(job, page))
		return NULL;
	if (page || first->document == job->document)
		return page;
	list_for_each_entry(page, &job->pages, node)
		if (page->stage == IFAX_STAGE_HELD && page->document == first->document)
			page->stage = IFAX_STAGE_WAITING;
	return first;
}

/**
 * ifax_job_pages_queued() - pages committed or begun, and not ended
 * @job: job
 *
 * Return: their number.
 */
u32 ifax_job_pages_queued(const struct ifax_job *job)
{
	struct ifax_page *page;
	u32 n = 0;

	list_for_each_entry(page, &job->pages, node)
		n += page->stage != IFAX_STAGE_ENDED;
	return n;
}

/**
 * ifax_job_pages_moving() - will pages end without a further call?
 * @job: job
 *
 * Context: &ifax_device.lock is held.
 * Return: true if one will.
 */
bool ifax_job_pages_moving(const struct ifax_job *job)
{
	struct ifax_page *page;

	list_for_each_entry(page, &job->pages, node)
		if (page->stage == IFAX_STAGE_ENGINE || page->stage == IFAX_STAGE_FRONT ||
		    (page->stage == IFAX_STAGE_WAITING && !wants_back(job, page)) ||
		    (page->stage == IFAX_STAGE_HELD && page->document != job->document))
			return true;
	return false;
}

/**
 * ifax_job_add() - a page gets its number and its place in the job
 * @job: job
 * @page: page
 * @stage: how far it is
 *
 * Context: &ifax_job.io_lock and &ifax_device.lock are held.
 */
void ifax_job_add(struct ifax_job *job, struct ifax_page *page, enum ifax_stage stage)
{
	lockdep_assert_held(&job->idev->lock);
	page->record.seq = ++job->pages_begun;
	page->is_back = becomes_back(job, page);
	page->stage = stage;
	list_add_tail(&page->node, &job->pages);
	job->pages_listed++;
	ifax_changed(job->idev);
}

/**
 * ifax_job_remove() - a page leaves the job
 * @job: job
 * @page: page, which the caller frees; another may come for it
 *
 * Context: &ifax_job.io_lock and &ifax_device.lock are held.
 */
void ifax_job_remove(struct ifax_job *job, struct ifax_page *page)
{
	lockdep_assert_held(&job->idev->lock);
	if (job->failed == page)
		job->failed = NULL;
	list_del(&page->node);
	job->pages_listed--;
	if (job->pages_ahead)
		ifax_engine_next(job->idev);
	ifax_changed(job->idev);
}

/**
 * ifax_job_drop_waiting() - end the pages that wait for the engine, or for their back
 * @job: job
 * @status: how they end
 *
 * Context: &ifax_device.lock is held.
 */
void ifax_job_drop_waiting(struct ifax_job *job, enum ifax_page_status status)
{
	struct ifax_page *page;

	list_for_each_entry(page, &job->pages, node)
		if (page->stage == IFAX_STAGE_WAITING || page->stage == IFAX_STAGE_HELD ||
		    page->stage == IFAX_STAGE_FRONT)
			ifax_page_ended(job->idev, page, status);
	job->front = NULL;
	WRITE_ONCE(job->idev->wants_paper, false);
}

/**
 * ifax_page_ended() - a page has ended: its record is ready
 * @idev: device
 * @page: page in the list of the job
 * @status: how
 *
 * What was scanned stays until it is read; what was printed is freed.
 *
 * Context: &ifax_device.lock is held.
 */
void ifax_page_ended(struct ifax_device *idev, struct ifax_page *page,
		     enum ifax_page_status status)
{
	lockdep_assert_held(&idev->lock);
	if (page->encoder) {
		ifax_page_encode_end(page);
		WRITE_ONCE(idev->paused, false);
	} else {
		ifax_page_decode_end(page);
		ifax_store_clear(&page->store);
		ifax_store_clear(&page->turned);
	}
	if (idev->engine_page == page)
		WRITE_ONCE(idev->engine_page, NULL);
	page->stage = IFAX_STAGE_ENDED;
	page->record.status = status;
	page->record.end_ns = ktime_get_boottime_ns();
	idev->counters.ended[status]++;
	idev->counters.lines += page->record.lines;
	idev->counters.bytes += page->record.bytes;
	trace_ifax_page_end(idev, page);
	dev_dbg(&idev->dev, "page %u ended: status %u, %u lines, %llu bytes\n", page->record.seq,
		status, page->record.lines, page->record.bytes);
	ifax_notify_page(idev, IFAX_CMD_PAGE_END_NTF, page);
	ifax_paper_path_changed(idev);
	ifax_changed(idev);
}
