// SPDX-License-Identifier: GPL-2.0
/*
 * What the files of scanners and printers have in common.
 */
#include <linux/minmax.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "core.h"

static bool access_ok_for(u32 kind, fmode_t mode)
{
	mode &= FMODE_READ | FMODE_WRITE;
	return mode == (kind == IFAX_KIND_SCANNER ? FMODE_READ : FMODE_WRITE);
}

int ifax_file_open(struct inode *inode, struct file *file)
{
	struct ifax_device *idev = container_of(inode->i_cdev, struct ifax_device, cdev);
	struct ifax_job *job;
	int err = 0;

	if (!access_ok_for(idev->caps.kind, file->f_mode))
		return -EACCES;
	job = ifax_job_alloc(idev);
	if (!job)
		return -ENOMEM;

	mutex_lock(&idev->lock);
	if (idev->gone)
		err = -ENODEV;
	else if (idev->job)
		err = -EBUSY;
	else
		idev->job = job;
	mutex_unlock(&idev->lock);
	if (err) {
		ifax_job_free(job);
		return err;
	}
	dev_dbg(&idev->dev, "opened by %s\n", current->comm);
	file->private_data = job;
	file->f_mode |= FMODE_NOWAIT;
	ifax_notify_job(idev, IFAX_CMD_JOB_BEGIN_NTF, 0);
	return stream_open(inode, file);
}

int ifax_file_release(struct inode *inode, struct file *file)
{
	struct ifax_job *job = file->private_data;
	struct ifax_device *idev = job->idev;

	mutex_lock(&idev->op_lock);
	ifax_job_cancel(job);
	ifax_notify_job(idev, IFAX_CMD_JOB_END_NTF, job->pages_begun);
	dev_dbg(&idev->dev, "closed after %u pages\n", job->pages_begun);
	mutex_lock(&idev->lock);
	idev->job = NULL;
	mutex_unlock(&idev->lock);
	mutex_unlock(&idev->op_lock);
	/* It may have the job still */
	flush_delayed_work(&idev->next_work);
	ifax_job_free(job);
	return 0;
}

/**
 * ifax_file_lock() - lock, if need be
 * @lock: mutex
 * @nowait: do not wait for it
 *
 * Return: true if it is locked.
 */
bool ifax_file_lock(struct mutex *lock, bool nowait)
{
	if (nowait)
		return mutex_trylock(lock);
	mutex_lock(lock);
	return true;
}

static int lock_job(struct ifax_job *job, bool nowait)
{
	if (nowait)
		return mutex_trylock(&job->io_lock) ? 0 : -EAGAIN;
	return mutex_lock_interruptible(&job->io_lock) ? -ERESTARTSYS : 0;
}

/**
 * ifax_file_transfer() - read() and write()
 * @iocb: call
 * @iter: memory of the user
 * @transfer: moves what can be moved now; -EAGAIN: nothing, but wait
 *
 * Return: bytes, or an error for the user.
 */
ssize_t ifax_file_transfer(struct kiocb *iocb, struct iov_iter *iter, ifax_transfer transfer)
{
	struct ifax_job *job = iocb->ki_filp->private_data;
	bool nowait = iocb->ki_flags & IOCB_NOWAIT;
	struct mem_cgroup *outer;
	ssize_t done;
	u32 events;
	int err;

	if (!iov_iter_count(iter))
		return 0;
	for (;;) {
		events = ifax_events(job->idev);
		err = lock_job(job, nowait);
		if (err)
			return err;
		outer = set_active_memcg(job->memcg);
		done = transfer(job, iter, nowait);
		set_active_memcg(outer);
		mutex_unlock(&job->io_lock);
		if (done != -EAGAIN || nowait || iocb->ki_filp->f_flags & O_NONBLOCK)
			return done;
		err = ifax_wait(job->idev, events);
		if (err)
			return err;
	}
}

static int put_user_struct(void __user *argp, const void *data, size_t bytes)
{
	return copy_to_user(argp, data, bytes) ? -EFAULT : 0;
}

static int get_caps(struct ifax_device *idev, void __user *argp)
{
	struct ifax_caps caps = idev->caps;

	caps.budget_bytes = min(ifax_budget_bytes(&idev->budget),
				ifax_budget_bytes(&ifax_total_budget));
	return put_user_struct(argp, &caps, sizeof(caps));
}

static int try_format(struct ifax_job *job, void __user *argp)
{
	struct ifax_format format;
	int err;

	if (copy_from_user(&format, argp, sizeof(format)))
		return -EFAULT;
	err = ifax_format_try(&job->idev->caps, &format);
	return err ?: put_user_struct(argp, &format, sizeof(format));
}

static bool page_under_way(struct ifax_job *job)
{
	struct ifax_device *idev = job->idev;
	bool busy;

	if (idev->caps.kind == IFAX_KIND_PRINTER)
		return job->writing;
	mutex_lock(&idev->lock);
	busy = idev->engine_page || job->pages_ahead;
	mutex_unlock(&idev->lock);
	return busy;
}

static int set_format(struct ifax_job *job, void __user *argp)
{
	struct ifax_format format, tried;
	int err;

	if (copy_from_user(&format, argp, sizeof(format)))
		return -EFAULT;
	tried = format;
	err = ifax_format_try(&job->idev->caps, &tried);
	if (err)
		return err;
	if (memcmp(&format, &tried, sizeof(format)))
		return -EINVAL;
	if (page_under_way(job))
		return -EBUSY;
	mutex_lock(&job->idev->lock);
	job->format = format;
	mutex_unlock(&job->idev->lock);
	return 0;
}

static int get_state(struct ifax_job *job, void __user *argp)
{
	struct ifax_device *idev = job->idev;
	struct ifax_state state = {};

	mutex_lock(&idev->op_lock);
	if (idev->gone) {
		mutex_unlock(&idev->op_lock);
		return -ENODEV;
	}
	state.flags = ifax_engine_state(idev);
	mutex_lock(&idev->lock);
	if (idev->engine_page)
		state.flags |= IFAX_STATE_BUSY;
	if (idev->paused)
		state.flags |= IFAX_STATE_PAUSED;
	state.pages_queued = ifax_job_pages_queued(job);
	state.budget_used_bytes = ifax_budget_used_bytes(&idev->budget);
	mutex_unlock(&idev->lock);
	mutex_unlock(&idev->op_lock);
	return put_user_struct(argp, &state, sizeof(state));
}

static int cancel(struct ifax_job *job)
{
	struct ifax_device *idev = job->idev;

	mutex_lock(&idev->op_lock);
	ifax_job_cancel(job);
	mutex_unlock(&idev->op_lock);
	return 0;
}

/* The record is taken only once the user has it. */
static int take_record(struct ifax_job *job, void __user *argp)
{
	struct ifax_device *idev = job->idev;
	struct ifax_page_record record;
	struct ifax_page *page;
	int err = 0;

	mutex_lock(&idev->lock);
	page = ifax_job_oldest(job);
	if (!page)
		err = idev->gone ? -ENODEV : job->pages_ahead ? -EAGAIN : -ENODATA;
	else if (page->stage != IFAX_STAGE_ENDED)
		err = -EAGAIN;
	else
		record = page->record;
	mutex_unlock(&idev->lock);
	if (err)
		return err;

	if (copy_to_user(argp, &record, sizeof(record)))
		return -EFAULT;
	mutex_lock(&idev->lock);
	ifax_job_remove(job, page);
	mutex_unlock(&idev->lock);
	ifax_page_free(page);
	return 0;
}

static int get_page(struct ifax_job *job, bool wait, void __user *argp)
{
	u32 events;
	int err;

	for (;;) {
		events = ifax_events(job->idev);
		if (mutex_lock_interruptible(&job->io_lock))
			return -ERESTARTSYS;
		err = take_record(job, argp);
		mutex_unlock(&job->io_lock);
		if (err != -EAGAIN || !wait)
			return err;
		err = ifax_wait(job->idev, events);
		if (err)
			return err;
	}
}

static int ioctl_locked(struct ifax_job *job, unsigned int cmd, void __user *argp)
{
	struct ifax_device *idev = job->idev;
	bool scanner = idev->caps.kind == IFAX_KIND_SCANNER;

	if (READ_ONCE(idev->gone))
		return -ENODEV;
	switch (cmd) {
	case IFAX_IOC_GET_CAPS:
		return get_caps(idev, argp);
	case IFAX_IOC_GET_FORMAT:
		return put_user_struct(argp, &job->format, sizeof(job->format));
	case IFAX_IOC_TRY_FORMAT:
		return try_format(job, argp);
	case IFAX_IOC_SET_FORMAT:
		return set_format(job, argp);
	case IFAX_IOC_GET_STATE:
		return get_state(job, argp);
	case IFAX_IOC_START:
		return scanner ? ifax_scan_start(job, argp) : -ENOTTY;
	case IFAX_IOC_COMMIT:
		return scanner ? -ENOTTY : ifax_print_commit(job);
	case IFAX_IOC_FINISH:
		return scanner ? -ENOTTY : ifax_print_finish(job);
	case IFAX_IOC_CANCEL:
		return cancel(job);
	default:
		return -ENOTTY;
	}
}

long ifax_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ifax_job *job = file->private_data;
	void __user *argp = (void __user *)arg;
	struct mem_cgroup *outer;
	int err;

	if (cmd == IFAX_IOC_GET_PAGE)
		return get_page(job, !(file->f_flags & O_NONBLOCK), argp);
	if (mutex_lock_interruptible(&job->io_lock))
		return -ERESTARTSYS;
	outer = set_active_memcg(job->memcg);
	err = ioctl_locked(job, cmd, argp);
	set_active_memcg(outer);
	mutex_unlock(&job->io_lock);
	return err;
}
