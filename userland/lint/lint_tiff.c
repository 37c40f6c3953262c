// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <tiff.h>

#include "lint.h"

#define TAG_T82OPTIONS	435
#define PAGES_MAX	1000
#define STRIPS_MAX	65536

/* Types that a field may have, as bits */
#define SHORT_TYPE	(1U << IFD_SHORT)
#define LONG_TYPE	(1U << IFD_LONG)
#define RATIONAL_TYPE	(1U << IFD_RATIONAL)

/* What RFC 3949 says of the form of fields; those of all profiles must be there. */
static const struct {
	uint16_t tag;
	uint16_t types;
	uint16_t count;		/* 0: one for each strip */
	gboolean is_required;
	const char *name;
} fields[] = {
	{ TIFFTAG_SUBFILETYPE, LONG_TYPE, 1, TRUE, "NewSubfileType" },
	{ TIFFTAG_IMAGEWIDTH, SHORT_TYPE | LONG_TYPE, 1, TRUE, "ImageWidth" },
	{ TIFFTAG_IMAGELENGTH, SHORT_TYPE | LONG_TYPE, 1, TRUE, "ImageLength" },
	{ TIFFTAG_BITSPERSAMPLE, SHORT_TYPE, 1, TRUE, "BitsPerSample" },
	{ TIFFTAG_COMPRESSION, SHORT_TYPE, 1, TRUE, "Compression" },
	{ TIFFTAG_PHOTOMETRIC, SHORT_TYPE, 1, TRUE, "PhotometricInterpretation" },
	{ TIFFTAG_FILLORDER, SHORT_TYPE, 1, TRUE, "FillOrder" },
	{ TIFFTAG_STRIPOFFSETS, SHORT_TYPE | LONG_TYPE, 0, TRUE, "StripOffsets" },
	{ TIFFTAG_SAMPLESPERPIXEL, SHORT_TYPE, 1, TRUE, "SamplesPerPixel" },
	{ TIFFTAG_ROWSPERSTRIP, SHORT_TYPE | LONG_TYPE, 1, TRUE, "RowsPerStrip" },
	{ TIFFTAG_STRIPBYTECOUNTS, SHORT_TYPE | LONG_TYPE, 0, TRUE, "StripByteCounts" },
	{ TIFFTAG_XRESOLUTION, RATIONAL_TYPE, 1, TRUE, "XResolution" },
	{ TIFFTAG_YRESOLUTION, RATIONAL_TYPE, 1, TRUE, "YResolution" },
	{ TIFFTAG_GROUP3OPTIONS, LONG_TYPE, 1, FALSE, "T4Options" },
	{ TIFFTAG_GROUP4OPTIONS, LONG_TYPE, 1, FALSE, "T6Options" },
	{ TIFFTAG_RESOLUTIONUNIT, SHORT_TYPE, 1, TRUE, "ResolutionUnit" },
	{ TIFFTAG_PAGENUMBER, SHORT_TYPE, 2, TRUE, "PageNumber" },
	{ TAG_T82OPTIONS, LONG_TYPE, 1, FALSE, "T82Options" },
};

/**
 * struct range - bytes of the file that hold something
 * @at: first
 * @end: behind the last
 * @page: whose
 */
struct range {
	uint64_t at, end;
	unsigned int page;
};

/**
 * struct lint - a TIFF being looked at
 * @file: the file
 * @ifd: the current directory
 * @findings: findings
 * @strips: &struct range of all strips so far
 * @ifds: offsets of the directories so far
 */
struct lint {
	struct ifd_file file;
	struct ifd ifd;
	struct findings *findings;
	GArray *strips;
	GArray *ifds;
};

static uint32_t number(struct lint *lint, uint16_t tag, uint32_t otherwise)
{
	return ifd_number(&lint->file, &lint->ifd, tag, otherwise);
}

static bool has(struct lint *lint, uint16_t tag)
{
	struct ifd_field field;

	return ifd_find(&lint->file, &lint->ifd, tag, &field);
}

static uint64_t ifd_end(const struct ifd *ifd)
{
	return ifd->at + 6ULL + 12ULL * ifd->fields;
}

/* ---- place and form of directory and fields ---- */

static void lint_place(struct lint *lint)
{
	uint32_t previous = lint->ifds->len ?
		g_array_index(lint->ifds, uint32_t, lint->ifds->len - 1) : 0;

	if (lint->ifd.at % 2)
		found(lint->findings, RULE_IFD_ODD, "the IFD begins at an odd offset, %u",
		      lint->ifd.at);
	if (previous > lint->ifd.at)
		found(lint->findings, RULE_IFD_ORDER,
		      "the IFD (at %u) stands before that of the page before (at %u)",
		      lint->ifd.at, previous);
	if (has(lint, TIFFTAG_STRIPOFFSETS) && number(lint, TIFFTAG_STRIPOFFSETS, 0) < lint->ifd.at)
		found(lint->findings, RULE_IFD_AFTER_IMAGE, "the IFD stands behind its image");
}

static void lint_form(struct lint *lint, const struct ifd_field *field)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(fields); i++) {
		if (fields[i].tag != field->tag)
			continue;
		if (field->type > IFD_RATIONAL || !(fields[i].types & 1U << field->type))
			found(lint->findings, RULE_FIELD_TYPE, "%s has type %u", fields[i].name,
			      field->type);
		else if (fields[i].count && field->count != fields[i].count)
			found(lint->findings, RULE_FIELD_TYPE, "%s has %u values, not %u",
			      fields[i].name, field->count, fields[i].count);
		return;
	}
	found(lint->findings, RULE_FIELD_EXTRA, "field %u is none that S has", field->tag);
}

static void lint_fields(struct lint *lint)
{
	uint32_t strip = number(lint, TIFFTAG_STRIPOFFSETS, UINT32_MAX);
	unsigned int last = 0;
	struct ifd_field field;

	for (unsigned int i = 0; i < lint->ifd.fields; i++) {
		bool whole = ifd_field(&lint->file, &lint->ifd, i, &field);

		if (i && field.tag == last)
			found(lint->findings, RULE_FIELD_TWICE, "field %u is there twice",
			      field.tag);
		else if (field.tag < last)
			found(lint->findings, RULE_FIELD_ORDER, "field %u stands behind field %u",
			      field.tag, last);
		if (!whole)
			found(lint->findings, RULE_FIELD_CUT_OFF,
			      "values of field %u lie beyond the end of the file", field.tag);
		else
			lint_form(lint, &field);
		if (whole && !field.is_inline &&
		    (field.at < ifd_end(&lint->ifd) || field.at >= strip))
			found(lint->findings, RULE_VALUES_PLACE,
			      "values of field %u do not stand between IFD and strip", field.tag);
		last = field.tag;
	}
	for (unsigned int i = 0; i < G_N_ELEMENTS(fields); i++)
		if (fields[i].is_required && !has(lint, fields[i].tag))
			found(lint->findings, RULE_FIELD_MISSING, "there is no %s", fields[i].name);
}

/* ---- values ---- */

static void lint_coding(struct lint *lint, uint32_t compression)
{
	struct findings *findings = lint->findings;

	if (compression != COMPRESSION_CCITTFAX3)
		found(findings, RULE_COMPRESSION_S, "Compression is %u, not 3", compression);
	if (compression != COMPRESSION_CCITTFAX3 && compression != COMPRESSION_CCITTFAX4)
		found(findings, RULE_COMPRESSION_F, "Compression is %u, neither 3 nor 4",
		      compression);
	if (compression != COMPRESSION_T85)
		found(findings, RULE_COMPRESSION_J, "Compression is %u, not 9", compression);
}

static void lint_t4options(struct lint *lint)
{
	uint32_t options = number(lint, TIFFTAG_GROUP3OPTIONS, 0);

	if (!has(lint, TIFFTAG_GROUP3OPTIONS)) {
		found_for(lint->findings, RULE_T4OPTIONS, PROFILE_S | PROFILE_F,
			  "there is no T4Options");
		return;
	}
	if (options & ~GROUP3OPT_FILLBITS)
		found(lint->findings, RULE_T4OPTIONS_S, "T4Options is %u, neither 0 nor 4",
		      options);
	if (options & ~(GROUP3OPT_FILLBITS | GROUP3OPT_2DENCODING))
		found(lint->findings, RULE_T4OPTIONS, "T4Options is %u, not of 0, 1, 4, 5",
		      options);
}

static void lint_options(struct lint *lint, uint32_t compression)
{
	if (compression == COMPRESSION_CCITTFAX3)
		lint_t4options(lint);
	if (compression == COMPRESSION_CCITTFAX4 &&
	    (!has(lint, TIFFTAG_GROUP4OPTIONS) || number(lint, TIFFTAG_GROUP4OPTIONS, 0)))
		found(lint->findings, RULE_T6OPTIONS, "T6Options is not there, or not 0");
	if (compression == COMPRESSION_T85 &&
	    (!has(lint, TAG_T82OPTIONS) || number(lint, TAG_T82OPTIONS, 0)))
		found(lint->findings, RULE_T82OPTIONS, "T82Options is not there, or not 0");
}

static void lint_pixels(struct lint *lint)
{
	uint32_t bits = number(lint, TIFFTAG_BITSPERSAMPLE, 1);
	uint32_t samples = number(lint, TIFFTAG_SAMPLESPERPIXEL, 1);
	uint32_t photometric = number(lint, TIFFTAG_PHOTOMETRIC, 0);
	uint32_t fill_order = number(lint, TIFFTAG_FILLORDER, 1);

	if (!(number(lint, TIFFTAG_SUBFILETYPE, FILETYPE_PAGE) & FILETYPE_PAGE))
		found(lint->findings, RULE_SUBFILE_TYPE,
		      "NewSubfileType does not say that this is a page (bit 1)");
	if (bits != 1 || samples != 1)
		found(lint->findings, RULE_SAMPLES, "a pixel has %u samples of %u bits", samples,
		      bits);
	if (photometric != PHOTOMETRIC_MINISWHITE)
		found(lint->findings, RULE_PHOTOMETRIC_S,
		      "PhotometricInterpretation is %u, not 0", photometric);
	if (photometric > PHOTOMETRIC_MINISBLACK)
		found(lint->findings, RULE_PHOTOMETRIC,
		      "PhotometricInterpretation is %u, neither 0 nor 1", photometric);
	if (fill_order != FILLORDER_LSB2MSB)
		found(lint->findings, RULE_FILL_ORDER_S, "FillOrder is %u, not 2", fill_order);
	if (fill_order != FILLORDER_LSB2MSB && fill_order != FILLORDER_MSB2LSB)
		found(lint->findings, RULE_FILL_ORDER, "FillOrder is %u, neither 1 nor 2",
		      fill_order);
}

/* Resolutions that fax knows, and pixels of a line at A4, B4 and A3 */
static const struct {
	unsigned int x, y;
	unsigned int width_px[3];
	bool in_s;
} resolutions[] = {
	{ 204, 98, { 1728, 2048, 2432 }, true },
	{ 204, 196, { 1728, 2048, 2432 }, true },
	{ 200, 100, { 1728, 2048, 2432 }, true },
	{ 200, 200, { 1728, 2048, 2432 }, true },
	{ 204, 391, { 1728, 2048, 2432 }, false },
	{ 300, 300, { 2592, 3072, 3648 }, false },
	{ 408, 391, { 3456, 4096, 4864 }, false },
	{ 400, 400, { 3456, 4096, 4864 }, false },
};

/* The resolution in @resolutions, or -1. Per centimetre, it is that of T.4 in fractions. */
static int resolution_index(double x, double y)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(resolutions); i++)
		if (fabs(x - resolutions[i].x) < 1 && fabs(y - resolutions[i].y) < 1)
			return i;
	return -1;
}

static void lint_width(struct lint *lint, const unsigned int *known)
{
	uint32_t width = number(lint, TIFFTAG_IMAGEWIDTH, 0);

	if (width != 1728)
		found(lint->findings, RULE_WIDTH_S, "ImageWidth is %u, not 1728", width);
	if (known && width != known[0] && width != known[1] && width != known[2])
		found(lint->findings, RULE_WIDTH,
		      "ImageWidth is %u: at this resolution %u, %u or %u", width, known[0],
		      known[1], known[2]);
}

static void lint_resolution(struct lint *lint)
{
	double x = ifd_ratio(&lint->file, &lint->ifd, TIFFTAG_XRESOLUTION);
	double y = ifd_ratio(&lint->file, &lint->ifd, TIFFTAG_YRESOLUTION);
	uint32_t unit = number(lint, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
	double inch = unit == RESUNIT_CENTIMETER ? 2.54 : 1;
	int known = resolution_index(x * inch, y * inch);

	if (unit != RESUNIT_INCH)
		found(lint->findings, RULE_RESOLUTION_UNIT_S, "ResolutionUnit is %u, not 2", unit);
	if (unit != RESUNIT_INCH && unit != RESUNIT_CENTIMETER)
		found(lint->findings, RULE_RESOLUTION_UNIT, "ResolutionUnit is %u, neither 2 nor 3",
		      unit);
	if (known < 0 || !resolutions[known].in_s)
		found(lint->findings, RULE_RESOLUTION_S,
		      "%.5g by %.5g: S has 204x98, 204x196, 200x100, 200x200", x, y);
	if (known < 0)
		found(lint->findings, RULE_RESOLUTION, "%.5g by %.5g is no resolution of fax", x,
		      y);
	lint_width(lint, known < 0 ? NULL : resolutions[known].width_px);
}

/* Returns the total that the field tells, 0 if none. */
static unsigned int lint_page_number(struct lint *lint)
{
	struct ifd_field field;
	uint32_t page, total;

	if (!ifd_find(&lint->file, &lint->ifd, TIFFTAG_PAGENUMBER, &field) || field.count < 2)
		return 0;
	page = ifd_value(&lint->file, &field, 0);
	total = ifd_value(&lint->file, &field, 1);
	if (page + 1 != lint->findings->page)
		found(lint->findings, RULE_PAGE_NUMBER, "PageNumber is %u, not %u", page,
		      lint->findings->page - 1);
	return total;
}

/* ---- strips ---- */

static void lint_data(struct lint *lint, uint32_t compression, uint64_t at, uint64_t bytes,
		      uint32_t lines)
{
	struct lint_strip strip = {
		.data = lint->file.at + at,
		.bytes = bytes,
		.compression = compression,
		.options = number(lint, TIFFTAG_GROUP3OPTIONS, 0),
		.is_lsb_first = number(lint, TIFFTAG_FILLORDER, 1) == FILLORDER_LSB2MSB,
		.width_px = number(lint, TIFFTAG_IMAGEWIDTH, 0),
		.lines = lines,
	};

	lint_strip(lint->findings, &strip);
}

static void lint_strips(struct lint *lint, uint32_t compression)
{
	uint32_t length = number(lint, TIFFTAG_IMAGELENGTH, 0);
	uint32_t rows = number(lint, TIFFTAG_ROWSPERSTRIP, UINT32_MAX), wanted;
	struct ifd_field offsets, counts;

	if (!ifd_find(&lint->file, &lint->ifd, TIFFTAG_STRIPOFFSETS, &offsets) ||
	    !ifd_find(&lint->file, &lint->ifd, TIFFTAG_STRIPBYTECOUNTS, &counts) || !length)
		return;
	if (offsets.count != 1 || rows != length)
		found(lint->findings, RULE_STRIPS_S,
		      "S has one strip with RowsPerStrip = ImageLength");
	if (!rows || rows > length)
		rows = length;
	wanted = (length - 1) / rows + 1;
	if (offsets.count != wanted || counts.count != wanted) {
		found(lint->findings, RULE_STRIP_COUNT,
		      "%u offsets and %u counts of strips, where %u of each must be",
		      offsets.count, counts.count, wanted);
		return;
	}
	for (uint32_t i = 0; i < wanted && lint->strips->len < STRIPS_MAX; i++) {
		struct range range = { .page = lint->findings->page };
		uint64_t bytes = ifd_value(&lint->file, &counts, i);

		range.at = ifd_value(&lint->file, &offsets, i);
		range.end = range.at + bytes;
		if (!bytes || range.end > lint->file.bytes) {
			found(lint->findings, RULE_STRIP_CUT_OFF,
			      "strip %u is empty or lies beyond the end of the file", i + 1);
			return;
		}
		g_array_append_val(lint->strips, range);
		lint_data(lint, compression, range.at, bytes,
			  i + 1 < wanted ? rows : length - rows * (wanted - 1));
	}
}

static int by_place(const void *a, const void *b)
{
	const struct range *first = a, *second = b;

	return first->at < second->at ? -1 : first->at > second->at;
}

static void lint_overlap(struct lint *lint)
{
	struct range *strips = (struct range *)(void *)lint->strips->data;

	g_array_sort(lint->strips, by_place);
	for (unsigned int i = 1; i < lint->strips->len; i++) {
		if (strips[i].at >= strips[i - 1].end)
			continue;
		lint->findings->page = strips[i].page;
		found(lint->findings, RULE_STRIP_OVERLAP, "a strip overlaps one of page %u",
		      strips[i - 1].page);
	}
}

/* ---- the file ---- */

static unsigned int lint_page(struct lint *lint)
{
	uint32_t compression = number(lint, TIFFTAG_COMPRESSION, COMPRESSION_NONE);

	lint_place(lint);
	lint_fields(lint);
	lint_pixels(lint);
	lint_coding(lint, compression);
	lint_options(lint, compression);
	lint_resolution(lint);
	lint_strips(lint, compression);
	return lint_page_number(lint);
}

/* Has the chain of directories come to an end that is none? */
static bool is_astray(struct lint *lint, uint32_t at)
{
	for (unsigned int i = 0; i < lint->ifds->len; i++) {
		if (g_array_index(lint->ifds, uint32_t, i) == at) {
			found(lint->findings, RULE_IFD_LOOP,
			      "the next IFD (at %u) is that of page %u again", at, i + 1);
			return true;
		}
	}
	if (lint->ifds->len == PAGES_MAX) {
		found(lint->findings, RULE_IFD_LOOP, "more than %d pages", PAGES_MAX);
		return true;
	}
	if (!ifd_read(&lint->file, at, &lint->ifd)) {
		found(lint->findings, RULE_IFD_CUT_OFF,
		      "the next IFD (at %u) lies beyond the end of the file", at);
		return true;
	}
	return false;
}

static void lint_pages(struct lint *lint, uint32_t at)
{
	unsigned int total = 0;

	for (; at && !is_astray(lint, at); at = lint->ifd.next) {
		lint->findings->page++;
		total = lint_page(lint);
		g_array_append_val(lint->ifds, at);
	}
	if (total && total != lint->findings->page)
		found(lint->findings, RULE_PAGE_NUMBER, "PageNumber tells of %u pages, there are %u",
		      total, lint->findings->page);
}

void lint_tiff(struct findings *findings, const void *data, uint64_t bytes)
{
	struct lint lint = { .findings = findings };
	uint32_t first = ifd_open(&lint.file, data, bytes);

	findings->page = 0;
	findings->left = PROFILES;
	if (!first) {
		found(findings, RULE_NO_TIFF,
		      "it does not begin with II or MM, 42 and the offset of an IFD");
		return;
	}
	if (lint.file.big_endian)
		found(findings, RULE_BYTE_ORDER, "big-endian (MM)");
	if (first != 8)
		found(findings, RULE_FIRST_IFD, "the first IFD is at offset %u, not 8", first);
	lint.strips = g_array_new(FALSE, FALSE, sizeof(struct range));
	lint.ifds = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	lint_pages(&lint, first);
	lint_overlap(&lint);
	g_array_free(lint.ifds, TRUE);
	g_array_free(lint.strips, TRUE);
	findings->page = 0;
}
