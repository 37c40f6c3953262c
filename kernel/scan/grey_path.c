// SPDX-License-Identifier: GPL-2.0
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include "grey_path.h"

/* More dead elements than this: no lamp, no reference, no sensor */
#define DEAD_PX_MAX(width_px)	((width_px) / 16)

static const u32 grey_modes[] = {
	[IFAX_BINARY_THRESHOLD] = IFAX_GREY_THRESHOLD,
	[IFAX_BINARY_ADAPTIVE] = IFAX_GREY_ADAPTIVE,
	[IFAX_BINARY_DIFFUSION] = IFAX_GREY_DIFFUSE,
	[IFAX_BINARY_ORDERED] = IFAX_GREY_DITHER,
};

static struct ifax_grey_format grey_format(const struct ifax_format *fmt)
{
	return (struct ifax_grey_format){
		.mode = grey_modes[fmt->binarisation],
		.width_px = fmt->width_px,
		.threshold = fmt->binarisation == IFAX_BINARY_THRESHOLD ? fmt->threshold : 128,
	};
}

/**
 * grey_path_alloc() - get all memory
 * @path: path
 * @dev: the driver's device; freed when it is unbound
 * @width_px_max: widest line
 *
 * Return: 0 or -ENOMEM.
 */
int grey_path_alloc(struct grey_path *path, struct device *dev, u32 width_px_max)
{
	struct ifax_format widest = {
		.width_px = width_px_max,
		.binarisation = IFAX_BINARY_DIFFUSION,
	};
	size_t grey_bytes = 0;
	struct ifax_grey_format fmt;

	for (; widest.binarisation <= IFAX_BINARY_ORDERED; widest.binarisation++) {
		fmt = grey_format(&widest);
		grey_bytes = max(grey_bytes, ifax_grey_size(&fmt));
	}
	widest.binarisation = IFAX_BINARY_ADAPTIVE;
	fmt = grey_format(&widest);
	grey_bytes = max(grey_bytes, ifax_grey_size(&fmt));

	path->dev = dev;
	path->width_px_max = width_px_max;
	path->grey_mem = devm_kmalloc(dev, grey_bytes, GFP_KERNEL);
	path->shading_mem = devm_kmalloc(dev, ifax_shading_size(width_px_max), GFP_KERNEL);
	path->row = devm_kmalloc(dev, width_px_max, GFP_KERNEL);
	path->rows = devm_kmalloc(dev, IFAX_GREY_BAND_LINES * IFAX_LINE_BYTES(width_px_max),
				  GFP_KERNEL);
	return path->grey_mem && path->shading_mem && path->row && path->rows ? 0 : -ENOMEM;
}

/**
 * grey_path_calibrated() - are the references of this width and resolution known?
 * @path: path
 * @fmt: page
 *
 * Return: true if so.
 */
bool grey_path_calibrated(const struct grey_path *path, const struct ifax_format *fmt)
{
	return path->shading && path->width_px == fmt->width_px && path->x_dpi == fmt->x_dpi &&
	       time_before(jiffies, path->until);
}

/**
 * grey_path_calibrate() - learn from what the sensor saw of the references
 * @path: path
 * @fmt: page
 * @ring: ring that holds the reference lines, dark ones first
 *
 * Return: 0; -EIO: it saw no difference.
 */
int grey_path_calibrate(struct grey_path *path, const struct ifax_format *fmt,
			struct ifax_band_ring *ring)
{
	const struct ifax_reference black = {
		.lines = ifax_ring_at(ring, 0),
		.stride = ring->line_bytes,
		.count = IFAX_REFERENCE_LINES,
	};
	const struct ifax_reference white = {
		.lines = ifax_ring_at(ring, IFAX_REFERENCE_LINES),
		.stride = ring->line_bytes,
		.count = IFAX_REFERENCE_LINES,
	};
	u32 dead_px;

	path->shading = ifax_shading_init(path->shading_mem, fmt->width_px, &black, &white,
					  &dead_px);
	path->width_px = fmt->width_px;
	path->x_dpi = fmt->x_dpi;
	path->until = jiffies + GREY_CALIBRATION_S * HZ;
	if (dead_px)
		dev_warn(path->dev, "%u of %u sensor elements are dead\n", dead_px,
			 fmt->width_px);
	if (dead_px <= DEAD_PX_MAX(fmt->width_px))
		return 0;
	path->shading = NULL;
	return -EIO;
}

/**
 * grey_path_begin() - a page begins
 * @path: path, calibrated
 * @fmt: page
 *
 * Return: 0, or -EINVAL if it cannot be binarised so.
 */
int grey_path_begin(struct grey_path *path, const struct ifax_format *fmt)
{
	struct ifax_grey_format grey = grey_format(fmt);

	path->made = 0;
	path->row_bytes = IFAX_LINE_BYTES(fmt->width_px);
	path->grey = ifax_grey_init(path->grey_mem, &grey);
	return path->grey ? 0 : -EINVAL;
}

/**
 * grey_path_rows() - lines of the page, in black and white
 * @path: path
 * @ring: ring with the grey lines
 * @line: the first; not behind the lines that were asked for already
 * @lines: how many, in one band
 *
 * Every line is made once, in order: what was made of the band is kept.
 *
 * Return: the lines, @row_bytes from one to the next, until the next band.
 */
const void *grey_path_rows(struct grey_path *path, struct ifax_band_ring *ring, u32 line,
			   u32 lines)
{
	u8 *row;

	for (; path->made < line + lines; path->made++) {
		row = path->rows + path->made % IFAX_GREY_BAND_LINES * path->row_bytes;
		ifax_shading_line(path->shading, ifax_ring_at(ring, path->made), path->row);
		ifax_grey_lines(path->grey, path->row, path->width_px, 1, row, path->row_bytes);
	}
	return path->rows + line % IFAX_GREY_BAND_LINES * path->row_bytes;
}
