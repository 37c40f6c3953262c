// SPDX-License-Identifier: GPL-2.0
/*
 * A whole driver to begin with: a scanner whose feeder is never empty and whose
 * sheets are all a chart of squares. Where it draws and where it waits, yours
 * speaks to the hardware; all else is what the core asks of any scanner.
 */
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/workqueue.h>
#include <linux/ifax/engine.h>

#define WIDTH_PX_MAX	1728
#define SHEET_LINES	2292
#define SQUARE_PX	64
#define BAND_LINES	32
#define BAND_MS		20

/**
 * struct chart - the scanner
 * @idev: what the core knows
 * @queue: runs @work
 * @work: a band has passed the sensor; with hardware, the interrupt queues it
 * @format: of the page
 * @end: its lines
 * @taken: lines that the core took
 * @active: a page is under way
 * @rows: band
 */
struct chart {
	struct ifax_device *idev;
	struct workqueue_struct *queue;
	struct delayed_work work;
	struct ifax_format format;
	u32 end;
	u32 taken;
	bool active;
	u8 rows[BAND_LINES][WIDTH_PX_MAX / 8];
};

/* With hardware, DMA did this. 1 is black, and nothing is black beyond the width */
static void chart_draw(struct chart *chart, u32 lines)
{
	u32 width_px = chart->format.width_px;
	u32 line, at;

	memset(chart->rows, 0, sizeof(chart->rows));
	for (line = 0; line < lines; line++) {
		for (at = 0; at < DIV_ROUND_UP(width_px, 8); at++)
			if ((8 * at / SQUARE_PX + (chart->taken + line) / SQUARE_PX) % 2)
				chart->rows[line][at] = 0xff;
		if (width_px % 8)
			chart->rows[line][width_px / 8] &= 0xff00 >> width_px % 8;
	}
}

/* Nothing of the page is touched after ifax_scan_end(): the next may begin at once */
static void chart_end(struct chart *chart)
{
	bool cut = chart->end < SHEET_LINES;

	WRITE_ONCE(chart->active, false);
	ifax_scan_end(chart->idev, cut ? IFAX_PAGE_TRUNCATED : IFAX_PAGE_OK, IFAX_PAGE_MORE);
}

/* Lines that the core does not take wait, and with them the motor, for chart_resume() */
static void chart_work(struct work_struct *work)
{
	struct chart *chart = container_of(to_delayed_work(work), struct chart, work);
	u32 lines, taken;

	if (!READ_ONCE(chart->active))
		return;
	lines = min_t(u32, chart->end - chart->taken, BAND_LINES);
	chart_draw(chart, lines);
	taken = ifax_scan_lines(chart->idev, chart->rows, sizeof(chart->rows[0]), lines);
	chart->taken += taken;
	if (taken < lines)
		return;
	if (chart->taken < chart->end)
		queue_delayed_work(chart->queue, &chart->work, msecs_to_jiffies(BAND_MS));
	else
		chart_end(chart);
}

static int chart_start(struct ifax_device *idev, const struct ifax_format *fmt)
{
	struct chart *chart = ifax_priv(idev);

	chart->idev = idev;
	chart->format = *fmt;
	chart->end = min_t(u32, fmt->length_lines, SHEET_LINES);
	chart->taken = 0;
	WRITE_ONCE(chart->active, true);
	queue_delayed_work(chart->queue, &chart->work, 0);
	return 0;
}

static void chart_stop(struct ifax_device *idev)
{
	struct chart *chart = ifax_priv(idev);

	WRITE_ONCE(chart->active, false);
	cancel_delayed_work_sync(&chart->work);
}

static u32 chart_state(struct ifax_device *idev)
{
	return IFAX_STATE_DOCUMENT;
}

static void chart_resume(struct ifax_device *idev)
{
	struct chart *chart = ifax_priv(idev);

	if (READ_ONCE(chart->active))
		queue_delayed_work(chart->queue, &chart->work, 0);
}

static int chart_hold(struct ifax_device *idev)
{
	struct chart *chart = ifax_priv(idev);

	cancel_delayed_work_sync(&chart->work);
	return 0;
}

static const struct ifax_scanner_ops chart_ops = {
	.start = chart_start,
	.stop = chart_stop,
	.state = chart_state,
	.resume = chart_resume,
	.hold = chart_hold,
};

static const struct ifax_caps chart_caps = {
	.width_px_min = 8,
	.width_px_max = WIDTH_PX_MAX,
	.length_lines_max = SHEET_LINES,
	.flags = IFAX_CAP_PAUSE,
	.resolutions = 1,
	.resolution = { { .x_dpi = 204, .y_dpi = 196 } },
};

static void chart_destroy_queue(void *queue)
{
	destroy_workqueue(queue);
}

static void chart_unregister(void *idev)
{
	ifax_unregister(idev);
}

/* What is made last goes first: the core lets go before anything is taken apart */
static int chart_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct ifax_device *idev;
	struct chart *chart;
	int ret;

	chart = devm_kzalloc(dev, sizeof(*chart), GFP_KERNEL);
	if (!chart)
		return -ENOMEM;
	INIT_DELAYED_WORK(&chart->work, chart_work);
	chart->queue = alloc_ordered_workqueue("%s", WQ_HIGHPRI, dev_name(dev));
	if (!chart->queue)
		return -ENOMEM;
	ret = devm_add_action_or_reset(dev, chart_destroy_queue, chart->queue);
	if (ret)
		return ret;
	idev = ifax_scanner_register(dev, &chart_ops, &chart_caps, chart);
	if (IS_ERR(idev))
		return dev_err_probe(dev, PTR_ERR(idev), "cannot register the scanner\n");
	platform_set_drvdata(pdev, idev);
	return devm_add_action_or_reset(dev, chart_unregister, idev);
}

static int chart_sleep(struct device *dev)
{
	return ifax_suspend(dev_get_drvdata(dev));
}

static int chart_wake(struct device *dev)
{
	ifax_resume(dev_get_drvdata(dev));
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(chart_pm_ops, chart_sleep, chart_wake);

static struct platform_driver chart_driver = {
	.probe = chart_probe,
	.driver = {
		.name = "ifax-chart",
		.pm = pm_sleep_ptr(&chart_pm_ops),
	},
};

/* Hardware is found by the device tree: module_platform_driver() is all of this then */
static struct platform_device *chart_device;

static int __init chart_init(void)
{
	int ret;

	ret = platform_driver_register(&chart_driver);
	if (ret)
		return ret;
	chart_device = platform_device_register_simple("ifax-chart", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(chart_device))
		platform_driver_unregister(&chart_driver);
	return PTR_ERR_OR_ZERO(chart_device);
}
module_init(chart_init);

static void __exit chart_exit(void)
{
	platform_device_unregister(chart_device);
	platform_driver_unregister(&chart_driver);
}
module_exit(chart_exit);

MODULE_DESCRIPTION("Scanner of a chart: an example of a driver for ifax");
MODULE_LICENSE("GPL");
