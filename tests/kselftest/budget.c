// SPDX-License-Identifier: GPL-2.0
/*
 * A page store that is full: the page ends, or the writer waits, and nothing
 * else is harmed.
 */
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <kselftest_harness.h>
#include "machine.h"

#define SMALL_KIB	128
#define LINE_BYTES	(A4_WIDTH_PX / 8)
/* Uncoded, this many lines need more than the small budget, or half of it */
#define LINES_TOO_MANY	(3 * SMALL_KIB * 1024 / LINE_BYTES)
#define LINES_HALF	(SMALL_KIB * 1024 * 6 / 10 / LINE_BYTES)

FIXTURE(budget)
{
	int scanner;
	int printer;
	struct ifax_format format;
};

FIXTURE_SETUP(budget)
{
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	ASSERT_TRUE(machine_uncoded(self->scanner, self->printer, &self->format));
	ASSERT_TRUE(set_budget_kib(SMALL_KIB));
}

FIXTURE_TEARDOWN(budget)
{
	machine_close(self->scanner, self->printer);
}

TEST_F(budget, caps)
{
	struct ifax_caps caps;

	ASSERT_EQ(0, ifax_get_caps(self->scanner, &caps));
	EXPECT_EQ(SMALL_KIB * 1024, caps.budget_bytes);
	/* More than all devices have, one cannot have */
	ASSERT_TRUE(set_total_budget_kib(SMALL_KIB / 2));
	ASSERT_EQ(0, ifax_get_caps(self->scanner, &caps));
	EXPECT_EQ(SMALL_KIB * 1024 / 2, caps.budget_bytes);
}

static void read_whole_page(struct __test_metadata *_metadata, FIXTURE_DATA(budget) *self,
			    const struct sheet *sheet)
{
	struct ifax_page_record record;
	struct coded coded;

	EXPECT_LT(0, read_page(self->scanner, &coded));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(sheet->lines, record.lines);
	ASSERT_EQ(sheet->row_bytes * sheet->lines, coded.bytes);
	EXPECT_EQ(coded.bytes, record.bytes);
	EXPECT_EQ(0, memcmp(coded.data, sheet->rows, coded.bytes));
	EXPECT_EQ(0, used_bytes(self->scanner));
	coded_free(&coded);
}

/* The motor waits, for longer than the driver waits for a dead one, and goes on */
static void scan_pauses(struct __test_metadata *_metadata, FIXTURE_DATA(budget) *self,
			unsigned int wait_s)
{
	struct ifax_state state;
	struct sheet sheet;
	uint64_t used;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES_TOO_MANY, 1);
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_EQ(0, ifax_start(self->scanner));
	ASSERT_TRUE(wait_for_state(self->scanner, IFAX_STATE_PAUSED, IFAX_STATE_PAUSED));
	used = used_bytes(self->scanner);
	EXPECT_GE(SMALL_KIB * 1024, used);
	EXPECT_LT(SMALL_KIB * 1024 - 8192, used);
	EXPECT_EQ(0, poll_ms(self->scanner, POLLPRI, 1 + 1000 * wait_s));
	ASSERT_EQ(0, ifax_get_state(self->scanner, &state));
	EXPECT_EQ(IFAX_STATE_PAUSED | IFAX_STATE_BUSY | IFAX_STATE_LAMP_ON, state.flags);
	read_whole_page(_metadata, self, &sheet);
	sheet_free(&sheet);
}

TEST_F(budget, scan_pauses)
{
	scan_pauses(_metadata, self, 10);
}

TEST_F(budget, scan_with_a_clock_pauses)
{
	ASSERT_TRUE(set_line_rate(4000));
	scan_pauses(_metadata, self, 0);
}

TEST_F(budget, scanner_that_cannot_pause)
{
	struct ifax_page_record record;
	struct coded coded;
	struct sheet sheet;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES_TOO_MANY, 1);
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_TRUE(set_scan_pause(false));
	ASSERT_TRUE(set_line_rate(4000));
	ASSERT_EQ(0, ifax_start(self->scanner));
	EXPECT_EQ(POLLPRI, poll_ms(self->scanner, POLLPRI, PATIENCE_MS));
	EXPECT_LT(0, read_page(self->scanner, &coded));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OVERRUN, record.status);
	EXPECT_EQ(record.lines * LINE_BYTES, coded.bytes);
	EXPECT_EQ(0, memcmp(coded.data, sheet.rows, coded.bytes));
	coded_free(&coded);
	sheet_free(&sheet);
}

TEST_F(budget, cancel_while_paused)
{
	struct ifax_page_record record;
	struct coded coded;
	struct sheet sheet;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES_TOO_MANY, 1);
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_EQ(0, ifax_start(self->scanner));
	ASSERT_TRUE(wait_for_state(self->scanner, IFAX_STATE_PAUSED, IFAX_STATE_PAUSED));
	ASSERT_EQ(0, ifax_cancel(self->scanner));
	EXPECT_TRUE(wait_for_state(self->scanner, IFAX_STATE_PAUSED, 0));
	EXPECT_LT(0, read_page(self->scanner, &coded));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_CANCELLED, record.status);
	EXPECT_EQ(record.lines * LINE_BYTES, coded.bytes);
	EXPECT_EQ(0, memcmp(coded.data, sheet.rows, coded.bytes));
	EXPECT_EQ(0, used_bytes(self->scanner));
	coded_free(&coded);
	sheet_free(&sheet);
}

/* A larger budget lets the motor go on, too. */
TEST_F(budget, paused_until_the_budget_is_larger)
{
	struct sheet sheet;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES_TOO_MANY, 1);
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_EQ(0, ifax_start(self->scanner));
	ASSERT_TRUE(wait_for_state(self->scanner, IFAX_STATE_PAUSED, IFAX_STATE_PAUSED));
	ASSERT_TRUE(set_budget_kib(BUDGET_KIB));
	EXPECT_EQ(POLLPRI, poll_ms(self->scanner, POLLPRI, PATIENCE_MS));
	read_whole_page(_metadata, self, &sheet);
	sheet_free(&sheet);
}

/* What the printer's pages take of the total, the scanner cannot have. */
TEST_F(budget, total)
{
	struct sheet sheet, full;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES_TOO_MANY, 1);
	sheet_draw(&full, A4_WIDTH_PX, LINES_TOO_MANY, 2);
	ASSERT_TRUE(set_budget_kib(BUDGET_KIB));
	ASSERT_TRUE(set_total_budget_kib(SMALL_KIB));
	EXPECT_EQ(-ENOSPC, ifax_write_all(self->printer, full.rows,
					  full.row_bytes * full.lines));
	EXPECT_GE(SMALL_KIB * 1024, used_bytes(self->printer));
	ASSERT_TRUE(feeder_put(&sheet));
	EXPECT_EQ(-ENOSPC, ifax_start(self->scanner));

	ASSERT_EQ(0, ifax_cancel(self->printer));
	ASSERT_EQ(0, ifax_start(self->scanner));
	ASSERT_TRUE(wait_for_state(self->scanner, IFAX_STATE_PAUSED, IFAX_STATE_PAUSED));
	EXPECT_EQ(-ENOSPC, ifax_write_all(self->printer, full.rows, 8192));
	read_whole_page(_metadata, self, &sheet);
	sheet_free(&sheet);
	sheet_free(&full);
}

/* A page larger than the store goes through it if somebody reads. */
TEST_F(budget, scan_page_read_in_time)
{
	struct ifax_page_record record;
	struct coded coded;
	struct sheet sheet;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES_TOO_MANY, 3);
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_TRUE(set_line_rate(400));
	ASSERT_EQ(0, ifax_start(self->scanner));
	EXPECT_LT(0, read_page(self->scanner, &coded));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(LINES_TOO_MANY, record.lines);
	ASSERT_EQ(sheet.row_bytes * sheet.lines, coded.bytes);
	EXPECT_EQ(0, memcmp(coded.data, sheet.rows, coded.bytes));
	coded_free(&coded);
	sheet_free(&sheet);
}

static void print_whole(struct __test_metadata *_metadata, FIXTURE_DATA(budget) *self)
{
	struct ifax_page_record record;
	struct sheet sheet, got;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES_HALF, 4);
	ASSERT_TRUE(write_sheet(self->printer, &self->format, &sheet));
	ASSERT_EQ(0, ifax_commit(self->printer));
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_TRUE(tray_take(&got));
	EXPECT_TRUE(sheet_same(&sheet, &got));
	sheet_free(&got);
	sheet_free(&sheet);
}

TEST_F(budget, print_page_too_large)
{
	struct sheet sheet;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES_TOO_MANY, 5);
	EXPECT_EQ(-ENOSPC, ifax_write_all(self->printer, sheet.rows,
					  sheet.row_bytes * sheet.lines));
	EXPECT_GE(SMALL_KIB * 1024, used_bytes(self->printer));
	EXPECT_EQ(POLLOUT, poll_ms(self->printer, POLLOUT, 0));
	ASSERT_EQ(0, ifax_cancel(self->printer));
	EXPECT_EQ(0, used_bytes(self->printer));
	EXPECT_EQ(-ENODATA, ifax_commit(self->printer));
	print_whole(_metadata, self);
	sheet_free(&sheet);
}

static void on_alarm(int number)
{
}

TEST_F(budget, print_waits_for_room)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval timer = { .it_value.tv_usec = 200000, .it_interval.tv_usec = 200000 };
	struct ifax_page_record record;
	struct sheet sheet, got;
	size_t bytes;
	ssize_t n;
	int page;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES_HALF, 6);
	bytes = sheet.row_bytes * sheet.lines;
	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	ASSERT_EQ(0, ifax_write_all(self->printer, sheet.rows, bytes));
	ASSERT_EQ(0, ifax_commit(self->printer));

	/* The second page does not fit beside the first */
	n = write(self->printer, sheet.rows, bytes);
	ASSERT_LT(0, n);
	ASSERT_LT(n, bytes);
	EXPECT_EQ(0, poll_ms(self->printer, POLLOUT, 0));
	block(self->printer, false);
	EXPECT_EQ(-1, write(self->printer, sheet.rows + n, bytes - n));
	EXPECT_EQ(EAGAIN, errno);
	block(self->printer, true);

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	EXPECT_EQ(-1, write(self->printer, sheet.rows + n, bytes - n));
	EXPECT_EQ(EINTR, errno);
	setitimer(ITIMER_REAL, &(struct itimerval){}, NULL);

	ASSERT_TRUE(set_line_rate(0));
	EXPECT_EQ(0, ifax_write_all(self->printer, sheet.rows + n, bytes - n));
	ASSERT_EQ(0, ifax_commit(self->printer));
	for (page = 1; page <= 2; page++) {
		ASSERT_EQ(0, ifax_get_page(self->printer, &record));
		EXPECT_EQ(IFAX_PAGE_OK, record.status);
		EXPECT_TRUE(tray_take(&got));
		EXPECT_TRUE(sheet_same(&sheet, &got));
		sheet_free(&got);
	}
	sheet_free(&sheet);
}

TEST_HARNESS_MAIN
