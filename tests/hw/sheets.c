// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of a document to a printer, and what has to be on its sheets then.
 *
 *	sheets print DEVICE X_DPI Y_DPI [NAME=VALUE]... < PBM...
 *	sheets expect DEVICE X_DPI Y_DPI papers=XxY[,XxY]... [NAME=VALUE]... < PBM... > PBM...
 *
 * NAME is scaling, fit, paper, sides, copies, collate or wait: a field of struct
 * ifax_format. Standard error says how each page ended: "STATUS: N lines, N copies, N
 * sheets[, N spoilt]". "expect" opens the device for what it can do only. It scales
 * with the codec; turning and splitting are done pixel by pixel.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/ifax/fit.h>
#include "libifax.h"

#define PAPERS_MAX	8

/**
 * struct sheet - pixels
 * @width_px: pixels of a line
 * @lines: lines
 * @stride: bytes of a line
 * @rows: lines
 */
struct sheet {
	uint32_t width_px;
	uint32_t lines;
	size_t stride;
	uint8_t *rows;
};

static struct ifax_format format = { .coding = IFAX_CODING_RAW };
static struct ifax_fit_paper papers[PAPERS_MAX];
static uint32_t paper_count;

static int fail(int err)
{
	fprintf(stderr, "error: %s\n", strerrorname_np(-err));
	return 1;
}

static struct sheet sheet_new(uint32_t width_px, uint32_t lines)
{
	struct sheet sheet = { width_px, lines, (width_px + 7) / 8, NULL };

	sheet.rows = calloc(lines + 1, sheet.stride);
	if (!sheet.rows)
		abort();
	return sheet;
}

static bool read_pbm(struct sheet *sheet)
{
	uint32_t width_px, lines;

	if (scanf(" P4 %u %u", &width_px, &lines) != 2 || getchar() < 0)
		return false;
	*sheet = sheet_new(width_px, lines);
	return fread(sheet->rows, sheet->stride, lines, stdin) == lines;
}

/* ---- print ---- */

static int tell_record(int fd)
{
	struct ifax_page_record record;
	int err = ifax_get_page(fd, &record);

	if (err)
		return fail(err);
	fprintf(stderr, "%u: %u lines, %u copies, %u sheets", record.status, record.lines,
		record.copies, record.sheets);
	if (record.spoilt)
		fprintf(stderr, ", %u spoilt", record.spoilt);
	fputc('\n', stderr);
	return 0;
}

static int print_page(int fd, const struct sheet *sheet)
{
	int err;

	format.width_px = sheet->width_px;
	format.length_lines = sheet->lines;
	err = ifax_set_format(fd, &format);
	if (!err)
		err = ifax_write_all(fd, sheet->rows, sheet->stride * sheet->lines);
	return err ? err : ifax_commit(fd);
}

static int print(int fd)
{
	unsigned int pages = 0;
	struct sheet sheet;
	int err = 0;

	for (; !err && read_pbm(&sheet); pages++) {
		err = print_page(fd, &sheet);
		free(sheet.rows);
	}
	if (!err)
		err = ifax_finish(fd);
	if (err)
		return fail(err);
	while (pages--)
		err |= tell_record(fd);
	return err;
}

/* ---- expect ---- */

static bool pixel(const struct sheet *sheet, uint32_t x, uint32_t y)
{
	return sheet->rows[y * sheet->stride + x / 8] >> (7 - x % 8) & 1;
}

/* Against the clock: what was on the right is at the top */
static struct sheet turned(const struct sheet *sheet)
{
	struct sheet to = sheet_new(sheet->lines, sheet->width_px);
	uint32_t x, y;

	for (y = 0; y < to.lines; y++)
		for (x = 0; x < to.width_px; x++)
			if (pixel(sheet, sheet->width_px - 1 - y, x))
				to.rows[y * to.stride + x / 8] |= 0x80 >> x % 8;
	return to;
}

/* All of the page, whatever the length of the paper */
static struct sheet scaled(const struct sheet *sheet, const struct ifax_scale *scale)
{
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_RAW, .width_px = sheet->width_px };
	struct ifax_bytes in = {
		.at = sheet->rows, .end = sheet->rows + sheet->stride * sheet->lines,
	};
	void *memory = malloc(ifax_decoder_size(&fmt)), *scaler_memory;
	struct ifax_decoder *decoder = ifax_decoder_init(memory, &fmt, &in);
	struct sheet to = sheet_new(scale->width_px,
				    ifax_scaled(sheet->lines, scale->y_from, scale->y_to));
	struct ifax_scaler *scaler;

	scaler_memory = malloc(ifax_scaler_size(scale, &fmt));
	scaler = ifax_scaler_init(scaler_memory, scale, &fmt, decoder);
	if (ifax_scale_lines(scaler, to.rows, to.stride, to.lines) != to.lines)
		abort();
	free(scaler_memory);
	free(memory);
	return to;
}

static int expect_page(const struct ifax_caps *caps, const struct sheet *page)
{
	const struct ifax_fit_engine engine = {
		.resolution = caps->resolution, .resolutions = caps->resolutions,
		.width_px_min = caps->width_px_min, .width_px_max = caps->width_px_max,
		.lines_max = caps->length_lines_max, .paper = papers, .papers = paper_count,
	};
	const struct ifax_fit_page what = {
		page->width_px, page->lines, format.x_dpi, format.y_dpi, format.scaling,
		format.page_fit, !format.paper,
	};
	struct sheet upright, all;
	struct ifax_fit fit;
	uint32_t sheet;
	int err = ifax_fit_page(&fit, &what, &engine);

	if (err)
		return fail(err);
	upright = fit.turned ? turned(page) : *page;
	all = scaled(&upright, &fit.scale);
	for (sheet = 0; sheet < fit.sheets; sheet++) {
		uint32_t lines = ifax_fit_sheet_lines(&fit, sheet);

		printf("P4\n%u %u\n", all.width_px, lines);
		fwrite(all.rows + all.stride * ifax_fit_first_line(&fit, sheet), all.stride, lines,
		       stdout);
	}
	fprintf(stderr, "paper %u%s, %u %%, %u sheets\n", fit.paper, fit.turned ? ", turned" : "",
		fit.scale.x_to * 100 * (fit.turned ? format.y_dpi : format.x_dpi) /
		(fit.scale.x_from * fit.x_dpi), fit.sheets);
	return 0;
}

static int expect(int fd)
{
	struct ifax_caps caps;
	struct sheet sheet;
	int err = ifax_get_caps(fd, &caps);

	if (err)
		return fail(err);
	while (!err && read_pbm(&sheet)) {
		err = expect_page(&caps, &sheet);
		free(sheet.rows);
	}
	return err;
}

/* ---- what was asked for ---- */

static bool read_papers(const char *text)
{
	for (; *text && paper_count < PAPERS_MAX; text += *text == ',') {
		struct ifax_fit_paper *paper = &papers[paper_count++];
		int read = 0;

		if (sscanf(text, "%ux%u%n", &paper->x_dmm, &paper->y_dmm, &read) != 2)
			return false;
		text += read;
	}
	return !*text;
}

static bool read_field(const char *text)
{
	static const struct {
		const char *name;
		uint32_t *field;
	} fields[] = {
		{ "scaling=", &format.scaling }, { "fit=", &format.page_fit },
		{ "paper=", &format.paper }, { "sides=", &format.sides },
		{ "copies=", &format.copies }, { "collate=", &format.collate },
		{ "wait=", &format.wait_s },
	};
	size_t i;

	if (!strncmp(text, "papers=", 7))
		return read_papers(text + 7);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strncmp(text, fields[i].name, strlen(fields[i].name))) {
			*fields[i].field = atoi(text + strlen(fields[i].name));
			return true;
		}
	return false;
}

int main(int argc, char **argv)
{
	int i, fd, ret;

	if (argc < 5)
		return fail(-EINVAL);
	format.x_dpi = atoi(argv[3]);
	format.y_dpi = atoi(argv[4]);
	for (i = 5; i < argc; i++)
		if (!read_field(argv[i]))
			return fail(-EINVAL);
	fd = ifax_open_printer(argv[2], 0);
	if (fd < 0)
		return fail(fd);
	ret = !strcmp(argv[1], "expect") ? expect(fd) : print(fd);
	close(fd);
	return ret;
}
