// SPDX-License-Identifier: GPL-2.0
/*
 * The largest, the smallest and the most of everything: it works, and one more
 * is refused.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/resource.h>
#include <kselftest_harness.h>
#include "machine.h"

#define LINES		40
#define MANY_JOBS	2000
#define MEMORY_PAGE_KIB	4
#define MEMORY_BYTES	(1 << 20)

FIXTURE(limits)
{
	int scanner;
	int printer;
	struct ifax_caps scan_caps;
	struct ifax_caps print_caps;
	struct ifax_format format;
};

FIXTURE_SETUP(limits)
{
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	ASSERT_EQ(0, ifax_get_caps(self->scanner, &self->scan_caps));
	ASSERT_EQ(0, ifax_get_caps(self->printer, &self->print_caps));
}

FIXTURE_TEARDOWN(limits)
{
	machine_close(self->scanner, self->printer);
}

/* One page from the feeder to the tray, in a format; what comes out is what went in */
static void pass(struct __test_metadata *_metadata, FIXTURE_DATA(limits) * self,
		 const struct ifax_format *format, uint32_t lines)
{
	struct ifax_page_record record;
	struct coded coded;
	struct sheet sheet, got;

	sheet_draw(&sheet, format->width_px, lines, lines);
	ASSERT_EQ(0, ifax_set_format(self->scanner, format));
	ASSERT_EQ(0, ifax_set_format(self->printer, format));
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_EQ(0, ifax_start(self->scanner));
	ASSERT_LT(0, read_page(self->scanner, &coded));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	ASSERT_EQ(IFAX_PAGE_OK, record.status);
	ASSERT_EQ(lines, record.lines);
	ASSERT_EQ(0, ifax_write_all(self->printer, coded.data, coded.bytes));
	ASSERT_EQ(0, ifax_commit(self->printer));
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(lines, record.lines);
	EXPECT_TRUE(tray_take(&got));
	EXPECT_TRUE(sheet_same(&sheet, &got));
	sheet_free(&got);
	sheet_free(&sheet);
	coded_free(&coded);
}

static uint32_t widest(FIXTURE_DATA(limits) * self)
{
	return self->scan_caps.width_px_max < self->print_caps.width_px_max ?
	       self->scan_caps.width_px_max : self->print_caps.width_px_max;
}

static uint32_t narrowest(FIXTURE_DATA(limits) * self)
{
	return self->scan_caps.width_px_min > self->print_caps.width_px_min ?
	       self->scan_caps.width_px_min : self->print_caps.width_px_min;
}

TEST_F(limits, width)
{
	struct ifax_format format = self->format;

	for (format.coding = 0; ifax_coding_name(format.coding); format.coding++) {
		if (!ifax_has_coding(&self->scan_caps, format.coding) ||
		    !ifax_has_coding(&self->print_caps, format.coding))
			continue;
		format.flags = 0;
		format.width_px = widest(self);
		pass(_metadata, self, &format, LINES);
		format.width_px = narrowest(self);
		pass(_metadata, self, &format, LINES);
		pass(_metadata, self, &format, 1);
	}
	format.coding = IFAX_CODING_MMR;
	format.width_px = self->scan_caps.width_px_max + 1;
	EXPECT_EQ(-EINVAL, ifax_set_format(self->scanner, &format));
	format.width_px = 0;
	EXPECT_EQ(-EINVAL, ifax_set_format(self->scanner, &format));
	format.width_px = UINT32_MAX;
	EXPECT_EQ(-EINVAL, ifax_set_format(self->scanner, &format));
}

TEST_F(limits, length)
{
	uint32_t lines = self->scan_caps.length_lines_max;
	struct ifax_format format = self->format;

	if (lines > self->print_caps.length_lines_max)
		lines = self->print_caps.length_lines_max;
	format.width_px = narrowest(self);
	pass(_metadata, self, &format, lines);
	format.length_lines = self->scan_caps.length_lines_max + 1;
	EXPECT_EQ(-EINVAL, ifax_set_format(self->scanner, &format));
	format.length_lines = UINT32_MAX;
	EXPECT_EQ(-EINVAL, ifax_set_format(self->printer, &format));
}

/* One line more than the longest page, in data that is good otherwise */
TEST_F(limits, printed_page_too_long)
{
	uint32_t lines = self->print_caps.length_lines_max + 1;
	struct ifax_page_record record;
	struct sheet sheet, got;

	self->format.width_px = narrowest(self);
	ASSERT_EQ(0, ifax_set_format(self->printer, &self->format));
	sheet_alloc(&sheet, self->format.width_px, lines);
	ASSERT_TRUE(write_sheet(self->printer, &self->format, &sheet));
	EXPECT_EQ(-EBADMSG, ifax_commit(self->printer));
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_BAD_DATA, record.status);
	EXPECT_EQ(lines, record.fault_line);
	EXPECT_FALSE(tray_take(&got));
	sheet_free(&sheet);
}

/* As many bytes as a call may be asked for: it takes and gives what there is */
TEST_F(limits, counts_of_bytes)
{
	struct ifax_page_record record;
	struct sheet sheet;
	char *memory;
	ssize_t n;

	memory = mmap(NULL, 2 * MEMORY_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, memory);
	ASSERT_EQ(0, mprotect(memory, MEMORY_BYTES, PROT_READ | PROT_WRITE));
	sheet_draw(&sheet, 1728, LINES, 3);
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_EQ(0, ifax_start(self->scanner));
	ASSERT_EQ(POLLPRI, poll_ms(self->scanner, POLLPRI, PATIENCE_MS));
	EXPECT_EQ(0, ifax_read(self->scanner, memory, 0));
	n = ifax_read(self->scanner, memory, INT_MAX);
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(record.bytes, n);

	/* The memory ends long before the count does */
	EXPECT_EQ(0, write(self->printer, memory, 0));
	n = write(self->printer, memory, INT_MAX);
	EXPECT_LT(0, n);
	EXPECT_GE(MEMORY_BYTES, n);
	EXPECT_EQ(0, ifax_cancel(self->printer));
	munmap(memory, 2 * MEMORY_BYTES);
	sheet_free(&sheet);
}

/* The smallest budget there can be is one memory page; 0 is none at all */
TEST_F(limits, budget)
{
	struct ifax_page_record record;
	struct ifax_state state;
	struct sheet sheet;
	char data[8192] = {};

	sheet_noise(&sheet, 1728, LINES, 4);
	ASSERT_TRUE(set_budget_kib(MEMORY_PAGE_KIB));
	EXPECT_EQ(-ENOSPC, ifax_write_all(self->printer, data, sizeof(data)));
	ASSERT_EQ(0, ifax_get_state(self->printer, &state));
	EXPECT_GE(MEMORY_PAGE_KIB * 1024, state.budget_used_bytes);
	EXPECT_EQ(0, ifax_cancel(self->printer));
	ASSERT_TRUE(set_budget_kib(0));
	EXPECT_EQ(-ENOSPC, ifax_write_all(self->printer, data, 1));
	EXPECT_EQ(0, ifax_cancel(self->printer));
	ASSERT_TRUE(set_budget_kib(BUDGET_KIB));
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_EQ(0, ifax_start(self->scanner));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	sheet_free(&sheet);
}

/* A job after the other, some with a page begun: nothing is used up */
TEST_F(limits, many_jobs)
{
	struct ifax_state state;
	int i;

	for (i = 0; i < MANY_JOBS; i++) {
		close(self->printer);
		self->printer = ifax_open_printer(PRINTER, 0);
		ASSERT_LE(0, self->printer);
		if (i % 2)
			ASSERT_EQ(1, write(self->printer, "", 1));
	}
	EXPECT_EQ(0, ifax_cancel(self->printer));
	ASSERT_EQ(0, ifax_get_state(self->printer, &state));
	EXPECT_EQ(0, state.budget_used_bytes);
	EXPECT_EQ(0, state.pages_queued);
}

/* A process that may have no more files has not opened the device either */
TEST_F(limits, no_file_left)
{
	struct rlimit limit = { .rlim_cur = 0, .rlim_max = 1024 };

	close(self->printer);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_EQ(-EMFILE, ifax_open_printer(PRINTER, 0));
	limit.rlim_cur = 1024;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	self->printer = ifax_open_printer(PRINTER, 0);
	EXPECT_LE(0, self->printer);
}

TEST_HARNESS_MAIN
