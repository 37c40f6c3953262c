// SPDX-License-Identifier: GPL-2.0
/*
 * The hardware is taken away while files are open: what was scanned can be
 * read, everybody who waits wakes up, and the next one to open starts afresh.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <kselftest_harness.h>
#include "machine.h"

#define LINES		400
#define LIVES		10

FIXTURE(remove)
{
	int scanner;
	int printer;
	struct ifax_format format;
	struct sheet sheet;
};

FIXTURE_SETUP(remove)
{
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	sheet_noise(&self->sheet, A4_WIDTH_PX, LINES, 1);
}

FIXTURE_TEARDOWN(remove)
{
	machine_close(self->scanner, self->printer);
	sheet_free(&self->sheet);
}

/* Takes a page under the sensor, so slow that it does not end by itself. */
static void start_slow_scan(struct __test_metadata *_metadata, FIXTURE_DATA(remove) *self)
{
	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
}

static void expect_gone(struct __test_metadata *_metadata, int fd)
{
	struct ifax_page_record record;
	struct ifax_format format;
	struct ifax_state state;
	struct ifax_caps caps;

	EXPECT_EQ(-ENODEV, ifax_get_caps(fd, &caps));
	EXPECT_EQ(-ENODEV, ifax_get_format(fd, &format));
	EXPECT_EQ(-ENODEV, ifax_get_state(fd, &state));
	EXPECT_EQ(-ENODEV, ifax_get_page(fd, &record));
	EXPECT_EQ(-ENODEV, ifax_cancel(fd));
	EXPECT_EQ(POLLERR | POLLHUP, poll_ms(fd, POLLIN | POLLPRI, 0));
}

/* Opens the devices again after they were bound again; they scan and print. */
static void expect_works_again(struct __test_metadata *_metadata, FIXTURE_DATA(remove) *self)
{
	struct ifax_page_record record;
	struct sheet got;

	ASSERT_TRUE(set_line_rate(0));
	close(self->scanner);
	close(self->printer);
	self->scanner = ifax_open_scanner(SCANNER, 0);
	ASSERT_LE(0, self->scanner);
	self->printer = ifax_open_printer(PRINTER, 0);
	ASSERT_LE(0, self->printer);
	feeder_empty(self->scanner);
	tray_empty();
	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_EQ(0, ifax_start(self->scanner));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(LINES, record.lines);
	ASSERT_TRUE(write_sheet(self->printer, &self->format, &self->sheet));
	ASSERT_EQ(0, ifax_commit(self->printer));
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_TRUE(tray_take(&got));
	EXPECT_TRUE(sheet_same(&self->sheet, &got));
	sheet_free(&got);
}

/* The files stay in the set, which tells of them; closing them takes them out of it. */
TEST_F(remove, in_an_epoll_set)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLPRI }, came[2];
	int set = epoll_create1(EPOLL_CLOEXEC);
	int both = 0;

	ASSERT_LE(0, set);
	event.data.u32 = 1;
	ASSERT_EQ(0, epoll_ctl(set, EPOLL_CTL_ADD, self->scanner, &event));
	event.data.u32 = 2;
	event.events = EPOLLPRI;
	ASSERT_EQ(0, epoll_ctl(set, EPOLL_CTL_ADD, self->printer, &event));
	start_slow_scan(_metadata, self);
	ASSERT_TRUE(driver_unbind(SCANNER));
	ASSERT_TRUE(driver_unbind(PRINTER));
	ASSERT_EQ(2, epoll_wait(set, came, 2, 1000));
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(EPOLLERR | EPOLLHUP, came[i].events & (EPOLLERR | EPOLLHUP));
		both |= came[i].data.u32;
	}
	EXPECT_EQ(3, both);
	ASSERT_TRUE(driver_bind(SCANNER));
	ASSERT_TRUE(driver_bind(PRINTER));
	expect_works_again(_metadata, self);
	/* the old files are closed: nothing is left in the set */
	EXPECT_EQ(0, epoll_wait(set, came, 2, 0));
	close(set);
}

TEST_F(remove, idle)
{
	char byte = 0;

	ASSERT_TRUE(driver_unbind(SCANNER));
	ASSERT_TRUE(driver_unbind(PRINTER));
	expect_gone(_metadata, self->scanner);
	expect_gone(_metadata, self->printer);
	EXPECT_EQ(-ENODEV, ifax_read(self->scanner, &byte, 1));
	EXPECT_EQ(-ENODEV, ifax_start(self->scanner));
	EXPECT_EQ(-ENODEV, ifax_write_all(self->printer, &byte, 1));
	EXPECT_EQ(-ENODEV, ifax_commit(self->printer));
	EXPECT_EQ(-ENOENT, ifax_open_scanner(SCANNER, 0));
	ASSERT_TRUE(driver_bind(SCANNER));
	ASSERT_TRUE(driver_bind(PRINTER));
	expect_works_again(_metadata, self);
}

TEST_F(remove, page_under_the_sensor)
{
	struct ifax_page_record record;
	struct ifax_format format = self->format;
	char data[3000];
	struct coded coded = {};
	struct sheet got;
	ssize_t n;

	start_slow_scan(_metadata, self);
	EXPECT_EQ(POLLIN, poll_ms(self->scanner, POLLIN, PATIENCE_MS));
	ASSERT_TRUE(driver_unbind(SCANNER));
	EXPECT_EQ(POLLIN | POLLPRI | POLLERR | POLLHUP,
		  poll_ms(self->scanner, POLLIN | POLLPRI, 0));
	while ((n = ifax_read(self->scanner, data, sizeof(data))) > 0)
		coded_append(&coded, data, n);
	EXPECT_EQ(-ENODEV, n);
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_GONE, record.status);
	EXPECT_EQ(coded.bytes, record.bytes);
	format.length_lines = record.lines;
	EXPECT_TRUE(coded_to_sheet(&coded, &format, &got));
	EXPECT_EQ(0, memcmp(self->sheet.rows, got.rows, got.row_bytes * got.lines));
	expect_gone(_metadata, self->scanner);
	sheet_free(&got);
	coded_free(&coded);
	ASSERT_TRUE(driver_bind(SCANNER));
	expect_works_again(_metadata, self);
}

/* In a process of its own: 0 if the call ended as it should. */
static pid_t in_background(int (*call)(int fd), int fd)
{
	pid_t pid = fork();

	if (!pid)
		_exit(call(fd));
	usleep(300000);
	return pid;
}

static int reads_until_gone(int fd)
{
	struct coded coded;

	return read_page(fd, &coded) != -ENODEV;
}

static int polls_until_gone(int fd)
{
	return !(poll_ms(fd, POLLPRI, PATIENCE_MS) & POLLHUP);
}

static int waits_for_record(int fd)
{
	struct ifax_page_record record;

	return ifax_get_page(fd, &record) || record.status != IFAX_PAGE_GONE;
}

TEST_F(remove, while_others_wait)
{
	pid_t pids[3];
	int status;
	size_t i;

	start_slow_scan(_metadata, self);
	pids[0] = in_background(reads_until_gone, self->scanner);
	pids[1] = in_background(polls_until_gone, self->scanner);
	ASSERT_TRUE(driver_unbind(SCANNER));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(pids[i], waitpid(pids[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	ASSERT_TRUE(driver_bind(SCANNER));
	expect_works_again(_metadata, self);

	start_slow_scan(_metadata, self);
	pids[2] = in_background(waits_for_record, self->scanner);
	ASSERT_TRUE(driver_unbind(SCANNER));
	ASSERT_EQ(pids[2], waitpid(pids[2], &status, 0));
	EXPECT_EQ(0, status);
	ASSERT_TRUE(driver_bind(SCANNER));
	expect_works_again(_metadata, self);
}

TEST_F(remove, pages_in_the_printer)
{
	struct ifax_page_record record;
	uint32_t page;
	char byte = 0;

	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	for (page = 1; page <= 3; page++) {
		ASSERT_TRUE(write_sheet(self->printer, &self->format, &self->sheet));
		ASSERT_EQ(0, ifax_commit(self->printer));
	}
	ASSERT_TRUE(write_sheet(self->printer, &self->format, &self->sheet));
	ASSERT_TRUE(driver_unbind(PRINTER));
	EXPECT_EQ(-ENODEV, ifax_write_all(self->printer, &byte, 1));
	EXPECT_EQ(-ENODEV, ifax_commit(self->printer));
	for (page = 1; page <= 3; page++) {
		ASSERT_EQ(0, ifax_get_page(self->printer, &record));
		EXPECT_EQ(page, record.seq);
		EXPECT_EQ(IFAX_PAGE_GONE, record.status);
	}
	expect_gone(_metadata, self->printer);
	ASSERT_TRUE(driver_bind(PRINTER));
	expect_works_again(_metadata, self);
}

/* Whatever the users do just then */
static void use_both(void)
{
	struct ifax_page_record record;
	struct ifax_format format;
	char data[512] = {};
	int fd;

	fd = ifax_open_scanner(SCANNER, 0);
	if (fd >= 0) {
		if (!ifax_start(fd))
			ifax_read(fd, data, sizeof(data));
		ifax_get_page(fd, &record);
		close(fd);
	}
	fd = ifax_open_printer(PRINTER, 0);
	if (fd >= 0) {
		if (!ifax_get_format(fd, &format)) {
			format.coding = IFAX_CODING_RAW;
			ifax_set_format(fd, &format);
		}
		ifax_write_all(fd, data, sizeof(data));
		ifax_commit(fd);
		ifax_get_page(fd, &record);
		close(fd);
	}
}

TEST_F(remove, again_and_again)
{
	pid_t user;
	int life;

	close(self->scanner);
	close(self->printer);
	user = fork();
	if (!user)
		for (;;)
			use_both();
	for (life = 0; life < LIVES; life++) {
		ASSERT_TRUE(feeder_put(&self->sheet));
		usleep(10000 * (life % 5));
		EXPECT_TRUE(driver_unbind(SCANNER));
		EXPECT_TRUE(driver_unbind(PRINTER));
		EXPECT_TRUE(driver_bind(PRINTER));
		EXPECT_TRUE(driver_bind(SCANNER));
		tray_empty();
	}
	kill(user, SIGKILL);
	ASSERT_EQ(user, waitpid(user, NULL, 0));
	self->scanner = -1;
	self->printer = -1;
	expect_works_again(_metadata, self);
}

/* The core stays for as long as a file is open. */
TEST_F(remove, module_in_use)
{
	EXPECT_EQ(-1, syscall(SYS_delete_module, "ifax", O_NONBLOCK));
	EXPECT_EQ(EWOULDBLOCK, errno);
}

TEST_HARNESS_MAIN
