/* SPDX-License-Identifier: GPL-2.0 */
/* A page of pixels, and PBM and PGM files of them. */
#ifndef IFAX_CODEC_IMAGE_H
#define IFAX_CODEC_IMAGE_H

#include <stdio.h>
#include <linux/ifax/codec.h>

#define IMAGE_BYTES_MAX	(1U << 30)

struct image {
	u32 width_px;
	u32 lines;
	size_t stride;
	u8 *rows;		/* 1 is black */
};

/* How grey becomes black and white */
struct image_grey {
	u32 threshold;		/* of 255: darker is black */
};

/* White; false with a message if it is too large */
bool image_new(struct image *image, u32 width_px, u32 lines);
void image_free(struct image *image);

/*
 * The next page of a stream of P4 and P5 files. Returns 1, 0 at the end of the
 * stream, or -1 with a message that begins with @name.
 */
int image_read(FILE *from, const char *name, const struct image_grey *grey, struct image *image);

/* As P4; false with a message */
bool image_write(FILE *to, const char *name, const struct image *image);

#endif
