// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"

#define FEEDER_PATH	"/dev/ifax/" FEEDER
#define TRAY_PATH	"/dev/ifax/" TRAY

static bool failed(const char *what)
{
	fprintf(stderr, "# %s: %s\n", what, strerror(errno));
	return false;
}

static bool write_whole(int fd, const void *data, size_t bytes)
{
	ssize_t n;

	for (; bytes; data = (const char *)data + n, bytes -= n) {
		n = write(fd, data, bytes);
		if (n <= 0)
			return false;
	}
	return true;
}

static bool read_whole(int fd, void *data, size_t bytes)
{
	ssize_t n;

	for (; bytes; data = (char *)data + n, bytes -= n) {
		n = read(fd, data, bytes);
		if (n <= 0)
			return false;
	}
	return true;
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write_whole(fd, text, strlen(text));

	if (!ok)
		failed(path);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* A sheet of paper into the feeder */
bool feeder_put(const struct sheet *sheet)
{
	char header[64];
	bool ok;
	int fd;

	fd = open(FEEDER_PATH, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return failed(FEEDER_PATH);
	snprintf(header, sizeof(header), "P4\n%u %u\n", sheet->width_px, sheet->lines);
	ok = write_whole(fd, header, strlen(header)) &&
	     write_whole(fd, sheet->rows, sheet->row_bytes * sheet->lines);
	if (!ok)
		failed(FEEDER_PATH);
	close(fd);
	return ok;
}

/* Scans what lies in the feeder; @fd: the scanner */
void feeder_empty(int fd)
{
	struct ifax_page_record record;

	while (!ifax_start(fd) && !ifax_get_page(fd, &record))
		;
}

/* A number of the header, what stands before it, and the one byte behind it */
static bool read_number(int fd, uint32_t *number)
{
	bool comment = false, digits = false;
	char c;

	for (*number = 0; read_whole(fd, &c, 1);) {
		if (c == '#' && !digits) {
			comment = true;
		} else if (comment) {
			comment = c != '\n';
		} else if (c >= '0' && c <= '9') {
			digits = true;
			*number = 10 * *number + c - '0';
		} else if (digits) {
			return true;
		}
	}
	return false;
}

static bool read_sheet(int fd, struct sheet *sheet)
{
	uint32_t width_px, lines;
	char magic[2];

	if (!read_whole(fd, magic, sizeof(magic)) || memcmp(magic, "P4", sizeof(magic)))
		return false;
	if (!read_number(fd, &width_px) || !read_number(fd, &lines))
		return false;
	sheet_alloc(sheet, width_px, lines);
	return read_whole(fd, sheet->rows, sheet->row_bytes * lines);
}

/* The sheet that came out of the print engine first; false: the tray is empty */
bool tray_take(struct sheet *sheet)
{
	int fd = open(TRAY_PATH, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	bool ok;

	*sheet = (struct sheet){};
	if (fd < 0)
		return failed(TRAY_PATH);
	ok = read_sheet(fd, sheet);
	close(fd);
	return ok;
}

void tray_empty(void)
{
	struct sheet sheet;

	while (tray_take(&sheet))
		sheet_free(&sheet);
	sheet_free(&sheet);
}

/* Waits until so many sheets lie in the tray */
bool tray_wait(unsigned int sheets)
{
	unsigned int found = 0;
	FILE *file;
	int i;

	for (i = 0; i < PATIENCE_MS / 20; i++) {
		file = fopen("/sys/class/misc/ifax-" TRAY "/sheets", "r");
		if (!file || fscanf(file, "%u", &found) != 1)
			return failed("sheets");
		fclose(file);
		if (found == sheets)
			return true;
		usleep(20000);
	}
	fprintf(stderr, "# %u sheets in the tray, wanted %u\n", found, sheets);
	return false;
}

static bool write_parameter(const char *path, unsigned int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	return write_file(path, text);
}

/* Lines per second of the simulated hardware, 0: as fast as it goes */
bool set_line_rate(unsigned int lines_per_s)
{
	return write_parameter("/sys/module/ifax_sim/parameters/line_rate", lines_per_s);
}

/* Time of a sheet on its way to the drum, and out */
bool set_feed_ms(unsigned int feed_ms)
{
	return write_parameter("/sys/module/ifax_sim/parameters/feed_ms", feed_ms);
}

/* Can a scanner with a line rate wait for the driver? */
bool set_scan_pause(bool pause)
{
	return write_parameter("/sys/module/ifax_sim/parameters/scan_pause", pause);
}

bool set_budget_kib(unsigned int budget_kib)
{
	return write_parameter("/sys/module/ifax/parameters/budget_kib", budget_kib);
}

bool set_total_budget_kib(unsigned int budget_kib)
{
	return write_parameter("/sys/module/ifax/parameters/total_budget_kib", budget_kib);
}

/* An eighth of the machine's memory, from 4 to 256 MiB */
unsigned int total_budget_default_kib(void)
{
	struct sysinfo memory;
	unsigned long long kib;

	if (sysinfo(&memory))
		return 0;
	kib = (unsigned long long)memory.totalram * memory.mem_unit / 8 / 1024;
	return kib < 4096 ? 4096 : kib > 262144 ? 262144 : kib;
}

/* What a person does to the machine: paper_sheets, jam, cover_open */
bool set_sensor(const char *pile, const char *sensor, unsigned int value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/class/misc/ifax-%s/%s", pile, sensor);
	return write_parameter(path, value);
}

/* What goes wrong in an engine, "scan0" or "print0": see Documentation/simulator.rst */
static bool order(const char *engine, const char *file, const char *text)
{
	char path[PATH_MAX];
	bool done = false;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/ifax-sim/%s/%s", engine, file);
	fd = open(path, O_WRONLY);
	if (fd >= 0) {
		done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
		close(fd);
	}
	return done || failed(path);
}

bool order_fault(const char *engine, const char *fault)
{
	return order(engine, "fault", fault);
}

bool order_trays(const char *engine, const char *text)
{
	return order(engine, "trays", text);
}

/* The driver and the hardware of the devices, remembered while they are apart */
static struct binding {
	char name[16];
	char driver[PATH_MAX];
	char hardware[PATH_MAX];
} bindings[2];

static struct binding *find_binding(const char *name)
{
	struct binding *binding = &bindings[strcmp(name, SCANNER) ? 1 : 0];
	char path[PATH_MAX];

	if (binding->name[0])
		return binding;
	snprintf(path, sizeof(path), "/sys/class/ifax/%s/device", name);
	if (!realpath(path, binding->hardware)) {
		failed(path);
		return NULL;
	}
	snprintf(path, sizeof(path), "/sys/class/ifax/%s/device/driver", name);
	if (!realpath(path, binding->driver)) {
		failed(path);
		return NULL;
	}
	snprintf(binding->name, sizeof(binding->name), "%s", name);
	return binding;
}

static int write_binding(const char *name, const char *file)
{
	struct binding *binding = find_binding(name);
	char path[PATH_MAX];
	const char *hardware;
	int fd, err = 0;

	if (!binding ||
	    snprintf(path, sizeof(path), "%s/%s", binding->driver, file) >= (int)sizeof(path))
		return -ENODEV;
	hardware = strrchr(binding->hardware, '/') + 1;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, hardware, strlen(hardware)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static bool change_binding(const char *name, const char *file)
{
	int err = write_binding(name, file);

	if (err)
		fprintf(stderr, "# %s: %s: %s\n", name, file, strerror(-err));
	return !err;
}

/* Takes the hardware away from the driver, and with it the device. */
bool driver_unbind(const char *name)
{
	return change_binding(name, "unbind");
}

bool driver_bind(const char *name)
{
	return change_binding(name, "bind");
}

int driver_try_bind(const char *name)
{
	return write_binding(name, "bind");
}

/* Writes a page to a printer, without the commit. */
bool write_sheet(int fd, const struct ifax_format *format, const struct sheet *sheet)
{
	struct coded coded;
	int err = -EINVAL;

	if (coded_from_sheet(&coded, format, sheet))
		err = ifax_write_all(fd, coded.data, coded.bytes);
	if (err)
		fprintf(stderr, "# write_sheet: %s\n", ifax_error_text(err));
	coded_free(&coded);
	return !err;
}

/* Reads a page to its end. Returns the number of bytes or a negative errno. */
ssize_t read_page(int fd, struct coded *coded)
{
	char data[3000];
	ssize_t n;

	*coded = (struct coded){};
	while ((n = ifax_read(fd, data, sizeof(data))) > 0)
		coded_append(coded, data, n);
	return n ?: (ssize_t)coded->bytes;
}

void block(int fd, bool blocking)
{
	int flags = fcntl(fd, F_GETFL);

	if (fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK))
		failed("fcntl");
}

/* What poll() reports, 0: nothing came within the time. */
int poll_ms(int fd, short events, int timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = events };

	return poll(&pollfd, 1, timeout_ms) < 0 ? -errno : pollfd.revents;
}

/* Waits until those flags of the state that are in @mask are @flags */
bool wait_for_state(int fd, uint32_t mask, uint32_t flags)
{
	struct ifax_state state = {};
	int i;

	for (i = 0; i < PATIENCE_MS / 20; i++) {
		if (!ifax_get_state(fd, &state) && (state.flags & mask) == flags)
			return true;
		usleep(20000);
	}
	fprintf(stderr, "# state 0x%x, wanted 0x%x of 0x%x\n", state.flags, flags, mask);
	return false;
}

/* Memory of the device's page store that is in use */
uint64_t used_bytes(int fd)
{
	struct ifax_state state;

	return ifax_get_state(fd, &state) ? UINT64_MAX : state.budget_used_bytes;
}

uint64_t boottime_ns(void)
{
	struct timespec now = {};

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static bool set_both(int scanner, int printer, const struct ifax_format *format)
{
	return !ifax_set_format(scanner, format) && !ifax_set_format(printer, format);
}

bool machine_open(int *scanner, int *printer, struct ifax_format *format)
{
	if (!set_line_rate(0))
		return false;
	tray_empty();
	*scanner = ifax_open_scanner(SCANNER, 0);
	*printer = ifax_open_printer(PRINTER, 0);
	if (*scanner < 0 || *printer < 0) {
		fprintf(stderr, "# %s: %d, %s: %d\n", SCANNER, *scanner, PRINTER, *printer);
		return false;
	}
	feeder_empty(*scanner);
	if (ifax_get_format(*printer, format))
		return failed("format");
	format->width_px = A4_WIDTH_PX;
	return set_both(*scanner, *printer, format) || failed("format");
}

bool machine_uncoded(int scanner, int printer, struct ifax_format *format)
{
	if (ifax_get_format(printer, format))
		return failed("format");
	format->coding = IFAX_CODING_RAW;
	format->flags = 0;
	format->width_px = A4_WIDTH_PX;
	return set_both(scanner, printer, format) || failed("format");
}

void machine_close(int scanner, int printer)
{
	close(scanner);
	close(printer);
	set_line_rate(0);
	set_scan_pause(true);
	set_budget_kib(BUDGET_KIB);
	set_total_budget_kib(total_budget_default_kib());
	set_sensor(TRAY, "paper_sheets", 1000);
	set_sensor(TRAY, "jam", 0);
	set_sensor(FEEDER, "jam", 0);
	set_sensor(FEEDER, "cover_open", 0);
}
