// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/ifax/trayN: what is read from it is a stream of the sheets that were
 * printed, each a PBM image with packed pixels. Reading takes them away.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "paper.h"
#include "soc.h"

static uint tray_mib = 64;
module_param(tray_mib, uint, 0444);
MODULE_PARM_DESC(tray_mib, "size of a tray in MiB of pixels, 1 to 1024; when full: no paper");

/**
 * struct tray_file - somebody who takes sheets out
 * @paper: tray
 * @lock: protects what follows
 * @sheet: the sheet that is being read
 * @at: bytes of it that were read, header and pixels
 */
struct tray_file {
	struct sim_paper *paper;
	struct mutex lock;	/* one read() at a time */
	struct sim_sheet *sheet;
	size_t at;
};

/**
 * sim_tray_put() - a sheet falls into the tray, with this side up
 * @tray: tray
 * @sheet: sheet, whose @note says what there is to say about it
 */
void sim_tray_put(struct sim_paper *tray, struct sim_sheet *sheet)
{
	spin_lock(&tray->lock);
	tray->printed++;
	WRITE_ONCE(tray->bytes, tray->bytes + sim_sheet_bytes(sheet));
	sheet->header_bytes = scnprintf(sheet->header, sizeof(sheet->header),
					"P4\n# ifax page %u %s\n%u %u\n", tray->printed,
					sheet->note, sheet->width_px, sheet->lines);
	spin_unlock(&tray->lock);
	sim_paper_lay(tray, sheet, false);
}

static bool tray_printing(struct sim_paper *tray)
{
	bool printing;

	spin_lock(&tray->lock);
	printing = tray->engine && READ_ONCE(tray->engine->busy);
	spin_unlock(&tray->lock);
	return printing;
}

/* Returns a sheet, NULL if the tray is empty and nothing is on its way to it, or ERR_PTR() */
static struct sim_sheet *tray_next_sheet(struct sim_paper *tray, bool nonblock)
{
	struct sim_sheet *sheet;
	bool printing;

	do {
		/* In this order: a sheet that came while we looked is seen */
		printing = tray_printing(tray);
		sheet = sim_paper_take(tray);
		if (sheet)
			return sheet;
		if (!READ_ONCE(tray->engine))
			return ERR_PTR(-ENODEV);
		if (nonblock)
			return ERR_PTR(-EAGAIN);
		if (printing && wait_event_interruptible(tray->wait, READ_ONCE(tray->count) ||
							 !tray_printing(tray)))
			return ERR_PTR(-ERESTARTSYS);
	} while (printing);
	return NULL;
}

static ssize_t tray_read_sheet(struct tray_file *f, char __user *to, size_t bytes)
{
	struct sim_sheet *sheet = f->sheet;
	size_t size = sim_sheet_bytes(sheet);
	const void *from;

	if (f->at < sheet->header_bytes) {
		from = sheet->header + f->at;
		bytes = min(bytes, sheet->header_bytes - f->at);
	} else {
		from = sheet->rows + f->at - sheet->header_bytes;
		bytes = min(bytes, size + sheet->header_bytes - f->at);
	}
	bytes -= copy_to_user(to, from, bytes);
	if (!bytes)
		return -EFAULT;
	f->at += bytes;
	if (f->at == size + sheet->header_bytes) {
		sim_sheet_free(sheet);
		f->sheet = NULL;
		f->at = 0;
	}
	return bytes;
}

static ssize_t tray_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct tray_file *f = file->private_data;
	struct sim_sheet *sheet;
	ssize_t ret;

	if (!bytes)
		return 0;
	if (mutex_lock_interruptible(&f->lock))
		return -ERESTARTSYS;
	if (!f->sheet) {
		sheet = tray_next_sheet(f->paper, file->f_flags & O_NONBLOCK);
		ret = PTR_ERR_OR_ZERO(sheet);
		if (IS_ERR_OR_NULL(sheet))
			goto out;
		f->sheet = sheet;
	}
	ret = tray_read_sheet(f, to, bytes);
out:
	mutex_unlock(&f->lock);
	return ret;
}

static __poll_t tray_poll(struct file *file, poll_table *wait)
{
	struct tray_file *f = file->private_data;

	poll_wait(file, &f->paper->wait, wait);
	if (READ_ONCE(f->sheet) || READ_ONCE(f->paper->count))
		return EPOLLIN | EPOLLRDNORM;
	return READ_ONCE(f->paper->engine) ? 0 : EPOLLERR | EPOLLHUP;
}

static int tray_open(struct inode *inode, struct file *file)
{
	struct tray_file *f;

	f = kzalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	mutex_init(&f->lock);
	f->paper = sim_paper_get(file);
	file->private_data = f;
	return stream_open(inode, file);
}

/* A sheet that was not read to its end goes back, for the next one to read from its begin */
static int tray_release(struct inode *inode, struct file *file)
{
	struct tray_file *f = file->private_data;
	struct sim_paper *tray = f->paper;

	if (f->sheet) {
		spin_lock(&tray->lock);
		WRITE_ONCE(tray->bytes, tray->bytes + sim_sheet_bytes(f->sheet));
		spin_unlock(&tray->lock);
		sim_paper_lay(tray, f->sheet, true);
	}
	sim_paper_put(tray);
	kfree(f);
	return 0;
}

static const struct file_operations tray_fops = {
	.owner = THIS_MODULE,
	.open = tray_open,
	.read = tray_read,
	.poll = tray_poll,
	.release = tray_release,
};

/**
 * sim_tray_create() - make the tray of a print engine
 * @engine: print engine
 *
 * Return: tray, or ERR_PTR().
 */
struct sim_paper *sim_tray_create(struct sim_engine *engine)
{
	struct sim_paper *tray;
	int ret;

	tray = sim_paper_create(engine, &tray_fops, sim_tray_groups, tray_mib);
	if (IS_ERR(tray))
		return tray;
	ret = sim_cassettes_init(tray);
	if (ret) {
		sim_paper_remove(tray);
		return ERR_PTR(ret);
	}
	sim_paper_changed(tray);
	return tray;
}
