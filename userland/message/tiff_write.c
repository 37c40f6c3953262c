// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "tiff_file.h"
#include "tiff_write.h"

#define TAG_T82OPTIONS	435

/* libtiff does not know the fields of profile J. */
static const TIFFFieldInfo jbig_fields[] = {
	{ TAG_T82OPTIONS, 1, 1, TIFF_LONG, FIELD_CUSTOM, 1, 0, "T82Options" },
};

/* How a TIFF says the coding of a page. */
struct tiff_coding {
	uint16_t compression;
	uint32_t options_tag;
	uint32_t options;
};

/* A page file's format in the words of TIFF; what a TIFF cannot say is refused. */
static int tiff_coding(const struct ifax_format *format, struct tiff_coding *coding,
		       struct failure *failure)
{
	bool eol = format->flags & IFAX_FMT_EOL;

	*coding = (struct tiff_coding){ .options_tag = TIFFTAG_GROUP3OPTIONS };
	switch (format->coding) {
	case IFAX_CODING_RAW:
		*coding = (struct tiff_coding){ COMPRESSION_NONE, 0, 0 };
		return 0;
	case IFAX_CODING_MH:
		if (!eol && format->flags & IFAX_FMT_ROW_ALIGNED) {
			*coding = (struct tiff_coding){ COMPRESSION_CCITTRLE, 0, 0 };
			return 0;
		}
		break;
	case IFAX_CODING_MR:
		coding->options = GROUP3OPT_2DENCODING;
		break;
	case IFAX_CODING_MMR:
		*coding = (struct tiff_coding){ COMPRESSION_CCITTFAX4, TIFFTAG_GROUP4OPTIONS, 0 };
		return 0;
	case IFAX_CODING_JBIG:
		*coding = (struct tiff_coding){ COMPRESSION_T85, TAG_T82OPTIONS, 0 };
		return 0;
	default:
		return fail(failure, EXIT_INPUT, "a TIFF with %s pages cannot be written",
			    page_coding_name(format->coding));
	}
	if (!eol)
		return fail(failure, EXIT_INPUT,
			    "%s without EOLs has no place in a TIFF: scan with EOLs",
			    page_coding_name(format->coding));
	coding->compression = COMPRESSION_CCITTFAX3;
	if (format->flags & IFAX_FMT_EOL_ALIGNED)
		coding->options |= GROUP3OPT_FILLBITS;
	return 0;
}

/**
 * struct place - where a page stands in the TIFF
 * @number: from 1
 * @pages: how many there are
 * @in_file: how many are in the page file
 */
struct place {
	unsigned int number;
	unsigned int pages;
	unsigned int in_file;
};

static bool set_fields(TIFF *tif, const struct page_header *page, const struct tiff_coding *coding,
		       const struct place *place)
{
	const struct ifax_format *format = &page->format;
	uint16_t photometric = format->flags & IFAX_FMT_WHITE_IS_1 ?
		PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_MINISWHITE;
	uint16_t fill_order = format->flags & IFAX_FMT_LSB_FIRST ?
		FILLORDER_LSB2MSB : FILLORDER_MSB2LSB;

	return TIFFSetField(tif, TIFFTAG_SUBFILETYPE, FILETYPE_PAGE) &&
	       TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, format->width_px) &&
	       TIFFSetField(tif, TIFFTAG_IMAGELENGTH, page->lines) &&
	       TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, 1) &&
	       TIFFSetField(tif, TIFFTAG_COMPRESSION, coding->compression) &&
	       TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, photometric) &&
	       TIFFSetField(tif, TIFFTAG_FILLORDER, fill_order) &&
	       TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, 1) &&
	       TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, page->lines) &&
	       TIFFSetField(tif, TIFFTAG_XRESOLUTION, (double)format->x_dpi) &&
	       TIFFSetField(tif, TIFFTAG_YRESOLUTION, (double)format->y_dpi) &&
	       (!coding->options_tag ||
		TIFFSetField(tif, coding->options_tag, coding->options)) &&
	       TIFFSetField(tif, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH) &&
	       TIFFSetField(tif, TIFFTAG_PAGENUMBER, place->number - 1, place->pages);
}

/*
 * libtiff likes to write an IFD behind its image. With the strip arrays
 * deferred the IFD goes first, and the place and size of the strip are filled
 * in when it is written.
 */
static bool write_ifd_and_strip(TIFF *tif, unsigned int number, void *strip, tmsize_t bytes)
{
	return TIFFDeferStrileArrayWriting(tif) && TIFFWriteCheck(tif, 0, __func__) &&
	       TIFFWriteDirectory(tif) && TIFFSetDirectory(tif, number - 1) &&
	       TIFFWriteRawStrip(tif, 0, strip, bytes) == bytes &&
	       TIFFForceStrileArrayWriting(tif);
}

static int write_page(struct tiff_file *file, struct page_reader *reader, const struct place *place,
		      const struct page_range *range, bool *has_jbig, struct failure *failure)
{
	struct tiff_coding coding;
	struct page_header page;
	void *strip = NULL;
	uint64_t bytes;
	int err = -1;

	if (page_ready(reader, range, place->in_file, &page, &strip, &bytes, failure) ||
	    tiff_coding(&page.format, &coding, failure))
		;	/* they told why */
	else if (!set_fields(file->tif, &page, &coding, place) ||
		 !write_ifd_and_strip(file->tif, place->number, strip, bytes))
		fail(failure, EXIT_LATER, "cannot write the TIFF: %s", file->complaint);
	else
		err = 0;
	*has_jbig |= page.format.coding == IFAX_CODING_JBIG;
	free(strip);
	return err;
}

static int write_pages(struct tiff_file *file, struct page_reader *reader,
		       const struct page_range *range, struct place *place, bool *has_jbig,
		       struct failure *failure)
{
	while (page_reader_next(reader) > 0) {
		if (!page_range_has(range, reader->number))
			continue;
		if (++place->number > 1) {
			TIFFFreeDirectory(file->tif);
			TIFFCreateDirectory(file->tif);
		}
		TIFFMergeFieldInfo(file->tif, jbig_fields,
				   sizeof(jbig_fields) / sizeof(jbig_fields[0]));
		if (write_page(file, reader, place, range, has_jbig, failure))
			return fail_within(failure, "page %u", reader->number);
	}
	return place->pages;
}

int tiff_write(int fd, int pages_fd, const struct page_range *range, bool *has_jbig,
	       struct failure *failure)
{
	struct page_reader reader;
	struct tiff_file file;
	struct place place = { 0 };
	int pages = page_range_count(pages_fd, range, &place.in_file, failure);

	*has_jbig = false;
	if (pages < 0)
		return -1;
	if (pages > UINT16_MAX)
		return fail(failure, EXIT_INPUT, "a TIFF cannot number %d pages", pages);
	place.pages = pages;
	if (page_reader_init(&reader, pages_fd))
		return fail(failure, EXIT_LATER, "%s", reader.why);
	if (tiff_file_open(&file, fd, "wl"))
		return fail(failure, EXIT_LATER, "cannot begin the TIFF: %s", file.complaint);
	pages = write_pages(&file, &reader, range, &place, has_jbig, failure);
	tiff_file_close(&file);
	return pages;
}
