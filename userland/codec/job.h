/* SPDX-License-Identifier: GPL-2.0 */
/* What the command line asks for, and the commands. */
#ifndef IFAX_CODEC_JOB_H
#define IFAX_CODEC_JOB_H

#include "page_codec.h"

/**
 * struct job - what to do
 * @fmt: format of the coded data; transcode: of what comes out
 * @from: transcode: of what goes in
 * @grey: how grey becomes black and white
 * @dpi: resolution to write into a TIFF, 0: as it comes
 * @scaled: @scale_from and @scale_to are given
 * @scale_from: resolution of the page
 * @scale_to: what it becomes
 * @verify: decode again and compare
 * @conceal: conceal wrong lines
 * @replaced_lines: splice: lines that the band takes the place of
 * @in: file to read
 * @out: file to write; NULL: none
 * @band: splice: file with the band
 * @band_image: what is in it
 */
struct job {
	struct ifax_codec_format fmt;
	struct ifax_codec_format from;
	struct ifax_grey_format grey;
	u32 dpi[2];
	bool scaled;
	u32 scale_from[2];
	u32 scale_to[2];
	bool verify;
	bool conceal;
	u32 replaced_lines;
	const char *in;
	const char *out;
	const char *band;
	const struct image *band_image;
};

#define DPI_DEFAULT	{ 204, 196 }

/* The exit status of the program: 0 or 1, with messages */
int job_encode(struct job *job);
int job_decode(struct job *job);
int job_transcode(struct job *job);
int job_splice(struct job *job);

/* The scale of this page by @job, if it asks for one; false with a message */
bool job_scale(const struct job *job, struct page_source *source);

/* Does the coded page decode to @image? False with a message, too, if not */
bool job_verify(const char *name, u32 page, const struct ifax_codec_format *fmt,
		const struct coded_page *coded, const struct image *image);

#endif
