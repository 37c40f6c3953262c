// SPDX-License-Identifier: GPL-2.0
/*
 * Every allocation and every copy from or to the user that a call makes fails
 * once: the call says so, nothing is lost, and made again it does its work.
 * Needs a kernel with fault injection.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <kselftest_harness.h>
#include "machine.h"

#define DEBUGFS		"/sys/kernel/debug"
#define FAULTS_MAX	1000

/* The default is not to fail what may sleep, and to tell every failure. */
static bool set_up_faults(void)
{
	static const char *const settings[][2] = {
		{ DEBUGFS "/failslab/ignore-gfp-wait", "N" },
		{ DEBUGFS "/failslab/verbose", "0" },
		{ DEBUGFS "/fail_page_alloc/ignore-gfp-wait", "N" },
		{ DEBUGFS "/fail_page_alloc/min-order", "0" },
		{ DEBUGFS "/fail_page_alloc/verbose", "0" },
		{ DEBUGFS "/fail_usercopy/verbose", "0" },
	};
	size_t i;

	if (access(DEBUGFS "/failslab", F_OK))
		mount("debugfs", DEBUGFS, "debugfs", 0, NULL);
	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		int fd = open(settings[i][0], O_WRONLY | O_CLOEXEC);
		bool ok = fd >= 0 && write(fd, settings[i][1], strlen(settings[i][1])) > 0;

		if (fd >= 0)
			close(fd);
		if (!ok)
			return false;
	}
	return access("/proc/thread-self/fail-nth", W_OK) == 0;
}

FIXTURE(faults)
{
	int fail_nth;
	int scanner;
	int printer;
	struct ifax_format format;
	struct sheet sheet;
	struct coded coded;
};

FIXTURE_SETUP(faults)
{
	self->scanner = -1;
	self->printer = -1;
	self->fail_nth = -1;
	if (!set_up_faults())
		return;
	self->fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fail_nth);
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	sheet_noise(&self->sheet, self->format.width_px, 100, 1);
	ASSERT_TRUE(coded_from_sheet(&self->coded, &self->format, &self->sheet));
}

FIXTURE_TEARDOWN(faults)
{
	machine_close(self->scanner, self->printer);
	close(self->fail_nth);
	sheet_free(&self->sheet);
	coded_free(&self->coded);
}

#define SKIP_WITHOUT_FAULTS()	do {					\
	if (self->fail_nth < 0)						\
		SKIP(return, "this kernel injects no faults");		\
} while (0)

/* Arms the n-th possible fault of this process from now on; 0: none */
static bool arm(FIXTURE_DATA(faults) *self, unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	/* The fault armed before may hit this very write, but not twice */
	return pwrite(self->fail_nth, text, strlen(text), 0) > 0 ||
	       pwrite(self->fail_nth, text, strlen(text), 0) > 0;
}

static bool has_happened(FIXTURE_DATA(faults) *self)
{
	char text[16] = {};

	/* If it is this read that fails, then nothing before it has */
	return pread(self->fail_nth, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0;
}

/*
 * Calls again and again, with the first, the second... possible fault, until
 * none happens. A call may do its work in spite of a fault, so @undo makes it
 * possible again. Returns the number of faults, or a negative errno.
 */
static int with_every_fault(FIXTURE_DATA(faults) *self, int (*call)(FIXTURE_DATA(faults) *self),
			    void (*undo)(FIXTURE_DATA(faults) *self))
{
	int n, err;
	bool happened;

	for (n = 1; n < FAULTS_MAX; n++) {
		if (!arm(self, n))
			return -errno;
		err = call(self);
		happened = has_happened(self);
		if (!arm(self, 0))
			return -errno;
		if (!happened)
			return err ?: n - 1;
		/* EIO: the hardware's driver may not tell why it cannot start */
		if (err && err != -ENOMEM && err != -EFAULT && err != -EIO)
			return err;
		if (!err)
			undo(self);
	}
	return -ELOOP;
}

static int call_open(FIXTURE_DATA(faults) *self)
{
	int fd = ifax_open_printer(PRINTER, 0);

	if (fd >= 0)
		self->printer = fd;
	return fd < 0 ? fd : 0;
}

static void undo_open(FIXTURE_DATA(faults) *self)
{
	close(self->printer);
}

static int call_set_format(FIXTURE_DATA(faults) *self)
{
	return ifax_set_format(self->printer, &self->format);
}

static int call_get_state(FIXTURE_DATA(faults) *self)
{
	struct ifax_state state;

	return ifax_get_state(self->printer, &state);
}

static void undo_nothing(FIXTURE_DATA(faults) *self)
{
}

TEST_F(faults, open_and_set_format)
{
	SKIP_WITHOUT_FAULTS();
	close(self->printer);
	EXPECT_LT(0, with_every_fault(self, call_open, undo_open));
	EXPECT_LT(0, with_every_fault(self, call_set_format, undo_nothing));
	EXPECT_LT(0, with_every_fault(self, call_get_state, undo_nothing));
}

static int call_start(FIXTURE_DATA(faults) *self)
{
	return ifax_start(self->scanner);
}

static void undo_start(FIXTURE_DATA(faults) *self)
{
	struct ifax_page_record record;

	ifax_get_page(self->scanner, &record);
	feeder_put(&self->sheet);
}

static int call_scan_record(FIXTURE_DATA(faults) *self)
{
	struct ifax_page_record record = {};
	int err = ifax_get_page(self->scanner, &record);

	return err ?: record.status == IFAX_PAGE_OK ? 0 : -EIO;
}

static void undo_scan_record(FIXTURE_DATA(faults) *self)
{
	feeder_put(&self->sheet);
	ifax_start(self->scanner);
}

TEST_F(faults, scan)
{
	struct ifax_format format;
	struct coded coded = {};
	struct sheet got;
	char data[700];
	ssize_t n = 1;
	int nth;

	SKIP_WITHOUT_FAULTS();
	ASSERT_EQ(0, ifax_get_format(self->scanner, &format));
	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_LT(0, with_every_fault(self, call_start, undo_start));

	/* A read that fails loses no bytes */
	for (nth = 1; n; nth = 1 + nth % 3) {
		ASSERT_TRUE(arm(self, nth));
		n = ifax_read(self->scanner, data, sizeof(data));
		ASSERT_TRUE(arm(self, 0));
		if (n > 0)
			coded_append(&coded, data, n);
		else
			ASSERT_TRUE(!n || n == -EFAULT);
	}
	format.length_lines = self->sheet.lines;
	EXPECT_TRUE(coded_to_sheet(&coded, &format, &got));
	EXPECT_TRUE(sheet_same(&self->sheet, &got));
	sheet_free(&got);
	coded_free(&coded);
	EXPECT_LT(0, with_every_fault(self, call_scan_record, undo_scan_record));
}

static int call_commit(FIXTURE_DATA(faults) *self)
{
	return ifax_commit(self->printer);
}

static void write_page(FIXTURE_DATA(faults) *self)
{
	struct ifax_page_record record;

	ifax_get_page(self->printer, &record);
	ifax_write_all(self->printer, self->coded.data, self->coded.bytes);
}

TEST_F(faults, print)
{
	struct ifax_page_record record;
	struct sheet got;
	size_t at = 0;
	ssize_t n;
	int nth;

	SKIP_WITHOUT_FAULTS();
	/* A write that fails takes no bytes */
	for (nth = 1; at < self->coded.bytes; nth = 1 + nth % 5) {
		ASSERT_TRUE(arm(self, nth));
		n = write(self->printer, self->coded.data + at, self->coded.bytes - at);
		ASSERT_TRUE(n > 0 || errno == ENOMEM || errno == EFAULT);
		ASSERT_TRUE(arm(self, 0));
		at += n > 0 ? n : 0;
	}
	EXPECT_LT(0, with_every_fault(self, call_commit, write_page));
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(self->coded.bytes, record.bytes);
	EXPECT_TRUE(tray_take(&got));
	EXPECT_TRUE(sheet_same(&self->sheet, &got));
	sheet_free(&got);
}

TEST_HARNESS_MAIN
