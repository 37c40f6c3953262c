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
		fprintf(stderr, "ifax-codec: no memory for %u lines of %u pixels\n", lines,
			width_px);
	return image->rows;
}

void image_free(struct image *image)
{
	free(image->rows);
	image->rows = NULL;
}

/* A comment counts as the end of its line */
static int header_char(FILE *from)
{
	int c = getc(from);

	if (c == '#')
		while (c != '\n' && c != EOF)
			c = getc(from);
	return c;
}

/* A number of the header, behind white space; one white space ends it */
static bool header_number(FILE *from, u32 most, u32 *value)
{
	int c = header_char(from);
	u64 number = 0;

	while (isspace(c))
		c = header_char(from);
	if (!isdigit(c))
		return false;
	for (; isdigit(c) && number <= most; c = header_char(from))
		number = number * 10 + c - '0';
	*value = number;
	return isspace(c) && number <= most;
}

/* Grey of 0 to @white to black and white, line by line */
static bool read_grey(FILE *from, struct ifax_grey_format fmt, u32 white, struct image *image)
{
	struct ifax_grey *grey;
	bool good = false;
	u8 *line, *mem;
	u32 x, y;

	fmt.width_px = image->width_px;
	line = malloc(fmt.width_px);
	mem = malloc(ifax_grey_size(&fmt));
	if (!line || !mem)
		goto out;
	grey = ifax_grey_init(mem, &fmt);
	for (y = 0; y < image->lines; y++) {
		if (fread(line, 1, fmt.width_px, from) != fmt.width_px)
			goto out;
		for (x = 0; x < fmt.width_px && white != 255; x++)
			line[x] = line[x] >= white ? 255 : (line[x] * 255 + white / 2) / white;
		ifax_grey_lines(grey, line, 0, 1, image->rows + y * image->stride, 0);
	}
	good = true;
out:
	free(line);
	free(mem);
	return good;
}

/* What is in the header; false with a message */
static bool read_header(FILE *from, const char *name, int kind, u32 *width_px, u32 *lines,
			u32 *white)
{
	if (!header_number(from, IFAX_WIDTH_PX_MAX, width_px) || !*width_px ||
	    !header_number(from, IMAGE_BYTES_MAX, lines) || !*lines) {
		fprintf(stderr, "%s: the header wants a width of 1 to %u and a height\n", name,
			IFAX_WIDTH_PX_MAX);
		return false;
	}
	*white = 1;
	if (kind == '4')
		return true;
	if (!header_number(from, 65535, white) || !*white) {
		fprintf(stderr, "%s: the header wants a white of 1 to 255\n", name);
		return false;
	}
	if (*white > 255) {
		fprintf(stderr, "%s: grey of 16 bits (white is %u): only 8 bits are read; "
			"try pamdepth 255\n", name, *white);
		return false;
	}
	return true;
}

int image_read(FILE *from, const char *name, const struct ifax_grey_format *grey,
	       struct image *image)
{
	u32 width_px, lines, white;
	int c = getc(from), kind;
	bool good;

	while (isspace(c))
		c = getc(from);
	if (c == EOF && ferror(from))
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
	if (c == EOF)
		return ferror(from) ? -1 : 0;
	kind = getc(from);
	if (c != 'P' || (kind != '4' && kind != '5')) {
		fprintf(stderr, "%s: not a PBM (P4) or PGM (P5) file%s\n", name,
			c == 'P' && (kind == '1' || kind == '2') ?
			", but a plain one: try pnmtopnm" : "");
		return -1;
	}
	if (!read_header(from, name, kind, &width_px, &lines, &white) ||
	    !image_new(image, width_px, lines))
		return -1;
	if (kind == '5')
		good = read_grey(from, *grey, white, image);
	else
		good = fread(image->rows, image->stride, lines, from) == lines;
	if (good)
		return 1;
	fprintf(stderr, "%s: ends before its %u lines of %u pixels do\n", name, lines, width_px);
	image_free(image);
	return -1;
}

bool image_equal(const struct image *a, const struct image *b)
{
	u32 rest = a->width_px % 8;
	u32 x, y;

	if (a->width_px != b->width_px || a->lines != b->lines)
		return false;
	for (y = 0; y < a->lines; y++) {
		for (x = 0; x < a->stride; x++) {
			u8 differ = a->rows[y * a->stride + x] ^ b->rows[y * b->stride + x];

			if (x == a->stride - 1 && rest)
				differ >>= 8 - rest;
			if (differ)
				return false;
		}
	}
	return true;
}

FILE *open_file(const char *path, const char *mode)
{
	FILE *file;

	if (!strcmp(path, "-"))
		return mode[0] == 'r' ? stdin : stdout;
	file = fopen(path, mode);
	if (!file)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return file;
}

bool close_file(FILE *file, const char *path)
{
	if (!file || !fclose(file))
		return true;
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return false;
}

bool image_write(FILE *to, const char *name, const struct image *image)
{
	fprintf(to, "P4\n%u %u\n", image->width_px, image->lines);
	if (fwrite(image->rows, image->stride, image->lines, to) == image->lines && !fflush(to))
		return true;
	fprintf(stderr, "%s: %s\n", name, strerror(errno));
	return false;
}
