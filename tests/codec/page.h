/* SPDX-License-Identifier: GPL-2.0 */
/* Pages to test with: made here, or of the folder of test pages if it exists. */
#ifndef CODEC_PAGE_H
#define CODEC_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/ifax/codec.h>

struct page {
	char name[48];
	u32 width_px;
	u32 lines;
	size_t stride;
	u8 *rows;		/* bits past the width are 0 */
};

struct page page_new(const char *name, u32 width_px, u32 lines);
void page_free(struct page *page);
void page_set_black(struct page *page, u32 x, u32 y);

/* Deterministic random numbers */
u32 page_random(u32 below);

enum page_pattern {
	PAGE_BLANK,
	PAGE_BLACK,
	PAGE_TEXT,
	PAGE_DITHER,
	PAGE_NOISE,
	PAGE_SPECKLE,
	PAGE_CHECKER,
	PAGE_CHECKER_BLACK,
	PAGE_VERTICAL,
	PAGE_STEPS,
	PAGE_PATTERNS,
};

struct page page_pattern(enum page_pattern pattern, u32 width_px, u32 lines);

/* All pages of the folder, gzipped PBM; returns their number */
unsigned int page_load_all(const char *folder, struct page *pages, unsigned int room);

#endif
