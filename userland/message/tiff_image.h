/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_TIFF_IMAGE_H
#define _IFAX_TIFF_IMAGE_H

#include "tiff_file.h"
#include "tiff_page.h"
#include "tiff_read.h"

/**
 * tiff_image_read() - write a page that libtiff has to decode as an image, as
 *	black and white
 * @file: TIFF that stands at the page's directory
 * @page: page, an image
 * @sink: the page is begun there, and gets its lines; its end is left out
 * @lines: set to the lines of the page
 * @failure: why it cannot be decoded
 *
 * Return: 0 or -1.
 */
int tiff_image_read(struct tiff_file *file, const struct tiff_page *page, struct page_sink *sink,
		    uint32_t *lines, struct failure *failure);

#endif /* _IFAX_TIFF_IMAGE_H */
