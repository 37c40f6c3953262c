// SPDX-License-Identifier: GPL-2.0
/*
 * DMA controller: cyclic slave transfers between an engine and memory.
 *
 * An engine pushes or pulls its lines; the channel copies them to or from the
 * memory of the client at once and calls the client back from a tasklet when a
 * period is through, once for all periods since the last call.
 */
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/iommu.h>
#include <linux/of_dma.h>
#include <linux/slab.h>
#include "soc.h"

/**
 * struct sim_transfer - a cyclic transfer
 * @desc: descriptor of the dmaengine framework
 * @chan: channel
 * @dir: direction
 * @addr: begin of the buffer
 * @bytes: its size
 * @period: bytes in a period
 * @at: where the next byte goes, from @addr
 * @told: where the client is told that it is
 */
struct sim_transfer {
	struct dma_async_tx_descriptor desc;
	struct sim_chan *chan;
	enum dma_transfer_direction dir;
	dma_addr_t addr;
	size_t bytes;
	size_t period;
	size_t at;
	size_t told;
};

static struct sim_chan *to_sim_chan(struct dma_chan *chan)
{
	return container_of(chan, struct sim_chan, chan);
}

/* The simulated bus master: DMA addresses are physical ones, as no IOMMU stands in between */
static void sim_dma_copy(struct sim_transfer *t, void *data, size_t bytes)
{
	phys_addr_t at = dma_to_phys(t->chan->chan.device->dev, t->addr + t->at);
	struct page *page;
	size_t piece;

	for (; bytes; bytes -= piece, data += piece, at += piece) {
		piece = min_t(size_t, bytes, PAGE_SIZE - offset_in_page(at));
		page = pfn_to_page(PHYS_PFN(at));
		if (t->dir == DMA_DEV_TO_MEM)
			memcpy_to_page(page, offset_in_page(at), data, piece);
		else
			memcpy_from_page(data, page, offset_in_page(at), piece);
	}
}

static int sim_dma_move(struct sim_chan *chan, enum dma_transfer_direction dir, void *data,
			size_t bytes)
{
	struct sim_transfer *t;
	unsigned long flags;
	size_t piece;
	int ret = 0;

	spin_lock_irqsave(&chan->lock, flags);
	t = chan->active;
	if (!t || t->dir != dir)
		ret = -EIO;
	if (chan->failed)
		bytes = 0;
	for (; !ret && bytes; bytes -= piece, data += piece) {
		piece = min(bytes, t->period - t->at % t->period);
		sim_dma_copy(t, data, piece);
		t->at += piece;
		if (t->at % t->period == 0 && !chan->late)
			tasklet_schedule(&chan->tasklet);
		if (t->at == t->bytes)
			t->at = 0;
		if (!chan->late)
			t->told = t->at;
	}
	spin_unlock_irqrestore(&chan->lock, flags);
	return ret;
}

/**
 * sim_dma_push() - an engine gives data
 * @chan: channel
 * @data: data
 * @bytes: size
 *
 * Return: 0; -EIO: nobody takes them.
 */
int sim_dma_push(struct sim_chan *chan, const void *data, size_t bytes)
{
	return sim_dma_move(chan, DMA_DEV_TO_MEM, (void *)data, bytes);
}

/**
 * sim_dma_pull() - an engine takes data
 * @chan: channel
 * @data: data
 * @bytes: size
 *
 * Return: 0; -EIO: nobody gives any.
 */
int sim_dma_pull(struct sim_chan *chan, void *data, size_t bytes)
{
	return sim_dma_move(chan, DMA_MEM_TO_DEV, data, bytes);
}

/**
 * sim_dma_fail() - the transfer fails: what follows of it gets lost
 * @chan: channel
 *
 * Context: any.
 */
void sim_dma_fail(struct sim_chan *chan)
{
	unsigned long flags;

	spin_lock_irqsave(&chan->lock, flags);
	chan->failed = true;
	spin_unlock_irqrestore(&chan->lock, flags);
	tasklet_schedule(&chan->tasklet);
}

/**
 * sim_dma_delay() - the client hears late how far the transfer is
 * @chan: channel
 * @ms: how late
 *
 * Context: any.
 */
void sim_dma_delay(struct sim_chan *chan, u32 ms)
{
	unsigned long flags;

	spin_lock_irqsave(&chan->lock, flags);
	chan->late = true;
	spin_unlock_irqrestore(&chan->lock, flags);
	mod_timer(&chan->timer, jiffies + msecs_to_jiffies(ms));
}

static void sim_dma_in_time(struct timer_list *timer)
{
	struct sim_chan *chan = container_of(timer, struct sim_chan, timer);
	unsigned long flags;

	spin_lock_irqsave(&chan->lock, flags);
	chan->late = false;
	if (chan->active)
		chan->active->told = chan->active->at;
	spin_unlock_irqrestore(&chan->lock, flags);
	tasklet_schedule(&chan->tasklet);
}

static void sim_dma_callback(struct tasklet_struct *tasklet)
{
	struct sim_chan *chan = from_tasklet(chan, tasklet, tasklet);
	dma_async_tx_callback callback = NULL;
	unsigned long flags;
	void *param = NULL;

	spin_lock_irqsave(&chan->lock, flags);
	if (chan->active) {
		callback = chan->active->desc.callback;
		param = chan->active->desc.callback_param;
	}
	spin_unlock_irqrestore(&chan->lock, flags);
	if (callback)
		callback(param);
}

static dma_cookie_t sim_dma_submit(struct dma_async_tx_descriptor *desc)
{
	struct sim_transfer *t = container_of(desc, struct sim_transfer, desc);
	struct sim_chan *chan = t->chan;
	dma_cookie_t cookie = -EBUSY;
	unsigned long flags;

	spin_lock_irqsave(&chan->lock, flags);
	if (!chan->submitted) {
		cookie = chan->chan.cookie + 1;
		if (cookie < DMA_MIN_COOKIE)
			cookie = DMA_MIN_COOKIE;
		chan->chan.cookie = cookie;
		desc->cookie = cookie;
		chan->submitted = t;
	}
	spin_unlock_irqrestore(&chan->lock, flags);
	if (cookie < 0)
		kfree(t);
	return cookie;
}

static struct dma_async_tx_descriptor *
sim_dma_prep_cyclic(struct dma_chan *c, dma_addr_t addr, size_t bytes, size_t period,
		    enum dma_transfer_direction dir, unsigned long flags)
{
	struct sim_transfer *t;

	if (!period || !bytes || bytes % period || !is_slave_direction(dir))
		return NULL;
	t = kzalloc(sizeof(*t), GFP_NOWAIT);
	if (!t)
		return NULL;
	dma_async_tx_descriptor_init(&t->desc, c);
	t->desc.flags = flags;
	t->desc.tx_submit = sim_dma_submit;
	t->chan = to_sim_chan(c);
	t->dir = dir;
	t->addr = addr;
	t->bytes = bytes;
	t->period = period;
	return &t->desc;
}

static void sim_dma_issue_pending(struct dma_chan *c)
{
	struct sim_chan *chan = to_sim_chan(c);
	unsigned long flags;

	spin_lock_irqsave(&chan->lock, flags);
	if (!chan->active) {
		chan->active = chan->submitted;
		chan->submitted = NULL;
	}
	spin_unlock_irqrestore(&chan->lock, flags);
}

/* The position is told by whole periods, as many controllers do */
static enum dma_status sim_dma_tx_status(struct dma_chan *c, dma_cookie_t cookie,
					 struct dma_tx_state *state)
{
	struct sim_chan *chan = to_sim_chan(c);
	struct sim_transfer *t;
	enum dma_status status;
	unsigned long flags;
	u32 residue = 0;

	spin_lock_irqsave(&chan->lock, flags);
	t = chan->active ?: chan->submitted;
	if (t && t->desc.cookie == cookie)
		residue = t->bytes - rounddown(t->told, t->period);
	status = dma_async_is_complete(cookie, c->completed_cookie, c->cookie);
	if (chan->failed)
		status = DMA_ERROR;
	dma_set_tx_state(state, c->completed_cookie, c->cookie, residue);
	spin_unlock_irqrestore(&chan->lock, flags);
	return status;
}

static int sim_dma_terminate_all(struct dma_chan *c)
{
	struct sim_chan *chan = to_sim_chan(c);
	struct sim_transfer *active, *submitted;
	unsigned long flags;

	spin_lock_irqsave(&chan->lock, flags);
	active = chan->active;
	submitted = chan->submitted;
	chan->active = NULL;
	chan->submitted = NULL;
	chan->failed = false;
	chan->late = false;
	c->completed_cookie = c->cookie;
	spin_unlock_irqrestore(&chan->lock, flags);
	kfree(active);
	kfree(submitted);
	return 0;
}

static void sim_dma_synchronize(struct dma_chan *c)
{
	tasklet_kill(&to_sim_chan(c)->tasklet);
}

/* The channels are wired to their engines: width, burst and address are what they are */
static int sim_dma_config(struct dma_chan *c, struct dma_slave_config *config)
{
	return 0;
}

static int sim_dma_alloc_chan(struct dma_chan *c)
{
	c->cookie = DMA_MIN_COOKIE;
	c->completed_cookie = DMA_MIN_COOKIE;
	return 0;
}

static void sim_dma_free_chan(struct dma_chan *c)
{
	sim_dma_terminate_all(c);
	timer_delete_sync(&to_sim_chan(c)->timer);
	sim_dma_synchronize(c);
}

static bool sim_dma_filter(struct dma_chan *c, void *param)
{
	return c->chan_id == (uintptr_t)param;
}

static void sim_dma_init_chan(struct sim_soc *soc, u32 number)
{
	struct sim_chan *chan = &soc->dma.chans[number];

	spin_lock_init(&chan->lock);
	tasklet_setup(&chan->tasklet, sim_dma_callback);
	timer_setup(&chan->timer, sim_dma_in_time, 0);
	chan->chan.device = &soc->dma.device;
	list_add_tail(&chan->chan.device_node, &soc->dma.device.channels);
}

/* Which device has which channel; the device tree says it itself */
static int sim_dma_map_channels(struct sim_soc *soc)
{
	u32 i;

	for (i = 0; i < sim_engine_count(soc); i++) {
		struct dma_slave_map *map = &soc->dma.map[i];

		map->devname = devm_kasprintf(soc->dev, GFP_KERNEL, "ifax-%s.%u",
					      i % 2 ? "printer" : "scanner", i / 2);
		if (!map->devname)
			return -ENOMEM;
		map->slave = i % 2 ? "tx" : "rx";
		map->param = (void *)(uintptr_t)i;
	}
	soc->dma.device.filter.fn = sim_dma_filter;
	soc->dma.device.filter.map = soc->dma.map;
	soc->dma.device.filter.mapcnt = i;
	return 0;
}

static void sim_dma_free_of(void *data)
{
	of_dma_controller_free(data);
}

/* The one cell of a "dmas" property is the number of the channel */
static int sim_dma_init_of(struct sim_soc *soc)
{
	struct device_node *node = soc->dev->of_node;
	int ret;

	if (!node)
		return 0;
	ret = of_dma_controller_register(node, of_dma_xlate_by_chan_id, &soc->dma.device);
	return ret ?: devm_add_action_or_reset(soc->dev, sim_dma_free_of, node);
}

/**
 * sim_dma_init() - make the DMA controller
 * @soc: block
 *
 * Return: 0 or an error.
 */
int sim_dma_init(struct sim_soc *soc)
{
	struct dma_device *d = &soc->dma.device;
	int ret;
	u32 i;

	if (iommu_get_domain_for_dev(soc->dev))
		return dev_err_probe(soc->dev, -EOPNOTSUPP,
				     "the simulated DMA cannot look through an IOMMU\n");
	ret = dma_set_mask_and_coherent(soc->dev, DMA_BIT_MASK(32));
	if (ret)
		return ret;
	INIT_LIST_HEAD(&d->channels);
	for (i = 0; i < sim_engine_count(soc); i++)
		sim_dma_init_chan(soc, i);
	ret = sim_dma_map_channels(soc);
	if (ret)
		return ret;
	d->dev = soc->dev;
	dma_cap_set(DMA_SLAVE, d->cap_mask);
	dma_cap_set(DMA_CYCLIC, d->cap_mask);
	dma_cap_set(DMA_PRIVATE, d->cap_mask);
	d->directions = BIT(DMA_DEV_TO_MEM) | BIT(DMA_MEM_TO_DEV);
	d->src_addr_widths = BIT(DMA_SLAVE_BUSWIDTH_4_BYTES);
	d->dst_addr_widths = BIT(DMA_SLAVE_BUSWIDTH_4_BYTES);
	d->residue_granularity = DMA_RESIDUE_GRANULARITY_SEGMENT;
	d->device_alloc_chan_resources = sim_dma_alloc_chan;
	d->device_free_chan_resources = sim_dma_free_chan;
	d->device_prep_dma_cyclic = sim_dma_prep_cyclic;
	d->device_config = sim_dma_config;
	d->device_issue_pending = sim_dma_issue_pending;
	d->device_tx_status = sim_dma_tx_status;
	d->device_terminate_all = sim_dma_terminate_all;
	d->device_synchronize = sim_dma_synchronize;
	ret = dmaenginem_async_device_register(d);
	return ret ?: sim_dma_init_of(soc);
}
