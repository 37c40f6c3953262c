// SPDX-License-Identifier: GPL-2.0
#include <linux/ifax/codec.h>
#include <math.h>
#include <stdlib.h>

#include "../agent/paper/page_file.h"
#include "page_form.h"
#include "tiff_page.h"

#define A4_WIDTH_INCH	8.5	/* a fax line of 1728 pixels is 215 mm */
#define DPI_MIN		10
#define DPI_MAX		4800

static bool is_bilevel(TIFF *tif)
{
	uint16_t bits = 1, samples = 1, photometric = PHOTOMETRIC_MINISWHITE;

	TIFFGetFieldDefaulted(tif, TIFFTAG_BITSPERSAMPLE, &bits);
	TIFFGetFieldDefaulted(tif, TIFFTAG_SAMPLESPERPIXEL, &samples);
	TIFFGetField(tif, TIFFTAG_PHOTOMETRIC, &photometric);
	return bits == 1 && samples == 1 && photometric <= PHOTOMETRIC_MINISBLACK;
}

static int read_strips(TIFF *tif, struct tiff_page *page, struct failure *failure)
{
	uint32_t lines = page->format.length_lines, rows = UINT32_MAX;

	TIFFGetFieldDefaulted(tif, TIFFTAG_ROWSPERSTRIP, &rows);
	page->rows_per_strip = rows && rows < lines ? rows : lines;
	page->strips = (lines - 1) / page->rows_per_strip + 1;
	if (page->is_bilevel && !TIFFIsTiled(tif) && page->strips != TIFFNumberOfStrips(tif))
		return fail(failure, EXIT_INPUT, "it has %u strips where %u must be",
			    TIFFNumberOfStrips(tif), page->strips);
	return 0;
}

static int read_size(TIFF *tif, struct tiff_page *page, struct failure *failure)
{
	uint32_t width = 0, lines = 0;
	uint16_t orientation = ORIENTATION_TOPLEFT;

	TIFFGetField(tif, TIFFTAG_IMAGEWIDTH, &width);
	TIFFGetField(tif, TIFFTAG_IMAGELENGTH, &lines);
	TIFFGetFieldDefaulted(tif, TIFFTAG_ORIENTATION, &orientation);
	if (!width || !lines)
		return fail(failure, EXIT_INPUT, "it has no size");
	if (width > PAGE_WIDTH_PX_MAX || lines > PAGE_LINES_MAX ||
	    (uint64_t)width * lines > PAGE_PIXELS_MAX)
		return fail(failure, EXIT_INPUT, "%u pixels by %u lines are too many", width, lines);
	page->format.width_px = width;
	page->format.length_lines = lines;
	page->orientation = orientation >= ORIENTATION_TOPLEFT &&
		orientation <= ORIENTATION_LEFTBOT ? orientation : ORIENTATION_TOPLEFT;
	return 0;
}

/* Does our codec have JBIG, in this bit order? */
static bool codec_has_jbig(const struct ifax_format *format, uint16_t fill_order)
{
	struct ifax_codec_format jbig = {
		.coding = IFAX_CODING_JBIG,
		.flags = fill_order == FILLORDER_LSB2MSB ? IFAX_FMT_LSB_FIRST : 0,
		.width_px = format->width_px,
		.length_lines = format->length_lines,
	};

	return !ifax_codec_format_ok(&jbig);
}

static void take_group3(TIFF *tif, struct ifax_format *format)
{
	uint32_t options = 0;

	TIFFGetField(tif, TIFFTAG_GROUP3OPTIONS, &options);
	format->coding = options & GROUP3OPT_2DENCODING ? IFAX_CODING_MR : IFAX_CODING_MH;
	format->flags = IFAX_FMT_EOL;
	if (options & GROUP3OPT_FILLBITS)
		format->flags |= IFAX_FMT_EOL_ALIGNED;
}

/* The coding, if our codec has it; else it is left to libtiff, by lines or as an image. */
static int take_compression(TIFF *tif, struct tiff_page *page, uint16_t fill_order,
			    struct failure *failure)
{
	uint16_t compression = COMPRESSION_NONE;
	struct ifax_format *format = &page->format;

	TIFFGetFieldDefaulted(tif, TIFFTAG_COMPRESSION, &compression);
	page->is_coded = true;
	switch (compression) {
	case COMPRESSION_CCITTRLE:
		format->coding = IFAX_CODING_MH;
		format->flags = IFAX_FMT_ROW_ALIGNED;
		return 0;
	case COMPRESSION_CCITTFAX3:
		take_group3(tif, format);
		return 0;
	case COMPRESSION_CCITTFAX4:
		format->coding = IFAX_CODING_MMR;
		return 0;
	case COMPRESSION_T85:
		if (codec_has_jbig(format, fill_order)) {
			format->coding = IFAX_CODING_JBIG;
			return 0;
		}
		/* the same coding by another number */
		TIFFSetField(tif, TIFFTAG_COMPRESSION, COMPRESSION_JBIG);
		break;
	}
	page->is_coded = false;
	page->is_image = compression == COMPRESSION_T85 || compression == COMPRESSION_JBIG;
	if (page->is_image || TIFFIsCODECConfigured(compression))
		return 0;
	return fail(failure, EXIT_INPUT, "its compression (%u) is not supported", compression);
}

static int read_coding(TIFF *tif, struct tiff_page *page, struct failure *failure)
{
	uint16_t fill_order = FILLORDER_MSB2LSB, photometric = PHOTOMETRIC_MINISWHITE;
	struct ifax_format *format = &page->format;

	format->coding = IFAX_CODING_RAW;
	if (!page->is_bilevel || TIFFIsTiled(tif)) {
		page->is_image = true;
		return 0;
	}
	TIFFGetFieldDefaulted(tif, TIFFTAG_FILLORDER, &fill_order);
	TIFFGetField(tif, TIFFTAG_PHOTOMETRIC, &photometric);
	page->white_is_1 = photometric == PHOTOMETRIC_MINISBLACK;
	if (take_compression(tif, page, fill_order, failure))
		return -1;
	if (page->is_coded && fill_order == FILLORDER_LSB2MSB)
		format->flags |= IFAX_FMT_LSB_FIRST;
	if (page->is_coded && page->white_is_1)
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

/* The resolution at which a line has the width of a sheet of fax; 0: there is none. */
static unsigned int fax_line_dpi(uint32_t width_px)
{
	static const unsigned int dpi[] = { 204, 300, 408 };

	for (size_t i = 0; i < sizeof(dpi) / sizeof(dpi[0]); i++)
		for (enum page_size size = PAGE_A4; size < PAGE_SIZES; size++)
			if (page_form_width_px(dpi[i], size) == width_px)
				return dpi[i];
	return 0;
}

/*
 * Lines per inch of a fax page that does not tell: whole pages of letter, A4 and
 * legal at 98 lines per inch have 1078 to 1372 lines, at 391 more than 4000. Any
 * other, a part of a page for instance, is most often fine.
 */
static unsigned int likely_y_dpi(uint32_t lines)
{
	if (lines >= 1000 && lines <= 1450)
		return 98;
	return lines > 3800 ? 391 : 196;
}

/* Without a usable tag: one that makes the page about as wide as A4. */
static void read_resolution(TIFF *tif, struct tiff_page *page)
{
	static const unsigned int x_choice[] = { 204, 300, 408, 600 };
	struct ifax_format *format = &page->format;
	uint16_t unit = RESUNIT_INCH;
	unsigned int x, y;

	TIFFGetFieldDefaulted(tif, TIFFTAG_RESOLUTIONUNIT, &unit);
	x = tagged_dpi(tif, TIFFTAG_XRESOLUTION, unit);
	y = tagged_dpi(tif, TIFFTAG_YRESOLUTION, unit);
	page->has_resolution = x;
	if (!x)
		x = fax_line_dpi(format->width_px) ?:
			nearest(x_choice, 4, format->width_px / A4_WIDTH_INCH);
	if (!y)
		y = x == 204 ? likely_y_dpi(format->length_lines) : x == 408 ? 391 : x;
	format->x_dpi = x;
	format->y_dpi = y;
	/* 200 dpi are 204 of another name where a line is one of fax; elsewhere they are 200 */
	if (fax_line_dpi(format->width_px))
		page_form_dpi(&format->x_dpi, &format->y_dpi);
}

int tiff_page_read(TIFF *tif, struct tiff_page *page, struct failure *failure)
{
	*page = (struct tiff_page){ .is_bilevel = is_bilevel(tif) };
	if (read_size(tif, page, failure) || read_strips(tif, page, failure) ||
	    read_coding(tif, page, failure))
		return -1;
	read_resolution(tif, page);
	return 0;
}
