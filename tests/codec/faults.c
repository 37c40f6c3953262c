// SPDX-License-Identifier: GPL-2.0
/* Wrong, short and unusual data: what the decoders say of it, and where. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coded.h"
#include "tap.h"

#define EOL	"000000000001 "
#define ROW_WHITE_8	"10011 "

/* Bits written as 0 and 1, anything else ignored; zeros fill the last byte */
static size_t bits(const char *text, u8 *data)
{
	size_t n = 0;

	for (; *text; text++) {
		if (*text != '0' && *text != '1')
			continue;
		if (n % 8 == 0)
			data[n / 8] = 0;
		data[n / 8] |= (*text - '0') << (7 - n % 8);
		n++;
	}
	return (n + 7) / 8;
}

struct example {
	const char *name;
	u32 coding;
	u32 width_px;
	u32 length_lines;
	const char *bits;
	u32 lines;		/* decoded, all of them equal to ... */
	u8 first_byte;		/* ... this in their first eight pixels */
	enum ifax_fault fault;
	u64 bit;
};

#define MH	IFAX_CODING_MH
#define MR	IFAX_CODING_MR
#define MMR	IFAX_CODING_MMR
#define SOUND	IFAX_FAULT_NONE, 0
#define FILL_30	"000000000000000000000000000000"
#define RTC	EOL EOL EOL EOL EOL EOL
#define RTC_MR	EOL "1" EOL "1" EOL "1" EOL "1" EOL "1" EOL "1"

static const struct example examples[] = {
	{ "MH: a line", MH, 8, 0, "0111 11 1011", 1, 0x30, SOUND },
	{ "MH: a line that begins black", MH, 8, 0, "00110101 010 1111", 1, 0x80, SOUND },
	{ "MH: a make-up word and a terminating word of 0", MH, 64, 0, "11011 00110101",
	  1, 0, SOUND },
	{ "MH: runs of 0 inside a line", MH, 8, 0, "0111 0000110111 1110", 1, 0, SOUND },
	{ "MH: runs of 0 at the end", MH, 8, 0, "0111 000101 00110101", 0, 0,
	  IFAX_FAULT_LONG, 10 },
	{ "MH: make-up words in any order", MH, 200, 0, "10010 11011 1000 0011", 1, 0, SOUND },
	{ "MH: EOLs before lines, RTC", MH, 8, 0, EOL ROW_WHITE_8 EOL ROW_WHITE_8
	  RTC ROW_WHITE_8, 2, 0, SOUND },
	{ "MH: RTC that is cut off", MH, 8, 0, EOL ROW_WHITE_8 EOL EOL, 1, 0, SOUND },
	{ "MH: fill before EOLs", MH, 8, 0, "0000" EOL ROW_WHITE_8 FILL_30 FILL_30 FILL_30
	  EOL ROW_WHITE_8, 2, 0, SOUND },
	{ "MH: EOLs behind lines", MH, 8, 0, ROW_WHITE_8 EOL ROW_WHITE_8 EOL, 2, 0, SOUND },
	{ "MH: fill before each EOL of an RTC", MH, 8, 0, EOL ROW_WHITE_8 "0000" EOL "0000" EOL
	  "0000" EOL "0000" EOL "0000" EOL "0000" EOL "1111", 1, 0, SOUND },
	{ "MH: fill at the end", MH, 8, 0, ROW_WHITE_8 FILL_30 FILL_30 FILL_30, 1, 0, SOUND },
	{ "MH: 2560 as often as needed", MH, 6000, 0,
	  "000000011111 000000011111 011010010 00001011" EOL, 1, 0, SOUND },
	{ "MH: the length is known and lines follow", MH, 8, 2,
	  ROW_WHITE_8 ROW_WHITE_8 ROW_WHITE_8, 2, 0, SOUND },
	{ "MH: fewer lines than the length", MH, 8, 3, ROW_WHITE_8 ROW_WHITE_8, 2, 0,
	  IFAX_FAULT_SHORT, 10 },
	{ "MH: RTC before the length", MH, 8, 3, EOL ROW_WHITE_8 RTC "1111", 1, 0,
	  IFAX_FAULT_SHORT, 89 },
	{ "MH: a run past the end of the line", MH, 8, 0, ROW_WHITE_8 "0111 000100 1111", 1, 0,
	  IFAX_FAULT_LONG, 15 },
	{ "MH: make-up past the end of the line", MH, 8, 0, ROW_WHITE_8 "11011 00110101", 1, 0,
	  IFAX_FAULT_LONG, 18 },
	{ "MH: EOL inside a line", MH, 8, 0, ROW_WHITE_8 "0111" EOL ROW_WHITE_8, 1, 0,
	  IFAX_FAULT_EOL, 9 },
	{ "MH: a line without data", MH, 8, 0, EOL ROW_WHITE_8 EOL EOL ROW_WHITE_8, 1, 0,
	  IFAX_FAULT_EOL, 41 },
	{ "MH: no word", MH, 8, 0, ROW_WHITE_8 "00000000 01 1111 1111 1111", 1, 0,
	  IFAX_FAULT_CODE, 5 },
	{ "MH: uncompressed mode", MH, 8, 0, ROW_WHITE_8 "000000001 111 1111", 1, 0,
	  IFAX_FAULT_UNCOMPRESSED, 5 },
	{ "MH: another extension", MH, 8, 0, ROW_WHITE_8 "000000001 110 1111", 1, 0,
	  IFAX_FAULT_EXTENSION, 5 },
	{ "MH: data ends inside a line", MH, 8, 0, ROW_WHITE_8 "111", 1, 0, IFAX_FAULT_SHORT, 8 },
	{ "MH: nothing", MH, 8, 0, "", 0, 0, SOUND },
	{ "MH: nothing of a page of one line", MH, 8, 1, "", 0, 0,
	  IFAX_FAULT_SHORT, 0 },
	{ "MR: both kinds of lines, RTC", MR, 8, 0, EOL "1 0111 11 1011" EOL "0 1 1 1" EOL
	  "0 1 001 11 1011" RTC_MR "1 1", 3, 0x30, SOUND },
	{ "MR: fill before EOLs, and before those of the RTC", MR, 8, 0, FILL_30 EOL "1" ROW_WHITE_8
	  FILL_30 FILL_30 EOL "0 1" "000" EOL "1 000" EOL "1 000" EOL "1 000" EOL "1 000" EOL
	  "1 000" EOL "1 1111", 2, 0, SOUND },
	{ "MR: RTC of tags 0", MR, 8, 0, EOL "1" ROW_WHITE_8 EOL "0" EOL "0" EOL "0" EOL "0" EOL
	  "0" EOL "0", 1, 0, SOUND },
	{ "MR: EOL behind the last line", MR, 8, 0, EOL "1" ROW_WHITE_8 EOL "1", 1, 0, SOUND },
	{ "MR: a first line that is two-dimensional", MR, 8, 0, EOL "0 001 0111 11 1", 1, 0x30,
	  SOUND },
	{ "MR: RTC that is cut off", MR, 8, 0, EOL "1" ROW_WHITE_8 EOL "1" EOL "1", 1, 0, SOUND },
	{ "MR: no EOL", MR, 8, 0, EOL "1" ROW_WHITE_8 "1 1 1 1", 1, 0, IFAX_FAULT_EOL, 18 },
	{ "MR: a line without data", MR, 8, 0, EOL "1" ROW_WHITE_8 EOL "0" EOL "0 1 1111 1111", 1, 0,
	  IFAX_FAULT_EOL, 44 },
	{ "MR: EOL inside a line", MR, 8, 0, EOL "1" ROW_WHITE_8 EOL "0 001 0111 11" EOL "0 1", 1, 0,
	  IFAX_FAULT_EOL, 40 },
	{ "MR: uncompressed mode", MR, 8, 0, EOL "1" ROW_WHITE_8 EOL "0 0000001 111 111", 1, 0,
	  IFAX_FAULT_UNCOMPRESSED, 31 },
	{ "MMR: white lines", MMR, 8, 0, "1 1 1" EOL EOL, 3, 0, SOUND },
	{ "MMR: white lines without EOFB", MMR, 8, 3, "1 1 1", 3, 0, SOUND },
	{ "MMR: EOFB that is cut off", MMR, 8, 0, "1 1" EOL, 2, 0, SOUND },
	{ "MMR: fill before the EOFB", MMR, 8, 0, "1 1" FILL_30 FILL_30 EOL EOL "1", 2, 0, SOUND },
	{ "MMR: fill at the end", MMR, 8, 0, "1 1" FILL_30 FILL_30, 2, 0, SOUND },
	{ "MMR: EOLs of an RTC", MMR, 8, 0, "1 1" RTC, 2, 0, SOUND },
	{ "MMR: one EOL", MMR, 8, 0, "1 1" EOL "1 1", 2, 0, IFAX_FAULT_EOL, 14 },
	{ "MMR: EOFB before the length", MMR, 8, 3, "1 1" EOL EOL, 2, 0, IFAX_FAULT_SHORT, 26 },
	{ "MMR: horizontal, then the same lines", MMR, 8, 0, "001 0111 11 1  111 111" EOL EOL,
	  3, 0x30, SOUND },
	{ "MMR: a line that begins black", MMR, 8, 0, "001 00110101 10 1  111" EOL EOL, 2, 0xe0, SOUND },
	{ "MMR: EOFB inside a line", MMR, 8, 0, "1 001 0111 11" EOL EOL, 1, 0, IFAX_FAULT_EOL, 10 },
	{ "MMR: past the end of the line", MMR, 8, 0, "1 011 1111 1111 1111", 1, 0,
	  IFAX_FAULT_LONG, 4 },
	{ "MMR: pass past the end of the line", MMR, 8, 0, "1 0001 1111 1111 1111", 1, 0,
	  IFAX_FAULT_LONG, 5 },
	{ "MMR: a run past the end of the line", MMR, 8, 0, "1 001 0111 000100 1 1111 1111", 1, 0,
	  IFAX_FAULT_LONG, 14 },
	{ "MMR: back behind the last pixel", MMR, 8, 0,
	  "001 000111 010 001 000111 010 1 010 000010 1111 1111 1111 1111", 1, 0x50,
	  IFAX_FAULT_BACK, 34 },
	{ "MMR: uncompressed mode", MMR, 8, 0, "1 0000001 111 11111", 1, 0,
	  IFAX_FAULT_UNCOMPRESSED, 1 },
	{ "MMR: another extension", MMR, 8, 0, "1 0000001 010 11111", 1, 0,
	  IFAX_FAULT_EXTENSION, 1 },
	{ "MMR: no word", MMR, 8, 0, "1 00000001 1111 1111 1111", 1, 0, IFAX_FAULT_CODE, 1 },
	{ "MMR: data ends inside a line", MMR, 8, 0, "1 001 0111", 1, 0, IFAX_FAULT_SHORT, 8 },
};

static bool example_holds(const struct example *example, size_t piece)
{
	struct ifax_codec_format fmt = {
		.coding = example->coding,
		.width_px = example->width_px,
		.length_lines = example->length_lines,
	};
	struct ifax_fault_report report;
	struct page page;
	bool good = true;
	u8 data[64];
	size_t bytes = bits(example->bits, data);
	u32 y;

	page = decode_page(&fmt, data, bytes, 5, piece, 5, &report);
	if (page.lines != example->lines || report.fault != example->fault ||
	    (report.fault && (report.line != example->lines + 1 || report.bit != example->bit))) {
		diag("%u lines; %s in line %u at bit %llu", page.lines,
		     ifax_fault_text(report.fault), report.line, report.bit);
		good = false;
	}
	for (y = 0; y < page.lines; y++)
		good = good && page.rows[y * page.stride] == example->first_byte;
	page_free(&page);
	return good;
}

/* Wrong lines are replaced by the last good one; what is behind an EOL again is good */
static bool conceals(u32 coding, const char *text, const u8 *expected, u32 lines,
		     struct ifax_damage damage, enum ifax_fault fault)
{
	struct ifax_codec_format fmt = { .coding = coding, .width_px = 8 };
	struct ifax_bytes in = { 0 };
	u64 mem[256];
	u8 data[64], rows[16];
	struct ifax_decoder *dec;
	u32 got;
	bool good;

	in.at = data;
	in.end = data + bits(text, data);
	dec = ifax_decoder_init(mem, &fmt, &in);
	ifax_decoder_conceal(dec);
	got = ifax_decode_lines(dec, rows, 1, sizeof(rows));
	good = got == lines && !memcmp(rows, expected, lines) &&
	       !memcmp(&damage, ifax_decoder_damage(dec), sizeof(damage)) &&
	       ifax_decoder_fault(dec)->fault == fault;
	if (!good)
		diag("%u lines, %u bad, %u in a row, the first is %u; %s", got,
		     ifax_decoder_damage(dec)->bad_lines, ifax_decoder_damage(dec)->longest_run,
		     ifax_decoder_damage(dec)->first_line,
		     ifax_fault_text(ifax_decoder_fault(dec)->fault));
	return good;
}

static void concealment(void)
{
	static const u8 mh[] = { 0x30, 0x30, 0x00, 0x00, 0x30 };
	static const u8 mr[] = { 0x30, 0x30, 0x30, 0x00, 0x00 };

	ok(conceals(MH, EOL "0111 11 1011" EOL "0111" EOL ROW_WHITE_8 EOL EOL "0111 11 1011" RTC,
		    mh, 5, (struct ifax_damage){ 2, 1, 2 }, IFAX_FAULT_NONE),
	   "MH: a line cut short and one without data are concealed");
	ok(conceals(MH, EOL "00000000 01" EOL "0111 000100 1" EOL ROW_WHITE_8 RTC,
		    (const u8[]){ 0, 0, 0 }, 3, (struct ifax_damage){ 2, 2, 1 }, IFAX_FAULT_NONE),
	   "MH: wrong first lines are white");
	ok(conceals(MH, EOL "0111 11 1011" EOL "0111 000100 1111", mh, 1,
		    (struct ifax_damage){ 0 }, IFAX_FAULT_LONG),
	   "MH: no further EOL: a fault");
	ok(conceals(MR, EOL "1 0111 11 1011" EOL "0 011 0001" EOL "0 1 1 1" EOL "1" ROW_WHITE_8
		    EOL "0 1" RTC_MR, mr, 5, (struct ifax_damage){ 2, 2, 2 }, IFAX_FAULT_NONE),
	   "MR: lines up to the next one-dimensional one are concealed");
}

/* The first damaged line of a page, and every line before it unharmed */
static bool cut_page(u32 coding)
{
	struct page page = page_pattern(PAGE_TEXT, 1000, 100);
	struct ifax_codec_format fmt = { .coding = coding, .width_px = 1000 };
	struct coded coded = encode_page(&fmt, &page, 0);
	struct ifax_fault_report report;
	bool good = true;
	size_t bytes;

	fmt.length_lines = 100;
	for (bytes = 0; bytes + 1 < coded.bytes && good; bytes += 7) {
		struct page got = decode_page(&fmt, coded.data, bytes, 100, 50, 9, &report);

		good = report.fault == IFAX_FAULT_SHORT && report.line == got.lines + 1 &&
		       report.bit <= bytes * 8 && report.bit + 16 + 1000 * 7 > bytes * 8 &&
		       !memcmp(got.rows, page.rows, got.lines * page.stride);
		if (!good)
			diag("%zu bytes: %s in line %u of %u at bit %llu", bytes,
			     ifax_fault_text(report.fault), report.line, got.lines, report.bit);
		page_free(&got);
	}
	free(coded.data);
	page_free(&page);
	return good;
}

static bool inverted_and_raw(u32 coding)
{
	struct page page = page_pattern(PAGE_TEXT, 1003, 60);
	struct ifax_codec_format fmt = { .coding = coding, .width_px = 1003 };
	struct ifax_fault_report report;
	struct coded plain, coded;
	struct page got, twice;
	bool good = true;
	u32 flags;
	size_t i;

	for (flags = 0; flags < 4 && good; flags++) {
		fmt.flags = (flags & 1 ? IFAX_FMT_WHITE_IS_1 : 0) |
			    (flags & 2 ? IFAX_FMT_LSB_FIRST : 0);
		coded = encode_page(&fmt, &page, 3);
		got = decode_page(&fmt, coded.data, coded.bytes, 60, 11, 7, &report);
		good = page_equal(&got, &page) && !report.fault;
		/* without the inversion on decode, all pixels are inverted */
		fmt.flags ^= IFAX_FMT_WHITE_IS_1;
		twice = decode_page(&fmt, coded.data, coded.bytes, 60, 0, 60, &report);
		for (i = 0; i < 60 * page.stride && good; i++)
			good = (twice.rows[i] ^ page.rows[i]) ==
			       (i % page.stride == page.stride - 1 ? 0xe0 : 0xff);
		page_free(&got);
		page_free(&twice);
		free(coded.data);
	}
	fmt.flags = 0;
	plain = encode_page(&fmt, &page, 0);
	if (coding == IFAX_CODING_RAW)
		good = good && plain.bytes == 60 * page.stride &&
		       !memcmp(plain.data, page.rows, plain.bytes);
	free(plain.data);
	page_free(&page);
	return good;
}

/* Pixels past the width are somebody else's, and a page may end nowhere near a byte */
static bool ignores_past_width(u32 coding)
{
	struct ifax_codec_format fmt = { .coding = coding, .flags = IFAX_FMT_END, .width_px = 13 };
	struct page page = page_pattern(PAGE_NOISE, 13, 50);
	struct coded clean = encode_page(&fmt, &page, 0), dirty;
	bool good;
	u32 y;

	for (y = 0; y < 50; y++)
		page.rows[y * 2 + 1] |= page_random(8);
	dirty = encode_page(&fmt, &page, 0);
	good = clean.bytes == dirty.bytes && !memcmp(clean.data, dirty.data, clean.bytes);
	free(clean.data);
	free(dirty.data);
	page_free(&page);
	return good;
}

static int format(u32 coding, u32 width_px, u32 flags)
{
	struct ifax_codec_format fmt = { .coding = coding, .width_px = width_px, .flags = flags };

	return ifax_codec_format_ok(&fmt);
}

static void formats(void)
{
	struct ifax_codec_format fmt = { .coding = MMR, .width_px = 1728 };
	u64 mem[1024];
	struct ifax_encoder *enc;
	u8 row[216] = { 0 }, out[16];
	u32 done;

	ok(!format(MMR, 1, 0) && !format(MMR, 65535, IFAX_FMT_END) && !format(MH, 1728, 0x7),
	   "formats that can be coded");
	ok(format(MMR, 0, 0) == -EINVAL && format(MMR, 65536, 0) == -EINVAL,
	   "widths that cannot be");
	ok(format(MMR, 8, 0x40) == -EINVAL && format(MMR, 8, IFAX_FMT_EOL) == -EINVAL &&
	   format(MH, 8, IFAX_FMT_EOL_ALIGNED) == -EINVAL &&
	   format(MH, 8, IFAX_FMT_EOL | IFAX_FMT_EOL_ALIGNED | IFAX_FMT_ROW_ALIGNED) == -EINVAL,
	   "flags that contradict each other");
	ok(format(99, 8, 0) == -EOPNOTSUPP, "unknown coding");
	ok(ifax_encoder_size(&fmt) <= sizeof(mem) && ifax_decoder_size(&fmt) <= sizeof(mem),
	   "working memory at 1728 pixels: %zu and %zu bytes", ifax_encoder_size(&fmt),
	   ifax_decoder_size(&fmt));
	enc = ifax_encoder_init(mem, &fmt);
	ok(!ifax_encode_lines(enc, row, sizeof(row), 1, out, sizeof(out), &done) && !done &&
	   !ifax_encode_end(enc, out, sizeof(out)),
	   "no room: nothing is encoded, nothing is lost");
	fmt.width_px = 0;
	ok(!ifax_encoder_init(mem, &fmt) && !ifax_decoder_init(mem, &fmt, NULL),
	   "no coder for no format");
}

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		ok(example_holds(&examples[i], 0) && example_holds(&examples[i], 1) &&
		   example_holds(&examples[i], 5), "%s", examples[i].name);
	ok(cut_page(MH), "MH cut off anywhere: the line, and all lines before it");
	ok(cut_page(MR), "MR cut off anywhere: the line, and all lines before it");
	ok(cut_page(MMR), "MMR cut off anywhere: the line, and all lines before it");
	ok(cut_page(IFAX_CODING_RAW), "RAW cut off anywhere: the line, and all lines before it");
	ok(inverted_and_raw(MH), "MH: white is 1");
	ok(inverted_and_raw(MR), "MR: white is 1");
	ok(inverted_and_raw(MMR), "MMR: white is 1");
	ok(inverted_and_raw(IFAX_CODING_RAW), "RAW: white is 1, both fill orders");
	ok(ignores_past_width(MH) && ignores_past_width(MR) &&
	   ignores_past_width(MMR) && ignores_past_width(IFAX_CODING_RAW),
	   "pixels past the width are ignored");
	concealment();
	formats();
	return done_testing();
}
