/* SPDX-License-Identifier: GPL-2.0 */
/* Whole pages through the codec's interface, in pieces of chosen sizes. */
#ifndef CODEC_CODED_H
#define CODEC_CODED_H

#include <linux/ifax/codec.h>
#include "page.h"

struct coded {
	u8 *data;
	size_t bytes;
};

/* Encode; @band: most lines a call; 0: as many as there are */
struct coded encode_page(const struct ifax_codec_format *fmt, const struct page *page,
			 u32 band);

/*
 * Decode up to @lines lines in calls of up to @band lines; @piece: bytes of the
 * coded data at a time, chosen up to that at random (0: all at once). Wrong
 * lines are concealed if IFAX_TEST_CONCEAL is set in @band.
 */
#define IFAX_TEST_CONCEAL	(1U << 31)
struct page decode_page(const struct ifax_codec_format *fmt, const void *coded, size_t bytes,
			u32 lines, size_t piece, u32 band,
			struct ifax_fault_report *report);

bool page_equal(const struct page *a, const struct page *b);

#endif
