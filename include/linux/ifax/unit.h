/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the driver of every engine has around its pages: power, registers, DMA and
 * interrupt, and one ordered queue that all of it wakes. Whether an interrupt came, a
 * band was done or time passed, the work there looks how far the page is.
 */
#ifndef _LINUX_IFAX_UNIT_H
#define _LINUX_IFAX_UNIT_H

#include <linux/interrupt.h>
#include <linux/workqueue.h>
#include <linux/ifax/band_ring.h>
#include <linux/ifax/bank.h>
#include <linux/ifax/engine.h>
#include <linux/ifax/power.h>
#include <linux/ifax/watchdog.h>

/**
 * struct ifax_unit - an engine, as its driver has it; the device's driver data
 * @power: clock, reset, supply
 * @bank: registers
 * @ring: DMA
 * @irq: interrupt
 * @idev: what the core knows
 * @queue: runs @work and @watchdog, one after the other
 * @work: looks how far the page is
 * @watchdog: looks whether it gets on at all
 * @active: a page is under way
 * @events: IFAX_INT_* of this page
 * @seen: how far the page was when the watchdog looked last
 * @deaf: the interrupt is disabled, because the engine does not answer
 * @ears: looks whether it answers again
 * @asleep: the machine sleeps, and lamp and heater with it
 */
struct ifax_unit {
	struct ifax_power power;
	struct ifax_bank bank;
	struct ifax_band_ring ring;
	int irq;
	struct ifax_device *idev;
	struct workqueue_struct *queue;
	struct work_struct work;
	struct delayed_work watchdog;
	bool active;
	atomic_t events;
	struct ifax_progress seen;
	atomic_t deaf;
	struct delayed_work ears;
	bool asleep;
};

/* ---- a page ---- */

static inline void ifax_unit_wake(struct ifax_unit *unit)
{
	queue_work(unit->queue, &unit->work);
}

/* For ifax_ring_start() */
static inline void ifax_unit_band_done(void *unit)
{
	ifax_unit_wake(unit);
}

/*
 * An engine that does not answer cannot be told to take its interrupt back: the line may
 * stay high for ever. Until it answers, the watchdog does without.
 */
static inline void ifax_unit_go_deaf(struct ifax_unit *unit)
{
	disable_irq_nosync(unit->irq);
	atomic_set(&unit->deaf, 1);
	queue_delayed_work(unit->queue, &unit->ears, msecs_to_jiffies(IFAX_WATCHDOG_PERIOD_MS));
}

static inline void ifax_unit_hear(struct ifax_unit *unit)
{
	if (atomic_xchg(&unit->deaf, 0))
		enable_irq(unit->irq);
}

static inline void ifax_unit_ears(struct work_struct *work)
{
	struct ifax_unit *unit = container_of(to_delayed_work(work), struct ifax_unit, ears);
	u32 status;

	if (!ifax_bank_status(&unit->bank, &status))
		ifax_unit_hear(unit);
	else
		queue_delayed_work(unit->queue, &unit->ears,
				   msecs_to_jiffies(IFAX_WATCHDOG_PERIOD_MS));
}

/**
 * ifax_unit_begin() - a page is about to begin
 * @unit: unit, with the form of the ring's bands
 * @dir: direction of its DMA
 *
 * Return: 0, or -EIO.
 */
static inline int ifax_unit_begin(struct ifax_unit *unit, enum dma_transfer_direction dir)
{
	unit->seen = (struct ifax_progress){};
	atomic_set(&unit->events, 0);
	ifax_unit_hear(unit);
	return ifax_ring_start(&unit->ring, dir, ifax_unit_band_done, unit);
}

/**
 * ifax_unit_go() - it has begun: look after it from now on
 * @unit: unit
 */
static inline void ifax_unit_go(struct ifax_unit *unit)
{
	WRITE_ONCE(unit->active, true);
	ifax_unit_wake(unit);
}

/* Have the watchdog look in a period from now */
static inline void ifax_unit_watch(struct ifax_unit *unit)
{
	mod_delayed_work(unit->queue, &unit->watchdog, msecs_to_jiffies(IFAX_WATCHDOG_PERIOD_MS));
}

static inline void ifax_unit_key(struct ifax_unit *unit)
{
	u32 one_touch;

	if (!ifax_bank_read(&unit->bank, IFAX_REG_KEY, &one_touch))
		ifax_start_key_pressed(unit->idev, one_touch);
}

/**
 * ifax_unit_look() - take what the interrupt says, whether it came or not
 * @unit: unit
 * @events: set to IFAX_INT_*
 *
 * Return: 0; -EIO: the engine does not answer.
 */
static inline int ifax_unit_look(struct ifax_unit *unit, u32 *events)
{
	int ret = ifax_bank_events(&unit->bank, events);

	if (*events & (IFAX_INT_PAPER | IFAX_INT_PHASE))
		ifax_paper_path_changed(unit->idev);
	if (*events & IFAX_INT_KEY)
		ifax_unit_key(unit);
	atomic_or(*events, &unit->events);
	return ret;
}

static inline irqreturn_t ifax_unit_interrupt(int irq, void *arg)
{
	struct ifax_unit *unit = arg;
	u32 events;
	int ret = ifax_unit_look(unit, &events);

	if (!events)
		return IRQ_NONE;
	ifax_unit_wake(unit);
	if (ret)
		ifax_unit_go_deaf(unit);
	return IRQ_HANDLED;
}

/**
 * ifax_unit_still() - have the engine move nothing more
 * @unit: unit
 */
static inline void ifax_unit_still(struct ifax_unit *unit)
{
	ifax_bank_stop(&unit->bank);
	synchronize_irq(unit->irq);
	ifax_ring_stop(&unit->ring);
}

/**
 * ifax_unit_halt() - a page has ended: the engine may go to sleep, too
 * @unit: unit
 */
static inline void ifax_unit_halt(struct ifax_unit *unit)
{
	ifax_unit_still(unit);
	ifax_power_end(&unit->power);
}

/**
 * ifax_unit_stop() - end the page, if there is one
 * @unit: unit
 *
 * Context: process, not from the unit's queue.
 */
static inline void ifax_unit_stop(struct ifax_unit *unit)
{
	WRITE_ONCE(unit->active, false);
	cancel_work_sync(&unit->work);
	cancel_delayed_work_sync(&unit->watchdog);
	ifax_unit_halt(unit);
}

/* ---- probe ---- */

static inline void ifax_unit_destroy_queue(void *queue)
{
	destroy_workqueue(queue);
}

static inline int ifax_unit_make_queue(struct ifax_unit *unit, struct device *dev,
				       work_func_t work, work_func_t watchdog)
{
	INIT_WORK(&unit->work, work);
	INIT_DELAYED_WORK(&unit->watchdog, watchdog);
	INIT_DELAYED_WORK(&unit->ears, ifax_unit_ears);
	unit->queue = alloc_ordered_workqueue("%s", WQ_HIGHPRI, dev_name(dev));
	if (!unit->queue)
		return -ENOMEM;
	return devm_add_action_or_reset(dev, ifax_unit_destroy_queue, unit->queue);
}

/**
 * ifax_unit_find() - make the engine answer, and ask what it can do
 * @unit: unit, all zero
 * @pdev: its device
 * @id: IFAX_ID_*
 * @caps: filled in by ifax_bank_caps()
 *
 * What this and the next two functions make is undone when the driver is unbound; what
 * is made last goes first, so that the core lets go before anything is taken apart.
 *
 * Return: 0 or an error, which was reported.
 */
static inline int ifax_unit_find(struct ifax_unit *unit, struct platform_device *pdev, u32 id,
				 struct ifax_caps *caps)
{
	int ret;

	platform_set_drvdata(pdev, unit);
	ret = ifax_power_on(&unit->power, &pdev->dev) ?: ifax_bank_find(&unit->bank, pdev, id);
	if (ret)
		return ret;
	ret = ifax_bank_caps(&unit->bank, caps);
	if (ret)
		return dev_err_probe(&pdev->dev, ret, "cannot read what the engine can do\n");
	return 0;
}

/**
 * ifax_unit_wire() - DMA, queue and interrupt
 * @unit: unit that was found
 * @pdev: its device
 * @dir: direction of its DMA
 * @band_bytes_max: bytes of the largest band
 * @work: looks how far the page is
 * @watchdog: looks whether it gets on
 *
 * Return: 0 or an error, which was reported.
 */
static inline int ifax_unit_wire(struct ifax_unit *unit, struct platform_device *pdev,
				 enum dma_transfer_direction dir, u32 band_bytes_max,
				 work_func_t work, work_func_t watchdog)
{
	struct dma_slave_config config = { .direction = dir };
	struct device *dev = &pdev->dev;
	bool rx = dir == DMA_DEV_TO_MEM;
	int ret;

	*(rx ? &config.src_addr : &config.dst_addr) = unit->bank.port;
	*(rx ? &config.src_addr_width : &config.dst_addr_width) = DMA_SLAVE_BUSWIDTH_4_BYTES;
	*(rx ? &config.src_maxburst : &config.dst_maxburst) = 16;
	ret = ifax_ring_alloc(&unit->ring, dev, rx ? "rx" : "tx", &config, band_bytes_max) ?:
	      ifax_unit_make_queue(unit, dev, work, watchdog);
	if (ret)
		return ret;
	unit->irq = platform_get_irq(pdev, 0);
	if (unit->irq < 0)
		return unit->irq;
	/* Who handles it tells the core, which does not know the engine yet */
	ret = devm_request_threaded_irq(dev, unit->irq, NULL, ifax_unit_interrupt,
					IRQF_ONESHOT | IRQF_NO_AUTOEN, dev_name(dev), unit);
	return ret ? dev_err_probe(dev, ret, "no interrupt\n") : 0;
}

static inline void ifax_unit_unregister(void *data)
{
	struct ifax_unit *unit = data;

	/* From here on the lamp goes off without telling the core */
	pm_runtime_get_noresume(unit->power.dev);
	pm_runtime_barrier(unit->power.dev);
	ifax_bank_watch_paper(&unit->bank, false);
	disable_irq(unit->irq);
	cancel_delayed_work_sync(&unit->ears);
	ifax_unregister(unit->idev);
	unit->idev = NULL;
	ifax_bank_lamp(&unit->bank, false);
	pm_runtime_put_noidle(unit->power.dev);
}

/**
 * ifax_unit_offer() - the core has it: tell it of sensors, and take it back in the end
 * @unit: unit that was wired
 * @dev: its device
 * @idev: what the core made of it, or ERR_PTR()
 *
 * Return: 0 or an error, which was reported.
 */
static inline int ifax_unit_offer(struct ifax_unit *unit, struct device *dev,
				  struct ifax_device *idev)
{
	if (IS_ERR(idev))
		return dev_err_probe(dev, PTR_ERR(idev), "the engine cannot be registered\n");
	unit->idev = idev;
	enable_irq(unit->irq);
	ifax_bank_watch_paper(&unit->bank, true);
	return devm_add_action_or_reset(dev, ifax_unit_unregister, unit);
}

/* ---- sleep: for the driver's struct dev_pm_ops ---- */

/* A page that is held keeps its lamp; after any other it would be on for some seconds yet */
static inline int ifax_unit_sleep(struct device *dev)
{
	struct ifax_unit *unit = dev_get_drvdata(dev);
	int ret = ifax_suspend(unit->idev);

	if (ret || unit->power.page)
		return ret;
	ret = pm_runtime_force_suspend(dev);
	unit->asleep = !ret;
	if (ret)
		ifax_resume(unit->idev);
	return ret;
}

static inline int ifax_unit_resume(struct device *dev)
{
	struct ifax_unit *unit = dev_get_drvdata(dev);
	int ret = 0;

	if (unit->asleep)
		ret = pm_runtime_force_resume(dev);
	unit->asleep = false;
	ifax_resume(unit->idev);
	return ret;
}

static inline int ifax_unit_supply_off(struct device *dev)
{
	struct ifax_unit *unit = dev_get_drvdata(dev);

	ifax_bank_lamp(&unit->bank, false);
	if (unit->idev)
		ifax_paper_path_changed(unit->idev);
	return ifax_power_suspend(&unit->power);
}

static inline int ifax_unit_supply_on(struct device *dev)
{
	struct ifax_unit *unit = dev_get_drvdata(dev);

	return ifax_power_resume(&unit->power);
}

#endif /* _LINUX_IFAX_UNIT_H */
