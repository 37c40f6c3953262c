// SPDX-License-Identifier: GPL-2.0
/*
 * ifax-paper print: the pages of a page file come out on paper
 *
 * While one page is in the engine the next is written and committed, so that
 * the engine need not wait. If a page goes wrong, the kernel cancels those
 * behind it: what is reported as done is always the begin of the file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libifax.h"
#include "page_print.h"
#include "paper_worker.h"

#define COMMITTED_MAX	2

struct print {
	const struct paper_options *options;
	int device;
	struct ifax_caps caps;
	struct page_reader pages;
	unsigned int done;		/* pages on paper */
	unsigned int committed;		/* pages whose record was not taken */
	enum paper_exit code;
};

/* The first fault counts: those after it are its consequences. */
static void fail(struct print *print, unsigned int page, enum paper_exit code, const char *why)
{
	if (print->code != PAPER_DONE)
		return;
	print->code = code;
	paper_line(print->options, "error page %u: %s", page, why);
}

static enum paper_exit code_of(uint32_t status)
{
	return status == IFAX_PAGE_BAD_DATA || status == IFAX_PAGE_TOO_LARGE ? PAPER_REFUSED :
									      PAPER_AGAIN;
}

/* Paper that was named is named */
static void say_why(const struct print *print, const struct ifax_page_record *record, char *why,
		    size_t bytes)
{
	const char *text = ifax_page_status_text(record->status);
	uint32_t paper = print->options->paper;

	if (record->fault_line)
		snprintf(why, bytes, "%s (line %u)", text, record->fault_line);
	else if (paper != IFAX_PAPER_AUTO && (record->status == IFAX_PAGE_NO_PAPER ||
					      record->status == IFAX_PAGE_TOO_LARGE))
		snprintf(why, bytes, "%s (%s)", text, ifax_paper_name(paper));
	else
		snprintf(why, bytes, "%s", text);
}

/* false: no record came */
static bool take_record(struct print *print)
{
	struct ifax_page_record record;
	int err = ifax_get_page(print->device, &record);
	char why[160];

	if (err == -EINTR && paper_stopped()) {
		ifax_cancel(print->device);
		err = ifax_get_page(print->device, &record);
		if (!err && record.status == IFAX_PAGE_CANCELLED) {
			fail(print, print->done + 1, PAPER_AGAIN, "stopped");
			return true;
		}
	}
	if (err) {
		fail(print, print->done + 1, PAPER_AGAIN, ifax_error_text(err));
		return false;
	}
	if (record.status != IFAX_PAGE_OK || print->code != PAPER_DONE) {
		say_why(print, &record, why, sizeof(why));
		fail(print, print->done + 1, code_of(record.status), why);
		return true;
	}
	print->done++;
	paper_line(print->options, "page %u status=ok lines=%u bytes=%llu ns=%llu", print->done,
		   record.lines, (unsigned long long)record.bytes,
		   (unsigned long long)(record.end_ns - record.begin_ns));
	return true;
}

static void take_records(struct print *print, unsigned int leave)
{
	while (print->committed > leave) {
		print->committed--;
		if (!take_record(print))
			print->committed = 0;
	}
}

static int set_format(struct print *print)
{
	struct ifax_format format = print->pages.page.format;

	format.scaling = IFAX_SCALING_ENGINE;
	format.page_fit = print->options->page_fit;
	format.paper = print->options->paper;
	format.sides = print->caps.sides & 1U << print->options->sides ? print->options->sides :
									  IFAX_SIDES_FRONT;
	return ifax_set_format(print->device, &format);
}

static int write_page(struct print *print)
{
	int err = set_format(print);

	return err ? err : page_print(&print->pages, print->device);
}

/* No page follows: a front that waits for its back comes alone */
static void finish(struct print *print)
{
	if (print->committed && ifax_finish(print->device))
		ifax_cancel(print->device);
	take_records(print, 0);
}

static void print_page(struct print *print)
{
	unsigned int number = print->pages.number;
	int err = write_page(print);

	if (!err) {
		err = ifax_commit(print->device);
		/* what is refused as wrong has a record too: it names the line */
		if (!err || err == -EBADMSG) {
			print->committed++;
			take_records(print, err ? 0 : COMMITTED_MAX - 1);
			return;
		}
	}
	/* those before it come out first */
	finish(print);
	fail(print, number, err == -EINVAL || err == -ENOSPC ? PAPER_REFUSED : PAPER_AGAIN,
	     paper_stopped() ? "stopped" : ifax_error_text(err));
}

static void print_pages(struct print *print)
{
	int more = 1;

	while (print->code == PAPER_DONE && !paper_stopped()) {
		more = page_reader_next(&print->pages);
		if (more <= 0)
			break;
		if (print->pages.number > print->options->skip)
			print_page(print);
	}
	if (print->code != PAPER_DONE || paper_stopped())
		ifax_cancel(print->device);
	finish(print);
	if (paper_stopped() && more > 0)
		fail(print, print->done + 1, PAPER_AGAIN, "stopped");
	if (more < 0)
		fail(print, print->pages.number + 1, more == -EBADMSG ? PAPER_REFUSED : PAPER_AGAIN,
		     print->pages.why);
	if (print->code == PAPER_DONE && print->options->skip > print->pages.number)
		fail(print, print->options->skip, PAPER_REFUSED, "there are fewer pages");
	if (print->code == PAPER_DONE)
		paper_line(print->options, "ok pages=%u", print->done);
}

enum paper_exit paper_print(const struct paper_options *options)
{
	struct print print = { .options = options, .done = options->skip };
	int err;

	if (page_reader_init(&print.pages, PRINT_PAGES_FD)) {
		paper_line(options, "error page file: %s", print.pages.why);
		return PAPER_AGAIN;
	}
	print.device = ifax_open_printer(options->device, 0);
	err = print.device < 0 ? print.device : ifax_get_caps(print.device, &print.caps);
	if (err) {
		paper_line(options, "error %s: %s", options->device, ifax_error_text(err));
		print.code = PAPER_AGAIN;
	} else {
		print_pages(&print);
	}
	if (print.device >= 0)
		close(print.device);
	return print.code;
}
