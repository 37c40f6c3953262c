// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

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

static tmsize_t read_memory(thandle_t handle, void *to, tmsize_t bytes)
{
	struct tiff_file *file = handle;
	size_t left = file->at < file->bytes ? file->bytes - file->at : 0;

	if ((size_t)bytes > left)
		bytes = left;
	memcpy(to, file->data + file->at, bytes);
	file->at += bytes;
	return bytes;
}

static tmsize_t write_memory(thandle_t handle, void *from, tmsize_t bytes)
{
	return -1;
}

static toff_t seek_memory(thandle_t handle, toff_t offset, int whence)
{
	struct tiff_file *file = handle;

	file->at = offset + (whence == SEEK_CUR ? file->at : whence == SEEK_END ? file->bytes : 0);
	return file->at;
}

static int close_memory(thandle_t handle)
{
	return 0;
}

static toff_t memory_size(thandle_t handle)
{
	return ((struct tiff_file *)handle)->bytes;
}

TIFF *tiff_open(struct tiff_file *file, const char *name)
{
	TIFFSetErrorHandler(say);
	TIFFSetWarningHandler(NULL);
	/* r+: libtiff makes up no larger size for a strip that is too short; m: not mapped */
	return TIFFClientOpen(name, "r+m", file, read_memory, write_memory, seek_memory,
			      close_memory, memory_size, NULL, NULL);
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

static void resolution(TIFF *tiff, u32 dpi[2])
{
	u16 unit = RESUNIT_INCH;
	float x = 0, y = 0;

	TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
	TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x);
	TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y);
	if (unit == RESUNIT_CENTIMETER) {
		x *= 2.54F;
		y *= 2.54F;
	}
	dpi[0] = x >= 1 && x <= 65535 ? x + 0.5F : 0;
	dpi[1] = y >= 1 && y <= 65535 ? y + 0.5F : 0;
}

/* The coding, and what of its options the tags tell; false if it is no fax coding */
static bool tiff_coding(TIFF *tiff, u32 method, struct ifax_codec_format *fmt)
{
	u32 options = 0;

	switch (method) {
	case COMPRESSION_NONE:
		fmt->coding = IFAX_CODING_RAW;
		return true;
	case COMPRESSION_CCITTRLE:
		fmt->coding = IFAX_CODING_MH;
		fmt->flags |= IFAX_FMT_ROW_ALIGNED;
		return true;
	case COMPRESSION_CCITTFAX3:
		TIFFGetField(tiff, TIFFTAG_GROUP3OPTIONS, &options);
		fmt->coding = options & GROUP3OPT_2DENCODING ? IFAX_CODING_MR : IFAX_CODING_MH;
		fmt->flags |= IFAX_FMT_EOL;
		if (options & GROUP3OPT_FILLBITS)
			fmt->flags |= IFAX_FMT_EOL_ALIGNED;
		fmt->k = options & GROUP3OPT_2DENCODING ? 4 : 0;
		return true;
	case COMPRESSION_CCITTFAX4:
		fmt->coding = IFAX_CODING_MMR;
		return true;
	case COMPRESSION_T85:
		fmt->coding = IFAX_CODING_JBIG;
		return true;
	default:
		return false;
	}
}

bool tiff_format(TIFF *tiff, const char *name, struct ifax_codec_format *fmt, u32 dpi[2])
{
	u16 method = 0, bits = 1, samples = 1, order = FILLORDER_MSB2LSB, white = 0;

	*fmt = (struct ifax_codec_format){ 0 };
	TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &fmt->width_px);
	TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &fmt->length_lines);
	TIFFGetField(tiff, TIFFTAG_COMPRESSION, &method);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_FILLORDER, &order);
	TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &white);
	resolution(tiff, dpi);
	if (bits != 1 || samples != 1 || TIFFIsTiled(tiff)) {
		fprintf(stderr, "%s: not a black and white page in strips\n", name);
		return false;
	}
	if (!tiff_coding(tiff, method, fmt)) {
		fprintf(stderr, "%s: compression %u is not a fax coding\n", name, method);
		return false;
	}
	/* the order of bits is a matter of bytes that are bits: JBIG has its own */
	if (order == FILLORDER_LSB2MSB && fmt->coding != IFAX_CODING_JBIG)
		fmt->flags |= IFAX_FMT_LSB_FIRST;
	if (white == PHOTOMETRIC_MINISBLACK)
		fmt->flags |= IFAX_FMT_WHITE_IS_1;
	if (!ifax_codec_format_ok(fmt))
		return true;
	fprintf(stderr, "%s: pages of %u pixels in this coding cannot be decoded\n", name,
		fmt->width_px);
	return false;
}

u32 tiff_strips(TIFF *tiff)
{
	return TIFFNumberOfStrips(tiff);
}

bool tiff_strip(TIFF *tiff, const char *name, u32 strip, struct coded_page *coded, u32 *lines)
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
	fprintf(stderr, "%s: strip %u cannot be read\n", name, strip);
	free(coded->data);
	return false;
}
