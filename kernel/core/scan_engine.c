// SPDX-License-Identifier: GPL-2.0
/*
 * Pages from the sensor: lines in, memory for them, one sheet after the other.
 *
 * Nothing is allocated while lines come in: they go into chunks that next_work
 * laid in. If it did not in time, or the budget is used up, lines are not
 * taken, and the driver pauses the motor until it is told to resume.
 */
#include <linux/export.h>
#include <linux/ktime.h>
#include <linux/sched/mm.h>

#include "core.h"
#include "trace.h"

/* Memory that is not there now may be soon */
#define RETRY_MS	100

/**
 * ifax_scan_page_alloc() - a page for the sensor, with its first memory
 * @job: job
 *
 * Return: the page, or ERR_PTR(): -ENOMEM; -ENOSPC: the page store is full.
 */
struct ifax_page *ifax_scan_page_alloc(struct ifax_job *job)
{
	struct ifax_format format;
	struct ifax_page *page;
	int err;

	mutex_lock(&job->idev->lock);
	format = job->format;
	mutex_unlock(&job->idev->lock);

	page = ifax_page_alloc(&format, &job->idev->budget, GFP_KERNEL);
	if (!page)
		return ERR_PTR(-ENOMEM);
	err = ifax_page_encode_begin(page);
	if (!err)
		err = ifax_store_stock(&page->store, IFAX_SPARE_CHUNKS);
	if (!err)
		return page;
	ifax_page_free(page);
	return ERR_PTR(err);
}

/**
 * ifax_scan_page_start() - take the next sheet
 * @job: job of a scanner that is not gone, with no page under the sensor
 * @page: page; if it fails, it is in no list
 *
 * Context: &ifax_device.op_lock is held.
 * Return: 0 or the error of the driver.
 */
int ifax_scan_page_start(struct ifax_job *job, struct ifax_page *page)
{
	struct ifax_device *idev = job->idev;
	int err;

	mutex_lock(&idev->lock);
	if (job->pages_ahead != IFAX_ALL_PAGES)
		job->pages_ahead--;
	ifax_job_add(job, page, IFAX_STAGE_WAITING);
	mutex_unlock(&idev->lock);

	err = ifax_engine_start(idev, page);
	if (err) {
		mutex_lock(&idev->lock);
		ifax_job_remove(job, page);
		job->pages_begun--;
		mutex_unlock(&idev->lock);
	}
	return err;
}

/* ---- lines ---- */

static void set_paused(struct ifax_device *idev, struct ifax_page *page, bool paused)
{
	lockdep_assert_held(&idev->lock);
	if (paused && !idev->paused) {
		idev->counters.pauses++;
		trace_ifax_page_pause(idev, page);
	}
	WRITE_ONCE(idev->paused, paused);
}

u32 ifax_scan_lines(struct ifax_device *idev, const void *rows, size_t stride, u32 lines)
{
	struct ifax_page *page = READ_ONCE(idev->engine_page);
	u64 begin_ns;
	bool room;
	u32 done = 0;

	if (WARN_ON_ONCE(!page))
		return 0;
	mutex_lock(&idev->lock);
	if (!page->record.lines)
		page->record.begin_ns = ktime_get_boottime_ns();
	begin_ns = ifax_engine_lines_begin(idev, page);
	do {
		/* A reader does not wait for the encoder, nor the encoder for a reader */
		mutex_unlock(&idev->lock);
		done += ifax_page_encode(page, rows + done * stride, stride, lines - done);
		mutex_lock(&idev->lock);
		room = ifax_page_flush(page);
	} while (room && done < lines);
	ifax_engine_lines_end(idev, page, done, begin_ns);
	set_paused(idev, page, done < lines);
	if (page->store.spares < IFAX_SPARE_CHUNKS / 2)
		ifax_engine_next(idev);
	ifax_changed(idev);
	mutex_unlock(&idev->lock);
	return done;
}
EXPORT_SYMBOL_GPL(ifax_scan_lines);

void ifax_scan_end(struct ifax_device *idev, enum ifax_page_status status, u32 flags)
{
	struct ifax_page *page;

	mutex_lock(&idev->lock);
	page = idev->engine_page;
	if (!WARN_ON_ONCE(!page)) {
		page->record.flags |= flags & (IFAX_PAGE_MORE | IFAX_PAGE_BACK);
		if (status > IFAX_PAGE_TRUNCATED || !(flags & IFAX_PAGE_MORE))
			idev->job->pages_ahead = 0;
		ifax_page_ended(idev, page, status);
		if (idev->job->pages_ahead)
			ifax_engine_next(idev);
	}
	mutex_unlock(&idev->lock);
}
EXPORT_SYMBOL_GPL(ifax_scan_end);

/* ---- memory for the page under the sensor ---- */

/* With this much in the store it is worth while to move paper; less in a small budget */
static u32 worthwhile_chunks(const struct ifax_device *idev)
{
	u64 budget_bytes = min(ifax_budget_bytes(&idev->budget),
			       ifax_budget_bytes(&ifax_total_budget));

	return clamp_t(u64, budget_bytes / PAGE_SIZE / 4, 1, IFAX_SPARE_CHUNKS / 2);
}

static bool lay_in(struct ifax_device *idev, struct ifax_chunk *chunk)
{
	bool wanted;

	mutex_lock(&idev->lock);
	wanted = idev->engine_page && ifax_store_lay_in(&idev->engine_page->store, chunk);
	mutex_unlock(&idev->lock);
	return wanted;
}

static bool wants_chunk(struct ifax_device *idev)
{
	bool wanted;

	mutex_lock(&idev->lock);
	wanted = idev->engine_page &&
		 idev->engine_page->store.spares < idev->engine_page->store.spares_max;
	mutex_unlock(&idev->lock);
	return wanted;
}

static int lay_in_chunks(struct ifax_device *idev)
{
	struct ifax_chunk *chunk;

	while (wants_chunk(idev)) {
		chunk = ifax_chunk_alloc(&idev->budget, IFAX_CHUNK_GFP);
		if (IS_ERR(chunk))
			return PTR_ERR(chunk);
		if (!lay_in(idev, chunk))
			ifax_chunk_free(&idev->budget, chunk);
	}
	return 0;
}

/* Paper that was paused moves again once there is room for some more of it, or all was read */
static bool may_resume(struct ifax_device *idev)
{
	struct ifax_page *page;
	bool may = false;
	size_t unread;

	mutex_lock(&idev->lock);
	page = idev->engine_page;
	if (idev->paused && page && page->store.spares) {
		ifax_page_peek(page, &unread);
		may = !unread || page->store.spares >= worthwhile_chunks(idev);
		if (may)
			trace_ifax_page_resume(idev, page);
	}
	mutex_unlock(&idev->lock);
	return may;
}

/* ---- the next sheet ---- */

static bool page_is_next(struct ifax_job *job)
{
	struct ifax_device *idev = job->idev;
	bool next;

	mutex_lock(&idev->lock);
	next = !idev->gone && !idev->asleep && !idev->engine_page && job->pages_ahead &&
	       job->pages_listed < IFAX_PAGES_MAX;
	mutex_unlock(&idev->lock);
	return next;
}

/* A sheet that was there, but could not be taken, is a page with a record */
static void page_refused(struct ifax_job *job, struct ifax_page *page, int err)
{
	struct ifax_device *idev = job->idev;
	enum ifax_page_status status = ifax_engine_refusal(idev, err);

	mutex_lock(&idev->lock);
	job->pages_ahead = 0;
	if (err == -ENOMEDIUM) {
		ifax_changed(idev);
	} else {
		ifax_job_add(job, page, IFAX_STAGE_WAITING);
		ifax_page_ended(idev, page, status);
	}
	mutex_unlock(&idev->lock);
	if (err == -ENOMEDIUM)
		ifax_page_free(page);
}

static int next_page(struct ifax_job *job)
{
	struct ifax_device *idev = job->idev;
	struct ifax_page *page;
	int err;

	if (!ifax_budget_room(&idev->budget, worthwhile_chunks(idev)))
		return -ENOSPC;
	page = ifax_scan_page_alloc(job);
	if (IS_ERR(page))
		return PTR_ERR(page);

	mutex_lock(&idev->op_lock);
	if (page_is_next(job)) {
		err = ifax_scan_page_start(job, page);
		if (err)
			page_refused(job, page, err);
	} else {
		ifax_page_free(page);
	}
	mutex_unlock(&idev->op_lock);
	return 0;
}

static void resume(struct ifax_device *idev)
{
	mutex_lock(&idev->op_lock);
	if (!idev->gone && !idev->asleep && may_resume(idev))
		idev->ops.resume(idev);
	mutex_unlock(&idev->op_lock);
}

/**
 * ifax_scan_next_work() - lay in memory for the page under the sensor; or take
 * the next sheet
 * @work: &ifax_device.next_work
 */
void ifax_scan_next_work(struct work_struct *work)
{
	struct ifax_device *idev = container_of(to_delayed_work(work), struct ifax_device,
						next_work);
	struct mem_cgroup *outer;
	struct ifax_job *job;
	int err;

	/* Who closes the file waits for this work before the job goes */
	mutex_lock(&idev->lock);
	job = idev->job;
	mutex_unlock(&idev->lock);
	if (!job)
		return;

	outer = set_active_memcg(job->memcg);
	err = page_is_next(job) ? next_page(job) : lay_in_chunks(idev);
	set_active_memcg(outer);
	resume(idev);
	if (err == -ENOMEM && !READ_ONCE(idev->gone))
		queue_delayed_work(system_unbound_wq, &idev->next_work,
				   msecs_to_jiffies(RETRY_MS));
}
