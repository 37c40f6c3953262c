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
};

FIXTURE_SETUP(examples)
{
	int fd, i;

	ASSERT_TRUE(set_line_rate(0));
	tray_empty();
	fd = ifax_open_scanner(SCANNER, 0);
	ASSERT_LE(0, fd);
	feeder_empty(fd);
	close(fd);
	for (i = 0; i < SHEETS; i++) {
		sheet_draw(&self->sheets[i], 1728, 100 + 50 * i, i);
		ASSERT_TRUE(feeder_put(&self->sheets[i]));
	}
}

FIXTURE_TEARDOWN(examples)
{
	int i;

	set_sensor(TRAY, "paper_sheets", 1000);
	for (i = 0; i < SHEETS; i++)
		sheet_free(&self->sheets[i]);
}

/* Runs example_copy, which lies beside this program; returns its exit code. */
static int run_copy(void)
{
	char self[PATH_MAX] = {}, path[PATH_MAX + 16];
	int status;
	pid_t pid;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/example_copy", dirname(self));
	pid = fork();
	if (!pid) {
		/* Its standard output is not TAP */
		if (!freopen("/dev/null", "w", stdout))
			_exit(126);
		execl(path, "copy", NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

TEST_F(examples, every_sheet)
{
	struct sheet got;
	int i;

	EXPECT_EQ(0, run_copy());
	for (i = 0; i < SHEETS; i++) {
		EXPECT_TRUE(tray_take(&got));
		EXPECT_TRUE(sheet_same(&self->sheets[i], &got));
		sheet_free(&got);
	}
	EXPECT_FALSE(tray_take(&got));
	EXPECT_EQ(0, run_copy());
}

TEST_F(examples, no_paper)
{
	struct sheet got;

	ASSERT_TRUE(set_sensor(TRAY, "paper_sheets", 0));
	EXPECT_EQ(1, run_copy());
	EXPECT_FALSE(tray_take(&got));
}

TEST_HARNESS_MAIN
