// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "page_codec.h"

bool page_encode(const struct ifax_codec_format *fmt, const struct image *image,
		 struct coded_page *coded)
{
	size_t bound = ifax_encoder_line_bound(fmt);
	void *mem = malloc(ifax_encoder_size(fmt));
	struct ifax_encoder *enc = mem ? ifax_encoder_init(mem, fmt) : NULL;
	size_t room = 0;
	u32 done, y = 0;
	u8 *grown;

	coded->data = NULL;
	coded->bytes = 0;
	while (enc) {
		if (room - coded->bytes < bound) {
			room += room / 2 + bound;
			grown = realloc(coded->data, room);
			if (!grown)
				break;
			coded->data = grown;
		}
		if (y == image->lines) {
			coded->bytes += ifax_encode_end(enc, coded->data + coded->bytes,
							room - coded->bytes);
			free(mem);
			return true;
		}
		coded->bytes += ifax_encode_lines(enc, image->rows + y * image->stride,
						  image->stride, image->lines - y,
						  coded->data + coded->bytes, room - coded->bytes,
						  &done);
		y += done;
	}
	fprintf(stderr, "ifax-codec: no memory for the coded page\n");
	free(coded->data);
	free(mem);
	return false;
}

#define BAND_LINES	256

bool page_decode(const struct ifax_codec_format *fmt, const u8 *data, size_t bytes,
		 struct image *image, struct ifax_fault_report *report)
{
	struct ifax_bytes in = { .at = data, .end = data + bytes };
	void *mem = malloc(ifax_decoder_size(fmt));
	struct ifax_decoder *dec = mem ? ifax_decoder_init(mem, fmt, &in) : NULL;
	u32 room = 0, lines;
	bool good = false;
	u8 *grown;

	if (!image_new(image, fmt->width_px, 0))
		goto out;
	while (dec) {
		if (room - image->lines < BAND_LINES) {
			room += room / 2 + BAND_LINES;
			grown = (u64)room * image->stride > IMAGE_BYTES_MAX ? NULL :
				realloc(image->rows, room * image->stride);
			if (!grown)
				break;
			image->rows = grown;
		}
		lines = ifax_decode_lines(dec, image->rows + image->lines * image->stride,
					  image->stride, BAND_LINES);
		image->lines += lines;
		good = lines < BAND_LINES;
		if (good)
			break;
	}
	if (good)
		*report = *ifax_decoder_fault(dec);
	else
		image_free(image);
out:
	if (!good)
		fprintf(stderr, "ifax-codec: no memory for the page\n");
	free(mem);
	return good;
}
