// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <unistd.h>

#include "strip.h"

/* ifax_bytes.more: the next piece of the strip */
static bool more(struct ifax_bytes *in)
{
	struct strip *strip = (struct strip *)((char *)in - offsetof(struct strip, in));
	size_t wanted = strip->left < sizeof(strip->buffer) ? strip->left : sizeof(strip->buffer);
	ssize_t n = wanted ? pread(strip->file->fd, strip->buffer, wanted, strip->at) : 0;

	if (n <= 0)
		return false;
	strip->at += n;
	strip->left -= n;
	in->at = strip->buffer;
	in->end = strip->buffer + n;
	return true;
}

int strip_extent(struct tiff_file *file, uint32_t number, uint64_t *at, uint64_t *bytes,
		 struct failure *failure)
{
	*at = TIFFGetStrileOffset(file->tif, number);
	*bytes = TIFFGetStrileByteCount(file->tif, number);
	if (!*bytes)
		return fail(failure, EXIT_INPUT, "strip %u is empty", number + 1);
	if (*at > file->bytes || *bytes > file->bytes - *at)
		return fail(failure, EXIT_INPUT,
			    "strip %u lies beyond the end of the TIFF: the TIFF was cut off",
			    number + 1);
	return 0;
}

int strips_check(struct tiff_file *file, const struct tiff_page *page, struct failure *failure)
{
	uint16_t compression = COMPRESSION_NONE;
	uint32_t number, first, left, lines;
	uint64_t at, bytes;

	TIFFGetFieldDefaulted(file->tif, TIFFTAG_COMPRESSION, &compression);
	if (compression != COMPRESSION_NONE || TIFFIsTiled(file->tif))
		return 0;
	for (number = 0; number < TIFFNumberOfStrips(file->tif); number++) {
		first = number % page->strips * page->rows_per_strip;
		left = page->format.length_lines - first;
		lines = left < page->rows_per_strip ? left : page->rows_per_strip;
		if (strip_extent(file, number, &at, &bytes, failure))
			return -1;
		if (bytes < TIFFVStripSize64(file->tif, lines))
			return fail(failure, EXIT_INPUT, "line %ju: %s",
				    first + bytes / TIFFVStripSize64(file->tif, 1) + 1,
				    ifax_fault_text(IFAX_FAULT_SHORT));
	}
	return 0;
}

static int begin_decoder(struct strip *strip, const struct ifax_codec_format *format,
			 struct failure *failure)
{
	strip->memory = malloc(ifax_decoder_size(format));
	if (!strip->memory)
		return fail(failure, EXIT_LATER, "no memory to decode it");
	strip->in = (struct ifax_bytes){ strip->buffer, strip->buffer, more };
	strip->decoder = ifax_decoder_init(strip->memory, format, &strip->in);
	return 0;
}

int strip_begin(struct strip *strip, struct tiff_file *file, const struct tiff_page *page,
		uint32_t number, struct failure *failure)
{
	uint32_t first = number * page->rows_per_strip;
	uint32_t left = page->format.length_lines - first;
	struct ifax_codec_format format = {
		.coding = page->format.coding,
		.flags = page->format.flags,
		.width_px = page->format.width_px,
		.length_lines = left < page->rows_per_strip ? left : page->rows_per_strip,
	};

	strip->file = file;
	strip->first_line = first;
	strip->lines = format.length_lines;
	strip->done = 0;
	strip->white_is_1 = page->white_is_1;
	strip->decoder = NULL;
	strip->memory = NULL;
	if (strip_extent(file, number, &strip->at, &strip->left, failure))
		return -1;
	if (page->is_coded && !ifax_codec_format_ok(&format))
		return begin_decoder(strip, &format, failure);
	return 0;
}

static int codec_lines(struct strip *strip, uint8_t *rows, size_t stride, uint32_t lines,
		       struct failure *failure)
{
	const struct ifax_fault_report *report;

	if (ifax_decode_lines(strip->decoder, rows, stride, lines) == lines)
		return 0;
	report = ifax_decoder_fault(strip->decoder);
	return fail(failure, EXIT_INPUT, "line %u: %s", strip->first_line + report->line,
		    ifax_fault_text(report->fault));
}

/*
 * libtiff goes on after wrong data and gives white lines instead: whatever it
 * complains about is taken as an error here.
 */
static int libtiff_lines(struct strip *strip, uint8_t *rows, size_t stride, uint32_t lines,
			 struct failure *failure)
{
	struct tiff_file *file = strip->file;
	uint32_t line = strip->first_line + strip->done;

	file->complaints = 0;
	for (uint32_t i = 0; i < lines; i++, rows += stride) {
		if (TIFFReadScanline(file->tif, rows, line + i, 0) < 0 || file->complaints)
			return fail(failure, EXIT_INPUT, "line %u: %s", line + i + 1,
				    file->complaints ? file->complaint : "cannot be decoded");
		for (size_t j = 0; strip->white_is_1 && j < stride; j++)
			rows[j] = ~rows[j];
	}
	return 0;
}

int strip_lines(struct strip *strip, uint8_t *rows, size_t stride, uint32_t lines,
		struct failure *failure)
{
	int err = strip->decoder ? codec_lines(strip, rows, stride, lines, failure) :
		libtiff_lines(strip, rows, stride, lines, failure);

	if (!err)
		strip->done += lines;
	return err;
}

void strip_end(struct strip *strip)
{
	free(strip->memory);
}
