// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "tiff.h"

static void say(const char *module, const char *text, va_list args)
{
	fprintf(stderr, "ifax-codec: ");
	vfprintf(stderr, text, args);
	fprintf(stderr, "\n");
}

TIFF *tiff_create(const char *path)
{
	TIFFSetErrorHandler(say);
	TIFFSetWarningHandler(NULL);
	return TIFFOpen(path, "w");
}

TIFF *tiff_open(const char *path)
{
	TIFFSetErrorHandler(say);
	TIFFSetWarningHandler(NULL);
	return TIFFOpen(path, "r");
}

/* TIFF 6.0 section 10 and 11; T.4 as compression 3 has EOLs, as 2 it has none */
static int compression(const struct ifax_codec_format *fmt)
{
	switch (fmt->coding) {
	case IFAX_CODING_RAW:
		return COMPRESSION_NONE;
	case IFAX_CODING_MMR:
		return COMPRESSION_CCITTFAX4;
	case IFAX_CODING_JBIG:
		return COMPRESSION_T85;
	case IFAX_CODING_MH:
		return fmt->flags & IFAX_FMT_ROW_ALIGNED ? COMPRESSION_CCITTRLE :
							   COMPRESSION_CCITTFAX3;
	default:
		return COMPRESSION_CCITTFAX3;
	}
}

bool tiff_append(TIFF *tiff, const struct ifax_codec_format *fmt, const struct coded_page *coded,
		 u32 lines, const u32 dpi[2])
{
	int method = compression(fmt);

	TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, fmt->width_px);
	TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, lines);
	TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, lines);
	TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_PAGE);
	TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1);
	TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
	TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, fmt->flags & IFAX_FMT_WHITE_IS_1 ?
		     PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_MINISWHITE);
	TIFFSetField(tiff, TIFFTAG_FILLORDER, fmt->flags & IFAX_FMT_LSB_FIRST ?
		     FILLORDER_LSB2MSB : FILLORDER_MSB2LSB);
	TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
	TIFFSetField(tiff, TIFFTAG_XRESOLUTION, (float)dpi[0]);
	TIFFSetField(tiff, TIFFTAG_YRESOLUTION, (float)dpi[1]);
	TIFFSetField(tiff, TIFFTAG_COMPRESSION, method);
	if (method == COMPRESSION_CCITTFAX3)
		TIFFSetField(tiff, TIFFTAG_GROUP3OPTIONS,
			     (fmt->coding == IFAX_CODING_MR ? GROUP3OPT_2DENCODING : 0) |
			     (fmt->flags & IFAX_FMT_EOL_ALIGNED ? GROUP3OPT_FILLBITS : 0));
	return TIFFWriteRawStrip(tiff, 0, coded->data, coded->bytes) >= 0 &&
	       TIFFWriteDirectory(tiff);
}

bool tiff_format(TIFF *tiff, const char *path, struct ifax_codec_format *fmt)
{
	u16 method = 0, bits = 1, samples = 1, order = FILLORDER_MSB2LSB, white = 0;
	u32 options = 0;

	*fmt = (struct ifax_codec_format){ 0 };
	TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &fmt->width_px);
	TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &fmt->length_lines);
	TIFFGetField(tiff, TIFFTAG_COMPRESSION, &method);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_FILLORDER, &order);
	TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &white);
	if (bits != 1 || samples != 1 || TIFFIsTiled(tiff)) {
		fprintf(stderr, "%s: not a black and white page in strips\n", path);
		return false;
	}
	switch (method) {
	case COMPRESSION_NONE:
		fmt->coding = IFAX_CODING_RAW;
		break;
	case COMPRESSION_CCITTRLE:
		fmt->coding = IFAX_CODING_MH;
		fmt->flags |= IFAX_FMT_ROW_ALIGNED;
		break;
	case COMPRESSION_CCITTFAX3:
		TIFFGetField(tiff, TIFFTAG_GROUP3OPTIONS, &options);
		fmt->coding = options & GROUP3OPT_2DENCODING ? IFAX_CODING_MR : IFAX_CODING_MH;
		break;
	case COMPRESSION_CCITTFAX4:
		fmt->coding = IFAX_CODING_MMR;
		break;
	case COMPRESSION_T85:
		fmt->coding = IFAX_CODING_JBIG;
		break;
	default:
		fprintf(stderr, "%s: compression %u is not a fax coding\n", path, method);
		return false;
	}
	if (order == FILLORDER_LSB2MSB)
		fmt->flags |= IFAX_FMT_LSB_FIRST;
	if (white == PHOTOMETRIC_MINISBLACK)
		fmt->flags |= IFAX_FMT_WHITE_IS_1;
	if (!ifax_codec_format_ok(fmt))
		return true;
	fprintf(stderr, "%s: pages of %u pixels in this coding cannot be decoded\n", path,
		fmt->width_px);
	return false;
}

u32 tiff_strips(TIFF *tiff)
{
	return TIFFNumberOfStrips(tiff);
}

bool tiff_strip(TIFF *tiff, const char *path, u32 strip, struct coded_page *coded, u32 *lines)
{
	tmsize_t bytes = TIFFRawStripSize(tiff, strip);
	u32 length = 0, rows = 0;
	u64 before;

	TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &length);
	if (!TIFFGetField(tiff, TIFFTAG_ROWSPERSTRIP, &rows) || rows > length)
		rows = length;
	before = (u64)strip * rows;
	*lines = before >= length ? 0 : length - before < rows ? length - before : rows;
	coded->data = *lines && bytes > 0 && bytes <= IMAGE_BYTES_MAX ? malloc(bytes) : NULL;
	if (coded->data && TIFFReadRawStrip(tiff, strip, coded->data, bytes) == bytes) {
		coded->bytes = bytes;
		return true;
	}
	fprintf(stderr, "%s: strip %u cannot be read\n", path, strip);
	free(coded->data);
	return false;
}
