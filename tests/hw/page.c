// SPDX-License-Identifier: GPL-2.0
/*
 * One page through a device, for scripts.
 *
 *	page scan DEVICE WIDTH X_DPI Y_DPI [MOST_LINES] > PBM
 *	page code DEVICE WIDTH X_DPI Y_DPI > MMR
 *	page print DEVICE X_DPI Y_DPI < PBM
 *
 * Standard error says how it ended: "STATUS: N lines[, more]", with the number
 * of enum ifax_page_status, or "error: ERRNO". Exit code 0 if there was a page.
 */
#include <errno.h>
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

static int record_tell(int fd)
{
	struct ifax_page_record record;
	int ret;

	ret = ifax_get_page(fd, &record);
	if (ret)
		return fail(ret);
	fprintf(stderr, "%u: %u lines%s\n", record.status, record.lines,
		record.flags & IFAX_PAGE_MORE ? ", more" : "");
	return 0;
}

static int scan(const char *device, const struct ifax_format *format)
{
	size_t row_bytes = (format->width_px + 7) / 8, bytes = 0;
	char *rows = malloc(PAGE_BYTES_MAX);
	ssize_t got;
	int fd, ret;

	fd = ifax_open_scanner(device, 0);
	if (fd < 0 || !rows)
		return fail(fd);
	ret = ifax_set_format(fd, format);
	if (!ret)
		ret = ifax_start(fd);
	if (ret)
		return fail(ret);
	while ((got = ifax_read(fd, rows + bytes, PAGE_BYTES_MAX - bytes)) > 0)
		bytes += got;
	if (got < 0 && got != -ENODEV)
		return fail(got);
	if (format->coding == IFAX_CODING_RAW)
		printf("P4\n%u %zu\n", format->width_px, bytes / row_bytes);
	fwrite(rows, 1, bytes, stdout);
	return record_tell(fd);
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
	return ret ? fail(ret) : record_tell(fd);
}

int main(int argc, char **argv)
{
	struct ifax_format format = { .coding = IFAX_CODING_RAW };

	if (argc >= 6 && (!strcmp(argv[1], "scan") || !strcmp(argv[1], "code"))) {
		format.coding = argv[1][0] == 's' ? IFAX_CODING_RAW : IFAX_CODING_MMR;
		format.width_px = atoi(argv[3]);
		format.x_dpi = atoi(argv[4]);
		format.y_dpi = atoi(argv[5]);
		format.length_lines = argc > 6 ? atoi(argv[6]) : 0;
		return scan(argv[2], &format);
	}
	if (argc == 5 && !strcmp(argv[1], "print")) {
		format.x_dpi = atoi(argv[3]);
		format.y_dpi = atoi(argv[4]);
		return print(argv[2], &format);
	}
	fprintf(stderr, "usage: page scan DEVICE WIDTH X_DPI Y_DPI [MOST_LINES]\n"
			"       page code DEVICE WIDTH X_DPI Y_DPI\n"
			"       page print DEVICE X_DPI Y_DPI\n");
	return 2;
}
