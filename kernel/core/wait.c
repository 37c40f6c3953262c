// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting without a lock: look at ifax_events(), look at what you need under
 * ifax_device.lock, and if it is not there, wait until the events have moved.
 */
#include "core.h"

/**
 * ifax_changed() - wake all who wait for a change
 * @idev: device
 *
 * Context: ifax_device.lock is held, after the change.
 */
void ifax_changed(struct ifax_device *idev)
{
	lockdep_assert_held(&idev->lock);
	/* Who sees the new number sees the change, even if it looks without the lock. */
	smp_store_release(&idev->events, idev->events + 1);
	wake_up_all(&idev->wait);
}

/**
 * ifax_events() - how many changes there were
 * @idev: device
 *
 * Return: the number, to be taken before one looks at the state.
 */
u32 ifax_events(const struct ifax_device *idev)
{
	/* The caller looks at the state after it has read the number. */
	return smp_load_acquire(&idev->events);
}

/**
 * ifax_wait() - wait for a change
 * @idev: device
 * @events: what ifax_events() gave before one looked
 *
 * Return: 0 or -ERESTARTSYS.
 */
int ifax_wait(struct ifax_device *idev, u32 events)
{
	return wait_event_interruptible(idev->wait, ifax_events(idev) != events);
}
