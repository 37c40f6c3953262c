// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include "bench.h"

static bool can(u32 coding)
{
	return true;
}

static void begin(struct bench_run *run)
{
	size_t enc = ifax_encoder_size(&run->fmt), dec = ifax_decoder_size(&run->fmt);

	run->priv = malloc(enc > dec ? enc : dec);
	if (!run->priv)
		abort();
}

static void encode(struct bench_run *run)
{
	struct ifax_encoder *enc = ifax_encoder_init(run->priv, &run->fmt);
	size_t bytes;
	u32 done;

	bytes = ifax_encode_lines(enc, run->page->rows, run->page->stride, run->page->lines,
				  run->out, run->room, &done);
	run->out_bytes = bytes + ifax_encode_end(enc, run->out + bytes, run->room - bytes);
}

static void decode(struct bench_run *run)
{
	struct ifax_bytes in = { .at = run->coded, .end = run->coded + run->coded_bytes };
	struct ifax_decoder *dec = ifax_decoder_init(run->priv, &run->fmt, &in);

	ifax_decode_lines(dec, run->rows, run->page->stride, run->page->lines);
}

static void end(struct bench_run *run)
{
	free(run->priv);
}

const struct bench_impl bench_ifax = {
	.name = "ifax", .can = can, .begin = begin, .encode = encode, .decode = decode, .end = end,
};
