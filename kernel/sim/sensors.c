// SPDX-License-Identifier: GPL-2.0
/*
 * What a person does to the machine, and what goes wrong in it: attributes of
 * the feeder's and the tray's device in /sys/class/misc.
 */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/sysfs.h>
#include "paper.h"
#include "soc.h"

/* Attributes are gone before the engine is: it is there, and so is its lock */
static struct sim_engine *sim_engine_of(struct device *dev)
{
	return sim_paper_of(dev)->engine;
}

static ssize_t sheets_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(sim_paper_of(dev)->count));
}
static DEVICE_ATTR_RO(sheets);

static ssize_t paper_sheets_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(sim_paper_of(dev)->cassettes[0].sheets));
}

static ssize_t paper_sheets_store(struct device *dev, struct device_attribute *attr,
				  const char *buf, size_t count)
{
	u32 sheets;
	int ret;

	ret = kstrtou32(buf, 0, &sheets);
	if (ret)
		return ret;
	sim_cassette_fill(sim_paper_of(dev), 0, sheets);
	return count;
}
static DEVICE_ATTR_RW(paper_sheets);

static ssize_t sensor_store(struct sim_engine *engine, bool *sensor, u32 interrupt,
			    const char *buf, size_t count)
{
	bool on;
	int ret;

	ret = kstrtobool(buf, &on);
	if (ret)
		return ret;
	spin_lock_irq(&engine->lock);
	WRITE_ONCE(*sensor, on);
	sim_engine_raise(engine, IFAX_INT_PAPER);
	if (on)
		sim_engine_stop(engine, interrupt);
	spin_unlock_irq(&engine->lock);
	return count;
}

static ssize_t jam_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(sim_engine_of(dev)->jam));
}

static ssize_t jam_store(struct device *dev, struct device_attribute *attr, const char *buf,
			 size_t count)
{
	struct sim_engine *engine = sim_engine_of(dev);

	return sensor_store(engine, &engine->jam, IFAX_INT_JAM, buf, count);
}
static DEVICE_ATTR_RW(jam);

static ssize_t cover_open_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(sim_engine_of(dev)->cover_open));
}

static ssize_t cover_open_store(struct device *dev, struct device_attribute *attr,
				const char *buf, size_t count)
{
	struct sim_engine *engine = sim_engine_of(dev);

	return sensor_store(engine, &engine->cover_open, IFAX_INT_COVER, buf, count);
}
static DEVICE_ATTR_RW(cover_open);

static ssize_t toner_low_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(sim_engine_of(dev)->toner_low));
}

static ssize_t toner_low_store(struct device *dev, struct device_attribute *attr,
			       const char *buf, size_t count)
{
	struct sim_engine *engine = sim_engine_of(dev);
	bool low;
	int ret;

	ret = kstrtobool(buf, &low);
	if (ret)
		return ret;
	spin_lock_irq(&engine->lock);
	WRITE_ONCE(engine->toner_low, low);
	sim_engine_raise(engine, IFAX_INT_PAPER);
	spin_unlock_irq(&engine->lock);
	return count;
}
static DEVICE_ATTR_RW(toner_low);

static ssize_t start_key_store(struct device *dev, struct device_attribute *attr,
			       const char *buf, size_t count)
{
	struct sim_engine *engine = sim_engine_of(dev);
	u32 one_touch;
	int ret;

	ret = kstrtou32(buf, 0, &one_touch);
	if (ret)
		return ret;
	spin_lock_irq(&engine->lock);
	engine->one_touch = one_touch;
	sim_engine_raise(engine, IFAX_INT_KEY);
	spin_unlock_irq(&engine->lock);
	return count;
}
static DEVICE_ATTR_WO(start_key);

static struct attribute *sim_feeder_attrs[] = {
	&dev_attr_start_key.attr,
	&dev_attr_sheets.attr,
	&dev_attr_jam.attr,
	&dev_attr_cover_open.attr,
	NULL
};

static struct attribute *sim_tray_attrs[] = {
	&dev_attr_sheets.attr,
	&dev_attr_paper_sheets.attr,
	&dev_attr_toner_low.attr,
	&dev_attr_jam.attr,
	&dev_attr_cover_open.attr,
	NULL
};

static const struct attribute_group sim_feeder_group = { .attrs = sim_feeder_attrs };
static const struct attribute_group sim_tray_group = { .attrs = sim_tray_attrs };

const struct attribute_group *sim_feeder_groups[] = { &sim_feeder_group, NULL };
const struct attribute_group *sim_tray_groups[] = { &sim_tray_group, NULL };
