// SPDX-License-Identifier: GPL-2.0
/*
 * Grey to black and white, against the plain way to do the same: pixel by pixel,
 * with a whole picture of errors, with fractions.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ifax/grey.h>
#include "page.h"
#include "tap.h"

struct picture {
	u32 width_px;
	u32 lines;
	u8 *grey;
};

static void *allocate(size_t bytes)
{
	void *mem = malloc(bytes ? bytes : 1);

	if (!mem)
		abort();
	return mem;
}

enum kind { NOISE, FLAT, SLOPE };

static struct picture picture(enum kind kind, u32 width_px, u32 lines, u8 flat)
{
	struct picture picture = { width_px, lines, allocate((size_t)width_px * lines) };
	u32 x, y;

	for (y = 0; y < lines; y++)
		for (x = 0; x < width_px; x++)
			picture.grey[y * width_px + x] = kind == NOISE ? page_random(256) :
				kind == FLAT ? flat : (x * 255 / width_px + y) & 255;
	return picture;
}

/* In calls of up to @band lines; memory and lines of exactly the sizes that are promised */
static struct page converted(const struct ifax_grey_format *fmt, const struct picture *from,
			     u32 band)
{
	size_t stride = from->width_px + page_random(3);
	struct page page = page_new("grey", fmt->width_px, from->lines);
	void *mem = allocate(ifax_grey_size(fmt));
	struct ifax_grey *grey;
	u32 y, i;

	memset(mem, 0xa5, ifax_grey_size(fmt));
	memset(page.rows, 0xa5, page.stride * page.lines);
	grey = ifax_grey_init(mem, fmt);
	if (!grey)
		abort();
	for (y = 0; y < from->lines; y += band) {
		u32 count = from->lines - y < band ? from->lines - y : band;
		u8 *lines = allocate((count - 1) * stride + from->width_px);

		for (i = 0; i < count; i++)
			memcpy(lines + i * stride, from->grey + (size_t)(y + i) * from->width_px,
			       from->width_px);
		ifax_grey_lines(grey, lines, stride, count, page.rows + y * page.stride,
				page.stride);
		free(lines);
	}
	free(mem);
	return page;
}

static bool pixel(const struct page *page, u32 x, u32 y)
{
	return page->rows[y * page->stride + x / 8] >> (7 - x % 8) & 1;
}

static u32 blacks(const struct page *page)
{
	u32 count = 0, x, y;

	for (y = 0; y < page->lines; y++)
		for (x = 0; x < page->width_px; x++)
			count += pixel(page, x, y);
	return count;
}

/* Bits past the width are 0, and the pixels are those of the other page */
static bool same(const struct page *a, const struct page *b)
{
	return !memcmp(a->rows, b->rows, a->stride * a->lines);
}

static struct page plain_threshold(const struct picture *from, u32 threshold)
{
	struct page page = page_new("plain", from->width_px, from->lines);
	u32 x, y;

	for (y = 0; y < from->lines; y++)
		for (x = 0; x < from->width_px; x++)
			if (from->grey[y * from->width_px + x] < threshold)
				page_set_black(&page, x, y);
	return page;
}

/* As the paper of 1976 has it, with a picture of errors in sixteenths, exact */
static struct page plain_diffusion(const struct picture *from, int threshold)
{
	u32 width = from->width_px;
	int *errors = calloc((size_t)(width + 2) * (from->lines + 1), sizeof(int));
	struct page page = page_new("plain", width, from->lines);
	u32 i, y;

	if (!errors)
		abort();
	for (y = 0; y < from->lines; y++) {
		int ahead = y % 2 ? -1 : 1;

		for (i = 0; i < width; i++) {
			u32 x = y % 2 ? width - 1 - i : i;
			int *here = errors + (size_t)y * (width + 2) + x + 1;
			int *below = here + width + 2;
			int level = from->grey[y * width + x] + (int)floor(*here / 16.0);
			int left_over = *here - 16 * (int)floor(*here / 16.0);
			int error = level < threshold ? level : level - 255;

			if (level < threshold)
				page_set_black(&page, x, y);
			here[ahead] += 7 * error + left_over;
			below[-ahead] += 3 * error;
			below[0] += 5 * error;
			below[ahead] += error;
		}
	}
	free(errors);
	return page;
}

static const u32 widths_px[] = { 1, 2, 7, 8, 9, 31, 32, 33, 40, 63, 64, 65, 100, 1728, 5003 };

#define WIDTHS	(sizeof(widths_px) / sizeof(widths_px[0]))

static bool thresholds_hold(u32 width_px)
{
	struct picture from = picture(NOISE, width_px, width_px > 999 ? 2 : 9, 0);
	bool good = true;
	u32 threshold;

	for (threshold = 1; threshold <= 255 && good; threshold++) {
		struct ifax_grey_format fmt = { IFAX_GREY_THRESHOLD, width_px, threshold };
		struct page want = plain_threshold(&from, threshold);
		struct page got = converted(&fmt, &from, 1 + page_random(4));

		good = same(&want, &got);
		page_free(&want);
		page_free(&got);
	}
	free(from.grey);
	return good;
}

static bool diffusion_holds(u32 width_px, enum kind kind, u8 flat, u32 threshold)
{
	struct ifax_grey_format fmt = { IFAX_GREY_DIFFUSE, width_px, threshold };
	struct picture from = picture(kind, width_px, 40, flat);
	struct page want = plain_diffusion(&from, threshold);
	struct page got = converted(&fmt, &from, 1 + page_random(9));
	bool good = same(&want, &got);

	page_free(&want);
	page_free(&got);
	free(from.grey);
	return good;
}

static void diffusion(void)
{
	bool good = true;
	u32 i;

	for (i = 0; i < WIDTHS; i++)
		good = good && diffusion_holds(widths_px[i], NOISE, 0, 128) &&
		       diffusion_holds(widths_px[i], SLOPE, 0, 128) &&
		       diffusion_holds(widths_px[i], SLOPE, 0, 1 + page_random(255));
	ok(good, "error diffusion: as with a picture of errors");
	for (i = 0, good = true; i < 256; i += 5)
		good = good && diffusion_holds(64, FLAT, i, 1) && diffusion_holds(64, FLAT, i, 255);
	ok(good, "error diffusion: so, too, at thresholds of 1 and 255");
	for (i = 0, good = true; i < 256; i++) {
		struct ifax_grey_format fmt = { IFAX_GREY_DIFFUSE, 256, 128 };
		struct picture from = picture(FLAT, 256, 256, i);
		struct page got = converted(&fmt, &from, 16);
		int off = (int)blacks(&got) - (int)(255 - i) * 65536 / 255;

		/* the errors of the edges are lost */
		if (abs(off) > 65536 / 255) {
			diag("grey %u: %d pixels too many", i, off);
			good = false;
		}
		page_free(&got);
		free(from.grey);
	}
	ok(good, "error diffusion: each grey as black as it is");
}

/* Of each level of grey: black as it is, and what is black stays so in a darker one */
static void dither(void)
{
	struct page lighter = page_new("white", 64, 64);
	bool right = true, grows = true;
	u32 level, i, y;

	for (level = 256; level--; ) {
		struct ifax_grey_format fmt = { .mode = IFAX_GREY_DITHER, .width_px = 64 };
		struct picture from = picture(FLAT, 64, 64, level);
		struct page got = converted(&fmt, &from, 1 + page_random(20));

		right = right && abs((int)blacks(&got) - (int)(255 - level) * 4096 / 255) <= 64;
		for (i = 0; i < got.stride * got.lines; i++)
			grows = grows && !(lighter.rows[i] & ~got.rows[i]);
		/* a cell of 8 by 8 repeats */
		for (y = 8; y < 64; y++)
			right = right && got.rows[y * 8] == got.rows[y % 8 * 8] &&
				got.rows[y * 8 + 7] == got.rows[y * 8];
		page_free(&lighter);
		lighter = got;
		free(from.grey);
	}
	ok(right, "dither: each grey as black as it is, to one of 64 steps");
	ok(grows, "dither: dots only grow");
	ok(blacks(&lighter) == 4096, "dither: black is black");
	page_free(&lighter);
}

/*
 * Text on paper whose white goes from @left to @right, darker towards the
 * bottom, with noise; ink reflects @ink percent of it. The share of pixels that
 * come out wrong, in 1/10000, not counting those at an edge.
 */
static u32 adaptive_faults(u32 left, u32 right, u32 ink, u32 mode)
{
	struct page text = page_pattern(PAGE_TEXT, 1728, 600);
	struct picture from = picture(FLAT, text.width_px, text.lines, 0);
	struct ifax_grey_format fmt = { mode, text.width_px, 128 };
	u32 x, y, faults = 0;
	struct page got;

	for (y = 0; y < text.lines; y++) {
		for (x = 0; x < text.width_px; x++) {
			u32 paper = (left * (1728 - x) + right * x) / 1728 * (1200 - y) / 1200;
			u32 grey = pixel(&text, x, y) ? paper * ink / 100 : paper;

			from.grey[y * text.width_px + x] = grey + page_random(9) -
				(grey < 4 ? 0 : 4);
		}
	}
	got = converted(&fmt, &from, 50);
	for (y = 0; y < text.lines; y++)
		for (x = 0; x < text.width_px; x++)
			faults += pixel(&text, x, y) != pixel(&got, x, y);
	page_free(&got);
	free(from.grey);
	faults = faults * 10000ULL / (text.width_px * text.lines);
	page_free(&text);
	return faults;
}

static void adaptive(void)
{
	static const struct {
		const char *name;
		u32 left, right, ink;
	} papers[] = {
		{ "even white paper", 240, 240, 15 },
		{ "a shade across", 245, 110, 25 },
		{ "a strong shade across", 110, 245, 25 },
		{ "grey paper", 120, 120, 30 },
		{ "faint ink", 230, 200, 70 },
	};
	struct ifax_grey_format fmt = { .mode = IFAX_GREY_ADAPTIVE, .width_px = 500 };
	struct picture from;
	struct page got, again;
	u32 i, x, y, wrong = 0;

	for (i = 0; i < sizeof(papers) / sizeof(papers[0]); i++) {
		u32 faults = adaptive_faults(papers[i].left, papers[i].right, papers[i].ink,
					     IFAX_GREY_ADAPTIVE);
		u32 fixed = adaptive_faults(papers[i].left, papers[i].right, papers[i].ink,
					    IFAX_GREY_THRESHOLD);

		ok(faults <= 30, "adaptive: %s: %u of 10000 pixels wrong (threshold of 128: %u)",
		   papers[i].name, faults, fixed);
	}
	from = picture(FLAT, 500, 900, 220);
	for (y = 50; y < 850; y++)
		memset(from.grey + y * 500 + 100, 25, 300);
	got = converted(&fmt, &from, 900);
	again = converted(&fmt, &from, 7);
	for (y = 0; y < 900; y++)
		for (x = 0; x < 500; x++)
			wrong += pixel(&got, x, y) != (y >= 50 && y < 850 && x >= 100 && x < 400);
	ok(!wrong, "adaptive: a large black area is black throughout (%u pixels wrong)", wrong);
	ok(same(&got, &again), "adaptive: the same in bands");
	page_free(&got);
	page_free(&again);
	free(from.grey);
	for (i = 0, wrong = 0; i < WIDTHS; i++) {
		fmt.width_px = widths_px[i];
		from = picture(FLAT, fmt.width_px, 50, 200);
		got = converted(&fmt, &from, 3);
		wrong += blacks(&got);
		page_free(&got);
		free(from.grey);
		from = picture(NOISE, fmt.width_px, 50, 0);
		got = converted(&fmt, &from, 3);
		for (y = 0; y < 50 && fmt.width_px % 8; y++)
			wrong += !!(got.rows[(y + 1) * got.stride - 1] & 0xff >> fmt.width_px % 8);
		page_free(&got);
		free(from.grey);
	}
	ok(!wrong, "adaptive: blank paper of any width is white, nothing is past the width");
}

static void shading(void)
{
	enum { WIDTH = 1000, LINES = 16 };
	u8 *black = allocate(WIDTH * LINES), *white = allocate(WIDTH * LINES);
	struct ifax_reference dark = { black, WIDTH, LINES }, light = { white, WIDTH, LINES };
	void *mem = allocate(ifax_shading_size(WIDTH));
	const struct ifax_shading *shading;
	u8 line[WIDTH], even[WIDTH], low[WIDTH], high[WIDTH];
	bool good = true, ends = true;
	u32 dead, i, x;

	for (x = 0; x < WIDTH; x++) {
		low[x] = page_random(40);
		high[x] = low[x] + 16 + page_random(200 - low[x]);
		/* a mean of exactly that */
		for (i = 0; i < LINES; i++) {
			black[i * WIDTH + x] = low[x] + (i & 1 ? 1 : -(low[x] > 0)) * !!low[x];
			white[i * WIDTH + x] = high[x] + (i & 1 ? 2 : -2);
		}
	}
	shading = ifax_shading_init(mem, WIDTH, &dark, &light, &dead);
	ok(!dead, "shading: no element is dead");
	for (i = 0; i < 256; i++) {
		memset(line, i, WIDTH);
		ifax_shading_line(shading, line, even);
		for (x = 0; x < WIDTH; x++) {
			double want = 255.0 * ((int)i - low[x]) / (high[x] - low[x]);

			want = want < 0 ? 0 : want > 255 ? 255 : want;
			good = good && fabs(even[x] - want) <= 1.0;
			ends = ends && (i > low[x] || even[x] == 0) &&
			       (i < high[x] || even[x] == 255);
		}
	}
	ok(good, "shading: in proportion, to one level");
	ok(ends, "shading: black is 0, white 255");
	memcpy(line, high, WIDTH);
	ifax_shading_line(shading, line, line);
	for (x = 0, good = true; x < WIDTH; x++)
		good = good && line[x] == 255;
	ok(good, "shading: in place");
	for (i = 0; i < LINES; i++) {
		white[i * WIDTH] = black[i * WIDTH] + 15;
		white[i * WIDTH + 10] = 0;
		white[i * WIDTH + 11] = 0;
	}
	shading = ifax_shading_init(mem, WIDTH, &dark, &light, &dead);
	for (x = 0; x < WIDTH; x++)
		line[x] = (low[x] + high[x]) / 2;
	ifax_shading_line(shading, line, even);
	ok(dead == 3 && even[0] == 255 && even[10] == even[9] && even[11] == even[9],
	   "shading: dead elements give what is left of them");
	shading = ifax_shading_init(mem, WIDTH, NULL, &light, NULL);
	memset(line, 0, WIDTH);
	ifax_shading_line(shading, line, even);
	ok(!even[5] && !even[WIDTH - 1], "shading: without a black reference");
	free(mem);
	free(black);
	free(white);
}

static int format(u32 mode, u32 width_px, u32 threshold)
{
	struct ifax_grey_format fmt = { mode, width_px, threshold };

	return ifax_grey_format_ok(&fmt);
}

static void formats(void)
{
	struct ifax_grey_format fmt = { IFAX_GREY_DIFFUSE, 1728, 0 };
	u64 mem[8];
	u32 mode;

	ok(!format(IFAX_GREY_THRESHOLD, 1, 1) && !format(IFAX_GREY_DIFFUSE, 65535, 255) &&
	   !format(IFAX_GREY_DITHER, 8, 0) && !format(IFAX_GREY_ADAPTIVE, 8, 0), "formats");
	ok(format(IFAX_GREY_THRESHOLD, 0, 128) == -EINVAL &&
	   format(IFAX_GREY_THRESHOLD, 65536, 128) == -EINVAL &&
	   format(IFAX_GREY_THRESHOLD, 8, 0) == -EINVAL &&
	   format(IFAX_GREY_DIFFUSE, 8, 256) == -EINVAL && format(4, 8, 128) == -EINVAL &&
	   !ifax_grey_init(mem, &fmt), "formats that are none");
	for (mode = 0; mode < 4; mode++) {
		fmt.mode = mode;
		fmt.threshold = 128;
		if (ifax_grey_size(&fmt) > 64 + 2 * 1728)
			break;
	}
	ok(mode == 4, "working memory: two bytes for each pixel, at most");
}

int main(void)
{
	u32 i;

	for (i = 0; i < WIDTHS; i++)
		ok(thresholds_hold(widths_px[i]), "all thresholds, %u pixels wide", widths_px[i]);
	diffusion();
	dither();
	adaptive();
	shading();
	formats();
	return done_testing();
}
