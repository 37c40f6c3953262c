// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/ifax/feederN: what is written to it is a stream of sheets, each a PBM
 * image with packed pixels or a PGM image with a byte a pixel. A sheet lies in
 * the feeder as soon as it is whole.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "p4.h"
#include "paper.h"
#include "soc.h"

static uint feeder_mib = 64;
module_param(feeder_mib, uint, 0444);
MODULE_PARM_DESC(feeder_mib, "size of a feeder in MiB of pixels, 1 to 1024");

/**
 * struct feeder_file - somebody who lays sheets in
 * @paper: feeder
 * @lock: protects what follows
 * @p4: header of the sheet
 * @sheet: the sheet, once its header is complete and there is room for it
 * @filled: bytes of its pixels that are there
 * @waiting_bytes: its bytes of pixels while it waits for room
 * @pages: sheets laid in
 * @error: what was wrong; nothing more is taken
 */
struct feeder_file {
	struct sim_paper *paper;
	struct mutex lock;	/* one write() at a time */
	struct p4 p4;
	struct sim_sheet *sheet;
	size_t filled;
	size_t waiting_bytes;
	u32 pages;
	int error;
};

static void feeder_unreserve(struct sim_paper *paper, size_t bytes)
{
	spin_lock(&paper->lock);
	WRITE_ONCE(paper->bytes, paper->bytes - bytes);
	spin_unlock(&paper->lock);
	wake_up(&paper->wait);
}

/* Returns true also if the feeder is gone: there is nothing to wait for */
static bool feeder_reserve(struct sim_paper *paper, size_t bytes)
{
	bool done = true;

	spin_lock(&paper->lock);
	if (paper->engine) {
		done = paper->bytes + bytes <= paper->limit_bytes;
		if (done)
			WRITE_ONCE(paper->bytes, paper->bytes + bytes);
	}
	spin_unlock(&paper->lock);
	return done;
}

static int feeder_fail(struct feeder_file *f, int error, const char *why)
{
	pr_warn_ratelimited("%s: sheet %u: %s\n", f->paper->node, f->pages + 1, why);
	f->error = error;
	return error;
}

/* The header is complete: is it a sheet that fits, and is there room for it now? */
static int feeder_begin_sheet(struct feeder_file *f, bool nonblock)
{
	struct sim_paper *paper = f->paper;
	u64 bytes = (u64)sim_row_bytes(f->p4.width, f->p4.is_grey) * f->p4.height;

	if (f->p4.width > SIM_WIDTH_PX_MAX)
		return feeder_fail(f, -EINVAL, "wider than the sensor");
	if (bytes > paper->limit_bytes)
		return feeder_fail(f, -EFBIG, "larger than the feeder (parameter feeder_mib)");
	WRITE_ONCE(f->waiting_bytes, bytes);
	if (nonblock) {
		if (!feeder_reserve(paper, bytes))
			return -EAGAIN;
	} else if (wait_event_interruptible(paper->wait, feeder_reserve(paper, bytes))) {
		return -ERESTARTSYS;
	}
	WRITE_ONCE(f->waiting_bytes, 0);
	if (!READ_ONCE(paper->engine))
		return -ENODEV;
	f->sheet = sim_sheet_alloc(f->p4.width, f->p4.height, f->p4.is_grey);
	if (!f->sheet) {
		feeder_unreserve(paper, bytes);
		return -ENOMEM;
	}
	f->filled = 0;
	return 0;
}

static ssize_t feeder_write_header(struct feeder_file *f, const char __user *from, size_t bytes)
{
	size_t done;
	u8 byte;

	for (done = 0; done < bytes && f->p4.state != P4_RASTER; done++) {
		if (get_user(byte, from + done))
			return done ?: -EFAULT;
		if (p4_byte(&f->p4, byte))
			return feeder_fail(f, -EINVAL, "no header of a PBM (P4) or PGM (P5) image");
	}
	return done;
}

static ssize_t feeder_write_rows(struct feeder_file *f, const char __user *from, size_t bytes)
{
	size_t size = sim_sheet_bytes(f->sheet);

	bytes = min(bytes, size - f->filled);
	bytes -= copy_from_user(f->sheet->rows + f->filled, from, bytes);
	if (!bytes)
		return -EFAULT;
	f->filled += bytes;
	if (f->filled == size) {
		sim_paper_lay(f->paper, f->sheet, false);
		f->sheet = NULL;
		memset(&f->p4, 0, sizeof(f->p4));
		f->pages++;
	}
	return bytes;
}

static ssize_t feeder_write_some(struct feeder_file *f, const char __user *from, size_t bytes,
				 bool nonblock)
{
	int ret;

	if (f->error)
		return f->error;
	if (!READ_ONCE(f->paper->engine))
		return -ENODEV;
	if (f->p4.state != P4_RASTER)
		return feeder_write_header(f, from, bytes);
	if (!f->sheet) {
		ret = feeder_begin_sheet(f, nonblock);
		if (ret)
			return ret;
	}
	return feeder_write_rows(f, from, bytes);
}

static ssize_t feeder_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct feeder_file *f = file->private_data;
	ssize_t done = 0, ret = 0;

	if (mutex_lock_interruptible(&f->lock))
		return -ERESTARTSYS;
	while ((size_t)done < bytes) {
		ret = feeder_write_some(f, from + done, bytes - done, file->f_flags & O_NONBLOCK);
		if (ret < 0)
			break;
		done += ret;
		cond_resched();
	}
	mutex_unlock(&f->lock);
	return done ?: ret;
}

static __poll_t feeder_poll(struct file *file, poll_table *wait)
{
	struct feeder_file *f = file->private_data;
	struct sim_paper *paper = f->paper;

	poll_wait(file, &paper->wait, wait);
	if (!READ_ONCE(paper->engine))
		return EPOLLERR | EPOLLHUP;
	if (READ_ONCE(paper->bytes) + READ_ONCE(f->waiting_bytes) > paper->limit_bytes)
		return 0;
	return EPOLLOUT | EPOLLWRNORM;
}

static int feeder_open(struct inode *inode, struct file *file)
{
	struct feeder_file *f;

	f = kzalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	mutex_init(&f->lock);
	f->paper = sim_paper_get(file);
	file->private_data = f;
	return stream_open(inode, file);
}

static int feeder_release(struct inode *inode, struct file *file)
{
	struct feeder_file *f = file->private_data;

	if (!f->error && (f->sheet || f->p4.state != P4_MAGIC_P))
		feeder_fail(f, -EINVAL, "incomplete, dropped");
	if (f->sheet)
		feeder_unreserve(f->paper, sim_sheet_bytes(f->sheet));
	sim_sheet_free(f->sheet);
	sim_paper_put(f->paper);
	kfree(f);
	return 0;
}

static const struct file_operations feeder_fops = {
	.owner = THIS_MODULE,
	.open = feeder_open,
	.write = feeder_write,
	.poll = feeder_poll,
	.release = feeder_release,
};

/**
 * sim_feeder_create() - make the feeder of a scanner
 * @engine: scanner
 *
 * Return: feeder, or ERR_PTR().
 */
struct sim_paper *sim_feeder_create(struct sim_engine *engine)
{
	return sim_paper_create(engine, &feeder_fops, sim_feeder_groups, feeder_mib);
}
