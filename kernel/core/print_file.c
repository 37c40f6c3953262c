// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/splice.h>
#include <linux/uio.h>

#include "core.h"
#include "trace.h"

/* Pages on their way to paper will leave room */
static bool pages_moving(struct ifax_job *job)
{
	bool moving;

	mutex_lock(&job->idev->lock);
	moving = ifax_job_pages_moving(job);
	mutex_unlock(&job->idev->lock);
	return moving;
}

/* What does not fit or cannot be had without waiting may do so later */
static ssize_t write_refusal(struct ifax_job *job, ssize_t err, bool nowait)
{
	if (err == -ENOMEM && nowait)
		return -EAGAIN;
	return err == -ENOSPC && pages_moving(job) ? -EAGAIN : err;
}

/* -EAGAIN: no room now, but there will be when the pages queued are printed. */
static ssize_t write_piece(struct ifax_job *job, struct iov_iter *from, bool nowait)
{
	struct ifax_device *idev = job->idev;
	gfp_t gfp = nowait ? GFP_NOWAIT | __GFP_NOWARN : IFAX_CHUNK_GFP;
	struct ifax_page *page = job->writing;
	ssize_t done;

	if (READ_ONCE(idev->gone))
		return -ENODEV;
	if (!page)
		page = ifax_page_alloc(&job->format, &idev->budget, gfp);
	if (!page)
		return write_refusal(job, -ENOMEM, nowait);
	done = ifax_store_append_iter(&page->store, from, gfp);
	if (done > 0) {
		page->record.bytes += done;
		trace_ifax_user(idev, done);
		job->writing = page;
		return done;
	}
	if (!job->writing)
		ifax_page_free(page);
	return write_refusal(job, done, nowait);
}

static ssize_t print_write(struct kiocb *iocb, struct iov_iter *from)
{
	return ifax_file_transfer(iocb, from, write_piece);
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
	if (ifax_budget_room(&idev->budget, 1) || !ifax_job_pages_moving(job))
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
	page->document = job->document;
	ifax_job_add(job, page, IFAX_STAGE_WAITING);
	if (bad)
		ifax_page_ended(idev, page, IFAX_PAGE_BAD_DATA);
	else if (job->failed)
		ifax_page_ended(idev, page, IFAX_PAGE_CANCELLED);
	else
		ifax_engine_next(idev);
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
	if (READ_ONCE(job->pages_listed) >= IFAX_PAGES_MAX)
		return -EBUSY;
	bad = ifax_page_check(page, ifax_format_lines_max(&job->idev->caps, &page->format));
	if (bad && bad != -EBADMSG)
		return bad;
	err = queue_page(job, page, bad);
	return err ?: bad;
}

/**
 * ifax_print_finish() - IFAX_IOC_FINISH
 * @job: job of a printer
 *
 * Context: &ifax_job.io_lock is held.
 * Return: 0 or an error for the user.
 */
int ifax_print_finish(struct ifax_job *job)
{
	struct ifax_device *idev = job->idev;

	if (job->writing)
		return -EBUSY;
	mutex_lock(&idev->lock);
	job->document++;
	ifax_engine_next(idev);
	ifax_changed(idev);
	mutex_unlock(&idev->lock);
	return 0;
}

const struct file_operations ifax_print_fops = {
	.owner = THIS_MODULE,
	.open = ifax_file_open,
	.release = ifax_file_release,
	.write_iter = print_write,
	.splice_write = iter_file_splice_write,
	.poll = print_poll,
	.unlocked_ioctl = ifax_file_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
