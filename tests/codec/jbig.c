// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic coder against the known answer of T.82 7.1, and what may stand
 * between stripes: whatever jbigkit's T.85 decoder reads, ours reads, too.
 */
#include <stdlib.h>
#include <string.h>
#include <jbig85.h>
#include <jbig_ar.h>

#include "coded.h"
#include "jbig_qm.h"
#include "tap.h"

#define KNOWN_BITS	256

/* T.82 7.1: pixels, the context of each (0 or 1), and the stripe that comes of them */
static const u16 known_pixels[KNOWN_BITS / 16] = {
	0x05e0, 0x0000, 0x8b00, 0x01c4, 0x1700, 0x0034, 0x7fff, 0x1a3f,
	0x951b, 0x05d8, 0x1d17, 0xe770, 0x0000, 0x0000, 0x0656, 0x0e6a,
};

static const u16 known_contexts[KNOWN_BITS / 16] = { 0x0fe0, 0x0000, 0x0f00, 0x00f0, 0xff00 };
static const u8 known_stripe[] = {
	0x69, 0x89, 0x99, 0x5c, 0x32, 0xea, 0xfa, 0xa0, 0xd5, 0xff, 0x00, 0x52, 0x7f, 0xff,
	0x00, 0xff, 0x00, 0xff, 0x00, 0xc0, 0x00, 0x00, 0x00, 0x3f, 0xff, 0x00, 0x2d, 0x20,
	0x82, 0x91, 0xff, 0x02,
};

struct stream {
	u8 data[16384];
	size_t bytes;
};

static void append(unsigned char *data, size_t bytes, void *to)
{
	struct stream *out = to;

	if (out->bytes + bytes > sizeof(out->data))
		abort();
	memcpy(out->data + out->bytes, data, bytes);
	out->bytes += bytes;
}

static void append_byte(int byte, void *to)
{
	u8 data = byte;

	append(&data, 1, to);
}

static bool same_bytes(const u8 *a, size_t a_bytes, const u8 *b, size_t b_bytes)
{
	return a_bytes == b_bytes && !memcmp(a, b, a_bytes);
}

static void known_answer(void)
{
	struct jbg_arenc_state *peer = calloc(1, sizeof(*peer));
	u8 pixels[KNOWN_BITS], got[KNOWN_BITS], coded[2048];
	static struct stream theirs;
	u16 contexts[KNOWN_BITS];
	size_t bytes;
	u32 i;

	if (!peer)
		abort();
	arith_encode_init(peer, 0);
	peer->byte_out = append_byte;
	peer->file = &theirs;
	for (i = 0; i < KNOWN_BITS; i++) {
		pixels[i] = known_pixels[i / 16] >> (15 - i % 16) & 1;
		contexts[i] = known_contexts[i / 16] >> (15 - i % 16) & 1;
		arith_encode(peer, contexts[i], pixels[i]);
	}
	arith_encode_flush(peer);
	free(peer);
	bytes = qm_encode(pixels, contexts, KNOWN_BITS, coded);
	ok(same_bytes(coded, bytes, known_stripe, sizeof(known_stripe)),
	   "T.82 7.1: the encoder writes the known bytes");
	ok(same_bytes(coded, bytes - 2, theirs.data, theirs.bytes), "and jbigkit's does, too");
	qm_decode(known_stripe, sizeof(known_stripe), contexts, KNOWN_BITS, got);
	ok(!memcmp(got, pixels, KNOWN_BITS), "T.82 7.1: the decoder reads the known pixels");
}

/* Any pixels in any contexts: coded as jbigkit codes them, and decoded again */
static bool random_pixels_match(u32 count, u32 contexts_used, u32 rarity)
{
	struct jbg_arenc_state *peer = calloc(1, sizeof(*peer));
	static u8 pixels[3000], got[3000];
	static u16 contexts[3000];
	static struct stream ours, theirs;
	bool same;
	u32 i;

	if (!peer)
		abort();
	theirs.bytes = 0;
	arith_encode_init(peer, 0);
	peer->byte_out = append_byte;
	peer->file = &theirs;
	for (i = 0; i < count; i++) {
		contexts[i] = page_random(contexts_used);
		pixels[i] = !page_random(rarity);
		arith_encode(peer, contexts[i], pixels[i]);
	}
	arith_encode_flush(peer);
	free(peer);
	ours.bytes = qm_encode(pixels, contexts, count, ours.data);
	qm_decode(ours.data, ours.bytes, contexts, count, got);
	same = same_bytes(ours.data, ours.bytes - 2, theirs.data, theirs.bytes) &&
	       !memcmp(got, pixels, count);
	if (!same)
		diag("%u pixels, %u contexts, one in %u: %zu bytes, jbigkit %zu", count,
		     contexts_used, rarity, ours.bytes - 2, theirs.bytes);
	return same;
}

static void random_pixels(void)
{
	bool good = true;
	u32 n;

	for (n = 0; n < 3000 && good; n++)
		good = random_pixels_match(1 + page_random(n + 1), 1 + page_random(1024),
					   1 + page_random(n % 2 ? 4 : 300));
	ok(good, "random pixels in random contexts, as jbigkit codes them");
}

/* One stripe of the page, without its header */
static void add_stripe(struct stream *out, const struct page *page, u8 end)
{
	static struct stream whole;
	struct jbg85_enc_state enc;
	u8 *white = calloc(1, page->stride);
	u32 y;

	if (!white)
		abort();
	whole.bytes = 0;
	jbg85_enc_init(&enc, page->width_px, page->lines, append, &whole);
	jbg85_enc_options(&enc, JBG_TPBON, page->lines, 0);
	for (y = 0; y < page->lines; y++)
		jbg85_enc_lineout(&enc, page->rows + y * page->stride,
				  y ? page->rows + (y - 1) * page->stride : white,
				  y > 1 ? page->rows + (y - 2) * page->stride : white);
	whole.data[whole.bytes - 1] = end;
	append(whole.data + 20, whole.bytes - 20, out);
	free(white);
}

static void put_u32(u8 *at, u32 value)
{
	at[0] = value >> 24;
	at[1] = value >> 16;
	at[2] = value >> 8;
	at[3] = value;
}

static void add_header(struct stream *out, u32 width_px, u32 lines, u32 stripe_lines, u8 options)
{
	u8 head[20] = { 0, 0, 1, 0, [19] = options };

	out->bytes = 0;
	put_u32(head + 4, width_px);
	put_u32(head + 8, lines);
	put_u32(head + 12, stripe_lines);
	append(head, sizeof(head), out);
}

static void add_comment(struct stream *out, u32 bytes)
{
	u8 comment[6 + 300] = { 0xff, 0x07 };

	put_u32(comment + 2, bytes);
	/* what looks like a marker is none here */
	memset(comment + 6, 0xff, sizeof(comment) - 6);
	append(comment, 6 + bytes, out);
}

static void add_new_length(struct stream *out, u32 lines)
{
	u8 marker[6] = { 0xff, 0x05 };

	put_u32(marker + 2, lines);
	append(marker, sizeof(marker), out);
}

#define SDNORM	0x02
#define SDRST	0x03
#define ABORT	0x04

static int next_line(const struct jbg85_dec_state *dec, unsigned char *start, size_t bytes,
		     unsigned long y, void *to)
{
	append(start, bytes, to);
	return 0;
}

/* What jbigkit makes of it, as jbgtopbm85 asks for it */
static bool peer_reads(const struct stream *in, u32 width_px, struct stream *rows)
{
	static u8 buffer[3 * 100];
	struct jbg85_dec_state dec;
	size_t used = 0;
	int result;

	rows->bytes = 0;
	jbg85_dec_init(&dec, buffer, sizeof(buffer), next_line, rows);
	result = jbg85_dec_in(&dec, (u8 *)in->data, in->bytes, &used);
	while (result == JBG_EOK_INTR)
		result = jbg85_dec_in(&dec, (u8 *)in->data + used, in->bytes - used, &used);
	/* there might be more: that nothing comes is what the end of the file means */
	if (result == JBG_EAGAIN)
		result = jbg85_dec_end(&dec);
	return result == JBG_EOK && jbg85_dec_getwidth(&dec) == width_px;
}

static bool reads(const struct stream *in, u32 width_px, size_t piece, u32 lines_max,
		  struct page *page)
{
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_JBIG, .width_px = width_px };
	struct ifax_fault_report report;

	*page = decode_page(&fmt, in->data, in->bytes, lines_max, piece, 7, &report);
	return !report.fault;
}

#define WIDTH_PX	100
#define LINES		20

/* Both read it, all of it, and see @expected */
static bool both_read(const struct stream *in, const struct page *expected)
{
	static const size_t pieces[] = { 0, 1, 9 };
	static struct stream rows;
	bool good = peer_reads(in, WIDTH_PX, &rows) &&
		    same_bytes(rows.data, rows.bytes, expected->rows,
			       expected->lines * expected->stride);
	unsigned int i;

	if (!good)
		diag("jbigkit does not read it: %zu bytes", rows.bytes);
	for (i = 0; i < 3; i++) {
		struct page got;

		if (!reads(in, WIDTH_PX, pieces[i], expected->lines + 1, &got) ||
		    !page_equal(&got, expected)) {
			diag("in pieces of %zu: %u lines", pieces[i], got.lines);
			good = false;
		}
		page_free(&got);
	}
	return good;
}

static bool both_refuse(const struct stream *in)
{
	static struct stream rows;
	bool refused = !peer_reads(in, WIDTH_PX, &rows);
	struct page got;

	refused = !reads(in, WIDTH_PX, 0, 3 * LINES, &got) && refused;
	page_free(&got);
	return refused;
}

/* A page of two stripes, of which the second one knows nothing of the first */
static struct page two_pages(struct page *upper, struct page *lower)
{
	struct page page = page_new("both", WIDTH_PX, 2 * LINES);

	*upper = page_pattern(PAGE_STEPS, WIDTH_PX, LINES);
	*lower = page_pattern(PAGE_DITHER, WIDTH_PX, LINES);
	memcpy(page.rows, upper->rows, LINES * page.stride);
	memcpy(page.rows + LINES * page.stride, lower->rows, LINES * page.stride);
	return page;
}

static void segments(void)
{
	struct page upper, lower, both = two_pages(&upper, &lower);
	static struct stream in;

	add_header(&in, WIDTH_PX, 2 * LINES, LINES, 0x08);
	add_stripe(&in, &upper, SDRST);
	add_stripe(&in, &lower, SDNORM);
	ok(both_read(&in, &both), "a stripe that ends with SDRST: the next begins anew");
	in.data[in.bytes - 1] = SDRST;
	ok(both_read(&in, &both), "SDRST at the end of the page");
	append((u8 *)"\xff\x02garbage", 9, &in);
	ok(both_read(&in, &both), "what is behind the page is not looked at");

	add_header(&in, WIDTH_PX, 2 * LINES, LINES, 0x08);
	add_comment(&in, 0);
	add_comment(&in, 300);
	add_stripe(&in, &upper, SDRST);
	add_comment(&in, 1);
	add_stripe(&in, &lower, SDNORM);
	ok(both_read(&in, &both), "comments before and between stripes");

	add_header(&in, WIDTH_PX, 0xffffffff, LINES, 0x28);
	add_stripe(&in, &upper, SDRST);
	add_new_length(&in, 2 * LINES);
	add_comment(&in, 5);
	add_stripe(&in, &lower, SDNORM);
	ok(both_read(&in, &both), "NEWLEN before the last stripe, and a comment");

	add_header(&in, WIDTH_PX, 3 * LINES, LINES, 0x28);
	add_stripe(&in, &upper, SDRST);
	add_stripe(&in, &lower, SDNORM);
	add_new_length(&in, 2 * LINES);
	append((u8 *)"\xff\x02", 2, &in);
	ok(both_read(&in, &both), "NEWLEN behind the last stripe");

	add_header(&in, WIDTH_PX, 2 * LINES, LINES, 0x08);
	add_stripe(&in, &upper, SDRST);
	add_new_length(&in, LINES);
	add_stripe(&in, &lower, SDNORM);
	ok(both_refuse(&in), "NEWLEN that the header does not announce is refused");

	add_header(&in, WIDTH_PX, 2 * LINES, LINES, 0x28);
	add_stripe(&in, &upper, SDRST);
	add_new_length(&in, 3 * LINES);
	add_stripe(&in, &lower, SDNORM);
	ok(both_refuse(&in), "NEWLEN that makes the page longer is refused");

	add_header(&in, WIDTH_PX, 2 * LINES, LINES, 0x08);
	add_stripe(&in, &upper, ABORT);
	add_stripe(&in, &lower, SDNORM);
	ok(both_refuse(&in), "ABORT is a fault");

	add_header(&in, WIDTH_PX, 2 * LINES, LINES, 0x08);
	add_stripe(&in, &upper, SDRST);
	ok(both_refuse(&in), "a stripe that is missing is a fault");
	page_free(&upper);
	page_free(&lower);
	page_free(&both);
}

/* Damage of all kinds: what both decoders read to the end, they read alike */
static void damaged(void)
{
	struct page upper, lower, both = two_pages(&upper, &lower);
	static struct stream sound, in, rows;
	u32 round, i, alike = 0, different = 0, refused = 0;

	add_header(&sound, WIDTH_PX, 2 * LINES, LINES, 0x28);
	add_comment(&sound, 7);
	add_stripe(&sound, &upper, SDRST);
	add_new_length(&sound, 2 * LINES);
	add_stripe(&sound, &lower, SDNORM);
	for (round = 0; round < 20000; round++) {
		struct page got;

		in = sound;
		for (i = 1 + page_random(2); i; i--)
			in.data[20 + page_random(in.bytes - 20)] = page_random(3) ?
				page_random(256) : page_random(8);
		if (!peer_reads(&in, WIDTH_PX, &rows))
			continue;
		if (!reads(&in, WIDTH_PX, 0, 3 * LINES, &got))
			refused++;
		else if (same_bytes(rows.data, rows.bytes, got.rows, got.lines * got.stride))
			alike++;
		else
			different++;
		page_free(&got);
	}
	ok(alike > 1000 && !different && !refused,
	   "20000 streams with damage: %u read alike, %u not, %u not at all", alike, different,
	   refused);
	page_free(&upper);
	page_free(&lower);
	page_free(&both);
}

int main(void)
{
	known_answer();
	random_pixels();
	segments();
	damaged();
	return done_testing();
}
