// SPDX-License-Identifier: GPL-2.0
/*
 * Damaged data on its way through scaler, transcoder and splice, and grey of any
 * size, under AddressSanitizer and UndefinedBehaviorSanitizer: whatever comes,
 * all stay within their buffers and come to an end, and what comes out is sound.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/ifax/grey.h>
#include <linux/ifax/splice.h>
#include <linux/ifax/transcode.h>
#include "coded.h"
#include "tap.h"

#define ROUNDS	3000
#define LINES	30

static const u32 codings[] = {
	IFAX_CODING_MH, IFAX_CODING_MR, IFAX_CODING_MMR, IFAX_CODING_RAW,
	IFAX_CODING_JBIG,
};

static void *allocate(size_t bytes)
{
	void *mem = malloc(bytes ? bytes : 1);

	if (!mem)
		abort();
	memset(mem, 0xa5, bytes);
	return mem;
}

static struct ifax_codec_format random_format(void)
{
	static const u32 widths_px[] = { 1, 7, 64, 65, 300, 1728, 40000 };
	struct ifax_codec_format fmt;

	do {
		fmt = (struct ifax_codec_format){
			.coding = codings[page_random(5)],
			.flags = page_random(IFAX_FMT_FLAGS + 1),
			.width_px = widths_px[page_random(100) ? page_random(6) : 6],
			.length_lines = page_random(2) ? LINES : 0,
			.k = page_random(5),
		};
	} while (ifax_codec_format_ok(&fmt));
	return fmt;
}

/* A page of that format, in memory of its very size, and damaged */
static struct coded damaged(const struct ifax_codec_format *fmt)
{
	struct page page = page_pattern(page_random(PAGE_PATTERNS), fmt->width_px, LINES);
	struct coded whole = encode_page(fmt, &page, 0), coded;
	u32 times;

	coded.bytes = page_random(3) ? whole.bytes : page_random(whole.bytes + 1);
	coded.data = allocate(coded.bytes);
	memcpy(coded.data, whole.data, coded.bytes);
	for (times = page_random(6); times-- && coded.bytes; )
		coded.data[page_random(coded.bytes)] = page_random(2) ? page_random(256) : 0;
	free(whole.data);
	page_free(&page);
	return coded;
}

static struct ifax_scale random_scale(void)
{
	u32 most = page_random(4) ? 20 : 65535;
	struct ifax_scale scale = {
		1 + page_random(most), 1 + page_random(most), 1 + page_random(most),
		1 + page_random(page_random(4) ? 20 : 300), 1 + page_random(3000),
		page_random(2) ? 0 : (int)page_random(4000) - 2000,
		page_random(2) ? 0 : (int)page_random(200) - 100,
	};

	return scale;
}

/* Lines of any scale, up to a number of them */
static bool scales(u32 *given)
{
	struct ifax_codec_format fmt = random_format();
	struct ifax_scale scale = random_scale();
	struct ifax_scaler *scaler;
	struct ifax_decoder *dec;
	struct ifax_bytes in;
	void *dec_mem, *mem;
	struct coded coded;
	size_t stride = (scale.width_px + 7) / 8;
	u32 i;
	u8 *row;

	if (ifax_scale_ok(&scale, &fmt))
		return true;
	coded = damaged(&fmt);
	in = (struct ifax_bytes){ coded.data, coded.data + coded.bytes, NULL };
	dec_mem = allocate(ifax_decoder_size(&fmt));
	mem = allocate(ifax_scaler_size(&scale, &fmt));
	row = allocate(stride);
	dec = ifax_decoder_init(dec_mem, &fmt, &in);
	if (page_random(2))
		ifax_decoder_conceal(dec);
	scaler = ifax_scaler_init(mem, &scale, &fmt, dec);
	for (i = 0; i < 2000 && ifax_scale_lines(scaler, row, stride, 1); i++)
		;
	*given += i;
	free(row);
	free(mem);
	free(dec_mem);
	free(coded.data);
	return true;
}

/* What comes out is what the encoder makes of the lines that the decoder gives */
static bool transcodes(u32 *given)
{
	struct ifax_codec_format from = random_format(), to = random_format();
	struct ifax_transcoder *transcoder;
	struct ifax_fault_report report;
	struct ifax_decoder *dec;
	struct ifax_encoder *enc;
	struct coded coded, want, got = { 0 };
	struct ifax_bytes in;
	struct page lines;
	bool ended, good;
	void *mem[3];
	size_t room;

	to.width_px = from.width_px;
	to.length_lines = 0;
	coded = damaged(&from);
	/* made-up stripes of JBIG may stand for very many lines */
	lines = decode_page(&from, coded.data, coded.bytes, 20 * LINES, 0, 20 * LINES, &report);
	if (lines.lines == 20 * LINES) {
		page_free(&lines);
		free(coded.data);
		return true;
	}
	want = encode_page(&to, &lines, 0);
	in = (struct ifax_bytes){ coded.data, coded.data + coded.bytes, NULL };
	mem[0] = allocate(ifax_decoder_size(&from));
	mem[1] = allocate(ifax_encoder_size(&to));
	mem[2] = allocate(ifax_transcoder_size(&from, &to));
	dec = ifax_decoder_init(mem[0], &from, &in);
	enc = ifax_encoder_init(mem[1], &to);
	transcoder = ifax_transcoder_init(mem[2], dec, NULL, enc);
	room = ifax_encoder_line_bound(&to) * (lines.lines + 2);
	got.data = allocate(room);
	got.bytes = ifax_transcode(transcoder, got.data, room, &ended);
	got.bytes += ifax_encode_end(enc, got.data + got.bytes, room - got.bytes);
	good = ended && ifax_transcoder_lines(transcoder) == lines.lines &&
	       got.bytes == want.bytes && !memcmp(got.data, want.data, got.bytes);
	if (!good)
		diag("coding %u flags 0x%x to %u flags 0x%x, %u pixels", from.coding, from.flags,
		     to.coding, to.flags, from.width_px);
	*given += lines.lines;
	free(mem[0]);
	free(mem[1]);
	free(mem[2]);
	free(got.data);
	free(want.data);
	free(coded.data);
	page_free(&lines);
	return good;
}

static bool splices(u32 *given)
{
	struct ifax_codec_format fmt = random_format();
	struct ifax_fault_report report;
	struct ifax_splice splice;
	struct coded coded;
	struct page band;
	size_t room, bytes = 0;
	bool good;
	void *mem;
	u8 *out;
	int err;

	coded = damaged(&fmt);
	band = page_pattern(page_random(PAGE_PATTERNS), fmt.width_px, page_random(8));
	splice = (struct ifax_splice){ fmt, coded.data, coded.bytes, page_random(LINES + 2),
				       band.rows, band.stride, band.lines };
	room = ifax_splice_bound(&splice);
	mem = allocate(ifax_splice_size(&fmt));
	out = allocate(room);
	err = ifax_splice(mem, &splice, out, room, &bytes, &report);
	good = bytes <= room;
	/* the band is there, whatever comes behind it */
	if (!err && band.lines) {
		struct page got;

		fmt.length_lines = band.lines;
		got = decode_page(&fmt, out, bytes, band.lines, 0, 9, &report);
		good = good && page_equal(&got, &band) && !report.fault;
		page_free(&got);
	}
	if (!good)
		diag("coding %u flags 0x%x, %u pixels, %u lines over %u", fmt.coding, fmt.flags,
		     fmt.width_px, band.lines, splice.replaced_lines);
	*given += !err;
	free(mem);
	free(out);
	free(coded.data);
	page_free(&band);
	return good;
}

/* Grey of any width and mode, in memory of its very size, its last line without a stride */
static bool greys(u32 *given)
{
	struct ifax_grey_format fmt = { page_random(4), 1 + page_random(300),
					1 + page_random(255) };
	u32 lines = 1 + page_random(8), i;
	size_t stride = fmt.width_px + page_random(5), bytes = (fmt.width_px + 7) / 8;
	u8 *grey = allocate((lines - 1) * stride + fmt.width_px), *rows = allocate(lines * bytes);
	struct ifax_reference white = { grey, stride, lines };
	void *mem = allocate(ifax_grey_size(&fmt));
	void *shading_mem = allocate(ifax_shading_size(fmt.width_px));
	const struct ifax_shading *shading;

	for (i = 0; i < (lines - 1) * stride + fmt.width_px; i++)
		grey[i] = page_random(256);
	shading = ifax_shading_init(shading_mem, fmt.width_px, page_random(2) ? &white : NULL,
				    &white, NULL);
	for (i = 0; i < lines; i++)
		ifax_shading_line(shading, grey + i * stride, grey + i * stride);
	ifax_grey_lines(ifax_grey_init(mem, &fmt), grey, stride, lines, rows, bytes);
	*given += lines;
	free(grey);
	free(rows);
	free(mem);
	free(shading_mem);
	return true;
}

int main(void)
{
	static const struct {
		const char *name;
		bool (*round)(u32 *given);
	} paths[] = {
		{ "scaler", scales }, { "transcoder", transcodes }, { "splice", splices },
		{ "grey", greys },
	};
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		bool good = true;
		u32 given = 0, round;

		for (round = 0; round < ROUNDS && good; round++)
			good = paths[i].round(&given);
		ok(good && given > ROUNDS / 20, "%s: %u rounds, %u came out", paths[i].name, round,
		   given);
	}
	return done_testing();
}
