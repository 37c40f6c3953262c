// SPDX-License-Identifier: GPL-2.0
/*
 * A band on top of a coded page: decoded, it has to be the band painted on top
 * of the page, by our decoder and by libtiff's; and the page's own bits have to
 * be there as they were.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ifax/splice.h>
#include "coded.h"
#include "coder.h"
#include "peer_tiff.h"
#include "tap.h"

static const struct {
	const char *name;
	struct ifax_codec_format fmt;
} formats[] = {
	{ "MH", { .coding = IFAX_CODING_MH } },
	{ "MH eol", { .coding = IFAX_CODING_MH, .flags = IFAX_FMT_EOL } },
	{ "MH eol end", { .coding = IFAX_CODING_MH, .flags = IFAX_FMT_EOL | IFAX_FMT_END } },
	{ "MH eol lsb-first", { .coding = IFAX_CODING_MH,
	  .flags = IFAX_FMT_EOL | IFAX_FMT_LSB_FIRST } },
	{ "MH eol-aligned", { .coding = IFAX_CODING_MH,
	  .flags = IFAX_FMT_EOL | IFAX_FMT_EOL_ALIGNED } },
	{ "MH row-aligned", { .coding = IFAX_CODING_MH, .flags = IFAX_FMT_ROW_ALIGNED } },
	{ "MH eol row-aligned", { .coding = IFAX_CODING_MH,
	  .flags = IFAX_FMT_EOL | IFAX_FMT_ROW_ALIGNED } },
	{ "MR K=4", { .coding = IFAX_CODING_MR, .k = 4 } },
	{ "MR K=2 end lsb-first", { .coding = IFAX_CODING_MR, .k = 2,
	  .flags = IFAX_FMT_END | IFAX_FMT_LSB_FIRST } },
	{ "MR K=infinite", { .coding = IFAX_CODING_MR } },
	{ "MR K=4 eol-aligned", { .coding = IFAX_CODING_MR, .k = 4,
	  .flags = IFAX_FMT_EOL_ALIGNED } },
	{ "MMR", { .coding = IFAX_CODING_MMR } },
	{ "MMR end", { .coding = IFAX_CODING_MMR, .flags = IFAX_FMT_END } },
	{ "MMR end lsb-first", { .coding = IFAX_CODING_MMR,
	  .flags = IFAX_FMT_END | IFAX_FMT_LSB_FIRST } },
	{ "MMR white-is-1", { .coding = IFAX_CODING_MMR, .flags = IFAX_FMT_WHITE_IS_1 } },
	{ "MMR row-aligned", { .coding = IFAX_CODING_MMR, .flags = IFAX_FMT_ROW_ALIGNED } },
	{ "RAW", { .coding = IFAX_CODING_RAW } },
	{ "RAW lsb-first white-is-1", { .coding = IFAX_CODING_RAW,
	  .flags = IFAX_FMT_LSB_FIRST | IFAX_FMT_WHITE_IS_1 } },
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

/* In memory of exactly the size that is asked for */
static int spliced(const struct ifax_codec_format *fmt, const struct coded *page, u32 replaced,
		   const struct page *band, struct coded *coded, struct ifax_fault_report *report)
{
	struct ifax_splice splice = { *fmt, page->data, page->bytes, replaced, band->rows,
				      band->stride, band->lines };
	size_t room = ifax_splice_bound(&splice);
	void *mem = allocate(ifax_splice_size(fmt));
	int err;

	coded->data = allocate(room);
	coded->bytes = 0;
	err = ifax_splice(mem, &splice, coded->data, room, &coded->bytes, report);
	free(mem);
	return err;
}

static struct page painted(const struct page *page, u32 replaced, const struct page *band)
{
	struct page both = page_new("both", page->width_px, band->lines + page->lines - replaced);

	memcpy(both.rows, band->rows, band->lines * band->stride);
	memcpy(both.rows + band->lines * band->stride, page->rows + replaced * page->stride,
	       (page->lines - replaced) * page->stride);
	return both;
}

/* Where the line behind so many lines begins */
static u64 bit_behind(const struct ifax_codec_format *fmt, const struct coded *coded, u32 lines)
{
	struct ifax_bytes in = { coded->data, coded->data + coded->bytes, NULL };
	void *mem = allocate(ifax_decoder_size(fmt));
	struct ifax_decoder *dec = ifax_decoder_init(mem, fmt, &in);
	u64 bit;

	if (ifax_decode_lines(dec, NULL, 0, lines) != lines)
		abort();
	bit = bit_position(&dec->src, dec->src.bits);
	if (fmt->flags & IFAX_FMT_ROW_ALIGNED)
		bit = (bit + 7) / 8 * 8;
	free(mem);
	return bit;
}

static bool bit_of(const struct ifax_codec_format *fmt, const struct coded *coded, u64 bit)
{
	if (bit >= coded->bytes * 8)
		return false;
	bit ^= fmt->flags & IFAX_FMT_LSB_FIRST ? 0 : 7;
	return coded->data[bit / 8] >> bit % 8 & 1;
}

/* MR: is the line behind so many lines one-dimensional? */
static bool has_tag(const struct ifax_codec_format *fmt, const struct coded *coded, u32 lines)
{
	u64 bit = bit_behind(fmt, coded, lines);

	while (bit < coded->bytes * 8 && !bit_of(fmt, coded, bit))
		bit++;
	return bit_of(fmt, coded, bit + 1);
}

/* From the given bits on to the end the same, but for zeros at the end, and fill at the begin */
static bool same_bits(const struct ifax_codec_format *fmt, const struct coded *page, u64 from,
		      const struct coded *both, u64 to)
{
	u64 end = page->bytes * 8;

	if (fmt->flags & IFAX_FMT_EOL_ALIGNED)
		while (to % 8 != from % 8)
			if (bit_of(fmt, both, to++))
				return false;
	for (; from < end; from++, to++)
		if (bit_of(fmt, page, from) != bit_of(fmt, both, to))
			return false;
	return to + 16 > both->bytes * 8;
}

static bool libtiff_can(const struct ifax_codec_format *fmt, const struct page *page)
{
	if (fmt->coding == IFAX_CODING_MMR)
		return fmt->flags & IFAX_FMT_END;
	return (fmt->coding == IFAX_CODING_MR || fmt->flags == IFAX_FMT_EOL ||
		fmt->flags == (IFAX_FMT_EOL | IFAX_FMT_LSB_FIRST) ||
		fmt->flags == IFAX_FMT_ROW_ALIGNED) &&
	       !(fmt->flags & IFAX_FMT_END) && page->width_px > 70;
}

static bool holds(struct ifax_codec_format fmt, const struct page *page, u32 replaced,
		  const struct page *band)
{
	struct page want = painted(page, replaced, band), got;
	struct ifax_fault_report report;
	struct coded coded, both;
	u32 anew = replaced < page->lines;
	bool good;
	int err;

	fmt.width_px = page->width_px;
	coded = encode_page(&fmt, page, 0);
	err = spliced(&fmt, &coded, replaced, band, &both, &report);
	fmt.length_lines = want.lines;
	got = decode_page(&fmt, both.data, both.bytes, want.lines, 0, 100, &report);
	good = !err && page_equal(&want, &got) && !report.fault;
	if (!good)
		diag("%s over %u lines of %u, %u pixels: error %d, %u lines of %u: %s at bit %llu",
		     band->name, replaced, page->lines, page->width_px, err, got.lines,
		     want.lines, ifax_fault_text(report.fault), (unsigned long long)report.bit);
	/* the lines behind the one that may have been coded anew */
	fmt.length_lines = 0;
	if (good && !same_bits(&fmt, &coded, bit_behind(&fmt, &coded, replaced + anew), &both,
			       bit_behind(&fmt, &both, band->lines + anew))) {
		diag("not the bits of the page");
		good = false;
	}
	if (good && fmt.coding == IFAX_CODING_MR && anew && !replaced && band->lines &&
	    !has_tag(&fmt, &both, band->lines)) {
		diag("behind the band is no one-dimensional line");
		good = false;
	}
	if (good && libtiff_can(&fmt, page) && want.lines &&
	    !tiff_decodes(&fmt, &want, both.data, both.bytes)) {
		diag("libtiff does not decode it");
		good = false;
	}
	page_free(&want);
	page_free(&got);
	free(coded.data);
	free(both.data);
	return good;
}

static bool format_holds(const struct ifax_codec_format *fmt)
{
	static const u32 widths_px[] = { 1, 9, 64, 300, 1728, 2560 };
	bool good = true;
	u32 round;

	for (round = 0; round < 150 && good; round++) {
		/* libtiff 4.5 refuses lines that change at nearly every pixel */
		static const enum page_pattern patterns[] = {
			PAGE_BLANK, PAGE_BLACK, PAGE_TEXT, PAGE_SPECKLE, PAGE_VERTICAL,
			PAGE_STEPS,
		};
		u32 width_px = widths_px[page_random(6)], lines = 1 + page_random(40);
		struct page page = page_pattern(patterns[page_random(6)], width_px, lines);
		struct page band = page_pattern(patterns[page_random(6)], width_px,
						page_random(20));
		u32 replaced = page_random(3) ? page_random(lines + 1) : 0;

		if (page_random(2) && band.lines)
			memset(band.rows + (band.lines - 1) * band.stride, 0, band.stride);
		good = holds(*fmt, &page, replaced, &band);
		page_free(&page);
		page_free(&band);
	}
	return good;
}

/* Above a page, below a white line: all bits of the page */
static bool all_bits(struct ifax_codec_format fmt)
{
	struct page page = page_pattern(PAGE_TEXT, 1001, 50), band;
	struct ifax_fault_report report;
	struct coded coded, both;
	bool good;

	band = page_pattern(PAGE_STEPS, 1001, 17);
	memset(band.rows + 16 * band.stride, fmt.flags & IFAX_FMT_WHITE_IS_1 ? 0xff : 0,
	       band.stride);
	fmt.width_px = 1001;
	coded = encode_page(&fmt, &page, 0);
	good = !spliced(&fmt, &coded, 0, &band, &both, &report) &&
	       same_bits(&fmt, &coded, 0, &both, bit_behind(&fmt, &both, 17));
	free(coded.data);
	free(both.data);
	page_free(&page);
	page_free(&band);
	return good;
}

/* Code that no encoder writes, but that is valid, is kept: it is not coded anew without need */
static bool strange_code(u32 coding, const char *text, bool white)
{
	struct ifax_codec_format fmt = { .coding = coding, .width_px = 64 };
	struct page band = page_pattern(PAGE_STEPS, 64, 3), blank = page_new("blank", 64, 2), want;
	struct coded coded = { allocate(32), 0 }, both;
	struct ifax_fault_report report;
	struct page got;
	bool good;

	memset(coded.data, 0, 32);
	for (; *text; text++, coded.bytes++)
		coded.data[coded.bytes / 8] |= (*text - '0') << (7 - coded.bytes % 8);
	coded.bytes = (coded.bytes + 7) / 8;
	if (white)
		memset(band.rows + 2 * band.stride, 0, band.stride);
	want = painted(&blank, 0, &band);
	good = !spliced(&fmt, &coded, 0, &band, &both, &report);
	got = decode_page(&fmt, both.data, both.bytes, 9, 0, 9, &report);
	good = good && page_equal(&want, &got) && !report.fault &&
	       same_bits(&fmt, &coded, 0, &both, bit_behind(&fmt, &both, 3));
	free(coded.data);
	free(both.data);
	page_free(&band);
	page_free(&blank);
	page_free(&want);
	page_free(&got);
	return good;
}

#define EOL	"000000000001"
#define WHITE_64 "11011" "00110101"
#define WHITE_20_BLACK_0_WHITE_44 "0001000" "0000110111" "00101101"

/* A page that begins without an EOL gets one; a page that has EOLs is seen to have them */
static bool first_eol(u32 flags)
{
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_MH, .flags = IFAX_FMT_EOL | flags,
					 .width_px = 1728 };
	struct page page = page_pattern(PAGE_TEXT, 1728, 50), band, want;
	struct coded coded = encode_page(&fmt, &page, 0), without, both;
	struct ifax_fault_report report;
	bool good;
	u64 bit;

	band = page_pattern(PAGE_STEPS, 1728, 9);
	want = painted(&page, 0, &band);
	if (flags & IFAX_FMT_EOL_ALIGNED) {
		without = (struct coded){ coded.data + 2, coded.bytes - 2 };
	} else {
		without = (struct coded){ allocate(coded.bytes), coded.bytes };
		memset(without.data, 0, coded.bytes);
		for (bit = 12; bit < coded.bytes * 8; bit++)
			if (bit_of(&fmt, &coded, bit))
				without.data[(bit - 12) / 8] |= 0x80 >> (bit - 12) % 8;
	}
	good = !spliced(&fmt, &without, 0, &band, &both, &report) &&
	       tiff_decodes(&fmt, &want, both.data, both.bytes);
	free(both.data);
	if (!(flags & IFAX_FMT_EOL_ALIGNED)) {
		free(without.data);
		/* not told of EOLs */
		fmt.flags = 0;
		good = good && !spliced(&fmt, &coded, 0, &band, &both, &report);
		fmt.flags = IFAX_FMT_EOL;
		good = good && tiff_decodes(&fmt, &want, both.data, both.bytes);
		free(both.data);
	}
	free(coded.data);
	page_free(&page);
	page_free(&band);
	page_free(&want);
	return good;
}

static void refusals(void)
{
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_MMR, .width_px = 1000 };
	struct page page = page_pattern(PAGE_TEXT, 1000, 60), band;
	struct coded coded = encode_page(&fmt, &page, 0), both;
	struct ifax_fault_report report;
	struct ifax_splice splice;
	size_t bytes, room;
	void *mem;
	u8 *out;

	band = page_pattern(PAGE_STEPS, 1000, 5);
	splice = (struct ifax_splice){ fmt, coded.data, coded.bytes, 0, band.rows, band.stride, 5 };
	room = ifax_splice_bound(&splice);
	mem = allocate(ifax_splice_size(&fmt));
	out = allocate(room);
	ok(ifax_splice(mem, &splice, out, room - 1, &bytes, NULL) == -ENOSPC, "no room");
	splice.replaced_lines = 61;
	ok(ifax_splice(mem, &splice, out, room, &bytes, NULL) == -ERANGE,
	   "more lines replaced than there are");
	splice.fmt.width_px = 0;
	ok(ifax_splice(mem, &splice, out, room, &bytes, NULL) == -EINVAL, "no format");
	free(mem);
	free(out);
	fmt.coding = IFAX_CODING_JBIG;
	ok(spliced(&fmt, &coded, 0, &band, &both, &report) == -EOPNOTSUPP, "no JBIG");
	free(both.data);
	fmt.coding = IFAX_CODING_MMR;
	coded.bytes /= 3;
	fmt.length_lines = 60;
	ok(spliced(&fmt, &coded, 50, &band, &both, &report) == -EBADMSG &&
	   report.fault == IFAX_FAULT_SHORT && report.line > 5 && report.line < 50,
	   "a fault among the replaced lines: where");
	free(both.data);
	/* no word, and no EOFB */
	memset(coded.data, 0, 5);
	ok(spliced(&fmt, &coded, 0, &band, &both, &report) == -EBADMSG &&
	   report.fault == IFAX_FAULT_EOL && report.line == 1,
	   "a fault in the line to be coded anew");
	free(both.data);
	free(coded.data);
	page_free(&page);
	page_free(&band);
}

int main(void)
{
	u32 i;

	for (i = 0; i < FORMATS; i++)
		ok(format_holds(&formats[i].fmt), "%s: bands above and over pages",
		   formats[i].name);
	for (i = 0; i < FORMATS; i++)
		ok(all_bits(formats[i].fmt), "%s: below a white line, all bits of the page",
		   formats[i].name);
	ok(strange_code(IFAX_CODING_MMR, "001" WHITE_64 "0000110111" "1" EOL EOL, true),
	   "MMR: strange code of the first line is kept below a white line");
	ok(strange_code(IFAX_CODING_MR, EOL "1" WHITE_20_BLACK_0_WHITE_44 EOL "01", false),
	   "MR: strange code of the first line is kept below any line");
	ok(strange_code(IFAX_CODING_MH, WHITE_20_BLACK_0_WHITE_44 WHITE_64, false),
	   "MH: strange code of the first line is kept below any line");
	ok(first_eol(0), "MH: a page without its first EOL, and EOLs that were not told of");
	ok(first_eol(IFAX_FMT_EOL_ALIGNED), "MH eol-aligned: a page without its first EOL");
	refusals();
	return done_testing();
}
