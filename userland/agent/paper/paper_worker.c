// SPDX-License-Identifier: GPL-2.0
/*
 * ifax-paper: the worker that moves paper
 */
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libifax.h"
#include "paper_worker.h"

static const char usage[] =
	"usage: ifax-paper scan --device NAME [--coding mh|mmr] [--resolution 204x196] 4>PAGES\n"
	"       ifax-paper print --device NAME [--skip N] [--paper SIZE] [--fit POLICY]\n"
	"                  [--both-sides] 3<PAGES\n"
	"\n"
	"Scans all sheets in the feeder into a page file, or prints a page file. One line\n"
	"on standard output for each page that is done, \"ok\" or \"error\" and why at the end.\n"
	"\n"
	"  -d, --device NAME      scan0, print0, or a path\n"
	"  -c, --coding CODING    mh (default) or mmr\n"
	"  -r, --resolution XxY   in dots per inch (default 204x196)\n"
	"  -s, --skip N           do not print the first N pages\n"
	"  -P, --paper SIZE       auto (default), a4, a3, a5, b4, letter, legal\n"
	"  -f, --fit POLICY       office (default), same, trim, reduce, rotate, split\n"
	"  -b, --both-sides       every second page comes onto a back, if the engine can\n"
	"  -p, --progress         write each line to descriptor 5 too, and to disk\n"
	"  -h, --help             this text\n"
	"\n"
	"Exit codes: 0 all pages, 1 a page cannot be printed, 2 not now (no paper, jam,\n"
	"busy, feeder empty), 3 wrong usage.\n";

static volatile sig_atomic_t stopped;

bool paper_stopped(void)
{
	return stopped;
}

static void on_stop(int signal)
{
	stopped = 1;
}

static void write_whole(int fd, const char *text, size_t bytes)
{
	while (bytes) {
		ssize_t n = write(fd, text, bytes);

		/* who asked may be gone; the paper moves on */
		if (n <= 0)
			return;
		text += n;
		bytes -= n;
	}
}

void paper_line(const struct paper_options *options, const char *format, ...)
{
	char line[1024];
	va_list values;
	int bytes;

	va_start(values, format);
	bytes = vsnprintf(line, sizeof(line) - 1, format, values);
	va_end(values);
	if (bytes < 0)
		return;
	if (bytes > (int)sizeof(line) - 2)
		bytes = sizeof(line) - 2;
	line[bytes++] = '\n';
	if (options->progress) {
		write_whole(PROGRESS_FD, line, bytes);
		fdatasync(PROGRESS_FD);
	}
	write_whole(STDOUT_FILENO, line, bytes);
}

static bool parse_resolution(const char *text, struct paper_options *options)
{
	char end;

	return sscanf(text, "%ux%u%c", &options->x_dpi, &options->y_dpi, &end) == 2 &&
	       options->x_dpi >= 1 && options->x_dpi <= 2400 &&
	       options->y_dpi >= 1 && options->y_dpi <= 2400;
}

static bool parse_count(const char *text, unsigned int *count)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	*count = n;
	return *text >= '0' && *text <= '9' && !*end && n <= 1000000;
}

static bool parse_options(int argc, char **argv, struct paper_options *options)
{
	static const struct option known[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "coding", required_argument, NULL, 'c' },
		{ "resolution", required_argument, NULL, 'r' },
		{ "skip", required_argument, NULL, 's' },
		{ "paper", required_argument, NULL, 'P' },
		{ "fit", required_argument, NULL, 'f' },
		{ "both-sides", no_argument, NULL, 'b' },
		{ "progress", no_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	bool good = true;
	int c;

	while (good && (c = getopt_long(argc, argv, "d:c:r:s:P:f:bph", known, NULL)) != -1) {
		switch (c) {
		case 'd':
			options->device = optarg;
			break;
		case 'c':
			good = !ifax_coding_by_name(optarg, &options->coding) &&
			       (options->coding == IFAX_CODING_MH ||
				options->coding == IFAX_CODING_MMR);
			break;
		case 'r':
			good = parse_resolution(optarg, options);
			break;
		case 's':
			good = parse_count(optarg, &options->skip);
			break;
		case 'P':
			good = !ifax_paper_by_name(optarg, &options->paper);
			break;
		case 'f':
			good = !ifax_page_fit_by_name(optarg, &options->page_fit);
			break;
		case 'b':
			options->sides = IFAX_SIDES_BOTH;
			break;
		case 'p':
			options->progress = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(PAPER_DONE);
		default:
			good = false;
		}
	}
	return good && options->device && optind == argc - 1;
}

int main(int argc, char **argv)
{
	struct paper_options options = {
		.coding = IFAX_CODING_MH, .x_dpi = 204, .y_dpi = 196,
		.page_fit = IFAX_FIT_OFFICE,
	};
	/* no SA_RESTART: a wait for the device ends */
	const struct sigaction stop = { .sa_handler = on_stop };

	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (parse_options(argc, argv, &options)) {
		if (!strcmp(argv[optind], "scan"))
			return paper_scan(&options);
		if (!strcmp(argv[optind], "print"))
			return paper_print(&options);
	}
	fputs(usage, stderr);
	return PAPER_USAGE;
}
