// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/ifax/codec.h>
#include <linux/ifax/transcode.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pdf_write.h"

#define PAGES_MAX	1000
#define OBJECTS_FIRST	3	/* 1 is the catalog, 2 the list of pages */
#define PER_PAGE	3	/* page, contents, image */
#define POINTS		72.0

/**
 * struct pdf - a PDF being written
 * @out: it goes here
 * @begin: from here on
 * @at: where each object begins, from number 1 on, seen from @begin
 * @objects: how many there are
 * @pages: how many pages
 */
struct pdf {
	FILE *out;
	long begin;
	long at[OBJECTS_FIRST + PER_PAGE * PAGES_MAX + 1];
	unsigned int objects;
	unsigned int pages;
};

static void begin_object(struct pdf *pdf, unsigned int number)
{
	pdf->at[number] = ftell(pdf->out) - pdf->begin;
	if (number > pdf->objects)
		pdf->objects = number;
	fprintf(pdf->out, "%u 0 obj\n", number);
}

/* ---- MMR ---- */

static struct ifax_codec_format codec_format(const struct page_header *page)
{
	return (struct ifax_codec_format){
		.coding = page->format.coding,
		.flags = page->format.flags & IFAX_FMT_FLAGS,
		.width_px = page->format.width_px,
		.length_lines = page->lines,
		.k = page->format.k,
	};
}

/**
 * struct recoding - a page becoming MMR
 * @decoder: memory of the decoder; so are the others
 * @data: coded bytes of the page
 * @out: MMR
 * @bytes: its length
 */
struct recoding {
	void *decoder, *encoder, *transcoder, *data;
	unsigned char *out;
	size_t bytes;
};

static void recoding_free(struct recoding *recoding)
{
	free(recoding->decoder);
	free(recoding->encoder);
	free(recoding->transcoder);
	free(recoding->data);
	free(recoding->out);
}

/* Room for one line more than is there, always. */
static bool grow(struct recoding *recoding, size_t *room, size_t line_bytes)
{
	unsigned char *more;

	if (*room - recoding->bytes >= line_bytes)
		return true;
	*room = *room * 2 + line_bytes;
	more = realloc(recoding->out, *room);
	if (more)
		recoding->out = more;
	return more;
}

static bool recode(struct recoding *recoding, const struct page_header *page)
{
	struct ifax_codec_format from = codec_format(page), to = from;
	struct ifax_bytes in = { recoding->data, (uint8_t *)recoding->data + page->data_bytes, NULL };
	size_t room = 0, line_bytes;
	struct ifax_transcoder *transcoder;
	struct ifax_decoder *decoder;
	struct ifax_encoder *encoder;
	bool ended = false;

	to.coding = IFAX_CODING_MMR;
	to.flags = IFAX_FMT_END;
	to.k = 0;
	recoding->decoder = malloc(ifax_decoder_size(&from));
	recoding->encoder = malloc(ifax_encoder_size(&to));
	recoding->transcoder = malloc(ifax_transcoder_size(&from, &to));
	if (!recoding->decoder || !recoding->encoder || !recoding->transcoder)
		return false;
	decoder = ifax_decoder_init(recoding->decoder, &from, &in);
	encoder = ifax_encoder_init(recoding->encoder, &to);
	if (!decoder || !encoder)
		return false;
	transcoder = ifax_transcoder_init(recoding->transcoder, decoder, NULL, encoder);
	line_bytes = ifax_encoder_line_bound(&to);
	while (!ended) {
		if (!grow(recoding, &room, line_bytes))
			return false;
		recoding->bytes += ifax_transcode(transcoder, recoding->out + recoding->bytes,
						  room - recoding->bytes, &ended);
	}
	if (!grow(recoding, &room, line_bytes))
		return false;
	recoding->bytes += ifax_encode_end(encoder, recoding->out + recoding->bytes,
					   room - recoding->bytes);
	return ifax_transcoder_lines(transcoder) == page->lines;
}

/* ---- objects ---- */

static void write_image(struct pdf *pdf, unsigned int number, const struct page_header *page,
			const struct recoding *recoding)
{
	begin_object(pdf, number);
	fprintf(pdf->out, "<< /Type /XObject /Subtype /Image /Width %u /Height %u"
		" /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /CCITTFaxDecode"
		" /DecodeParms << /K -1 /Columns %u /Rows %u >> /Length %zu >>\nstream\n",
		page->format.width_px, page->lines, page->format.width_px, page->lines,
		recoding->bytes);
	fwrite(recoding->out, 1, recoding->bytes, pdf->out);
	fputs("\nendstream\nendobj\n", pdf->out);
}

/* Never more than it is: who renders it rounds up, and a line would be added. */
static double in_points(uint32_t count, uint16_t dpi)
{
	return floor(count * POINTS / dpi * 1000) / 1000;
}

static void write_page(struct pdf *pdf, const struct page_header *page,
		       const struct recoding *recoding)
{
	unsigned int number = OBJECTS_FIRST + PER_PAGE * pdf->pages++;
	double width = in_points(page->format.width_px, page->format.x_dpi);
	double length = in_points(page->lines, page->format.y_dpi);
	char contents[128];
	int bytes;

	begin_object(pdf, number);
	fprintf(pdf->out, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.3f %.3f] /Contents %u 0 R"
		" /Resources << /XObject << /P %u 0 R >> >> >>\nendobj\n", width, length,
		number + 1, number + 2);
	bytes = snprintf(contents, sizeof(contents), "%.3f 0 0 %.3f 0 0 cm /P Do", width, length);
	begin_object(pdf, number + 1);
	fprintf(pdf->out, "<< /Length %d >>\nstream\n%s\nendstream\nendobj\n", bytes, contents);
	write_image(pdf, number + 2, page, recoding);
}

static void write_ends(struct pdf *pdf)
{
	long table;

	begin_object(pdf, 1);
	fputs("<< /Type /Catalog /Pages 2 0 R >>\nendobj\n", pdf->out);
	begin_object(pdf, 2);
	fprintf(pdf->out, "<< /Type /Pages /Count %u /Kids [", pdf->pages);
	for (unsigned int i = 0; i < pdf->pages; i++)
		fprintf(pdf->out, "%u 0 R ", OBJECTS_FIRST + PER_PAGE * i);
	fputs("] >>\nendobj\n", pdf->out);
	table = ftell(pdf->out) - pdf->begin;
	fprintf(pdf->out, "xref\n0 %u\n0000000000 65535 f \n", pdf->objects + 1);
	for (unsigned int i = 1; i <= pdf->objects; i++)
		fprintf(pdf->out, "%010ld 00000 n \n", pdf->at[i]);
	fprintf(pdf->out, "trailer\n<< /Size %u /Root 1 0 R >>\nstartxref\n%ld\n%%%%EOF\n",
		pdf->objects + 1, table);
}

static int add_page(struct pdf *pdf, struct page_reader *reader, struct failure *failure)
{
	struct recoding recoding = { .data = malloc(reader->page.data_bytes) };
	int err = -1;

	if (!recoding.data)
		fail(failure, EXIT_LATER, "no memory for its data");
	else if (page_reader_data(reader, 0, recoding.data, reader->page.data_bytes) !=
		 (ssize_t)reader->page.data_bytes)
		fail(failure, EXIT_INPUT, "%s", reader->why);
	else if (!recode(&recoding, &reader->page))
		fail(failure, EXIT_INPUT, "it cannot be coded as MMR");
	else
		err = 0;
	if (!err)
		write_page(pdf, &reader->page, &recoding);
	recoding_free(&recoding);
	return err ? fail_within(failure, "page %u", reader->number) : 0;
}

static int write_pages(struct pdf *pdf, struct page_reader *reader, const struct page_range *range,
		       struct failure *failure)
{
	int more;

	fputs("%PDF-1.4\n", pdf->out);
	while ((more = page_reader_next(reader)) > 0) {
		if (reader->number < range->first || (range->last && reader->number > range->last))
			continue;
		if (pdf->pages == PAGES_MAX)
			return fail(failure, EXIT_INPUT, "there are more than %d pages", PAGES_MAX);
		if (add_page(pdf, reader, failure))
			return -1;
	}
	if (more < 0)
		return fail(failure, EXIT_INPUT, "%s", reader->why);
	if (!pdf->pages)
		return fail(failure, EXIT_INPUT, "the page file holds no such page");
	write_ends(pdf);
	if (fflush(pdf->out) || ferror(pdf->out))
		return fail(failure, EXIT_LATER, "cannot write the PDF: %s", strerror(errno));
	return pdf->pages;
}

int pdf_write(FILE *out, int pages_fd, const struct page_range *range, struct failure *failure)
{
	struct pdf *pdf = calloc(1, sizeof(*pdf));
	struct page_reader reader;
	int pages = -1;

	if (!pdf)
		return fail(failure, EXIT_LATER, "no memory for the PDF");
	pdf->out = out;
	pdf->begin = ftell(out);
	if (pdf->begin < 0)
		fail(failure, EXIT_LATER, "cannot begin the PDF: %s", strerror(errno));
	else if (page_reader_init(&reader, pages_fd))
		fail(failure, EXIT_LATER, "%s", reader.why);
	else
		pages = write_pages(pdf, &reader, range, failure);
	free(pdf);
	return pages;
}
