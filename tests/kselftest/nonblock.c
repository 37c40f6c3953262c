// SPDX-License-Identifier: GPL-2.0
/*
 * With O_NONBLOCK no call waits, and poll() says when to come again; without it,
 * a signal ends each wait, and what was done until then counts.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <time.h>
#include <kselftest_harness.h>
#include "machine.h"

#define LINES		200
#define SMALL_KIB	64
/* Uncoded, more than the small budget */
#define LINES_TOO_MANY	(2 * SMALL_KIB * 1024 / (A4_WIDTH_PX / 8))

FIXTURE(nonblock)
{
	int scanner;
	int printer;
	struct ifax_format format;
	struct sheet sheet;
};

FIXTURE_SETUP(nonblock)
{
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	ASSERT_TRUE(machine_uncoded(self->scanner, self->printer, &self->format));
	block(self->scanner, false);
	block(self->printer, false);
	sheet_draw(&self->sheet, A4_WIDTH_PX, LINES, 1);
}

FIXTURE_TEARDOWN(nonblock)
{
	machine_close(self->scanner, self->printer);
	sheet_free(&self->sheet);
}

/* A page that is read as an event loop does it: only what poll() announced */
TEST_F(nonblock, scan)
{
	struct ifax_page_record record;
	size_t done = 0, waits = 0;
	char data[3000];
	ssize_t n;

	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(2000));
	ASSERT_EQ(0, ifax_start(self->scanner));
	EXPECT_EQ(-EAGAIN, ifax_get_page(self->scanner, &record));
	for (;;) {
		n = ifax_read(self->scanner, data, sizeof(data));
		if (n == -EAGAIN) {
			waits++;
			ASSERT_EQ(POLLIN, poll_ms(self->scanner, POLLIN, PATIENCE_MS) & POLLIN);
			continue;
		}
		ASSERT_LE(0, n);
		if (!n)
			break;
		EXPECT_EQ(0, memcmp(self->sheet.rows + done, data, n));
		done += n;
	}
	EXPECT_LT(0, waits);
	EXPECT_EQ(self->sheet.row_bytes * LINES, done);
	EXPECT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
}

/* The same with a printer whose store is smaller than two pages */
TEST_F(nonblock, print)
{
	size_t bytes = self->sheet.row_bytes * LINES, page, done, waits = 0;
	struct ifax_page_record record;
	struct sheet got;
	ssize_t n;

	ASSERT_TRUE(set_budget_kib(SMALL_KIB));
	ASSERT_TRUE(set_line_rate(2000));
	for (page = 1; page <= 3; page++) {
		for (done = 0; done < bytes; done += n) {
			n = write(self->printer, self->sheet.rows + done, bytes - done);
			if (n > 0)
				continue;
			ASSERT_EQ(EAGAIN, errno);
			n = 0;
			waits++;
			ASSERT_EQ(POLLOUT, poll_ms(self->printer, POLLOUT, PATIENCE_MS) & POLLOUT);
		}
		ASSERT_EQ(0, ifax_commit(self->printer));
	}
	EXPECT_LT(0, waits);
	for (page = 1; page <= 3; page++) {
		while ((n = ifax_get_page(self->printer, &record)) == -EAGAIN)
			ASSERT_LT(0, poll_ms(self->printer, POLLPRI, PATIENCE_MS));
		ASSERT_EQ(0, n);
		EXPECT_EQ(page, record.seq);
		EXPECT_EQ(IFAX_PAGE_OK, record.status);
		EXPECT_TRUE(tray_take(&got));
		EXPECT_TRUE(sheet_same(&self->sheet, &got));
		sheet_free(&got);
	}
}

/* A page that will never fit must not look as if waiting helped */
TEST_F(nonblock, page_too_large)
{
	struct sheet sheet;
	size_t done = 0, bytes;
	ssize_t n;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES_TOO_MANY, 2);
	bytes = sheet.row_bytes * sheet.lines;
	ASSERT_TRUE(set_budget_kib(SMALL_KIB));
	while ((n = write(self->printer, sheet.rows + done, bytes - done)) > 0)
		done += n;
	EXPECT_EQ(-1, n);
	EXPECT_EQ(ENOSPC, errno);
	EXPECT_EQ(POLLOUT, poll_ms(self->printer, POLLOUT, 0));
	sheet_free(&sheet);
}

/* Each edge of readiness is told once, none is missed */
TEST_F(nonblock, epoll_edges)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLPRI | EPOLLET }, came;
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct ifax_page_record record;
	size_t done = 0;
	char data[3000];
	ssize_t n = -EAGAIN;

	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->scanner, &event));
	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(2000));
	ASSERT_EQ(0, ifax_start(self->scanner));
	while (n) {
		ASSERT_EQ(1, epoll_wait(epoll, &came, 1, PATIENCE_MS));
		while ((n = ifax_read(self->scanner, data, sizeof(data))) > 0)
			done += n;
		ASSERT_TRUE(!n || n == -EAGAIN);
	}
	EXPECT_EQ(self->sheet.row_bytes * LINES, done);
	EXPECT_EQ(0, ifax_get_page(self->scanner, &record));
	close(epoll);
}

static void on_alarm(int number)
{
}

/* An alarm again and again, so that none comes too early to end a wait */
static void alarms(bool on, int flags)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = flags };
	struct itimerval timer = {};

	if (on)
		timer = (struct itimerval){ .it_value.tv_usec = 100000,
					    .it_interval.tv_usec = 100000 };
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

TEST_F(nonblock, signals_end_waits)
{
	struct ifax_page_record record;
	char data[100];

	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(CRAWL_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
	block(self->scanner, true);
	alarms(true, 0);
	EXPECT_EQ(-EINTR, ifax_read(self->scanner, data, sizeof(data)));
	EXPECT_EQ(-EINTR, ifax_get_page(self->scanner, &record));
	alarms(false, 0);
	EXPECT_EQ(0, ifax_cancel(self->scanner));
}

/* With SA_RESTART the program does not notice them */
TEST_F(nonblock, signals_restart_waits)
{
	struct ifax_page_record record;
	struct coded coded;

	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(400));
	ASSERT_EQ(0, ifax_start(self->scanner));
	block(self->scanner, true);
	alarms(true, SA_RESTART);
	EXPECT_EQ(self->sheet.row_bytes * LINES, read_page(self->scanner, &coded));
	EXPECT_EQ(0, ifax_get_page(self->scanner, &record));
	alarms(false, SA_RESTART);
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(0, memcmp(self->sheet.rows, coded.data, coded.bytes));
	coded_free(&coded);
}

/* What waits in the kernel can be killed */
TEST_F(nonblock, killed_while_waiting)
{
	char data[100];
	int status;
	pid_t pid;

	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(CRAWL_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
	block(self->scanner, true);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(ifax_read(self->scanner, data, sizeof(data)) != 0);
	usleep(200000);
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(SIGKILL, WTERMSIG(status));
	EXPECT_EQ(0, ifax_cancel(self->scanner));
}

TEST_HARNESS_MAIN
