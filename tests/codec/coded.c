// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "coded.h"

static void *allocate(size_t bytes)
{
	void *mem = malloc(bytes ? bytes : 1);

	if (!mem)
		abort();
	return mem;
}

struct coded encode_page(const struct ifax_codec_format *fmt, const struct page *page,
			 u32 band)
{
	size_t bound = ifax_encoder_line_bound(fmt);
	void *mem = allocate(ifax_encoder_size(fmt));
	struct ifax_encoder *enc;
	struct coded coded = { 0 };
	size_t room = 0;
	u32 y = 0;

	/* memory of an earlier page need not be cleared */
	memset(mem, 0xa5, ifax_encoder_size(fmt));
	enc = ifax_encoder_init(mem, fmt);
	if (!enc)
		abort();
	for (;;) {
		u32 lines = page->lines - y, done;

		if (band && lines > band)
			lines = band;
		if (room - coded.bytes < bound) {
			room += bound + room / 2;
			coded.data = realloc(coded.data, room);
			if (!coded.data)
				abort();
		}
		if (!lines)
			break;
		coded.bytes += ifax_encode_lines(enc, page->rows + y * page->stride, page->stride,
						 lines, coded.data + coded.bytes,
						 room - coded.bytes, &done);
		y += done;
	}
	/* at the end of JBIG, all of the page may hang on a carry */
	room = coded.bytes + bound * (page->lines + 1);
	coded.data = realloc(coded.data, room);
	if (!coded.data)
		abort();
	coded.bytes += ifax_encode_end(enc, coded.data + coded.bytes, room - coded.bytes);
	free(mem);
	return coded;
}

struct pieces {
	struct ifax_bytes bytes;
	const u8 *next;
	size_t left;
	size_t piece;
	u8 *now;		/* a copy, so that reading outside of it is found */
};

static bool next_piece(struct ifax_bytes *in)
{
	struct pieces *pieces = (struct pieces *)in;
	size_t bytes = pieces->piece ? 1 + page_random(pieces->piece) : pieces->left;

	if (bytes > pieces->left)
		bytes = pieces->left;
	if (!bytes)
		return false;
	free(pieces->now);
	pieces->now = allocate(bytes);
	memcpy(pieces->now, pieces->next, bytes);
	pieces->next += bytes;
	pieces->left -= bytes;
	pieces->bytes.at = pieces->now;
	pieces->bytes.end = pieces->now + bytes;
	return true;
}

struct page decode_page(const struct ifax_codec_format *fmt, const void *coded, size_t bytes,
			u32 lines, size_t piece, u32 band,
			struct ifax_fault_report *report)
{
	struct pieces pieces = { .bytes.more = next_piece, .next = coded, .left = bytes,
				 .piece = piece };
	void *mem = allocate(ifax_decoder_size(fmt));
	struct page page = page_new("decoded", fmt->width_px, lines);
	struct ifax_decoder *dec;
	u32 done, y = 0;

	memset(mem, 0xa5, ifax_decoder_size(fmt));
	memset(page.rows, 0xa5, lines * page.stride);
	dec = ifax_decoder_init(mem, fmt, &pieces.bytes);
	if (!dec)
		abort();
	if (band & IFAX_TEST_CONCEAL)
		ifax_decoder_conceal(dec);
	band &= ~IFAX_TEST_CONCEAL;
	do {
		u32 want = lines - y < band ? lines - y : band;

		done = ifax_decode_lines(dec, page.rows + y * page.stride, page.stride, want);
		y += done;
	} while (done && y < lines);
	/* a page of a known length is known to be whole without asking for more */
	if (y == lines && !fmt->length_lines)
		ifax_decode_lines(dec, NULL, 0, 1);
	page.lines = y;
	*report = *ifax_decoder_fault(dec);
	free(pieces.now);
	free(mem);
	return page;
}

bool page_equal(const struct page *a, const struct page *b)
{
	return a->width_px == b->width_px && a->lines == b->lines &&
	       !memcmp(a->rows, b->rows, a->lines * a->stride);
}
