// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "page.h"

struct page page_new(const char *name, u32 width_px, u32 lines)
{
	struct page page = { .width_px = width_px, .lines = lines };

	snprintf(page.name, sizeof(page.name), "%s", name);
	page.stride = (width_px + 7) / 8;
	page.rows = calloc(lines, page.stride);
	if (!page.rows)
		abort();
	return page;
}

void page_free(struct page *page)
{
	free(page->rows);
	page->rows = NULL;
}

void page_set_black(struct page *page, u32 x, u32 y)
{
	if (x < page->width_px && y < page->lines)
		page->rows[y * page->stride + x / 8] |= 0x80 >> x % 8;
}

u32 page_random(u32 below)
{
	static u64 state = 88172645463325252ULL;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % below;
}

/* Words of letters: strokes, bows and dots of a font that nobody can read */
static void draw_text(struct page *page)
{
	u32 left, top, x, y, i;

	for (top = 10; top < page->lines; top += 32) {
		for (left = 100; left + 120 < page->width_px; left += 18) {
			u32 shape = page_random(8);

			if (shape == 7) {
				left += 10;
				continue;
			}
			for (i = 0; i < 20; i++) {
				for (x = 0; x < 3; x++) {
					if (shape & 1)
						page_set_black(page, left + x, top + i);
					if (shape & 2)
						page_set_black(page, left + x + i / 2, top + i);
					if (shape & 4)
						page_set_black(page, left + x + 9 - i / 2,
							       top + i);
				}
			}
			for (y = 0; y < 3; y++)
				for (x = 0; x < 12; x++)
					page_set_black(page, left + x, top + 9 + y + shape);
		}
	}
}

/* A grey slope with some waves, by error diffusion along the line */
static void draw_dither(struct page *page)
{
	u32 x, y;

	for (y = 0; y < page->lines; y++) {
		int error = page_random(64);

		for (x = 0; x < page->width_px; x++) {
			error += x * 180 / page->width_px + y * 3 % 40 + x * y / 512 % 32;
			if (error >= 128) {
				page_set_black(page, x, y);
				error -= 255;
			}
		}
	}
}

static bool is_black(enum page_pattern pattern, u32 x, u32 y)
{
	switch (pattern) {
	case PAGE_BLACK:
		return true;
	case PAGE_NOISE:
		return page_random(2);
	case PAGE_SPECKLE:
		return !page_random(30);
	case PAGE_CHECKER:
		return (x ^ y) & 1;
	case PAGE_CHECKER_BLACK:
		return ~x & 1;
	case PAGE_VERTICAL:
		return x % 7 < 2;
	case PAGE_STEPS:
		/* every offset of an edge from line to line, and long runs */
		return (x + (y * y + y / 3) % 11) / 13 % 3 == 1 ||
		       (y % 9 == 4 && x > page_random(3000));
	default:
		return false;
	}
}

struct page page_pattern(enum page_pattern pattern, u32 width_px, u32 lines)
{
	static const char *const names[PAGE_PATTERNS] = {
		"blank", "black", "text", "dither", "noise", "speckle", "checker",
		"checker-black", "vertical", "steps",
	};
	struct page page = page_new(names[pattern], width_px, lines);
	u32 x, y;

	if (pattern == PAGE_TEXT)
		draw_text(&page);
	else if (pattern == PAGE_DITHER)
		draw_dither(&page);
	else
		for (y = 0; y < lines; y++)
			for (x = 0; x < width_px; x++)
				if (is_black(pattern, x, y))
					page_set_black(&page, x, y);
	return page;
}

static bool load(struct page *page, const char *path, const char *name)
{
	gzFile file = gzopen(path, "rb");
	unsigned int width_px, lines;
	char line[128];
	bool good = false;

	if (!file)
		return false;
	if (!gzgets(file, line, sizeof(line)) || strcmp(line, "P4\n"))
		goto out;
	do {
		if (!gzgets(file, line, sizeof(line)))
			goto out;
	} while (line[0] == '#');
	if (sscanf(line, "%u %u", &width_px, &lines) != 2)
		goto out;
	*page = page_new(name, width_px, lines);
	good = gzread(file, page->rows, lines * page->stride) == (int)(lines * page->stride);
	if (!good)
		page_free(page);
out:
	gzclose(file);
	return good;
}

unsigned int page_load_all(const char *folder, struct page *pages, unsigned int room)
{
	unsigned int count = 0;
	struct dirent **names;
	char path[512];
	int n, i;

	n = scandir(folder, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (count < room && strstr(names[i]->d_name, ".pbm.gz"))
			count += load(&pages[count], path, names[i]->d_name);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return count;
}
