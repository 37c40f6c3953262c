// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

#include "bench.h"
#include "peer_tiff.h"

struct memory_file {
	u8 *data;
	size_t bytes;
	size_t room;
	size_t at;
};

static unsigned int complaints;

static tmsize_t mem_read(thandle_t handle, void *to, tmsize_t bytes)
{
	struct memory_file *file = handle;

	if (file->at > file->bytes)
		return 0;
	if ((size_t)bytes > file->bytes - file->at)
		bytes = file->bytes - file->at;
	memcpy(to, file->data + file->at, bytes);
	file->at += bytes;
	return bytes;
}

static tmsize_t mem_write(thandle_t handle, void *from, tmsize_t bytes)
{
	struct memory_file *file = handle;

	if (file->at + bytes > file->room) {
		file->room = (file->at + bytes) * 2;
		file->data = realloc(file->data, file->room);
		if (!file->data)
			abort();
	}
	memcpy(file->data + file->at, from, bytes);
	file->at += bytes;
	if (file->at > file->bytes)
		file->bytes = file->at;
	return bytes;
}

static toff_t mem_seek(thandle_t handle, toff_t offset, int whence)
{
	struct memory_file *file = handle;

	if (whence == SEEK_SET)
		file->at = offset;
	else if (whence == SEEK_CUR)
		file->at += offset;
	else
		file->at = file->bytes + offset;
	return file->at;
}

static int mem_close(thandle_t handle)
{
	return 0;
}

static toff_t mem_size(thandle_t handle)
{
	return ((struct memory_file *)handle)->bytes;
}

static void complain(const char *module, const char *text, va_list args)
{
	complaints++;
	printf("# libtiff: ");
	vprintf(text, args);
	printf("\n");
}

static TIFF *open_memory(struct memory_file *file, const char *mode)
{
	TIFF *tiff;

	TIFFSetWarningHandler(complain);
	TIFFSetErrorHandler(complain);
	file->at = 0;
	tiff = TIFFClientOpen("memory", mode, file, mem_read, mem_write, mem_seek, mem_close,
			      mem_size, NULL, NULL);
	if (!tiff)
		abort();
	return tiff;
}

/* Mode bits of libtiff's own fax codec are no tag of the file: set them on both sides */
static void set_fax_mode(TIFF *tiff, const struct ifax_codec_format *fmt)
{
	bool eols = fmt->coding == IFAX_CODING_MR || fmt->flags & IFAX_FMT_EOL;

	if (fmt->coding != IFAX_CODING_MMR && !(fmt->flags & IFAX_FMT_ROW_ALIGNED))
		TIFFSetField(tiff, TIFFTAG_FAXMODE,
			     eols ? FAXMODE_NORTC : FAXMODE_NORTC | FAXMODE_NOEOL);
}

static void set_format(TIFF *tiff, const struct ifax_codec_format *fmt, u32 lines)
{
	int compression = COMPRESSION_CCITTFAX4;

	if (fmt->coding == IFAX_CODING_MH)
		compression = fmt->flags & IFAX_FMT_ROW_ALIGNED ? COMPRESSION_CCITTRLE :
								  COMPRESSION_CCITTFAX3;
	else if (fmt->coding == IFAX_CODING_MR)
		compression = COMPRESSION_CCITTFAX3;
	TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, fmt->width_px);
	TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, lines);
	TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, lines);
	TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1);
	TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
	TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, fmt->flags & IFAX_FMT_WHITE_IS_1 ?
		     PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_MINISWHITE);
	TIFFSetField(tiff, TIFFTAG_FILLORDER, fmt->flags & IFAX_FMT_LSB_FIRST ?
		     FILLORDER_LSB2MSB : FILLORDER_MSB2LSB);
	TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
	if (compression == COMPRESSION_CCITTFAX3)
		TIFFSetField(tiff, TIFFTAG_GROUP3OPTIONS,
			     (fmt->flags & IFAX_FMT_EOL_ALIGNED ? GROUP3OPT_FILLBITS : 0) |
			     (fmt->coding == IFAX_CODING_MR ? GROUP3OPT_2DENCODING : 0));
	/* libtiff takes K from the resolution: 4 above 150 dpi, else 2 */
	if (fmt->coding == IFAX_CODING_MR)
		TIFFSetField(tiff, TIFFTAG_YRESOLUTION, fmt->k == 4 ? 196.0 : 98.0);
	set_fax_mode(tiff, fmt);
}

size_t tiff_encode(const struct ifax_codec_format *fmt, const struct page *page, u8 **coded)
{
	struct memory_file file = { 0 };
	TIFF *tiff = open_memory(&file, "w");
	size_t bytes = 0;

	set_format(tiff, fmt, page->lines);
	*coded = NULL;
	if (TIFFWriteEncodedStrip(tiff, 0, page->rows, page->lines * page->stride) < 0)
		goto out;
	TIFFClose(tiff);
	tiff = open_memory(&file, "r");
	bytes = TIFFRawStripSize(tiff, 0);
	*coded = malloc(bytes + 1);
	if (!*coded || TIFFReadRawStrip(tiff, 0, *coded, bytes) != (tmsize_t)bytes)
		abort();
out:
	TIFFClose(tiff);
	free(file.data);
	return bytes;
}

size_t tiff_file(const struct ifax_codec_format *fmt, const struct page *page, const u8 *coded,
		 size_t bytes, u8 **data)
{
	struct memory_file file = { 0 };
	TIFF *tiff = open_memory(&file, "w");

	set_format(tiff, fmt, page->lines);
	if (TIFFWriteRawStrip(tiff, 0, (void *)coded, bytes) != (tmsize_t)bytes)
		abort();
	TIFFClose(tiff);
	*data = file.data;
	return file.bytes;
}

bool tiff_decodes(const struct ifax_codec_format *fmt, const struct page *page,
		  const u8 *coded, size_t bytes)
{
	size_t size = page->lines * page->stride;
	u8 *rows = calloc(1, size);	/* libtiff leaves the bits past the width alone */
	struct memory_file file = { 0 };
	bool same = false;
	TIFF *tiff;

	if (!rows)
		abort();
	file.bytes = tiff_file(fmt, page, coded, bytes, &file.data);
	tiff = open_memory(&file, "r");
	set_fax_mode(tiff, fmt);
	complaints = 0;
	if (TIFFReadEncodedStrip(tiff, 0, rows, size) == (tmsize_t)size)
		same = !complaints && !memcmp(rows, page->rows, size);
	TIFFClose(tiff);
	free(file.data);
	free(rows);
	return same;
}

/* For the benchmark: one file in memory stays open, its only strip is written or read again */
struct open_strip {
	struct memory_file write_file, read_file;
	TIFF *write, *read;
};

static bool strip_can(u32 coding)
{
	return coding == IFAX_CODING_MH || coding == IFAX_CODING_MR || coding == IFAX_CODING_MMR;
}

static void strip_begin(struct bench_run *run)
{
	struct open_strip *strip = calloc(1, sizeof(*strip));

	if (!strip)
		abort();
	strip->write = open_memory(&strip->write_file, "w");
	set_format(strip->write, &run->fmt, run->page->lines);
	strip->read_file.bytes = tiff_file(&run->fmt, run->page, run->coded, run->coded_bytes,
					   &strip->read_file.data);
	strip->read = open_memory(&strip->read_file, "r");
	set_fax_mode(strip->read, &run->fmt);
	run->priv = strip;
}

static void strip_encode(struct bench_run *run)
{
	struct open_strip *strip = run->priv;

	if (TIFFWriteEncodedStrip(strip->write, 0, run->page->rows,
				  run->page->lines * run->page->stride) < 0)
		abort();
}

static void strip_decode(struct bench_run *run)
{
	struct open_strip *strip = run->priv;

	TIFFReadEncodedStrip(strip->read, 0, run->rows, run->page->lines * run->page->stride);
}

static void strip_fetch(struct bench_run *run, bool decoded)
{
	struct open_strip *strip = run->priv;

	if (decoded)
		return;
	run->out_bytes = TIFFGetStrileByteCount(strip->write, 0);
	memcpy(run->out, strip->write_file.data + TIFFGetStrileOffset(strip->write, 0),
	       run->out_bytes);
}

static void strip_end(struct bench_run *run)
{
	struct open_strip *strip = run->priv;

	TIFFClose(strip->write);
	TIFFClose(strip->read);
	free(strip->write_file.data);
	free(strip->read_file.data);
	free(strip);
}

const struct bench_impl bench_libtiff = {
	.name = "libtiff", .can = strip_can, .begin = strip_begin, .encode = strip_encode,
	.decode = strip_decode, .fetch = strip_fetch, .end = strip_end,
};
