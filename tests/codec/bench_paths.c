// SPDX-License-Identifier: GPL-2.0
/* What scaling and transcoding cost beside decoding, and transcoding by way of pixels. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <linux/ifax/transcode.h>
#include "coded.h"

#define ROUNDS	7

/* A page on its way, in the memory of which there is enough for all pages */
static u64 dec_mem[1 << 16], enc_mem[1 << 16], scaler_mem[1 << 18], mem[1 << 16];
static u8 out[8 << 20], rows[8 << 20];

enum path { DECODE, ENLARGE, REDUCE, TRANSCODE, BY_PIXELS, PATHS };

static double now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return time.tv_sec * 1e3 + time.tv_nsec * 1e-6;
}

static void scale(const struct ifax_codec_format *fmt, struct ifax_decoder *dec, u32 x_from,
		  u32 x_to, u32 y_from, u32 y_to)
{
	struct ifax_scale to = { x_from, x_to, y_from, y_to,
				 ifax_scaled(fmt->width_px, x_from, x_to), 0, 0 };
	struct ifax_scaler *scaler = ifax_scaler_init(scaler_mem, &to, fmt, dec);

	/* a line of it after the other, as an engine takes them */
	while (ifax_scale_lines(scaler, rows, 0, 1))
		;
}

static void walk(enum path path, const struct page *page, const struct coded *coded,
		 const struct ifax_codec_format *fmt)
{
	struct ifax_codec_format to = { .coding = IFAX_CODING_MMR, .width_px = page->width_px };
	struct ifax_bytes in = { coded->data, coded->data + coded->bytes, NULL };
	struct ifax_decoder *dec = ifax_decoder_init(dec_mem, fmt, &in);
	struct ifax_encoder *enc = ifax_encoder_init(enc_mem, &to);
	bool ended;
	u32 done;

	switch (path) {
	case DECODE:
		ifax_decode_lines(dec, rows, page->stride, page->lines);
		break;
	case ENLARGE:
		scale(fmt, dec, 204, 600, 196, 600);
		break;
	case REDUCE:
		scale(fmt, dec, 600, 204, 600, 196);
		break;
	case TRANSCODE:
		ifax_transcode(ifax_transcoder_init(mem, dec, NULL, enc), out, sizeof(out), &ended);
		break;
	default:
		ifax_decode_lines(dec, rows, page->stride, page->lines);
		ifax_encode_lines(enc, rows, page->stride, page->lines, out, sizeof(out), &done);
		break;
	}
}

static void measure(const struct page *page)
{
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_MH, .width_px = page->width_px };
	struct coded coded = encode_page(&fmt, page, 0);
	double best_ms[PATHS];
	int round, path;

	printf("%-18s", page->name);
	for (path = 0; path < PATHS; path++) {
		best_ms[path] = 1e9;
		for (round = 0; round < ROUNDS; round++) {
			double begin_ms = now_ms(), ms;

			walk(path, page, &coded, &fmt);
			ms = now_ms() - begin_ms;
			best_ms[path] = ms < best_ms[path] ? ms : best_ms[path];
		}
		if (path == DECODE)
			printf(" %9.2f ms", best_ms[path]);
		else
			printf(" %9.2f", best_ms[path] / best_ms[DECODE]);
	}
	printf("\n");
	free(coded.data);
}

int main(void)
{
	struct page pages[32];
	unsigned int count, i;

	printf("%-18s %12s %9s %9s %9s %9s\n", "", "decode MH", "to 600", "from 600", "to MMR",
	       "by pixels");
	pages[0] = page_pattern(PAGE_TEXT, 1728, 2376);
	pages[1] = page_pattern(PAGE_DITHER, 1728, 2376);
	count = 2 + page_load_all("../shared/data", pages + 2, 30);
	for (i = 0; i < count; i++) {
		if (pages[i].stride * pages[i].lines <= sizeof(rows))
			measure(&pages[i]);
		page_free(&pages[i]);
	}
	return 0;
}
