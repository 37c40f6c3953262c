// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "strip.h"
#include "tiff_read.h"

#define BAND_BYTES	65536	/* lines decoded at once; one line is never more than 8 KiB */

/* A page file that exceeds the process's limit is the message's fault. */
static int written(struct page_sink *sink, int err, struct failure *failure)
{
	if (!err)
		return 0;
	return fail(failure, err == -EFBIG ? EXIT_INPUT : EXIT_LATER, "%s", sink->writer.why);
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
		if (written(sink, page_writer_data(&sink->writer, band, lines * stride), failure))
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
		if (written(sink, page_writer_data(&sink->writer, buffer, n), failure))
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

static int page_data(struct tiff_file *file, const struct tiff_page *page, struct page_sink *sink,
		     struct failure *failure)
{
	struct ifax_format raw = page->format;

	if (page->is_coded && page->strips == 1 && takes(sink, page->format.coding))
		return written(sink, page_writer_begin(&sink->writer, &page->format), failure) ||
			decode_page(file, page, NULL, failure) || copy_strip(file, sink, failure);
	if (!takes(sink, IFAX_CODING_RAW))
		return fail(failure, EXIT_INPUT, "it would have to be decoded, and raw pages are not taken");
	raw.coding = IFAX_CODING_RAW;
	raw.flags = 0;
	return written(sink, page_writer_begin(&sink->writer, &raw), failure) ||
		decode_page(file, page, sink, failure);
}

static int read_page(struct tiff_file *file, struct page_sink *sink, struct failure *failure)
{
	struct page_writer *writer = &sink->writer;
	struct tiff_page page;

	if (writer->pages == PAGES_MAX)
		return fail(failure, EXIT_INPUT, "more than %d pages", PAGES_MAX);
	if (tiff_page_read(file->tif, &page, failure) ||
	    page_data(file, &page, sink, failure) ||
	    written(sink, page_writer_end(writer, page.format.length_lines, IFAX_PAGE_OK), failure))
		return -1;
	fprintf(sink->out, "page %u coding=%s width=%u lines=%u x_dpi=%u y_dpi=%u bytes=%ju\n",
		writer->pages, page_coding_name(writer->format.coding), page.format.width_px,
		page.format.length_lines, page.format.x_dpi, page.format.y_dpi,
		(uintmax_t)writer->data_bytes);
	return 0;
}

/*
 * Some machines let the last IFD point to nowhere instead of 0. That is the
 * end if PageNumber says that all pages are there; else the TIFF was cut off.
 */
static bool all_pages_seen(TIFF *tif, unsigned int pages)
{
	uint16_t number = 0, total = 0;

	return TIFFGetField(tif, TIFFTAG_PAGENUMBER, &number, &total) && total && pages >= total;
}

/* libtiff takes an offset of the next IFD that was cut off for 0: no more pages. */
static bool link_is_whole(struct tiff_file *file)
{
	bool big = TIFFIsBigTIFF(file->tif);
	uint64_t at = TIFFCurrentDirOffset(file->tif), entries64;
	uint16_t entries;

	if (big) {
		if (pread(file->fd, &entries64, 8, at) != 8)
			return false;
		if (TIFFIsByteSwapped(file->tif))
			TIFFSwabLong8(&entries64);
		return at + 8 + entries64 * 20 + 8 <= file->bytes;
	}
	if (pread(file->fd, &entries, 2, at) != 2)
		return false;
	if (TIFFIsByteSwapped(file->tif))
		TIFFSwabShort(&entries);
	return at + 2 + entries * 12 + 4 <= file->bytes;
}

/* Returns 1 if the TIFF stands at another page, 0 at the end, -1 on failure. */
static int next_page(struct tiff_file *file, unsigned int pages, struct failure *failure)
{
	bool may_end = all_pages_seen(file->tif, pages);

	file->complaints = 0;
	if (TIFFLastDirectory(file->tif))
		may_end |= link_is_whole(file);
	else if (TIFFReadDirectory(file->tif))
		return 1;
	if (may_end)
		return 0;
	return fail(failure, EXIT_INPUT, "the TIFF is damaged or cut off behind page %u: %s", pages,
		    file->complaints ? file->complaint : "the directory cannot be read");
}

int tiff_read(int fd, struct page_sink *sink, struct failure *failure)
{
	struct tiff_file file;
	unsigned int page = 0;
	int more;

	/* m: no mmap, which a shrinking file would turn into SIGBUS; c: strips as they are */
	if (tiff_file_open(&file, fd, "rmc"))
		return fail(failure, EXIT_INPUT, "is no readable TIFF: %s", file.complaint);
	do {
		page++;
		more = read_page(&file, sink, failure);
		if (more)
			fail_within(failure, "page %u", page);
		else
			more = next_page(&file, page, failure);
	} while (more > 0);
	tiff_file_close(&file);
	return more;
}
