/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JBIG: T.82 in the profile of T.85 (bi-level, one resolution layer).
 *
 * What encoder.c and decoder.c hand over for IFAX_CODING_JBIG. The arguments
 * and results are those of the functions of the same name in codec.h.
 */
#ifndef IFAX_CODEC_JBIG_H
#define IFAX_CODEC_JBIG_H

#include "coder.h"

size_t ifax_jbig_encoder_size(const struct ifax_codec_format *fmt);
struct ifax_encoder *ifax_jbig_encoder_init(void *mem, const struct ifax_codec_format *fmt);
size_t ifax_jbig_encoder_line_bound(const struct ifax_codec_format *fmt);
size_t ifax_jbig_encode_lines(struct ifax_encoder *base, const void *rows, size_t stride,
			      u32 lines, void *out, size_t room, u32 *lines_done);
size_t ifax_jbig_encode_end(struct ifax_encoder *base, void *out, size_t room);

size_t ifax_jbig_decoder_size(const struct ifax_codec_format *fmt);
struct ifax_decoder *ifax_jbig_decoder_init(void *mem, const struct ifax_codec_format *fmt,
					    struct ifax_bytes *in);
u32 ifax_jbig_decode_lines(struct ifax_decoder *base, void *rows, size_t stride, u32 lines);

#endif
