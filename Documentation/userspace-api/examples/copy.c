// SPDX-License-Identifier: GPL-2.0
/*
 * copy [SCANNER PRINTER]: a copying machine
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <libifax.h>

static void check(const char *what, int err)
{
	if (err >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, ifax_error_text(err));
	exit(1);
}

static void page_done(const char *what, int fd)
{
	struct ifax_page_record record;

	check(what, ifax_get_page(fd, &record));
	printf("%s: page %u: %s, %u lines, %llu bytes\n", what, record.seq,
	       ifax_page_status_text(record.status), record.lines,
	       (unsigned long long)record.bytes);
	if (record.status != IFAX_PAGE_OK)
		exit(1);
}

static void copy_page(int scanner, int printer)
{
	char data[4096];
	ssize_t n;

	while ((n = ifax_read(scanner, data, sizeof(data))) > 0)
		check("print", ifax_write_all(printer, data, n));
	check("scan", n);
	page_done("scan", scanner);
	check("print", ifax_commit(printer));
	page_done("print", printer);
}

int main(int argc, char **argv)
{
	int scanner = ifax_open_scanner(argc > 1 ? argv[1] : "scan0", 0);
	int printer = ifax_open_printer(argc > 2 ? argv[2] : "print0", 0);
	struct ifax_format format;
	int err;

	check("scan", scanner);
	check("print", printer);

	/* A4 at 204 x 196 dpi, or what is nearest to it, in T.6 */
	check("scan", ifax_get_format(scanner, &format));
	format.coding = IFAX_CODING_MMR;
	format.width_px = 1728;
	format.x_dpi = 204;
	format.y_dpi = 196;
	check("scan", ifax_try_format(scanner, &format));
	check("scan", ifax_set_format(scanner, &format));
	check("print", ifax_set_format(printer, &format));

	while ((err = ifax_start(scanner)) >= 0)
		copy_page(scanner, printer);
	if (err != -ENOMEDIUM)
		check("scan", err);
	close(scanner);
	close(printer);
	return 0;
}
