// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

#include "core.h"
#include "trace.h"

static bool pages_queued(struct ifax_job *job)
{
	bool queued;

	mutex_lock(&job->idev->lock);
	queued = ifax_job_pages_queued(job);
	mutex_unlock(&job->idev->lock);
	return queued;
}

/* -EAGAIN: no room now, but there will be when the pages queued are printed. */
static ssize_t write_piece(struct ifax_job *job, const char __user *buf, size_t count)
{
	struct ifax_device *idev = job->idev;
	struct ifax_page *page = job->writing;
	ssize_t done;

	if (READ_ONCE(idev->gone))
		return -ENODEV;
	if (!page)
		page = ifax_page_alloc(&job->format, &idev->budget);
	if (!page)
		return -ENOMEM;
	done = ifax_store_append_user(&page->store, buf, count);
	if (done > 0) {
		page->record.bytes += done;
		trace_ifax_user(idev, done);
		job->writing = page;
	} else if (!job->writing) {
		ifax_page_free(page);
	}
	if (done == -ENOSPC && pages_queued(job))
		return -EAGAIN;
	return done;
}

static ssize_t print_write(struct file *file, const char __user *buf, size_t count, loff_t *ppos)
{
	struct ifax_job *job = file->private_data;
	ssize_t done;
	u32 events;
	int err;

	if (!count)
		return 0;
	for (;;) {
		events = ifax_events(job->idev);
		if (mutex_lock_interruptible(&job->io_lock))
			return -ERESTARTSYS;
		done = write_piece(job, buf, count);
		mutex_unlock(&job->io_lock);
		if (done != -EAGAIN || file->f_flags & O_NONBLOCK)
			return done;
		err = ifax_wait(job->idev, events);
		if (err)
			return err;
	}
}

static __poll_t print_poll(struct file *file, poll_table *wait)
{
	struct ifax_job *job = file->private_data;
	struct ifax_device *idev = job->idev;
	struct ifax_page *page;
	__poll_t mask = 0;

	poll_wait(file, &idev->wait, wait);
	mutex_lock(&idev->lock);
	page = ifax_job_oldest(job);
	if (page && page->stage == IFAX_STAGE_ENDED)
		mask |= EPOLLPRI;
	if (ifax_budget_room(&idev->budget) || !ifax_job_pages_queued(job))
		mask |= EPOLLOUT | EPOLLWRNORM;
	if (idev->gone)
		mask |= EPOLLERR | EPOLLHUP;
	mutex_unlock(&idev->lock);
	return mask;
}

/* A checked page takes its place in the job. */
static int queue_page(struct ifax_job *job, struct ifax_page *page, bool bad)
{
	struct ifax_device *idev = job->idev;
	int err = 0;

	mutex_lock(&idev->lock);
	if (idev->gone) {
		err = -ENODEV;
		goto out;
	}
	job->writing = NULL;
	ifax_job_add(job, page, IFAX_STAGE_WAITING);
	if (bad)
		ifax_page_ended(idev, page, IFAX_PAGE_BAD_DATA);
	else if (job->failed)
		ifax_page_ended(idev, page, IFAX_PAGE_CANCELLED);
	else
		schedule_work(&idev->print_work);
	trace_ifax_page_queue(idev, page);
out:
	mutex_unlock(&idev->lock);
	return err;
}

/**
 * ifax_print_commit() - IFAX_IOC_COMMIT
 * @job: job of a printer
 *
 * Context: &ifax_job.io_lock is held.
 * Return: 0 or an error for the user.
 */
int ifax_print_commit(struct ifax_job *job)
{
	struct ifax_page *page = job->writing;
	int err, bad;

	if (!page)
		return -ENODATA;
	if (job->pages_listed >= IFAX_PAGES_MAX)
		return -EBUSY;
	bad = ifax_page_check(page, job->idev->caps.length_lines_max);
	if (bad && bad != -EBADMSG)
		return bad;
	err = queue_page(job, page, bad);
	return err ?: bad;
}

const struct file_operations ifax_print_fops = {
	.owner = THIS_MODULE,
	.open = ifax_file_open,
	.release = ifax_file_release,
	.write = print_write,
	.poll = print_poll,
	.unlocked_ioctl = ifax_file_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
