// SPDX-License-Identifier: GPL-2.0
/*
 * For libFuzzer: the first bytes of the input choose coding, options, width and
 * sizes of the pieces, the rest is coded data. What decodes has to come through
 * encoder and decoder again unchanged.
 */
#include <stdlib.h>
#include <string.h>

#include "coded.h"

#define LINES	64

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes);

static struct ifax_codec_format format(const u8 *data)
{
	return (struct ifax_codec_format) {
		.coding = data[0] % 5,
		.flags = data[1] & IFAX_FMT_FLAGS,
		.width_px = 1 + (data[2] | (data[3] & 15) << 8),
		.length_lines = data[4] & 1 ? data[4] / 2 : 0,
		.k = data[5] % 8,
	};
}

/* What an encoder makes of sound lines is decoded to the same lines */
static void round_trip(struct ifax_codec_format fmt, const struct page *page)
{
	struct ifax_fault_report report;
	struct coded coded;
	struct page again;

	fmt.length_lines = 0;
	coded = encode_page(&fmt, page, 7);
	again = decode_page(&fmt, coded.data, coded.bytes, page->lines, 5, 9, &report);
	if (!page_equal(page, &again))
		abort();
	page_free(&again);
	free(coded.data);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes)
{
	struct ifax_fault_report report;
	struct ifax_codec_format fmt;
	struct page page;

	if (bytes < 8)
		return 0;
	fmt = format(data);
	if (ifax_codec_format_ok(&fmt))
		return 0;
	page = decode_page(&fmt, data + 8, bytes - 8, LINES, data[6], (1 + data[7] % 16) |
			   (data[7] & 0x80 ? IFAX_TEST_CONCEAL : 0), &report);
	round_trip(fmt, &page);
	page_free(&page);
	return 0;
}
