// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "page_codec.h"

#define BAND_LINES	256

/* A decoder at work, and what stands behind it */
struct work {
	struct ifax_bytes in;
	struct ifax_decoder *dec;
	struct ifax_scaler *scaler;
};

static bool begin(struct work *work, struct page_source *source)
{
	void *mem = malloc(ifax_decoder_size(&source->fmt));
	void *scaler_mem = source->scaled ?
		malloc(ifax_scaler_size(&source->scale, &source->fmt)) : NULL;

	*work = (struct work){ .in = { source->coded.data,
				       source->coded.data + source->coded.bytes, NULL } };
	if (!mem || (source->scaled && !scaler_mem)) {
		fprintf(stderr, "ifax-codec: no memory to decode a page\n");
		free(mem);
		free(scaler_mem);
		return false;
	}
	work->dec = ifax_decoder_init(mem, &source->fmt, &work->in);
	if (source->conceal)
		ifax_decoder_conceal(work->dec);
	if (source->scaled)
		work->scaler = ifax_scaler_init(scaler_mem, &source->scale, &source->fmt,
						work->dec);
	return true;
}

static void end(struct work *work, struct page_source *source)
{
	source->report = *ifax_decoder_fault(work->dec);
	source->damage = *ifax_decoder_damage(work->dec);
	free(work->scaler);
	free(work->dec);
}

bool page_encode(const struct ifax_codec_format *fmt, const struct image *image,
		 struct coded_page *coded)
{
	struct page_writer writer;
	bool good = writer_begin(&writer, fmt) && writer_image(&writer, image) &&
		    writer_end(&writer);

	if (good) {
		*coded = writer.coded;
		writer.coded.data = NULL;
	}
	writer_free(&writer);
	return good;
}

/* Decode to memory that grows; true at the end of the page */
static bool take_lines(struct work *work, struct image *image)
{
	u32 room = 0, lines;
	u8 *grown;

	for (;;) {
		u8 *row;

		if (room - image->lines < BAND_LINES) {
			room += room / 2 + BAND_LINES;
			grown = (u64)room * image->stride > IMAGE_BYTES_MAX ? NULL :
				realloc(image->rows, room * image->stride);
			if (!grown)
				return false;
			image->rows = grown;
		}
		row = image->rows + image->lines * image->stride;
		lines = work->scaler ?
			ifax_scale_lines(work->scaler, row, image->stride, BAND_LINES) :
			ifax_decode_lines(work->dec, row, image->stride, BAND_LINES);
		image->lines += lines;
		if (lines < BAND_LINES)
			return true;
	}
}

bool page_decode(struct page_source *source, struct image *image)
{
	struct work work;
	bool good;

	if (!image_new(image, source->scaled ? source->scale.width_px : source->fmt.width_px, 0))
		return false;
	if (!begin(&work, source)) {
		image_free(image);
		return false;
	}
	good = take_lines(&work, image);
	end(&work, source);
	if (!good) {
		fprintf(stderr, "ifax-codec: no memory for the page\n");
		image_free(image);
	}
	return good;
}

bool page_append(struct page_source *source, struct page_writer *writer)
{
	struct work work;
	bool good;

	if (!begin(&work, source))
		return false;
	good = writer_decoder(writer, &source->fmt, work.dec, work.scaler);
	end(&work, source);
	return good;
}

bool page_transcode(struct page_source *source, const struct ifax_codec_format *to,
		    struct coded_page *coded, u32 *lines)
{
	struct page_writer writer;
	bool good = writer_begin(&writer, to) && page_append(source, &writer) &&
		    writer_end(&writer);

	if (good) {
		*coded = writer.coded;
		*lines = writer.lines;
		writer.coded.data = NULL;
	}
	writer_free(&writer);
	return good;
}
