/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Grey becomes black and white: an image comes in lines of grey and leaves as
 * lines of a fax page, scaled by areas and dithered (Floyd and Steinberg).
 * Two lines are in memory at a time, whatever the size of the image.
 */
#ifndef _IFAX_HALFTONE_H
#define _IFAX_HALFTONE_H

#include <stdbool.h>
#include <stdint.h>

#include "tiff_read.h"

/* A sheet of A4 as a fax machine sees it: 215 by 297 mm at 204x196 dpi */
#define SHEET_WIDTH_PX	1728
#define SHEET_LINES	2292
#define SHEET_X_DPI	204
#define SHEET_Y_DPI	196

/* Images of any kind beyond this are refused before they are decoded. */
#define IMAGE_PIXELS_MAX	(256U << 20)

/**
 * struct halftone_size - how large an image is
 * @width_px: pixels of a line
 * @lines: lines
 * @x_dpi: dots per inch, 0: not known, the image becomes as wide as the sheet, but has at
 *	least 10 pixels per inch
 * @y_dpi: lines per inch, 0 if @x_dpi is 0
 * @turned: the page will be turned by a quarter before it is printed: the sheet
 *	lies across
 */
struct halftone_size {
	uint32_t width_px;
	uint32_t lines;
	double x_dpi;
	double y_dpi;
	bool turned;
};

struct halftone;

/**
 * halftone_new() - begin a page that holds an image, as large as it is, or
 *	smaller if the sheet is
 * @size: size of the image
 * @sink: the page begins there, raw
 * @failure: why it does not
 *
 * Return: a halftone, halftone_free() it; or NULL.
 */
struct halftone *halftone_new(const struct halftone_size *size, struct page_sink *sink,
			      struct failure *failure);

/**
 * halftone_new_exact() - begin a page whose pixels are those of the image
 * @format: size and resolution of both
 */
struct halftone *halftone_new_exact(const struct ifax_format *format, struct page_sink *sink,
				    struct failure *failure);

/**
 * halftone_line() - take the next line of the image
 * @halftone: halftone
 * @grey: a byte for each pixel, 0 is black
 * @failure: why the page cannot take it
 *
 * Return: 0 or -1.
 */
int halftone_line(struct halftone *halftone, const uint8_t *grey, struct failure *failure);

/* Lines of the page so far: all of them, once all of the image are in. */
uint32_t halftone_lines(const struct halftone *halftone);

void halftone_free(struct halftone *halftone);

#endif /* _IFAX_HALFTONE_H */
