// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>

#include "halftone.h"
#include "ifd.h"
#include "picture.h"
#include "turn.h"

#define EXIF		(JPEG_APP0 + 1)
#define TAG_ORIENTATION	274
#define DPI_MIN		10
#define INPUT_BYTES	32768

/**
 * struct jpeg - a picture being decoded
 * @info: libjpeg's
 * @errors: libjpeg's, for this picture
 * @source: libjpeg's input, from @fd
 * @fd: file
 * @buffer: its bytes
 * @rows: a line as libjpeg gives it, and a line of grey
 * @halftone: the page
 * @orientation: as in TIFF
 * @failure: what went wrong
 * @give_up: where errors go
 */
struct jpeg {
	struct jpeg_decompress_struct info;
	struct jpeg_error_mgr errors;
	struct jpeg_source_mgr source;
	int fd;
	uint8_t buffer[INPUT_BYTES];
	uint8_t *rows;
	struct halftone *halftone;
	unsigned int orientation;
	struct failure *failure;
	jmp_buf give_up;
};

static void on_error(j_common_ptr info)
{
	struct jpeg *jpeg = info->client_data;
	char why[JMSG_LENGTH_MAX];

	info->err->format_message(info, why);
	fail(jpeg->failure, EXIT_INPUT, "the JPEG cannot be decoded: %s", why);
	longjmp(jpeg->give_up, 1);
}

/* libjpeg goes on after wrong data, with grey: whatever it complains about is an error. */
static void on_message(j_common_ptr info, int level)
{
	if (level < 0)
		on_error(info);
}

static void nothing(j_decompress_ptr info)
{
}

static boolean more(j_decompress_ptr info)
{
	struct jpeg *jpeg = info->client_data;
	ssize_t n = read(jpeg->fd, jpeg->buffer, sizeof(jpeg->buffer));

	if (n <= 0) {
		fail(jpeg->failure, n ? EXIT_LATER : EXIT_INPUT, "the JPEG %s",
		     n ? strerror(errno) : "was cut off");
		longjmp(jpeg->give_up, 1);
	}
	jpeg->source.next_input_byte = jpeg->buffer;
	jpeg->source.bytes_in_buffer = n;
	return TRUE;
}

static void skip(j_decompress_ptr info, long bytes)
{
	struct jpeg *jpeg = info->client_data;

	while (bytes > (long)jpeg->source.bytes_in_buffer) {
		bytes -= jpeg->source.bytes_in_buffer;
		more(info);
	}
	if (bytes > 0) {
		jpeg->source.next_input_byte += bytes;
		jpeg->source.bytes_in_buffer -= bytes;
	}
}

static unsigned int exif_orientation(j_decompress_ptr info)
{
	struct ifd_file file;
	uint32_t at, value;
	struct ifd ifd;

	for (jpeg_saved_marker_ptr m = info->marker_list; m; m = m->next) {
		if (m->marker != EXIF || m->data_length < 14 || memcmp(m->data, "Exif\0\0", 6))
			continue;
		at = ifd_open(&file, m->data + 6, m->data_length - 6);
		if (!at || !ifd_read(&file, at, &ifd))
			continue;
		value = ifd_number(&file, &ifd, TAG_ORIENTATION, 1);
		if (value >= 1 && value <= 8)
			return value;
	}
	return 1;
}

static int begin(struct jpeg *jpeg, struct page_sink *sink)
{
	struct jpeg_decompress_struct *info = &jpeg->info;
	double inch = info->density_unit == 2 ? 2.54 : 1;
	struct halftone_size size = { .width_px = info->image_width, .lines = info->image_height };
	uint64_t pixels = (uint64_t)info->image_width * info->image_height;

	if (pixels > (info->progressive_mode || jpeg_has_multiple_scans(info) ?
		      PICTURE_PIXELS_MAX : IMAGE_PIXELS_MAX))
		return fail(jpeg->failure, EXIT_INPUT, "the JPEG has too many pixels (%u by %u)",
			    info->image_width, info->image_height);
	if (info->density_unit && info->X_density * inch >= DPI_MIN &&
	    info->Y_density * inch >= DPI_MIN) {
		size.x_dpi = info->X_density * inch;
		size.y_dpi = info->Y_density * inch;
	}
	size.turned = jpeg->orientation >= ORIENTATION_FIRST_TURNED;
	info->out_color_space = info->jpeg_color_space == JCS_CMYK ||
		info->jpeg_color_space == JCS_YCCK ? JCS_CMYK :
		info->jpeg_color_space == JCS_RGB ? JCS_RGB : JCS_GRAYSCALE;
	jpeg->rows = malloc((size_t)info->image_width * 5);
	if (!jpeg->rows)
		return fail(jpeg->failure, EXIT_LATER, "no memory to decode the JPEG");
	jpeg->halftone = halftone_new(&size, sink, jpeg->failure);
	return jpeg->halftone ? 0 : -1;
}

/* Photoshop's CMYK, nearly the only one there is, is upside down: 255 is no ink. */
static void to_grey(const struct jpeg *jpeg, const uint8_t *in, uint8_t *grey)
{
	int components = jpeg->info.output_components;
	uint8_t ink = components == 4 && !jpeg->info.saw_Adobe_marker ? 0xff : 0;

	for (JDIMENSION i = 0; i < jpeg->info.output_width; i++) {
		const uint8_t *c = in + i * components;
		unsigned int light = c[0];

		if (components >= 3)
			light = (77 * (c[0] ^ ink) + 150 * (c[1] ^ ink) + 29 * (c[2] ^ ink)) >> 8;
		if (components == 4)
			light = light * (c[3] ^ ink) / 255;
		grey[i] = light;
	}
}

static int print_lines(struct jpeg *jpeg)
{
	struct jpeg_decompress_struct *info = &jpeg->info;
	uint8_t *row = jpeg->rows, *grey = jpeg->rows + (size_t)info->image_width * 4;

	jpeg_start_decompress(info);
	while (info->output_scanline < info->output_height) {
		jpeg_read_scanlines(info, &row, 1);
		to_grey(jpeg, row, grey);
		if (halftone_line(jpeg->halftone, grey, jpeg->failure))
			return -1;
	}
	jpeg_finish_decompress(info);
	return 0;
}

static int print_picture(struct jpeg *jpeg, struct page_sink *sink)
{
	uint32_t lines;

	jpeg_read_header(&jpeg->info, TRUE);
	jpeg->orientation = exif_orientation(&jpeg->info);
	if (begin(jpeg, sink) || print_lines(jpeg))
		return -1;
	lines = halftone_lines(jpeg->halftone);
	if (jpeg->orientation > 1 && turn_page(sink, &lines, jpeg->orientation, jpeg->failure))
		return -1;
	return page_sink_end(sink, lines, jpeg->failure);
}

int jpeg_print(int fd, struct page_sink *sink, struct failure *failure)
{
	struct jpeg *jpeg = calloc(1, sizeof(*jpeg));
	volatile int err = -1;	/* also behind longjmp() */

	if (!jpeg)
		return fail(failure, EXIT_LATER, "no memory to decode the JPEG");
	jpeg->fd = fd;
	jpeg->failure = failure;
	jpeg->info.err = jpeg_std_error(&jpeg->errors);
	jpeg->errors.error_exit = on_error;
	jpeg->errors.emit_message = on_message;
	jpeg->info.client_data = jpeg;
	lseek(fd, 0, SEEK_SET);
	if (!setjmp(jpeg->give_up)) {
		jpeg_create_decompress(&jpeg->info);
		jpeg->source = (struct jpeg_source_mgr){
			.init_source = nothing, .fill_input_buffer = more,
			.skip_input_data = skip, .resync_to_restart = jpeg_resync_to_restart,
			.term_source = nothing,
		};
		jpeg->info.src = &jpeg->source;
		jpeg_save_markers(&jpeg->info, EXIF, 0xffff);
		err = print_picture(jpeg, sink);
	}
	jpeg_destroy_decompress(&jpeg->info);
	if (jpeg->halftone)
		halftone_free(jpeg->halftone);
	free(jpeg->rows);
	free(jpeg);
	return err;
}
