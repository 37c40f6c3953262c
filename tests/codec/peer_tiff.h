/* SPDX-License-Identifier: GPL-2.0 */
/* libtiff as an independent codec: one strip, in memory. */
#ifndef CODEC_PEER_TIFF_H
#define CODEC_PEER_TIFF_H

#include <linux/ifax/codec.h>
#include "page.h"

/* Coded bytes without the end code, as libtiff writes them; the caller frees @coded */
size_t tiff_encode(const struct ifax_codec_format *fmt, const struct page *page, u8 **coded);

/* A file of one page, of one strip, which is @coded; the caller frees @file */
size_t tiff_file(const struct ifax_codec_format *fmt, const struct page *page, const u8 *coded,
		 size_t bytes, u8 **file);

/* Does libtiff decode the bytes to this very page, without a warning? */
bool tiff_decodes(const struct ifax_codec_format *fmt, const struct page *page,
		  const u8 *coded, size_t bytes);

#endif
