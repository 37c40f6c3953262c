// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include "../../kernel/codec/jbig_take.c"
#include "jbig_qm.h"

void qm_decode(const u8 *coded, size_t bytes, const u16 *contexts, u32 count, u8 *pixels)
{
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_JBIG, .width_px = 8 };
	struct ifax_bytes in = { .at = coded, .end = coded + bytes };
	void *mem = malloc(ifax_decoder_size(&fmt));
	struct ifax_decoder *dec;
	struct jbig_decoder *jbig;
	u32 i, pixel;

	if (!mem)
		abort();
	dec = ifax_decoder_init(mem, &fmt, &in);
	jbig = dec->jbig;
	jbig->length_lines = 1;
	if (!begin_stripe(jbig, &dec->src, 8))
		abort();
	for (i = 0; i < count; i++) {
		jbig->qm = take_pixel(jbig->qm, jbig, &dec->src, contexts[i], &pixel);
		pixels[i] = pixel;
	}
	free(mem);
}
