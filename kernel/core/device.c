// SPDX-License-Identifier: GPL-2.0
/*
 * The class ifax: devices come and go.
 */
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat.h"
#include "core.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

#define DEVICES_OF_A_KIND	128
#define DEVICES			(2 * DEVICES_OF_A_KIND)

/* The uapi is the same for 32-bit callers. */
static_assert(sizeof(struct ifax_format) == 72);
static_assert(sizeof(struct ifax_caps) == 144);
static_assert(sizeof(struct ifax_page_record) == 64);
static_assert(sizeof(struct ifax_state) == 32);

/**
 * struct ifax_kind_of_device - what differs between scanners and printers
 * @name: device names are this and a number
 * @minor: first minor number
 * @fops: file operations
 * @next_work: &ifax_device.next_work
 */
struct ifax_kind_of_device {
	const char *name;
	unsigned int minor;
	const struct file_operations *fops;
	work_func_t next_work;
};

static const struct ifax_kind_of_device kinds[] = {
	[IFAX_KIND_SCANNER] = { "scan", 0, &ifax_scan_fops, ifax_scan_next_work },
	[IFAX_KIND_PRINTER] = { "print", DEVICES_OF_A_KIND, &ifax_print_fops,
				ifax_print_next_work },
};

static dev_t first_devt;
static DEFINE_IDA(minors);
/* Counts devices that came and went */
static atomic_t generation = ATOMIC_INIT(0);

static char *ifax_devnode(ifax_devnode_device *dev, umode_t *mode)
{
	return kasprintf(GFP_KERNEL, "ifax/%s", dev_name(dev));
}

static struct class ifax_class = {
	.name = "ifax",
	.devnode = ifax_devnode,
};

static void ifax_device_release(struct device *dev)
{
	kfree(container_of(dev, struct ifax_device, dev));
}

static bool caps_ok(const struct ifax_caps *caps)
{
	return !(caps->binarisations >> (IFAX_BINARY_ORDERED + 1)) &&
	       !(caps->sides >> (IFAX_SIDES_BOTH + 1)) &&
	       !(caps->papers >> (IFAX_PAPER_LEGAL + 1)) &&
	       caps->width_px_min && caps->width_px_min <= caps->width_px_max &&
	       caps->width_px_max <= IFAX_WIDTH_PX_MAX && caps->length_lines_max &&
	       caps->resolutions && caps->resolutions <= IFAX_RESOLUTIONS_MAX;
}

/* What the driver cannot know, and what every device has */
static void complete_caps(struct ifax_caps *caps, enum ifax_kind kind)
{
	caps->kind = kind;
	caps->codings = ifax_codings();
	caps->binarisations |= BIT(IFAX_BINARY_SENSOR);
	caps->sides |= BIT(IFAX_SIDES_FRONT);
	caps->papers |= BIT(IFAX_PAPER_AUTO);
	caps->scalings = BIT(IFAX_SCALING_NONE);
	caps->page_fits = BIT(IFAX_FIT_SAME);
	caps->copies_max = 1;
	caps->pages_max = IFAX_PAGES_MAX;
	if (kind != IFAX_KIND_PRINTER)
		return;
	caps->papers = BIT(IFAX_PAPER_LEGAL + 1) - 1;
	caps->scalings = BIT(IFAX_SCALING_ENGINE + 1) - 1;
	caps->page_fits = BIT(IFAX_FIT_OFFICE + 1) - 1;
	caps->copies_max = IFAX_COPIES_MAX;
}

static struct ifax_device *ifax_device_alloc(struct device *parent, enum ifax_kind kind,
					     const struct ifax_engine_ops *ops,
					     const struct ifax_caps *caps, void *priv)
{
	struct ifax_device *idev = kzalloc(sizeof(*idev), GFP_KERNEL);

	if (!idev)
		return NULL;
	idev->caps = *caps;
	complete_caps(&idev->caps, kind);
	idev->ops = *ops;
	idev->priv = priv;
	idev->tray = -1;
	mutex_init(&idev->op_lock);
	mutex_init(&idev->lock);
	init_waitqueue_head(&idev->wait);
	INIT_DELAYED_WORK(&idev->next_work, kinds[kind].next_work);
	INIT_WORK(&idev->state_work, ifax_engine_state_work);

	device_initialize(&idev->dev);
	idev->dev.parent = parent;
	idev->dev.class = &ifax_class;
	idev->dev.release = ifax_device_release;
	cdev_init(&idev->cdev, kinds[kind].fops);
	idev->cdev.owner = THIS_MODULE;
	return idev;
}

/* The number that an alias of the device tree gives, or else one that no alias gives */
static int minor_alloc(const struct ifax_kind_of_device *of, struct device *parent)
{
	int number = of_alias_get_id(parent->of_node, of->name);
	int last = DEVICES_OF_A_KIND - 1;

	if (number >= 0)
		last = number;
	else
		number = max(of_alias_get_highest_id(of->name) + 1, 0);
	return ida_alloc_range(&minors, of->minor + number, of->minor + last, GFP_KERNEL);
}

static struct ifax_device *ifax_register(struct device *parent, enum ifax_kind kind,
					 const struct ifax_engine_ops *ops,
					 const struct ifax_caps *caps, void *priv)
{
	const struct ifax_kind_of_device *of = &kinds[kind];
	struct ifax_device *idev;
	int err;

	if (!(ops->start || ops->print) || !ops->stop || !ops->state || !caps_ok(caps))
		return ERR_PTR(-EINVAL);
	idev = ifax_device_alloc(parent, kind, ops, caps, priv);
	if (!idev)
		return ERR_PTR(-ENOMEM);

	idev->minor = minor_alloc(of, parent);
	if (idev->minor < 0) {
		err = idev->minor;
		goto err_put;
	}
	idev->dev.devt = MKDEV(MAJOR(first_devt), MINOR(first_devt) + idev->minor);
	err = dev_set_name(&idev->dev, "%s%u", of->name, idev->minor - of->minor);
	if (err)
		goto err_minor;
	err = cdev_device_add(&idev->cdev, &idev->dev);
	if (err)
		goto err_minor;
	atomic_inc(&generation);
	ifax_notify_device(idev, IFAX_CMD_DEVICE_ADDED_NTF);
	ifax_paper_path_changed(idev);
	return idev;

err_minor:
	ida_free(&minors, idev->minor);
err_put:
	put_device(&idev->dev);
	return ERR_PTR(err);
}

struct ifax_device *ifax_scanner_register(struct device *parent,
					  const struct ifax_scanner_ops *ops,
					  const struct ifax_caps *caps, void *priv)
{
	const struct ifax_engine_ops engine_ops = {
		.start = ops->start,
		.stop = ops->stop,
		.state = ops->state,
		.resume = ops->resume,
		.hold = ops->hold,
	};

	if (!ops->resume)
		return ERR_PTR(-EINVAL);
	return ifax_register(parent, IFAX_KIND_SCANNER, &engine_ops, caps, priv);
}
EXPORT_SYMBOL_GPL(ifax_scanner_register);

struct ifax_device *ifax_printer_register(struct device *parent,
					  const struct ifax_printer_ops *ops,
					  const struct ifax_caps *caps, void *priv)
{
	const struct ifax_engine_ops engine_ops = {
		.print = ops->start,
		.stop = ops->stop,
		.state = ops->state,
		.trays = ops->trays,
	};

	return ifax_register(parent, IFAX_KIND_PRINTER, &engine_ops, caps, priv);
}
EXPORT_SYMBOL_GPL(ifax_printer_register);

/* After this, no page goes into the engine and none is in it. */
static void ifax_device_end(struct ifax_device *idev)
{
	mutex_lock(&idev->op_lock);
	mutex_lock(&idev->lock);
	WRITE_ONCE(idev->gone, true);
	mutex_unlock(&idev->lock);

	idev->ops.stop(idev);

	mutex_lock(&idev->lock);
	if (idev->engine_page)
		ifax_page_ended(idev, idev->engine_page, IFAX_PAGE_GONE);
	if (idev->job) {
		idev->job->pages_ahead = 0;
		ifax_job_drop_waiting(idev->job, IFAX_PAGE_GONE);
	}
	ifax_changed(idev);
	mutex_unlock(&idev->lock);
	mutex_unlock(&idev->op_lock);
	cancel_delayed_work_sync(&idev->next_work);
	cancel_work_sync(&idev->state_work);
}

void ifax_unregister(struct ifax_device *idev)
{
	cdev_device_del(&idev->cdev, &idev->dev);
	atomic_inc(&generation);
	ida_free(&minors, idev->minor);
	ifax_device_end(idev);
	ifax_notify_device(idev, IFAX_CMD_DEVICE_REMOVED_NTF);
	put_device(&idev->dev);
}
EXPORT_SYMBOL_GPL(ifax_unregister);

void *ifax_priv(struct ifax_device *idev)
{
	return idev->priv;
}
EXPORT_SYMBOL_GPL(ifax_priv);

/**
 * ifax_device_find() - a device by its name
 * @name: name
 *
 * Return: the device, for ifax_device_put(), or NULL.
 */
struct ifax_device *ifax_device_find(const char *name)
{
	struct device *dev = class_find_device_by_name(&ifax_class, name);

	return dev ? container_of(dev, struct ifax_device, dev) : NULL;
}

void ifax_device_put(struct ifax_device *idev)
{
	put_device(&idev->dev);
}

/**
 * ifax_device_generation() - which devices there are
 *
 * Return: a number that changes when one comes or goes, never 0.
 */
u32 ifax_device_generation(void)
{
	return atomic_read(&generation) << 1 | 1;
}

/**
 * ifax_device_for_each() - call a function for each device
 * @data: for @fn
 * @fn: function; not 0: no further device
 *
 * Return: what @fn returned last.
 */
int ifax_device_for_each(void *data, int (*fn)(struct ifax_device *idev, void *data))
{
	struct class_dev_iter iter;
	struct device *dev;
	int ret = 0;

	class_dev_iter_init(&iter, &ifax_class, NULL, NULL);
	while (!ret) {
		dev = class_dev_iter_next(&iter);
		if (!dev)
			break;
		ret = fn(container_of(dev, struct ifax_device, dev), data);
	}
	class_dev_iter_exit(&iter);
	return ret;
}

static void tell_room(void)
{
	ifax_device_for_each(NULL, ifax_engine_room);
}

static int __init ifax_init(void)
{
	int err;

	ifax_budget_init(tell_room);
	err = class_register(&ifax_class);
	if (err)
		return err;
	err = alloc_chrdev_region(&first_devt, 0, DEVICES, "ifax");
	if (err)
		goto err_class;
	err = ifax_netlink_init();
	if (err)
		goto err_region;
	return 0;

err_region:
	unregister_chrdev_region(first_devt, DEVICES);
err_class:
	class_unregister(&ifax_class);
	return err;
}
module_init(ifax_init);

static void __exit ifax_exit(void)
{
	ifax_netlink_exit();
	ifax_budget_exit();
	unregister_chrdev_region(first_devt, DEVICES);
	class_unregister(&ifax_class);
	ida_destroy(&minors);
}
module_exit(ifax_exit);

MODULE_DESCRIPTION("Fax devices: scanners and print engines");
MODULE_LICENSE("GPL");
