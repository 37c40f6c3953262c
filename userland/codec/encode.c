// SPDX-License-Identifier: GPL-2.0
/* ifax-codec encode: pictures to coded pages. */
#include <stdlib.h>

#include "job.h"
#include "output.h"

bool job_verify(const char *name, u32 page, const struct ifax_codec_format *fmt,
		const struct coded_page *coded, const struct image *image)
{
	struct page_source source = { .fmt = *fmt, .coded = *coded };
	struct image again;
	bool same;

	source.fmt.length_lines = image->lines;
	if (!page_decode(&source, &again))
		return false;
	same = !source.report.fault && image_equal(image, &again);
	if (!same)
		fprintf(stderr, "%s: page %u does not decode to what it was: %s\n", name, page,
			source.report.fault ? ifax_fault_text(source.report.fault) :
					      "other pixels");
	image_free(&again);
	return same;
}

static bool encode_one(struct job *job, const struct image *image, u32 page, struct output *out)
{
	u32 dpi[2] = DPI_DEFAULT;
	struct coded_page coded;
	bool good;

	job->fmt.width_px = image->width_px;
	job->fmt.length_lines = image->lines;
	if (!page_encode(&job->fmt, image, &coded))
		return false;
	good = (!job->verify || job_verify(job->in, page, &job->fmt, &coded, image)) &&
	       output_page(out, &job->fmt, &coded, image->lines, job->dpi[0] ? job->dpi : dpi);
	free(coded.data);
	return good;
}

int job_encode(struct job *job)
{
	FILE *from = open_file(job->in, "r");
	struct output out;
	struct image image;
	int status = -1;
	u32 page = 0;

	if (!from)
		return 1;
	if (!output_open(&out, job->out))
		goto out_from;
	for (;;) {
		status = image_read(from, job->in, &job->grey, &image);
		if (status <= 0)
			break;
		if (!encode_one(job, &image, ++page, &out))
			status = -1;
		image_free(&image);
		if (status < 0)
			break;
	}
	if (!status && !page) {
		fprintf(stderr, "%s: no page\n", job->in);
		status = -1;
	}
	if (!output_close(&out))
		status = -1;
out_from:
	if (from != stdin)
		fclose(from);
	return status ? 1 : 0;
}
