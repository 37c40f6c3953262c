/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_TIFF_PAGE_H
#define _IFAX_TIFF_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <tiffio.h>
#include <linux/ifax.h>

#include "failure.h"

/* More pixels than A3 at 600 dpi, or A4 at 1200 dpi, has no fax */
#define PAGE_PIXELS_MAX	(256U << 20)

/**
 * struct tiff_page - a page of a TIFF, as far as its tags tell
 * @format: the form of its strips; for a compression that is no coding of ours,
 *	IFAX_CODING_RAW with the right width, lines and resolution
 * @is_coded: the strips are in a coding of ours
 * @is_image: libtiff decodes them, and not by lines: tiles, grey, colour, other JBIG
 * @is_bilevel: black and white
 * @has_resolution: it was told, not made up
 * @white_is_1: of pixels that libtiff decodes
 * @rows_per_strip: lines of all strips but the last
 * @strips: number of strips
 * @orientation: where its top is, 1 to 8 by TIFF 6.0
 */
struct tiff_page {
	struct ifax_format format;
	bool is_coded;
	bool is_image;
	bool is_bilevel;
	bool has_resolution;
	bool white_is_1;
	uint32_t rows_per_strip;
	uint32_t strips;
	uint16_t orientation;
};

/**
 * tiff_page_read() - understand the tags of the current directory
 * @tif: TIFF
 * @page: page
 * @failure: why this is no fax page
 *
 * Return: 0 or -1.
 */
int tiff_page_read(TIFF *tif, struct tiff_page *page, struct failure *failure);

#endif /* _IFAX_TIFF_PAGE_H */
