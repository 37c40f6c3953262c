// SPDX-License-Identifier: GPL-2.0
/*
 * Sheets, and the piles of them in a feeder or a tray. A pile outlives its
 * engine for as long as somebody has its character device open.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include "paper.h"
#include "soc.h"

#define LIMIT_MIB_MAX	1024

/**
 * sim_sheet_alloc() - a sheet, its pixels not set
 * @width_px: width
 * @lines: length
 * @is_grey: a byte a pixel
 *
 * Return: sheet, or NULL.
 */
struct sim_sheet *sim_sheet_alloc(u32 width_px, u32 lines, bool is_grey)
{
	size_t row_bytes = sim_row_bytes(width_px, is_grey);
	struct sim_sheet *sheet;

	sheet = kvmalloc(sizeof(*sheet) + row_bytes * lines, GFP_KERNEL_ACCOUNT);
	if (!sheet)
		return NULL;
	INIT_LIST_HEAD(&sheet->list);
	sheet->is_grey = is_grey;
	sheet->width_px = width_px;
	sheet->lines = lines;
	sheet->row_bytes = row_bytes;
	sheet->note[0] = 0;
	sheet->header_bytes = 0;
	return sheet;
}

/**
 * sim_sheet_free() - throw a sheet away
 * @sheet: sheet, or NULL
 */
void sim_sheet_free(struct sim_sheet *sheet)
{
	kvfree(sheet);
}

/**
 * sim_paper_take() - take the next sheet off a pile
 * @paper: feeder or tray
 *
 * Return: sheet, or NULL if there is none.
 */
struct sim_sheet *sim_paper_take(struct sim_paper *paper)
{
	struct sim_sheet *sheet;

	spin_lock(&paper->lock);
	sheet = list_first_entry_or_null(&paper->sheets, struct sim_sheet, list);
	if (sheet) {
		list_del_init(&sheet->list);
		WRITE_ONCE(paper->count, paper->count - 1);
		WRITE_ONCE(paper->bytes, paper->bytes - sim_sheet_bytes(sheet));
	}
	spin_unlock(&paper->lock);
	if (sheet)
		sim_paper_changed(paper);
	return sheet;
}

/**
 * sim_paper_lay() - lay a sheet on a pile
 * @paper: feeder or tray; the sheet's bytes were added to its @bytes before
 * @sheet: sheet
 * @on_top: it is the one to be taken next
 */
void sim_paper_lay(struct sim_paper *paper, struct sim_sheet *sheet, bool on_top)
{
	spin_lock(&paper->lock);
	if (on_top)
		list_add(&sheet->list, &paper->sheets);
	else
		list_add_tail(&sheet->list, &paper->sheets);
	WRITE_ONCE(paper->count, paper->count + 1);
	spin_unlock(&paper->lock);
	sim_paper_changed(paper);
}

/* Returns true if a register that tells of paper trays is not what it was */
static bool paper_cassettes_changed(struct sim_paper *paper)
{
	bool changed = false;
	u32 i, now[2];

	for (i = 0; i < paper->cassette_count && paper->cassettes_told; i++) {
		now[0] = sim_cassette_state(&paper->cassettes[i]);
		now[1] = sim_cassette_size(&paper->cassettes[i]);
		changed |= memcmp(now, paper->was[i], sizeof(now));
		memcpy(paper->was[i], now, sizeof(now));
	}
	return changed;
}

/**
 * sim_paper_changed() - tell who waits, and the driver
 * @paper: feeder or tray
 */
void sim_paper_changed(struct sim_paper *paper)
{
	struct sim_engine *engine;
	unsigned long flags;
	bool changed;

	spin_lock(&paper->lock);
	engine = paper->engine;
	changed = paper_cassettes_changed(paper);
	if (engine && (changed || paper->was_ready != sim_paper_ready(paper) ||
		       paper->was_low != sim_paper_low(paper))) {
		paper->was_ready = sim_paper_ready(paper);
		paper->was_low = sim_paper_low(paper);
		spin_lock_irqsave(&engine->lock, flags);
		sim_engine_raise(engine, IFAX_INT_PAPER);
		spin_unlock_irqrestore(&engine->lock, flags);
	}
	spin_unlock(&paper->lock);
	wake_up(&paper->wait);
}

/**
 * sim_paper_ready() - the paper sensor
 * @paper: feeder or tray
 *
 * Context: any, without the lock.
 * Return: true if a sheet can be drawn in. A tray that is full says no: the
 * sheet would have no place to go.
 */
bool sim_paper_ready(struct sim_paper *paper)
{
	if (paper->is_tray)
		return sim_cassettes_ready(paper) &&
		       READ_ONCE(paper->bytes) < paper->limit_bytes;
	return READ_ONCE(paper->count);
}

/**
 * sim_paper_low() - the sensor that tells that paper will soon be out
 * @paper: feeder or tray
 *
 * Context: any, without the lock.
 * Return: true if little is left for printing.
 */
bool sim_paper_low(struct sim_paper *paper)
{
	return paper->is_tray && sim_cassettes_low(paper);
}

static void sim_paper_release(struct kref *ref)
{
	struct sim_paper *paper = container_of(ref, struct sim_paper, ref);
	struct sim_sheet *sheet, *next;

	list_for_each_entry_safe(sheet, next, &paper->sheets, list)
		sim_sheet_free(sheet);
	kfree(paper);
}

/**
 * sim_paper_get() - the feeder or tray of a file that is being opened
 * @file: file
 *
 * Return: feeder or tray, with a reference.
 */
struct sim_paper *sim_paper_get(struct file *file)
{
	struct sim_paper *paper = container_of(file->private_data, struct sim_paper, misc);

	kref_get(&paper->ref);
	return paper;
}

/**
 * sim_paper_put() - drop a reference
 * @paper: feeder or tray
 */
void sim_paper_put(struct sim_paper *paper)
{
	kref_put(&paper->ref, sim_paper_release);
}

/**
 * sim_paper_of() - the feeder or tray of a device in sysfs
 * @dev: device
 *
 * Return: feeder or tray.
 */
struct sim_paper *sim_paper_of(struct device *dev)
{
	return container_of(dev_get_drvdata(dev), struct sim_paper, misc);
}

/**
 * sim_paper_create() - make a feeder or a tray
 * @engine: its engine
 * @fops: functions of the character device
 * @groups: attributes in sysfs
 * @limit_mib: most MiB of pixels that it holds
 *
 * Return: feeder or tray, or ERR_PTR().
 */
struct sim_paper *sim_paper_create(struct sim_engine *engine, const struct file_operations *fops,
				   const struct attribute_group **groups, u32 limit_mib)
{
	struct sim_paper *paper;
	const char *kind;
	int ret;

	paper = kzalloc(sizeof(*paper), GFP_KERNEL);
	if (!paper)
		return ERR_PTR(-ENOMEM);
	kref_init(&paper->ref);
	spin_lock_init(&paper->lock);
	init_waitqueue_head(&paper->wait);
	INIT_LIST_HEAD(&paper->sheets);
	paper->engine = engine;
	engine->paper = paper;
	paper->is_tray = engine->is_printer;
	paper->limit_bytes = (size_t)clamp_t(u32, limit_mib, 1, LIMIT_MIB_MAX) * SZ_1M;
	kind = paper->is_tray ? "tray" : "feeder";
	snprintf(paper->name, sizeof(paper->name), "ifax-%s%u", kind, engine->number / 2);
	snprintf(paper->node, sizeof(paper->node), "ifax/%s%u", kind, engine->number / 2);
	paper->misc.minor = MISC_DYNAMIC_MINOR;
	paper->misc.name = paper->name;
	paper->misc.nodename = paper->node;
	paper->misc.mode = 0660;
	paper->misc.fops = fops;
	paper->misc.groups = groups;
	paper->misc.parent = engine->soc->dev;
	ret = misc_register(&paper->misc);
	if (ret) {
		sim_paper_put(paper);
		return ERR_PTR(ret);
	}
	return paper;
}

/**
 * sim_paper_remove() - the engine goes away
 * @paper: feeder or tray
 */
void sim_paper_remove(struct sim_paper *paper)
{
	misc_deregister(&paper->misc);
	spin_lock(&paper->lock);
	paper->engine = NULL;
	spin_unlock(&paper->lock);
	wake_up(&paper->wait);
	sim_paper_put(paper);
}
