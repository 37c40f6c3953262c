// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sheet.h"

static void *allocate(size_t bytes)
{
	void *memory = calloc(1, bytes);

	if (!memory) {
		perror("# test");
		exit(1);
	}
	return memory;
}

static uint32_t random_number(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* A white sheet */
void sheet_alloc(struct sheet *sheet, uint32_t width_px, uint32_t lines)
{
	sheet->width_px = width_px;
	sheet->lines = lines;
	sheet->row_bytes = (width_px + 7) / 8;
	sheet->rows = allocate(sheet->row_bytes * lines);
}

static void draw_run(uint8_t *row, uint32_t from, uint32_t to)
{
	for (; from < to; from++)
		row[from / 8] |= 0x80 >> from % 8;
}

static void draw_line(uint8_t *row, uint32_t width_px, uint32_t *state)
{
	uint32_t at = random_number(state) % 64;

	while (at < width_px) {
		uint32_t run = 1 + random_number(state) % 24;

		draw_run(row, at, at + run < width_px ? at + run : width_px);
		at += run + 1 + random_number(state) % 96;
	}
}

/* Strokes that go on for some lines, and white lines between: something like text */
void sheet_draw(struct sheet *sheet, uint32_t width_px, uint32_t lines, uint32_t seed)
{
	uint32_t state = seed * 2654435761u | 1;
	uint32_t y;

	sheet_alloc(sheet, width_px, lines);
	for (y = 0; y < lines; y++) {
		uint8_t *row = sheet->rows + y * sheet->row_bytes;

		if (y % 32 >= 24)
			continue;
		if (y % 4)
			memcpy(row, row - sheet->row_bytes, sheet->row_bytes);
		else
			draw_line(row, width_px, &state);
	}
}

/* The worst that there is for a coder */
void sheet_noise(struct sheet *sheet, uint32_t width_px, uint32_t lines, uint32_t seed)
{
	uint32_t state = seed * 2654435761u | 1;
	uint32_t y, x;

	sheet_alloc(sheet, width_px, lines);
	for (y = 0; y < lines; y++)
		for (x = 0; x < width_px; x++)
			if (random_number(&state) & 0x10000)
				draw_run(sheet->rows + y * sheet->row_bytes, x, x + 1);
}

void sheet_free(struct sheet *sheet)
{
	free(sheet->rows);
	*sheet = (struct sheet){};
}

bool sheet_same(const struct sheet *a, const struct sheet *b)
{
	return a->rows && b->rows && a->width_px == b->width_px && a->lines == b->lines &&
	       !memcmp(a->rows, b->rows, a->row_bytes * a->lines);
}

static void coded_need(struct coded *coded, size_t bytes)
{
	uint8_t *data;

	if (coded->room - coded->bytes >= bytes)
		return;
	coded->room = 2 * coded->room + bytes;
	data = allocate(coded->room);
	if (coded->bytes)
		memcpy(data, coded->data, coded->bytes);
	free(coded->data);
	coded->data = data;
}

void coded_append(struct coded *coded, const void *data, size_t bytes)
{
	coded_need(coded, bytes);
	memcpy(coded->data + coded->bytes, data, bytes);
	coded->bytes += bytes;
}

void coded_free(struct coded *coded)
{
	free(coded->data);
	*coded = (struct coded){};
}

static struct ifax_codec_format codec_format(const struct ifax_format *format, uint32_t lines)
{
	return (struct ifax_codec_format){
		.coding = format->coding,
		.flags = format->flags,
		.width_px = format->width_px,
		.length_lines = lines,
		.k = format->k,
	};
}

bool coded_from_sheet(struct coded *coded, const struct ifax_format *format,
		      const struct sheet *sheet)
{
	const struct ifax_codec_format fmt = codec_format(format, 0);
	size_t bound = ifax_encoder_line_bound(&fmt);
	struct ifax_encoder *encoder;
	uint32_t y = 0, done;
	void *memory;

	*coded = (struct coded){};
	memory = allocate(ifax_encoder_size(&fmt));
	encoder = ifax_encoder_init(memory, &fmt);
	while (encoder && y < sheet->lines) {
		coded_need(coded, bound);
		coded->bytes += ifax_encode_lines(encoder, sheet->rows + y * sheet->row_bytes,
						  sheet->row_bytes, sheet->lines - y,
						  coded->data + coded->bytes,
						  coded->room - coded->bytes, &done);
		y += done;
	}
	if (encoder) {
		coded_need(coded, bound);
		coded->bytes += ifax_encode_end(encoder, coded->data + coded->bytes,
						coded->room - coded->bytes);
	}
	free(memory);
	return encoder;
}

/* The data must hold exactly the lines of @format, and no fault. */
bool coded_to_sheet(const struct coded *coded, const struct ifax_format *format,
		    struct sheet *sheet)
{
	const struct ifax_codec_format fmt = codec_format(format, 0);
	struct ifax_bytes in = { .at = coded->data, .end = coded->data + coded->bytes };
	struct ifax_decoder *decoder;
	bool ok = false;
	void *memory;

	sheet_alloc(sheet, format->width_px, format->length_lines + 1);
	memory = allocate(ifax_decoder_size(&fmt));
	decoder = ifax_decoder_init(memory, &fmt, &in);
	if (decoder) {
		sheet->lines = ifax_decode_lines(decoder, sheet->rows, sheet->row_bytes,
						 sheet->lines);
		ok = sheet->lines == format->length_lines && !ifax_decoder_fault(decoder)->fault;
	}
	free(memory);
	return ok;
}
