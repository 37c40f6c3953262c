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
#include <linux/interrupt.h>
#include <linux/iopoll.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/pm.h>
#include <linux/workqueue.h>
#include <linux/ifax/band_ring.h>
#include <linux/ifax/bank.h>
#include <linux/ifax/engine.h>
#include <linux/ifax/power.h>
#include <linux/ifax/watchdog.h>
#include "grey_path.h"

#define SCAN_INTERRUPTS	(IFAX_INT_PAGE_END | IFAX_INT_LONG | IFAX_INT_OVERRUN | IFAX_INT_JAM | \
			 IFAX_INT_COVER | IFAX_INT_NO_PAPER | IFAX_INT_FAULT | IFAX_INT_LAMP | \
			 IFAX_INT_DOUBLE)

/* The lines of a ring, on the slowest of motors */
#define HOLD_TIMEOUT_US	(20 * USEC_PER_SEC)

/**
 * struct scanner - one scanner
 * @power: clock, reset, supply
 * @bank: registers
 * @ring: DMA
 * @irq: interrupt
 * @idev: what the core knows
 * @queue: runs @work and @watchdog, one after the other
 * @work: looks how far the page is
 * @watchdog: looks whether it gets on at all
 * @active: a page is under way
 * @held: the machine sleeps: no line is taken
 * @paused: the core did not take lines that are there: it has no room
 * @fmt: the page
 * @mode: IFAX_MODE_* of what the engine is doing
 * @grey: way of grey lines
 * @front_done: the next page is the back of the sheet
 * @events: IFAX_INT_* of this page
 * @length: most lines of the page
 * @taken: lines given to the core
 * @limit: the LIMIT register
 * @seen: how far the page was when the watchdog looked last
 */
struct scanner {
	struct ifax_power power;
	struct ifax_bank bank;
	struct ifax_band_ring ring;
	int irq;
	struct ifax_device *idev;
	struct workqueue_struct *queue;
	struct work_struct work;
	struct delayed_work watchdog;
	bool active;
	bool held;
	bool paused;
	struct ifax_format fmt;
	u32 mode;
	struct grey_path grey;
	bool front_done;
	atomic_t events;
	u32 length;
	u32 taken;
	u32 limit;
	struct ifax_progress seen;
};

static void scan_still(struct scanner *scanner)
{
	ifax_bank_stop(&scanner->bank);
	synchronize_irq(scanner->irq);
	ifax_ring_stop(&scanner->ring);
}

static void scan_halt(struct scanner *scanner)
{
	scan_still(scanner);
	ifax_power_end(&scanner->power);
}

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

	scan_halt(scanner);
	flags = scan_sides(scanner, status);
	if (!ifax_bank_status(&scanner->bank, &sensors) && sensors & IFAX_STATUS_PAPER)
		flags |= IFAX_PAGE_MORE;
	WRITE_ONCE(scanner->active, false);
	ifax_scan_end(scanner->idev, status, flags);
}

/*
 * Give lines up to @end to the core, and their place in the ring back to the
 * engine. What the core does not take stays in the ring: when that is full, LIMIT
 * holds the motor.
 */
static int scan_take(struct scanner *scanner, u32 end)
{
	struct ifax_band_ring *ring = &scanner->ring;
	u32 lines, taken, limit;
	const void *rows;

	scanner->paused = false;
	while (scanner->taken < end && !scanner->paused) {
		lines = min(end - scanner->taken, ifax_ring_run(ring, scanner->taken));
		rows = ifax_ring_at(ring, scanner->taken);
		if (scanner->mode & IFAX_MODE_GREY)
			rows = grey_path_rows(&scanner->grey, ring, scanner->taken, lines);
		taken = ifax_scan_lines(scanner->idev, rows, IFAX_LINE_BYTES(scanner->fmt.width_px),
					lines);
		scanner->paused = taken < lines;
		scanner->taken += taken;
		limit = rounddown(scanner->taken, ring->band_lines) + ifax_ring_room(ring);
		if (limit == scanner->limit)
			continue;
		if (ifax_bank_write(&scanner->bank, IFAX_REG_LIMIT, limit))
			return -EIO;
		scanner->limit = limit;
	}
	return 0;
}

static void scan_band_done(void *arg)
{
	struct scanner *scanner = arg;

	queue_work(scanner->queue, &scanner->work);
}

/* Have the engine move so many lines at most */
static int scan_run(struct scanner *scanner, u32 mode, u32 length_lines)
{
	struct ifax_band_ring *ring = &scanner->ring;
	u32 width_px = scanner->fmt.width_px;
	int ret;

	if (mode & IFAX_MODE_GREY)
		ifax_ring_form(ring, IFAX_GREY_LINE_BYTES(width_px), IFAX_GREY_BAND_LINES);
	else
		ifax_ring_form(ring, IFAX_LINE_BYTES(width_px), IFAX_BAND_LINES);
	ret = ifax_bank_begin(&scanner->bank, &scanner->fmt, length_lines, mode, ring->band_lines,
			      ifax_ring_room(ring));
	if (ret)
		return ret;
	scanner->mode = mode;
	scanner->length = length_lines;
	scanner->paused = false;
	scanner->taken = 0;
	scanner->limit = ifax_ring_room(ring);
	scanner->seen = (struct ifax_progress){};
	atomic_set(&scanner->events, 0);
	ret = ifax_ring_start(ring, DMA_DEV_TO_MEM, scan_band_done, scanner);
	if (!ret)
		ret = ifax_bank_start(&scanner->bank, SCAN_INTERRUPTS);
	if (ret)
		return ret;
	WRITE_ONCE(scanner->active, true);
	queue_work(scanner->queue, &scanner->work);
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
		scan_still(scanner);
		ret = grey_path_calibrate(&scanner->grey, &scanner->fmt, &scanner->ring) ?:
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
	       scanner->ring.lines > roundup(lines, scanner->ring.band_lines);
}

/*
 * The last band of a page is filled up with white: LINES, which is read after
 * the ring, tells how many lines of it there are.
 */
static void scan_work(struct work_struct *work)
{
	struct scanner *scanner = container_of(work, struct scanner, work);
	enum ifax_page_status status;
	u32 events, lines;

	if (!READ_ONCE(scanner->active) || READ_ONCE(scanner->held))
		return;
	events = atomic_read_acquire(&scanner->events);
	status = ifax_bank_fault(events);
	if (ifax_ring_look(&scanner->ring) ||
	    ifax_bank_read(&scanner->bank, IFAX_REG_LINES, &lines)) {
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
			       scanner->ring.lines >= scanner->length);
	else if (scan_take(scanner, min(lines, scanner->ring.lines)))
		scan_end(scanner, IFAX_PAGE_HARDWARE);
	else if (scanner->paused)
		return;
	else if (status)
		scan_end(scanner, status);
	else if (events & IFAX_INT_PAGE_END && scanner->taken == lines)
		scan_end(scanner, events & IFAX_INT_LONG ? IFAX_PAGE_TRUNCATED : IFAX_PAGE_OK);
}

static void scan_key(struct scanner *scanner)
{
	u32 one_touch;

	if (!ifax_bank_read(&scanner->bank, IFAX_REG_KEY, &one_touch))
		ifax_start_key_pressed(scanner->idev, one_touch);
}

/* Take what the interrupt says, whether it came or not */
static bool scan_look(struct scanner *scanner)
{
	u32 events;

	if (!ifax_bank_events(&scanner->bank, &events))
		return false;
	if (events & IFAX_INT_PAPER)
		ifax_paper_path_changed(scanner->idev);
	if (events & IFAX_INT_KEY)
		scan_key(scanner);
	atomic_or(events, &scanner->events);
	return true;
}

/* Also does the work of an interrupt or a callback that got lost */
static void scan_watchdog(struct work_struct *work)
{
	struct scanner *scanner = container_of(to_delayed_work(work), struct scanner, watchdog);

	if (!READ_ONCE(scanner->active))
		return;
	scan_look(scanner);
	scan_work(&scanner->work);
	if (!READ_ONCE(scanner->active))
		return;
	/* A motor that has to wait makes no progress, and is not dead */
	if (scanner->paused || READ_ONCE(scanner->held)) {
		scanner->seen.strikes = 0;
	} else if (ifax_progress_dead(&scanner->seen, &scanner->bank, scanner->taken)) {
		dev_err(scanner->bank.dev,
			"no progress after %u lines, %u of them taken: interrupt or DMA is dead\n",
			scanner->seen.engine_lines, scanner->taken);
		scan_end(scanner, IFAX_PAGE_HARDWARE);
		return;
	}
	queue_delayed_work(scanner->queue, &scanner->watchdog,
			   msecs_to_jiffies(IFAX_WATCHDOG_PERIOD_MS));
}

static irqreturn_t scan_interrupt(int irq, void *arg)
{
	struct scanner *scanner = arg;

	if (!scan_look(scanner))
		return IRQ_NONE;
	queue_work(scanner->queue, &scanner->work);
	return IRQ_HANDLED;
}

static int scan_start(struct ifax_device *idev, const struct ifax_format *fmt)
{
	struct scanner *scanner = ifax_priv(idev);
	int ret;

	ret = ifax_power_begin(&scanner->power);
	if (ret)
		return ret;
	scanner->idev = idev;
	scanner->fmt = *fmt;
	if (ifax_bank_lamp(&scanner->bank, true))
		ret = -EIO;
	else if (fmt->binarisation && !grey_path_calibrated(&scanner->grey, fmt))
		ret = scan_run(scanner, IFAX_MODE_GREY | IFAX_MODE_REFERENCE,
			       2 * IFAX_REFERENCE_LINES);
	else
		ret = scan_sheet(scanner);
	if (ret) {
		scan_halt(scanner);
		return ret;
	}
	mod_delayed_work(scanner->queue, &scanner->watchdog,
			 msecs_to_jiffies(IFAX_WATCHDOG_PERIOD_MS));
	return 0;
}

static void scan_stop(struct ifax_device *idev)
{
	struct scanner *scanner = ifax_priv(idev);

	WRITE_ONCE(scanner->active, false);
	cancel_work_sync(&scanner->work);
	cancel_delayed_work_sync(&scanner->watchdog);
	scanner->front_done = false;
	scan_halt(scanner);
}

static u32 scan_state(struct ifax_device *idev)
{
	struct scanner *scanner = ifax_priv(idev);

	return ifax_bank_paper_path(&scanner->bank, 0, IFAX_STATE_DOCUMENT);
}

static void scan_resume(struct ifax_device *idev)
{
	struct scanner *scanner = ifax_priv(idev);

	WRITE_ONCE(scanner->held, false);
	if (READ_ONCE(scanner->active))
		queue_work(scanner->queue, &scanner->work);
}

/* The motor stands at LIMIT, which nobody raises, or when the sheet is through */
static int scan_hold(struct ifax_device *idev)
{
	struct scanner *scanner = ifax_priv(idev);
	u32 status, lines;
	int ret, failed;

	WRITE_ONCE(scanner->held, true);
	flush_work(&scanner->work);
	ret = read_poll_timeout(ifax_bank_read, failed,
				failed || lines >= scanner->limit ||
				ifax_bank_status(&scanner->bank, &status) ||
				!(status & IFAX_STATUS_BUSY),
				20 * USEC_PER_MSEC, HOLD_TIMEOUT_US, true,
				&scanner->bank, IFAX_REG_LINES, &lines);
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

static void scan_destroy_queue(void *queue)
{
	destroy_workqueue(queue);
}

static void scan_unregister(void *data)
{
	struct scanner *scanner = data;

	ifax_bank_watch_paper(&scanner->bank, false);
	synchronize_irq(scanner->irq);
	ifax_unregister(scanner->idev);
	ifax_bank_lamp(&scanner->bank, false);
}

static int scan_make_queue(struct scanner *scanner, struct device *dev)
{
	INIT_WORK(&scanner->work, scan_work);
	INIT_DELAYED_WORK(&scanner->watchdog, scan_watchdog);
	scanner->queue = alloc_ordered_workqueue("%s", WQ_HIGHPRI, dev_name(dev));
	if (!scanner->queue)
		return -ENOMEM;
	return devm_add_action_or_reset(dev, scan_destroy_queue, scanner->queue);
}

/* What is made last goes first: the core lets go of the scanner before anything is taken apart */
static int scan_probe(struct platform_device *pdev)
{
	struct dma_slave_config config = {
		.direction = DMA_DEV_TO_MEM,
		.src_addr_width = DMA_SLAVE_BUSWIDTH_4_BYTES,
		.src_maxburst = 16,
	};
	struct device *dev = &pdev->dev;
	struct ifax_caps caps = {};
	struct scanner *scanner;
	struct ifax_device *idev;
	u32 band_bytes;
	int ret;

	scanner = devm_kzalloc(dev, sizeof(*scanner), GFP_KERNEL);
	if (!scanner)
		return -ENOMEM;
	platform_set_drvdata(pdev, scanner);
	ret = ifax_power_on(&scanner->power, dev);
	if (ret)
		return ret;
	ret = ifax_bank_find(&scanner->bank, pdev, IFAX_ID_SCANNER);
	if (ret)
		return ret;
	ret = ifax_bank_caps(&scanner->bank, &caps);
	if (ret)
		return dev_err_probe(dev, ret, "cannot read what the scanner can do\n");
	config.src_addr = scanner->bank.port;
	band_bytes = IFAX_BAND_LINES * IFAX_LINE_BYTES(caps.width_px_max);
	if (caps.binarisations) {
		band_bytes = max(band_bytes, IFAX_GREY_BAND_LINES *
				 IFAX_GREY_LINE_BYTES(caps.width_px_max));
		ret = grey_path_alloc(&scanner->grey, dev, caps.width_px_max);
		if (ret)
			return ret;
	}
	ret = ifax_ring_alloc(&scanner->ring, dev, "rx", &config, band_bytes);
	if (ret)
		return ret;
	ret = scan_make_queue(scanner, dev);
	if (ret)
		return ret;
	scanner->irq = platform_get_irq(pdev, 0);
	if (scanner->irq < 0)
		return scanner->irq;
	ret = devm_request_threaded_irq(dev, scanner->irq, NULL, scan_interrupt, IRQF_ONESHOT,
					dev_name(dev), scanner);
	if (ret)
		return dev_err_probe(dev, ret, "no interrupt\n");
	idev = ifax_scanner_register(dev, &scan_ops, &caps, scanner);
	if (IS_ERR(idev))
		return dev_err_probe(dev, PTR_ERR(idev), "cannot register the scanner\n");
	scanner->idev = idev;
	ifax_bank_watch_paper(&scanner->bank, true);
	return devm_add_action_or_reset(dev, scan_unregister, scanner);
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

static int scan_sleep(struct device *dev)
{
	struct scanner *scanner = dev_get_drvdata(dev);

	return ifax_suspend(scanner->idev);
}

static int scan_wake(struct device *dev)
{
	struct scanner *scanner = dev_get_drvdata(dev);

	ifax_resume(scanner->idev);
	return 0;
}

static int scan_supply_off(struct device *dev)
{
	struct scanner *scanner = dev_get_drvdata(dev);

	ifax_bank_lamp(&scanner->bank, false);
	return ifax_power_suspend(&scanner->power);
}

static int scan_supply_on(struct device *dev)
{
	struct scanner *scanner = dev_get_drvdata(dev);

	return ifax_power_resume(&scanner->power);
}

static const struct dev_pm_ops scan_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(scan_sleep, scan_wake)
	RUNTIME_PM_OPS(scan_supply_off, scan_supply_on, NULL)
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
