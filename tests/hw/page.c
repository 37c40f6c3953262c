// SPDX-License-Identifier: GPL-2.0
/*
 * One page through a device, for scripts.
 *
 *	page scan DEVICE WIDTH X_DPI Y_DPI [MOST_LINES] > PBM
 *	page code DEVICE WIDTH X_DPI Y_DPI > MMR
 *	page grey DEVICE WIDTH X_DPI Y_DPI BINARISATION THRESHOLD > PBM
 *	page front DEVICE WIDTH X_DPI Y_DPI > PBM		first of both sides
 *	page sides DEVICE WIDTH X_DPI Y_DPI > PBM...	all sheets, both sides
 *	page print DEVICE X_DPI Y_DPI < PBM
 *
 * Standard error says how it ended: "STATUS: N lines[, more][, back]", with the number
 * of enum ifax_page_status, or "error: ERRNO". Exit code 0 if there was a page.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libifax.h"

#define PAGE_BYTES_MAX	(32 << 20)

static int fail(int err)
{
	fprintf(stderr, "error: %s\n", strerrorname_np(-err));
	return 1;
}

/* Returns 1 if another page follows */
static int record_tell(int fd)
{
	struct ifax_page_record record;
	int ret;

	ret = ifax_get_page(fd, &record);
	if (ret)
		return -fail(ret);
	fprintf(stderr, "%u: %u lines%s%s\n", record.status, record.lines,
		record.flags & IFAX_PAGE_MORE ? ", more" : "",
		record.flags & IFAX_PAGE_BACK ? ", back" : "");
	return !!(record.flags & IFAX_PAGE_MORE);
}

static int scan_page(int fd, const struct ifax_format *format, char *rows)
{
	size_t row_bytes = (format->width_px + 7) / 8, bytes = 0;
	ssize_t got;
	int ret;

	ret = ifax_start(fd);
	if (ret)
		return -fail(ret);
	while ((got = ifax_read(fd, rows + bytes, PAGE_BYTES_MAX - bytes)) > 0)
		bytes += got;
	if (got < 0 && got != -ENODEV)
		return -fail(got);
	if (format->coding == IFAX_CODING_RAW)
		printf("P4\n%u %zu\n", format->width_px, bytes / row_bytes);
	fwrite(rows, 1, bytes, stdout);
	return record_tell(fd);
}

static int scan(const char *device, const struct ifax_format *format, bool all)
{
	char *rows = malloc(PAGE_BYTES_MAX);
	int fd, ret;

	fd = ifax_open_scanner(device, 0);
	if (fd < 0 || !rows)
		return fail(fd);
	ret = ifax_set_format(fd, format);
	if (ret)
		return fail(ret);
	do {
		ret = scan_page(fd, format, rows);
	} while (all && ret > 0);
	return ret < 0;
}

static int print(const char *device, struct ifax_format *format)
{
	char *rows = malloc(PAGE_BYTES_MAX);
	size_t bytes;
	int fd, ret;

	fd = ifax_open_printer(device, 0);
	if (fd < 0 || !rows)
		return fail(fd);
	if (scanf("P4 %u %u", &format->width_px, &format->length_lines) != 2 || getchar() < 0)
		return fail(-EINVAL);
	bytes = fread(rows, 1, PAGE_BYTES_MAX, stdin);
	ret = ifax_set_format(fd, format);
	if (!ret)
		ret = ifax_write_all(fd, rows, bytes);
	if (!ret)
		ret = ifax_commit(fd);
	return ret ? fail(ret) : record_tell(fd) < 0;
}

int main(int argc, char **argv)
{
	struct ifax_format format = { .coding = IFAX_CODING_RAW };

	if (argc >= 6 && strcmp(argv[1], "print")) {
		format.width_px = atoi(argv[3]);
		format.x_dpi = atoi(argv[4]);
		format.y_dpi = atoi(argv[5]);
		if (!strcmp(argv[1], "code"))
			format.coding = IFAX_CODING_MMR;
		if (!strcmp(argv[1], "front") || !strcmp(argv[1], "sides"))
			format.sides = IFAX_SIDES_BOTH;
		if (!strcmp(argv[1], "scan"))
			format.length_lines = argc > 6 ? atoi(argv[6]) : 0;
		if (!strcmp(argv[1], "grey") && argc == 8) {
			format.binarisation = atoi(argv[6]);
			format.threshold = atoi(argv[7]);
		}
		return scan(argv[2], &format, !strcmp(argv[1], "sides"));
	}
	if (argc == 5 && !strcmp(argv[1], "print")) {
		format.x_dpi = atoi(argv[3]);
		format.y_dpi = atoi(argv[4]);
		return print(argv[2], &format);
	}
	fprintf(stderr, "usage: page scan DEVICE WIDTH X_DPI Y_DPI [MOST_LINES]\n"
			"       page code|front|sides DEVICE WIDTH X_DPI Y_DPI\n"
			"       page grey DEVICE WIDTH X_DPI Y_DPI BINARISATION THRESHOLD\n"
			"       page print DEVICE X_DPI Y_DPI\n");
	return 2;
}
