/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a driver of a scanner or of a print engine implements, and what the
 * core (ifax.ko) offers to it.
 *
 * The driver moves lines of pixels, the core knows pages: it owns the
 * character device, the page store and the codec. Pixels: leftmost in the most
 * significant bit of a byte, 1 is black.
 *
 * Calls into the driver come from process context, one at a time per device,
 * with no lock held that a function of this header takes: stop() may wait for
 * a worker of the driver that is inside ifax_scan_lines() just then.
 */
#ifndef _LINUX_IFAX_ENGINE_H
#define _LINUX_IFAX_ENGINE_H

#include <linux/device.h>
#include <linux/ifax.h>

struct ifax_device;

/**
 * struct ifax_scanner_ops - a scanner
 * @start: take a sheet and scan it in @fmt (width, resolution, the most lines
 *	in length_lines, never 0, and of binarisation, sides and paper what the
 *	driver's caps offer). Returns when the sheet moves; the
 *	driver calls ifax_scan_lines() for every band in order and
 *	ifax_scan_end() once, also before this returns. After a front of
 *	IFAX_SIDES_BOTH comes its back. -ENOMEDIUM: feeder
 *	empty; -EIO: jam or cover; after an error it calls neither
 * @stop: end the page at once. When it returns, the driver calls nothing more
 *	for this page, and its DMA has stopped. Called also without a page: when
 *	a job ends (what follows is not the back of a front), and by
 *	ifax_unregister()
 * @state: IFAX_STATE_* of the paper path (DOCUMENT, COVER_OPEN, JAM, WARM_UP, LAMP_ON,
 *	FAILED)
 * @resume: there is room again: give the lines that ifax_scan_lines() did not
 *	take, and let the motor go on. Also called when there are none, and when
 *	the machine wakes
 * @hold: the machine will sleep: take no further line until @resume, and return
 *	when the motor stands or the page came to its end. -EBUSY: it does not.
 *	NULL: the motor cannot stand within a page
 */
struct ifax_scanner_ops {
	int (*start)(struct ifax_device *idev, const struct ifax_format *fmt);
	void (*stop)(struct ifax_device *idev);
	u32 (*state)(struct ifax_device *idev);
	void (*resume)(struct ifax_device *idev);
	int (*hold)(struct ifax_device *idev);
};

/* Most trays of an engine */
#define IFAX_ENGINE_TRAYS_MAX	8

/**
 * struct ifax_tray - paper
 * @x_dmm: its width as it is drawn in, along the line, in 0.1 mm; 0: not known
 * @y_dmm: its length, the same
 * @present: the tray is there
 * @paper: there is paper in it
 * @low: there will soon be none
 */
struct ifax_tray {
	u32 x_dmm;
	u32 y_dmm;
	bool present;
	bool paper;
	bool low;
};

/**
 * struct ifax_sheet - a side of a sheet
 * @width_px: pixels in a line
 * @lines: lines, not 0
 * @x_dpi: one of the engine's resolutions
 * @y_dpi: the same across the lines
 * @tray: where it is taken from
 * @back: it is the back of the sheet that waits for it
 * @hold: the sheet waits in the engine for its back
 */
struct ifax_sheet {
	u32 width_px;
	u32 lines;
	u16 x_dpi;
	u16 y_dpi;
	u32 tray;
	bool back;
	bool hold;
};

/**
 * struct ifax_printer_ops - a print engine
 * @start: take a sheet and print @sheet on it. The driver fetches its lines in order by
 *	ifax_print_lines(), also before this returns, and calls
 *	ifax_print_end() once, after the sheet has left the engine, waits for its
 *	back, or went wrong. -ENOMEDIUM: no paper; -EIO: jam or cover, as @state tells;
 *	after an error it calls no ifax_print_end()
 * @stop: as in &struct ifax_scanner_ops. A sheet that waits for its back comes out
 * @state: IFAX_STATE_* of the paper path (NO_PAPER, PAPER_LOW, TONER_LOW, COVER_OPEN,
 *	JAM, WARM_UP, FAILED, HELD)
 * @trays: tell what is in the trays, at most IFAX_ENGINE_TRAYS_MAX. Returns their
 *	number, or -EIO. NULL: there is paper or not, and nobody knows of what size
 */
struct ifax_printer_ops {
	int (*start)(struct ifax_device *idev, const struct ifax_sheet *sheet);
	void (*stop)(struct ifax_device *idev);
	u32 (*state)(struct ifax_device *idev);
	int (*trays)(struct ifax_device *idev, struct ifax_tray *trays);
};

/**
 * ifax_scanner_register() - offer a scanner as /dev/ifax/scanN
 * @parent: the driver's device
 * @ops: its functions
 * @caps: width, length, resolutions, and bits for each of binarisations, sides and
 *	papers that the driver has; what is 0 in &struct ifax_format need not be told.
 *	IFAX_CAP_PAUSE. The rest is the core's
 * @priv: for ifax_priv()
 *
 * Context: process. The device can be opened before this returns.
 * Return: the device, or ERR_PTR().
 */
struct ifax_device *ifax_scanner_register(struct device *parent,
					  const struct ifax_scanner_ops *ops,
					  const struct ifax_caps *caps, void *priv);

/**
 * ifax_printer_register() - offer a print engine as /dev/ifax/printN
 * @parent: the driver's device
 * @ops: its functions
 * @caps: width, length, resolutions, sides. How pages come onto the paper is the
 *	core's affair
 * @priv: for ifax_priv()
 *
 * Context: process. The device can be opened before this returns.
 * Return: the device, or ERR_PTR().
 */
struct ifax_device *ifax_printer_register(struct device *parent,
					  const struct ifax_printer_ops *ops,
					  const struct ifax_caps *caps, void *priv);

/**
 * ifax_unregister() - take a device away, open files or not
 * @idev: device
 *
 * A page under way is stopped and ends with IFAX_PAGE_GONE; readers get what
 * was stored, then ENODEV. When it returns, no function of the driver is
 * called any more. The driver's own memory may go then; @idev lives until the
 * last file is closed.
 *
 * Context: process, not from the driver's own ops or workers.
 */
void ifax_unregister(struct ifax_device *idev);

/**
 * ifax_suspend() - the machine will sleep
 * @idev: device
 *
 * For the driver's suspend callback. No page begins from now on. A scanner holds
 * the page that is under way, a print engine brings it to its end.
 *
 * Context: process, not from the driver's own ops or workers.
 * Return: 0; -EBUSY: the page does not come to its end, and nothing has changed.
 */
int ifax_suspend(struct ifax_device *idev);

/**
 * ifax_resume() - the machine is awake
 * @idev: device
 *
 * For the driver's resume callback. The page that was held goes on with its next
 * line, pages that wait begin. Registers and DMA have to be as they were, or the
 * page ends with IFAX_PAGE_HARDWARE.
 *
 * Context: as ifax_suspend().
 */
void ifax_resume(struct ifax_device *idev);

/**
 * ifax_priv() - the driver's pointer
 * @idev: device
 *
 * Return: what was given at registration.
 */
void *ifax_priv(struct ifax_device *idev);

/**
 * ifax_paper_path_changed() - a sensor changed: paper, cover or jam
 * @idev: device
 *
 * The core asks @state soon and tells who listens, if it is not as it was. Not
 * needed where a page ends: it asks then anyway. May be called too often.
 *
 * Context: any; not once ifax_unregister() was called.
 */
void ifax_paper_path_changed(struct ifax_device *idev);

/**
 * ifax_start_key_pressed() - somebody pressed the start key
 * @idev: device
 * @one_touch: number of the one-touch key pressed with it; 0: none
 *
 * Who listens hears of it; what it means is not the kernel's.
 *
 * Context: process; not once ifax_unregister() was called.
 */
void ifax_start_key_pressed(struct ifax_device *idev, u32 one_touch);

/**
 * ifax_scan_lines() - the next band of the page under the sensor
 * @idev: scanner
 * @rows: @lines lines of pixels
 * @stride: bytes from one line to the next
 * @lines: number of lines
 *
 * Encodes the lines into the page store and wakes readers.
 *
 * Context: process, one call at a time, may sleep for a lock, allocates nothing.
 * Return: lines taken; fewer than @lines while the page store is full. Keep the
 * rest, and all lines after it, until ops.resume(): pause the motor. If it
 * cannot, and there is no place left, the page ends with IFAX_PAGE_OVERRUN.
 */
u32 ifax_scan_lines(struct ifax_device *idev, const void *rows, size_t stride, u32 lines);

/**
 * ifax_scan_end() - the page has ended
 * @idev: scanner
 * @status: how
 * @flags: IFAX_PAGE_MORE, also before the back of a sheet; IFAX_PAGE_BACK
 *
 * Context: process.
 */
void ifax_scan_end(struct ifax_device *idev, enum ifax_page_status status, u32 flags);

/**
 * ifax_print_lines() - fetch the next lines of the sheet in the engine
 * @idev: printer
 * @rows: lines of pixels go here
 * @stride: bytes from one line to the next
 * @lines: most lines to fetch
 *
 * They come in the width and resolution of the sheet, whatever the page is coded in.
 * The page was decoded once before ops.start(), so this finds no coding fault.
 *
 * Context: process, may sleep for a lock, allocates nothing.
 * Return: lines given; fewer than @lines only at the end of the page.
 */
u32 ifax_print_lines(struct ifax_device *idev, void *rows, size_t stride, u32 lines);

/**
 * ifax_print_end() - the sheet has left the engine, waits for its back, or went wrong
 * @idev: printer
 * @status: how; IFAX_PAGE_OK for a back: both sides have left it
 * @lines: lines of this side on paper
 *
 * Context: process.
 */
void ifax_print_end(struct ifax_device *idev, enum ifax_page_status status, u32 lines);

#endif /* _LINUX_IFAX_ENGINE_H */
