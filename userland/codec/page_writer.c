// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "page_writer.h"

static bool no_memory(void)
{
	fprintf(stderr, "ifax-codec: no memory for the coded page\n");
	return false;
}

bool writer_begin(struct page_writer *writer, const struct ifax_codec_format *fmt)
{
	void *mem = malloc(ifax_encoder_size(fmt));

	*writer = (struct page_writer){ .fmt = *fmt };
	if (!mem)
		return no_memory();
	writer->enc = ifax_encoder_init(mem, fmt);
	return true;
}

void writer_free(struct page_writer *writer)
{
	free(writer->coded.data);
	free(writer->enc);
	writer->coded.data = NULL;
	writer->enc = NULL;
}

/* Have @bytes more */
static bool grow(struct page_writer *writer, size_t bytes)
{
	u8 *grown;

	if (writer->room - writer->coded.bytes >= bytes)
		return true;
	writer->room += writer->room / 2 + bytes;
	grown = realloc(writer->coded.data, writer->room);
	if (!grown)
		return no_memory();
	writer->coded.data = grown;
	return true;
}

bool writer_image(struct page_writer *writer, const struct image *image)
{
	size_t bound = ifax_encoder_line_bound(&writer->fmt);
	u32 done, y;

	for (y = 0; y < image->lines; y += done) {
		const u8 *row = image->rows + y * image->stride;

		if (!grow(writer, bound))
			return false;
		writer->coded.bytes += ifax_encode_lines(writer->enc, row, image->stride,
							 image->lines - y,
							 writer->coded.data + writer->coded.bytes,
							 writer->room - writer->coded.bytes, &done);
	}
	writer->lines += image->lines;
	return true;
}

bool writer_decoder(struct page_writer *writer, const struct ifax_codec_format *from,
		    struct ifax_decoder *dec, struct ifax_scaler *scaler)
{
	size_t bound = ifax_encoder_line_bound(&writer->fmt);
	void *mem = malloc(ifax_transcoder_size(from, &writer->fmt));
	struct ifax_transcoder *transcoder;
	bool ended = false;

	if (!mem)
		return no_memory();
	transcoder = ifax_transcoder_init(mem, dec, scaler, writer->enc);
	while (!ended && grow(writer, bound)) {
		if (writer->coded.bytes > IMAGE_BYTES_MAX) {
			fprintf(stderr, "ifax-codec: the page becomes larger than 1 GiB\n");
			break;
		}
		writer->coded.bytes += ifax_transcode(transcoder,
						      writer->coded.data + writer->coded.bytes,
						      writer->room - writer->coded.bytes, &ended);
	}
	writer->lines += ifax_transcoder_lines(transcoder);
	free(mem);
	return ended;
}

/* At the end of JBIG, all of the page may hang on a carry; memory not written to costs nothing */
static size_t end_bound(const struct page_writer *writer)
{
	size_t bound = ifax_encoder_line_bound(&writer->fmt);

	if (writer->fmt.coding != IFAX_CODING_JBIG)
		return bound;
	return writer->lines > IMAGE_BYTES_MAX / bound ? IMAGE_BYTES_MAX :
							 (writer->lines + 1) * bound;
}

bool writer_end(struct page_writer *writer)
{
	if (!grow(writer, end_bound(writer)))
		return false;
	writer->coded.bytes += ifax_encode_end(writer->enc,
					       writer->coded.data + writer->coded.bytes,
					       writer->room - writer->coded.bytes);
	return true;
}
