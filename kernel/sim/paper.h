/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Simulated paper: sheets in a feeder, sheets in a tray, and the character
 * devices through which people lay them in and take them out.
 */
#ifndef _IFAX_SIM_PAPER_H
#define _IFAX_SIM_PAPER_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/ifax/regs.h>

struct sim_engine;

/* With fewer blank sheets than this the paper is low */
#define SIM_PAPER_LOW_SHEETS	20

/* ---- sheets (paper.c) ---- */

/**
 * struct sim_sheet - a sheet of paper
 * @list: its place in feeder or tray
 * @is_grey: a byte a pixel, 255 is white; else a bit a pixel, 1 is black
 * @width_px: width; pixels past it in the last byte of a row may be anything
 * @lines: length
 * @row_bytes: bytes of a row
 * @note: printed sheet: where it comes from, for @header
 * @header: printed sheet: how it begins in the stream
 * @header_bytes: length of @header
 * @rows: pixels
 */
struct sim_sheet {
	struct list_head list;
	bool is_grey;
	u32 width_px;
	u32 lines;
	size_t row_bytes;
	char note[112];
	char header[192];
	size_t header_bytes;
	u8 rows[];
};

static inline u8 *sim_sheet_row(const struct sim_sheet *sheet, u32 line)
{
	return (u8 *)sheet->rows + line * sheet->row_bytes;
}

static inline size_t sim_row_bytes(u32 width_px, bool is_grey)
{
	return is_grey ? width_px : DIV_ROUND_UP(width_px, 8);
}

static inline size_t sim_sheet_bytes(const struct sim_sheet *sheet)
{
	return sheet->row_bytes * sheet->lines;
}

struct sim_sheet *sim_sheet_alloc(u32 width_px, u32 lines, bool is_grey);
void sim_sheet_free(struct sim_sheet *sheet);

/* ---- feeder and tray (paper.c) ---- */

/**
 * struct sim_cassette - a paper tray; protected by the lock of its &struct sim_paper
 * @size: size of its paper, as the register TRAY_SIZE; 0: any
 * @sheets: blank sheets in it
 * @drawn: sheets that were drawn out of it
 * @out: it was pulled out
 */
struct sim_cassette {
	u32 size;
	u32 sheets;
	u32 drawn;
	bool out;
};

/**
 * struct sim_paper - a feeder or a tray
 * @ref: one for the engine, one for every open file
 * @misc: character device
 * @name: its name in sysfs
 * @node: its name in /dev
 * @is_tray: what it is
 * @limit_bytes: most bytes of pixels that it holds
 * @wait: waits for a sheet, or for room
 * @lock: protects what follows
 * @engine: the engine, NULL when it is gone
 * @sheets: sheets that lie here, the next one first
 * @count: number of @sheets
 * @bytes: bytes of pixels in @sheets and in those about to be laid in
 * @was_ready: the paper sensor when the driver was told last
 * @was_low: the same of the sensor for little paper
 * @cassettes: tray: paper that the engine can draw in
 * @cassette_count: number of @cassettes, at least one
 * @cassettes_told: registers tell of @cassettes
 * @was: registers TRAY_AT and TRAY_SIZE when the driver was told last
 * @printed: tray: sides printed since the module was loaded
 */
struct sim_paper {
	struct kref ref;
	struct miscdevice misc;
	char name[24];
	char node[24];
	bool is_tray;
	size_t limit_bytes;
	wait_queue_head_t wait;
	spinlock_t lock;	/* the pile */
	struct sim_engine *engine;
	struct list_head sheets;
	u32 count;
	size_t bytes;
	bool was_ready;
	bool was_low;
	struct sim_cassette cassettes[IFAX_TRAYS_MAX];
	u32 cassette_count;
	bool cassettes_told;
	u32 was[IFAX_TRAYS_MAX][2];
	u32 printed;
};

struct sim_paper *sim_paper_create(struct sim_engine *engine, const struct file_operations *fops,
				   const struct attribute_group **groups, u32 limit_mib);
void sim_paper_remove(struct sim_paper *paper);
struct sim_paper *sim_paper_get(struct file *file);
void sim_paper_put(struct sim_paper *paper);
struct sim_paper *sim_paper_of(struct device *dev);
struct sim_sheet *sim_paper_take(struct sim_paper *paper);
void sim_paper_lay(struct sim_paper *paper, struct sim_sheet *sheet, bool on_top);
void sim_paper_changed(struct sim_paper *paper);
bool sim_paper_ready(struct sim_paper *paper);
bool sim_paper_low(struct sim_paper *paper);

/* ---- feeder.c, tray.c ---- */

struct sim_paper *sim_feeder_create(struct sim_engine *engine);
struct sim_paper *sim_tray_create(struct sim_engine *engine);
void sim_tray_put(struct sim_paper *tray, struct sim_sheet *sheet);

/* ---- cassette.c ---- */

extern const struct file_operations sim_cassettes_fops;

int sim_cassettes_init(struct sim_paper *tray);
u32 sim_cassette_state(const struct sim_cassette *c);
u32 sim_cassette_size(const struct sim_cassette *c);
bool sim_cassettes_ready(const struct sim_paper *tray);
bool sim_cassettes_low(const struct sim_paper *tray);
bool sim_cassette_draw(struct sim_paper *tray, u32 number);
void sim_cassette_fill(struct sim_paper *tray, u32 number, u32 sheets);
void sim_cassette_pull(struct sim_paper *tray, u32 number, bool out);

/* ---- sensors.c ---- */

extern const struct attribute_group *sim_feeder_groups[];
extern const struct attribute_group *sim_tray_groups[];

#endif /* _IFAX_SIM_PAPER_H */
