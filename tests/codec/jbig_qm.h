/* SPDX-License-Identifier: GPL-2.0 */
/* The insides of the JBIG coders, which are static there. */
#ifndef CODEC_JBIG_QM_H
#define CODEC_JBIG_QM_H

#include <linux/ifax/codec.h>

/* Code so many pixels, each in its context, as one stripe; returns the bytes, marker included */
size_t qm_encode(const u8 *pixels, const u16 *contexts, u32 count, u8 *coded);

/* The other way */
void qm_decode(const u8 *coded, size_t bytes, const u16 *contexts, u32 count, u8 *pixels);

#endif
