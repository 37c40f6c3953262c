// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/ifax.h>
#include <stdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pdf_write.h"
#include "recode.h"

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

/* ---- objects ---- */

static void write_image(struct pdf *pdf, unsigned int number, const struct page_header *page,
			const void *data, uint64_t bytes)
{
	begin_object(pdf, number);
	fprintf(pdf->out, "<< /Type /XObject /Subtype /Image /Width %u /Height %u"
		" /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /CCITTFaxDecode"
		" /DecodeParms << /K -1 /Columns %u /Rows %u >> /Length %ju >>\nstream\n",
		page->format.width_px, page->lines, page->format.width_px, page->lines,
		(uintmax_t)bytes);
	fwrite(data, 1, bytes, pdf->out);
	fputs("\nendstream\nendobj\n", pdf->out);
}

/* Never more than it is: who renders it rounds up, and a line would be added. */
static double in_points(uint32_t count, uint16_t dpi)
{
	return floor(count * POINTS / dpi * 1000) / 1000;
}

static void write_page(struct pdf *pdf, const struct page_header *page, const void *data,
		       uint64_t bytes)
{
	unsigned int number = OBJECTS_FIRST + PER_PAGE * pdf->pages++;
	double width = in_points(page->format.width_px, page->format.x_dpi);
	double length = in_points(page->lines, page->format.y_dpi);
	char contents[128];
	int length_bytes;

	begin_object(pdf, number);
	fprintf(pdf->out, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.3f %.3f] /Contents %u 0 R"
		" /Resources << /XObject << /P %u 0 R >> >> >>\nendobj\n", width, length,
		number + 1, number + 2);
	length_bytes = snprintf(contents, sizeof(contents), "%.3f 0 0 %.3f 0 0 cm /P Do", width, length);
	begin_object(pdf, number + 1);
	fprintf(pdf->out, "<< /Length %d >>\nstream\n%s\nendstream\nendobj\n", length_bytes,
		contents);
	write_image(pdf, number + 2, page, data, bytes);
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

static int add_page(struct pdf *pdf, struct page_reader *reader, const struct page_range *range,
		    unsigned int in_file, struct failure *failure)
{
	struct page_header page;
	void *data = NULL;
	uint64_t bytes;
	int err;

	err = page_ready(reader, range, in_file, &page, &data, &bytes, failure) ||
		recode_exactly(&page, IFAX_CODING_MMR, IFAX_FMT_END, &data, &bytes, failure);
	if (!err)
		write_page(pdf, &page, data, bytes);
	free(data);
	return err ? fail_within(failure, "page %u", reader->number) : 0;
}

static int write_pages(struct pdf *pdf, struct page_reader *reader, const struct page_range *range,
		       unsigned int in_file, struct failure *failure)
{
	fputs("%PDF-1.4\n", pdf->out);
	while (page_reader_next(reader) > 0)
		if (page_range_has(range, reader->number) &&
		    add_page(pdf, reader, range, in_file, failure))
			return -1;
	write_ends(pdf);
	if (fflush(pdf->out) || ferror(pdf->out))
		return fail(failure, EXIT_LATER, "cannot write the PDF: %s", strerror(errno));
	return pdf->pages;
}

int pdf_write(FILE *out, int pages_fd, const struct page_range *range, struct failure *failure)
{
	struct page_reader reader;
	unsigned int in_file;
	int pages = page_range_count(pages_fd, range, &in_file, failure);
	struct pdf *pdf;

	if (pages < 0)
		return -1;
	if (pages > PAGES_MAX)
		return fail(failure, EXIT_INPUT, "there are more than %d pages", PAGES_MAX);
	pdf = calloc(1, sizeof(*pdf));
	if (!pdf)
		return fail(failure, EXIT_LATER, "no memory for the PDF");
	pdf->out = out;
	pdf->begin = ftell(out);
	if (pdf->begin < 0)
		pages = fail(failure, EXIT_LATER, "cannot begin the PDF: %s", strerror(errno));
	else if (page_reader_init(&reader, pages_fd))
		pages = fail(failure, EXIT_LATER, "%s", reader.why);
	else
		pages = write_pages(pdf, &reader, range, in_file, failure);
	free(pdf);
	return pages;
}
