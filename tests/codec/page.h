/* SPDX-License-Identifier: GPL-2.0 */
/* Pages to test with: made here, or of the folder of test pages if it exists. */
#ifndef CODEC_PAGE_H
#define CODEC_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct page {
	char name[48];
	uint32_t width_px;
	uint32_t lines;
	size_t stride;
	uint8_t *rows;		/* bits past the width are 0 */
};

struct page page_new(const char *name, uint32_t width_px, uint32_t lines);
void page_free(struct page *page);
void page_set_black(struct page *page, uint32_t x, uint32_t y);

/* Deterministic random numbers */
uint32_t page_random(uint32_t below);

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

struct page page_pattern(enum page_pattern pattern, uint32_t width_px, uint32_t lines);

/* All pages of the folder, gzipped PBM; returns their number */
unsigned int page_load_all(const char *folder, struct page *pages, unsigned int room);

#endif
