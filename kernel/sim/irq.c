// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupt controller: one level-sensitive line an engine.
 *
 * A line that is high and not masked is handed to the kernel from an irq_work,
 * so that the client's handler runs in a hard interrupt as on real hardware,
 * whichever context the engine raised the line from.
 */
#include <linux/irq.h>
#include "soc.h"

static void sim_irq_kick(struct sim_irq *irq)
{
	if ((irq->levels | irq->spurious) & ~irq->masked)
		irq_work_queue(&irq->work);
}

/**
 * sim_irq_level() - set an interrupt line
 * @soc: block
 * @line: number of the line
 * @high: its level
 *
 * Context: any.
 */
void sim_irq_level(struct sim_soc *soc, u32 line, bool high)
{
	struct sim_irq *irq = &soc->irq;
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	__assign_bit(line, &irq->levels, high);
	sim_irq_kick(irq);
	raw_spin_unlock_irqrestore(&irq->lock, flags);
}

/**
 * sim_irq_spurious() - an interrupt that nobody raised
 * @soc: block
 * @line: number of the line
 *
 * Context: any.
 */
void sim_irq_spurious(struct sim_soc *soc, u32 line)
{
	struct sim_irq *irq = &soc->irq;
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	__set_bit(line, &irq->spurious);
	sim_irq_kick(irq);
	raw_spin_unlock_irqrestore(&irq->lock, flags);
}

static void sim_irq_deliver(struct irq_work *work)
{
	struct sim_irq *irq = container_of(work, struct sim_irq, work);
	unsigned long pending;
	unsigned int line;

	raw_spin_lock(&irq->lock);
	pending = (irq->levels | irq->spurious) & ~irq->masked;
	irq->spurious &= ~pending;
	raw_spin_unlock(&irq->lock);
	for_each_set_bit(line, &pending, SIM_ENGINES_MAX)
		generic_handle_domain_irq(irq->domain, line);
}

static void sim_irq_set_masked(struct irq_data *data, bool masked)
{
	struct sim_irq *irq = irq_data_get_irq_chip_data(data);
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	__assign_bit(data->hwirq, &irq->masked, masked);
	sim_irq_kick(irq);
	raw_spin_unlock_irqrestore(&irq->lock, flags);
}

static void sim_irq_mask(struct irq_data *data)
{
	sim_irq_set_masked(data, true);
}

static void sim_irq_unmask(struct irq_data *data)
{
	sim_irq_set_masked(data, false);
}

static int sim_irq_set_type(struct irq_data *data, unsigned int type)
{
	return type == IRQ_TYPE_LEVEL_HIGH ? 0 : -EINVAL;
}

static struct irq_chip sim_irq_chip = {
	.name = "ifax-sim",
	.irq_mask = sim_irq_mask,
	.irq_unmask = sim_irq_unmask,
	.irq_set_type = sim_irq_set_type,
};

static int sim_irq_map(struct irq_domain *domain, unsigned int virq, irq_hw_number_t line)
{
	irq_set_chip_data(virq, domain->host_data);
	irq_set_chip_and_handler(virq, &sim_irq_chip, handle_level_irq);
	irq_set_status_flags(virq, IRQ_LEVEL);
	return 0;
}

static void sim_irq_unmap(struct irq_domain *domain, unsigned int virq)
{
	irq_set_chip_and_handler(virq, NULL, NULL);
	irq_set_chip_data(virq, NULL);
}

static const struct irq_domain_ops sim_irq_domain_ops = {
	.map = sim_irq_map,
	.unmap = sim_irq_unmap,
	.xlate = irq_domain_xlate_onetwocell,
};

static void sim_irq_remove(void *data)
{
	struct sim_soc *soc = data;
	u32 line;

	irq_work_sync(&soc->irq.work);
	for (line = 0; line < sim_engine_count(soc); line++)
		irq_dispose_mapping(irq_find_mapping(soc->irq.domain, line));
	irq_domain_remove(soc->irq.domain);
}

/**
 * sim_irq_init() - make the interrupt controller
 * @soc: block
 *
 * Return: 0 or an error.
 */
int sim_irq_init(struct sim_soc *soc)
{
	struct sim_irq *irq = &soc->irq;

	raw_spin_lock_init(&irq->lock);
	irq->masked = ~0UL;
	irq->work = IRQ_WORK_INIT_HARD(sim_irq_deliver);
	irq->domain = irq_domain_create_linear(dev_fwnode(soc->dev), sim_engine_count(soc),
					       &sim_irq_domain_ops, irq);
	if (!irq->domain)
		return -ENOMEM;
	return devm_add_action_or_reset(soc->dev, sim_irq_remove, soc);
}
