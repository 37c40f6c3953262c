/* SPDX-License-Identifier: GPL-2.0 */
/* Whole pages through the codec. */
#ifndef IFAX_CODEC_PAGE_CODEC_H
#define IFAX_CODEC_PAGE_CODEC_H

#include "page_writer.h"

/**
 * struct page_source - a coded page to be decoded, and what came of it
 * @fmt: its format
 * @coded: its bytes
 * @scale: what becomes of it, if @scaled
 * @scaled: it is to be scaled
 * @conceal: wrong lines are to be concealed
 * @report: the fault that ended it, if any
 * @damage: lines that were concealed
 */
struct page_source {
	struct ifax_codec_format fmt;
	struct coded_page coded;
	struct ifax_scale scale;
	bool scaled;
	bool conceal;
	struct ifax_fault_report report;
	struct ifax_damage damage;
};

/* The caller frees @coded->data; false with a message */
bool page_encode(const struct ifax_codec_format *fmt, const struct image *image,
		 struct coded_page *coded);

/* All lines that are good; false with a message if there is no memory */
bool page_decode(struct page_source *source, struct image *image);

/* The same, coded in another format; @lines: how many there are */
bool page_transcode(struct page_source *source, const struct ifax_codec_format *to,
		    struct coded_page *coded, u32 *lines);

/* Append the lines of @source to a page that is being written */
bool page_append(struct page_source *source, struct page_writer *writer);

#endif
