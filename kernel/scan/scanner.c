// SPDX-License-Identifier: GPL-2.0
/*
 * Scanner of a fax machine: lines from the sensor, by DMA through a ring of
 * bands, into the page store of the core while the sheet still moves.
 *
 * The interrupt, the DMA callback and the watchdog only wake one ordered queue;
 * all that is known about the page is worked out there, by scan_work(). It never
 * relies on the order in which they come: a band can be complete before or
 * after the interrupt that tells the end of the page.
 */
#include <linux/iopoll.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/pm.h>
#include <linux/ifax/unit.h>
#include "grey_path.h"

#define SCAN_INTERRUPTS	(IFAX_INT_PAGE_END | IFAX_INT_LONG | IFAX_INT_OVERRUN | IFAX_INT_JAM | \
			 IFAX_INT_COVER | IFAX_INT_NO_PAPER | IFAX_INT_FAULT | IFAX_INT_LAMP | \
			 IFAX_INT_DOUBLE | IFAX_INT_PHASE)

/* The lines of a ring, on the slowest of motors */
#define HOLD_TIMEOUT_US	(20 * USEC_PER_SEC)

/**
 * struct scanner - one scanner
 * @unit: engine
 * @held: the machine sleeps: no line is taken
 * @paused: the core did not take lines that are there: it has no room
 * @fmt: the page
 * @mode: IFAX_MODE_* of what the engine is doing
 * @grey: way of grey lines
 * @front_done: the next page is the back of the sheet
 * @length: most lines of the page
 * @taken: lines given to the core
 * @limit: the LIMIT register
 */
struct scanner {
	struct ifax_unit unit;
	bool held;
	bool paused;
	struct ifax_format fmt;
	u32 mode;
	struct grey_path grey;
	bool front_done;
	u32 length;
	u32 taken;
	u32 limit;
};

/* After a front that is well comes its back, whatever lies in the feeder */
static u32 scan_sides(struct scanner *scanner, enum ifax_page_status status)
{
	if (scanner->mode & IFAX_MODE_BACK) {
		scanner->front_done = false;
		return IFAX_PAGE_BACK;
	}
	scanner->front_done = scanner->fmt.sides == IFAX_SIDES_BOTH &&
			      status <= IFAX_PAGE_TRUNCATED;
	return scanner->front_done ? IFAX_PAGE_MORE : 0;
}

/* Nothing of the page is touched after ifax_scan_end(): the next may begin at once */
static void scan_end(struct scanner *scanner, enum ifax_page_status status)
{
	u32 sensors, flags;

	ifax_unit_halt(&scanner->unit);
	flags = scan_sides(scanner, status);
	if (!ifax_bank_status(&scanner->unit.bank, &sensors) && sensors & IFAX_STATUS_PAPER)
		flags |= IFAX_PAGE_MORE;
	WRITE_ONCE(scanner->unit.active, false);
	ifax_scan_end(scanner->unit.idev, status, flags);
}

/*
 * Give lines up to @end to the core, and their place in the ring back to the
 * engine. What the core does not take stays in the ring: when that is full, LIMIT
 * holds the motor.
 */
static int scan_take(struct scanner *scanner, u32 end)
{
	struct ifax_band_ring *ring = &scanner->unit.ring;
	u32 row_bytes = IFAX_LINE_BYTES(scanner->fmt.width_px);
	u32 lines, taken, limit;
	const void *rows;

	scanner->paused = false;
	while (scanner->taken < end && !scanner->paused) {
		lines = min(end - scanner->taken, ifax_ring_run(ring, scanner->taken));
		rows = ifax_ring_at(ring, scanner->taken);
		if (scanner->mode & IFAX_MODE_GREY)
			rows = grey_path_rows(&scanner->grey, ring, scanner->taken, lines);
		taken = ifax_scan_lines(scanner->unit.idev, rows, row_bytes, lines);
		scanner->paused = taken < lines;
		scanner->taken += taken;
		limit = rounddown(scanner->taken, ring->band_lines) + ifax_ring_room(ring);
		if (limit == scanner->limit)
			continue;
		if (ifax_bank_write(&scanner->unit.bank, IFAX_REG_LIMIT, limit))
			return -EIO;
		scanner->limit = limit;
	}
	return 0;
}

/* Have the engine move so many lines at most */
static int scan_run(struct scanner *scanner, u32 mode, u32 length_lines)
{
	struct ifax_band_ring *ring = &scanner->unit.ring;
	u32 width_px = scanner->fmt.width_px;
	int ret;

	if (mode & IFAX_MODE_GREY)
		ifax_ring_form(ring, IFAX_GREY_LINE_BYTES(width_px), IFAX_GREY_BAND_LINES);
	else
		ifax_ring_form(ring, IFAX_LINE_BYTES(width_px), IFAX_BAND_LINES);
	ret = ifax_bank_begin(&scanner->unit.bank, &scanner->fmt, length_lines, mode,
			      ring->band_lines, ifax_ring_room(ring));
	if (ret)
		return ret;
	scanner->mode = mode;
	scanner->length = length_lines;
	scanner->paused = false;
	scanner->taken = 0;
	scanner->limit = ifax_ring_room(ring);
	ret = ifax_unit_begin(&scanner->unit, DMA_DEV_TO_MEM);
	if (!ret)
		ret = ifax_bank_start(&scanner->unit.bank, SCAN_INTERRUPTS);
	if (ret)
		return ret;
	ifax_unit_go(&scanner->unit);
	return 0;
}

static int scan_sheet(struct scanner *scanner)
{
	const struct ifax_format *fmt = &scanner->fmt;
	u32 mode = 0;
	int ret = 0;

	if (fmt->sides == IFAX_SIDES_BOTH && scanner->front_done)
		mode |= IFAX_MODE_BACK;
	if (fmt->binarisation) {
		mode |= IFAX_MODE_GREY;
		ret = grey_path_begin(&scanner->grey, fmt);
	}
	return ret ?: scan_run(scanner, mode, fmt->length_lines);
}

/* The engine moves past the references, and then draws the sheet in */
static void scan_reference(struct scanner *scanner, enum ifax_page_status status, bool done)
{
	int ret;

	if (!status && !done)
		return;
	if (!status) {
		ifax_unit_still(&scanner->unit);
		ret = grey_path_calibrate(&scanner->grey, &scanner->fmt, &scanner->unit.ring) ?:
		      scan_sheet(scanner);
		if (ret)
			status = ret == -ENOMEDIUM ? IFAX_PAGE_NO_PAPER : IFAX_PAGE_HARDWARE;
	}
	if (status)
		scan_end(scanner, status);
}

/* More lines than there can be, or fewer than came: the engine cannot count, or is gone */
static bool scan_lines_wrong(struct scanner *scanner, u32 events, u32 lines)
{
	if (lines > scanner->limit || lines > scanner->length)
		return true;
	return events & IFAX_INT_PAGE_END &&
	       scanner->unit.ring.lines > roundup(lines, scanner->unit.ring.band_lines);
}

/*
 * The last band of a page is filled up with white: LINES, which is read after
 * the ring, tells how many lines of it there are.
 */
static void scan_work(struct work_struct *work)
{
	struct scanner *scanner = container_of(work, struct scanner, unit.work);
	enum ifax_page_status status;
	u32 events, lines;

	if (!READ_ONCE(scanner->unit.active) || READ_ONCE(scanner->held))
		return;
	events = atomic_read_acquire(&scanner->unit.events);
	status = ifax_bank_fault(events);
	if (ifax_ring_look(&scanner->unit.ring) ||
	    ifax_bank_read(&scanner->unit.bank, IFAX_REG_LINES, &lines)) {
		scan_end(scanner, IFAX_PAGE_HARDWARE);
		return;
	}
	if (!status && scan_lines_wrong(scanner, events, lines))
		status = IFAX_PAGE_HARDWARE;
	if (status == IFAX_PAGE_OVERRUN || status == IFAX_PAGE_HARDWARE) {
		scan_end(scanner, status);
		return;
	}
	if (scanner->mode & IFAX_MODE_REFERENCE)
		scan_reference(scanner, status, events & IFAX_INT_PAGE_END &&
			       scanner->unit.ring.lines >= scanner->length);
	else if (scan_take(scanner, min(lines, scanner->unit.ring.lines)))
		scan_end(scanner, IFAX_PAGE_HARDWARE);
	else if (scanner->paused)
		return;
	else if (status)
		scan_end(scanner, status);
	else if (events & IFAX_INT_PAGE_END && scanner->taken == lines)
		scan_end(scanner, events & IFAX_INT_LONG ? IFAX_PAGE_TRUNCATED : IFAX_PAGE_OK);
}

/* Also does the work of an interrupt or a callback that got lost */
static void scan_watchdog(struct work_struct *work)
{
	struct scanner *scanner = container_of(to_delayed_work(work), struct scanner,
					       unit.watchdog);
	u32 events;

	if (!READ_ONCE(scanner->unit.active))
		return;
	ifax_unit_look(&scanner->unit, &events);
	scan_work(&scanner->unit.work);
	if (!READ_ONCE(scanner->unit.active))
		return;
	/* A motor that has to wait makes no progress, and is not dead */
	if (scanner->paused || READ_ONCE(scanner->held)) {
		scanner->unit.seen.strikes = 0;
	} else if (ifax_progress_dead(&scanner->unit.seen, &scanner->unit.bank, scanner->taken)) {
		dev_err(scanner->unit.bank.dev,
			"no progress after %u lines, %u of them taken: interrupt or DMA is dead\n",
			scanner->unit.seen.engine_lines, scanner->taken);
		scan_end(scanner, IFAX_PAGE_HARDWARE);
		return;
	}
	ifax_unit_watch(&scanner->unit);
}

static int scan_start(struct ifax_device *idev, const struct ifax_format *fmt)
{
	struct scanner *scanner = ifax_priv(idev);
	int ret;

	ret = ifax_power_begin(&scanner->unit.power);
	if (ret)
		return ret;
	scanner->unit.idev = idev;
	scanner->fmt = *fmt;
	if (ifax_bank_lamp(&scanner->unit.bank, true))
		ret = -EIO;
	else if (fmt->binarisation && !grey_path_calibrated(&scanner->grey, fmt))
		ret = scan_run(scanner, IFAX_MODE_GREY | IFAX_MODE_REFERENCE,
			       2 * IFAX_REFERENCE_LINES);
	else
		ret = scan_sheet(scanner);
	if (ret) {
		ifax_unit_halt(&scanner->unit);
		return ret;
	}
	ifax_unit_watch(&scanner->unit);
	return 0;
}

static void scan_stop(struct ifax_device *idev)
{
	struct scanner *scanner = ifax_priv(idev);

	ifax_unit_stop(&scanner->unit);
	scanner->front_done = false;
}

static u32 scan_state(struct ifax_device *idev)
{
	struct scanner *scanner = ifax_priv(idev);

	return ifax_bank_paper_path(&scanner->unit.bank, 0, IFAX_STATE_DOCUMENT);
}

static void scan_resume(struct ifax_device *idev)
{
	struct scanner *scanner = ifax_priv(idev);

	WRITE_ONCE(scanner->held, false);
	if (READ_ONCE(scanner->unit.active))
		ifax_unit_wake(&scanner->unit);
}

/* The motor stands at LIMIT, which nobody raises, or when the sheet is through */
static int scan_hold(struct ifax_device *idev)
{
	struct scanner *scanner = ifax_priv(idev);
	u32 status, lines;
	int ret, failed;

	WRITE_ONCE(scanner->held, true);
	flush_work(&scanner->unit.work);
	ret = read_poll_timeout(ifax_bank_read, failed,
				failed || lines >= scanner->limit ||
				ifax_bank_status(&scanner->unit.bank, &status) ||
				!(status & IFAX_STATUS_BUSY),
				20 * USEC_PER_MSEC, HOLD_TIMEOUT_US, true,
				&scanner->unit.bank, IFAX_REG_LINES, &lines);
	if (ret)
		scan_resume(idev);
	return ret ? -EBUSY : 0;
}

static const struct ifax_scanner_ops scan_ops = {
	.start = scan_start,
	.stop = scan_stop,
	.state = scan_state,
	.resume = scan_resume,
	.hold = scan_hold,
};

/* The largest band is one of black and white, or one of grey */
static int scan_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct ifax_caps caps = {};
	struct scanner *scanner;
	u32 band_bytes;
	int ret;

	scanner = devm_kzalloc(dev, sizeof(*scanner), GFP_KERNEL);
	if (!scanner)
		return -ENOMEM;
	ret = ifax_unit_find(&scanner->unit, pdev, IFAX_ID_SCANNER, &caps);
	if (ret)
		return ret;
	band_bytes = IFAX_BAND_LINES * IFAX_LINE_BYTES(caps.width_px_max);
	if (caps.binarisations) {
		band_bytes = max(band_bytes, IFAX_GREY_BAND_LINES *
				 IFAX_GREY_LINE_BYTES(caps.width_px_max));
		ret = grey_path_alloc(&scanner->grey, dev, caps.width_px_max);
		if (ret)
			return ret;
	}
	ret = ifax_unit_wire(&scanner->unit, pdev, DMA_DEV_TO_MEM, band_bytes, scan_work,
			     scan_watchdog);
	if (ret)
		return ret;
	return ifax_unit_offer(&scanner->unit, dev,
			       ifax_scanner_register(dev, &scan_ops, &caps, scanner));
}

static const struct platform_device_id scan_ids[] = {
	{ "ifax-scanner" },
	{}
};
MODULE_DEVICE_TABLE(platform, scan_ids);

static const struct of_device_id scan_of_ids[] = {
	{ .compatible = "ifax,scanner" },
	{}
};
MODULE_DEVICE_TABLE(of, scan_of_ids);

static const struct dev_pm_ops scan_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(ifax_unit_sleep, ifax_unit_resume)
	RUNTIME_PM_OPS(ifax_unit_supply_off, ifax_unit_supply_on, NULL)
};

static struct platform_driver scan_driver = {
	.probe = scan_probe,
	.id_table = scan_ids,
	.driver = {
		.name = "ifax-scanner",
		.of_match_table = scan_of_ids,
		.pm = pm_ptr(&scan_pm_ops),
	},
};
module_platform_driver(scan_driver);

MODULE_DESCRIPTION("Scanner of a fax machine");
MODULE_LICENSE("GPL");
