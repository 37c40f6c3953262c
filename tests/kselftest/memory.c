// SPDX-License-Identifier: GPL-2.0
/*
 * Whose memory it is, and that none is needed while a page moves.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <kselftest_harness.h>
#include "machine.h"

#define DEBUGFS		"/sys/kernel/debug"
#define CGROUPS		"/tmp/ifax-cgroups"
#define CGROUP		CGROUPS "/job"
#define FAULTS_MAX	"10000"
/* A kernel has some for each processor */
#define KERNEL_THREADS_MIN	10
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

static int open_setting(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUGFS "/%s", name);
	return open(path, O_WRONLY | O_CLOEXEC);
}

static bool set(const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUGFS "/%s", name);
	return write_text(path, value);
}

/*
 * The allocations of this test and of all that the kernel does by itself can be made to
 * fail. Not those of other programs, which take part in the test as little as the person
 * at the machine does, and who may die of it. It ends by itself should this test be cut off.
 */
static bool set_up_faults(const char *kind)
{
	static const char *const settings[][2] = {
		{ "task-filter", "Y" }, { "ignore-gfp-wait", "N" }, { "verbose", "0" },
		{ "interval", "1" }, { "times", FAULTS_MAX }, { "probability", "0" },
	};
	char name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		snprintf(name, sizeof(name), "%s/%s", kind, settings[i][0]);
		if (!set(name, settings[i][1]))
			return false;
	}
	return true;
}

/* Those that were not injected */
static long faults_left(const char *kind)
{
	long left = -1;
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), DEBUGFS "/%s/times", kind);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%ld", &left) != 1)
		perror(path);
	if (file)
		fclose(file);
	return left;
}

static bool make_it_fail(const char *task, bool fail)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/proc/%s/make-it-fail", task);
	return write_text(path, fail ? "1" : "0");
}

/* Only user programs have an executable file */
static bool is_kernel_thread(const char *task)
{
	char path[PATH_MAX], target[16];

	snprintf(path, sizeof(path), "/proc/%s/exe", task);
	return readlink(path, target, sizeof(target)) < 0 && errno == ENOENT;
}

/* Of the threads that there are; those to come take after kthreadd, one of them */
static int make_kernel_fail(bool fail)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int threads = 0;

	while (dir && (entry = readdir(dir)))
		if (isdigit(entry->d_name[0]) && is_kernel_thread(entry->d_name))
			threads += make_it_fail(entry->d_name, fail);
	if (dir)
		closedir(dir);
	return threads;
}

/* The page is larger than what lies in reserve; what was read is used again */
TEST_F(memory, none_while_a_page_moves)
{
	enum { LINES = 1500 };
	int slab, pages;
	struct ifax_page_record record;
	size_t bytes = 0, room = LINES * LINE_BYTES + 1;
	struct sheet sheet;
	uint8_t *data;
	ssize_t n;

	if (access(DEBUGFS "/failslab", F_OK))
		mount("debugfs", DEBUGFS, "debugfs", 0, NULL);
	if (!set_up_faults("failslab") || !set_up_faults("fail_page_alloc"))
		SKIP(return, "this kernel injects no faults");
	ASSERT_TRUE(set("fail_page_alloc/min-order", "0"));
	slab = open_setting("failslab/probability");
	pages = open_setting("fail_page_alloc/probability");
	sheet_draw(&sheet, A4_WIDTH_PX, LINES, 1);
	ASSERT_TRUE(feeder_put(&sheet));
	data = malloc(room);
	memset(data, 1, room);
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
	ASSERT_TRUE(set_line_rate(1000));
	EXPECT_LT(KERNEL_THREADS_MIN, make_kernel_fail(true));
	ASSERT_TRUE(make_it_fail("self", true));
	ASSERT_EQ(0, ifax_start(self->scanner));
	n = ifax_read(self->scanner, data, room);

	ASSERT_EQ(3, write(slab, "100", 3));
	if (write(pages, "100", 3) == 3)
		for (; n > 0; n = ifax_read(self->scanner, data + bytes, room - bytes))
			bytes += n;
	/* Nothing that needs memory before this */
	while (write(pages, "0", 1) != 1 || write(slab, "0", 1) != 1)
		;
	munlockall();
	make_it_fail("self", false);
	make_kernel_fail(false);
	EXPECT_LT(0, faults_left("failslab"));
	EXPECT_LT(0, faults_left("fail_page_alloc"));
	EXPECT_EQ(0, n);
	ASSERT_EQ(LINES * LINE_BYTES, bytes);
	EXPECT_EQ(0, memcmp(data, sheet.rows, bytes));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	free(data);
	sheet_free(&sheet);
	close(slab);
	close(pages);
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
