// SPDX-License-Identifier: GPL-2.0
/*
 * JBIG against jbigkit: the same bytes from both encoders, the same pixels from
 * both decoders, whatever jbigkit's encoder can be told to use.
 */
#include <stdlib.h>
#include <string.h>
#include <jbig85.h>
#include <jbig_ar.h>

#include "coded.h"
#include "tables.h"
#include "tap.h"

struct bytes {
	u8 *data;
	size_t bytes;
	size_t room;
};

static void append(unsigned char *data, size_t bytes, void *to)
{
	struct bytes *out = to;

	if (out->bytes + bytes > out->room) {
		out->room = (out->bytes + bytes) * 2;
		out->data = realloc(out->data, out->room);
		if (!out->data)
			abort();
	}
	memcpy(out->data + out->bytes, data, bytes);
	out->bytes += bytes;
}

/* @length_known: else the header says nothing, and a NEWLEN follows at the end */
static struct bytes jbigkit_encode(const struct page *page, int options, u32 stripe_lines,
				   int moves, bool length_known)
{
	struct bytes out = { 0 };
	struct jbg85_enc_state enc;
	u8 *white = calloc(1, page->stride);
	u32 y;

	jbg85_enc_init(&enc, page->width_px, length_known ? page->lines : 0xffffffff, append, &out);
	jbg85_enc_options(&enc, options | (length_known ? 0 : JBG_VLENGTH), stripe_lines, moves);
	for (y = 0; y < page->lines; y++)
		jbg85_enc_lineout(&enc, page->rows + y * page->stride,
				  y ? page->rows + (y - 1) * page->stride : white,
				  y > 1 ? page->rows + (y - 2) * page->stride : white);
	if (!length_known)
		jbg85_enc_newlen(&enc, page->lines);
	free(white);
	return out;
}

static int next_line(const struct jbg85_dec_state *dec, unsigned char *start, size_t bytes,
		     unsigned long y, void *to)
{
	append(start, bytes, to);
	return 0;
}

static bool jbigkit_decodes(const struct page *page, const u8 *coded, size_t bytes)
{
	size_t room = 3 * page->stride + 64, used;
	u8 *buffer = malloc(room);
	struct bytes rows = { 0 };
	struct jbg85_dec_state dec;
	int result;
	bool same;

	if (!buffer)
		abort();
	jbg85_dec_init(&dec, buffer, room, next_line, &rows);
	result = jbg85_dec_in(&dec, (u8 *)coded, bytes, &used);
	if (result == JBG_EAGAIN)
		result = jbg85_dec_end(&dec);
	same = result == JBG_EOK && rows.bytes == page->lines * page->stride &&
	       !memcmp(rows.data, page->rows, rows.bytes);
	if (!same)
		diag("jbigkit: %s, %zu bytes", jbg85_strerror(result), rows.bytes);
	free(buffer);
	free(rows.data);
	return same;
}

static bool decodes(struct ifax_codec_format fmt, const struct page *page, const u8 *coded,
		    size_t bytes)
{
	static const size_t pieces[] = { 0, 1, 7 };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		struct ifax_fault_report report;
		struct page got;
		bool same;

		fmt.length_lines = i == 1 ? page->lines : 0;
		got = decode_page(&fmt, coded, bytes, page->lines + (i == 2), pieces[i],
				  1 + page_random(50), &report);
		same = page_equal(&got, page) && !report.fault;
		if (!same)
			diag("%u of %u lines, pieces of %zu: %s in line %u at bit %llu of %zu",
			     got.lines, page->lines, pieces[i], ifax_fault_text(report.fault),
			     report.line, report.bit, bytes * 8);
		page_free(&got);
		if (!same)
			return false;
	}
	return true;
}

static bool encodes(const struct page *page, u32 stripe_lines, bool length_known)
{
	struct ifax_codec_format fmt = {
		.coding = IFAX_CODING_JBIG,
		.width_px = page->width_px,
		.length_lines = length_known ? page->lines : 0,
		.k = stripe_lines,
	};
	struct coded ours = encode_page(&fmt, page, 1 + page_random(9));
	struct bytes theirs = jbigkit_encode(page, JBG_TPBON, stripe_lines, 0, length_known);
	bool good = ours.bytes == theirs.bytes && !memcmp(ours.data, theirs.data, ours.bytes);

	if (!good)
		diag("stripes of %u, length %sknown: %zu bytes, jbigkit %zu", stripe_lines,
		     length_known ? "" : "not ", ours.bytes, theirs.bytes);
	good = good && decodes(fmt, page, ours.data, ours.bytes) &&
	       jbigkit_decodes(page, ours.data, ours.bytes);
	free(ours.data);
	free(theirs.data);
	return good;
}

/* What only others write: two lines, no typical prediction, moved adaptive pixel */
static bool decodes_jbigkit(const struct page *page)
{
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_JBIG, .width_px = page->width_px };
	static const int options[] = { 0, JBG_LRLTWO, JBG_LRLTWO | JBG_TPBON, JBG_TPBON };
	unsigned int i;

	for (i = 0; i < 8; i++) {
		struct bytes coded = jbigkit_encode(page, options[i / 2],
						    i & 1 ? 16 : page->lines, 127, i & 1);
		bool good = decodes(fmt, page, coded.data, coded.bytes);

		free(coded.data);
		if (!good) {
			diag("options 0x%x, %s", options[i / 2], i & 1 ? "stripes" : "one stripe");
			return false;
		}
	}
	return true;
}

static bool page_passes(const struct page *page)
{
	return encodes(page, page->lines, true) && encodes(page, 128, true) &&
	       encodes(page, 5, false) && encodes(page, 128, false) && decodes_jbigkit(page);
}

/* From every state, either pixel: jbigkit's coder goes the same way */
static bool states_match(void)
{
	struct jbg_arenc_state *enc = malloc(sizeof(*enc));
	u32 number, pixel, left, larger, a;
	bool same = true;

	if (!enc)
		abort();
	for (number = 0; number < QM_STATES; number++) {
		for (pixel = 0; pixel < 2; pixel++) {
			u32 mps = number & 1, lps = mps ^ pixel;
			const struct qm_step *step = &ifax_qm_steps[number ^ pixel];
			u32 next = ifax_qm_next[2 * number + lps];
			u32 qe = step->share % QM_LESS_PROBABLE;

			arith_encode_init(enc, 0);
			enc->byte_out = NULL;
			/* just large enough that this pixel makes the interval too small */
			enc->a = 0x8000;
			enc->st[0] = number >> 1 | mps << 7;
			arith_encode(enc, 0, pixel);
			same = same && enc->st[0] == (QM_NUMBER(next) >> 1 | QM_MPS(next) << 7) &&
			       QM_NUMBER(next) % 2 == QM_MPS(next) &&
			       QM_NUMBER(next) == (step->next ^ mps) &&
			       QM_QE(next) == ifax_qm_steps[QM_NUMBER(next) & ~1U].share;
			/* the larger part of the interval, or the smaller, doubled until large */
			left = 0x8000 - qe;
			larger = left > qe ? left : qe;
			a = lps ? 0x8000 - larger : larger;
			while (a < 0x8000)
				a <<= 1;
			same = same && enc->a == a && step->share / QM_LESS_PROBABLE == lps;
		}
	}
	free(enc);
	return same;
}

int main(void)
{
	static struct page pages[32];
	unsigned int i, count, n;
	u32 width_px;

	ok(states_match(), "all states of the arithmetic coder");
	for (n = 0; n < 30; n++) {
		width_px = n < 20 ? n + 1 : 21 + page_random(600);
		for (i = 0; i < PAGE_PATTERNS; i++) {
			struct page page = page_pattern(i, width_px, 40);

			ok(page_passes(&page), "%s, %u pixels wide", page.name, width_px);
			page_free(&page);
		}
	}
	for (i = 0; i < PAGE_PATTERNS; i++) {
		struct page page = page_pattern(i, 1728, 300);

		ok(page_passes(&page), "%s, 1728 pixels wide", page.name);
		page_free(&page);
	}
	count = page_load_all("../shared/data", pages, 32);
	for (i = 0; i < count; i++) {
		if (pages[i].lines < 3000)
			ok(encodes(&pages[i], 128, true), "%s", pages[i].name);
		page_free(&pages[i]);
	}
	return done_testing();
}
