// SPDX-License-Identifier: GPL-2.0
/*
 * realtime SHEET.pbm TABLE.tsv PAGES CODING INSTRUCTION_NS: does the print path
 * keep up with a laser engine that cannot wait, while other tasks take all
 * processors?
 *
 * The engine of 60 A4 pages per minute at 600x600 dpi is slowed down by as much
 * as the machine is too slow for it; the factor is measured first. Every sheet is
 * compared with what was sent. Prints TAP: a test for each goal. INSTRUCTION_NS
 * is what the emulator's clock takes for an instruction, for the table.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#include <libifax.h>

#include "figures.h"

#define PAGES_PER_MIN		60
/* 7016 lines, and the gap of 3.6 cm to the next sheet */
#define SHEET_LINES		8000
#define ENGINE_LINES_PER_S	(SHEET_LINES * PAGES_PER_MIN / 60)
#define DPI			600
#define TRIAL_PAGES		4
#define PAGES_AHEAD		3

/* As in linux/ifax/band_ring.h */
#define BAND_LINES		32
#define RING_BANDS		15	/* that can be full */

#define STATS		"/sys/kernel/debug/ifax-sim/print0/stats"
#define TRAY		"/dev/ifax/tray0"
#define ENGINE_THREAD	"ifax-print0"

static char *sheet;
static size_t sheet_bytes;
static const char *pixels;
static size_t pixel_bytes;
static unsigned int width_px, lines;
static char *coded;
static size_t coded_bytes;

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void *get_memory(size_t bytes)
{
	void *memory = malloc(bytes);

	if (!memory)
		check("memory", -ENOMEM);
	return memory;
}

static void read_sheet(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file || fseek(file, 0, SEEK_END))
		check(path, -errno);
	sheet_bytes = ftell(file);
	sheet = get_memory(sheet_bytes + 1);
	rewind(file);
	if (fread(sheet, 1, sheet_bytes, file) != sheet_bytes)
		check(path, -EIO);
	fclose(file);
	sheet[sheet_bytes] = 0;
	if (sscanf(sheet, "P4 %u %u", &width_px, &lines) != 2)
		check(path, -EINVAL);
	pixel_bytes = (size_t)(width_px + 7) / 8 * lines;
	if (pixel_bytes > sheet_bytes)
		check(path, -EINVAL);
	pixels = sheet + sheet_bytes - pixel_bytes;
}

static int keep(void *context, const void *data, size_t bytes)
{
	if (coded_bytes + bytes > pixel_bytes)
		return -EFBIG;
	memcpy(coded + coded_bytes, data, bytes);
	coded_bytes += bytes;
	return 0;
}

/* The way through the scanner is the coder */
static void code_sheet(const struct ifax_format *format)
{
	struct ifax_page_record record;
	int fd = ifax_open_scanner("scan0", 0);

	check("scan0", fd);
	check("scan0", ifax_set_format(fd, format));
	coded = get_memory(pixel_bytes);
	write_file(FEEDER, sheet, sheet_bytes);
	check("scan", ifax_scan_page(fd, keep, NULL, &record));
	if (record.status != IFAX_PAGE_OK || record.lines != lines)
		check("scan", -EIO);
	close(fd);
}

/* Silicon needs no processor: the thread that stands for it does not queue for one */
static void free_engine_from_load(void)
{
	const struct sched_param priority = { .sched_priority = 60 };
	DIR *tasks = opendir("/proc");
	char path[300], name[32];
	struct dirent *task;
	int ret = -ESRCH;
	FILE *file;

	while (tasks && (task = readdir(tasks))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", task->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		if (fscanf(file, "%31s", name) == 1 && !strcmp(name, ENGINE_THREAD))
			ret = sched_setscheduler(atoi(task->d_name), SCHED_FIFO, &priority) ?
				-errno : 0;
		fclose(file);
	}
	if (tasks)
		closedir(tasks);
	check("thread " ENGINE_THREAD, ret);
}

/* A busy task for each processor, which ends with this one */
static long load_processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN), i;
	pid_t pid;

	for (i = 0; i < count; i++) {
		pid = fork();
		if (pid < 0)
			check("fork", -errno);
		if (pid)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			__asm__ volatile("");
	}
	return count;
}

/* Reading never goes from one sheet into the next; returns 0 if there is none */
static ssize_t read_tray(int tray, char *data, size_t bytes)
{
	ssize_t n = read(tray, data, bytes);

	if (n < 0 && errno != EAGAIN)
		check(TRAY, -errno);
	return n < 0 ? 0 : n;
}

/* Takes all sheets out; returns how many of them are as they should be */
static unsigned int take_sheets(int tray, unsigned int *wrong)
{
	static char *found;
	char header[128], size[32];
	unsigned int right = 0;
	size_t at;
	ssize_t n;

	if (!found)
		found = get_memory(pixel_bytes);
	snprintf(size, sizeof(size), "dpi\n%u %u\n", width_px, lines);
	while ((n = read_tray(tray, header, sizeof(header) - 1)) > 0) {
		header[n] = 0;
		if (!strstr(header, size)) {
			printf("# a sheet that is not whole: %s", strchr(header, '#') ?: header);
			while ((n = read_tray(tray, found, pixel_bytes)) > 0)
				;
			(*wrong)++;
			continue;
		}
		for (at = 0; at < pixel_bytes; at += n) {
			n = read_tray(tray, found + at, pixel_bytes - at);
			if (!n)
				break;
		}
		if (at == pixel_bytes && !memcmp(found, pixels, pixel_bytes))
			right++;
		else
			(*wrong)++;
	}
	return right;
}

static uint64_t band_ns_max(struct ifax_control *control, uint64_t *underruns)
{
	struct ifax_device device;

	check("print0", ifax_get_device(control, "print0", &device));
	*underruns = device.counters.faults[IFAX_PAGE_UNDERRUN];
	return device.counters.band_ns_max;
}

static void commit_page(int fd)
{
	check("write", ifax_write_all(fd, coded, coded_bytes));
	check("commit", ifax_commit(fd));
}

/*
 * The engine always finds the next page waiting. Returns how many pages it
 * printed, and the time from the exit of the first sheet to that of the last
 */
static unsigned int print_pages(int fd, int tray, unsigned int pages, unsigned int *wrong,
				double *duration_s)
{
	unsigned int sent = 0, printed = 0, done;
	struct ifax_page_record record;
	double begin_s = 0;

	for (done = 0; done < pages; done++) {
		while (sent < pages && sent < done + PAGES_AHEAD) {
			commit_page(fd);
			sent++;
		}
		check("page", ifax_get_page(fd, &record));
		if (!done)
			begin_s = now_s();
		if (record.status != IFAX_PAGE_OK) {
			printf("# page %u: %s after %u lines\n", done + 1,
			       ifax_page_status_text(record.status), record.lines);
			break;
		}
		*duration_s = now_s() - begin_s;
		printed += take_sheets(tray, wrong);
		if (!((done + 1) % 50))
			printf("# %u of %u pages\n", done + 1, pages);
	}
	return printed;
}

/* How much slower than it should be the engine has to run, so that half of the time is left */
static unsigned int measure_factor(int fd, int tray)
{
	unsigned int wrong = 0;
	double duration_s = 0;
	double lines_per_s;

	set_line_rate(0);
	if (print_pages(fd, tray, TRIAL_PAGES, &wrong, &duration_s) != TRIAL_PAGES || wrong)
		check("an engine without a clock", -EIO);
	lines_per_s = (TRIAL_PAGES - 1) * lines / duration_s;
	figure("lines per second, when the engine waits", lines_per_s);
	return lines_per_s > 2 * ENGINE_LINES_PER_S ? 1 :
		2 * ENGINE_LINES_PER_S / lines_per_s + 1;
}

/* Pages by the least number of bands that were ready for the engine */
static void read_least_ahead(unsigned int pages[RING_BANDS + 1])
{
	FILE *file = fopen(STATS, "r");
	char line[256];
	size_t i;

	if (!file)
		check(STATS, -errno);
	do {
		if (!fgets(line, sizeof(line), file))
			check(STATS, -ENODATA);
	} while (strncmp(line, "least-ahead ", 12));
	fclose(file);
	strtok(line, " ");
	for (i = 0; i <= RING_BANDS; i++)
		pages[i] = strtoul(strtok(NULL, " ") ?: "", NULL, 10);
}

/*
 * How deep does the ring have to be? What the engine took and the driver did not
 * put back yet does not depend on the depth, as long as there is no underrun: a ring
 * of fewer bands runs dry in the pages in which so many were missing.
 */
static void bench_depth(const unsigned int before[RING_BANDS + 1], double band_ms)
{
	unsigned int after[RING_BANDS + 1], found = 0, least = RING_BANDS, bands, i;
	char what[64];

	read_least_ahead(after);
	for (i = RING_BANDS; i <= RING_BANDS; i--)
		if (after[i] != before[i])
			least = i;
	figure("fewest bands ready, of 15", least);
	figure("the longest that the driver was behind, in ms", (RING_BANDS - least) * band_ms);
	for (bands = RING_BANDS + 1; bands >= 2; bands--) {
		i = RING_BANDS + 1 - bands;
		snprintf(what, sizeof(what), "pages that run dry with a ring of %u bands", bands);
		figure(what, found);
		found += after[i] - before[i];
	}
}

static void bench(int fd, int tray, struct ifax_control *control, unsigned int pages)
{
	unsigned int factor = measure_factor(fd, tray);
	unsigned int rate = ENGINE_LINES_PER_S / factor;
	unsigned int before[RING_BANDS + 1];
	unsigned int printed, wrong = 0;
	double duration_s = 0, band_ns, worst_ns;
	uint64_t underruns;

	figure("times slower than 60 pages per minute", factor);
	figure("lines per second of the engine", rate);
	set_line_rate(rate);
	read_least_ahead(before);
	printed = print_pages(fd, tray, pages, &wrong, &duration_s);
	set_line_rate(0);
	band_ns = 1e9 * BAND_LINES / rate;
	worst_ns = band_ns_max(control, &underruns);
	figure("pages per minute", duration_s ? 60 * (printed - 1) / duration_s : 0);
	figure("band period in ms", band_ns / 1e6);
	figure("worst band decode time in ms", worst_ns / 1e6);
	figure("the same against the band period", worst_ns / band_ns);
	bench_depth(before, band_ns / 1e6);
	goal(printed == pages, "pages on paper as they were sent", printed, "all");
	goal(!wrong, "sheets that are not", wrong, "0");
	goal(!underruns, "underruns", underruns, "0");
	goal(worst_ns < RING_BANDS * band_ns, "worst band decode time against what the ring holds",
	     worst_ns / RING_BANDS / band_ns, "less than 1");
}

int main(int argc, char **argv)
{
	struct ifax_format format = { .x_dpi = DPI, .y_dpi = DPI };
	struct ifax_control *control;
	int fd, tray, pages;

	pages = argc == 6 ? atoi(argv[3]) : 0;
	if (pages < 2 || ifax_coding_by_name(argv[4], &format.coding)) {
		puts("Bail out! usage: realtime SHEET.pbm TABLE.tsv PAGES CODING INSTRUCTION_NS, "
		     "with 2 pages at least");
		return 2;
	}
	figures_begin(argv[2]);
	read_sheet(argv[1]);
	format.width_px = width_px;
	code_sheet(&format);
	check("control", ifax_control_open(&control));
	fd = ifax_open_printer("print0", 0);
	check("print0", fd);
	format.length_lines = lines;
	check("print0", ifax_set_format(fd, &format));
	tray = open(TRAY, O_RDONLY | O_NONBLOCK);
	if (tray < 0)
		check(TRAY, -errno);
	free_engine_from_load();
	figure("million instructions per second, all processors", 1000 / atof(argv[5]));
	figure("busy tasks", load_processors());
	bench(fd, tray, control, pages);
	return figures_end();
}
