/* SPDX-License-Identifier: GPL-2.0 */
/* A page of pixels, and PBM and PGM files of them. */
#ifndef IFAX_CODEC_IMAGE_H
#define IFAX_CODEC_IMAGE_H

#include <stdio.h>
#include <linux/ifax/grey.h>

#define IMAGE_BYTES_MAX	(1U << 30)

struct image {
	u32 width_px;
	u32 lines;
	size_t stride;
	u8 *rows;		/* 1 is black */
};

/* White; false with a message if it is too large */
bool image_new(struct image *image, u32 width_px, u32 lines);
void image_free(struct image *image);

/*
 * The next page of a stream of P4 and P5 files; @grey tells how the latter become
 * black and white, its width aside. Returns 1, 0 at the end of the stream, or -1
 * with a message that begins with @name.
 */
int image_read(FILE *from, const char *name, const struct ifax_grey_format *grey,
	       struct image *image);

/* Are the pixels the same? Bits past the width do not count */
bool image_equal(const struct image *a, const struct image *b);

/* Standard input or output if @path is "-"; NULL with a message */
FILE *open_file(const char *path, const char *mode);

/* What was written is on its way; false with a message. Not closed if it is NULL */
bool close_file(FILE *file, const char *path);

/* As P4; false with a message */
bool image_write(FILE *to, const char *name, const struct image *image);

#endif
