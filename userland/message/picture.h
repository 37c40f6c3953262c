/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_PICTURE_H
#define _IFAX_PICTURE_H

#include "tiff_read.h"

/* Pixels of a picture that has to be in memory as a whole (interlaced, progressive) */
#define PICTURE_PIXELS_MAX	(24U << 20)

/**
 * jpeg_print() - a JPEG picture goes to the sink as a raw page
 * @fd: file
 * @sink: sink
 * @failure: what is wrong with it
 *
 * It becomes as large as it says it is, or as the sheet is wide if it does not
 * say; grey is dithered. The orientation in its Exif part is obeyed.
 *
 * Return: 0 or -1.
 */
int jpeg_print(int fd, struct page_sink *sink, struct failure *failure);

/* The same for a PNG; what is transparent is white. */
int png_print(int fd, struct page_sink *sink, struct failure *failure);

#endif /* _IFAX_PICTURE_H */
