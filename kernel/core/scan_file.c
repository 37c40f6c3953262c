// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/splice.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "compat.h"
#include "core.h"
#include "trace.h"

/* Bytes of the oldest page, in one piece; 0 at its end; -EAGAIN: none yet. */
static ssize_t peek_piece(struct ifax_job *job, const u8 **piece)
{
	struct ifax_device *idev = job->idev;
	struct ifax_page *page;
	size_t bytes;

	lockdep_assert_held(&idev->lock);
	page = ifax_job_oldest(job);
	if (!page && idev->gone)
		return -ENODEV;
	if (!page)
		return job->pages_ahead ? -EAGAIN : -ENODATA;
	*piece = ifax_page_peek(page, &bytes);
	if (bytes)
		return bytes;
	if (page->stage != IFAX_STAGE_ENDED)
		return -EAGAIN;
	return page->record.status == IFAX_PAGE_GONE ? -ENODEV : 0;
}

/* What was read leaves room for lines that were not taken */
static void consume_piece(struct ifax_job *job, size_t bytes)
{
	struct ifax_device *idev = job->idev;

	mutex_lock(&idev->lock);
	ifax_page_consume(ifax_job_oldest(job), bytes);
	if (idev->paused)
		ifax_engine_next(idev);
	mutex_unlock(&idev->lock);
}

static ssize_t read_piece(struct ifax_job *job, struct iov_iter *to, bool nowait)
{
	const u8 *piece;
	ssize_t bytes;

	if (!ifax_file_lock(&job->idev->lock, nowait))
		return -EAGAIN;
	bytes = peek_piece(job, &piece);
	mutex_unlock(&job->idev->lock);
	if (bytes <= 0)
		return bytes;
	bytes = copy_to_iter(piece, bytes, to);
	if (!bytes)
		return -EFAULT;
	consume_piece(job, bytes);
	return bytes;
}

static ssize_t read_pieces(struct ifax_job *job, struct iov_iter *to, bool nowait)
{
	ssize_t done = 0, n;

	do {
		n = read_piece(job, to, nowait);
		if (n <= 0)
			break;
		done += n;
	} while (iov_iter_count(to));
	if (done)
		trace_ifax_user(job->idev, done);
	return done ?: n;
}

static ssize_t scan_read(struct kiocb *iocb, struct iov_iter *to)
{
	return ifax_file_transfer(iocb, to, read_pieces);
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
		ifax_page_peek(page, &bytes);
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

/* The page is there, the sheet not yet */
static int start_pages(struct ifax_job *job, struct ifax_page *page, u32 pages)
{
	struct ifax_device *idev = job->idev;
	int err = -ENODEV;

	mutex_lock(&idev->op_lock);
	if (idev->asleep) {
		err = -EBUSY;
	} else if (!idev->gone) {
		mutex_lock(&idev->lock);
		job->pages_ahead = pages ?: IFAX_ALL_PAGES;
		mutex_unlock(&idev->lock);
		err = ifax_scan_page_start(job, page);
	}
	if (err) {
		mutex_lock(&idev->lock);
		job->pages_ahead = 0;
		mutex_unlock(&idev->lock);
	}
	mutex_unlock(&idev->op_lock);
	return err;
}

static bool pages_left(struct ifax_job *job)
{
	bool left;

	mutex_lock(&job->idev->lock);
	left = ifax_job_oldest(job) || job->pages_ahead;
	mutex_unlock(&job->idev->lock);
	return left;
}

/**
 * ifax_scan_start() - IFAX_IOC_START
 * @job: job of a scanner
 * @argp: how many pages
 *
 * Context: &ifax_job.io_lock is held.
 * Return: 0 or an error for the user.
 */
int ifax_scan_start(struct ifax_job *job, const struct ifax_start __user *argp)
{
	struct ifax_start start;
	struct ifax_page *page;
	int err;

	if (copy_from_user(&start, argp, sizeof(start)))
		return -EFAULT;
	if (memchr_inv(start.reserved, 0, sizeof(start.reserved)))
		return -EINVAL;
	if (pages_left(job))
		return -EBUSY;
	page = ifax_scan_page_alloc(job);
	if (IS_ERR(page))
		return PTR_ERR(page);
	err = start_pages(job, page, start.pages);
	if (err)
		ifax_page_free(page);
	return err;
}

const struct file_operations ifax_scan_fops = {
	.owner = THIS_MODULE,
	.open = ifax_file_open,
	.release = ifax_file_release,
	.read_iter = scan_read,
	.splice_read = ifax_splice_read,
	.poll = scan_poll,
	.unlocked_ioctl = ifax_file_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
