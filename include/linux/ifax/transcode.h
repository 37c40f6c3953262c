/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page from one coding into another, as change positions: between MH, MR and
 * MMR no pixel is painted. RAW and JBIG, which know pixels only, may stand at
 * either end.
 *
 * Pure functions over memory of the caller, as in linux/ifax/codec.h.
 */
#ifndef _LINUX_IFAX_TRANSCODE_H
#define _LINUX_IFAX_TRANSCODE_H

#include <linux/ifax/codec.h>
#include <linux/ifax/scale.h>

/**
 * ifax_transcoder_size() - bytes of working memory for ifax_transcoder_init()
 * @from: format of the decoder
 * @to: format of the encoder
 *
 * Return: bytes, linear in both widths; a hundred or two between MH, MR and MMR.
 */
size_t ifax_transcoder_size(const struct ifax_codec_format *from,
			    const struct ifax_codec_format *to);

struct ifax_transcoder;

/**
 * ifax_transcoder_init() - begin a page
 * @mem: ifax_transcoder_size() bytes, aligned for u64; need not be cleared
 * @dec: decoder, before its first line, set to conceal or not as the caller
 *	likes; faults and damage are asked of it
 * @scaler: scaler of @dec, before its first line, if the page is to be scaled;
 *	else NULL
 * @enc: encoder, before its first line, for lines as wide as those that come
 *
 * All three remain the caller's, but their lines are the transcoder's from now on.
 *
 * Return: the transcoder, which lives in @mem; NULL if the widths differ.
 */
struct ifax_transcoder *ifax_transcoder_init(void *mem, struct ifax_decoder *dec,
					     struct ifax_scaler *scaler,
					     struct ifax_encoder *enc);

/**
 * ifax_transcode() - code lines anew for as long as there is room
 * @transcoder: transcoder
 * @out: coded bytes go here
 * @room: size of @out; a line is begun only if ifax_encoder_line_bound() fits
 * @ended: set at the end of the page, or before a fault, which
 *	ifax_decoder_fault() tells apart: the lines before it have been coded.
 *	What is left to do is ifax_encode_end()
 *
 * Return: bytes written to @out. Does not sleep unless the decoder's input does.
 */
size_t ifax_transcode(struct ifax_transcoder *transcoder, void *out, size_t room, bool *ended);

/**
 * ifax_transcoder_lines() - how many lines have been coded so far
 * @transcoder: transcoder
 *
 * Return: lines.
 */
u32 ifax_transcoder_lines(const struct ifax_transcoder *transcoder);

#endif /* _LINUX_IFAX_TRANSCODE_H */
