// SPDX-License-Identifier: GPL-2.0
/*
 * ifax scan: the sheets in the feeder become the pages of a TIFF file
 *
 * The strips of the file are what the kernel has coded, byte for byte. The file
 * appears under its name once it is complete.
 */
#include <errno.h>
#include <getopt.h>
#include <libifax.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../agent/paper/page_file.h"
#include "../message/page_form.h"
#include "../message/tiff_write.h"
#include "command.h"

#define A4_WIDTH_PX	1728	/* at 204 dpi, T.4 */
#define A4_X_DPI	204
#define DATA_BYTES	65536

/**
 * struct scan - a scan and what was asked for
 * @device: name of the scanner
 * @path: name of the TIFF file
 * @format: form of the pages; zeros are what is usual
 * @sheets: most sheets, 0: all
 * @fd: scanner
 * @pages: page file, from which the TIFF is made
 * @is_bad: a page is missing, or is not what it should be
 */
struct scan {
	const char *device;
	const char *path;
	struct ifax_format format;
	uint32_t sheets;
	int fd;
	struct page_writer pages;
	bool is_bad;
};

static enum exit_code failed(const struct scan *scan, const char *what, const char *why)
{
	fprintf(stderr, "ifax: %s: %s\n", what ? what : scan->device, why);
	return EXIT_FAILED;
}

static int set_format(struct scan *scan)
{
	struct ifax_format *format = &scan->format;
	int err;

	format->flags = page_form_flags(format->coding);
	if (!format->width_px)
		format->width_px = (A4_WIDTH_PX * format->x_dpi + A4_X_DPI / 2) / A4_X_DPI;
	err = ifax_try_format(scan->fd, format);
	return err ? err : ifax_set_format(scan->fd, format);
}

/* The paper was too long: what is there of it is a page, but not all of it */
static bool is_kept(const struct ifax_page_record *record)
{
	return record->lines &&
	       (record->status == IFAX_PAGE_OK || record->status == IFAX_PAGE_TRUNCATED);
}

/* How the page ended, for people; returns true if there may be another */
static bool end_page(struct scan *scan, const struct ifax_page_record *record)
{
	const char *end = ifax_page_status_text(record->status);
	bool is_ok = record->status == IFAX_PAGE_OK;

	fprintf(is_ok ? stdout : stderr, "page %u: %s, %u lines, %llu bytes%s\n", record->seq, end,
		record->lines, (unsigned long long)record->bytes,
		is_kept(record) ? "" : ", not in the file");
	fflush(stdout);
	scan->is_bad |= !is_ok;
	if (!is_kept(record)) {
		page_writer_drop(&scan->pages);
		return false;
	}
	if (page_writer_end(&scan->pages, record->lines, record->status)) {
		scan->is_bad = true;
		failed(scan, "page file", scan->pages.why);
		return false;
	}
	return record->flags & IFAX_PAGE_MORE &&
	       (!scan->sheets || scan->pages.pages < scan->sheets);
}

/* One page into the page file; 0, and @record filled in, or a negative errno */
static int take_page(struct scan *scan, struct ifax_page_record *record)
{
	static char data[DATA_BYTES];
	ssize_t n;
	int err;

	err = page_writer_begin(&scan->pages, &scan->format);
	while (!err && (n = ifax_read(scan->fd, data, sizeof(data))))
		err = n < 0 ? n : page_writer_data(&scan->pages, data, n);
	/* A device that was removed still has the record of its last page */
	return err && err != -ENODEV ? err : ifax_get_page(scan->fd, record);
}

/* The feeder goes on while a page is read, as long as the kernel has memory for it. */
static void scan_pages(struct scan *scan)
{
	struct ifax_page_record record;
	int err = ifax_start_pages(scan->fd, scan->sheets);

	do {
		err = err ? err : take_page(scan, &record);
		/* Between the record of a page and the next, the last sheet may be taken away */
		if (err == -ENODATA && scan->pages.pages)
			break;
		if (err) {
			scan->is_bad = true;
			failed(scan, NULL,
			       *scan->pages.why ? scan->pages.why : ifax_error_text(err));
			break;
		}
	} while (end_page(scan, &record));
	page_writer_drop(&scan->pages);
}

/* A file beside the one that is wanted, which takes its name when it is complete */
static int open_beside(const char *path, char *beside)
{
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	if (snprintf(beside, PATH_MAX, "%s.XXXXXX", path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkstemp(beside);
	if (fd >= 0)
		fchmod(fd, 0666 & ~mask);
	return fd;
}

static enum exit_code write_tiff(struct scan *scan, int fd, const char *beside)
{
	const struct page_range all = { .first = 1 };
	struct failure failure = { 0 };
	bool has_jbig;

	if (tiff_write(fd, scan->pages.fd, &all, &has_jbig, &failure) < 0)
		return failed(scan, scan->path, failure.text);
	if (fsync(fd) || rename(beside, scan->path))
		return failed(scan, scan->path, strerror(errno));
	printf("%s: %u pages, %s, %u pixels at %ux%u dpi\n", scan->path, scan->pages.pages,
	       ifax_coding_name(scan->format.coding), scan->format.width_px, scan->format.x_dpi,
	       scan->format.y_dpi);
	return scan->is_bad ? EXIT_FAILED : EXIT_GOOD;
}

/* No sheet moves before it is known that there is a place for it. */
static enum exit_code scan_to_tiff(struct scan *scan)
{
	FILE *file = tmpfile();
	char beside[PATH_MAX];
	enum exit_code code = EXIT_FAILED;
	int err, fd;

	if (!file || page_writer_init(&scan->pages, fileno(file)))
		return failed(scan, "temporary file", file ? scan->pages.why : strerror(errno));
	scan->fd = ifax_open_scanner(scan->device, 0);
	if (scan->fd < 0) {
		failed(scan, NULL, ifax_error_text(scan->fd));
		goto out_file;
	}
	err = set_format(scan);
	if (err) {
		failed(scan, NULL, ifax_error_text(err));
		goto out_device;
	}
	fd = open_beside(scan->path, beside);
	if (fd < 0) {
		failed(scan, scan->path, strerror(errno));
		goto out_device;
	}
	scan_pages(scan);
	if (scan->pages.pages)
		code = write_tiff(scan, fd, beside);
	unlink(beside);
	close(fd);
out_device:
	close(scan->fd);
out_file:
	fclose(file);
	return code;
}

static bool parse_resolution(const char *text, struct ifax_format *format)
{
	unsigned int x_dpi, y_dpi;
	char end;

	if (sscanf(text, "%ux%u%c", &x_dpi, &y_dpi, &end) != 2 || !x_dpi || x_dpi > UINT16_MAX ||
	    !y_dpi || y_dpi > UINT16_MAX)
		return false;
	format->x_dpi = x_dpi;
	format->y_dpi = y_dpi;
	return true;
}

static bool parse_u32(const char *text, uint32_t *number)
{
	long long value;

	if (!parse_number(text, &value) || value > UINT32_MAX)
		return false;
	*number = value;
	return true;
}

enum exit_code do_scan(int argc, char **argv)
{
	static const struct option known[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "coding", required_argument, NULL, 'c' },
		{ "resolution", required_argument, NULL, 'r' },
		{ "width", required_argument, NULL, 'w' },
		{ "length", required_argument, NULL, 'l' },
		{ "sheets", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct scan scan = {
		.device = "scan0",
		.format = { .coding = IFAX_CODING_MMR, .x_dpi = A4_X_DPI, .y_dpi = 196 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "d:c:r:w:l:n:h", known, NULL)) != -1) {
		switch (c) {
		case 'd':
			scan.device = optarg;
			break;
		case 'c':
			if (ifax_coding_by_name(optarg, &scan.format.coding))
				return bad_usage("the codings are mh, mr, mmr, jbig and raw");
			break;
		case 'r':
			if (!parse_resolution(optarg, &scan.format))
				return bad_usage("--resolution takes dots per inch, as in 204x196");
			break;
		case 'w':
			if (!parse_u32(optarg, &scan.format.width_px))
				return bad_usage("--width takes pixels, as in --width=1728");
			break;
		case 'l':
			if (!parse_u32(optarg, &scan.format.length_lines))
				return bad_usage("--length takes lines, as in --length=2292");
			break;
		case 'n':
			if (!parse_u32(optarg, &scan.sheets))
				return bad_usage("--sheets takes a number, as in --sheets=1");
			break;
		default:
			return other_option(c);
		}
	}
	if (optind != argc - 1)
		return bad_usage("scan needs the name of one TIFF file");
	scan.path = argv[optind];
	return scan_to_tiff(&scan);
}
