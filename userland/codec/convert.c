// SPDX-License-Identifier: GPL-2.0
/* ifax-codec transcode and splice: coded pages to coded pages. */
#include <errno.h>
#include <stdlib.h>

#include <linux/ifax/splice.h>
#include "input.h"
#include "job.h"
#include "output.h"

/* What is known of a page that becomes another one */
struct page {
	struct page_source source;
	u32 dpi[2];
	bool sound;
};

/* One page to another; false with a message. The caller frees @coded->data */
typedef bool (*convert_page)(struct job *job, const struct input *in, struct page *page,
			     struct ifax_codec_format *to, struct coded_page *coded, u32 *lines);

static int convert(struct job *job, const struct ifax_codec_format *from, convert_page one)
{
	struct output out;
	struct input in;
	bool good = true;
	int status;

	if (!input_open(&in, job->in))
		return 1;
	if (!output_open(&out, job->out)) {
		input_close(&in);
		return 1;
	}
	for (;;) {
		struct page page = { .source.fmt = *from, .source.conceal = job->conceal,
				     .dpi = DPI_DEFAULT };
		struct coded_page coded = { 0 };
		struct ifax_codec_format to;
		u32 lines;

		status = input_page(&in, &page.source, page.dpi, &page.sound);
		if (!status)
			break;
		if (status < 0 || !one(job, &in, &page, &to, &coded, &lines) ||
		    !output_page(&out, &to, &coded, lines, job->dpi[0] ? job->dpi : page.dpi) ||
		    !page.sound)
			good = false;
		free(coded.data);
		free(page.source.coded.data);
	}
	if (!output_close(&out))
		good = false;
	input_close(&in);
	return !good;
}

static bool verify(const struct input *in, struct page_source *source,
		   const struct ifax_codec_format *to, const struct coded_page *coded)
{
	struct image image;
	bool same;

	if (!page_decode(source, &image))
		return false;
	same = job_verify(in->name, in->page, to, coded, &image);
	image_free(&image);
	return same;
}

static bool transcode_one(struct job *job, const struct input *in, struct page *page,
			  struct ifax_codec_format *to, struct coded_page *coded, u32 *lines)
{
	struct page_source *source = &page->source;
	u32 length = source->fmt.length_lines;

	if (!job_scale(job, source))
		return false;
	*to = job->fmt;
	to->width_px = source->scaled ? source->scale.width_px : source->fmt.width_px;
	to->length_lines = 0;
	if (length)
		to->length_lines = source->scaled ?
			ifax_scaled(length, source->scale.y_from, source->scale.y_to) : length;
	if (!page_transcode(source, to, coded, lines))
		return false;
	input_tell_fault(in, source, 0);
	if (source->report.fault || source->damage.bad_lines)
		page->sound = false;
	if (source->scaled) {
		page->dpi[0] = job->scale_to[0];
		page->dpi[1] = job->scale_to[1];
	}
	if (to->length_lines && to->length_lines != *lines) {
		/* JBIG says at its begin how many lines there are: begin anew */
		to->length_lines = 0;
		free(coded->data);
		coded->data = NULL;
		if (!page_transcode(source, to, coded, lines))
			return false;
	}
	return !job->verify || verify(in, source, to, coded);
}

int job_transcode(struct job *job)
{
	return convert(job, &job->from, transcode_one);
}

/* Decode the joined page: how many lines it has, and whether it is sound */
static bool look_at(const struct input *in, struct page *page, struct page_source *joined,
		    u32 *lines)
{
	struct image image;

	if (!page_decode(joined, &image))
		return false;
	*lines = image.lines;
	image_free(&image);
	input_tell_fault(in, joined, 0);
	if (joined->report.fault)
		page->sound = false;
	return true;
}

static bool splice_one(struct job *job, const struct input *in, struct page *page,
		       struct ifax_codec_format *to, struct coded_page *coded, u32 *lines)
{
	struct page_source *source = &page->source;
	const struct image *band = job->band_image;
	struct ifax_splice splice = {
		source->fmt, source->coded.data, source->coded.bytes, job->replaced_lines,
		band->rows, band->stride, band->lines,
	};
	size_t room = ifax_splice_bound(&splice);
	struct page_source joined;
	void *mem;
	int err;

	if (band->width_px != source->fmt.width_px) {
		fprintf(stderr, "%s: page %u has lines of %u pixels, %s of %u\n", in->name,
			in->page, source->fmt.width_px, job->band, band->width_px);
		return false;
	}
	mem = malloc(ifax_splice_size(&source->fmt));
	coded->data = malloc(room);
	if (!mem || !coded->data) {
		fprintf(stderr, "ifax-codec: no memory for the page\n");
		free(mem);
		return false;
	}
	err = ifax_splice(mem, &splice, coded->data, room, &coded->bytes, &source->report);
	free(mem);
	if (err == -EBADMSG)
		input_tell_fault(in, source, 0);
	else if (err)
		fprintf(stderr, "%s: page %u: %s\n", in->name, in->page, err == -EOPNOTSUPP ?
			"to a page of JBIG nothing can be spliced: transcode it" :
			"it has fewer lines than are to be replaced");
	if (err)
		return false;
	joined = (struct page_source){ .fmt = source->fmt, .coded = *coded };
	if (joined.fmt.length_lines)
		joined.fmt.length_lines += band->lines - job->replaced_lines;
	*to = joined.fmt;
	return look_at(in, page, &joined, lines);
}

int job_splice(struct job *job)
{
	FILE *from = open_file(job->band, "r");
	struct image band;
	int status;

	if (!from)
		return 1;
	status = image_read(from, job->band, &job->grey, &band);
	if (from != stdin)
		fclose(from);
	if (!status)
		fprintf(stderr, "%s: no page\n", job->band);
	if (status <= 0)
		return 1;
	job->band_image = &band;
	status = convert(job, &job->fmt, splice_one);
	image_free(&band);
	return status;
}
