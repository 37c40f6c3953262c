// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "output.h"

bool output_is_tiff(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (!strcasecmp(dot, ".tif") || !strcasecmp(dot, ".tiff"));
}

bool output_open(struct output *out, const char *name)
{
	*out = (struct output){ .name = name };
	if (output_is_tiff(name))
		out->tiff = tiff_create(name);
	else
		out->file = open_file(name, "w");
	return out->tiff || out->file;
}

bool output_page(struct output *out, const struct ifax_codec_format *fmt,
		 const struct coded_page *coded, u32 lines, const u32 dpi[2])
{
	if (out->tiff && !lines) {
		fprintf(stderr, "%s: a TIFF has no pages without lines\n", out->name);
		return false;
	}
	if (out->tiff)
		return tiff_append(out->tiff, fmt, coded, lines, dpi);
	if (out->pages++) {
		fprintf(stderr, "%s: more than one page: only a TIFF can hold them\n", out->name);
		return false;
	}
	if (fwrite(coded->data, 1, coded->bytes, out->file) == coded->bytes)
		return true;
	fprintf(stderr, "%s: %s\n", out->name, strerror(errno));
	return false;
}

bool output_close(struct output *out)
{
	if (out->tiff)
		TIFFClose(out->tiff);
	return close_file(out->file, out->name);
}
