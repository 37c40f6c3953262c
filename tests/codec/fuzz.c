// SPDX-License-Identifier: GPL-2.0
/*
 * Hostile bytes: the first ones choose options, width and sizes of the pieces, the
 * rest is coded data, or pixels. Compiled with the name of a target it is a
 * fuzzer of libFuzzer's, without one a part of the replay of the corpus.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/ifax/scale.h>
#include <linux/ifax/splice.h>
#include <linux/ifax/transcode.h>
#include "coded.h"
#include "fuzz.h"

#define LINES	64

/* A promise of the codec was broken */
static void promise(bool kept)
{
	if (!kept)
		abort();
}

static void *allocate(size_t bytes)
{
	void *mem = malloc(bytes ? bytes : 1);

	promise(mem);
	memset(mem, 0xa5, bytes);
	return mem;
}

static struct ifax_codec_format format(const struct fuzz_head *head, u32 coding)
{
	return (struct ifax_codec_format) {
		.coding = coding,
		.flags = head->flags & IFAX_FMT_FLAGS,
		.width_px = 1 + (head->width_px[0] | (head->width_px[1] & 15) << 8),
		.length_lines = head->length & 1 ? head->length / 2 : 0,
		.k = head->k % 8,
	};
}

/* What an encoder makes of sound lines is decoded to the same lines */
static void round_trip(struct ifax_codec_format fmt, const struct page *page,
		       const struct fuzz_head *head)
{
	struct ifax_fault_report report;
	struct coded coded;
	struct page again;

	fmt.length_lines = 0;
	coded = encode_page(&fmt, page, 1 + head->band % 16);
	again = decode_page(&fmt, coded.data, coded.bytes, page->lines, head->piece,
			    1 + head->more % 16, &report);
	promise(page_equal(page, &again) && !report.fault);
	page_free(&again);
	free(coded.data);
}

static struct page decode(const struct ifax_codec_format *fmt, const struct fuzz_head *head,
			  const u8 *data, size_t bytes, struct ifax_fault_report *report)
{
	return decode_page(fmt, data, bytes, LINES, head->piece, (1 + head->band % 16) |
			   (head->band & 0x80 ? IFAX_TEST_CONCEAL : 0), report);
}

static void fuzz_decoder(const struct fuzz_head *head, u32 coding, const u8 *data, size_t bytes)
{
	struct ifax_codec_format fmt = format(head, coding);
	struct ifax_fault_report report;
	struct page page;

	if (ifax_codec_format_ok(&fmt))
		return;
	page = decode(&fmt, head, data, bytes, &report);
	promise(page.lines <= LINES);
	promise(!report.fault || report.line == page.lines + 1);
	promise(!report.fault || report.bit <= bytes * 8);
	round_trip(fmt, &page, head);
	page_free(&page);
}

static struct page page_of(const u8 *data, size_t bytes, u32 width_px)
{
	struct page page = page_new("pixels", width_px, LINES);
	u32 y;

	if (bytes > LINES * page.stride)
		bytes = LINES * page.stride;
	memcpy(page.rows, data, bytes);
	page.lines = bytes / page.stride;
	for (y = 0; width_px % 8 && y < page.lines; y++)
		page.rows[(y + 1) * page.stride - 1] &= 0xff00 >> width_px % 8;
	return page;
}

static void fuzz_round_trip(const struct fuzz_head *head, const u8 *data, size_t bytes)
{
	struct ifax_codec_format fmt = format(head, head->more % 5);
	struct page page = page_of(data, bytes, fmt.width_px);

	/* a page without lines has no MMR or RAW, and no JBIG header */
	if (!ifax_codec_format_ok(&fmt) && page.lines)
		round_trip(fmt, &page, head);
	page_free(&page);
}

/* A page that is sound stays so below a band */
static void fuzz_splice(const struct fuzz_head *head, const u8 *data, size_t bytes)
{
	struct ifax_codec_format fmt = format(head, head->more % 4);
	struct ifax_fault_report report, joined_report;
	u32 replaced = head->band % 4;
	struct page page, band, joined;
	struct ifax_splice splice;
	size_t room, out_bytes = 0;
	void *mem;
	u8 *out;

	fmt.length_lines = 0;
	if (ifax_codec_format_ok(&fmt))
		return;
	band = page_pattern(head->k % PAGE_PATTERNS, fmt.width_px, head->piece % 4);
	splice = (struct ifax_splice){ fmt, data, bytes, replaced, band.rows, band.stride,
				       band.lines };
	room = ifax_splice_bound(&splice);
	out = allocate(room);
	mem = allocate(ifax_splice_size(&fmt));
	page = decode_page(&fmt, data, bytes, LINES, 0, LINES, &report);
	if (!ifax_splice(mem, &splice, out, room, &out_bytes, &joined_report)) {
		promise(out_bytes <= room);
		joined = decode_page(&fmt, out, out_bytes, LINES + 4, 0, LINES, &joined_report);
		promise(joined.lines >= band.lines &&
			!memcmp(joined.rows, band.rows, band.lines * band.stride));
		if (!report.fault && page.lines < LINES && page.lines >= replaced)
			promise(!joined_report.fault &&
				joined.lines == page.lines - replaced + band.lines &&
				!memcmp(joined.rows + band.lines * band.stride,
					page.rows + replaced * page.stride,
					(page.lines - replaced) * page.stride));
		page_free(&joined);
	}
	page_free(&page);
	page_free(&band);
	free(mem);
	free(out);
}

static struct ifax_scale scale_of(const struct fuzz_head *head)
{
	return (struct ifax_scale){
		.x_from = 1 + head->k, .x_to = 1 + head->piece,
		.y_from = 1 + head->band % 16, .y_to = 1 + head->band / 16,
		.width_px = 1 + (head->piece ^ head->k),
		.left_px = head->more - 128, .top_lines = head->more % 16 - 8,
	};
}

static void fuzz_scale(const struct fuzz_head *head, const u8 *data, size_t bytes)
{
	struct ifax_codec_format fmt = format(head, head->more % 5);
	struct ifax_bytes in = { .at = data, .end = data + bytes };
	struct ifax_scale scale = scale_of(head);
	struct ifax_scaler *scaler;
	struct page page;
	void *mem, *scaler_mem;

	if (ifax_codec_format_ok(&fmt) || ifax_scale_ok(&scale, &fmt))
		return;
	mem = allocate(ifax_decoder_size(&fmt));
	scaler_mem = allocate(ifax_scaler_size(&scale, &fmt));
	page = page_new("scaled", scale.width_px, 4 * LINES);
	scaler = ifax_scaler_init(scaler_mem, &scale, &fmt, ifax_decoder_init(mem, &fmt, &in));
	promise(scaler);
	promise(ifax_scale_lines(scaler, page.rows, page.stride, page.lines) <= page.lines);
	page_free(&page);
	free(scaler_mem);
	free(mem);
}

/* The lines decoded are those that come out of the other coding */
static void fuzz_transcode(const struct fuzz_head *head, const u8 *data, size_t bytes)
{
	struct ifax_codec_format from = format(head, head->more % 5);
	struct ifax_codec_format to = { head->more / 5 % 5, 0, from.width_px, 0, head->k % 8 };
	struct ifax_bytes in = { .at = data, .end = data + bytes };
	void *dec_mem, *enc_mem, *mem;
	struct ifax_transcoder *transcoder;
	struct ifax_fault_report report;
	struct ifax_encoder *enc;
	struct page page, again;
	size_t room, done = 0;
	bool ended = false;
	u8 *out;

	from.length_lines = LINES;
	if (ifax_codec_format_ok(&from) || ifax_codec_format_ok(&to))
		return;
	page = decode_page(&from, data, bytes, LINES, 0, LINES, &report);
	dec_mem = allocate(ifax_decoder_size(&from));
	enc_mem = allocate(ifax_encoder_size(&to));
	mem = allocate(ifax_transcoder_size(&from, &to));
	room = (LINES + 2) * ifax_encoder_line_bound(&to);
	out = allocate(room);
	enc = ifax_encoder_init(enc_mem, &to);
	transcoder = ifax_transcoder_init(mem, ifax_decoder_init(dec_mem, &from, &in), NULL, enc);
	while (!ended)
		done += ifax_transcode(transcoder, out + done, room - done, &ended);
	done += ifax_encode_end(enc, out + done, room - done);
	promise(ifax_transcoder_lines(transcoder) == page.lines);
	again = decode_page(&to, out, done, LINES, 0, LINES, &report);
	promise(page_equal(&page, &again) && !report.fault);
	page_free(&again);
	page_free(&page);
	free(out);
	free(mem);
	free(enc_mem);
	free(dec_mem);
}

bool fuzz_one(const char *target, const u8 *data, size_t bytes)
{
	static const char *const decoders[] = {
		[IFAX_CODING_RAW] = "raw", [IFAX_CODING_MH] = "mh", [IFAX_CODING_MR] = "mr",
		[IFAX_CODING_MMR] = "mmr", [IFAX_CODING_JBIG] = "jbig",
	};
	static const struct {
		const char *name;
		void (*fuzz)(const struct fuzz_head *head, const u8 *data, size_t bytes);
	} others[] = {
		{ "round_trip", fuzz_round_trip }, { "splice", fuzz_splice },
		{ "scale", fuzz_scale }, { "transcode", fuzz_transcode },
	};
	struct fuzz_head head = { 0 };
	size_t i;

	if (bytes < sizeof(head))
		return true;
	memcpy(&head, data, sizeof(head));
	for (i = 0; i < sizeof(decoders) / sizeof(decoders[0]); i++) {
		if (decoders[i] && !strcmp(decoders[i], target)) {
			fuzz_decoder(&head, i, data + sizeof(head), bytes - sizeof(head));
			return true;
		}
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (!strcmp(others[i].name, target)) {
			others[i].fuzz(&head, data + sizeof(head), bytes - sizeof(head));
			return true;
		}
	}
	return false;
}

#ifdef FUZZ_TARGET
int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes);

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes)
{
	promise(fuzz_one(FUZZ_TARGET, data, bytes));
	return 0;
}
#endif
