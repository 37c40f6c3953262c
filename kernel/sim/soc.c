// SPDX-License-Identifier: GPL-2.0
/*
 * A simulated SoC block with the scanners and print engines of fax stations.
 *
 * It offers what such a block has: registers, an interrupt controller, a DMA
 * controller, and child devices that use them. What is on the other end of its
 * engines is paper: /dev/ifax/feederN and /dev/ifax/trayN.
 *
 * On a machine with a device tree the block is a node of it, and so are its
 * engines; elsewhere the module makes the devices itself.
 */
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/property.h>
#include "soc.h"

static uint instances = 1;
module_param(instances, uint, 0444);
MODULE_PARM_DESC(instances,
		 "fax stations, each with scanner and print engine, 1 to 8; not with a device tree");

static void sim_debugfs_remove(void *dir)
{
	debugfs_remove(dir);
}

static int sim_debugfs_init(struct sim_soc *soc)
{
	struct dentry *dir = debugfs_create_dir("ifax-sim", NULL);
	u32 i;

	for (i = 0; i < sim_engine_count(soc); i++)
		sim_fault_debugfs(&soc->engines[i], dir);
	return devm_add_action_or_reset(soc->dev, sim_debugfs_remove, dir);
}

static void sim_child_remove(void *child)
{
	platform_device_unregister(child);
}

/* What the device tree says elsewhere: which driver, which registers, which interrupt */
static int sim_child_add(struct sim_soc *soc, u32 number)
{
	const struct property_entry properties[] = {
		PROPERTY_ENTRY_U32("reg", number * IFAX_BANK_BYTES),
		{}
	};
	const struct resource interrupt = DEFINE_RES_IRQ(irq_create_mapping(soc->irq.domain,
									    number));
	const struct platform_device_info info = {
		.parent = soc->dev,
		.name = number % 2 ? "ifax-printer" : "ifax-scanner",
		.id = number / 2,
		.res = &interrupt,
		.num_res = 1,
		.dma_mask = DMA_BIT_MASK(32),
		.properties = properties,
	};
	struct platform_device *child;

	if (!interrupt.start)
		return -ENOMEM;
	child = platform_device_register_full(&info);
	if (IS_ERR(child))
		return PTR_ERR(child);
	return devm_add_action_or_reset(soc->dev, sim_child_remove, child);
}

static int sim_children_add(struct sim_soc *soc)
{
	u32 i;
	int ret;

	for (i = 0; i < sim_engine_count(soc); i++) {
		ret = sim_child_add(soc, i);
		if (ret)
			return ret;
	}
	return 0;
}

/* What is made last goes first: the children, then the engines, then what these stand on */
static int sim_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct sim_soc *soc;
	u32 i;
	int ret;

	soc = devm_kzalloc(dev, sizeof(*soc), GFP_KERNEL);
	if (!soc)
		return -ENOMEM;
	soc->dev = dev;
	soc->stations = 1;
	device_property_read_u32(dev, "ifax,stations", &soc->stations);
	if (!soc->stations || soc->stations > SIM_STATIONS_MAX)
		return dev_err_probe(dev, -EINVAL, "ifax,stations = %u: 1 to %u are possible\n",
				     soc->stations, SIM_STATIONS_MAX);
	ret = sim_irq_init(soc);
	if (ret)
		return ret;
	ret = sim_dma_init(soc);
	if (ret)
		return ret;
	for (i = 0; i < sim_engine_count(soc); i++) {
		ret = sim_engine_init(soc, i);
		if (ret)
			return ret;
	}
	ret = sim_fault_init(soc);
	if (ret)
		return ret;
	ret = sim_debugfs_init(soc);
	if (ret)
		return ret;
	ret = sim_registers_init(soc);
	if (ret)
		return ret;
	return dev->of_node ? devm_of_platform_populate(dev) : sim_children_add(soc);
}

static const struct of_device_id sim_of_ids[] = {
	{ .compatible = "ifax,sim" },
	{}
};
MODULE_DEVICE_TABLE(of, sim_of_ids);

static struct platform_driver sim_driver = {
	.probe = sim_probe,
	.driver = {
		.name = "ifax-sim",
		.of_match_table = sim_of_ids,
	},
};

static struct platform_device *sim_device;

static bool sim_in_device_tree(void)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "ifax,sim");

	of_node_put(node);
	return node;
}

static int __init sim_device_add(void)
{
	const struct property_entry properties[] = {
		PROPERTY_ENTRY_U32("ifax,stations", instances),
		{}
	};
	const struct platform_device_info info = {
		.name = "ifax-sim",
		.id = PLATFORM_DEVID_NONE,
		.dma_mask = DMA_BIT_MASK(32),
		.properties = properties,
	};

	sim_device = platform_device_register_full(&info);
	return PTR_ERR_OR_ZERO(sim_device);
}

static int __init sim_init(void)
{
	int ret;

	if (!instances || instances > SIM_STATIONS_MAX) {
		pr_err("ifax-sim: instances=%u: 1 to %u are possible\n", instances,
		       SIM_STATIONS_MAX);
		return -EINVAL;
	}
	ret = platform_driver_register(&sim_driver);
	if (ret)
		return ret;
	if (!sim_in_device_tree())
		ret = sim_device_add();
	if (ret)
		platform_driver_unregister(&sim_driver);
	return ret;
}
module_init(sim_init);

static void __exit sim_exit(void)
{
	platform_device_unregister(sim_device);
	platform_driver_unregister(&sim_driver);
}
module_exit(sim_exit);

MODULE_DESCRIPTION("Simulated scanners and print engines of fax stations");
MODULE_LICENSE("GPL");
