// SPDX-License-Identifier: GPL-2.0
/*
 * The registers and what they do, as Documentation/hardware.rst has it. The
 * bus is quick: regmap holds a spinlock around every access, so that nothing
 * here sleeps.
 */
#include <linux/bitfield.h>
#include <linux/regmap.h>
#include "paper.h"
#include "soc.h"

#define DPI(x, y)	((x) | (y) << 16)

/* The preferred one first */
static const u32 sim_resolutions[] = {
	DPI(204, 196), DPI(204, 98), DPI(204, 391), DPI(200, 100),
	DPI(200, 200), DPI(300, 300), DPI(400, 400), DPI(600, 600),
};

static u32 sim_status(struct sim_engine *engine)
{
	return (engine->busy || engine->faults.busy_stuck ? IFAX_STATUS_BUSY : 0) |
	       (engine->faults.status_stuck ? ~IFAX_STATUS_BITS : 0) |
	       (sim_paper_ready(engine->paper) ? IFAX_STATUS_PAPER : 0) |
	       (engine->cover_open ? IFAX_STATUS_COVER_OPEN : 0) |
	       (engine->jam ? IFAX_STATUS_JAM : 0) |
	       (sim_paper_low(engine->paper) ? IFAX_STATUS_PAPER_LOW : 0) |
	       (engine->toner_low ? IFAX_STATUS_TONER_LOW : 0);
}

static u32 sim_register_get(struct sim_engine *engine, u32 reg)
{
	switch (reg) {
	case IFAX_REG_ID:
		return engine->is_printer ? IFAX_ID_PRINTER : IFAX_ID_SCANNER;
	case IFAX_REG_STATUS:
		return sim_status(engine);
	case IFAX_REG_INT_STATUS:
		return engine->int_status;
	case IFAX_REG_INT_ENABLE:
		return engine->int_enable;
	case IFAX_REG_WIDTH:
		return engine->width_px;
	case IFAX_REG_RESOLUTION:
		return engine->resolution;
	case IFAX_REG_LENGTH:
		return engine->length;
	case IFAX_REG_BAND:
		return engine->band;
	case IFAX_REG_LIMIT:
		return engine->limit;
	case IFAX_REG_LINES:
		return engine->lines + engine->faults.lines_ahead;
	case IFAX_REG_KEY:
		return engine->one_touch;
	case IFAX_REG_WIDTH_RANGE:
		return FIELD_PREP(IFAX_WIDTH_RANGE_MIN, SIM_WIDTH_PX_MIN) |
		       FIELD_PREP(IFAX_WIDTH_RANGE_MAX, SIM_WIDTH_PX_MAX);
	case IFAX_REG_LENGTH_MAX:
		return SIM_LENGTH_LINES_MAX;
	case IFAX_REG_RESOLUTIONS:
		return ARRAY_SIZE(sim_resolutions);
	case IFAX_REG_MODE:
		return engine->mode;
	case IFAX_REG_FEATURES:
		return (sim_engine_can_pause(engine) ? IFAX_FEATURE_PAUSE : 0) |
		       (engine->is_printer ? 0 : IFAX_FEATURE_GREY | IFAX_FEATURE_BACK);
	case IFAX_REG_RESOLUTION_AT(0) ... IFAX_REG_RESOLUTION_AT(ARRAY_SIZE(sim_resolutions) - 1):
		return sim_resolutions[(reg - IFAX_REG_RESOLUTION_AT(0)) / 4];
	default:
		return 0;
	}
}

/* Registers of the next page; they hold still while a page is under way */
static u32 *sim_register_of_page(struct sim_engine *engine, u32 reg)
{
	switch (reg) {
	case IFAX_REG_WIDTH:
		return &engine->width_px;
	case IFAX_REG_RESOLUTION:
		return &engine->resolution;
	case IFAX_REG_LENGTH:
		return &engine->length;
	case IFAX_REG_BAND:
		return &engine->band;
	case IFAX_REG_MODE:
		return &engine->mode;
	default:
		return NULL;
	}
}

static void sim_control(struct sim_engine *engine, u32 command)
{
	if (command & IFAX_CONTROL_RESET) {
		engine->int_enable = 0;
		engine->int_status = 0;
		engine->stats.resets++;
		sim_fault_reset(engine);
	}
	if (command & IFAX_CONTROL_STOP)
		engine->stats.stops++;
	if (command & (IFAX_CONTROL_STOP | IFAX_CONTROL_RESET))
		sim_engine_stop(engine, 0);
	else if (command & IFAX_CONTROL_START)
		sim_engine_start(engine);
}

static void sim_register_set(struct sim_engine *engine, u32 reg, u32 value)
{
	u32 *of_page = sim_register_of_page(engine, reg);

	if (reg == IFAX_REG_INT_STATUS || reg == IFAX_REG_INT_ENABLE)
		engine->faults.interrupt_lost = false;
	if (of_page && !engine->busy)
		*of_page = value;
	else if (reg == IFAX_REG_INT_STATUS)
		engine->int_status &= ~value;
	else if (reg == IFAX_REG_INT_ENABLE)
		engine->int_enable = value & IFAX_INT_BITS;
	else if (reg == IFAX_REG_LIMIT)
		engine->limit = value;
	else if (reg == IFAX_REG_CONTROL)
		sim_control(engine, value);
	sim_engine_raise(engine, 0);
	if (reg == IFAX_REG_LIMIT)
		wake_up(&engine->wait);
}

static int sim_bus_check(struct sim_engine *engine)
{
	if (!engine->faults.bus_errors)
		return 0;
	engine->faults.bus_errors--;
	return -EIO;
}

/* Where there is no engine, the bus gives ones */
static int sim_bus_read(void *context, unsigned int reg, unsigned int *value)
{
	struct sim_soc *soc = context;
	struct sim_engine *engine = &soc->engines[reg / IFAX_BANK_BYTES];
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&engine->lock, flags);
	engine->stats.reads++;
	ret = sim_bus_check(engine);
	*value = engine->faults.unplugged ? ~0 : sim_register_get(engine, reg % IFAX_BANK_BYTES);
	spin_unlock_irqrestore(&engine->lock, flags);
	return ret;
}

static int sim_bus_write(void *context, unsigned int reg, unsigned int value)
{
	struct sim_soc *soc = context;
	struct sim_engine *engine = &soc->engines[reg / IFAX_BANK_BYTES];
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&engine->lock, flags);
	engine->stats.writes++;
	ret = sim_bus_check(engine);
	if (!ret && !engine->faults.unplugged)
		sim_register_set(engine, reg % IFAX_BANK_BYTES, value);
	spin_unlock_irqrestore(&engine->lock, flags);
	return ret;
}

static const struct regmap_bus sim_bus = {
	.fast_io = true,
	.reg_read = sim_bus_read,
	.reg_write = sim_bus_write,
};

/**
 * sim_registers_init() - offer the registers, which the children find by their parent
 * @soc: block
 *
 * Return: 0 or an error.
 */
int sim_registers_init(struct sim_soc *soc)
{
	const struct regmap_config config = {
		.reg_bits = 32,
		.val_bits = 32,
		.reg_stride = 4,
		.max_register = sim_engine_count(soc) * IFAX_BANK_BYTES - 4,
	};

	return PTR_ERR_OR_ZERO(devm_regmap_init(soc->dev, &sim_bus, soc, &config));
}
