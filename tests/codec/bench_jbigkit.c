// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <jbig85.h>
#include "bench.h"

struct output {
	u8 *at;
	u8 *white;
	u8 *buffer;
	size_t buffer_bytes;
};

static bool can(u32 coding)
{
	return coding == IFAX_CODING_JBIG;
}

static void append(unsigned char *data, size_t bytes, void *to)
{
	struct output *output = to;

	memcpy(output->at, data, bytes);
	output->at += bytes;
}

static int next_line(const struct jbg85_dec_state *dec, unsigned char *start, size_t bytes,
		     unsigned long y, void *to)
{
	append(start, bytes, to);
	return 0;
}

static void begin(struct bench_run *run)
{
	struct output *output = calloc(1, sizeof(*output));

	if (!output)
		abort();
	output->buffer_bytes = 3 * run->page->stride + 64;
	output->buffer = malloc(output->buffer_bytes);
	output->white = calloc(1, run->page->stride);
	if (!output->buffer || !output->white)
		abort();
	run->priv = output;
}

static void encode(struct bench_run *run)
{
	const struct page *page = run->page;
	struct output *output = run->priv;
	struct jbg85_enc_state enc;
	u8 *row = page->rows;
	u32 y;

	output->at = run->out;
	jbg85_enc_init(&enc, page->width_px, page->lines, append, output);
	jbg85_enc_options(&enc, JBG_TPBON, run->fmt.k, 0);
	for (y = 0; y < page->lines; y++, row += page->stride)
		jbg85_enc_lineout(&enc, row, y ? row - page->stride : output->white,
				  y > 1 ? row - 2 * page->stride : output->white);
	run->out_bytes = output->at - run->out;
}

static void decode(struct bench_run *run)
{
	struct output *output = run->priv;
	struct jbg85_dec_state dec;
	size_t used;

	output->at = run->rows;
	jbg85_dec_init(&dec, output->buffer, output->buffer_bytes, next_line, output);
	jbg85_dec_in(&dec, (u8 *)run->coded, run->coded_bytes, &used);
}

static void end(struct bench_run *run)
{
	struct output *output = run->priv;

	free(output->buffer);
	free(output->white);
	free(output);
}

const struct bench_impl bench_jbigkit = {
	.name = "jbigkit", .can = can, .begin = begin, .encode = encode, .decode = decode,
	.end = end,
};
