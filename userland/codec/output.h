/* SPDX-License-Identifier: GPL-2.0 */
/* Where coded pages go: a TIFF, which can hold many, or a file of one. */
#ifndef IFAX_CODEC_OUTPUT_H
#define IFAX_CODEC_OUTPUT_H

#include "tiff.h"

struct output {
	const char *name;
	TIFF *tiff;
	FILE *file;
	u32 pages;
};

/* Is it the name of a TIFF? */
bool output_is_tiff(const char *name);

/* All of them: false with a message */
bool output_open(struct output *out, const char *name);
bool output_page(struct output *out, const struct ifax_codec_format *fmt,
		 const struct coded_page *coded, u32 lines, const u32 dpi[2]);
bool output_close(struct output *out);

#endif
