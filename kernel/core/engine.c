// SPDX-License-Identifier: GPL-2.0
/*
 * Between the core and the driver: pages into the engine and out of it.
 */
#include <linux/export.h>
#include <linux/ktime.h>
#include <linux/minmax.h>

#include "core.h"
#include "trace.h"

/**
 * ifax_engine_start() - give a page to the driver
 * @idev: device, not gone
 * @page: page in the list of the job, with its encoder or decoder begun
 *
 * Context: &ifax_device.op_lock is held. @page may have ended when it returns.
 * Return: 0 or the error of the driver; then the page is in no engine.
 */
int ifax_engine_start(struct ifax_device *idev, struct ifax_page *page)
{
	struct ifax_format format = page->format;
	int err;

	lockdep_assert_held(&idev->op_lock);
	if (!format.length_lines)
		format.length_lines = idev->caps.length_lines_max;

	mutex_lock(&idev->lock);
	page->stage = IFAX_STAGE_ENGINE;
	page->record.begin_ns = ktime_get_boottime_ns();
	idev->engine_page = page;
	trace_ifax_page_start(idev, page);
	mutex_unlock(&idev->lock);

	err = idev->ops.start(idev, &format);
	if (!err)
		return 0;

	mutex_lock(&idev->lock);
	idev->engine_page = NULL;
	mutex_unlock(&idev->lock);
	return err;
}

/**
 * ifax_engine_stop() - end the page in the engine, if there is one
 * @idev: device, not gone
 * @status: how it ends
 *
 * Context: &ifax_device.op_lock is held, so that no other page follows.
 */
void ifax_engine_stop(struct ifax_device *idev, enum ifax_page_status status)
{
	bool running;

	lockdep_assert_held(&idev->op_lock);
	mutex_lock(&idev->lock);
	running = idev->engine_page;
	mutex_unlock(&idev->lock);
	if (!running)
		return;

	idev->ops.stop(idev);

	mutex_lock(&idev->lock);
	if (idev->engine_page)
		ifax_page_ended(idev, idev->engine_page, status);
	mutex_unlock(&idev->lock);
}

/* Lines of a page begin to pass; returns the time, for lines_passed(). */
static u64 lines_pass(struct ifax_device *idev, struct ifax_page *page)
{
	if (!page->moved) {
		page->moved = true;
		ifax_notify_page(idev, IFAX_CMD_PAGE_BEGIN_NTF, page);
	}
	return ktime_get_ns();
}

static void lines_passed(struct ifax_device *idev, struct ifax_page *page, u32 lines,
			 u64 begin_ns)
{
	u64 ns = ktime_get_ns() - begin_ns;

	idev->counters.band_ns_max = max(idev->counters.band_ns_max, ns);
	trace_ifax_band(idev, page, lines, ns);
}

/**
 * ifax_engine_state_work() - look at the sensors, and tell what changed
 * @work: &ifax_device.state_work
 */
void ifax_engine_state_work(struct work_struct *work)
{
	struct ifax_device *idev = container_of(work, struct ifax_device, state_work);
	u32 state, changed;

	mutex_lock(&idev->op_lock);
	if (!idev->gone) {
		state = idev->ops.state(idev) & ~IFAX_STATE_BUSY;
		changed = state ^ idev->seen_state;
		idev->seen_state = state;
		if (changed)
			ifax_notify_state(idev, state, changed);
	}
	mutex_unlock(&idev->op_lock);
}

void ifax_paper_path_changed(struct ifax_device *idev)
{
	if (!READ_ONCE(idev->gone))
		schedule_work(&idev->state_work);
}
EXPORT_SYMBOL_GPL(ifax_paper_path_changed);

/* ---- scanner ---- */

int ifax_scan_lines(struct ifax_device *idev, const void *rows, size_t stride, u32 lines)
{
	struct ifax_page *page;
	int err = -ESHUTDOWN;
	u64 begin_ns;

	mutex_lock(&idev->lock);
	page = idev->engine_page;
	if (!WARN_ON_ONCE(!page)) {
		if (!page->record.lines)
			page->record.begin_ns = ktime_get_boottime_ns();
		begin_ns = lines_pass(idev, page);
		err = ifax_page_encode(page, rows, stride, lines);
		lines_passed(idev, page, lines, begin_ns);
		ifax_changed(idev);
	}
	mutex_unlock(&idev->lock);
	return err;
}
EXPORT_SYMBOL_GPL(ifax_scan_lines);

void ifax_scan_end(struct ifax_device *idev, enum ifax_page_status status, u32 flags)
{
	struct ifax_page *page;

	mutex_lock(&idev->lock);
	page = idev->engine_page;
	if (!WARN_ON_ONCE(!page)) {
		page->record.flags |= flags & (IFAX_PAGE_MORE | IFAX_PAGE_BACK);
		ifax_page_ended(idev, page, status);
	}
	mutex_unlock(&idev->lock);
}
EXPORT_SYMBOL_GPL(ifax_scan_end);

/* ---- printer ---- */

u32 ifax_print_lines(struct ifax_device *idev, void *rows, size_t stride, u32 lines)
{
	struct ifax_page *page;
	u64 begin_ns;
	u32 n = 0;

	mutex_lock(&idev->lock);
	page = idev->engine_page;
	if (!WARN_ON_ONCE(!page)) {
		begin_ns = lines_pass(idev, page);
		n = ifax_decode_lines(page->decoder, rows, stride, lines);
		lines_passed(idev, page, n, begin_ns);
	}
	mutex_unlock(&idev->lock);
	return n;
}
EXPORT_SYMBOL_GPL(ifax_print_lines);

/* The next page goes to paper only after a page that is on paper. */
static void print_ended(struct ifax_device *idev, struct ifax_page *page,
			enum ifax_page_status status)
{
	lockdep_assert_held(&idev->lock);
	ifax_page_ended(idev, page, status);
	if (status == IFAX_PAGE_OK) {
		if (!idev->gone)
			schedule_work(&idev->print_work);
		return;
	}
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

static enum ifax_page_status start_error_status(struct ifax_device *idev, int err)
{
	u32 flags;

	if (err == -ENOMEDIUM)
		return IFAX_PAGE_NO_PAPER;
	if (err == -ENOMEM)
		return IFAX_PAGE_NO_MEMORY;
	flags = idev->ops.state(idev);
	if (flags & IFAX_STATE_COVER_OPEN)
		return IFAX_PAGE_COVER_OPEN;
	if (flags & IFAX_STATE_JAM)
		return IFAX_PAGE_JAM;
	return IFAX_PAGE_HARDWARE;
}

/**
 * ifax_engine_print_work() - take the next page into the engine
 * @work: &ifax_device.print_work
 */
void ifax_engine_print_work(struct work_struct *work)
{
	struct ifax_device *idev = container_of(work, struct ifax_device, print_work);
	struct ifax_page *page = NULL;
	enum ifax_page_status status;
	int err;

	mutex_lock(&idev->op_lock);
	mutex_lock(&idev->lock);
	if (idev->job && !idev->gone && !idev->engine_page)
		page = ifax_job_waiting(idev->job);
	mutex_unlock(&idev->lock);
	if (!page)
		goto out;

	/* With no page in the engine, a waiting page ends only under op_lock. */
	err = ifax_page_decode_begin(page);
	if (!err)
		err = ifax_engine_start(idev, page);
	if (err) {
		status = start_error_status(idev, err);
		mutex_lock(&idev->lock);
		print_ended(idev, page, status);
		mutex_unlock(&idev->lock);
	}
out:
	mutex_unlock(&idev->op_lock);
}
