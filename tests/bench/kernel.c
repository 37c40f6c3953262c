// SPDX-License-Identifier: GPL-2.0
/*
 * kernel SHEET.pbm TABLE.tsv: how the way of a page through the kernel goes,
 * from the simulated sensor to read(), as ratios within this run. Prints TAP:
 * a test for each goal.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <libifax.h>

#include "figures.h"

#define ROUNDS			9
#define SHEET_BYTES_MAX		(8 << 20)
#define LINES_PER_S		1000	/* a fast scanner, and yet one that can be watched */
#define JOB_PAGES		100
#define JOB_BUDGET_BYTES	(256 << 10)
#define SLOW_READ_BYTES		4096

static char sheet[SHEET_BYTES_MAX];
static size_t sheet_bytes;
static unsigned int width_px, lines;

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static void set_format(int fd, uint32_t coding)
{
	struct ifax_format format = {
		.coding = coding, .width_px = width_px, .x_dpi = 204, .y_dpi = 196,
	};

	check("format", ifax_try_format(fd, &format));
	check("format", ifax_set_format(fd, &format));
}

static int drop(void *context, const void *data, size_t bytes)
{
	return 0;
}

/* Nanoseconds from the start of a sheet to the end of its page */
static double scan_ns(int fd, uint32_t coding, uint64_t *bytes)
{
	struct ifax_page_record record;
	uint64_t begin_ns;

	set_format(fd, coding);
	write_file(FEEDER, sheet, sheet_bytes);
	begin_ns = now_ns(CLOCK_MONOTONIC);
	check("scan", ifax_scan_page(fd, drop, NULL, &record));
	if (record.status != IFAX_PAGE_OK || record.lines != lines)
		check("scan", -EIO);
	*bytes = record.bytes;
	return now_ns(CLOCK_MONOTONIC) - begin_ns;
}

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return difference < 0 ? -1 : difference > 0;
}

static double median(double *values, int count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

/* All codings in turn in each round, so that they have the machine alike */
static void bench_codings(int fd)
{
	double ns[IFAX_CODING_JBIG + 1][ROUNDS], raw_ns, coding_ns;
	uint64_t bytes[IFAX_CODING_JBIG + 1] = {};
	struct ifax_caps caps;
	uint32_t coding;
	char what[64];
	int round;

	check("caps", ifax_get_caps(fd, &caps));
	set_line_rate(0);
	for (round = 0; round < ROUNDS; round++)
		for (coding = 0; coding <= IFAX_CODING_JBIG; coding++)
			if (ifax_has_coding(&caps, coding))
				ns[coding][round] = scan_ns(fd, coding, &bytes[coding]);
	raw_ns = median(ns[IFAX_CODING_RAW], ROUNDS);
	printf("# %u lines of %u pixels\n", lines, width_px);
	for (coding = 0; coding <= IFAX_CODING_JBIG; coding++) {
		if (!ifax_has_coding(&caps, coding))
			continue;
		coding_ns = median(ns[coding], ROUNDS);
		snprintf(what, sizeof(what), "lines per second in %s", ifax_coding_name(coding));
		figure(what, lines * 1e9 / coding_ns);
		snprintf(what, sizeof(what), "cost of %s against raw", ifax_coding_name(coding));
		figure(what, coding_ns / raw_ns);
		snprintf(what, sizeof(what), "bytes in %s", ifax_coding_name(coding));
		figure(what, bytes[coding]);
	}
	coding_ns = median(ns[IFAX_CODING_MMR], ROUNDS) / raw_ns;
	goal(coding_ns < 2, "cost of scanning in MMR against raw", coding_ns, "less than 2");
}

/* How much of the sheet has passed when the first byte of the page can be read */
static void bench_first_byte(int fd)
{
	struct pollfd device = { .fd = fd, .events = POLLIN };
	struct ifax_page_record record;
	uint64_t first_ns;
	double share;
	char data[4096];

	set_format(fd, IFAX_CODING_MMR);
	set_line_rate(LINES_PER_S);
	write_file(FEEDER, sheet, sheet_bytes);
	check("start", ifax_start(fd));
	if (poll(&device, 1, -1) < 0)
		check("poll", -errno);
	first_ns = now_ns(CLOCK_BOOTTIME);
	while (ifax_read(fd, data, sizeof(data)) > 0)
		;
	check("page", ifax_get_page(fd, &record));
	share = 100.0 * (first_ns - record.begin_ns) / (record.end_ns - record.begin_ns);
	goal(share < 5, "per cent of the page scanned when its first byte can be read", share,
	     "less than 5");
}

static pid_t lay_in_sheets(void)
{
	pid_t pid = fork();
	int i;

	if (pid)
		return pid;
	for (i = 0; i < JOB_PAGES; i++)
		write_file(FEEDER, sheet, sheet_bytes);
	_exit(0);
}

static uint64_t used_bytes(int fd)
{
	struct ifax_state state;

	check("state", ifax_get_state(fd, &state));
	return state.budget_used_bytes;
}

/* The feeder is never waited for, and the reader is slower than the scanner */
static void bench_memory(int fd, struct ifax_control *control)
{
	uint64_t used, used_max = 0;
	struct ifax_page_record record;
	unsigned int page = 0;
	char data[SLOW_READ_BYTES];
	pid_t pid;
	ssize_t n;

	check("budget", ifax_set_budget(control, "scan0", JOB_BUDGET_BYTES));
	set_format(fd, IFAX_CODING_MMR);
	set_line_rate(0);
	pid = lay_in_sheets();
	usleep(500000);
	check("start", ifax_start_pages(fd, 0));
	for (;;) {
		while ((n = ifax_read(fd, data, sizeof(data))) > 0) {
			used = used_bytes(fd);
			used_max = used > used_max ? used : used_max;
			usleep(5000);
		}
		if (n == -ENODATA)
			break;
		check("read", n);
		check("page", ifax_get_page(fd, &record));
		if (record.status != IFAX_PAGE_OK || record.lines != lines)
			break;
		page++;
	}
	waitpid(pid, NULL, 0);
	check("budget", ifax_set_budget(control, "scan0", 0));
	goal(page == JOB_PAGES, "pages of a job with a slow reader", page, "100");
	goal(used_max <= JOB_BUDGET_BYTES, "most memory of that job against its budget",
	     (double)used_max / JOB_BUDGET_BYTES, "at most 1");
}

static void read_sheet(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		check(path, -errno);
	sheet_bytes = fread(sheet, 1, sizeof(sheet), file);
	fclose(file);
	if (sscanf(sheet, "P4 %u %u", &width_px, &lines) != 2)
		check(path, -EINVAL);
}

int main(int argc, char **argv)
{
	struct ifax_control *control;
	int fd;

	if (argc != 3)
		return 2;
	figures_begin(argv[2]);
	read_sheet(argv[1]);
	check("control", ifax_control_open(&control));
	fd = ifax_open_scanner("scan0", 0);
	check("scan0", fd);
	bench_codings(fd);
	bench_first_byte(fd);
	bench_memory(fd, control);
	return figures_end();
}
