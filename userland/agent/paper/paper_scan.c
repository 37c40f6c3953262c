// SPDX-License-Identifier: GPL-2.0
/*
 * ifax-paper scan: all sheets in the feeder become pages of a page file
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libifax.h"
#include "page_file.h"
#include "paper_worker.h"

#define READ_BYTES	65536
#define A4_WIDTH_PX	1728	/* at 204 dpi, T.4 */
#define A4_X_DPI	204

struct scan {
	const struct paper_options *options;
	int device;
	struct ifax_format format;
	struct page_writer pages;
	struct ifax_page_record record;
};

static enum paper_exit fail(struct scan *scan, const char *why)
{
	paper_line(scan->options, "error page %u: %s", scan->pages.pages + 1, why);
	return PAPER_AGAIN;
}

/* Profile S asks for EOLs and the least significant bit first, profile F for an EOFB. */
static int set_format(struct scan *scan)
{
	const struct paper_options *options = scan->options;
	int err;

	scan->format = (struct ifax_format){
		.coding = options->coding,
		.flags = IFAX_FMT_LSB_FIRST |
			 (options->coding == IFAX_CODING_MH ? IFAX_FMT_EOL : IFAX_FMT_END),
		.width_px = (A4_WIDTH_PX * options->x_dpi + A4_X_DPI / 2) / A4_X_DPI,
		.x_dpi = options->x_dpi,
		.y_dpi = options->y_dpi,
	};
	err = ifax_try_format(scan->device, &scan->format);
	return err ? err : ifax_set_format(scan->device, &scan->format);
}

/* NULL: the page is in the file; otherwise what went wrong */
static const char *take_page(struct scan *scan)
{
	static char data[READ_BYTES];
	ssize_t n;
	int err;

	if (page_writer_begin(&scan->pages, &scan->format))
		return scan->pages.why;
	while ((n = ifax_read(scan->device, data, sizeof(data))) > 0)
		if (page_writer_data(&scan->pages, data, n))
			return scan->pages.why;
	if (n < 0)
		return paper_stopped() ? "stopped" : ifax_error_text(n);
	err = ifax_get_page(scan->device, &scan->record);
	if (err)
		return paper_stopped() ? "stopped" : ifax_error_text(err);
	/* a page that lacks its end is no page to send: the sender would not know */
	if (scan->record.status != IFAX_PAGE_OK)
		return ifax_page_status_text(scan->record.status);
	if (page_writer_end(&scan->pages, scan->record.lines, scan->record.status))
		return scan->pages.why;
	return NULL;
}

static enum paper_exit scan_pages(struct scan *scan)
{
	const char *why;
	int err;

	do {
		err = ifax_start(scan->device);
		if (err == -ENOMEDIUM && scan->pages.pages)
			break;
		why = err ? ifax_error_text(err) : take_page(scan);
		if (why) {
			ifax_cancel(scan->device);
			return fail(scan, why);
		}
		paper_line(scan->options, "page %u status=ok lines=%u bytes=%llu ns=%llu",
			   scan->pages.pages, scan->record.lines, (unsigned long long)scan->record.bytes,
			   (unsigned long long)(scan->record.end_ns - scan->record.begin_ns));
	} while (scan->record.flags & IFAX_PAGE_MORE);
	if (fsync(SCAN_PAGES_FD))
		return fail(scan, strerror(errno));
	paper_line(scan->options, "ok pages=%u", scan->pages.pages);
	return PAPER_DONE;
}

enum paper_exit paper_scan(const struct paper_options *options)
{
	struct scan scan = { .options = options };
	enum paper_exit code;
	int err;

	if (page_writer_init(&scan.pages, SCAN_PAGES_FD)) {
		paper_line(options, "error page file: %s", scan.pages.why);
		return PAPER_AGAIN;
	}
	scan.device = ifax_open_scanner(options->device, 0);
	if (scan.device < 0) {
		paper_line(options, "error %s: %s", options->device, ifax_error_text(scan.device));
		return PAPER_AGAIN;
	}
	err = set_format(&scan);
	if (err) {
		paper_line(options, "error %s: %s", options->device, ifax_error_text(err));
		code = PAPER_REFUSED;
	} else {
		code = scan_pages(&scan);
	}
	close(scan.device);
	return code;
}
