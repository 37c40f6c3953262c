// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "strip.h"
#include "tiff_chain.h"
#include "tiff_image.h"
#include "tiff_read.h"
#include "turn.h"

#define BAND_BYTES	65536	/* lines decoded at once; one line is never more than 8 KiB */

int page_sink_written(struct page_sink *sink, int err, struct failure *failure)
{
	if (!err)
		return 0;
	return fail(failure, err == -EFBIG ? EXIT_INPUT : EXIT_LATER, "%s", sink->writer.why);
}

int page_sink_end(struct page_sink *sink, uint32_t lines, struct failure *failure)
{
	struct page_writer *writer = &sink->writer;

	if (writer->pages == PAGES_MAX)
		return fail(failure, EXIT_INPUT, "more than %d pages", PAGES_MAX);
	if (page_sink_written(sink, page_writer_end(writer, lines, IFAX_PAGE_OK), failure))
		return -1;
	fprintf(sink->out, "page %u coding=%s width=%u lines=%u x_dpi=%u y_dpi=%u bytes=%ju\n",
		writer->pages, page_coding_name(writer->format.coding), writer->format.width_px,
		lines, writer->format.x_dpi, writer->format.y_dpi, (uintmax_t)writer->data_bytes);
	return 0;
}

/* Decodes a strip, to the sink if there is one. */
static int decode_strip(struct strip *strip, const struct tiff_page *page, uint8_t *band,
			struct page_sink *sink, struct failure *failure)
{
	unsigned int width_px = page->format.width_px;
	size_t stride = (width_px + 7) / 8;
	uint8_t last = 0xff << (stride * 8 - width_px);

	while (strip->done < strip->lines) {
		uint32_t lines = strip->lines - strip->done;

		if (lines > BAND_BYTES / stride)
			lines = BAND_BYTES / stride;
		if (strip_lines(strip, band, stride, lines, failure))
			return -1;
		if (!sink)
			continue;
		for (uint32_t i = 1; i <= lines; i++)
			band[i * stride - 1] &= last;
		if (page_sink_written(sink, page_writer_data(&sink->writer, band, lines * stride),
				      failure))
			return -1;
	}
	return 0;
}

static int decode_page(struct tiff_file *file, const struct tiff_page *page,
		       struct page_sink *sink, struct failure *failure)
{
	struct strip *strip = malloc(sizeof(*strip));
	uint8_t *band = malloc(BAND_BYTES);
	int err = 0;

	if (!strip || !band)
		err = fail(failure, EXIT_LATER, "no memory to decode it");
	for (uint32_t i = 0; !err && i < page->strips; i++) {
		err = strip_begin(strip, file, page, i, failure);
		if (err)
			break;
		err = decode_strip(strip, page, band, sink, failure);
		strip_end(strip);
	}
	free(band);
	free(strip);
	return err;
}

static int copy_strip(struct tiff_file *file, struct page_sink *sink, struct failure *failure)
{
	char buffer[32768];
	uint64_t at, left;

	if (strip_extent(file, 0, &at, &left, failure))
		return -1;
	while (left) {
		ssize_t n = pread(file->fd, buffer, left < sizeof(buffer) ? left : sizeof(buffer),
				  at);

		if (n <= 0)
			return fail(failure, EXIT_LATER, "cannot read the TIFF: %s",
				    n ? strerror(errno) : "it became shorter");
		if (page_sink_written(sink, page_writer_data(&sink->writer, buffer, n), failure))
			return -1;
		at += n;
		left -= n;
	}
	return 0;
}

static bool takes(const struct page_sink *sink, unsigned int coding)
{
	return sink->codings & (1U << coding);
}

/* Decodes a black and white page whose strips are decoded by lines. */
static int write_raw(struct tiff_file *file, const struct tiff_page *page, struct page_sink *sink,
		     struct failure *failure)
{
	struct ifax_format raw = page->format;

	raw.coding = IFAX_CODING_RAW;
	raw.flags = 0;
	return page_sink_written(sink, page_writer_begin(&sink->writer, &raw), failure) ||
		decode_page(file, page, sink, failure);
}

static int page_data(struct tiff_file *file, const struct tiff_page *page, struct page_sink *sink,
		     uint32_t *lines, struct failure *failure)
{
	bool is_upright = page->orientation == ORIENTATION_TOPLEFT;

	if (page->is_coded && page->strips == 1 && is_upright && takes(sink, page->format.coding))
		return page_sink_written(sink, page_writer_begin(&sink->writer, &page->format),
					 failure) ||
			decode_page(file, page, NULL, failure) || copy_strip(file, sink, failure);
	if (!takes(sink, IFAX_CODING_RAW))
		return fail(failure, EXIT_INPUT, "it would have to be decoded, and raw pages are not taken");
	if (page->is_image ? tiff_image_read(file, page, sink, lines, failure) :
	    write_raw(file, page, sink, failure))
		return -1;
	return is_upright ? 0 : turn_page(sink, lines, page->orientation, failure);
}

static int read_page(struct tiff_file *file, uint64_t at, struct page_sink *sink,
		     struct failure *failure)
{
	struct tiff_page page;
	uint32_t lines;

	if (sink->writer.pages == PAGES_MAX)
		return fail(failure, EXIT_INPUT, "more than %d pages", PAGES_MAX);
	if (TIFFCurrentDirOffset(file->tif) != at && !TIFFSetSubDirectory(file->tif, at))
		return fail(failure, EXIT_INPUT, "%s", file->complaint);
	if (tiff_page_read(file->tif, &page, failure) || strips_check(file, &page, failure))
		return -1;
	lines = page.format.length_lines;
	return page_data(file, &page, sink, &lines, failure) ||
		page_sink_end(sink, lines, failure) ? -1 : 0;
}

/* A TIFF whose first two bytes are neither II nor MM tells its byte order by the next two. */
static void mend_byte_order(int fd)
{
	uint8_t begin[4];

	if (pread(fd, begin, 4, 0) != 4 || !memcmp(begin, "II", 2) || !memcmp(begin, "MM", 2))
		return;
	if ((begin[2] == 42 || begin[2] == 43) && !begin[3])
		memset(begin, 'I', 2);
	else if (!begin[2] && (begin[3] == 42 || begin[3] == 43))
		memset(begin, 'M', 2);
	else
		return;
	if (pwrite(fd, begin, 2, 0) != 2)
		return;	/* then libtiff says what it thinks of it */
}

int tiff_read(int fd, struct page_sink *sink, struct failure *failure)
{
	struct tiff_chain chain;
	struct tiff_file file;
	int err;

	mend_byte_order(fd);
	/*
	 * r+: libtiff makes up no larger size for a strip that is too short; nothing is
	 * written. m: no mmap, which a shrinking file would turn into SIGBUS; c: strips
	 * as they are
	 */
	if (tiff_file_open(&file, fd, "r+mc"))
		return fail(failure, EXIT_INPUT, "is no readable TIFF: %s", file.complaint);
	err = tiff_chain_read(&file, &chain, failure);
	for (unsigned int i = 0; !err && i < chain.count; i++) {
		err = read_page(&file, chain.at[i], sink, failure);
		if (err)
			fail_within(failure, "page %u", i + 1);
	}
	tiff_file_close(&file);
	return err;
}
