// SPDX-License-Identifier: GPL-2.0
/*
 * Scaling of runs, against the plain way: picture elements, asked one by one
 * where their middles lie; and what must be so of any page: no black is lost, none
 * comes from nowhere, what hangs together stays together.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ifax/scale.h>
#include "coded.h"
#include "tap.h"

static const u32 resolutions[][2] = {
	{ 204, 98 }, { 204, 196 }, { 204, 391 }, { 200, 200 }, { 300, 300 }, { 400, 400 },
	{ 408, 391 }, { 600, 600 },
};

#define RESOLUTIONS	(sizeof(resolutions) / sizeof(resolutions[0]))

static void *allocate(size_t bytes)
{
	void *mem = malloc(bytes ? bytes : 1);

	if (!mem)
		abort();
	return mem;
}

static bool pixel(const struct page *page, long x, long y)
{
	if (x < 0 || y < 0 || x >= page->width_px || y >= page->lines)
		return false;
	return page->rows[y * page->stride + x / 8] >> (7 - x % 8) & 1;
}

static struct ifax_scale scale_of(const struct page *page, const u32 from[2], const u32 to[2])
{
	return (struct ifax_scale){ from[0], to[0], from[1], to[1],
				    ifax_scaled(page->width_px, from[0], to[0]), 0, 0 };
}

/* By way of coded data; @band lines in a call; as many lines as come */
static struct page scaled(const struct page *page, const struct ifax_scale *scale,
			  struct ifax_codec_format fmt, u32 band)
{
	struct ifax_bytes in;
	struct coded coded;
	struct ifax_decoder *dec;
	struct ifax_scaler *scaler;
	u32 room = ifax_scaled(page->lines, scale->y_from, scale->y_to) + 40, lines;
	struct page got = page_new(page->name, scale->width_px, room + band);
	void *dec_mem, *mem;

	fmt.width_px = page->width_px;
	coded = encode_page(&fmt, page, 0);
	in = (struct ifax_bytes){ coded.data, coded.data + coded.bytes, NULL };
	dec_mem = allocate(ifax_decoder_size(&fmt));
	mem = allocate(ifax_scaler_size(scale, &fmt));
	memset(mem, 0xa5, ifax_scaler_size(scale, &fmt));
	memset(got.rows, 0xa5, got.stride * got.lines);
	dec = ifax_decoder_init(dec_mem, &fmt, &in);
	scaler = ifax_scaler_init(mem, scale, &fmt, dec);
	if (!scaler)
		abort();
	got.lines = 0;
	do {
		lines = ifax_scale_lines(scaler, got.rows + got.lines * got.stride, got.stride,
					 band);
		got.lines += lines;
	} while (lines == band && got.lines < room);
	if (ifax_decoder_fault(dec)->fault)
		abort();
	free(coded.data);
	free(dec_mem);
	free(mem);
	return got;
}

/* One line of the picture along x: samples, and the middle of each run that has none */
static void plain_line(u8 *to, const struct page *page, u32 y, const struct ifax_scale *scale)
{
	u32 from = scale->x_from, width = scale->width_px, x, begin;

	for (x = 0; x < width; x++)
		to[x] = pixel(page, (2ULL * x + 1) * from / (2 * scale->x_to), y);
	for (x = 0; x < page->width_px; x++) {
		bool found = false;
		u32 i;

		if (!pixel(page, x, y))
			continue;
		begin = x;
		while (pixel(page, x, y))
			x++;
		for (i = 0; i < width && !found; i++) {
			u64 sample = (2ULL * i + 1) * from / (2 * scale->x_to);

			found = sample >= begin && sample < x;
		}
		i = ((u64)(begin + x) * scale->x_to) / (2 * from);
		if (i >= ifax_scaled(page->width_px, from, scale->x_to))
			i = ifax_scaled(page->width_px, from, scale->x_to) - 1;
		if (!found && i < width)
			to[i] = 1;
	}
}

static struct page plain_scaled(const struct page *page, const struct ifax_scale *scale)
{
	u32 lines = ifax_scaled(page->lines, scale->y_from, scale->y_to), width = scale->width_px;
	u8 *grid = allocate((size_t)page->lines * width), *line = allocate(width);
	struct page plain = page_new(page->name, width, lines);
	u32 x, y, k;

	for (y = 0; y < page->lines; y++)
		plain_line(grid + (size_t)y * width, page, y, scale);
	for (k = 0; k < lines; k++) {
		u64 sample = (2ULL * k + 1) * scale->y_from / (2 * scale->y_to);
		u64 next = (2ULL * k + 3) * scale->y_from / (2 * scale->y_to);

		for (x = 0; x < width; x++) {
			bool black = sample < page->lines && grid[sample * width + x];

			for (y = k ? sample : 0; y < next && y < page->lines; y++) {
				bool above = y < sample;

				if (grid[(size_t)y * width + x] &&
				    (above || next >= page->lines || !grid[next * width + x]))
					black = true;
			}
			if (black)
				page_set_black(&plain, x, k);
		}
	}
	free(grid);
	free(line);
	return plain;
}

/* Thin strokes in all directions, and dots */
static struct page strokes(u32 width_px, u32 lines)
{
	struct page page = page_new("strokes", width_px, lines);
	u32 i, n;

	for (n = 0; n < 25; n++) {
		s32 x = page_random(width_px) * 16, y = page_random(lines) * 16;
		s32 dx = (s32)page_random(33) - 16, dy = (s32)page_random(33) - 16;

		for (i = page_random(80); i; i--, x += dx, y += dy)
			page_set_black(&page, x >> 4, y >> 4);
	}
	return page;
}

/* Black that is so large that each of it has a sample */
static struct page blocks(u32 width_px, u32 lines)
{
	struct page page = page_new("blocks", width_px, lines);
	u32 x, y;

	for (y = 0; y < lines; y++)
		for (x = 0; x < width_px; x++)
			if (x / 11 % 3 == 1 && y / 13 % 2)
				page_set_black(&page, x, y);
	return page;
}

static bool near(const struct page *page, long x0, long x1, long y0, long y1)
{
	long x, y;

	for (y = y0; y <= y1; y++)
		for (x = x0; x <= x1; x++)
			if (pixel(page, x, y))
				return true;
	return false;
}

/* Black has black at its place or beside it */
static bool nothing_lost(const struct page *page, const struct page *got,
			 const struct ifax_scale *scale)
{
	u32 x, y;

	for (y = 0; y < page->lines; y++) {
		for (x = 0; x < page->width_px; x++) {
			long to_x = (u64)x * scale->x_to / scale->x_from;
			long to_y = (u64)y * scale->y_to / scale->y_from;

			if (pixel(page, x, y) && !near(got, to_x - 1, to_x + 1, to_y - 1, to_y + 1))
				return false;
		}
	}
	return true;
}

static bool nothing_made_up(const struct page *page, const struct page *got,
			    const struct ifax_scale *scale)
{
	u32 x, y;

	for (y = 0; y < got->lines; y++)
		for (x = 0; x < got->width_px; x++)
			if (pixel(got, x, y) &&
			    !near(page, (x - 1LL) * scale->x_from / scale->x_to - 1,
				  (x + 2LL) * scale->x_from / scale->x_to + 1,
				  (y - 1LL) * scale->y_from / scale->y_to - 1,
				  (y + 2LL) * scale->y_from / scale->y_to + 1))
				return false;
	return true;
}

static bool page_scales(const struct page *page, const u32 from[2], const u32 to[2], u32 coding)
{
	struct ifax_codec_format fmt = { .coding = coding, .k = 4 };
	struct ifax_scale scale = scale_of(page, from, to);
	struct page want = plain_scaled(page, &scale);
	struct page got;
	bool good;

	if (coding != IFAX_CODING_JBIG && page_random(3) == 0)
		fmt.flags |= IFAX_FMT_WHITE_IS_1;
	got = scaled(page, &scale, fmt, 1 + page_random(30));
	good = page_equal(&want, &got);
	if (!good)
		diag("%s, %ux%u to %ux%u, coding %u, %u pixels: differs (%u lines of %u)",
		     page->name, from[0], from[1], to[0], to[1], coding, page->width_px, got.lines,
		     want.lines);
	if (!nothing_lost(page, &got, &scale)) {
		diag("%s, %ux%u to %ux%u: black is lost", page->name, from[0], from[1], to[0],
		     to[1]);
		good = false;
	}
	if (!nothing_made_up(page, &got, &scale)) {
		diag("%s, %ux%u to %ux%u: black from nowhere", page->name, from[0], from[1], to[0],
		     to[1]);
		good = false;
	}
	page_free(&want);
	page_free(&got);
	return good;
}

static bool pair_holds(const u32 from[2], const u32 to[2])
{
	static const u32 codings[] = {
		IFAX_CODING_MH, IFAX_CODING_MR, IFAX_CODING_MMR, IFAX_CODING_RAW,
		IFAX_CODING_JBIG,
	};
	bool good = true;
	u32 i;

	for (i = 0; i < PAGE_PATTERNS + 4; i++) {
		u32 width_px = 1 + page_random(i % 2 ? 150 : 40), lines = 1 + page_random(70);
		struct page page = i < PAGE_PATTERNS ? page_pattern(i, width_px, lines) :
				   strokes(width_px, lines);

		good = page_scales(&page, from, to, codings[page_random(5)]) && good;
		page_free(&page);
	}
	return good;
}

/* Enlarged, and in blocks reduced, too: exactly the samples */
static bool exact(const u32 from[2], const u32 to[2])
{
	bool enlarged = to[0] >= from[0] && to[1] >= from[1];
	struct page page = enlarged ? page_pattern(PAGE_NOISE, 90, 60) : blocks(200, 150);
	struct ifax_scale scale = scale_of(&page, from, to);
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_MMR };
	struct page got = scaled(&page, &scale, fmt, 9);
	bool good = got.lines == ifax_scaled(page.lines, from[1], to[1]);
	u32 x, y;

	for (y = 0; y < got.lines; y++)
		for (x = 0; x < got.width_px; x++)
			good = good && pixel(&got, x, y) ==
			       pixel(&page, (2 * x + 1) * from[0] / (2 * to[0]),
				     (2 * y + 1) * from[1] / (2 * to[1]));
	page_free(&got);
	page_free(&page);
	return good;
}

/* Take away all black that hangs together with one pixel */
static void take_away(struct page *page, long x, long y)
{
	long i, j;

	if (!pixel(page, x, y))
		return;
	page->rows[y * page->stride + x / 8] &= ~(0x80 >> x % 8);
	for (j = -1; j <= 1; j++)
		for (i = -1; i <= 1; i++)
			take_away(page, x + i, y + j);
}

static u32 components(struct page *page)
{
	u32 count = 0, x, y;

	for (y = 0; y < page->lines; y++) {
		for (x = 0; x < page->width_px; x++) {
			count += pixel(page, x, y);
			take_away(page, x, y);
		}
	}
	return count;
}

/* A stroke of one pixel, at any angle and place, stays one stroke */
static bool stroke_holds(const u32 from[2], const u32 to[2])
{
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_MH };
	u32 round, i;

	for (round = 0; round < 60; round++) {
		struct page page = page_new("stroke", 160, 160);
		s32 dx = (s32)page_random(33) - 16, dy = 16, swap = page_random(2);
		s32 x = (50 + page_random(60)) * 16, y = (5 + page_random(20)) * 16;
		struct ifax_scale scale = scale_of(&page, from, to);
		struct page got;
		u32 count;

		for (i = 0; i < 90; i++, x += dx / 2 + dx % 2 * (i & 1), y += dy / 2)
			page_set_black(&page, (swap ? y : x) >> 4, (swap ? x : y) >> 4);
		got = scaled(&page, &scale, fmt, 200);
		count = components(&got);
		page_free(&got);
		page_free(&page);
		if (count != 1) {
			diag("%u strokes of one", count);
			return false;
		}
	}
	return true;
}

/* The page in a place: the same pixels, in a window */
static bool window_holds(const struct page *page, s32 left_px, s32 top_lines, u32 width_px,
			 const u32 from[2], const u32 to[2])
{
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_MMR };
	struct ifax_scale scale = scale_of(page, from, to);
	struct page whole = scaled(page, &scale, fmt, 50), got;
	s32 lines = (s32)whole.lines + top_lines;
	bool good;
	s32 x, y;

	scale.width_px = width_px;
	scale.left_px = left_px;
	scale.top_lines = top_lines;
	got = scaled(page, &scale, fmt, 1 + page_random(9));
	good = (s32)got.lines == (lines < 0 ? 0 : lines);
	for (y = 0; y < (s32)got.lines; y++) {
		for (x = 0; x < (s32)width_px; x++)
			good = good &&
			       pixel(&got, x, y) == pixel(&whole, x - left_px, y - top_lines);
		good = good && !(width_px % 8 &&
				 got.rows[(y + 1) * got.stride - 1] & 0xff >> width_px % 8);
	}
	page_free(&whole);
	page_free(&got);
	return good;
}

static void windows(void)
{
	static const s32 lefts_px[] = { 0, 1, 30, -1, -40, -5000, 5000 };
	static const s32 tops[] = { 0, 7, -3, -500 };
	struct page page = strokes(150, 80);
	bool good = true;
	u32 i, j, k;

	for (i = 0; i < 7; i++)
		for (j = 0; j < 4; j++)
			for (k = 0; k < RESOLUTIONS; k++)
				good = good && window_holds(&page, lefts_px[i], tops[j],
							    1 + page_random(400),
							    resolutions[page_random(RESOLUTIONS)],
							    resolutions[k]);
	ok(good, "trimmed, moved, centred: the same pixels in a window");
	page_free(&page);
}

static bool fault_holds(void)
{
	struct page page = page_pattern(PAGE_TEXT, 1000, 100);
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_MMR, .width_px = 1000 };
	struct ifax_scale scale = { 2, 1, 2, 1, 500, 0, 0 };
	struct coded coded = encode_page(&fmt, &page, 0);
	struct ifax_bytes in = { coded.data, coded.data + coded.bytes / 2, NULL };
	void *dec_mem, *mem;
	struct ifax_decoder *dec;
	struct ifax_scaler *scaler;
	u32 lines, line;
	bool good;

	fmt.length_lines = 100;
	dec_mem = allocate(ifax_decoder_size(&fmt));
	mem = allocate(ifax_scaler_size(&scale, &fmt));
	dec = ifax_decoder_init(dec_mem, &fmt, &in);
	scaler = ifax_scaler_init(mem, &scale, &fmt, dec);
	lines = ifax_scale_lines(scaler, NULL, 0, 100);
	line = ifax_decoder_fault(dec)->line;
	good = ifax_decoder_fault(dec)->fault == IFAX_FAULT_SHORT && line > 10 &&
	       lines == ifax_scaled(line - 1, 2, 1) && !ifax_scale_lines(scaler, NULL, 0, 1);
	free(dec_mem);
	free(mem);
	free(coded.data);
	page_free(&page);
	return good;
}

static int format(u32 x_from, u32 x_to, u32 y_from, u32 y_to, u32 width_px, s32 left_px)
{
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_MMR, .width_px = 1728 };
	struct ifax_scale scale = { x_from, x_to, y_from, y_to, width_px, left_px, 0 };

	return ifax_scale_ok(&scale, &fmt);
}

static void formats(void)
{
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_MMR, .width_px = 1728 };
	struct ifax_scale scale = { 204, 600, 196, 600, 4960, 0, 0 };

	ok(!format(1, 1, 1, 1, 1728, 0) && !format(204, 600, 98, 600, 65535, -65535) &&
	   !format(65535, 65535, 65535, 1, 1, 65535), "scales");
	ok(format(0, 1, 1, 1, 8, 0) == -EINVAL && format(1, 0, 1, 1, 8, 0) == -EINVAL &&
	   format(1, 1, 0, 1, 8, 0) == -EINVAL && format(1, 1, 1, 65536, 8, 0) == -EINVAL &&
	   format(1, 1, 1, 1, 0, 0) == -EINVAL && format(1, 1, 1, 1, 65536, 0) == -EINVAL &&
	   format(1, 1, 1, 1, 8, 65536) == -EINVAL && format(1, 38, 1, 1, 8, 0) == -EINVAL,
	   "scales that are none");
	ok(ifax_scaler_size(&scale, &fmt) <= 44 << 10, "working memory: %zu bytes for 1728 to 4960",
	   ifax_scaler_size(&scale, &fmt));
	ok(ifax_scaled(1728, 204, 600) == 5082 && ifax_scaled(1, 600, 98) == 1 &&
	   ifax_scaled(0, 1, 5) == 0 && ifax_scaled(3, 2, 1) == 1 && ifax_scaled(5, 3, 1) == 2 &&
	   ifax_scaled(4000000000U, 2, 1) == 2000000000, "how many become of so many");
}

/* Widths at which 16 bits are full */
static bool widest(u32 coding)
{
	static const u32 tiny[2] = { 65535, 2 }, two[2] = { 2, 2 };
	struct page page = strokes(65535, 6), narrow = strokes(2, 3);
	u32 same[2] = { 7, 7 }, half[2] = { 60001, 30001 };
	bool good;

	good = page_scales(&page, same, same, coding) && page_scales(&page, half, two, coding) &&
	       page_scales(&narrow, two, tiny, coding) && page_scales(&page, tiny, two, coding);
	page_free(&page);
	page_free(&narrow);
	return good;
}

int main(void)
{
	u32 i, j;

	for (i = 0; i < RESOLUTIONS; i++) {
		bool all = true, sharp = true, whole = true;

		for (j = 0; j < RESOLUTIONS; j++) {
			all = pair_holds(resolutions[i], resolutions[j]) && all;
			sharp = exact(resolutions[i], resolutions[j]) && sharp;
			whole = stroke_holds(resolutions[i], resolutions[j]) && whole;
		}
		ok(all, "%ux%u to each: as by picture elements, nothing lost, nothing made up",
		   resolutions[i][0], resolutions[i][1]);
		ok(sharp, "%ux%u to each: exact", resolutions[i][0], resolutions[i][1]);
		ok(whole, "%ux%u to each: a stroke of one pixel stays one stroke",
		   resolutions[i][0], resolutions[i][1]);
	}
	windows();
	ok(widest(IFAX_CODING_MMR) && widest(IFAX_CODING_RAW), "as wide as a line can be");
	ok(fault_holds(), "a fault: all lines that could be made of those before it");
	formats();
	return done_testing();
}
