/* SPDX-License-Identifier: GPL-2.0 */
/* Whole pages through the codec. */
#ifndef IFAX_CODEC_PAGE_CODEC_H
#define IFAX_CODEC_PAGE_CODEC_H

#include "image.h"

struct coded_page {
	u8 *data;
	size_t bytes;
};

/* The caller frees @coded->data; false with a message */
bool page_encode(const struct ifax_codec_format *fmt, const struct image *image,
		 struct coded_page *coded);

/*
 * Decode all lines that are good. @report says if there are more, but wrong
 * ones. False with a message if there is no memory.
 */
bool page_decode(const struct ifax_codec_format *fmt, const u8 *data, size_t bytes,
		 struct image *image, struct ifax_fault_report *report);

#endif
