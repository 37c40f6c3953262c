// SPDX-License-Identifier: GPL-2.0
/*
 * The registers and what they do, as Documentation/hardware.rst has it. The
 * bus is quick: regmap holds a spinlock around every access, so that nothing
 * here sleeps.
 */
#include <linux/bitfield.h>
#include <linux/moduleparam.h>
#include <linux/regmap.h>
#include "paper.h"
#include "soc.h"

static uint version = 2;
module_param(version, uint, 0444);
MODULE_PARM_DESC(version, "version of the registers: 2, or 1 without all that came later");

#define DPI(x, y)	((x) | (y) << 16)

/* The preferred one first */
static const u32 sim_resolutions[] = {
	DPI(204, 196), DPI(204, 98), DPI(204, 391), DPI(200, 100),
	DPI(200, 200), DPI(300, 300), DPI(400, 400), DPI(600, 600),
};

/**
 * sim_version() - the version of the registers
 *
 * Return: 1 or 2.
 */
u32 sim_version(void)
{
	return version == 1 ? 1 : 2;
}

static u32 sim_id(const struct sim_engine *engine)
{
	u32 id = engine->is_printer ? IFAX_ID_PRINTER : IFAX_ID_SCANNER;

	return (id & ~IFAX_ID_VERSION) | FIELD_PREP(IFAX_ID_VERSION, sim_version());
}

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

static u32 sim_register_of_trays(const struct sim_paper *tray, u32 reg)
{
	switch (reg) {
	case IFAX_REG_TRAYS:
		return tray->cassette_count;
	case IFAX_REG_TRAY_AT(0) ... IFAX_REG_TRAY_AT(IFAX_TRAYS_MAX - 1):
		return sim_cassette_state(&tray->cassettes[(reg - IFAX_REG_TRAY_AT(0)) / 4]);
	case IFAX_REG_TRAY_SIZE(0) ... IFAX_REG_TRAY_SIZE(IFAX_TRAYS_MAX - 1):
		return sim_cassette_size(&tray->cassettes[(reg - IFAX_REG_TRAY_SIZE(0)) / 4]);
	default:
		return 0;
	}
}

/* What version 2 brought */
static u32 sim_register_of_2(struct sim_engine *engine, u32 reg)
{
	switch (reg) {
	case IFAX_REG_PHASE:
		return sim_engine_phase_register(engine);
	case IFAX_REG_LAMP:
		return engine->is_printer ? 0 : sim_lamp_get(engine);
	case IFAX_REG_WARM_UP:
		return sim_heat_time_ms();
	case IFAX_REG_LINE_RATE:
		return sim_engine_line_rate();
	case IFAX_REG_MARGIN:
		return engine->margin;
	case IFAX_REG_TRAY:
		return engine->tray;
	default:
		return engine->paper->cassettes_told ?
			sim_register_of_trays(engine->paper, reg) : 0;
	}
}

static u32 sim_register_get(struct sim_engine *engine, u32 reg)
{
	switch (reg) {
	case IFAX_REG_ID:
		return sim_id(engine);
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
		return sim_engine_features(engine);
	case IFAX_REG_RESOLUTION_AT(0) ... IFAX_REG_RESOLUTION_AT(ARRAY_SIZE(sim_resolutions) - 1):
		return sim_resolutions[(reg - IFAX_REG_RESOLUTION_AT(0)) / 4];
	default:
		return sim_version() == 1 ? 0 : sim_register_of_2(engine, reg);
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
	case IFAX_REG_MARGIN:
		return engine->is_printer && sim_version() > 1 ? &engine->margin : NULL;
	case IFAX_REG_TRAY:
		return engine->paper->cassettes_told && sim_version() > 1 ? &engine->tray : NULL;
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
		engine->heat_failed = false;
		sim_fault_reset(engine);
	}
	if (command & IFAX_CONTROL_STOP)
		engine->stats.stops++;
	if (command & (IFAX_CONTROL_STOP | IFAX_CONTROL_RESET))
		sim_engine_stop(engine, 0);
	else if (command & (IFAX_CONTROL_START | IFAX_CONTROL_EJECT))
		sim_engine_start(engine, !(command & IFAX_CONTROL_START));
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
	else if (reg == IFAX_REG_LAMP && sim_engine_features(engine) & IFAX_FEATURE_LAMP)
		sim_lamp_set(engine, value);
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

	if (version != sim_version())
		return dev_err_probe(soc->dev, -EINVAL, "version=%u: 1 and 2 are possible\n",
				     version);
	return PTR_ERR_OR_ZERO(devm_regmap_init(soc->dev, &sim_bus, soc, &config));
}
