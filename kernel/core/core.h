/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device, the job of its open file, and who may touch what.
 *
 * Locks, in the order in which they are taken:
 *
 * ifax_job.io_lock	one call of the file at a time. Never held while waiting
 *			for the engine. Whoever frees a page holds it.
 * ifax_device.op_lock	one call into the driver at a time; a page enters the
 *			engine only under it. Never held over user memory.
 * ifax_device.lock	all that changes while a page moves. The driver's workers
 *			take it, so it is never held over a call into the driver
 *			or over user memory.
 */
#ifndef _IFAX_CORE_H
#define _IFAX_CORE_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/ifax/engine.h>
#include <linux/ifax_netlink.h>

#include "page.h"

/* Pages of a job whose records were not taken: more are refused. */
#define IFAX_PAGES_MAX	256

/* Pages ahead: until the feeder is empty */
#define IFAX_ALL_PAGES	U32_MAX

/* Most copies of a page */
#define IFAX_COPIES_MAX	99

/* Most lines of a page that need not be as long as the engine's longest */
#define IFAX_PAGE_LINES_MAX	131072

/* Longest time that a page waits for paper */
#define IFAX_WAIT_S_MAX	86400

/* Spare chunks in the store of a page under the sensor: all of most pages */
#define IFAX_SPARE_CHUNKS	32

#define IFAX_DEVICE_NAME_BYTES	16
#define IFAX_PAGE_STATUSES	(IFAX_PAGE_TOO_LARGE + 1)

/**
 * struct ifax_counters - what a device has done since it was registered
 * @ended: pages by &enum ifax_page_status
 * @lines: lines of these pages
 * @bytes: coded bytes of these pages
 * @pauses: how often the motor had to wait for room in the page store
 * @band_ns_max: longest time that coding or decoding a band took
 */
struct ifax_counters {
	u64 ended[IFAX_PAGE_STATUSES];
	u64 lines;
	u64 bytes;
	u64 pauses;
	u64 band_ns_max;
};

/**
 * struct ifax_engine_ops - what &struct ifax_scanner_ops and &struct
 * ifax_printer_ops have in common, which is all
 * @start: scanner: begin a page
 * @print: printer: begin a side of a sheet
 * @stop: end it at once
 * @state: IFAX_STATE_*
 * @trays: printer: what is in them; may be NULL
 * @resume: scanner: give the lines that were not taken
 * @hold: scanner: take no line until @resume; may be NULL
 */
struct ifax_engine_ops {
	int (*start)(struct ifax_device *idev, const struct ifax_format *fmt);
	int (*print)(struct ifax_device *idev, const struct ifax_sheet *sheet);
	void (*stop)(struct ifax_device *idev);
	u32 (*state)(struct ifax_device *idev);
	int (*trays)(struct ifax_device *idev, struct ifax_tray *trays);
	void (*resume)(struct ifax_device *idev);
	int (*hold)(struct ifax_device *idev);
};

/**
 * struct ifax_paper_path - what the sensors say
 * @state: IFAX_STATE_*, but for BUSY and PAUSED
 * @tray: paper trays
 * @trays: their number; 0: the engine does not tell of any
 */
struct ifax_paper_path {
	u32 state;
	struct ifax_tray tray[IFAX_ENGINE_TRAYS_MAX];
	u32 trays;
};

/**
 * struct ifax_job - an open file
 * @idev: its device; the file's cdev holds a reference
 * @memcg: memory cgroup of who opened it, which pays for all pages
 * @io_lock: one call at a time
 * @format: form of the next page; changes under @io_lock and &ifax_device.lock
 * @writing: printer: page that is not committed yet
 * @document: printer: number of the document that pages are committed to; the
 *	copies of those before are complete
 * @pages_ahead: scanner: pages that will be scanned without a further call;
 *	from here on all is guarded by &ifax_device.lock
 * @pages: pages of which the record was not taken, in order; a page with bytes
 *	leaves only under @io_lock, too
 * @pages_listed: their number
 * @pages_begun: seq of the page begun last
 * @front: printer: page on the front of a sheet that waits for its back
 * @failed: printer: page that failed in the engine; until its record is taken,
 *	nothing more is printed, so that pages never come out of order
 */
struct ifax_job {
	struct ifax_device *idev;
	struct mem_cgroup *memcg;
	struct mutex io_lock; /* outermost */
	struct ifax_format format;
	struct ifax_page *writing;
	u32 document;
	u32 pages_ahead;
	struct list_head pages;
	u32 pages_listed;
	u32 pages_begun;
	struct ifax_page *front;
	struct ifax_page *failed;
};

/**
 * struct ifax_device - a scanner or a print engine
 * @dev: counts the references
 * @cdev: character device
 * @minor: minor number, counted from the first of the class
 * @caps: what it can do
 * @ops: the driver; called under @op_lock and only if not @gone
 * @priv: the driver's pointer
 * @budget: memory in its page stores
 * @next_work: takes the next page into the engine; lays in memory for the page
 *	under the sensor
 * @state_work: looks whether a sensor changed
 * @seen: the paper path when it looked last, under @op_lock
 * @op_lock: see above
 * @lock: see above; guards all that follows
 * @gone: unregistered; changes under both locks
 * @asleep: no page may begin; changes under both locks
 * @job: the open file
 * @engine_page: page under the sensor or in the engine; the driver's worker
 *	knows that it stays, and uses it without a lock
 * @paused: lines of it were not taken, for want of room
 * @wants_paper: printer: a page waits for paper
 * @tray: printer: number of the tray that the last sheet is from, -1: none
 * @counters: what it has done
 * @events: counts changes; read without a lock by those who wait for one
 * @wait: woken at every change
 */
struct ifax_device {
	struct device dev;
	struct cdev cdev;
	int minor;
	struct ifax_caps caps;
	struct ifax_engine_ops ops;
	void *priv;
	struct ifax_budget budget;
	struct delayed_work next_work;
	struct work_struct state_work;
	struct ifax_paper_path seen;
	struct mutex op_lock; /* calls into the driver */
	struct mutex lock; /* innermost: pages on the move */
	bool gone;
	bool asleep;
	struct ifax_job *job;
	struct ifax_page *engine_page;
	bool paused;
	bool wants_paper;
	int tray;
	struct ifax_counters counters;
	u32 events;
	wait_queue_head_t wait;
};

/* device.c */
struct ifax_device *ifax_device_find(const char *name);
void ifax_device_put(struct ifax_device *idev);
u32 ifax_device_generation(void);
int ifax_device_for_each(void *data, int (*fn)(struct ifax_device *idev, void *data));

/* netlink.c */
int ifax_netlink_init(void);
void ifax_netlink_exit(void);

/* netlink_events.c: who listens hears of it */
void ifax_notify_device(struct ifax_device *idev, enum ifax_cmd cmd);
void ifax_notify_state(struct ifax_device *idev, u32 state, u32 changed);
void ifax_notify_trays(struct ifax_device *idev, const struct ifax_paper_path *path);
void ifax_notify_page(struct ifax_device *idev, enum ifax_cmd cmd, const struct ifax_page *page);
void ifax_notify_job(struct ifax_device *idev, enum ifax_cmd cmd, u32 pages);
void ifax_notify_key(struct ifax_device *idev, u32 one_touch);

/* engine.c: what scanners and print engines have in common */
int ifax_engine_start(struct ifax_device *idev, struct ifax_page *page);
void ifax_engine_stop(struct ifax_device *idev, enum ifax_page_status status);
u32 ifax_engine_state(struct ifax_device *idev);
void ifax_engine_look(struct ifax_device *idev, struct ifax_paper_path *path);
enum ifax_page_status ifax_engine_refusal(struct ifax_device *idev, int err);
u64 ifax_engine_lines_begin(struct ifax_device *idev, struct ifax_page *page);
void ifax_engine_lines_end(struct ifax_device *idev, struct ifax_page *page, u32 lines,
			   u64 begin_ns);
void ifax_engine_next(struct ifax_device *idev);
int ifax_engine_room(struct ifax_device *idev, void *data);
void ifax_engine_state_work(struct work_struct *work);

/* scan_engine.c, print_engine.c */
struct ifax_page *ifax_scan_page_alloc(struct ifax_job *job);
int ifax_scan_page_start(struct ifax_job *job, struct ifax_page *page);
void ifax_scan_next_work(struct work_struct *work);
void ifax_print_next_work(struct work_struct *work);
void ifax_print_let_go(struct ifax_device *idev);

/* job.c: the pages of an open file */
struct ifax_job *ifax_job_alloc(struct ifax_device *idev);
void ifax_job_cancel(struct ifax_job *job);
void ifax_job_free(struct ifax_job *job);
struct ifax_page *ifax_job_oldest(struct ifax_job *job);
struct ifax_page *ifax_job_next(struct ifax_job *job);
struct ifax_page *ifax_job_back(struct ifax_job *job, struct ifax_page *front);
u32 ifax_job_pages_queued(const struct ifax_job *job);
bool ifax_job_pages_moving(const struct ifax_job *job);
void ifax_job_add(struct ifax_job *job, struct ifax_page *page, enum ifax_stage stage);
void ifax_job_remove(struct ifax_job *job, struct ifax_page *page);
void ifax_job_drop_waiting(struct ifax_job *job, enum ifax_page_status status);
void ifax_page_ended(struct ifax_device *idev, struct ifax_page *page,
		     enum ifax_page_status status);

/* paper.c: how pages come onto the paper that there is */
int ifax_paper_fit(struct ifax_device *idev, struct ifax_page *page);
u32 ifax_paper_of_tray(const struct ifax_tray *tray);

/* wait.c: what waits for a change of a device */
void ifax_changed(struct ifax_device *idev);
u32 ifax_events(const struct ifax_device *idev);
int ifax_wait(struct ifax_device *idev, u32 events);

/* format.c */
u32 ifax_codings(void);
void ifax_format_default(const struct ifax_caps *caps, struct ifax_format *format);
int ifax_format_try(const struct ifax_caps *caps, struct ifax_format *format);
u32 ifax_format_lines_max(const struct ifax_caps *caps, const struct ifax_format *format);

/* file.c: what scanners and printers have in common */
typedef ssize_t (*ifax_transfer)(struct ifax_job *job, struct iov_iter *iter, bool nowait);
ssize_t ifax_file_transfer(struct kiocb *iocb, struct iov_iter *iter, ifax_transfer transfer);
bool ifax_file_lock(struct mutex *lock, bool nowait);
int ifax_file_open(struct inode *inode, struct file *file);
int ifax_file_release(struct inode *inode, struct file *file);
long ifax_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

/* scan_file.c, print_file.c */
extern const struct file_operations ifax_scan_fops;
extern const struct file_operations ifax_print_fops;
int ifax_scan_start(struct ifax_job *job, const struct ifax_start __user *argp);
int ifax_print_commit(struct ifax_job *job);
int ifax_print_finish(struct ifax_job *job);

#endif /* _IFAX_CORE_H */
