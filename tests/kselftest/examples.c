// SPDX-License-Identifier: GPL-2.0
/*
 * The examples of the documentation do what they say.
 */
#include <libgen.h>
#include <limits.h>
#include <kselftest_harness.h>
#include "machine.h"

#define SHEETS	3

FIXTURE(examples)
{
	struct sheet sheets[SHEETS];
	char said[65536];
	size_t said_bytes;
};

static void lay_in(struct __test_metadata *_metadata, FIXTURE_DATA(examples) * self)
{
	int i;

	for (i = 0; i < SHEETS; i++)
		ASSERT_TRUE(feeder_put(&self->sheets[i]));
}

FIXTURE_SETUP(examples)
{
	int fd, i;

	ASSERT_TRUE(set_line_rate(0));
	tray_empty();
	fd = ifax_open_scanner(SCANNER, 0);
	ASSERT_LE(0, fd);
	feeder_empty(fd);
	close(fd);
	for (i = 0; i < SHEETS; i++)
		sheet_draw(&self->sheets[i], 1728, 100 + 50 * i, i);
}

FIXTURE_TEARDOWN(examples)
{
	int i;

	set_sensor(TRAY, "paper_sheets", 1000);
	for (i = 0; i < SHEETS; i++)
		sheet_free(&self->sheets[i]);
}

/* Starts an example, which lies beside this program; its output comes out of @out. */
static pid_t start(const char *name, int *out)
{
	char self[PATH_MAX] = {}, path[PATH_MAX + 32];
	int ends[2];
	pid_t pid;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 || pipe(ends))
		return -1;
	snprintf(path, sizeof(path), "%s/example_%s", dirname(self), name);
	pid = fork();
	if (!pid) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl(path, name, NULL);
		_exit(127);
	}
	close(ends[1]);
	*out = ends[0];
	return pid;
}

/* Takes all that it says; returns its exit code. */
static int finish(FIXTURE_DATA(examples) * self, pid_t pid, int out)
{
	int status;
	ssize_t n;

	self->said_bytes = 0;
	while ((n = read(out, self->said + self->said_bytes,
			 sizeof(self->said) - 1 - self->said_bytes)) > 0)
		self->said_bytes += n;
	self->said[self->said_bytes] = 0;
	close(out);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static int run(FIXTURE_DATA(examples) * self, const char *name)
{
	int out = -1;
	pid_t pid = start(name, &out);

	return finish(self, pid, out);
}

TEST_F(examples, copy)
{
	struct sheet got;
	int i;

	lay_in(_metadata, self);
	EXPECT_EQ(0, run(self, "copy"));
	for (i = 0; i < SHEETS; i++) {
		EXPECT_TRUE(tray_take(&got));
		EXPECT_TRUE(sheet_same(&self->sheets[i], &got));
		sheet_free(&got);
	}
	EXPECT_FALSE(tray_take(&got));
	EXPECT_EQ(0, run(self, "copy"));
}

TEST_F(examples, copy_without_paper)
{
	struct sheet got;

	lay_in(_metadata, self);
	ASSERT_TRUE(set_sensor(TRAY, "paper_sheets", 0));
	EXPECT_EQ(1, run(self, "copy"));
	EXPECT_FALSE(tray_take(&got));
}

TEST_F(examples, scan)
{
	struct ifax_format format = {
		.coding = IFAX_CODING_MMR, .flags = IFAX_FMT_END, .width_px = 1728,
		.length_lines = self->sheets[0].lines,
	};
	struct coded coded = {};
	struct sheet got;

	lay_in(_metadata, self);
	EXPECT_EQ(0, run(self, "scan"));
	coded_append(&coded, self->said, self->said_bytes);
	EXPECT_TRUE(coded_to_sheet(&coded, &format, &got));
	EXPECT_TRUE(sheet_same(&self->sheets[0], &got));
	sheet_free(&got);
	coded_free(&coded);
}

TEST_F(examples, scan_an_empty_feeder)
{
	EXPECT_EQ(1, run(self, "scan"));
	EXPECT_EQ(0, self->said_bytes);
}

/* The document comes when the program waits for it */
TEST_F(examples, watch)
{
	int out = -1;
	pid_t pid = start("watch", &out);

	usleep(500000);
	EXPECT_EQ(0, waitpid(pid, NULL, WNOHANG));
	lay_in(_metadata, self);
	EXPECT_EQ(0, finish(self, pid, out));
	EXPECT_NE(NULL, strstr(self->said, "page 1: ok, 100 lines\n"));
}

TEST_HARNESS_MAIN
