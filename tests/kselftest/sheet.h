/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sheets of paper with something on them, and their coded form.
 */
#ifndef IFAX_TEST_SHEET_H
#define IFAX_TEST_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/ifax/codec.h>

/**
 * struct sheet - a page of pixels
 * @width_px: pixels in a line
 * @lines: lines
 * @row_bytes: bytes in a line
 * @rows: pixels
 */
struct sheet {
	uint32_t width_px;
	uint32_t lines;
	size_t row_bytes;
	uint8_t *rows;
};

/**
 * struct coded - a coded page
 * @data: bytes
 * @bytes: their number
 * @room: size of @data
 */
struct coded {
	uint8_t *data;
	size_t bytes;
	size_t room;
};

/* Functions that return bool are true if all went well. */
void sheet_alloc(struct sheet *sheet, uint32_t width_px, uint32_t lines);
void sheet_draw(struct sheet *sheet, uint32_t width_px, uint32_t lines, uint32_t seed);
void sheet_noise(struct sheet *sheet, uint32_t width_px, uint32_t lines, uint32_t seed);
void sheet_free(struct sheet *sheet);
bool sheet_same(const struct sheet *a, const struct sheet *b);

void coded_append(struct coded *coded, const void *data, size_t bytes);
void coded_free(struct coded *coded);
bool coded_from_sheet(struct coded *coded, const struct ifax_format *format,
		      const struct sheet *sheet);
bool coded_to_sheet(const struct coded *coded, const struct ifax_format *format,
		    struct sheet *sheet);

#endif /* IFAX_TEST_SHEET_H */
