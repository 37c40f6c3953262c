/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ring of bands between an engine and its driver: coherent memory that a
 * cyclic DMA transfer goes round and round, one band being one period.
 */
#ifndef _LINUX_IFAX_BAND_RING_H
#define _LINUX_IFAX_BAND_RING_H

#include <linux/dma-mapping.h>
#include <linux/dmaengine.h>
#include <linux/ifax/regs.h>

/*
 * A band every 70 ms at 450 lines a second, and more than a second of patience.
 * One band stays empty, so that a full ring is never taken for an empty one.
 */
#define IFAX_BAND_LINES		32
#define IFAX_GREY_BAND_LINES	8
#define IFAX_RING_BANDS		16

/**
 * struct ifax_band_ring - memory and DMA of an engine
 * @chan: DMA channel
 * @mem: lines
 * @addr: the same for the DMA controller
 * @bytes: size of @mem
 * @cookie: the cyclic transfer
 * @line_bytes: bytes of a line of this page
 * @band_lines: lines of a band of this page
 * @band: band that the DMA is in, 0 to IFAX_RING_BANDS - 1
 * @lines: lines in all bands that the DMA went through in this page
 */
struct ifax_band_ring {
	struct dma_chan *chan;
	void *mem;
	dma_addr_t addr;
	size_t bytes;
	dma_cookie_t cookie;
	u32 line_bytes;
	u32 band_lines;
	u32 band;
	u32 lines;
};

/* Where line @line of the page lies; so do the ifax_ring_run() lines from there on */
static inline void *ifax_ring_at(struct ifax_band_ring *ring, u32 line)
{
	return ring->mem + line % (IFAX_RING_BANDS * ring->band_lines) * ring->line_bytes;
}

/* Lines from @line to the end of its band */
static inline u32 ifax_ring_run(const struct ifax_band_ring *ring, u32 line)
{
	return ring->band_lines - line % ring->band_lines;
}

/* Lines that may be in the ring at a time */
static inline u32 ifax_ring_room(const struct ifax_band_ring *ring)
{
	return (IFAX_RING_BANDS - 1) * ring->band_lines;
}

static inline void ifax_ring_free(void *data)
{
	struct ifax_band_ring *ring = data;

	if (ring->mem)
		dma_free_coherent(ring->chan->device->dev, ring->bytes, ring->mem, ring->addr);
	dma_release_channel(ring->chan);
}

/**
 * ifax_ring_alloc() - request the channel and allocate the ring
 * @ring: ring
 * @dev: the driver's device; the ring lives as long as it is bound
 * @name: name of the channel
 * @config: its configuration
 * @band_bytes_max: bytes of the largest band
 *
 * Return: 0 or an error, which was reported.
 */
static inline int ifax_ring_alloc(struct ifax_band_ring *ring, struct device *dev,
				  const char *name, struct dma_slave_config *config,
				  u32 band_bytes_max)
{
	struct dma_slave_caps caps;
	int ret;

	ring->chan = dma_request_chan(dev, name);
	if (IS_ERR(ring->chan))
		return dev_err_probe(dev, PTR_ERR(ring->chan), "no DMA channel \"%s\"\n", name);
	ret = devm_add_action_or_reset(dev, ifax_ring_free, ring);
	if (ret)
		return ret;
	ret = dma_get_slave_caps(ring->chan, &caps);
	if (!ret && caps.residue_granularity == DMA_RESIDUE_GRANULARITY_DESCRIPTOR)
		ret = -EOPNOTSUPP;
	if (ret)
		return dev_err_probe(dev, ret, "DMA channel \"%s\" does not tell how far it is\n",
				     name);
	ret = dmaengine_slave_config(ring->chan, config);
	if (ret)
		return dev_err_probe(dev, ret, "DMA channel \"%s\" cannot be configured\n", name);
	ring->bytes = IFAX_RING_BANDS * band_bytes_max;
	ring->mem = dma_alloc_coherent(ring->chan->device->dev, ring->bytes, &ring->addr,
				       GFP_KERNEL);
	return ring->mem ? 0 : -ENOMEM;
}

/**
 * ifax_ring_form() - set the form of the bands of the next page
 * @ring: ring
 * @line_bytes: bytes of a line
 * @band_lines: lines of a band; together at most what the ring was made for
 */
static inline void ifax_ring_form(struct ifax_band_ring *ring, u32 line_bytes, u32 band_lines)
{
	ring->line_bytes = line_bytes;
	ring->band_lines = band_lines;
}

/**
 * ifax_ring_start() - start going round
 * @ring: ring, with the form of its bands
 * @dir: direction
 * @done: called from the DMA controller's tasklet when a band was done; several
 *	bands may share a call
 * @arg: for @done
 *
 * Return: 0; -ENOMEM if the DMA controller has no descriptor, -EIO.
 */
static inline int ifax_ring_start(struct ifax_band_ring *ring, enum dma_transfer_direction dir,
				  dma_async_tx_callback done, void *arg)
{
	struct dma_async_tx_descriptor *desc;
	u32 band_bytes;

	ring->band = 0;
	ring->lines = 0;
	band_bytes = ring->band_lines * ring->line_bytes;
	desc = dmaengine_prep_dma_cyclic(ring->chan, ring->addr, IFAX_RING_BANDS * band_bytes,
					 band_bytes, dir, DMA_PREP_INTERRUPT);
	if (!desc)
		return -ENOMEM;
	desc->callback = done;
	desc->callback_param = arg;
	ring->cookie = dmaengine_submit(desc);
	if (dma_submit_error(ring->cookie)) {
		dmaengine_terminate_sync(ring->chan);
		return -EIO;
	}
	dma_async_issue_pending(ring->chan);
	return 0;
}

/**
 * ifax_ring_look() - see how far the DMA is
 * @ring: ring; @lines is brought up to date
 *
 * The position tells it, not the number of callbacks: a DMA controller may
 * fold several into one. Right as long as the engine stays within a ring less
 * one band, as the LIMIT register makes it.
 *
 * Return: 0, or -EIO if the transfer failed.
 */
static inline int ifax_ring_look(struct ifax_band_ring *ring)
{
	struct dma_tx_state state;
	u32 band;

	if (dmaengine_tx_status(ring->chan, ring->cookie, &state) == DMA_ERROR)
		return -EIO;
	band = IFAX_RING_BANDS - DIV_ROUND_UP(state.residue, ring->band_lines * ring->line_bytes);
	ring->lines += (band - ring->band) % IFAX_RING_BANDS * ring->band_lines;
	ring->band = band % IFAX_RING_BANDS;
	/* What lies in the bands is looked at after what the DMA controller says about them */
	dma_rmb();
	return 0;
}

static inline void ifax_ring_stop(struct ifax_band_ring *ring)
{
	dmaengine_terminate_sync(ring->chan);
}

#endif /* _LINUX_IFAX_BAND_RING_H */
