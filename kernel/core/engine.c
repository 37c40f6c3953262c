// SPDX-License-Identifier: GPL-2.0
/*
 * Between the core and the driver: what scanners and print engines have in
 * common.
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
	bool first = !page->record.begin_ns;
	struct ifax_format format = page->format;
	int err;

	lockdep_assert_held(&idev->op_lock);
	if (!format.length_lines)
		format.length_lines = idev->caps.length_lines_max;

	mutex_lock(&idev->lock);
	page->stage = IFAX_STAGE_ENGINE;
	if (first)
		page->record.begin_ns = ktime_get_boottime_ns();
	WRITE_ONCE(idev->engine_page, page);
	if (page->has_tray)
		WRITE_ONCE(idev->tray, page->sheet.tray);
	trace_ifax_page_start(idev, page);
	mutex_unlock(&idev->lock);

	err = idev->ops.print ? idev->ops.print(idev, &page->sheet) :
				idev->ops.start(idev, &format);
	dev_dbg(&idev->dev, "page %u, coding %u, %u pixels at %ux%u dpi: start: %d\n",
		page->record.seq, format.coding, format.width_px, format.x_dpi, format.y_dpi, err);
	if (!err)
		return 0;

	mutex_lock(&idev->lock);
	WRITE_ONCE(idev->engine_page, NULL);
	if (first)
		page->record.begin_ns = 0;
	mutex_unlock(&idev->lock);
	return err;
}

/**
 * ifax_engine_stop() - nothing more of this job: end the page in the engine, if any
 * @idev: device, not gone
 * @status: how it ends
 *
 * Context: &ifax_device.op_lock is held, so that no other page follows.
 */
void ifax_engine_stop(struct ifax_device *idev, enum ifax_page_status status)
{
	lockdep_assert_held(&idev->op_lock);
	idev->ops.stop(idev);

	mutex_lock(&idev->lock);
	if (idev->engine_page)
		ifax_page_ended(idev, idev->engine_page, status);
	mutex_unlock(&idev->lock);
}

/**
 * ifax_engine_state() - the paper path
 * @idev: device, not gone
 *
 * Context: &ifax_device.op_lock is held.
 * Return: IFAX_STATE_*, but for BUSY and PAUSED.
 */
u32 ifax_engine_state(struct ifax_device *idev)
{
	u32 state = idev->ops.state(idev) & ~IFAX_STATE_BUSY;

	lockdep_assert_held(&idev->op_lock);
	return READ_ONCE(idev->wants_paper) ? state | IFAX_STATE_NO_PAPER : state;
}

/**
 * ifax_engine_look() - the paper path, with what is in the trays
 * @idev: device, not gone
 * @path: filled in
 *
 * Context: &ifax_device.op_lock is held.
 */
void ifax_engine_look(struct ifax_device *idev, struct ifax_paper_path *path)
{
	int trays = 0;

	memset(path, 0, sizeof(*path));
	path->state = ifax_engine_state(idev);
	if (idev->ops.trays)
		trays = idev->ops.trays(idev, path->tray);
	path->trays = max(trays, 0);
}

/**
 * ifax_engine_refusal() - how a page ends that could not begin
 * @idev: device
 * @err: error of ifax_engine_start(), or of what comes before it
 *
 * Context: &ifax_device.op_lock is held.
 * Return: status.
 */
enum ifax_page_status ifax_engine_refusal(struct ifax_device *idev, int err)
{
	u32 flags;

	lockdep_assert_held(&idev->op_lock);
	if (err == -ENOMEDIUM)
		return IFAX_PAGE_NO_PAPER;
	if (err == -EMSGSIZE)
		return IFAX_PAGE_TOO_LARGE;
	if (err == -ENOMEM || err == -ENOSPC)
		return IFAX_PAGE_NO_MEMORY;
	flags = idev->ops.state(idev);
	if (flags & IFAX_STATE_COVER_OPEN)
		return IFAX_PAGE_COVER_OPEN;
	if (flags & IFAX_STATE_JAM)
		return IFAX_PAGE_JAM;
	return IFAX_PAGE_HARDWARE;
}

/**
 * ifax_engine_lines_begin() - lines of a page will be coded or decoded
 * @idev: device
 * @page: page in the engine
 *
 * Context: &ifax_device.lock is held.
 * Return: the time, for ifax_engine_lines_end().
 */
u64 ifax_engine_lines_begin(struct ifax_device *idev, struct ifax_page *page)
{
	lockdep_assert_held(&idev->lock);
	if (!page->moved) {
		page->moved = true;
		ifax_notify_page(idev, IFAX_CMD_PAGE_BEGIN_NTF, page);
	}
	return ktime_get_ns();
}

/**
 * ifax_engine_lines_end() - lines of a page were coded or decoded
 * @idev: device
 * @page: page in the engine
 * @lines: number of lines
 * @begin_ns: what ifax_engine_lines_begin() gave
 *
 * Context: &ifax_device.lock is held.
 */
void ifax_engine_lines_end(struct ifax_device *idev, struct ifax_page *page, u32 lines,
			   u64 begin_ns)
{
	u64 ns = ktime_get_ns() - begin_ns;

	lockdep_assert_held(&idev->lock);
	idev->counters.band_ns_max = max(idev->counters.band_ns_max, ns);
	trace_ifax_band(idev, page, lines, ns);
}

/**
 * ifax_engine_next() - let the next page come, or memory for this one
 * @idev: device
 *
 * Context: &ifax_device.lock is held.
 */
void ifax_engine_next(struct ifax_device *idev)
{
	lockdep_assert_held(&idev->lock);
	if (!idev->gone)
		mod_delayed_work(system_unbound_wq, &idev->next_work, 0);
}

/**
 * ifax_engine_room() - there is room in the page store, or may be
 * @idev: device
 * @data: nothing
 *
 * Return: 0.
 */
int ifax_engine_room(struct ifax_device *idev, void *data)
{
	mutex_lock(&idev->lock);
	ifax_changed(idev);
	if (idev->job)
		ifax_engine_next(idev);
	mutex_unlock(&idev->lock);
	return 0;
}

static bool tray_is_as_before(const struct ifax_tray *tray, const struct ifax_tray *before)
{
	return tray->x_dmm == before->x_dmm && tray->y_dmm == before->y_dmm &&
	       tray->present == before->present && tray->paper == before->paper &&
	       tray->low == before->low;
}

static bool trays_changed(const struct ifax_paper_path *path, const struct ifax_paper_path *before)
{
	u32 i;

	for (i = 0; i < path->trays; i++)
		if (i >= before->trays || !tray_is_as_before(&path->tray[i], &before->tray[i]))
			return true;
	return false;
}

/**
 * ifax_engine_state_work() - look at the sensors, and tell what changed
 * @work: &ifax_device.state_work
 */
void ifax_engine_state_work(struct work_struct *work)
{
	struct ifax_device *idev = container_of(work, struct ifax_device, state_work);
	struct ifax_paper_path path;

	mutex_lock(&idev->op_lock);
	/* A machine that falls asleep may have switched off what is behind the registers */
	if (!idev->gone && !idev->asleep) {
		ifax_engine_look(idev, &path);
		if (path.state != idev->seen.state)
			ifax_notify_state(idev, path.state, path.state ^ idev->seen.state);
		if (trays_changed(&path, &idev->seen))
			ifax_notify_trays(idev, &path);
		idev->seen = path;
	}
	mutex_unlock(&idev->op_lock);
}

void ifax_start_key_pressed(struct ifax_device *idev, u32 one_touch)
{
	ifax_notify_key(idev, one_touch);
}
EXPORT_SYMBOL_GPL(ifax_start_key_pressed);

void ifax_paper_path_changed(struct ifax_device *idev)
{
	if (!READ_ONCE(idev->gone))
		schedule_work(&idev->state_work);
}
EXPORT_SYMBOL_GPL(ifax_paper_path_changed);
