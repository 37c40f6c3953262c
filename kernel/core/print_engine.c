// SPDX-License-Identifier: GPL-2.0
/*
 * Pages to paper: lines out, one page and one copy after the other.
 */
#include <linux/export.h>
#include <linux/sched/mm.h>

#include "core.h"

int ifax_print_scale(struct ifax_device *idev, const struct ifax_scale *scale)
{
	struct ifax_page *page = READ_ONCE(idev->engine_page);
	struct mem_cgroup *outer;
	int err;

	if (WARN_ON_ONCE(!page))
		return -EINVAL;
	outer = set_active_memcg(idev->job->memcg);
	err = ifax_page_scale(page, scale);
	set_active_memcg(outer);
	return err;
}
EXPORT_SYMBOL_GPL(ifax_print_scale);

u32 ifax_print_lines(struct ifax_device *idev, void *rows, size_t stride, u32 lines)
{
	struct ifax_page *page = READ_ONCE(idev->engine_page);
	u64 begin_ns;
	u32 n;

	if (WARN_ON_ONCE(!page))
		return 0;
	mutex_lock(&idev->lock);
	begin_ns = ifax_engine_lines_begin(idev, page);
	mutex_unlock(&idev->lock);

	n = ifax_page_decode(page, rows, stride, lines);

	mutex_lock(&idev->lock);
	ifax_engine_lines_end(idev, page, n, begin_ns);
	mutex_unlock(&idev->lock);
	return n;
}
EXPORT_SYMBOL_GPL(ifax_print_lines);

/* A sheet that the drum outran is spoilt, the page is not: it is printed again */
#define UNDERRUNS_MAX	2

static void take_out(struct ifax_device *idev, struct ifax_page *page, enum ifax_stage stage)
{
	ifax_page_decode_end(page);
	WRITE_ONCE(idev->engine_page, NULL);
	page->stage = stage;
	ifax_changed(idev);
}

/* Is this the last copy? If not, the next one comes now, or after the document's other pages */
static bool copies_complete(struct ifax_device *idev, struct ifax_page *page)
{
	if (++page->record.copies >= page->format.copies)
		return true;
	take_out(idev, page, page->format.collate ? IFAX_STAGE_HELD : IFAX_STAGE_WAITING);
	return false;
}

/* The next page goes to paper only after a page that is on paper. */
static void print_ended(struct ifax_device *idev, struct ifax_page *page,
			enum ifax_page_status status)
{
	lockdep_assert_held(&idev->lock);
	if (status == IFAX_PAGE_OK) {
		if (copies_complete(idev, page))
			ifax_page_ended(idev, page, status);
		ifax_engine_next(idev);
		return;
	}
	if (status == IFAX_PAGE_UNDERRUN && page->underruns++ < UNDERRUNS_MAX) {
		take_out(idev, page, IFAX_STAGE_WAITING);
		ifax_engine_next(idev);
		return;
	}
	ifax_page_ended(idev, page, status);
	idev->job->failed = page;
	ifax_job_drop_waiting(idev->job, IFAX_PAGE_CANCELLED);
}

void ifax_print_end(struct ifax_device *idev, enum ifax_page_status status, u32 lines)
{
	struct ifax_page *page;

	mutex_lock(&idev->lock);
	page = idev->engine_page;
	if (!WARN_ON_ONCE(!page)) {
		page->record.lines = lines;
		print_ended(idev, page, status);
	}
	mutex_unlock(&idev->lock);
}
EXPORT_SYMBOL_GPL(ifax_print_end);

static int start_page(struct ifax_job *job, struct ifax_page *page)
{
	struct mem_cgroup *outer = set_active_memcg(job->memcg);
	int err;

	err = ifax_page_decode_begin(page);
	set_active_memcg(outer);
	return err ?: ifax_engine_start(job->idev, page);
}

/**
 * ifax_print_next_work() - take the next page into the engine
 * @work: &ifax_device.next_work
 */
void ifax_print_next_work(struct work_struct *work)
{
	struct ifax_device *idev = container_of(to_delayed_work(work), struct ifax_device,
						next_work);
	struct ifax_page *page = NULL;
	enum ifax_page_status status;
	int err;

	mutex_lock(&idev->op_lock);
	mutex_lock(&idev->lock);
	if (idev->job && !idev->gone && !idev->asleep && !idev->engine_page)
		page = ifax_job_next(idev->job);
	mutex_unlock(&idev->lock);
	if (!page)
		goto out;

	/* With no page in the engine, a waiting page ends only under op_lock. */
	err = start_page(idev->job, page);
	if (err) {
		status = ifax_engine_refusal(idev, err);
		mutex_lock(&idev->lock);
		print_ended(idev, page, status);
		mutex_unlock(&idev->lock);
	}
out:
	mutex_unlock(&idev->op_lock);
}
