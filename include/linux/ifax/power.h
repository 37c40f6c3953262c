/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an engine on a SoC needs before it answers: clock, reset, supply. All of
 * them are optional, and a provider that is not there yet defers the driver.
 *
 * Registers answer for as long as the driver is bound, for the sensors. Only
 * the supply of motor, lamp and heater follows the pages, by runtime PM.
 */
#ifndef _LINUX_IFAX_POWER_H
#define _LINUX_IFAX_POWER_H

#include <linux/clk.h>
#include <linux/device.h>
#include <linux/pm_runtime.h>
#include <linux/regulator/consumer.h>
#include <linux/reset.h>

/* Pages of a document follow each other within this: the heater stays warm */
#define IFAX_POWER_DELAY_MS	10000
#define IFAX_RESET_MIN_US	10

/**
 * struct ifax_power - power of an engine
 * @dev: the driver's device
 * @reset: reset of the block, or NULL
 * @supply: motor, lamp and heater, or NULL
 * @supplied: @supply is on
 * @page: a page holds it on; belongs to whoever begins and ends pages
 */
struct ifax_power {
	struct device *dev;
	struct reset_control *reset;
	struct regulator *supply;
	bool supplied;
	bool page;
};

static inline int ifax_power_resume(struct ifax_power *power)
{
	int ret = 0;

	if (power->supply && !power->supplied)
		ret = regulator_enable(power->supply);
	power->supplied = !ret;
	return ret;
}

static inline int ifax_power_suspend(struct ifax_power *power)
{
	int ret = 0;

	if (power->supply && power->supplied)
		ret = regulator_disable(power->supply);
	power->supplied = ret;
	return ret;
}

static inline void ifax_power_off(void *data)
{
	struct ifax_power *power = data;

	ifax_power_suspend(power);
	reset_control_assert(power->reset);
}

/**
 * ifax_power_on() - get what there is, and make the registers answer
 * @power: power
 * @dev: the driver's device; undone when it is unbound
 *
 * Return: 0 or an error, which was reported; -EPROBE_DEFER.
 */
static inline int ifax_power_on(struct ifax_power *power, struct device *dev)
{
	struct clk *clk;
	int ret;

	power->dev = dev;
	clk = devm_clk_get_optional_enabled(dev, NULL);
	if (IS_ERR(clk))
		return dev_err_probe(dev, PTR_ERR(clk), "no clock\n");
	power->supply = devm_regulator_get_optional(dev, "engine");
	if (PTR_ERR_OR_ZERO(power->supply) == -ENODEV)
		power->supply = NULL;
	if (IS_ERR(power->supply))
		return dev_err_probe(dev, PTR_ERR(power->supply), "no supply\n");
	power->reset = devm_reset_control_get_optional_exclusive(dev, NULL);
	if (IS_ERR(power->reset))
		return dev_err_probe(dev, PTR_ERR(power->reset), "no reset\n");
	ret = devm_add_action_or_reset(dev, ifax_power_off, power);
	if (!ret)
		ret = reset_control_assert(power->reset);
	usleep_range(IFAX_RESET_MIN_US, 2 * IFAX_RESET_MIN_US);
	if (!ret)
		ret = reset_control_deassert(power->reset);
	if (ret)
		return dev_err_probe(dev, ret, "cannot be reset\n");
	/* A kernel without power management never calls ifax_power_resume() */
	if (!IS_ENABLED(CONFIG_PM))
		return ifax_power_resume(power);
	pm_runtime_set_autosuspend_delay(dev, IFAX_POWER_DELAY_MS);
	pm_runtime_use_autosuspend(dev);
	return devm_pm_runtime_enable(dev);
}

/**
 * ifax_power_begin() - a page begins
 * @power: power
 *
 * Context: process.
 * Return: 0 or an error.
 */
static inline int ifax_power_begin(struct ifax_power *power)
{
	int ret;

	if (power->page)
		return 0;
	ret = pm_runtime_resume_and_get(power->dev);
	if (ret)
		dev_err(power->dev, "the supply cannot be switched on: %d\n", ret);
	power->page = !ret;
	return ret;
}

/**
 * ifax_power_end() - a page has ended; also without one
 * @power: power
 */
static inline void ifax_power_end(struct ifax_power *power)
{
	if (!power->page)
		return;
	power->page = false;
	pm_runtime_mark_last_busy(power->dev);
	pm_runtime_put_autosuspend(power->dev);
}

#endif /* _LINUX_IFAX_POWER_H */
