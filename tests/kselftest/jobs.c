// SPDX-License-Identifier: GPL-2.0
/*
 * An open file has the device to itself.
 */
#include <fcntl.h>
#include <kselftest_harness.h>
#include "machine.h"

#define SCANNER_PATH	"/dev/ifax/" SCANNER
#define PRINTER_PATH	"/dev/ifax/" PRINTER

static int open_error(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

TEST(one_at_a_time)
{
	int scanner = ifax_open_scanner(SCANNER, 0);
	int printer = ifax_open_printer(PRINTER, 0);

	ASSERT_LE(0, scanner);
	ASSERT_LE(0, printer);
	EXPECT_EQ(-EBUSY, ifax_open_scanner(SCANNER, 0));
	EXPECT_EQ(-EBUSY, ifax_open_scanner(SCANNER, O_NONBLOCK));
	EXPECT_EQ(-EBUSY, ifax_open_printer(PRINTER, 0));
	close(scanner);
	close(printer);
	EXPECT_EQ(0, open_error(SCANNER_PATH, O_RDONLY));
	EXPECT_EQ(0, open_error(PRINTER_PATH, O_WRONLY));
}

TEST(by_path)
{
	int fd = ifax_open_scanner(SCANNER_PATH, 0);

	EXPECT_LE(0, fd);
	close(fd);
	EXPECT_EQ(-ENOENT, ifax_open_scanner("scan77", 0));
}

TEST(access_mode)
{
	EXPECT_EQ(-EACCES, open_error(SCANNER_PATH, O_WRONLY));
	EXPECT_EQ(-EACCES, open_error(SCANNER_PATH, O_RDWR));
	EXPECT_EQ(-EACCES, open_error(PRINTER_PATH, O_RDONLY));
	EXPECT_EQ(-EACCES, open_error(PRINTER_PATH, O_RDWR));
}

TEST(a_duplicate_keeps_the_job)
{
	int fd = ifax_open_printer(PRINTER, 0);
	int copy = dup(fd);

	ASSERT_LE(0, copy);
	close(fd);
	EXPECT_EQ(-EBUSY, open_error(PRINTER_PATH, O_WRONLY));
	close(copy);
	EXPECT_EQ(0, open_error(PRINTER_PATH, O_WRONLY));
}

/* Of many who try at the same time, one has it. */
TEST(race)
{
	enum { RUNNERS = 8, ROUNDS = 200 };
	int *holders = mmap(NULL, sizeof(*holders), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int i, round, fd, status;

	ASSERT_NE(MAP_FAILED, holders);
	for (i = 0; i < RUNNERS; i++) {
		if (fork())
			continue;
		for (round = 0; round < ROUNDS; round++) {
			fd = ifax_open_printer(PRINTER, 0);
			if (fd < 0 && fd != -EBUSY)
				_exit(2);
			if (fd < 0)
				continue;
			if (__atomic_add_fetch(holders, 1, __ATOMIC_SEQ_CST) != 1)
				_exit(3);
			__atomic_sub_fetch(holders, 1, __ATOMIC_SEQ_CST);
			close(fd);
		}
		_exit(0);
	}
	for (i = 0; i < RUNNERS; i++) {
		ASSERT_LT(0, wait(&status));
		EXPECT_EQ(0, status);
	}
}

TEST_HARNESS_MAIN
