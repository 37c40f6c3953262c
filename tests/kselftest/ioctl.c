// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that nobody should send: refused, and nothing breaks.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <kselftest_harness.h>
#include "machine.h"

FIXTURE(ioctl)
{
	int scanner;
	int printer;
};

FIXTURE_SETUP(ioctl)
{
	ASSERT_TRUE(set_line_rate(0));
	self->scanner = ifax_open_scanner(SCANNER, O_NONBLOCK);
	ASSERT_LE(0, self->scanner);
	self->printer = ifax_open_printer(PRINTER, O_NONBLOCK);
	ASSERT_LE(0, self->printer);
}

FIXTURE_TEARDOWN(ioctl)
{
	close(self->scanner);
	close(self->printer);
	set_line_rate(0);
}

static int ioctl_error(int fd, unsigned int request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

TEST_F(ioctl, unknown)
{
	char data[256] = {};
	unsigned int number;

	for (number = 10; number < 256; number++) {
		EXPECT_EQ(-ENOTTY, ioctl_error(self->scanner, _IO(IFAX_IOC_MAGIC, number), data));
		EXPECT_EQ(-ENOTTY, ioctl_error(self->printer, _IO(IFAX_IOC_MAGIC, number), data));
	}
	EXPECT_EQ(-ENOTTY, ioctl_error(self->scanner, _IO('T', 1), data));
	/* The right number, but of other size or direction */
	EXPECT_EQ(-ENOTTY, ioctl_error(self->scanner, _IOR(IFAX_IOC_MAGIC, 0, char), data));
	EXPECT_EQ(-ENOTTY, ioctl_error(self->scanner,
				       _IOW(IFAX_IOC_MAGIC, 7, struct ifax_page_record), data));
}

TEST_F(ioctl, of_the_other_kind)
{
	EXPECT_EQ(-ENOTTY, ifax_commit(self->scanner));
	EXPECT_EQ(-ENOTTY, ifax_start(self->printer));
}

TEST_F(ioctl, bad_pointers)
{
	static const unsigned int requests[] = {
		IFAX_IOC_GET_CAPS, IFAX_IOC_GET_FORMAT, IFAX_IOC_TRY_FORMAT,
		IFAX_IOC_SET_FORMAT, IFAX_IOC_GET_STATE,
	};
	void *pointers[] = { NULL, (void *)8, (void *)-4096 };
	struct ifax_format format;
	size_t i, p;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		for (p = 0; p < ARRAY_SIZE(pointers); p++) {
			EXPECT_EQ(-EFAULT, ioctl_error(self->scanner, requests[i], pointers[p]));
			EXPECT_EQ(-EFAULT, ioctl_error(self->printer, requests[i], pointers[p]));
		}
	}
	/* No page begins with nothing */
	EXPECT_EQ(-EFAULT, ifax_write_all(self->printer, (void *)8, 100));
	EXPECT_EQ(-ENODATA, ifax_commit(self->printer));
	ASSERT_EQ(0, ifax_get_format(self->printer, &format));
	EXPECT_EQ(0, ifax_set_format(self->printer, &format));
}

#ifdef __x86_64__
/* What a 32-bit program on this kernel calls; pointers must be below 4 GiB. */
static int ioctl_of_32_bit(int fd, unsigned int request, void *arg)
{
	long ret;

	asm volatile("int $0x80" : "=a" (ret)
		     : "a" (54), "b" ((long)fd), "c" ((long)request), "d" (arg)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

static void on_fault(int number)
{
	_exit(1);
}

static bool kernel_runs_32_bit(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		signal(SIGSEGV, on_fault);
		_exit(ioctl_of_32_bit(-1, IFAX_IOC_CANCEL, NULL) != -EBADF);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

TEST_F(ioctl, callers_of_32_bit)
{
	struct {
		struct ifax_caps caps;
		struct ifax_format format;
		struct ifax_state state;
		struct ifax_page_record record;
	} *low, here;
	int fd = self->printer;

	if (!kernel_runs_32_bit())
		SKIP(return, "this kernel runs no 32-bit programs");
	low = mmap(NULL, sizeof(*low), PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	ASSERT_NE(MAP_FAILED, low);
	ASSERT_EQ(0, ioctl_of_32_bit(fd, IFAX_IOC_GET_CAPS, &low->caps));
	ASSERT_EQ(0, ifax_get_caps(fd, &here.caps));
	EXPECT_EQ(0, memcmp(&low->caps, &here.caps, sizeof(here.caps)));
	ASSERT_EQ(0, ioctl_of_32_bit(fd, IFAX_IOC_GET_FORMAT, &low->format));
	low->format.width_px = UINT32_MAX;
	EXPECT_EQ(-EINVAL, ioctl_of_32_bit(fd, IFAX_IOC_SET_FORMAT, &low->format));
	EXPECT_EQ(0, ioctl_of_32_bit(fd, IFAX_IOC_TRY_FORMAT, &low->format));
	EXPECT_EQ(0, ioctl_of_32_bit(fd, IFAX_IOC_SET_FORMAT, &low->format));
	ASSERT_EQ(0, ifax_get_format(fd, &here.format));
	EXPECT_EQ(0, memcmp(&low->format, &here.format, sizeof(here.format)));
	EXPECT_EQ(0, ioctl_of_32_bit(fd, IFAX_IOC_GET_STATE, &low->state));
	ASSERT_EQ(1, write(fd, "", 1));
	EXPECT_EQ(-EBADMSG, ioctl_of_32_bit(fd, IFAX_IOC_COMMIT, NULL));
	ASSERT_EQ(0, ioctl_of_32_bit(fd, IFAX_IOC_GET_PAGE, &low->record));
	EXPECT_EQ(IFAX_PAGE_BAD_DATA, low->record.status);
	EXPECT_EQ(1, low->record.bytes);
	EXPECT_EQ(-ENODATA, ioctl_of_32_bit(fd, IFAX_IOC_GET_PAGE, &low->record));
}
#endif

/* A record that could not be given away is not lost. */
TEST_F(ioctl, record_to_nowhere)
{
	struct ifax_page_record record;
	struct sheet sheet;

	sheet_draw(&sheet, 1728, 40, 1);
	feeder_empty(self->scanner);
	block(self->scanner, true);
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_EQ(0, ifax_start(self->scanner));
	EXPECT_EQ(POLLPRI, poll_ms(self->scanner, POLLPRI, PATIENCE_MS));
	EXPECT_EQ(-EFAULT, ioctl_error(self->scanner, IFAX_IOC_GET_PAGE, NULL));
	EXPECT_EQ(-EFAULT, ifax_read(self->scanner, NULL, 10));
	EXPECT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(1, record.seq);
	sheet_free(&sheet);
}

TEST_HARNESS_MAIN
