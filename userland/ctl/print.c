// SPDX-License-Identifier: GPL-2.0
/*
 * ifax print: the pages of a TIFF file come out on paper
 *
 * A process that can do nothing else makes a page file of the TIFF: what the
 * engine's decoder takes goes there byte for byte. How a page comes onto the paper that
 * there is the kernel knows. While one page is in the engine, the next is
 * written. If a page goes wrong, the kernel ends those behind it: what has been
 * printed is always the begin.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libifax.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../agent/paper/page_print.h"
#include "../message/line.h"
#include "../message/sandbox.h"
#include "../message/tiff_read.h"
#include "command.h"

#define WAIT_S_MAX	86400

/**
 * struct print - a print and what was asked for
 * @device: name of the printer
 * @path: name of the TIFF file
 * @first: first page, from 1
 * @last: last page
 * @copies: how often each page is printed
 * @rounds: how often the document is
 * @paper: &enum ifax_paper
 * @page_fit: &enum ifax_page_fit
 * @sides: &enum ifax_sides
 * @wait_s: how long a page waits for paper
 * @collates: a copy is complete before the next one begins
 * @fd: printer
 * @caps: what it can do
 * @pages: page file
 * @waiting: numbers of pages that were committed, the oldest first
 * @waiting_count: their number
 * @is_bad: a page did not come out
 */
struct print {
	const char *device;
	const char *path;
	long long first;
	long long last;
	long long copies;
	long long rounds;
	uint32_t paper;
	uint32_t page_fit;
	uint32_t sides;
	long long wait_s;
	bool collates;
	int fd;
	struct ifax_caps caps;
	struct page_reader pages;
	unsigned int waiting[2];
	unsigned int waiting_count;
	bool is_bad;
};

static enum exit_code failed(const char *what, const char *why)
{
	fprintf(stderr, "ifax: %s", what);
	print_line(stderr, ": ", why);
	return EXIT_FAILED;
}

/* The child: reads the TIFF, confined; what failed goes into @failure_fd. */
static void read_confined(int tiff_fd, int pages_fd, int failure_fd, unsigned int codings)
{
	struct page_sink sink = { .codings = codings | 1U << IFAX_CODING_RAW };
	struct failure failure = { .exit_code = EXIT_LATER };
	int err = 0;

	sink.out = fopen("/dev/null", "w");
	if (!sink.out)
		err = fail(&failure, EXIT_LATER, "/dev/null: %s", strerror(errno));
	else if (page_writer_init(&sink.writer, pages_fd))
		err = fail(&failure, EXIT_LATER, "%s", sink.writer.why);
	err = err || sandbox_enter(&failure) || tiff_read(tiff_fd, &sink, &failure);
	if (err && write(failure_fd, failure.text, strlen(failure.text)) < 0)
		_exit(EXIT_LATER);
	_exit(err ? EXIT_INPUT : 0);
}

/* 0: the pages of the TIFF are in the page file */
static enum exit_code read_tiff(struct print *print, int pages_fd)
{
	int tiff_fd = open(print->path, O_RDONLY | O_CLOEXEC), ends[2], status = 0;
	char why[sizeof(((struct failure *)NULL)->text)] = "";
	pid_t child;

	if (tiff_fd < 0 || pipe2(ends, O_CLOEXEC))
		return failed(print->path, strerror(errno));
	fflush(NULL);
	child = fork();
	if (!child)
		read_confined(tiff_fd, pages_fd, ends[1], print->caps.codings);
	close(ends[1]);
	close(tiff_fd);
	if (child < 0)
		return failed(print->path, strerror(errno));
	if (read(ends[0], why, sizeof(why) - 1) < 0)
		*why = 0;
	close(ends[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return EXIT_GOOD;
	if (!*why)
		snprintf(why, sizeof(why), "%s", "it takes too much time or memory to read, or breaks the program that reads it");
	return failed(print->path, why);
}

static int set_format(struct print *print)
{
	struct ifax_format format = print->pages.page.format;

	format.copies = print->copies;
	format.scaling = IFAX_SCALING_ENGINE;
	format.page_fit = print->page_fit;
	format.paper = print->paper;
	format.sides = print->sides;
	format.wait_s = print->wait_s;
	return ifax_set_format(print->fd, &format);
}

static int write_page(struct print *print)
{
	int err = set_format(print);

	if (!err)
		err = page_print(&print->pages, print->fd);
	return err ? err : ifax_commit(print->fd);
}

static void page_failure(struct print *print, unsigned int number, const char *why)
{
	fprintf(stderr, "page %u: %s\n", number, why);
	print->is_bad = true;
}

static void page_failed(struct print *print, unsigned int number,
			const struct ifax_page_record *record)
{
	fprintf(stderr, "page %u: %s", number, ifax_page_status_text(record->status));
	if (record->fault_line)
		fprintf(stderr, " (line %u)", record->fault_line);
	if (print->copies > 1)
		fprintf(stderr, ", %u of %lld copies", record->copies, print->copies);
	if (record->sheets > record->copies)
		fprintf(stderr, ", %u sheets of it are printed", record->sheets);
	fputc('\n', stderr);
	print->is_bad = true;
}

static void page_printed(struct print *print, unsigned int number,
			 const struct ifax_page_record *record)
{
	printf("page %u: ok, %u lines, %llu bytes", number, record->lines,
	       (unsigned long long)record->bytes);
	if (print->copies > 1)
		printf(", %u copies", record->copies);
	if (record->sheets > record->copies)
		printf(", %u sheets", record->sheets);
	if (record->spoilt)
		printf(", %u spoilt and printed again", record->spoilt);
	putchar('\n');
	fflush(stdout);
}

/* How the oldest page ended */
static void take_record(struct print *print)
{
	unsigned int number = print->waiting[0];
	struct ifax_page_record record;
	int err = ifax_get_page(print->fd, &record);

	print->waiting[0] = print->waiting[1];
	print->waiting_count--;
	if (err)
		page_failure(print, number, ifax_error_text(err));
	else if (record.status != IFAX_PAGE_OK)
		page_failed(print, number, &record);
	else
		page_printed(print, number, &record);
}

static void take_records(struct print *print, unsigned int leave)
{
	while (print->waiting_count > leave)
		take_record(print);
}

/* No page follows: a front that waits for its back comes alone */
static void finish(struct print *print)
{
	if (print->waiting_count && ifax_finish(print->fd))
		ifax_cancel(print->fd);
	take_records(print, 0);
}

static void print_page(struct print *print)
{
	unsigned int number = print->pages.number;
	int err = write_page(print);

	/* what is refused as wrong has a record, too: it names the line */
	if (!err || err == -EBADMSG) {
		print->waiting[print->waiting_count++] = number;
		take_records(print, err ? 0 : 1);
		return;
	}
	finish(print);
	page_failure(print, number, ifax_error_text(err));
}

/* The document once; returns false if it is not complete. */
static bool print_round(struct print *print)
{
	int more = 0;

	if (page_reader_init(&print->pages, print->pages.fd))
		more = -EIO;
	while (!print->is_bad && more >= 0 && print->pages.number < print->last) {
		more = page_reader_next(&print->pages);
		if (more <= 0)
			break;
		if (print->pages.number >= print->first)
			print_page(print);
	}
	finish(print);
	if (more < 0)
		failed(print->path, print->pages.why);
	else if (print->pages.number < print->first)
		failed(print->path, "it has fewer pages");
	else
		return !print->is_bad;
	return false;
}

static enum exit_code print_tiff(struct print *print)
{
	FILE *file = tmpfile();
	enum exit_code code;
	int err;

	if (!file)
		return failed("temporary file", strerror(errno));
	print->fd = ifax_open_printer(print->device, 0);
	err = print->fd < 0 ? print->fd : ifax_get_caps(print->fd, &print->caps);
	code = err ? failed(print->device, ifax_error_text(err)) : read_tiff(print, fileno(file));
	print->pages.fd = fileno(file);
	if (!code && print->copies > print->caps.copies_max)
		code = failed(print->device, "it does not make so many copies of a page");
	if (!code && !(print->caps.sides & 1U << print->sides))
		code = failed(print->device, "it does not print on both sides");
	while (!code && print->rounds--)
		code = print_round(print) ? EXIT_GOOD : EXIT_FAILED;
	if (print->fd >= 0)
		close(print->fd);
	fclose(file);
	return code;
}

/* "3", "3-5" or "3-" */
static bool parse_pages(const char *text, struct print *print)
{
	char *end;

	errno = 0;
	print->first = strtoll(text, &end, 10);
	print->last = print->first;
	if (errno || end == text || print->first < 1)
		return false;
	if (!strcmp(end, "-"))
		print->last = LLONG_MAX;
	else if (*end == '-')
		return parse_number(end + 1, &print->last) && print->last >= print->first;
	return !*end || print->last == LLONG_MAX;
}

static enum exit_code take_option(struct print *print, int c)
{
	switch (c) {
	case 'd':
		print->device = optarg;
		return EXIT_GOOD;
	case 'p':
		return parse_pages(optarg, print) ? EXIT_GOOD :
			bad_usage("--pages takes 3, 3-5 or 3-");
	case 'n':
		return parse_number(optarg, &print->copies) ? EXIT_GOOD :
			bad_usage("--copies takes a number, as in --copies=2");
	case 'C':
		print->collates = true;
		return EXIT_GOOD;
	case 'P':
		return !ifax_paper_by_name(optarg, &print->paper) ? EXIT_GOOD :
			bad_usage("--paper takes a4, a3, a5, b4, letter or legal");
	case 'f':
		return !ifax_page_fit_by_name(optarg, &print->page_fit) ? EXIT_GOOD :
			bad_usage("--fit takes office, same, trim, reduce, rotate or split");
	case 'b':
		print->sides = IFAX_SIDES_BOTH;
		return EXIT_GOOD;
	case 'w':
		return parse_number(optarg, &print->wait_s) && print->wait_s <= WAIT_S_MAX ?
			EXIT_GOOD :
			bad_usage("--wait takes seconds, at most a day, as in --wait=600");
	default:
		return other_option(c);
	}
}

enum exit_code do_print(int argc, char **argv)
{
	static const struct option known[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "pages", required_argument, NULL, 'p' },
		{ "copies", required_argument, NULL, 'n' },
		{ "collate", no_argument, NULL, 'C' },
		{ "paper", required_argument, NULL, 'P' },
		{ "fit", required_argument, NULL, 'f' },
		{ "both-sides", no_argument, NULL, 'b' },
		{ "wait", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct print print = {
		.device = "print0", .first = 1, .last = LLONG_MAX, .copies = 1,
		.rounds = 1, .page_fit = IFAX_FIT_OFFICE,
	};
	enum exit_code code;
	int c;

	while ((c = getopt_long(argc, argv, "d:p:n:CP:f:bw:h", known, NULL)) != -1) {
		code = take_option(&print, c);
		if (code)
			return code;
	}
	if (optind != argc - 1)
		return bad_usage("print needs the name of one TIFF file");
	print.path = argv[optind];
	if (print.collates) {
		print.rounds = print.copies;
		print.copies = 1;
	}
	return print_tiff(&print);
}
