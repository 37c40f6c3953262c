// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting: poll(), O_NONBLOCK, and signals.
 */
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <kselftest_harness.h>
#include "machine.h"

#define LINES		400

FIXTURE(poll)
{
	int scanner;
	int printer;
	struct ifax_format format;
	struct sheet sheet;
};

FIXTURE_SETUP(poll)
{
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	sheet_noise(&self->sheet, A4_WIDTH_PX, LINES, 1);
}

FIXTURE_TEARDOWN(poll)
{
	machine_close(self->scanner, self->printer);
	sheet_free(&self->sheet);
}

TEST_F(poll, scanner)
{
	struct ifax_page_record record;
	struct coded coded;
	char byte;

	block(self->scanner, false);
	EXPECT_EQ(0, poll_ms(self->scanner, POLLIN | POLLPRI | POLLOUT, 0));
	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(CRAWL_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
	EXPECT_EQ(-EAGAIN, ifax_read(self->scanner, &byte, 1));
	EXPECT_EQ(-EAGAIN, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(0, poll_ms(self->scanner, POLLIN | POLLPRI, 0));

	/* Data comes before the page ends */
	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	EXPECT_EQ(POLLIN, poll_ms(self->scanner, POLLIN | POLLPRI, PATIENCE_MS));
	EXPECT_EQ(-EAGAIN, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(-EAGAIN, read_page(self->scanner, &coded));
	coded_free(&coded);

	ASSERT_TRUE(set_line_rate(0));
	EXPECT_EQ(POLLPRI, poll_ms(self->scanner, POLLPRI, PATIENCE_MS));
	EXPECT_LT(0, read_page(self->scanner, &coded));
	coded_free(&coded);
	EXPECT_EQ(POLLIN | POLLPRI, poll_ms(self->scanner, POLLIN | POLLPRI, 0));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(0, poll_ms(self->scanner, POLLIN | POLLPRI, 0));
}

TEST_F(poll, printer)
{
	struct ifax_page_record record;

	block(self->printer, false);
	EXPECT_EQ(POLLOUT, poll_ms(self->printer, POLLIN | POLLOUT | POLLPRI, 0));
	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	ASSERT_TRUE(write_sheet(self->printer, &self->format, &self->sheet));
	ASSERT_EQ(0, ifax_commit(self->printer));
	EXPECT_EQ(-EAGAIN, ifax_get_page(self->printer, &record));
	EXPECT_EQ(POLLOUT, poll_ms(self->printer, POLLOUT | POLLPRI, 0));

	ASSERT_TRUE(set_line_rate(0));
	EXPECT_EQ(POLLPRI, poll_ms(self->printer, POLLPRI, PATIENCE_MS));
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(0, poll_ms(self->printer, POLLPRI, 0));
}

static void on_alarm(int number)
{
}

/* A signal soon, and again and again in case it comes before the wait begins */
static void alarm_soon(bool on)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval timer = {
		.it_value.tv_usec = on ? 200000 : 0,
		.it_interval.tv_usec = on ? 200000 : 0,
	};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

TEST_F(poll, signals_end_a_wait)
{
	struct ifax_page_record record;
	struct coded coded;
	char byte;

	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(CRAWL_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
	ASSERT_TRUE(write_sheet(self->printer, &self->format, &self->sheet));
	ASSERT_EQ(0, ifax_commit(self->printer));

	alarm_soon(true);
	EXPECT_EQ(-EINTR, ifax_read(self->scanner, &byte, 1));
	EXPECT_EQ(-EINTR, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(-EINTR, ifax_get_page(self->printer, &record));
	alarm_soon(false);

	ASSERT_TRUE(set_line_rate(0));
	EXPECT_LT(0, read_page(self->scanner, &coded));
	EXPECT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	coded_free(&coded);
}

TEST_HARNESS_MAIN
