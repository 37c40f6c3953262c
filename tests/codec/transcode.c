// SPDX-License-Identifier: GPL-2.0
/*
 * Transcoding: from any coding and option to any other, the bytes have to be
 * those that the encoder makes of the pixels.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ifax/transcode.h>
#include "coded.h"
#include "peer_tiff.h"
#include "tap.h"

static const struct {
	const char *name;
	struct ifax_codec_format fmt;
} formats[] = {
	{ "MH", { .coding = IFAX_CODING_MH } },
	{ "MH eol end", { .coding = IFAX_CODING_MH, .flags = IFAX_FMT_EOL | IFAX_FMT_END } },
	{ "MH eol-aligned lsb-first", { .coding = IFAX_CODING_MH, .flags = IFAX_FMT_EOL |
	  IFAX_FMT_EOL_ALIGNED | IFAX_FMT_LSB_FIRST } },
	{ "MH row-aligned", { .coding = IFAX_CODING_MH, .flags = IFAX_FMT_ROW_ALIGNED } },
	{ "MH white-is-1", { .coding = IFAX_CODING_MH, .flags = IFAX_FMT_WHITE_IS_1 } },
	{ "MR K=4 end", { .coding = IFAX_CODING_MR, .k = 4, .flags = IFAX_FMT_END } },
	{ "MR K=2 eol-aligned", { .coding = IFAX_CODING_MR, .k = 2,
	  .flags = IFAX_FMT_EOL_ALIGNED } },
	{ "MR K=infinite white-is-1", { .coding = IFAX_CODING_MR, .flags = IFAX_FMT_WHITE_IS_1 } },
	{ "MMR end", { .coding = IFAX_CODING_MMR, .flags = IFAX_FMT_END } },
	{ "MMR lsb-first", { .coding = IFAX_CODING_MMR, .flags = IFAX_FMT_LSB_FIRST } },
	{ "MMR white-is-1", { .coding = IFAX_CODING_MMR, .flags = IFAX_FMT_WHITE_IS_1 } },
	{ "RAW", { .coding = IFAX_CODING_RAW } },
	{ "RAW white-is-1", { .coding = IFAX_CODING_RAW, .flags = IFAX_FMT_WHITE_IS_1 } },
	{ "JBIG", { .coding = IFAX_CODING_JBIG } },
};

#define FORMATS	(sizeof(formats) / sizeof(formats[0]))

static void *allocate(size_t bytes)
{
	void *mem = malloc(bytes ? bytes : 1);

	if (!mem)
		abort();
	memset(mem, 0xa5, bytes);
	return mem;
}

struct run {
	struct ifax_codec_format from;
	struct ifax_codec_format to;
	const struct ifax_scale *scale;
	bool conceal;
	struct ifax_fault_report report;
	u32 lines;
};

/* With rooms of chosen sizes, from the least that will do */
static struct coded transcoded(struct run *run, const struct coded *from)
{
	struct ifax_bytes in = { from->data, from->data + from->bytes, NULL };
	size_t bound = ifax_encoder_line_bound(&run->to), room;
	void *dec_mem = allocate(ifax_decoder_size(&run->from));
	void *enc_mem = allocate(ifax_encoder_size(&run->to));
	void *mem = allocate(ifax_transcoder_size(&run->from, &run->to));
	void *scaler_mem = run->scale ? allocate(ifax_scaler_size(run->scale, &run->from)) : NULL;
	struct ifax_decoder *dec = ifax_decoder_init(dec_mem, &run->from, &in);
	struct ifax_encoder *enc = ifax_encoder_init(enc_mem, &run->to);
	struct ifax_scaler *scaler = run->scale ?
		ifax_scaler_init(scaler_mem, run->scale, &run->from, dec) : NULL;
	struct ifax_transcoder *transcoder = ifax_transcoder_init(mem, dec, scaler, enc);
	struct coded coded = { allocate(1), 0 };
	bool ended = false;

	if (run->conceal)
		ifax_decoder_conceal(dec);
	while (!ended) {
		u8 *out;

		room = bound + page_random(3000);
		out = allocate(room);
		room = ifax_transcode(transcoder, out, room, &ended);
		coded.data = realloc(coded.data, coded.bytes + room + 1);
		memcpy(coded.data + coded.bytes, out, room);
		coded.bytes += room;
		free(out);
	}
	/* at the end of JBIG, all of the page may hang on a carry */
	room = bound * 200;
	coded.data = realloc(coded.data, coded.bytes + room);
	coded.bytes += ifax_encode_end(enc, coded.data + coded.bytes, room);
	run->report = *ifax_decoder_fault(dec);
	run->lines = ifax_transcoder_lines(transcoder);
	free(scaler_mem);
	free(mem);
	free(enc_mem);
	free(dec_mem);
	return coded;
}

static bool same_bytes(const struct coded *a, const struct coded *b)
{
	return a->bytes == b->bytes && !memcmp(a->data, b->data, a->bytes);
}

static bool pair_holds(const struct page *page, unsigned int from, unsigned int to)
{
	struct run run = { .from = formats[from].fmt, .to = formats[to].fmt };
	struct coded coded, want, got;
	bool good;

	run.from.width_px = page->width_px;
	run.to.width_px = page->width_px;
	coded = encode_page(&run.from, page, 0);
	want = encode_page(&run.to, page, 0);
	/* the data of RAW has no end of its own but that of the data */
	if (page_random(2))
		run.from.length_lines = page->lines;
	got = transcoded(&run, &coded);
	good = same_bytes(&want, &got) && !run.report.fault && run.lines == page->lines;
	if (!good)
		diag("%s, %u pixels, %s to %s: %zu bytes of %zu, %u lines: %s", page->name,
		     page->width_px, formats[from].name, formats[to].name, got.bytes, want.bytes,
		     run.lines, ifax_fault_text(run.report.fault));
	free(coded.data);
	free(want.data);
	free(got.data);
	return good;
}

static bool all_pages_hold(unsigned int from, unsigned int to)
{
	static const u32 widths_px[] = { 1, 8, 63, 64, 65, 300, 1728, 2560 };
	bool good = true;
	unsigned int i;

	for (i = 0; i < PAGE_PATTERNS && good; i++) {
		struct page page = page_pattern(i, widths_px[page_random(8)], 1 + page_random(30));

		good = pair_holds(&page, from, to);
		page_free(&page);
	}
	return good;
}

static bool libtiff_reads(void)
{
	struct page page = page_pattern(PAGE_TEXT, 1728, 300);
	struct run run = { .from = { .coding = IFAX_CODING_MH, .flags = IFAX_FMT_EOL,
				     .width_px = 1728 },
			   .to = { .coding = IFAX_CODING_MMR, .flags = IFAX_FMT_END,
				   .width_px = 1728 } };
	struct coded coded = { 0 }, mmr, mr;
	bool good;

	coded.bytes = tiff_encode(&run.from, &page, &coded.data);
	mmr = transcoded(&run, &coded);
	good = tiff_decodes(&run.to, &page, mmr.data, mmr.bytes);
	run.from = run.to;
	run.to = (struct ifax_codec_format){ .coding = IFAX_CODING_MR, .flags = IFAX_FMT_EOL,
					     .width_px = 1728, .k = 4 };
	mr = transcoded(&run, &mmr);
	good = good && tiff_decodes(&run.to, &page, mr.data, mr.bytes);
	free(coded.data);
	free(mmr.data);
	free(mr.data);
	page_free(&page);
	return good;
}

/* A damaged page: what is coded anew is what the decoder gives */
static bool damaged(u32 coding, bool conceal)
{
	bool good = true, faults = false;
	u32 round;

	for (round = 0; round < 200 && good; round++) {
		struct page page = page_pattern(PAGE_TEXT, 700, 60), lines;
		struct run run = { .from = { .coding = coding, .flags = IFAX_FMT_END, .k = 4,
					     .width_px = 700 },
				   .to = { .coding = IFAX_CODING_MMR, .flags = IFAX_FMT_END,
					   .width_px = 700 }, .conceal = conceal };
		struct coded coded, want, got;
		struct ifax_fault_report report;

		if (coding == IFAX_CODING_MH)
			run.from.flags |= IFAX_FMT_EOL;
		coded = encode_page(&run.from, &page, 0);
		coded.data[page_random(coded.bytes)] ^= 1 << page_random(8);
		coded.data[page_random(coded.bytes)] = page_random(256);
		lines = decode_page(&run.from, coded.data, coded.bytes, 200, 0,
				    200 | (conceal ? IFAX_TEST_CONCEAL : 0), &report);
		want = encode_page(&run.to, &lines, 0);
		got = transcoded(&run, &coded);
		good = same_bytes(&want, &got) && run.report.fault == report.fault &&
		       run.report.line == report.line && run.report.bit == report.bit &&
		       run.lines == lines.lines;
		faults = faults || report.fault;
		free(coded.data);
		free(want.data);
		free(got.data);
		page_free(&page);
		page_free(&lines);
	}
	return good && (faults || conceal);
}

/* Scaled on the way: as the scaled pixels are coded */
static bool scaled_on_the_way(u32 to, s32 top_lines)
{
	struct page page = page_pattern(PAGE_STEPS, 500, 90), scaled;
	struct ifax_scale scale = { 204, 300, 196, 98, 800, 20, top_lines };
	struct run run = { .from = { .coding = IFAX_CODING_MMR, .width_px = 500 },
			   .to = formats[to].fmt, .scale = &scale };
	struct coded coded = encode_page(&run.from, &page, 0), want, got;
	struct ifax_bytes in = { coded.data, coded.data + coded.bytes, NULL };
	void *dec_mem = allocate(ifax_decoder_size(&run.from));
	void *mem = allocate(ifax_scaler_size(&scale, &run.from));
	struct ifax_decoder *dec = ifax_decoder_init(dec_mem, &run.from, &in);
	bool good;

	run.to.width_px = 800;
	scaled = page_new("scaled", 800, 200);
	scaled.lines = ifax_scale_lines(ifax_scaler_init(mem, &scale, &run.from, dec), scaled.rows,
					scaled.stride, 200);
	want = encode_page(&run.to, &scaled, 0);
	got = transcoded(&run, &coded);
	good = scaled.lines == 45U + top_lines && same_bytes(&want, &got);
	free(dec_mem);
	free(mem);
	free(coded.data);
	free(want.data);
	free(got.data);
	page_free(&page);
	page_free(&scaled);
	return good;
}

/* Lines of one width are none for an encoder of another */
static bool widths_must_match(void)
{
	struct ifax_codec_format from = { .coding = IFAX_CODING_MH, .width_px = 100 };
	struct ifax_codec_format to = { .coding = IFAX_CODING_MMR, .width_px = 50 };
	struct ifax_scale scale = { 2, 1, 1, 1, 50, 0, 0 };
	struct ifax_bytes in = { NULL, NULL, NULL };
	struct ifax_decoder *dec = ifax_decoder_init(allocate(ifax_decoder_size(&from)), &from, &in);
	struct ifax_encoder *enc = ifax_encoder_init(allocate(ifax_encoder_size(&to)), &to);
	struct ifax_scaler *scaler = ifax_scaler_init(allocate(ifax_scaler_size(&scale, &from)),
						      &scale, &from, dec);
	void *mem = allocate(ifax_transcoder_size(&from, &to));
	bool good = !ifax_transcoder_init(mem, dec, NULL, enc) &&
		    ifax_transcoder_init(mem, dec, scaler, enc);

	free(mem);
	free(scaler);
	free(enc);
	free(dec);
	return good;
}

int main(void)
{
	unsigned int from, to;

	for (from = 0; from < FORMATS; from++) {
		bool good = true;

		for (to = 0; to < FORMATS; to++)
			good = all_pages_hold(from, to) && good;
		ok(good, "%s to each", formats[from].name);
	}
	ok(widths_must_match(), "no transcoder between widths that differ");
	ok(libtiff_reads(), "from libtiff's MH to MMR to MR for libtiff");
	ok(damaged(IFAX_CODING_MH, false), "MH with faults: the lines before");
	ok(damaged(IFAX_CODING_MH, true), "MH with faults: concealed");
	ok(damaged(IFAX_CODING_MR, true), "MR with faults: concealed");
	ok(damaged(IFAX_CODING_MMR, false), "MMR with faults: the lines before");
	for (to = 0; to < FORMATS; to++)
		ok(scaled_on_the_way(to, to % 2 ? 7 : -5), "scaled on the way to %s",
		   formats[to].name);
	return done_testing();
}
