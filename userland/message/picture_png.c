// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "halftone.h"
#include "picture.h"

#define DPI_MIN		10
#define INCH_M		0.0254
#define CHUNK_BYTES_MAX	(8U << 20)

/**
 * struct picture - a PNG being decoded
 * @png: libpng's
 * @info: libpng's
 * @fd: file
 * @rows: lines of grey and opacity: all of an interlaced picture, else one
 * @grey: a line of grey on white
 * @halftone: the page
 * @width_px: pixels of a line
 * @lines: lines
 * @failure: what went wrong
 */
struct picture {
	png_structp png;
	png_infop info;
	int fd;
	uint8_t *rows;
	uint8_t *grey;
	struct halftone *halftone;
	uint32_t width_px;
	uint32_t lines;
	struct failure *failure;
};

static const png_byte colour_spaces[] = "cHRM\0gAMA\0iCCP\0sRGB";

static void on_error(png_structp png, png_const_charp why)
{
	struct picture *picture = png_get_error_ptr(png);

	fail(picture->failure, EXIT_INPUT, "the PNG cannot be decoded: %s", why);
	longjmp(png_jmpbuf(png), 1);
}

static void on_warning(png_structp png, png_const_charp why)
{
}

static void read_bytes(png_structp png, png_bytep data, size_t bytes)
{
	struct picture *picture = png_get_io_ptr(png);

	while (bytes) {
		ssize_t n = read(picture->fd, data, bytes);

		if (n <= 0)
			png_error(png, n ? strerror(errno) : "it was cut off");
		data += n;
		bytes -= n;
	}
}

/* Whatever it is becomes 8 bits of grey and 8 of opacity. */
static void ask_for_grey(struct picture *picture)
{
	png_set_expand(picture->png);
	png_set_scale_16(picture->png);
	png_set_rgb_to_gray(picture->png, PNG_ERROR_ACTION_NONE, .299, .587);
	png_set_add_alpha(picture->png, 0xff, PNG_FILLER_AFTER);
}

static int begin(struct picture *picture, struct page_sink *sink)
{
	struct halftone_size size = { 0 };
	bool whole;

	png_read_info(picture->png, picture->info);
	picture->width_px = png_get_image_width(picture->png, picture->info);
	picture->lines = png_get_image_height(picture->png, picture->info);
	whole = png_get_interlace_type(picture->png, picture->info) != PNG_INTERLACE_NONE;
	if ((uint64_t)picture->width_px * picture->lines >
	    (whole ? PICTURE_PIXELS_MAX : IMAGE_PIXELS_MAX))
		return fail(picture->failure, EXIT_INPUT, "the PNG has too many pixels (%u by %u)",
			    picture->width_px, picture->lines);
	ask_for_grey(picture);
	png_set_interlace_handling(picture->png);
	png_read_update_info(picture->png, picture->info);
	size.width_px = picture->width_px;
	size.lines = picture->lines;
	size.x_dpi = png_get_x_pixels_per_meter(picture->png, picture->info) * INCH_M;
	size.y_dpi = png_get_y_pixels_per_meter(picture->png, picture->info) * INCH_M;
	if (size.x_dpi < DPI_MIN || size.y_dpi < DPI_MIN)
		size.x_dpi = 0;
	picture->rows = malloc(2ULL * picture->width_px * (whole ? picture->lines : 1));
	picture->grey = malloc(picture->width_px);
	if (!picture->rows || !picture->grey)
		return fail(picture->failure, EXIT_LATER, "no memory to decode the PNG");
	picture->halftone = halftone_new(&size, sink, picture->failure);
	return picture->halftone ? 0 : -1;
}

static int print_line(struct picture *picture, const uint8_t *row)
{
	for (uint32_t i = 0; i < picture->width_px; i++)
		picture->grey[i] = 255 - (255 - row[2 * i]) * row[2 * i + 1] / 255;
	return halftone_line(picture->halftone, picture->grey, picture->failure);
}

static int print_lines(struct picture *picture)
{
	size_t stride = 2ULL * picture->width_px;
	bool whole = png_get_interlace_type(picture->png, picture->info) != PNG_INTERLACE_NONE;
	int passes = whole ? 7 : 1;

	for (int pass = 1; whole && pass <= passes; pass++)
		for (uint32_t y = 0; y < picture->lines; y++)
			png_read_row(picture->png, picture->rows + y * stride, NULL);
	for (uint32_t y = 0; y < picture->lines; y++) {
		if (!whole)
			png_read_row(picture->png, picture->rows, NULL);
		if (print_line(picture, picture->rows + (whole ? y * stride : 0)))
			return -1;
	}
	png_read_end(picture->png, NULL);
	return 0;
}

int png_print(int fd, struct page_sink *sink, struct failure *failure)
{
	struct picture *picture = calloc(1, sizeof(*picture));
	volatile int err = -1;	/* also behind longjmp() */

	if (!picture)
		return fail(failure, EXIT_LATER, "no memory to decode the PNG");
	*picture = (struct picture){ .fd = fd, .failure = failure };
	fail(failure, EXIT_LATER, "no memory to decode the PNG");
	lseek(fd, 0, SEEK_SET);
	picture->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, picture, on_error, on_warning);
	picture->info = picture->png ? png_create_info_struct(picture->png) : NULL;
	if (picture->info && !setjmp(png_jmpbuf(picture->png))) {
		png_set_read_fn(picture->png, picture, read_bytes);
		png_set_chunk_malloc_max(picture->png, CHUNK_BYTES_MAX);
		/* as grey as the same colours are in a JPEG or TIFF */
		png_set_keep_unknown_chunks(picture->png, PNG_HANDLE_CHUNK_NEVER, colour_spaces, 4);
		png_set_user_limits(picture->png, PAGE_WIDTH_PX_MAX, PAGE_LINES_MAX);
		if (!begin(picture, sink) && !print_lines(picture))
			err = page_sink_end(sink, halftone_lines(picture->halftone), failure);
	}
	png_destroy_read_struct(&picture->png, &picture->info, NULL);
	if (picture->halftone)
		halftone_free(picture->halftone);
	free(picture->grey);
	free(picture->rows);
	free(picture);
	return err;
}
