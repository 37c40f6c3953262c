/* SPDX-License-Identifier: GPL-2.0 */
/* TIFF files with fax pages: tags by libtiff, strips as they are. */
#ifndef IFAX_CODEC_TIFF_H
#define IFAX_CODEC_TIFF_H

#include <tiffio.h>
#include "page_writer.h"

TIFF *tiff_create(const char *path);

/* Append a page; false with a message */
bool tiff_append(TIFF *tiff, const struct ifax_codec_format *fmt, const struct coded_page *coded,
		 u32 lines, const u32 dpi[2]);

/* A TIFF in memory, read from where it is; @file has to live as long */
struct tiff_file {
	const u8 *data;
	size_t bytes;
	size_t at;
};

TIFF *tiff_open(struct tiff_file *file, const char *name);

/*
 * Format of the page that the file stands at, and its resolution, 0 if it tells
 * none; false with a message
 */
bool tiff_format(TIFF *tiff, const char *name, struct ifax_codec_format *fmt, u32 dpi[2]);

u32 tiff_strips(TIFF *tiff);

/* One strip's bytes and lines; false with a message */
bool tiff_strip(TIFF *tiff, const char *name, u32 strip, struct coded_page *coded, u32 *lines);

#endif
