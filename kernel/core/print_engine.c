// SPDX-License-Identifier: GPL-2.0
/*
 * Pages to paper: lines out, one page and one copy after the other.
 */
#include <linux/export.h>
#include <linux/ktime.h>
#include <linux/sched/mm.h>

#include "core.h"

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

/* How often a page that waits for paper looks for it */
#define PAPER_LOOK_MS	500

static void take_out(struct ifax_device *idev, struct ifax_page *page, enum ifax_stage stage)
{
	ifax_page_decode_end(page);
	if (idev->engine_page == page)
		WRITE_ONCE(idev->engine_page, NULL);
	page->stage = stage;
	ifax_changed(idev);
}

/* Is this the last copy? If not, the next one comes now, or after the document's other pages */
static bool copies_complete(struct ifax_device *idev, struct ifax_page *page)
{
	page->sheet_nr = 0;
	page->lines_before = 0;
	if (++page->record.copies >= page->format.copies)
		return true;
	take_out(idev, page, page->format.collate ? IFAX_STAGE_HELD : IFAX_STAGE_WAITING);
	return false;
}

/* A sheet with a side of this page has left the engine */
static void page_delivered(struct ifax_device *idev, struct ifax_page *page)
{
	page->record.sheets++;
	if (++page->sheet_nr < page->fit.sheets) {
		page->lines_before = page->record.lines;
		take_out(idev, page, IFAX_STAGE_WAITING);
		return;
	}
	if (copies_complete(idev, page))
		ifax_page_ended(idev, page, IFAX_PAGE_OK);
}

static void page_spoilt(struct ifax_device *idev, struct ifax_page *page)
{
	page->record.spoilt++;
	take_out(idev, page, IFAX_STAGE_WAITING);
}

static void side_printed(struct ifax_device *idev, struct ifax_page *page,
			 struct ifax_page *front)
{
	if (page->sheet.hold) {
		take_out(idev, page, IFAX_STAGE_FRONT);
		idev->job->front = page;
		return;
	}
	if (front)
		page_delivered(idev, front);
	page_delivered(idev, page);
}

/* false: it has waited as long as it may */
static bool waits_for_paper(struct ifax_device *idev, struct ifax_page *page)
{
	u64 now_ns = ktime_get_boottime_ns();

	if (!page->paper_wait_ns)
		page->paper_wait_ns = now_ns;
	if (now_ns - page->paper_wait_ns >= (u64)page->format.wait_s * NSEC_PER_SEC)
		return false;
	take_out(idev, page, IFAX_STAGE_WAITING);
	mod_delayed_work(system_unbound_wq, &idev->next_work, msecs_to_jiffies(PAPER_LOOK_MS));
	return true;
}

static void set_wants_paper(struct ifax_device *idev, bool wants)
{
	if (idev->wants_paper == wants)
		return;
	WRITE_ONCE(idev->wants_paper, wants);
	ifax_paper_path_changed(idev);
}

/*
 * The next page goes to paper only after a page that is on paper. A front shares the
 * fate of the sheet that its back, @page, is on.
 */
static void print_ended(struct ifax_device *idev, struct ifax_page *page,
			enum ifax_page_status status)
{
	struct ifax_page *front = page->sheet.back ? idev->job->front : NULL;

	lockdep_assert_held(&idev->lock);
	idev->job->front = NULL;
	if (status == IFAX_PAGE_NO_PAPER && !front && waits_for_paper(idev, page)) {
		set_wants_paper(idev, true);
		return;
	}
	set_wants_paper(idev, false);
	page->paper_wait_ns = 0;
	if (status == IFAX_PAGE_OK) {
		side_printed(idev, page, front);
		ifax_engine_next(idev);
		return;
	}
	if (status == IFAX_PAGE_UNDERRUN && page->underruns++ < UNDERRUNS_MAX) {
		if (front)
			page_spoilt(idev, front);
		page_spoilt(idev, page);
		ifax_engine_next(idev);
		return;
	}
	if (front)
		ifax_page_ended(idev, front, status);
	ifax_page_ended(idev, page, status);
	idev->job->failed = front ?: page;
	ifax_job_drop_waiting(idev->job, IFAX_PAGE_CANCELLED);
}

void ifax_print_end(struct ifax_device *idev, enum ifax_page_status status, u32 lines)
{
	struct ifax_page *page;

	mutex_lock(&idev->lock);
	page = idev->engine_page;
	if (!WARN_ON_ONCE(!page)) {
		page->record.lines = page->lines_before + lines;
		print_ended(idev, page, status);
	}
	mutex_unlock(&idev->lock);
}
EXPORT_SYMBOL_GPL(ifax_print_end);

/* Both sides of a sheet are chosen together: a back has to go onto the paper of its front */
static bool has_back(struct ifax_job *job, struct ifax_page *front)
{
	struct ifax_device *idev = job->idev;
	struct ifax_page *back = NULL;

	mutex_lock(&idev->lock);
	if (front->format.sides == IFAX_SIDES_BOTH && !front->is_back && front->fit.sheets == 1)
		back = ifax_job_back(job, front);
	mutex_unlock(&idev->lock);
	/* With no page in the engine, a waiting page ends only under op_lock. */
	if (!back || ifax_paper_fit(idev, back) || back->fit.sheets != 1 ||
	    back->paper.x_dmm != front->paper.x_dmm || back->paper.y_dmm != front->paper.y_dmm)
		return false;
	back->sheet.tray = front->sheet.tray;
	return true;
}

static int choose_sheet(struct ifax_job *job, struct ifax_page *page, bool back)
{
	struct ifax_sheet *sheet = &page->sheet;
	int err;

	if (!back) {
		err = ifax_paper_fit(job->idev, page);
		if (err)
			return err;
	}
	sheet->width_px = page->fit.scale.width_px;
	sheet->lines = ifax_fit_sheet_lines(&page->fit, page->sheet_nr);
	sheet->x_dpi = page->fit.x_dpi;
	sheet->y_dpi = page->fit.y_dpi;
	sheet->back = back;
	sheet->hold = !back && has_back(job, page);
	return 0;
}

static int start_page(struct ifax_job *job, struct ifax_page *page, bool back)
{
	struct mem_cgroup *outer = set_active_memcg(job->memcg);
	int err;

	err = choose_sheet(job, page, back) ?: ifax_page_sheet_begin(page);
	set_active_memcg(outer);
	if (!err)
		err = ifax_engine_start(job->idev, page);
	/* No back follows: the sheet comes out as it is */
	if (err && back)
		job->idev->ops.stop(job->idev);
	return err;
}

/**
 * ifax_print_let_go() - no back follows soon: put out the sheet that waits for it
 * @idev: printer with no page in the engine
 *
 * Nobody sees it come out, so its front does not count as printed.
 *
 * Context: &ifax_device.op_lock is held.
 */
void ifax_print_let_go(struct ifax_device *idev)
{
	struct ifax_page *front;

	lockdep_assert_held(&idev->op_lock);
	mutex_lock(&idev->lock);
	front = idev->job ? idev->job->front : NULL;
	if (front) {
		idev->job->front = NULL;
		page_spoilt(idev, front);
	}
	mutex_unlock(&idev->lock);
	if (front)
		idev->ops.stop(idev);
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
	bool back = false;
	int err;

	mutex_lock(&idev->op_lock);
	mutex_lock(&idev->lock);
	if (idev->job && !idev->gone && !idev->asleep && !idev->engine_page) {
		page = ifax_job_next(idev->job);
		back = idev->job->front;
	}
	mutex_unlock(&idev->lock);
	if (!page)
		goto out;

	/* With no page in the engine, a waiting page ends only under op_lock. */
	err = start_page(idev->job, page, back);
	if (err) {
		status = ifax_engine_refusal(idev, err);
		mutex_lock(&idev->lock);
		print_ended(idev, page, status);
		mutex_unlock(&idev->lock);
	}
out:
	mutex_unlock(&idev->op_lock);
}
