// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"

bool read_all(FILE *from, const char *name, struct coded_page *coded)
{
	size_t room = 0;
	u8 *grown;

	*coded = (struct coded_page){ 0 };
	do {
		room = room ? room * 2 : 1 << 16;
		grown = room > IMAGE_BYTES_MAX ? NULL : realloc(coded->data, room);
		if (!grown) {
			fprintf(stderr, "%s: too large\n", name);
			goto err;
		}
		coded->data = grown;
		coded->bytes += fread(coded->data + coded->bytes, 1, room - coded->bytes, from);
	} while (coded->bytes == room);
	if (!ferror(from))
		return true;
	fprintf(stderr, "%s: %s\n", name, strerror(errno));
err:
	free(coded->data);
	coded->data = NULL;
	return false;
}

static bool is_tiff(const struct coded_page *file)
{
	/* 42, or 43 in a BigTIFF */
	return file->bytes >= 8 && (!memcmp(file->data, "II*\0", 4) ||
				    !memcmp(file->data, "MM\0*", 4) ||
				    !memcmp(file->data, "II+\0", 4) ||
				    !memcmp(file->data, "MM\0+", 4));
}

bool input_open(struct input *in, const char *name)
{
	FILE *from;
	bool good;

	*in = (struct input){ .name = name };
	from = open_file(name, "r");
	if (!from)
		return false;
	good = read_all(from, name, &in->file);
	if (from != stdin)
		fclose(from);
	if (!good || !is_tiff(&in->file))
		return good;
	in->memory = (struct tiff_file){ in->file.data, in->file.bytes, 0 };
	in->tiff = tiff_open(&in->memory, name);
	if (!in->tiff)
		input_close(in);
	return in->tiff;
}

void input_close(struct input *in)
{
	if (in->tiff) {
		/* nothing is written back */
		TIFFSetMode(in->tiff, O_RDONLY);
		TIFFClose(in->tiff);
	}
	free(in->file.data);
}

static const char *expected(const struct page_source *source)
{
	bool two = source->fmt.coding == IFAX_CODING_MMR || source->fmt.coding == IFAX_CODING_MR;

	switch (source->report.fault) {
	case IFAX_FAULT_CODE:
		return two ? "a mode (T.4 table 4, T.6 table 1), or behind a horizontal one a run"
			   : "the word of a run (T.4 tables 2 and 3)";
	case IFAX_FAULT_LONG:
		return "the line to end at its width";
	case IFAX_FAULT_BACK:
		return "a change behind the one before";
	case IFAX_FAULT_EOL:
		if (source->fmt.coding == IFAX_CODING_MMR)
			return "a mode, or an EOFB: two EOLs";
		return two ? "one EOL with a tag bit before each line, or six at the end"
			   : "runs, with at most one EOL before them, or six EOLs at the end";
	case IFAX_FAULT_SHORT:
		return "further data";
	case IFAX_FAULT_UNCOMPRESSED:
	case IFAX_FAULT_EXTENSION:
		return "modes without extensions";
	case IFAX_FAULT_HEADER:
		return "the header of a T.85 page of that width";
	default:
		return "nothing else";
	}
}

/* The next bits of the data, as they come */
static void tell_bits(const struct page_source *source)
{
	u64 bit, end = source->coded.bytes * 8ULL;
	u32 first = source->fmt.flags & IFAX_FMT_LSB_FIRST ? 0 : 7;

	fprintf(stderr, "; the next bits are ");
	for (bit = source->report.bit; bit < end && bit < source->report.bit + 24; bit++)
		putc('0' + (source->coded.data[bit / 8] >> (bit % 8 ^ first) & 1), stderr);
	fprintf(stderr, "%s", bit == end ? " and the end" : "");
}

void input_tell_fault(const struct input *in, const struct page_source *source, u32 before)
{
	const struct ifax_fault_report *report = &source->report;

	if (source->damage.bad_lines)
		fprintf(stderr, "%s: page %u: %u wrong lines concealed, the first one %u, "
			"%u in a row at most\n", in->name, in->page, source->damage.bad_lines,
			before + source->damage.first_line, source->damage.longest_run);
	if (!report->fault)
		return;
	fprintf(stderr, "%s: page %u, line %u, bit %llu: %s; expected: %s", in->name, in->page,
		before + report->line, report->bit, ifax_fault_text(report->fault),
		expected(source));
	if (report->fault != IFAX_FAULT_SHORT && report->fault != IFAX_FAULT_HEADER)
		tell_bits(source);
	fprintf(stderr, "\n");
}

/* All strips of a page into one, in the coding that they have */
static int join_strips(struct input *in, struct page_source *source, bool *sound)
{
	struct page_writer writer;
	u32 i, lines = 0;
	int status = -1;

	source->fmt.flags |= IFAX_FMT_END;
	source->fmt.length_lines = 0;
	if (!writer_begin(&writer, &source->fmt))
		goto out;
	for (i = 0; i < in->strips; i++) {
		struct page_source strip = { .fmt = source->fmt, .conceal = source->conceal };

		if (!tiff_strip(in->tiff, in->name, i, &strip.coded, &strip.fmt.length_lines)) {
			*sound = false;
			break;
		}
		if (!page_append(&strip, &writer)) {
			free(strip.coded.data);
			goto out;
		}
		input_tell_fault(in, &strip, lines);
		free(strip.coded.data);
		lines = writer.lines;
		if (strip.damage.bad_lines)
			*sound = false;
		if (strip.report.fault) {
			*sound = false;
			break;
		}
	}
	if (!writer_end(&writer))
		goto out;
	source->fmt.length_lines = lines;
	source->coded = writer.coded;
	writer.coded.data = NULL;
	status = 1;
out:
	writer_free(&writer);
	return status;
}

static int tiff_page(struct input *in, struct page_source *source, u32 dpi[2], bool *sound)
{
	u32 told[2], lines;

	if (in->ended || (in->page && TIFFLastDirectory(in->tiff)))
		return 0;
	if (in->page++ && !TIFFReadDirectory(in->tiff)) {
		fprintf(stderr, "%s: page %u cannot be found\n", in->name, in->page);
		in->ended = true;
		return -1;
	}
	if (!tiff_format(in->tiff, in->name, &source->fmt, told))
		return -1;
	if (told[0] && told[1]) {
		dpi[0] = told[0];
		dpi[1] = told[1];
	}
	in->strips = tiff_strips(in->tiff);
	if (in->strips > 1)
		return join_strips(in, source, sound);
	return tiff_strip(in->tiff, in->name, 0, &source->coded, &lines) ? 1 : -1;
}

int input_page(struct input *in, struct page_source *source, u32 dpi[2], bool *sound)
{
	*sound = true;
	source->coded = (struct coded_page){ 0 };
	if (in->tiff)
		return tiff_page(in, source, dpi, sound);
	if (in->page)
		return 0;
	in->page = 1;
	in->strips = 1;
	/* the page is the caller's from now on */
	source->coded = in->file;
	in->file.data = NULL;
	return 1;
}
