// SPDX-License-Identifier: GPL-2.0
/*
 * What takes its time: a lamp or a heater that gets warm, a sheet on its way.
 */
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include "soc.h"

static uint warm_up_ms;
module_param(warm_up_ms, uint, 0644);
MODULE_PARM_DESC(warm_up_ms, "time that lamp and heater take to get warm");

static uint warm_for_ms = 60000;
module_param(warm_for_ms, uint, 0644);
MODULE_PARM_DESC(warm_for_ms, "time that a heater stays warm after a page");

static uint feed_ms;
module_param(feed_ms, uint, 0644);
MODULE_PARM_DESC(feed_ms, "time of a sheet from the feeder or the paper tray, and to the exit");

#define WARM_UP_MS_MAX	600000

/**
 * sim_heat_time_ms() - the register WARM_UP
 *
 * Return: how long warming up takes.
 */
u32 sim_heat_time_ms(void)
{
	return min_t(u32, READ_ONCE(warm_up_ms), WARM_UP_MS_MAX);
}

static void heat_begin(struct sim_engine *engine)
{
	engine->warm_at_ns = ktime_get_ns() + (u64)sim_heat_time_ms() * NSEC_PER_MSEC;
}

/**
 * sim_lamp_set() - LAMP was written
 * @engine: scanner, locked
 * @value: IFAX_LAMP_*
 */
void sim_lamp_set(struct sim_engine *engine, u32 value)
{
	bool on = value & IFAX_LAMP_ON;

	lockdep_assert_held(&engine->lock);
	engine->heat_failed = false;
	if (on && !engine->lamp_on)
		heat_begin(engine);
	engine->lamp_on = on;
}

/**
 * sim_lamp_get() - the register LAMP
 * @engine: scanner, locked
 *
 * Return: IFAX_LAMP_*.
 */
u32 sim_lamp_get(struct sim_engine *engine)
{
	bool warm = engine->lamp_on && ktime_get_ns() >= engine->warm_at_ns;

	lockdep_assert_held(&engine->lock);
	return (engine->lamp_on ? IFAX_LAMP_ON : 0) |
	       (warm && !engine->heat_failed ? IFAX_LAMP_WARM : 0) |
	       (engine->heat_failed ? IFAX_LAMP_FAILED : 0);
}

/**
 * sim_heat_wait() - stand still until lamp or heater are warm
 * @engine: engine, which is busy
 * @for_ever: they never will be
 *
 * Context: the engine's thread.
 * Return: true if they are; false if the page was stopped before.
 */
bool sim_heat_wait(struct sim_engine *engine, bool for_ever)
{
	s64 left_ns;

	spin_lock_irq(&engine->lock);
	if (engine->is_printer && ktime_get_ns() >= engine->cold_at_ns)
		heat_begin(engine);
	left_ns = engine->warm_at_ns - ktime_get_ns();
	spin_unlock_irq(&engine->lock);
	if (left_ns <= 0 && !for_ever)
		return true;
	sim_engine_phase(engine, IFAX_NOW_WARM_UP);
	return sim_engine_pause(engine, for_ever ? MAX_SCHEDULE_TIMEOUT :
						   nsecs_to_jiffies(left_ns) + 1);
}

/**
 * sim_heat_keep() - a page ended: the heater is warm for some time
 * @engine: engine
 */
void sim_heat_keep(struct sim_engine *engine)
{
	engine->cold_at_ns = ktime_get_ns() + (u64)READ_ONCE(warm_for_ms) * NSEC_PER_MSEC;
}

/**
 * sim_sheet_way() - a sheet is on its way to the sensor or the drum, or out
 * @engine: engine
 * @now: IFAX_NOW_FEEDING or IFAX_NOW_EXIT
 *
 * Context: the engine's thread.
 * Return: true if it went it; false if the page was stopped before.
 */
bool sim_sheet_way(struct sim_engine *engine, u32 now)
{
	u32 ms = READ_ONCE(feed_ms);

	sim_engine_phase(engine, now);
	return !ms || sim_engine_pause(engine, msecs_to_jiffies(ms));
}
