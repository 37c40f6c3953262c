// SPDX-License-Identifier: GPL-2.0
/*
 * Damaged and random data in every coding, under AddressSanitizer and
 * UndefinedBehaviorSanitizer: whatever comes, the decoder stays within its
 * buffers and comes to an end.
 */
#include <stdlib.h>
#include <string.h>

#include "coded.h"
#include "tap.h"

#define ROUNDS	2500
#define LINES	40

static const u32 codings[] = {
	IFAX_CODING_MH, IFAX_CODING_MR, IFAX_CODING_MMR, IFAX_CODING_RAW,
	IFAX_CODING_JBIG,
};
static const u32 widths_px[] = { 1, 7, 64, 65, 300, 1728, 5000 };

/* Flip, set, cut out, double or replace a few bits or bytes */
static void damage(struct coded *coded)
{
	u32 times = 1 + page_random(4);

	while (times-- && coded->bytes) {
		size_t at = page_random(coded->bytes);
		size_t length = 1 + page_random(8);

		if (length > coded->bytes - at)
			length = coded->bytes - at;
		switch (page_random(5)) {
		case 0:
			coded->data[at] ^= 1 << page_random(8);
			break;
		case 1:
			memset(coded->data + at, page_random(2) ? 0xff : 0, length);
			break;
		case 2:
			coded->bytes = at;
			break;
		case 3:
			memmove(coded->data + at, coded->data + at + length,
				coded->bytes - at - length);
			coded->bytes -= length;
			break;
		default:
			for (; length; length--)
				coded->data[at++] = page_random(256);
			break;
		}
	}
}

/* Encode what was decoded: whatever lines came out, they are lines */
static bool lines_are_sound(const struct ifax_codec_format *fmt, const struct page *page)
{
	struct ifax_fault_report report;
	struct coded coded;
	struct page again;
	bool same;

	coded = encode_page(fmt, page, 0);
	again = decode_page(fmt, coded.data, coded.bytes, page->lines, 0, page->lines, &report);
	same = page_equal(page, &again);
	if (!same)
		diag("coding %u, flags 0x%x, %u pixels, K %u: %u of %u lines; %s", fmt->coding, fmt->flags,
		     fmt->width_px, fmt->k, again.lines, page->lines, ifax_fault_text(report.fault));
	page_free(&again);
	free(coded.data);
	return same;
}

static void add_options(struct ifax_codec_format *fmt)
{
	if (fmt->coding == IFAX_CODING_JBIG)
		return;
	if (fmt->coding == IFAX_CODING_MH && page_random(2))
		fmt->flags |= IFAX_FMT_EOL;
	if (!page_random(4))
		fmt->flags |= IFAX_FMT_LSB_FIRST;
	if (!page_random(4))
		fmt->flags |= IFAX_FMT_ROW_ALIGNED;
}

static bool mutations(u32 coding, u32 *refused)
{
	bool good = true;
	u32 round;

	for (round = 0; round < ROUNDS && good; round++) {
		struct ifax_codec_format fmt = {
			.coding = coding,
			.width_px = widths_px[page_random(7)],
			.flags = page_random(2) ? IFAX_FMT_END : 0,
			.k = page_random(5),
		};
		struct ifax_fault_report report;
		struct page page, got;
		struct coded coded;

		if (fmt.width_px == 5000 && page_random(4))
			fmt.width_px = 33;
		add_options(&fmt);
		fmt.length_lines = page_random(2) ? LINES : 0;
		page = page_pattern(page_random(PAGE_PATTERNS), fmt.width_px, LINES);
		coded = encode_page(&fmt, &page, 0);
		damage(&coded);
		fmt.length_lines = page_random(2) ? LINES : 0;
		got = decode_page(&fmt, coded.data, coded.bytes, LINES + 5,
				  page_random(2) ? 1 + page_random(30) : 0,
				  (1 + page_random(LINES)) |
				  (page_random(4) ? 0 : IFAX_TEST_CONCEAL), &report);
		*refused += report.fault != IFAX_FAULT_NONE;
		fmt.length_lines = 0;
		good = got.lines <= LINES + 5 && lines_are_sound(&fmt, &got);
		page_free(&got);
		page_free(&page);
		free(coded.data);
	}
	return good;
}

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(codings) / sizeof(codings[0]); i++) {
		u32 refused = 0;
		bool good = mutations(codings[i], &refused);

		/* most damage to arithmetic coding gives another page, no fault */
		ok(good && refused > ROUNDS / 20, "coding %u: %u damaged pages, %u refused",
		   codings[i], ROUNDS, refused);
	}
	return done_testing();
}
