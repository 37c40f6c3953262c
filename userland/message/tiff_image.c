// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <unistd.h>

#include "halftone.h"
#include "strip.h"
#include "tiff_image.h"
#include "turn.h"

/* Pixels in memory at a time: 4 bytes each, and as many again within libtiff */
#define BAND_PIXELS_MAX	(16U << 20)

/* Strips and tiles are decoded whole: so many lines at a time. */
static uint32_t band_lines(TIFF *tif, const struct tiff_page *page)
{
	uint32_t lines = page->rows_per_strip;

	if (TIFFIsTiled(tif))
		TIFFGetField(tif, TIFFTAG_TILELENGTH, &lines);
	return lines && lines < page->format.length_lines ? lines : page->format.length_lines;
}

/* On white paper; libtiff has multiplied the colours by their opacity. */
static void to_grey(const uint32_t *rgba, uint8_t *grey, uint32_t width)
{
	for (uint32_t i = 0; i < width; i++) {
		uint32_t light = (77 * TIFFGetR(rgba[i]) + 150 * TIFFGetG(rgba[i]) +
				  29 * TIFFGetB(rgba[i])) >> 8;

		light += 255 - TIFFGetA(rgba[i]);
		grey[i] = light > 255 ? 255 : light;
	}
}

static bool decode(struct tiff_file *file, TIFFRGBAImage *image, uint32_t *raster, uint32_t lines)
{
	file->complaints = 0;
	return TIFFRGBAImageGet(image, raster, image->width, lines) && !file->complaints;
}

/*
 * libtiff 4.5 turns the bits of JBIG data around when FillOrder says that they
 * need not be, and writers of both opinions exist. Wrong bits fail with the
 * header, so one may try.
 */
static bool decode_either_way(struct tiff_file *file, TIFFRGBAImage *image, uint32_t *raster,
			      uint32_t lines)
{
	uint16_t compression = 0, order = FILLORDER_MSB2LSB;

	if (decode(file, image, raster, lines))
		return true;
	TIFFGetField(file->tif, TIFFTAG_COMPRESSION, &compression);
	TIFFGetFieldDefaulted(file->tif, TIFFTAG_FILLORDER, &order);
	if (compression != COMPRESSION_JBIG)
		return false;
	order = order == FILLORDER_MSB2LSB ? FILLORDER_LSB2MSB : FILLORDER_MSB2LSB;
	return TIFFSetField(file->tif, TIFFTAG_FILLORDER, order) &&
	       decode(file, image, raster, lines);
}

static int read_bands(struct tiff_file *file, TIFFRGBAImage *image, const struct tiff_page *page,
		      struct halftone *halftone, struct failure *failure)
{
	uint32_t width = page->format.width_px, length = page->format.length_lines;
	uint32_t band = band_lines(file->tif, page), lines;
	uint32_t *raster = NULL;
	uint8_t *grey = NULL;
	int err = 0;

	if ((uint64_t)width * band > BAND_PIXELS_MAX)
		return fail(failure, EXIT_INPUT,
			    "%u by %u pixels in one piece are too many in grey or colour", width,
			    band);
	raster = malloc((size_t)width * band * sizeof(*raster));
	grey = malloc(width);
	if (!raster || !grey)
		err = fail(failure, EXIT_LATER, "no memory to decode it");
	for (uint32_t at = 0; !err && at < length; at += lines) {
		lines = length - at < band ? length - at : band;
		image->row_offset = at;
		if (!decode_either_way(file, image, raster, lines))
			err = fail(failure, EXIT_INPUT, "line %u: %s", at + 1,
				   file->complaints ? file->complaint : "cannot be decoded");
		for (uint32_t i = 0; !err && i < lines; i++) {
			to_grey(raster + (size_t)i * width, grey, width);
			err = halftone_line(halftone, grey, failure);
		}
	}
	free(grey);
	free(raster);
	return err;
}

static uint8_t turned_around(uint8_t byte)
{
	uint8_t around = 0;

	for (unsigned int i = 0; i < 8; i++)
		around |= (byte >> i & 1) << (7 - i);
	return around;
}

/* libjbig takes the memory for what the header of the data says, or aborts: look first. */
static int check_jbig_header(struct tiff_file *file, const struct tiff_page *page,
			     uint32_t strip, struct failure *failure)
{
	uint64_t at, bytes;
	uint32_t width, lines;
	uint8_t header[12];
	bool lsb_first;

	if (strip_extent(file, strip, &at, &bytes, failure))
		return -1;
	if (bytes < sizeof(header) ||
	    pread(file->fd, header, sizeof(header), at) != sizeof(header))
		return fail(failure, EXIT_INPUT, "line 1: it has no JBIG header");
	lsb_first = header[2] == 0x80;	/* of one plane, turned around */
	for (size_t i = 0; lsb_first && i < sizeof(header); i++)
		header[i] = turned_around(header[i]);
	width = (uint32_t)header[4] << 24 | header[5] << 16 | header[6] << 8 | header[7];
	lines = (uint32_t)header[8] << 24 | header[9] << 16 | header[10] << 8 | header[11];
	if (width != page->format.width_px || lines > page->rows_per_strip || header[2] != 1)
		return fail(failure, EXIT_INPUT,
			    "line 1: its JBIG header tells of %u by %u pixels in %u planes", width,
			    lines, header[2]);
	return 0;
}

static int check_jbig(struct tiff_file *file, const struct tiff_page *page,
		      struct failure *failure)
{
	uint16_t compression = 0;

	TIFFGetField(file->tif, TIFFTAG_COMPRESSION, &compression);
	if (compression != COMPRESSION_JBIG)
		return 0;
	for (uint32_t i = 0; i < page->strips; i++)
		if (check_jbig_header(file, page, i, failure))
			return -1;
	return 0;
}

static struct halftone *begin(const struct tiff_page *page, struct page_sink *sink,
			      struct failure *failure)
{
	struct halftone_size size = {
		.width_px = page->format.width_px,
		.lines = page->format.length_lines,
		.x_dpi = page->has_resolution ? page->format.x_dpi : 0,
		.y_dpi = page->has_resolution ? page->format.y_dpi : 0,
		.turned = page->orientation >= ORIENTATION_FIRST_TURNED,
	};

	if (page->is_bilevel)
		return halftone_new_exact(&page->format, sink, failure);
	return halftone_new(&size, sink, failure);
}

/*
 * Profile C (RFC 3949, 6) has JPEG in L*a*b*, which libtiff does not turn into colours. Its
 * lightness stands where that of YCbCr stands, and only that becomes black and white.
 */
static void take_lightness(TIFF *tif)
{
	uint16_t photometric = 0, compression = 0, samples = 1;

	TIFFGetField(tif, TIFFTAG_PHOTOMETRIC, &photometric);
	TIFFGetField(tif, TIFFTAG_COMPRESSION, &compression);
	TIFFGetFieldDefaulted(tif, TIFFTAG_SAMPLESPERPIXEL, &samples);
	if (photometric != PHOTOMETRIC_ITULAB || compression != COMPRESSION_JPEG)
		return;
	TIFFSetField(tif, TIFFTAG_PHOTOMETRIC,
		     samples == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_YCBCR);
}

/* As libtiff's, which (4.5) takes a wrong step behind each line of the last tile in a row. */
static void put_grey16(TIFFRGBAImage *image, uint32_t *to, uint32_t x, uint32_t y, uint32_t width,
		       uint32_t lines, int32_t from_skew, int32_t to_skew, unsigned char *tile)
{
	const uint16_t *from = (const uint16_t *)tile;

	for (; lines; lines--) {
		for (uint32_t i = 0; i < width; i++, from += image->samplesperpixel)
			*to++ = *image->BWmap[*from >> 8];
		to += to_skew;
		from += (ptrdiff_t)from_skew * image->samplesperpixel;
	}
}

static bool is_grey16(const TIFFRGBAImage *image)
{
	return image->bitspersample == 16 && image->isContig &&
	       image->photometric <= PHOTOMETRIC_MINISBLACK;
}

/*
 * libtiff (4.5) refuses tiles that are not compressed if they are shorter than the buffer that
 * it takes for them: give it one of their size. NULL: there is no need to.
 */
static void *take_tile_buffer(TIFF *tif)
{
	uint16_t compression = COMPRESSION_NONE;
	void *buffer;

	TIFFGetFieldDefaulted(tif, TIFFTAG_COMPRESSION, &compression);
	if (compression != COMPRESSION_NONE || !TIFFIsTiled(tif))
		return NULL;
	buffer = malloc(TIFFTileSize(tif));
	if (buffer)
		TIFFReadBufferSetup(tif, buffer, TIFFTileSize(tif));
	return buffer;
}

static void give_tile_buffer_back(TIFF *tif, void *buffer)
{
	if (buffer)
		TIFFReadBufferSetup(tif, NULL, 1);
	free(buffer);
}

int tiff_image_read(struct tiff_file *file, const struct tiff_page *page, struct page_sink *sink,
		    uint32_t *lines, struct failure *failure)
{
	uint16_t compression = COMPRESSION_NONE;
	char why[1024] = "";
	struct halftone *halftone;
	TIFFRGBAImage image;
	void *tile_buffer;
	int err;

	if (check_jbig(file, page, failure))
		return -1;
	TIFFGetField(file->tif, TIFFTAG_COMPRESSION, &compression);
	if (!TIFFIsCODECConfigured(compression))
		return fail(failure, EXIT_INPUT, "its compression (%u%s) is not supported",
			    compression, compression == COMPRESSION_T43 ? ": T.43, profile L" : "");
	take_lightness(file->tif);
	if (!TIFFRGBAImageOK(file->tif, why) || !TIFFRGBAImageBegin(&image, file->tif, 1, why))
		return fail(failure, EXIT_INPUT, "it cannot be decoded: %s", why);
	/* as it is stored, from the top: turning is ours */
	image.req_orientation = image.orientation;
	if (is_grey16(&image))
		image.put.contig = put_grey16;
	halftone = begin(page, sink, failure);
	if (!halftone) {
		TIFFRGBAImageEnd(&image);
		return -1;
	}
	tile_buffer = take_tile_buffer(file->tif);
	err = read_bands(file, &image, page, halftone, failure);
	give_tile_buffer_back(file->tif, tile_buffer);
	*lines = halftone_lines(halftone);
	halftone_free(halftone);
	TIFFRGBAImageEnd(&image);
	return err;
}
