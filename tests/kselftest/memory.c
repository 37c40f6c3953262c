// SPDX-License-Identifier: GPL-2.0
/*
 * Whose memory it is, and that none is needed while a page moves.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <kselftest_harness.h>
#include "inject.h"
#include "machine.h"

#define CGROUPS		"/tmp/ifax-cgroups"
#define CGROUP		CGROUPS "/job"
#define FAULTS_MAX	10000
#define LINE_BYTES	(A4_WIDTH_PX / 8)
#define MIB		(1024 * 1024)
/* Memory is charged in batches, and the program has some of its own */
#define SLACK_BYTES	MIB

FIXTURE(memory)
{
	int scanner;
	int printer;
	struct ifax_format format;
};

static void open_devices(struct __test_metadata *_metadata, FIXTURE_DATA(memory) *self)
{
	self->scanner = ifax_open_scanner(SCANNER, 0);
	ASSERT_LE(0, self->scanner);
	self->printer = ifax_open_printer(PRINTER, 0);
	ASSERT_LE(0, self->printer);
	ASSERT_TRUE(machine_uncoded(self->scanner, self->printer, &self->format));
}

static void close_devices(FIXTURE_DATA(memory) *self)
{
	close(self->scanner);
	close(self->printer);
}

FIXTURE_SETUP(memory)
{
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	ASSERT_TRUE(machine_uncoded(self->scanner, self->printer, &self->format));
}

FIXTURE_TEARDOWN(memory)
{
	machine_close(self->scanner, self->printer);
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

/* ---- no memory at all ---- */

/* The page is larger than what lies in reserve; what was read is used again */
TEST_F(memory, none_while_a_page_moves)
{
	enum { LINES = 1500 };
	struct ifax_page_record record;
	size_t bytes = 0, room = LINES * LINE_BYTES + 1;
	struct sheet sheet;
	uint8_t *data;
	ssize_t n;

	if (!inject_possible())
		SKIP(return, "this kernel injects no faults");
	sheet_draw(&sheet, A4_WIDTH_PX, LINES, 1);
	ASSERT_TRUE(feeder_put(&sheet));
	data = malloc(room);
	memset(data, 1, room);
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
	ASSERT_TRUE(set_line_rate(1000));
	ASSERT_TRUE(inject_kernel(true));
	ASSERT_TRUE(inject_self(true));
	ASSERT_EQ(0, ifax_start(self->scanner));
	n = ifax_read(self->scanner, data, room);

	inject_begin(1, FAULTS_MAX);
	for (; n > 0; n = ifax_read(self->scanner, data + bytes, room - bytes))
		bytes += n;
	/* Nothing that needs memory before this */
	inject_end();
	munlockall();
	inject_self(false);
	inject_kernel(false);
	EXPECT_GT(FAULTS_MAX, inject_count());
	EXPECT_EQ(0, n);
	ASSERT_EQ(LINES * LINE_BYTES, bytes);
	EXPECT_EQ(0, memcmp(data, sheet.rows, bytes));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	free(data);
	sheet_free(&sheet);
}

/* The engine has drawn the sheet in by then, and stops for nothing */
TEST_F(memory, none_while_a_page_prints)
{
	enum { LINES = 2000 };
	struct ifax_page_record record;
	struct sheet sheet, got;

	if (!inject_possible())
		SKIP(return, "this kernel injects no faults");
	sheet_draw(&sheet, A4_WIDTH_PX, LINES, 2);
	ASSERT_TRUE(inject_kernel(true));
	ASSERT_TRUE(set_line_rate(400));
	ASSERT_TRUE(write_sheet(self->printer, &self->format, &sheet));
	ASSERT_EQ(0, ifax_commit(self->printer));
	ASSERT_TRUE(wait_for_state(self->printer, IFAX_STATE_BUSY, IFAX_STATE_BUSY));
	/* a slow kernel needs a while to draw it in; the page takes five seconds */
	EXPECT_EQ(0, poll_ms(self->printer, POLLPRI, 2000));

	inject_begin(1, FAULTS_MAX);
	EXPECT_EQ(POLLPRI, poll_ms(self->printer, POLLPRI, PATIENCE_MS));
	inject_end();
	inject_kernel(false);
	EXPECT_GT(FAULTS_MAX, inject_count());
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(LINES, record.lines);
	EXPECT_TRUE(tray_take(&got));
	EXPECT_TRUE(sheet_same(&sheet, &got));
	sheet_free(&got);
	sheet_free(&sheet);
}

/* Also the widest line there is needs no two pages in a row */
TEST_F(memory, no_high_order)
{
	enum { LINES = 200 };
	struct ifax_page_record record;
	struct ifax_caps caps;
	struct coded coded;
	struct sheet sheet;

	if (!inject_possible())
		SKIP(return, "this kernel injects no faults");
	ASSERT_EQ(0, ifax_get_caps(self->scanner, &caps));
	sheet_noise(&sheet, caps.width_px_max, LINES, 3);
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_TRUE(inject_kernel(true));
	ASSERT_TRUE(inject_self(true));

	inject_begin_high_orders(FAULTS_MAX);
	close_devices(self);
	open_devices(_metadata, self);
	self->format.coding = IFAX_CODING_MMR;
	self->format.width_px = caps.width_px_max;
	EXPECT_EQ(0, ifax_set_format(self->scanner, &self->format));
	EXPECT_EQ(0, ifax_set_format(self->printer, &self->format));
	EXPECT_EQ(0, ifax_start(self->scanner));
	EXPECT_LT(0, read_page(self->scanner, &coded));
	EXPECT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(0, ifax_write_all(self->printer, coded.data, coded.bytes));
	EXPECT_EQ(0, ifax_commit(self->printer));
	EXPECT_EQ(0, ifax_get_page(self->printer, &record));
	inject_end();
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	inject_self(false);
	inject_kernel(false);
	coded_free(&coded);
	sheet_free(&sheet);
}

/* ---- memory of a control group ---- */

static long long cgroup_bytes(void)
{
	FILE *file = fopen(CGROUP "/memory.current", "r");
	long long bytes = -1;

	if (!file || fscanf(file, "%lld", &bytes) != 1)
		perror("# memory.current");
	if (file)
		fclose(file);
	return bytes;
}

static bool make_cgroup(void)
{
	if ((mkdir(CGROUPS, 0700) && errno != EEXIST) ||
	    mount("none", CGROUPS, "cgroup2", 0, NULL))
		return false;
	return write_text(CGROUPS "/cgroup.subtree_control", "+memory") && !mkdir(CGROUP, 0700);
}

static void remove_cgroup(void)
{
	write_text(CGROUPS "/cgroup.procs", "0");
	rmdir(CGROUP);
	umount(CGROUPS);
	rmdir(CGROUPS);
}

/* The devices are opened in the group, and used outside of it: the opener pays */
static void open_in_cgroup(struct __test_metadata *_metadata, FIXTURE_DATA(memory) *self)
{
	close_devices(self);
	ASSERT_TRUE(write_text(CGROUP "/cgroup.procs", "0"));
	open_devices(_metadata, self);
	ASSERT_TRUE(write_text(CGROUPS "/cgroup.procs", "0"));
}

TEST_F(memory, paid_by_who_opened)
{
	enum { LINES = 16000 };
	const size_t bytes = LINES * LINE_BYTES;
	struct sheet sheet;
	long long before;

	if (!make_cgroup()) {
		remove_cgroup();
		SKIP(return, "this kernel accounts no memory");
	}
	open_in_cgroup(_metadata, self);
	sheet_draw(&sheet, A4_WIDTH_PX, LINES, 1);

	before = cgroup_bytes();
	EXPECT_EQ(0, ifax_write_all(self->printer, sheet.rows, bytes));
	EXPECT_LT(before + bytes - SLACK_BYTES, cgroup_bytes());
	EXPECT_EQ(0, ifax_cancel(self->printer));
	EXPECT_GT(before + SLACK_BYTES, cgroup_bytes());

	ASSERT_TRUE(feeder_put(&sheet));
	EXPECT_EQ(0, ifax_start(self->scanner));
	EXPECT_EQ(POLLPRI, poll_ms(self->scanner, POLLPRI, PATIENCE_MS));
	EXPECT_LT(before + bytes - SLACK_BYTES, cgroup_bytes());
	EXPECT_EQ(0, ifax_cancel(self->scanner));
	close_devices(self);
	EXPECT_GT(before + SLACK_BYTES, cgroup_bytes());
	sheet_free(&sheet);
	remove_cgroup();
}

/* The group has too little: the writer is told, the motor pauses, nobody is killed */
TEST_F(memory, limit_of_the_group)
{
	enum { LINES = 16000 };
	const size_t bytes = LINES * LINE_BYTES;
	struct ifax_page_record record;
	struct coded coded;
	struct sheet sheet;

	if (!make_cgroup()) {
		remove_cgroup();
		SKIP(return, "this kernel accounts no memory");
	}
	open_in_cgroup(_metadata, self);
	sheet_draw(&sheet, A4_WIDTH_PX, LINES, 1);
	ASSERT_TRUE(write_text(CGROUP "/memory.max", "2097152"));
	EXPECT_EQ(-ENOMEM, ifax_write_all(self->printer, sheet.rows, bytes));
	EXPECT_EQ(0, ifax_cancel(self->printer));

	ASSERT_TRUE(feeder_put(&sheet));
	EXPECT_EQ(0, ifax_start(self->scanner));
	EXPECT_TRUE(wait_for_state(self->scanner, IFAX_STATE_PAUSED, IFAX_STATE_PAUSED));
	EXPECT_EQ(bytes, read_page(self->scanner, &coded));
	EXPECT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_TRUE(coded.bytes == bytes && !memcmp(coded.data, sheet.rows, bytes));
	coded_free(&coded);
	close_devices(self);
	sheet_free(&sheet);
	remove_cgroup();
}

TEST_HARNESS_MAIN
