/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does an engine get on at all? An engine that is alive moves a line every
 * five seconds; see Documentation/hardware.rst.
 */
#ifndef _LINUX_IFAX_WATCHDOG_H
#define _LINUX_IFAX_WATCHDOG_H

#include <linux/ifax/bank.h>

#define IFAX_WATCHDOG_PERIOD_MS	2000
#define IFAX_WATCHDOG_STRIKES	4

/**
 * struct ifax_progress - how far a page was when the watchdog looked last
 * @engine_lines: the LINES register
 * @driver_lines: lines that the driver took from the ring, or put into it
 * @strikes: looks in a row that found no progress
 * @cold: looks that found the engine getting warm
 *
 * All zero when a page begins.
 */
struct ifax_progress {
	u32 engine_lines;
	u32 driver_lines;
	u32 strikes;
	u32 cold;
};

/**
 * ifax_progress_dead() - look whether the page got on; once in a period
 * @seen: what was seen before
 * @bank: bank; if it does not answer, its engine stands still
 * @driver_lines: as in &struct ifax_progress
 *
 * An engine that gets warm moves nothing, for as long as it says at most.
 *
 * Return: true if it did not for IFAX_WATCHDOG_STRIKES looks.
 */
static inline bool ifax_progress_dead(struct ifax_progress *seen, struct ifax_bank *bank,
				      u32 driver_lines)
{
	u32 lines;

	if (ifax_bank_read(bank, IFAX_REG_LINES, &lines))
		lines = seen->engine_lines;
	if (lines != seen->engine_lines || driver_lines != seen->driver_lines)
		seen->strikes = 0;
	else if (seen->cold++ >= ifax_bank_warm_up_ms(bank) / IFAX_WATCHDOG_PERIOD_MS)
		seen->strikes++;
	seen->engine_lines = lines;
	seen->driver_lines = driver_lines;
	return seen->strikes == IFAX_WATCHDOG_STRIKES;
}

#endif /* _LINUX_IFAX_WATCHDOG_H */
