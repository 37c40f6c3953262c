/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the lines of a grey sensor to those of black and white: what the sensor
 * sees of the references tells the gain of each element, then the binarisation
 * that the user asked for.
 */
#ifndef _IFAX_GREY_PATH_H
#define _IFAX_GREY_PATH_H

#include <linux/ifax.h>
#include <linux/ifax/band_ring.h>
#include <linux/ifax/grey.h>

/* A lamp gets older and warmer: after this the references are looked at again */
#define GREY_CALIBRATION_S	600

/**
 * struct grey_path - the way of grey lines
 * @dev: the driver's device
 * @width_px_max: widest line
 * @shading_mem: memory of @shading
 * @shading: correction, NULL before the first calibration
 * @width_px: width of @shading
 * @x_dpi: resolution of @shading
 * @until: in jiffies; @shading is good until then
 * @grey_mem: memory of @grey
 * @grey: binarisation of this page
 * @row: a corrected line
 * @rows: a band of black and white lines
 * @row_bytes: bytes of a line of @rows
 * @made: lines of the page that were made black and white
 */
struct grey_path {
	struct device *dev;
	u32 width_px_max;
	void *shading_mem;
	const struct ifax_shading *shading;
	u32 width_px;
	u32 x_dpi;
	unsigned long until;
	void *grey_mem;
	struct ifax_grey *grey;
	u8 *row;
	u8 *rows;
	size_t row_bytes;
	u32 made;
};

int grey_path_alloc(struct grey_path *path, struct device *dev, u32 width_px_max);
bool grey_path_calibrated(const struct grey_path *path, const struct ifax_format *fmt);
int grey_path_calibrate(struct grey_path *path, const struct ifax_format *fmt,
			struct ifax_band_ring *ring);
int grey_path_begin(struct grey_path *path, const struct ifax_format *fmt);
const void *grey_path_rows(struct grey_path *path, struct ifax_band_ring *ring, u32 line,
			   u32 lines);

#endif /* _IFAX_GREY_PATH_H */
