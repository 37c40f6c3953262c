/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The register bank of an engine, as its driver sees it. Functions are inline
 * because scanner and printer driver are modules that do not need each other.
 */
#ifndef _LINUX_IFAX_BANK_H
#define _LINUX_IFAX_BANK_H

#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/ifax.h>
#include <linux/ifax/regs.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/regmap.h>

/* A sheet is run out of the way of the DMA at once; this is for slow buses */
#define IFAX_STOP_TIMEOUT_US	1000000
/* A bus that failed is tried again after this */
#define IFAX_BUS_PATIENCE_MS	30

/* No engine takes longer to get warm */
#define IFAX_WARM_UP_MS_MAX	600000

/**
 * struct ifax_bank - registers of one engine
 * @dev: the driver's device
 * @regs: registers of the whole block, or of this engine alone
 * @base: where the bank begins
 * @port: address of the pixels for the DMA controller, 0 if it is wired
 * @features: IFAX_FEATURE_*
 * @idle_interrupts: IFAX_INT_* that are enabled also without a page
 */
struct ifax_bank {
	struct device *dev;
	struct regmap *regs;
	u32 base;
	phys_addr_t port;
	u32 features;
	u32 idle_interrupts;
};

/* Bits of INT_STATUS that there are: one that is not told of is no bit of an engine */
static inline u32 ifax_bank_interrupts(const struct ifax_bank *bank)
{
	return IFAX_INT_BITS & ~(bank->features & IFAX_FEATURE_PHASE ? 0 : IFAX_INT_PHASE);
}

static inline int ifax_bank_read(struct ifax_bank *bank, u32 reg, u32 *value)
{
	return regmap_read(bank->regs, bank->base + reg, value);
}

static inline int ifax_bank_write(struct ifax_bank *bank, u32 reg, u32 value)
{
	return regmap_write(bank->regs, bank->base + reg, value);
}

/**
 * ifax_bank_status() - read the status register
 * @bank: bank
 * @status: set to IFAX_STATUS_*
 *
 * Return: 0, or -EIO if the bus fails or gives what no engine can say, as
 * when the hardware was taken away.
 */
static inline int ifax_bank_status(struct ifax_bank *bank, u32 *status)
{
	int ret = ifax_bank_read(bank, IFAX_REG_STATUS, status);

	return ret || (*status & ~IFAX_STATUS_BITS) ? -EIO : 0;
}

static inline int ifax_bank_try_stop(struct ifax_bank *bank, u32 command)
{
	u32 status;
	int ret;

	ret = ifax_bank_write(bank, IFAX_REG_CONTROL, command);
	if (!ret)
		ret = regmap_read_poll_timeout(bank->regs, bank->base + IFAX_REG_STATUS, status,
					       !(status & IFAX_STATUS_BUSY), 100,
					       IFAX_STOP_TIMEOUT_US);
	if (!ret && status & ~IFAX_STATUS_BITS)
		ret = -EIO;
	if (!ret)
		ret = ifax_bank_write(bank, IFAX_REG_INT_ENABLE,
				      READ_ONCE(bank->idle_interrupts));
	return ret;
}

/**
 * ifax_bank_stop() - end the page, if one is under way, and wait for it
 * @bank: bank
 *
 * An engine that does not stop, or a bus that fails, gets a second chance with
 * a reset.
 *
 * Context: process, for three seconds at most.
 * Return: 0; -EIO, -ETIMEDOUT: the engine does not answer.
 */
static inline int ifax_bank_stop(struct ifax_bank *bank)
{
	int ret;

	ret = ifax_bank_try_stop(bank, IFAX_CONTROL_STOP);
	if (!ret)
		return 0;
	msleep(IFAX_BUS_PATIENCE_MS);
	ret = ifax_bank_try_stop(bank, IFAX_CONTROL_RESET);
	if (ret)
		dev_err(bank->dev, "the engine does not stop: %d\n", ret);
	else
		dev_warn(bank->dev, "the engine did not stop and was reset\n");
	return ret;
}

/**
 * ifax_bank_begin() - programme the next page, but do not start it
 * @bank: bank
 * @fmt: width and resolution
 * @length_lines: lines of the page
 * @mode: IFAX_MODE_*
 * @band_lines: lines in a band
 * @limit: first value of the LIMIT register
 *
 * Return: 0; -EIO: jam, cover, or the bus fails; -ENOMEDIUM: no paper.
 */
static inline int ifax_bank_begin(struct ifax_bank *bank, const struct ifax_format *fmt,
				  u32 length_lines, u32 mode, u32 band_lines, u32 limit)
{
	const u32 page[][2] = {
		{ IFAX_REG_INT_STATUS, ifax_bank_interrupts(bank) & ~IFAX_INT_IDLE },
		{ IFAX_REG_WIDTH, fmt->width_px },
		{ IFAX_REG_RESOLUTION, FIELD_PREP(IFAX_RESOLUTION_X, fmt->x_dpi) |
				       FIELD_PREP(IFAX_RESOLUTION_Y, fmt->y_dpi) },
		{ IFAX_REG_LENGTH, length_lines },
		{ IFAX_REG_MODE, mode },
		{ IFAX_REG_MARGIN, 0 },
		{ IFAX_REG_BAND, band_lines },
		{ IFAX_REG_LIMIT, limit },
	};
	u32 status;
	int ret, i;

	/* What a page left behind that could not be stopped */
	ret = ifax_bank_status(bank, &status);
	if (ret || status & IFAX_STATUS_BUSY)
		ret = ifax_bank_stop(bank) ?: ifax_bank_status(bank, &status);
	if (ret || status & (IFAX_STATUS_JAM | IFAX_STATUS_COVER_OPEN))
		return -EIO;
	if (!(status & IFAX_STATUS_PAPER) && !(mode & IFAX_MODE_BACK))
		return -ENOMEDIUM;
	for (i = 0; i < ARRAY_SIZE(page) && !ret; i++)
		ret = ifax_bank_write(bank, page[i][0], page[i][1]);
	return ret ? -EIO : 0;
}

/**
 * ifax_bank_start() - start the page that was programmed
 * @bank: bank
 * @interrupts: IFAX_INT_* to enable, of those that the engine has
 *
 * Return: 0, or -EIO.
 */
static inline int ifax_bank_start(struct ifax_bank *bank, u32 interrupts)
{
	int ret;

	ret = ifax_bank_write(bank, IFAX_REG_INT_ENABLE,
			      (interrupts & ifax_bank_interrupts(bank)) |
			      READ_ONCE(bank->idle_interrupts));
	if (!ret)
		ret = ifax_bank_write(bank, IFAX_REG_CONTROL, IFAX_CONTROL_START);
	return ret ? -EIO : 0;
}

/**
 * ifax_bank_lamp() - switch the lamp on or off, if the engine has one that is switched
 * @bank: bank
 * @on: which of it; the page that is started then waits until it is warm
 *
 * Return: 0, or an error of the bus.
 */
static inline int ifax_bank_lamp(struct ifax_bank *bank, bool on)
{
	if (!(bank->features & IFAX_FEATURE_LAMP))
		return 0;
	return ifax_bank_write(bank, IFAX_REG_LAMP, on ? IFAX_LAMP_ON : 0);
}

/**
 * ifax_bank_warm_up_ms() - is the engine getting warm?
 * @bank: bank
 *
 * Return: 0 if it is not, or does not tell; else how long that takes at most.
 */
static inline u32 ifax_bank_warm_up_ms(struct ifax_bank *bank)
{
	u32 phase, warm_up_ms;

	if (!(bank->features & IFAX_FEATURE_PHASE) ||
	    ifax_bank_read(bank, IFAX_REG_PHASE, &phase) ||
	    FIELD_GET(IFAX_PHASE_NOW, phase) != IFAX_NOW_WARM_UP ||
	    ifax_bank_read(bank, IFAX_REG_WARM_UP, &warm_up_ms))
		return 0;
	return min_t(u32, warm_up_ms, IFAX_WARM_UP_MS_MAX);
}

/**
 * ifax_bank_watch_paper() - have an interrupt for each change of a sensor and for
 * the start key, or no longer
 * @bank: bank
 * @on: which of it
 */
static inline void ifax_bank_watch_paper(struct ifax_bank *bank, bool on)
{
	WRITE_ONCE(bank->idle_interrupts, on ? IFAX_INT_IDLE : 0);
	regmap_update_bits(bank->regs, bank->base + IFAX_REG_INT_ENABLE, IFAX_INT_IDLE,
			   bank->idle_interrupts);
}

/**
 * ifax_bank_events() - take what the interrupt says
 * @bank: bank
 * @events: set to IFAX_INT_*; IFAX_INT_FAULT if the bus fails
 *
 * Return: 0; -EIO: the bus fails, or gives what no engine can say, and the interrupt may
 * be as high as before.
 */
static inline int ifax_bank_events(struct ifax_bank *bank, u32 *events)
{
	int ret;

	ret = ifax_bank_read(bank, IFAX_REG_INT_STATUS, events);
	if (!ret && *events & ~ifax_bank_interrupts(bank))
		ret = -EIO;
	if (!ret && *events)
		ret = ifax_bank_write(bank, IFAX_REG_INT_STATUS, *events);
	if (ret)
		*events = IFAX_INT_FAULT;
	if (*events & IFAX_INT_LAMP)
		dev_err(bank->dev, "lamp, laser or heater failed\n");
	if (*events & IFAX_INT_DOUBLE)
		dev_warn(bank->dev, "two sheets were drawn in at once\n");
	return ret ? -EIO : 0;
}

/**
 * ifax_bank_fault() - how a page ends that went wrong
 * @events: IFAX_INT_* of the page
 *
 * Return: &enum ifax_page_status, IFAX_PAGE_OK if nothing went wrong.
 */
static inline enum ifax_page_status ifax_bank_fault(u32 events)
{
	if (events & (IFAX_INT_FAULT | IFAX_INT_LAMP))
		return IFAX_PAGE_HARDWARE;
	if (events & (IFAX_INT_JAM | IFAX_INT_DOUBLE))
		return IFAX_PAGE_JAM;
	if (events & IFAX_INT_COVER)
		return IFAX_PAGE_COVER_OPEN;
	if (events & IFAX_INT_NO_PAPER)
		return IFAX_PAGE_NO_PAPER;
	if (events & IFAX_INT_OVERRUN)
		return IFAX_PAGE_OVERRUN;
	if (events & IFAX_INT_UNDERRUN)
		return IFAX_PAGE_UNDERRUN;
	return IFAX_PAGE_OK;
}

/**
 * ifax_bank_caps() - what the engine can do
 * @bank: bank
 * @caps: width, length, resolutions and flags are filled in
 *
 * Return: 0; -EIO if the bus fails; -EINVAL if the registers make no sense.
 */
static inline int ifax_bank_caps(struct ifax_bank *bank, struct ifax_caps *caps)
{
	u32 range, length, count, dpi, i;

	if (ifax_bank_read(bank, IFAX_REG_WIDTH_RANGE, &range) ||
	    ifax_bank_read(bank, IFAX_REG_LENGTH_MAX, &length) ||
	    ifax_bank_read(bank, IFAX_REG_RESOLUTIONS, &count))
		return -EIO;
	caps->width_px_min = FIELD_GET(IFAX_WIDTH_RANGE_MIN, range);
	caps->width_px_max = FIELD_GET(IFAX_WIDTH_RANGE_MAX, range);
	caps->length_lines_max = length;
	caps->resolutions = count;
	caps->flags = bank->features & IFAX_FEATURE_PAUSE ? IFAX_CAP_PAUSE : 0;
	if (bank->features & IFAX_FEATURE_BACK)
		caps->sides = BIT(IFAX_SIDES_BOTH);
	if (bank->features & IFAX_FEATURE_GREY)
		caps->binarisations = BIT(IFAX_BINARY_THRESHOLD) | BIT(IFAX_BINARY_ADAPTIVE) |
				      BIT(IFAX_BINARY_DIFFUSION) | BIT(IFAX_BINARY_ORDERED);
	if (!caps->width_px_min || caps->width_px_min > caps->width_px_max || !length ||
	    length > INT_MAX || !count || count > IFAX_RESOLUTIONS_MAX)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		if (ifax_bank_read(bank, IFAX_REG_RESOLUTION_AT(i), &dpi))
			return -EIO;
		caps->resolution[i].x_dpi = FIELD_GET(IFAX_RESOLUTION_X, dpi);
		caps->resolution[i].y_dpi = FIELD_GET(IFAX_RESOLUTION_Y, dpi);
	}
	return 0;
}

/* A version before ours has no features of ours */
static inline bool ifax_bank_id_fits(u32 found, u32 id)
{
	u32 version = FIELD_GET(IFAX_ID_VERSION, found);

	return (found | IFAX_ID_VERSION) == (id | IFAX_ID_VERSION) && version &&
	       version <= FIELD_GET(IFAX_ID_VERSION, id);
}

/**
 * ifax_bank_find() - find the registers and make sure that they are the right ones
 * @bank: bank
 * @pdev: the driver's device
 * @id: IFAX_ID_*
 *
 * The registers are part of the parent's block, at the place that the property
 * "reg" names; or else the device's own memory region.
 *
 * Return: 0 or an error, which was reported. The engine is reset.
 */
static inline int ifax_bank_find(struct ifax_bank *bank, struct platform_device *pdev, u32 id)
{
	static const struct regmap_config config = {
		.reg_bits = 32,
		.val_bits = 32,
		.reg_stride = 4,
		.max_register = IFAX_BANK_BYTES - 4,
	};
	struct device *dev = &pdev->dev;
	struct resource *memory;
	void __iomem *mapped;
	u32 found = 0;
	int ret;

	bank->dev = dev;
	bank->regs = dev->parent ? dev_get_regmap(dev->parent, NULL) : NULL;
	if (bank->regs) {
		ret = device_property_read_u32(dev, "reg", &bank->base);
		if (ret)
			return dev_err_probe(dev, ret, "property \"reg\" is missing\n");
	} else {
		mapped = devm_platform_get_and_ioremap_resource(pdev, 0, &memory);
		if (IS_ERR(mapped))
			return dev_err_probe(dev, PTR_ERR(mapped), "no registers\n");
		bank->regs = devm_regmap_init_mmio(dev, mapped, &config);
		if (IS_ERR(bank->regs))
			return dev_err_probe(dev, PTR_ERR(bank->regs), "no register map\n");
		bank->port = memory->start + IFAX_REG_DATA;
	}
	ret = ifax_bank_read(bank, IFAX_REG_ID, &found);
	if (!ret && !ifax_bank_id_fits(found, id))
		ret = -ENODEV;
	if (!ret)
		ret = ifax_bank_write(bank, IFAX_REG_CONTROL, IFAX_CONTROL_RESET);
	if (!ret)
		ret = ifax_bank_read(bank, IFAX_REG_FEATURES, &bank->features);
	if (ret)
		return dev_err_probe(dev, ret, "registers at 0x%x: id 0x%08x, expected 0x%08x\n",
				     bank->base, found, id);
	return 0;
}

static inline u32 ifax_bank_lamp_state(struct ifax_bank *bank)
{
	u32 lamp;

	if (!(bank->features & IFAX_FEATURE_LAMP) || ifax_bank_read(bank, IFAX_REG_LAMP, &lamp))
		return 0;
	return (lamp & IFAX_LAMP_ON ? IFAX_STATE_LAMP_ON : 0) |
	       (lamp & IFAX_LAMP_FAILED ? IFAX_STATE_FAILED : 0);
}

static inline u32 ifax_bank_phase_state(struct ifax_bank *bank)
{
	u32 phase, now, state;

	if (!(bank->features & IFAX_FEATURE_PHASE) || ifax_bank_read(bank, IFAX_REG_PHASE, &phase))
		return 0;
	now = FIELD_GET(IFAX_PHASE_NOW, phase);
	state = phase & IFAX_PHASE_HELD ? IFAX_STATE_HELD : 0;
	if (now == IFAX_NOW_WARM_UP)
		state |= IFAX_STATE_WARM_UP;
	if (now == IFAX_NOW_ERROR)
		state |= IFAX_STATE_FAILED;
	return state;
}

/**
 * ifax_bank_paper_path() - the sensors, for the core
 * @bank: bank
 * @no_paper: IFAX_STATE_* to report without paper
 * @paper: IFAX_STATE_* to report with paper
 *
 * Return: IFAX_STATE_*; an engine that does not answer is reported as jammed.
 */
static inline u32 ifax_bank_paper_path(struct ifax_bank *bank, u32 no_paper, u32 paper)
{
	u32 status, state;

	if (ifax_bank_status(bank, &status))
		return IFAX_STATE_JAM;
	state = ifax_bank_lamp_state(bank) | ifax_bank_phase_state(bank);
	/* That is an error, too, and no failure */
	if (status & (IFAX_STATUS_JAM | IFAX_STATUS_COVER_OPEN))
		state &= ~IFAX_STATE_FAILED;
	state |= status & IFAX_STATUS_PAPER ? paper : no_paper;
	if (status & IFAX_STATUS_COVER_OPEN)
		state |= IFAX_STATE_COVER_OPEN;
	if (status & IFAX_STATUS_JAM)
		state |= IFAX_STATE_JAM;
	if (status & IFAX_STATUS_BUSY)
		state |= IFAX_STATE_BUSY;
	if (status & IFAX_STATUS_PAPER_LOW)
		state |= IFAX_STATE_PAPER_LOW;
	if (status & IFAX_STATUS_TONER_LOW)
		state |= IFAX_STATE_TONER_LOW;
	return state;
}

#endif /* _LINUX_IFAX_BANK_H */
