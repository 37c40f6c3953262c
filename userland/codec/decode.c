// SPDX-License-Identifier: GPL-2.0
/* ifax-codec decode and check: coded pages to pictures, or to nowhere. */
#include <stdlib.h>

#include "input.h"
#include "job.h"

bool job_scale(const struct job *job, struct page_source *source)
{
	const u32 *from = job->scale_from, *to = job->scale_to;

	source->scaled = job->scaled;
	if (!job->scaled)
		return true;
	source->scale = (struct ifax_scale){
		from[0], to[0], from[1], to[1],
		ifax_scaled(source->fmt.width_px, from[0], to[0]), 0, 0,
	};
	if (!ifax_scale_ok(&source->scale, &source->fmt))
		return true;
	fprintf(stderr, "%s: a page of %u pixels becomes too wide\n", job->in,
		source->fmt.width_px);
	return false;
}

static bool decode_one(const struct job *job, const struct input *in, struct page_source *source,
		       FILE *to)
{
	struct image image;
	bool good;

	if (!job_scale(job, source) || !page_decode(source, &image))
		return false;
	input_tell_fault(in, source, 0);
	good = !source->report.fault && !source->damage.bad_lines;
	/* a page without a line is no picture */
	if (to && image.lines && !image_write(to, job->out, &image))
		good = false;
	image_free(&image);
	return good;
}

int job_decode(struct job *job)
{
	struct input in;
	FILE *to = NULL;
	bool good = false;
	int status;

	if (!input_open(&in, job->in))
		return 1;
	if (job->out) {
		to = open_file(job->out, "w");
		if (!to)
			goto out;
	}
	good = true;
	for (;;) {
		struct page_source source = { .fmt = job->fmt, .conceal = job->conceal };
		u32 dpi[2];
		bool sound;

		status = input_page(&in, &source, dpi, &sound);
		if (!status)
			break;
		if (status < 0 || !decode_one(job, &in, &source, to) || !sound)
			good = false;
		free(source.coded.data);
	}
	if (!close_file(to, job->out))
		good = false;
out:
	input_close(&in);
	return !good;
}
