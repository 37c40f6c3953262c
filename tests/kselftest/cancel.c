// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that do not come to their end: cancelled, jammed, out of paper, or
 * their job was closed.
 */
#include <poll.h>
#include <kselftest_harness.h>
#include "machine.h"

#define LINES		400

FIXTURE(cancel)
{
	int scanner;
	int printer;
	struct ifax_format format;
	struct sheet sheet;
};

FIXTURE_SETUP(cancel)
{
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	sheet_noise(&self->sheet, A4_WIDTH_PX, LINES, 1);
}

FIXTURE_TEARDOWN(cancel)
{
	machine_close(self->scanner, self->printer);
	sheet_free(&self->sheet);
}

TEST_F(cancel, nothing)
{
	struct ifax_page_record record;

	EXPECT_EQ(0, ifax_cancel(self->scanner));
	EXPECT_EQ(0, ifax_cancel(self->printer));
	EXPECT_EQ(-ENODATA, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(-ENODATA, ifax_get_page(self->printer, &record));
}

/* Reads what there is of the page and compares it with the top of the sheet. */
static void expect_top_of_sheet(struct __test_metadata *_metadata, FIXTURE_DATA(cancel) *self,
				uint32_t status)
{
	struct ifax_format format = self->format;
	struct ifax_page_record record;
	struct coded coded;
	struct sheet got;

	EXPECT_LE(0, read_page(self->scanner, &coded));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(status, record.status);
	EXPECT_LT(record.lines, LINES);
	EXPECT_EQ(coded.bytes, record.bytes);
	format.length_lines = record.lines;
	EXPECT_TRUE(coded_to_sheet(&coded, &format, &got));
	EXPECT_EQ(0, memcmp(self->sheet.rows, got.rows, got.row_bytes * got.lines));
	sheet_free(&got);
	coded_free(&coded);
}

static void expect_scan_works(struct __test_metadata *_metadata, FIXTURE_DATA(cancel) *self)
{
	struct ifax_page_record record;

	ASSERT_TRUE(set_line_rate(0));
	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_EQ(0, ifax_start(self->scanner));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(LINES, record.lines);
}

static void expect_print_works(struct __test_metadata *_metadata, FIXTURE_DATA(cancel) *self)
{
	struct ifax_page_record record;
	struct sheet got;

	ASSERT_TRUE(set_line_rate(0));
	tray_empty();
	ASSERT_TRUE(write_sheet(self->printer, &self->format, &self->sheet));
	ASSERT_EQ(0, ifax_commit(self->printer));
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_TRUE(tray_take(&got));
	EXPECT_TRUE(sheet_same(&self->sheet, &got));
	sheet_free(&got);
}

TEST_F(cancel, scan)
{
	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
	EXPECT_EQ(POLLIN, poll_ms(self->scanner, POLLIN, PATIENCE_MS));
	ASSERT_EQ(0, ifax_cancel(self->scanner));
	expect_top_of_sheet(_metadata, self, IFAX_PAGE_CANCELLED);
	feeder_empty(self->scanner);
	expect_scan_works(_metadata, self);
}

/* A reader that waits learns that the page has ended. */
TEST_F(cancel, scan_while_somebody_reads)
{
	struct coded coded;
	pid_t reader;
	int status;

	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
	reader = fork();
	if (!reader)
		_exit(read_page(self->scanner, &coded) < 0);
	usleep(500000);
	ASSERT_EQ(0, ifax_cancel(self->scanner));
	ASSERT_EQ(reader, waitpid(reader, &status, 0));
	EXPECT_EQ(0, status);
}

static void queue_pages(struct __test_metadata *_metadata, FIXTURE_DATA(cancel) *self)
{
	int page;

	for (page = 1; page <= 3; page++) {
		ASSERT_TRUE(write_sheet(self->printer, &self->format, &self->sheet));
		ASSERT_EQ(0, ifax_commit(self->printer));
	}
}

static void expect_status(struct __test_metadata *_metadata, FIXTURE_DATA(cancel) *self,
			  uint32_t seq, uint32_t status)
{
	struct ifax_page_record record;

	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(seq, record.seq);
	EXPECT_EQ(status, record.status);
}

TEST_F(cancel, print)
{
	struct ifax_page_record record;
	uint32_t page;

	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	queue_pages(_metadata, self);
	ASSERT_TRUE(write_sheet(self->printer, &self->format, &self->sheet));
	ASSERT_EQ(0, ifax_cancel(self->printer));
	for (page = 1; page <= 3; page++)
		expect_status(_metadata, self, page, IFAX_PAGE_CANCELLED);
	EXPECT_EQ(-ENODATA, ifax_get_page(self->printer, &record));
	EXPECT_EQ(-ENODATA, ifax_commit(self->printer));
	expect_print_works(_metadata, self);
}

TEST_F(cancel, close)
{
	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
	queue_pages(_metadata, self);
	close(self->printer);
	close(self->scanner);

	self->printer = ifax_open_printer(PRINTER, 0);
	ASSERT_LE(0, self->printer);
	self->scanner = ifax_open_scanner(SCANNER, 0);
	ASSERT_LE(0, self->scanner);
	ASSERT_EQ(0, ifax_set_format(self->printer, &self->format));
	feeder_empty(self->scanner);
	expect_print_works(_metadata, self);
	expect_scan_works(_metadata, self);
}

TEST_F(cancel, scan_jam)
{
	ASSERT_TRUE(order_fault("scan0", "jam line=200"));
	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_EQ(0, ifax_start(self->scanner));
	expect_top_of_sheet(_metadata, self, IFAX_PAGE_JAM);
	ASSERT_TRUE(feeder_put(&self->sheet));
	EXPECT_EQ(-EIO, ifax_start(self->scanner));
	ASSERT_TRUE(set_sensor(FEEDER, "jam", 0));
	feeder_empty(self->scanner);
	expect_scan_works(_metadata, self);
}

TEST_F(cancel, scan_cover_open)
{
	struct ifax_state state;

	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
	ASSERT_TRUE(set_sensor(FEEDER, "cover_open", 1));
	expect_top_of_sheet(_metadata, self, IFAX_PAGE_COVER_OPEN);
	ASSERT_EQ(0, ifax_get_state(self->scanner, &state));
	EXPECT_TRUE(state.flags & IFAX_STATE_COVER_OPEN);
}

/* Pages behind one that failed must not come out before it. */
TEST_F(cancel, print_jam)
{
	ASSERT_TRUE(order_fault("print0", "jam line=200"));
	queue_pages(_metadata, self);
	expect_status(_metadata, self, 1, IFAX_PAGE_JAM);
	expect_status(_metadata, self, 2, IFAX_PAGE_CANCELLED);
	expect_status(_metadata, self, 3, IFAX_PAGE_CANCELLED);
	ASSERT_TRUE(set_sensor(TRAY, "jam", 0));
	expect_print_works(_metadata, self);
}

TEST_F(cancel, print_without_paper)
{
	struct ifax_state state;

	ASSERT_TRUE(set_sensor(TRAY, "paper_sheets", 0));
	ASSERT_EQ(0, ifax_get_state(self->printer, &state));
	EXPECT_TRUE(state.flags & IFAX_STATE_NO_PAPER);
	queue_pages(_metadata, self);
	expect_status(_metadata, self, 1, IFAX_PAGE_NO_PAPER);
	ASSERT_TRUE(set_sensor(TRAY, "paper_sheets", 1000));
	expect_status(_metadata, self, 2, IFAX_PAGE_CANCELLED);
	expect_status(_metadata, self, 3, IFAX_PAGE_CANCELLED);
	expect_print_works(_metadata, self);
}

TEST_HARNESS_MAIN
