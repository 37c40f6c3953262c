// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include "../../kernel/codec/jbig_put.c"
#include "jbig_qm.h"

size_t qm_encode(const u8 *pixels, const u16 *contexts, u32 count, u8 *coded)
{
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_JBIG, .width_px = 8 };
	void *mem = malloc(ifax_jbig_encoder_size(8));
	struct jbig_encoder *enc;
	size_t bytes;
	u32 i;

	if (!mem)
		abort();
	enc = ifax_jbig_encoder_init(mem, &fmt);
	enc->at = coded;
	begin_stripe(enc);
	for (i = 0; i < count; i++)
		enc->qm = put_pixel(enc, enc->qm, contexts[i], pixels[i]);
	end_stripe(enc);
	bytes = enc->at - coded;
	free(mem);
	return bytes;
}
