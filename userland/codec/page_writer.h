/* SPDX-License-Identifier: GPL-2.0 */
/* A page being coded into memory that grows. */
#ifndef IFAX_CODEC_PAGE_WRITER_H
#define IFAX_CODEC_PAGE_WRITER_H

#include <linux/ifax/transcode.h>
#include "image.h"

struct coded_page {
	u8 *data;
	size_t bytes;
};

struct page_writer {
	struct ifax_codec_format fmt;
	struct coded_page coded;
	size_t room;
	u32 lines;
	struct ifax_encoder *enc;
};

/* All of them: false with a message if there is no memory; writer_free() is still wanted then */
bool writer_begin(struct page_writer *writer, const struct ifax_codec_format *fmt);
bool writer_image(struct page_writer *writer, const struct image *image);
/* All lines that come from a decoder of format @from, or from its scaler if there is one */
bool writer_decoder(struct page_writer *writer, const struct ifax_codec_format *from,
		    struct ifax_decoder *dec, struct ifax_scaler *scaler);
bool writer_end(struct page_writer *writer);

/* The coded page goes with it, unless the caller has taken it and put NULL in its place */
void writer_free(struct page_writer *writer);

#endif
