// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

bool image_new(struct image *image, u32 width_px, u32 lines)
{
	image->width_px = width_px;
	image->lines = lines;
	image->stride = (width_px + 7) / 8;
	image->rows = NULL;
	if ((u64)lines * image->stride > IMAGE_BYTES_MAX) {
		fprintf(stderr, "ifax-codec: a page of %u lines of %u pixels is too large\n", lines,
			width_px);
		return false;
	}
	image->rows = calloc(lines ? lines : 1, image->stride);
	if (!image->rows)
		fprintf(stderr, "ifax-codec: no memory for %u lines of %u pixels\n", lines, width_px);
	return image->rows;
}

void image_free(struct image *image)
{
	free(image->rows);
	image->rows = NULL;
}

/* A number of the header, behind white space and comments; one white space ends it */
static bool header_number(FILE *from, u32 most, u32 *value)
{
	int c = getc(from);
	u64 number = 0;

	for (; isspace(c) || c == '#'; c = getc(from)) {
		if (c != '#')
			continue;
		while (c != '\n' && c != EOF)
			c = getc(from);
	}
	if (!isdigit(c))
		return false;
	for (; isdigit(c) && number <= most; c = getc(from))
		number = number * 10 + c - '0';
	*value = number;
	return isspace(c) && number <= most;
}

static bool read_grey(FILE *from, const struct image_grey *grey, u32 white, struct image *image)
{
	u8 *line = malloc(image->width_px);
	bool good = line;
	u32 x, y;

	for (y = 0; y < image->lines && good; y++) {
		good = fread(line, 1, image->width_px, from) == image->width_px;
		for (x = 0; x < image->width_px && good; x++)
			if (line[x] * 255 < grey->threshold * white)
				image->rows[y * image->stride + x / 8] |= 0x80 >> x % 8;
	}
	free(line);
	return good;
}

int image_read(FILE *from, const char *name, const struct image_grey *grey, struct image *image)
{
	u32 width_px, lines, white = 1;
	int c = getc(from), kind;
	bool good;

	while (isspace(c))
		c = getc(from);
	if (c == EOF && !ferror(from))
		return 0;
	kind = getc(from);
	if (c != 'P' || (kind != '4' && kind != '5')) {
		fprintf(stderr, "%s: not a PBM (P4) or PGM (P5) file\n", name);
		return -1;
	}
	if (!header_number(from, IFAX_WIDTH_PX_MAX, &width_px) || !width_px ||
	    !header_number(from, IMAGE_BYTES_MAX, &lines) ||
	    (kind == '5' && (!header_number(from, 255, &white) || !white))) {
		fprintf(stderr, "%s: the header wants a width of 1 to %u, a height%s\n", name,
			IFAX_WIDTH_PX_MAX, kind == '5' ? " and a white of 1 to 255" : "");
		return -1;
	}
	if (!image_new(image, width_px, lines))
		return -1;
	if (kind == '5')
		good = read_grey(from, grey, white, image);
	else
		good = fread(image->rows, image->stride, lines, from) == lines;
	if (good)
		return 1;
	fprintf(stderr, "%s: ends before its %u lines of %u pixels do\n", name, lines, width_px);
	image_free(image);
	return -1;
}

bool image_write(FILE *to, const char *name, const struct image *image)
{
	fprintf(to, "P4\n%u %u\n", image->width_px, image->lines);
	if (fwrite(image->rows, image->stride, image->lines, to) == image->lines && !fflush(to))
		return true;
	fprintf(stderr, "%s: %s\n", name, strerror(errno));
	return false;
}
