// SPDX-License-Identifier: GPL-2.0
/*
 * The machine sleeps and wakes: programs stand still by then, and what they left
 * in the engine is held, or comes to its end.
 */
#include <linux/export.h>

#include "core.h"

/* A sheet takes seconds; a machine that falls asleep has not much more patience */
#define PAGE_END_MS	20000

static void set_asleep(struct ifax_device *idev, bool asleep)
{
	lockdep_assert_held(&idev->op_lock);
	mutex_lock(&idev->lock);
	idev->asleep = asleep;
	if (!asleep && idev->job)
		ifax_engine_next(idev);
	mutex_unlock(&idev->lock);
}

static int page_to_its_end(struct ifax_device *idev)
{
	if (idev->ops.hold && idev->caps.flags & IFAX_CAP_PAUSE)
		return READ_ONCE(idev->engine_page) ? idev->ops.hold(idev) : 0;
	return wait_event_timeout(idev->wait, !READ_ONCE(idev->engine_page),
				  msecs_to_jiffies(PAGE_END_MS)) ? 0 : -EBUSY;
}

int ifax_suspend(struct ifax_device *idev)
{
	int err;

	mutex_lock(&idev->op_lock);
	set_asleep(idev, true);
	err = page_to_its_end(idev);
	if (err)
		set_asleep(idev, false);
	else if (idev->caps.kind == IFAX_KIND_PRINTER)
		ifax_print_let_go(idev);
	dev_dbg(&idev->dev, "asleep: %d\n", err);
	mutex_unlock(&idev->op_lock);
	return err;
}
EXPORT_SYMBOL_GPL(ifax_suspend);

void ifax_resume(struct ifax_device *idev)
{
	mutex_lock(&idev->op_lock);
	if (idev->ops.resume)
		idev->ops.resume(idev);
	set_asleep(idev, false);
	mutex_unlock(&idev->op_lock);
	ifax_paper_path_changed(idev);
}
EXPORT_SYMBOL_GPL(ifax_resume);
