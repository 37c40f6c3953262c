// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdlib.h>

#include "../agent/page_file.h"
#include "tiff_page.h"

#define A4_WIDTH_INCH	8.5	/* a fax line of 1728 pixels is 215 mm */
#define A4_LENGTH_INCH	11.7
#define DPI_MIN		10
#define DPI_MAX		4800

static int check_pixels(TIFF *tif, struct failure *failure)
{
	uint16_t bits = 1, samples = 1, photometric = PHOTOMETRIC_MINISWHITE;

	TIFFGetFieldDefaulted(tif, TIFFTAG_BITSPERSAMPLE, &bits);
	TIFFGetFieldDefaulted(tif, TIFFTAG_SAMPLESPERPIXEL, &samples);
	TIFFGetField(tif, TIFFTAG_PHOTOMETRIC, &photometric);
	if (bits != 1 || samples != 1)
		return fail(failure, EXIT_INPUT, "it is not black and white (%u samples of %u bits)",
			    samples, bits);
	if (photometric > PHOTOMETRIC_MINISBLACK)
		return fail(failure, EXIT_INPUT, "it is not black and white (photometric %u)",
			    photometric);
	if (TIFFIsTiled(tif))
		return fail(failure, EXIT_INPUT, "it is stored in tiles, not in strips");
	return 0;
}

static int read_size(TIFF *tif, struct tiff_page *page, struct failure *failure)
{
	uint32_t width = 0, lines = 0, rows = UINT32_MAX;

	TIFFGetField(tif, TIFFTAG_IMAGEWIDTH, &width);
	TIFFGetField(tif, TIFFTAG_IMAGELENGTH, &lines);
	TIFFGetFieldDefaulted(tif, TIFFTAG_ROWSPERSTRIP, &rows);
	if (!width || !lines)
		return fail(failure, EXIT_INPUT, "it has no size");
	if (width > PAGE_WIDTH_PX_MAX || lines > PAGE_LINES_MAX ||
	    (uint64_t)width * lines > PAGE_PIXELS_MAX)
		return fail(failure, EXIT_INPUT, "%u pixels by %u lines are too many", width, lines);
	page->format.width_px = width;
	page->format.length_lines = lines;
	page->rows_per_strip = rows && rows < lines ? rows : lines;
	page->strips = (lines - 1) / page->rows_per_strip + 1;
	if (page->strips != TIFFNumberOfStrips(tif))
		return fail(failure, EXIT_INPUT, "it has %u strips where %u must be",
			    TIFFNumberOfStrips(tif), page->strips);
	return 0;
}

static int read_coding(TIFF *tif, struct tiff_page *page, struct failure *failure)
{
	uint16_t compression = COMPRESSION_NONE, fill_order = FILLORDER_MSB2LSB;
	uint16_t photometric = PHOTOMETRIC_MINISWHITE;
	struct ifax_format *format = &page->format;
	uint32_t options = 0;

	TIFFGetFieldDefaulted(tif, TIFFTAG_COMPRESSION, &compression);
	TIFFGetFieldDefaulted(tif, TIFFTAG_FILLORDER, &fill_order);
	TIFFGetField(tif, TIFFTAG_PHOTOMETRIC, &photometric);
	page->white_is_1 = photometric == PHOTOMETRIC_MINISBLACK;
	switch (compression) {
	case COMPRESSION_CCITTRLE:
		format->coding = IFAX_CODING_MH;
		format->flags = IFAX_FMT_ROW_ALIGNED;
		break;
	case COMPRESSION_CCITTFAX3:
		TIFFGetField(tif, TIFFTAG_GROUP3OPTIONS, &options);
		format->coding = options & GROUP3OPT_2DENCODING ? IFAX_CODING_MR : IFAX_CODING_MH;
		format->flags = IFAX_FMT_EOL;
		if (options & GROUP3OPT_FILLBITS)
			format->flags |= IFAX_FMT_EOL_ALIGNED;
		break;
	case COMPRESSION_CCITTFAX4:
		format->coding = IFAX_CODING_MMR;
		break;
	case COMPRESSION_NONE:
	case COMPRESSION_CCITTRLEW:
	case COMPRESSION_PACKBITS:
	case COMPRESSION_LZW:
	case COMPRESSION_ADOBE_DEFLATE:
		format->coding = IFAX_CODING_RAW;
		return 0;
	default:
		return fail(failure, EXIT_INPUT, "its compression (%u) is not supported",
			    compression);
	}
	page->is_coded = true;
	if (fill_order == FILLORDER_LSB2MSB)
		format->flags |= IFAX_FMT_LSB_FIRST;
	if (page->white_is_1)
		format->flags |= IFAX_FMT_WHITE_IS_1;
	return 0;
}

/* Of what the tag says in dots per @unit; 0 if that cannot be. */
static unsigned int tagged_dpi(TIFF *tif, uint32_t tag, uint16_t unit)
{
	float value = 0;
	double dpi;

	if (unit == RESUNIT_NONE || !TIFFGetField(tif, tag, &value))
		return 0;
	dpi = unit == RESUNIT_CENTIMETER ? value * 2.54 : value;
	return dpi >= DPI_MIN && dpi <= DPI_MAX ? lround(dpi) : 0;
}

static unsigned int nearest(const unsigned int *values, unsigned int count, double wanted)
{
	unsigned int best = values[0];

	for (unsigned int i = 1; i < count; i++)
		if (fabs(values[i] - wanted) < fabs(best - wanted))
			best = values[i];
	return best;
}

/* Without a usable tag: one that makes the page about as wide and long as A4. */
static void read_resolution(TIFF *tif, struct ifax_format *format)
{
	static const unsigned int x_choice[] = { 204, 300, 408, 600 };
	static const unsigned int y_choice[] = { 98, 196, 391 };
	uint16_t unit = RESUNIT_INCH;
	unsigned int x, y;

	TIFFGetFieldDefaulted(tif, TIFFTAG_RESOLUTIONUNIT, &unit);
	x = tagged_dpi(tif, TIFFTAG_XRESOLUTION, unit);
	y = tagged_dpi(tif, TIFFTAG_YRESOLUTION, unit);
	if (!x)
		x = nearest(x_choice, 4, format->width_px / A4_WIDTH_INCH);
	if (!y && x == 204)
		y = nearest(y_choice, 3, format->length_lines / A4_LENGTH_INCH);
	format->x_dpi = x;
	format->y_dpi = y ?: x;
}

int tiff_page_read(TIFF *tif, struct tiff_page *page, struct failure *failure)
{
	*page = (struct tiff_page){ 0 };
	if (check_pixels(tif, failure) || read_size(tif, page, failure) ||
	    read_coding(tif, page, failure))
		return -1;
	read_resolution(tif, &page->format);
	return 0;
}
