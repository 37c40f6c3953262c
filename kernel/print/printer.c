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
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/pm.h>
#include <linux/ifax/unit.h>

#define PRINT_INTERRUPTS (IFAX_INT_PAGE_END | IFAX_INT_UNDERRUN | IFAX_INT_JAM | \
			  IFAX_INT_COVER | IFAX_INT_NO_PAPER | IFAX_INT_FAULT | IFAX_INT_LAMP | \
			  IFAX_INT_DOUBLE | IFAX_INT_PHASE)

static_assert(IFAX_TRAYS_MAX <= IFAX_ENGINE_TRAYS_MAX);

/**
 * struct printer - one print engine
 * @unit: engine
 * @started: its sheet moves
 * @length: lines of the page
 * @filled: lines of it that were put into the ring
 */
struct printer {
	struct ifax_unit unit;
	bool started;
	u32 length;
	u32 filled;
};

/* Nothing of the page is touched after ifax_print_end(): the next may begin at once */
static void print_end(struct printer *printer, enum ifax_page_status status)
{
	u32 lines = 0;

	ifax_unit_halt(&printer->unit);
	if (printer->started && ifax_bank_read(&printer->unit.bank, IFAX_REG_LINES, &lines))
		lines = 0;
	WRITE_ONCE(printer->unit.active, false);
	ifax_print_end(printer->unit.idev, status, lines);
}

/* Put as many lines into the ring as it takes */
static int print_fill(struct printer *printer)
{
	struct ifax_band_ring *ring = &printer->unit.ring;
	u32 begin = printer->filled;
	u32 lines, given;
	void *rows;

	while (printer->filled < printer->length &&
	       printer->filled - ring->lines < ifax_ring_room(ring)) {
		rows = ifax_ring_at(ring, printer->filled);
		lines = min(printer->length - printer->filled,
			    ifax_ring_run(ring, printer->filled));
		given = ifax_print_lines(printer->unit.idev, rows, ring->line_bytes, lines);
		memset(rows + given * ring->line_bytes, 0, (lines - given) * ring->line_bytes);
		printer->filled += lines;
	}
	if (printer->filled == begin)
		return 0;
	dma_wmb();
	return ifax_bank_write(&printer->unit.bank, IFAX_REG_LIMIT, printer->filled);
}

static int print_move(struct printer *printer)
{
	if (print_fill(printer))
		return -EIO;
	if (printer->started)
		return 0;
	printer->started = true;
	return ifax_bank_start(&printer->unit.bank, PRINT_INTERRUPTS);
}

static void print_work(struct work_struct *work)
{
	struct printer *printer = container_of(work, struct printer, unit.work);
	enum ifax_page_status status;
	u32 events, lines;

	if (!READ_ONCE(printer->unit.active))
		return;
	events = atomic_read_acquire(&printer->unit.events);
	status = ifax_bank_fault(events);
	/* In this order: who was the last to look at the DMA knows that all of it went well */
	if (ifax_bank_read(&printer->unit.bank, IFAX_REG_LINES, &lines) ||
	    ifax_ring_look(&printer->unit.ring))
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

/* Also does the work of an interrupt or a callback that got lost */
static void print_watchdog(struct work_struct *work)
{
	struct printer *printer = container_of(to_delayed_work(work), struct printer,
					       unit.watchdog);
	u32 events;

	if (!READ_ONCE(printer->unit.active))
		return;
	ifax_unit_look(&printer->unit, &events);
	print_work(&printer->unit.work);
	if (!READ_ONCE(printer->unit.active))
		return;
	if (ifax_progress_dead(&printer->unit.seen, &printer->unit.bank, printer->filled)) {
		dev_err(printer->unit.bank.dev,
			"no progress after %u of %u lines: interrupt or DMA is dead\n",
			printer->unit.seen.engine_lines, printer->length);
		print_end(printer, IFAX_PAGE_HARDWARE);
		return;
	}
	ifax_unit_watch(&printer->unit);
}

static int print_begin(struct printer *printer, const struct ifax_sheet *sheet)
{
	const struct ifax_format fmt = {
		.width_px = sheet->width_px, .x_dpi = sheet->x_dpi, .y_dpi = sheet->y_dpi,
	};
	u32 mode = (sheet->back ? IFAX_MODE_BACK : 0) | (sheet->hold ? IFAX_MODE_HOLD : 0);
	int ret;

	ret = ifax_bank_begin(&printer->unit.bank, &fmt, sheet->lines, mode, IFAX_BAND_LINES, 0);
	if (!ret && printer->unit.bank.features & IFAX_FEATURE_TRAYS)
		ret = ifax_bank_write(&printer->unit.bank, IFAX_REG_TRAY, sheet->tray);
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
	ret = ifax_power_begin(&printer->unit.power);
	if (ret)
		return ret;
	printer->unit.idev = idev;
	printer->started = false;
	printer->length = sheet->lines;
	printer->filled = 0;
	ifax_ring_form(&printer->unit.ring, IFAX_LINE_BYTES(sheet->width_px), IFAX_BAND_LINES);
	ret = ifax_unit_begin(&printer->unit, DMA_MEM_TO_DEV);
	if (ret) {
		ifax_unit_halt(&printer->unit);
		return ret;
	}
	ifax_unit_go(&printer->unit);
	ifax_unit_watch(&printer->unit);
	return 0;
}

/* A sheet may stand in the duplex unit, also when its front went wrong; the engine knows */
static void print_stop(struct ifax_device *idev)
{
	struct printer *printer = ifax_priv(idev);

	ifax_unit_stop(&printer->unit);
	if (printer->unit.bank.features & IFAX_FEATURE_BACK)
		ifax_bank_write(&printer->unit.bank, IFAX_REG_CONTROL, IFAX_CONTROL_EJECT);
}

static u32 print_state(struct ifax_device *idev)
{
	struct printer *printer = ifax_priv(idev);

	return ifax_bank_paper_path(&printer->unit.bank, IFAX_STATE_NO_PAPER, 0);
}

static int print_trays(struct ifax_device *idev, struct ifax_tray *trays)
{
	struct printer *printer = ifax_priv(idev);
	u32 count, at, size, i;

	if (!(printer->unit.bank.features & IFAX_FEATURE_TRAYS))
		return 0;
	if (ifax_bank_read(&printer->unit.bank, IFAX_REG_TRAYS, &count) || !count ||
	    count > IFAX_TRAYS_MAX)
		return -EIO;
	for (i = 0; i < count; i++) {
		if (ifax_bank_read(&printer->unit.bank, IFAX_REG_TRAY_AT(i), &at) ||
		    ifax_bank_read(&printer->unit.bank, IFAX_REG_TRAY_SIZE(i), &size) ||
		    at & ~IFAX_TRAY_BITS)
			return -EIO;
		trays[i].present = at & IFAX_TRAY_PRESENT;
		trays[i].paper = at & IFAX_TRAY_PAPER;
		trays[i].low = at & IFAX_TRAY_LOW;
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

static int print_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct ifax_caps caps = {};
	struct printer *printer;
	int ret;

	printer = devm_kzalloc(dev, sizeof(*printer), GFP_KERNEL);
	if (!printer)
		return -ENOMEM;
	ret = ifax_unit_find(&printer->unit, pdev, IFAX_ID_PRINTER, &caps) ?:
	      ifax_unit_wire(&printer->unit, pdev, DMA_MEM_TO_DEV,
			     IFAX_BAND_LINES * IFAX_LINE_BYTES(caps.width_px_max),
			     print_work, print_watchdog);
	if (ret)
		return ret;
	return ifax_unit_offer(&printer->unit, dev,
			       ifax_printer_register(dev, &print_ops, &caps, printer));
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

static const struct dev_pm_ops print_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(ifax_unit_sleep, ifax_unit_resume)
	RUNTIME_PM_OPS(ifax_unit_supply_off, ifax_unit_supply_on, NULL)
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
