// SPDX-License-Identifier: GPL-2.0
/*
 * Every coding and option, both directions, against libtiff: the same bytes
 * from both encoders, the same pixels from both decoders.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coded.h"
#include "peer_tiff.h"
#include "tap.h"

static const struct {
	const char *name;
	u32 coding;
	u32 flags;
	u32 k;
} options[] = {
	{ "MMR", IFAX_CODING_MMR, 0, 0 },
	{ "MMR lsb-first", IFAX_CODING_MMR, IFAX_FMT_LSB_FIRST, 0 },
	{ "MH", IFAX_CODING_MH, 0, 0 },
	{ "MH eol", IFAX_CODING_MH, IFAX_FMT_EOL, 0 },
	{ "MH eol lsb-first", IFAX_CODING_MH, IFAX_FMT_EOL | IFAX_FMT_LSB_FIRST, 0 },
	{ "MH eol-aligned", IFAX_CODING_MH, IFAX_FMT_EOL | IFAX_FMT_EOL_ALIGNED, 0 },
	{ "MH row-aligned", IFAX_CODING_MH, IFAX_FMT_ROW_ALIGNED, 0 },
	{ "MR K=2", IFAX_CODING_MR, IFAX_FMT_EOL, 2 },
	{ "MR K=4", IFAX_CODING_MR, 0, 4 },
	{ "MR K=4 lsb-first", IFAX_CODING_MR, IFAX_FMT_EOL | IFAX_FMT_LSB_FIRST, 4 },
	{ "MR K=2 eol-aligned", IFAX_CODING_MR, IFAX_FMT_EOL_ALIGNED, 2 },
	{ "MR K=1", IFAX_CODING_MR, 0, 1 },
	{ "MR K=infinite", IFAX_CODING_MR, 0, 0 },
};

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Bytes of libtiff; it is made to end MMR with an EOFB, and the others without an RTC */
static bool same_as_libtiff(struct ifax_codec_format fmt, const struct page *page)
{
	struct coded ours;
	u8 *theirs;
	size_t bytes;
	bool same;

	if (fmt.coding == IFAX_CODING_MR && fmt.k != 2 && fmt.k != 4)
		return true;	/* libtiff codes no such K, it only decodes it */
	if (fmt.coding == IFAX_CODING_MMR)
		fmt.flags |= IFAX_FMT_END;
	ours = encode_page(&fmt, page, 0);
	bytes = tiff_encode(&fmt, page, &theirs);
	same = ours.bytes == bytes && !memcmp(ours.data, theirs, bytes);
	if (!same)
		diag("%zu bytes, libtiff %zu", ours.bytes, bytes);
	free(ours.data);
	free(theirs);
	return same;
}

/* Does our decoder give the page back, in one piece and in many? */
static bool decodes(struct ifax_codec_format fmt, const struct page *page,
		    const struct coded *coded)
{
	static const size_t pieces[] = { 1, 3, 40, 2000 };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		size_t piece = i ? pieces[page_random(4)] : 0;
		struct ifax_fault_report report;
		struct page got;
		bool same;

		/* the first time let the data say where the page ends */
		fmt.length_lines = i ? page->lines : 0;
		got = decode_page(&fmt, coded->data, coded->bytes, page->lines, piece,
				  1 + page_random(100), &report);
		same = page_equal(&got, page) && !report.fault;
		if (!same)
			diag("%u of %u lines, pieces of %zu: %s in line %u at bit %llu", got.lines,
			     page->lines, piece, ifax_fault_text(report.fault), report.line,
			     (unsigned long long)report.bit);
		page_free(&got);
		if (!same)
			return false;
	}
	return true;
}

/*
 * What libtiff can decode: MMR with its EOFB, MH and MR with EOLs, or MH in
 * byte-aligned lines. Version 4.5 refuses valid one-dimensional lines that
 * change at nearly every pixel.
 */
static bool libtiff_can(const struct ifax_codec_format *fmt, const struct page *page)
{
	if (fmt->coding == IFAX_CODING_MMR)
		return fmt->flags & IFAX_FMT_END;
	return (fmt->coding == IFAX_CODING_MR ||
		fmt->flags & (IFAX_FMT_EOL | IFAX_FMT_ROW_ALIGNED)) && !(fmt->flags & IFAX_FMT_END) &&
	       page->width_px > 70 && strncmp(page->name, "checker", 7);
}

static bool page_passes(const struct page *page, unsigned int option)
{
	struct ifax_codec_format fmt = {
		.coding = options[option].coding,
		.flags = options[option].flags,
		.width_px = page->width_px,
		.k = options[option].k,
	};
	struct coded coded, in_bands;
	bool good;

	good = same_as_libtiff(fmt, page);
	if (!good)
		diag("%s: other bytes than libtiff", options[option].name);
	for (unsigned int end = 0; end < 2 && good; end++) {
		fmt.flags = options[option].flags | (end ? IFAX_FMT_END : 0);
		coded = encode_page(&fmt, page, 0);
		in_bands = encode_page(&fmt, page, 1 + page_random(20));
		if (coded.bytes != in_bands.bytes ||
		    memcmp(coded.data, in_bands.data, coded.bytes)) {
			diag("%s: other bytes in bands", options[option].name);
			good = false;
		}
		if (!decodes(fmt, page, &coded)) {
			diag("%s: does not decode", options[option].name);
			good = false;
		}
		if (libtiff_can(&fmt, page) &&
		    !tiff_decodes(&fmt, page, coded.data, coded.bytes)) {
			diag("%s: libtiff does not decode", options[option].name);
			good = false;
		}
		free(coded.data);
		free(in_bands.data);
	}
	return good;
}

static bool page_passes_all(const struct page *page)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		/* of large pages one fill order is enough */
		if (page->lines > 1000 && options[i].flags & IFAX_FMT_LSB_FIRST)
			continue;
		if (!page_passes(page, i))
			return false;
	}
	return true;
}

static void patterns(u32 width_px, u32 lines)
{
	unsigned int i;

	for (i = 0; i < PAGE_PATTERNS; i++) {
		struct page page = page_pattern(i, width_px, lines);

		ok(page_passes_all(&page), "%s, %u pixels wide", page.name, width_px);
		page_free(&page);
	}
}

static bool narrow_width(u32 width_px)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < PAGE_PATTERNS && good; i++) {
		struct page page = page_pattern(i, width_px, 12);

		good = page_passes_all(&page);
		if (!good)
			diag("%s", page.name);
		page_free(&page);
	}
	return good;
}

int main(void)
{
	static struct page pages[32];
	unsigned int i, count;
	u32 width_px;

	for (width_px = 1; width_px <= 70; width_px++)
		ok(narrow_width(width_px), "all patterns, %u pixels wide", width_px);
	patterns(1728, 150);
	patterns(2432, 60);
	patterns(4864, 30);
	patterns(65535, 4);
	for (i = 0; i < 20; i++) {
		width_px = 71 + page_random(i < 10 ? 300 : 9000);
		ok(narrow_width(width_px), "all patterns, %u pixels wide", width_px);
	}
	count = page_load_all("../shared/data", pages, 32);
	for (i = 0; i < count; i++) {
		ok(page_passes_all(&pages[i]), "%s", pages[i].name);
		page_free(&pages[i]);
	}
	return done_testing();
}
