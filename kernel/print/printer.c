// SPDX-License-Identifier: GPL-2.0
/*
 * Print engine of a fax machine: lines of a sheet, decoded by the core band by
 * band into a ring, from which DMA takes them while the sheet moves.
 *
 * The interrupt, the DMA callback and the watchdog only wake one ordered queue;
 * print_work() there fills the ring, starts the engine when there is something
 * in it, and ends the page when the exit sensor saw the sheet, or when it stands in
 * the duplex unit. An engine that is cold gets warm on its own after the start; the
 * watchdog knows.
 */
#include <linux/interrupt.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/pm.h>
#include <linux/workqueue.h>
#include <linux/ifax/band_ring.h>
#include <linux/ifax/bank.h>
#include <linux/ifax/engine.h>
#include <linux/ifax/power.h>
#include <linux/ifax/watchdog.h>

#define PRINT_INTERRUPTS (IFAX_INT_PAGE_END | IFAX_INT_UNDERRUN | IFAX_INT_JAM | \
			  IFAX_INT_COVER | IFAX_INT_NO_PAPER | IFAX_INT_FAULT | IFAX_INT_LAMP | \
			  IFAX_INT_DOUBLE | IFAX_INT_PHASE)

static_assert(IFAX_TRAYS_MAX <= IFAX_ENGINE_TRAYS_MAX);

/**
 * struct printer - one print engine
 * @power: clock, reset, supply
 * @bank: registers
 * @ring: DMA
 * @irq: interrupt
 * @idev: what the core knows
 * @queue: runs @work and @watchdog, one after the other
 * @work: fills the ring and looks how far the page is
 * @watchdog: looks whether it gets on at all
 * @active: a page is under way
 * @started: its sheet moves
 * @hold: it is to wait in the duplex unit for its back
 * @held: a sheet does
 * @events: IFAX_INT_* of this page
 * @length: lines of the page
 * @filled: lines of it that were put into the ring
 * @seen: how far the page was when the watchdog looked last
 */
struct printer {
	struct ifax_power power;
	struct ifax_bank bank;
	struct ifax_band_ring ring;
	int irq;
	struct ifax_device *idev;
	struct workqueue_struct *queue;
	struct work_struct work;
	struct delayed_work watchdog;
	bool active;
	bool started;
	bool hold;
	bool held;
	atomic_t events;
	u32 length;
	u32 filled;
	struct ifax_progress seen;
};

static void print_halt(struct printer *printer)
{
	ifax_bank_stop(&printer->bank);
	synchronize_irq(printer->irq);
	ifax_ring_stop(&printer->ring);
	ifax_power_end(&printer->power);
}

/* Nothing of the page is touched after ifax_print_end(): the next may begin at once */
static void print_end(struct printer *printer, enum ifax_page_status status)
{
	u32 lines = 0;

	print_halt(printer);
	if (printer->started && ifax_bank_read(&printer->bank, IFAX_REG_LINES, &lines))
		lines = 0;
	printer->held = printer->hold && !status;
	WRITE_ONCE(printer->active, false);
	ifax_print_end(printer->idev, status, lines);
}

/* Put as many lines into the ring as it takes */
static int print_fill(struct printer *printer)
{
	struct ifax_band_ring *ring = &printer->ring;
	u32 begin = printer->filled;
	u32 lines, given;
	void *rows;

	while (printer->filled < printer->length &&
	       printer->filled - ring->lines < ifax_ring_room(ring)) {
		rows = ifax_ring_at(ring, printer->filled);
		lines = min(printer->length - printer->filled,
			    ifax_ring_run(ring, printer->filled));
		given = ifax_print_lines(printer->idev, rows, ring->line_bytes, lines);
		memset(rows + given * ring->line_bytes, 0, (lines - given) * ring->line_bytes);
		printer->filled += lines;
	}
	if (printer->filled == begin)
		return 0;
	dma_wmb();
	return ifax_bank_write(&printer->bank, IFAX_REG_LIMIT, printer->filled);
}

static int print_move(struct printer *printer)
{
	if (print_fill(printer))
		return -EIO;
	if (printer->started)
		return 0;
	printer->started = true;
	return ifax_bank_start(&printer->bank,
			       PRINT_INTERRUPTS & ifax_bank_interrupts(&printer->bank));
}

static void print_work(struct work_struct *work)
{
	struct printer *printer = container_of(work, struct printer, work);
	enum ifax_page_status status;
	u32 events, lines;

	if (!READ_ONCE(printer->active))
		return;
	events = atomic_read_acquire(&printer->events);
	status = ifax_bank_fault(events);
	/* In this order: who was the last to look at the DMA knows that all of it went well */
	if (ifax_bank_read(&printer->bank, IFAX_REG_LINES, &lines) ||
	    ifax_ring_look(&printer->ring))
		status = status ?: IFAX_PAGE_HARDWARE;
	if (!status && printer->started && lines > printer->filled)
		status = IFAX_PAGE_HARDWARE;
	if (!status && events & IFAX_INT_PAGE_END) {
		print_end(printer, lines == printer->length ? IFAX_PAGE_OK : IFAX_PAGE_HARDWARE);
		return;
	}
	if (!status && print_move(printer))
		status = IFAX_PAGE_HARDWARE;
	if (status)
		print_end(printer, status);
}

/* Take what the interrupt says, whether it came or not */
static bool print_look(struct printer *printer)
{
	u32 events;

	if (!ifax_bank_events(&printer->bank, &events))
		return false;
	if (events & (IFAX_INT_PAPER | IFAX_INT_PHASE))
		ifax_paper_path_changed(printer->idev);
	atomic_or(events, &printer->events);
	return true;
}

/* Also does the work of an interrupt or a callback that got lost */
static void print_watchdog(struct work_struct *work)
{
	struct printer *printer = container_of(to_delayed_work(work), struct printer, watchdog);

	if (!READ_ONCE(printer->active))
		return;
	print_look(printer);
	print_work(&printer->work);
	if (!READ_ONCE(printer->active))
		return;
	if (ifax_progress_dead(&printer->seen, &printer->bank, printer->filled)) {
		dev_err(printer->bank.dev,
			"no progress after %u of %u lines: interrupt or DMA is dead\n",
			printer->seen.engine_lines, printer->length);
		print_end(printer, IFAX_PAGE_HARDWARE);
		return;
	}
	queue_delayed_work(printer->queue, &printer->watchdog,
			   msecs_to_jiffies(IFAX_WATCHDOG_PERIOD_MS));
}

static irqreturn_t print_interrupt(int irq, void *arg)
{
	struct printer *printer = arg;

	if (!print_look(printer))
		return IRQ_NONE;
	queue_work(printer->queue, &printer->work);
	return IRQ_HANDLED;
}

static void print_band_done(void *arg)
{
	struct printer *printer = arg;

	queue_work(printer->queue, &printer->work);
}

static int print_begin(struct printer *printer, const struct ifax_sheet *sheet)
{
	const struct ifax_format fmt = {
		.width_px = sheet->width_px, .x_dpi = sheet->x_dpi, .y_dpi = sheet->y_dpi,
	};
	u32 mode = (sheet->back ? IFAX_MODE_BACK : 0) | (sheet->hold ? IFAX_MODE_HOLD : 0);
	int ret;

	ret = ifax_bank_begin(&printer->bank, &fmt, sheet->lines, mode, IFAX_BAND_LINES, 0);
	if (!ret && printer->bank.features & IFAX_FEATURE_TRAYS)
		ret = ifax_bank_write(&printer->bank, IFAX_REG_TRAY, sheet->tray);
	return ret;
}

/* The lines come from print_work(): the core gives none before this returned */
static int print_start(struct ifax_device *idev, const struct ifax_sheet *sheet)
{
	struct printer *printer = ifax_priv(idev);
	int ret;

	ret = print_begin(printer, sheet);
	if (ret)
		return ret;
	ret = ifax_power_begin(&printer->power);
	if (ret)
		return ret;
	printer->idev = idev;
	printer->started = false;
	printer->hold = sheet->hold;
	printer->held = false;
	printer->length = sheet->lines;
	printer->filled = 0;
	printer->seen = (struct ifax_progress){};
	atomic_set(&printer->events, 0);
	ifax_ring_form(&printer->ring, IFAX_LINE_BYTES(sheet->width_px), IFAX_BAND_LINES);
	ret = ifax_ring_start(&printer->ring, DMA_MEM_TO_DEV, print_band_done, printer);
	if (ret) {
		print_halt(printer);
		return ret;
	}
	WRITE_ONCE(printer->active, true);
	queue_work(printer->queue, &printer->work);
	mod_delayed_work(printer->queue, &printer->watchdog,
			 msecs_to_jiffies(IFAX_WATCHDOG_PERIOD_MS));
	return 0;
}

static void print_stop(struct ifax_device *idev)
{
	struct printer *printer = ifax_priv(idev);

	WRITE_ONCE(printer->active, false);
	cancel_work_sync(&printer->work);
	cancel_delayed_work_sync(&printer->watchdog);
	print_halt(printer);
	if (printer->held)
		ifax_bank_write(&printer->bank, IFAX_REG_CONTROL, IFAX_CONTROL_EJECT);
	printer->held = false;
}

static u32 print_state(struct ifax_device *idev)
{
	struct printer *printer = ifax_priv(idev);
	u32 state = ifax_bank_paper_path(&printer->bank, IFAX_STATE_NO_PAPER, 0);

	return ifax_bank_warm_up_ms(&printer->bank) ? state | IFAX_STATE_WARM_UP : state;
}

static int print_trays(struct ifax_device *idev, struct ifax_tray *trays)
{
	struct printer *printer = ifax_priv(idev);
	u32 count, at, size, i;

	if (!(printer->bank.features & IFAX_FEATURE_TRAYS))
		return 0;
	if (ifax_bank_read(&printer->bank, IFAX_REG_TRAYS, &count) || !count ||
	    count > IFAX_TRAYS_MAX)
		return -EIO;
	for (i = 0; i < count; i++) {
		if (ifax_bank_read(&printer->bank, IFAX_REG_TRAY_AT(i), &at) ||
		    ifax_bank_read(&printer->bank, IFAX_REG_TRAY_SIZE(i), &size) ||
		    at & ~IFAX_TRAY_BITS)
			return -EIO;
		trays[i].present = at & IFAX_TRAY_PRESENT;
		trays[i].paper = at & IFAX_TRAY_PAPER;
		trays[i].x_dmm = FIELD_GET(IFAX_TRAY_SIZE_X, size);
		trays[i].y_dmm = FIELD_GET(IFAX_TRAY_SIZE_Y, size);
	}
	return count;
}

static const struct ifax_printer_ops print_ops = {
	.start = print_start,
	.stop = print_stop,
	.state = print_state,
	.trays = print_trays,
};

static void print_destroy_queue(void *queue)
{
	destroy_workqueue(queue);
}

static void print_unregister(void *data)
{
	struct printer *printer = data;

	ifax_bank_watch_paper(&printer->bank, false);
	synchronize_irq(printer->irq);
	ifax_unregister(printer->idev);
}

static int print_make_queue(struct printer *printer, struct device *dev)
{
	INIT_WORK(&printer->work, print_work);
	INIT_DELAYED_WORK(&printer->watchdog, print_watchdog);
	printer->queue = alloc_ordered_workqueue("%s", WQ_HIGHPRI, dev_name(dev));
	if (!printer->queue)
		return -ENOMEM;
	return devm_add_action_or_reset(dev, print_destroy_queue, printer->queue);
}

/* What is made last goes first: the core lets go of the engine before anything is taken apart */
static int print_probe(struct platform_device *pdev)
{
	struct dma_slave_config config = {
		.direction = DMA_MEM_TO_DEV,
		.dst_addr_width = DMA_SLAVE_BUSWIDTH_4_BYTES,
		.dst_maxburst = 16,
	};
	struct device *dev = &pdev->dev;
	struct ifax_caps caps = {};
	struct printer *printer;
	struct ifax_device *idev;
	int ret;

	printer = devm_kzalloc(dev, sizeof(*printer), GFP_KERNEL);
	if (!printer)
		return -ENOMEM;
	platform_set_drvdata(pdev, printer);
	ret = ifax_power_on(&printer->power, dev);
	if (ret)
		return ret;
	ret = ifax_bank_find(&printer->bank, pdev, IFAX_ID_PRINTER);
	if (ret)
		return ret;
	ret = ifax_bank_caps(&printer->bank, &caps);
	if (ret)
		return dev_err_probe(dev, ret, "cannot read what the print engine can do\n");
	config.dst_addr = printer->bank.port;
	ret = ifax_ring_alloc(&printer->ring, dev, "tx", &config,
			      IFAX_BAND_LINES * IFAX_LINE_BYTES(caps.width_px_max));
	if (ret)
		return ret;
	ret = print_make_queue(printer, dev);
	if (ret)
		return ret;
	printer->irq = platform_get_irq(pdev, 0);
	if (printer->irq < 0)
		return printer->irq;
	ret = devm_request_threaded_irq(dev, printer->irq, NULL, print_interrupt, IRQF_ONESHOT,
					dev_name(dev), printer);
	if (ret)
		return dev_err_probe(dev, ret, "no interrupt\n");
	idev = ifax_printer_register(dev, &print_ops, &caps, printer);
	if (IS_ERR(idev))
		return dev_err_probe(dev, PTR_ERR(idev), "cannot register the print engine\n");
	printer->idev = idev;
	ifax_bank_watch_paper(&printer->bank, true);
	return devm_add_action_or_reset(dev, print_unregister, printer);
}

static const struct platform_device_id print_ids[] = {
	{ "ifax-printer" },
	{}
};
MODULE_DEVICE_TABLE(platform, print_ids);

static const struct of_device_id print_of_ids[] = {
	{ .compatible = "ifax,printer" },
	{}
};
MODULE_DEVICE_TABLE(of, print_of_ids);

static int print_sleep(struct device *dev)
{
	struct printer *printer = dev_get_drvdata(dev);

	return ifax_suspend(printer->idev);
}

static int print_wake(struct device *dev)
{
	struct printer *printer = dev_get_drvdata(dev);

	ifax_resume(printer->idev);
	return 0;
}

static int print_supply_off(struct device *dev)
{
	struct printer *printer = dev_get_drvdata(dev);

	return ifax_power_suspend(&printer->power);
}

static int print_supply_on(struct device *dev)
{
	struct printer *printer = dev_get_drvdata(dev);

	return ifax_power_resume(&printer->power);
}

static const struct dev_pm_ops print_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(print_sleep, print_wake)
	RUNTIME_PM_OPS(print_supply_off, print_supply_on, NULL)
};

static struct platform_driver print_driver = {
	.probe = print_probe,
	.id_table = print_ids,
	.driver = {
		.name = "ifax-printer",
		.of_match_table = print_of_ids,
		.pm = pm_ptr(&print_pm_ops),
	},
};
module_platform_driver(print_driver);

MODULE_DESCRIPTION("Print engine of a fax machine");
MODULE_LICENSE("GPL");
