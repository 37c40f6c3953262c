// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/uaccess.h>

#include "core.h"
#include "trace.h"

/* Bytes of the oldest page, out of one chunk; 0 at its end; -EAGAIN: none yet. */
static ssize_t read_piece(struct ifax_job *job, char __user *buf, size_t count)
{
	struct ifax_device *idev = job->idev;
	struct ifax_page *page;
	const u8 *piece = NULL;
	ssize_t err = -EAGAIN;
	size_t bytes = 0;

	mutex_lock(&idev->lock);
	page = ifax_job_oldest(job);
	if (!page) {
		err = idev->gone ? -ENODEV : -ENODATA;
	} else {
		piece = ifax_store_peek(&page->store, &bytes);
		if (page->stage == IFAX_STAGE_ENDED)
			err = page->record.status == IFAX_PAGE_GONE ? -ENODEV : 0;
	}
	mutex_unlock(&idev->lock);
	if (!bytes)
		return err;

	bytes = min(bytes, count);
	if (copy_to_user(buf, piece, bytes))
		return -EFAULT;
	mutex_lock(&idev->lock);
	ifax_store_consume(&page->store, bytes);
	mutex_unlock(&idev->lock);
	return bytes;
}

static ssize_t read_pieces(struct ifax_job *job, char __user *buf, size_t count)
{
	size_t done = 0;
	ssize_t n;

	do {
		n = read_piece(job, buf + done, count - done);
		if (n <= 0)
			break;
		done += n;
	} while (done < count);
	if (done)
		trace_ifax_user(job->idev, done);
	return done ?: n;
}

static ssize_t scan_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
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
		done = read_pieces(job, buf, count);
		mutex_unlock(&job->io_lock);
		if (done != -EAGAIN || file->f_flags & O_NONBLOCK)
			return done;
		err = ifax_wait(job->idev, events);
		if (err)
			return err;
	}
}

static __poll_t scan_poll(struct file *file, poll_table *wait)
{
	struct ifax_job *job = file->private_data;
	struct ifax_device *idev = job->idev;
	struct ifax_page *page;
	__poll_t mask = 0;
	size_t bytes;

	poll_wait(file, &idev->wait, wait);
	mutex_lock(&idev->lock);
	page = ifax_job_oldest(job);
	if (page) {
		ifax_store_peek(&page->store, &bytes);
		if (bytes)
			mask |= EPOLLIN | EPOLLRDNORM;
		if (page->stage == IFAX_STAGE_ENDED)
			mask |= EPOLLIN | EPOLLRDNORM | EPOLLPRI;
	}
	if (idev->gone)
		mask |= EPOLLERR | EPOLLHUP;
	mutex_unlock(&idev->lock);
	return mask;
}

static int start_page(struct ifax_job *job, struct ifax_page *page)
{
	struct ifax_device *idev = job->idev;
	int err = -ENODEV;

	mutex_lock(&idev->op_lock);
	if (idev->gone)
		goto out;
	mutex_lock(&idev->lock);
	ifax_job_add(job, page, IFAX_STAGE_WAITING);
	mutex_unlock(&idev->lock);

	err = ifax_engine_start(idev, page);
	if (err) {
		mutex_lock(&idev->lock);
		ifax_job_remove(job, page);
		job->pages_begun--;
		mutex_unlock(&idev->lock);
	}
out:
	mutex_unlock(&idev->op_lock);
	return err;
}

/**
 * ifax_scan_start() - IFAX_IOC_START
 * @job: job of a scanner
 *
 * Context: &ifax_job.io_lock is held.
 * Return: 0 or an error for the user.
 */
int ifax_scan_start(struct ifax_job *job)
{
	struct ifax_page *page;
	int err;

	if (ifax_job_oldest(job))
		return -EBUSY;
	page = ifax_page_alloc(&job->format, &job->idev->budget);
	if (!page)
		return -ENOMEM;
	err = ifax_page_encode_begin(page);
	if (!err)
		err = start_page(job, page);
	if (err)
		ifax_page_free(page);
	return err;
}

const struct file_operations ifax_scan_fops = {
	.owner = THIS_MODULE,
	.open = ifax_file_open,
	.release = ifax_file_release,
	.read = scan_read,
	.poll = scan_poll,
	.unlocked_ioctl = ifax_file_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
