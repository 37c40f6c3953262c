// SPDX-License-Identifier: GPL-2.0
/*
 * scan [DEVICE]: one sheet as MMR on standard output, with nothing but the
 * kernel's interface. It never waits in read(): a program with an event loop
 * does it so.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/ifax.h>

static int check(const char *what, int result)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
	return result;
}

static void pass_on(const char *data, size_t bytes)
{
	ssize_t n;

	for (; bytes; data += n, bytes -= n)
		n = check("write", write(STDOUT_FILENO, data, bytes));
}

int main(int argc, char **argv)
{
	int fd = check("open", open(argc > 1 ? argv[1] : "/dev/ifax/scan0", O_RDONLY | O_NONBLOCK));
	struct pollfd device = { .fd = fd, .events = POLLIN };
	const struct ifax_start one_page = { .pages = 1 };
	struct ifax_page_record record;
	struct ifax_format format;
	char data[4096];
	ssize_t n;

	check("GET_FORMAT", ioctl(fd, IFAX_IOC_GET_FORMAT, &format));
	format.coding = IFAX_CODING_MMR;
	format.flags = IFAX_FMT_END;
	format.width_px = 1728;
	check("TRY_FORMAT", ioctl(fd, IFAX_IOC_TRY_FORMAT, &format));
	check("SET_FORMAT", ioctl(fd, IFAX_IOC_SET_FORMAT, &format));
	check("START", ioctl(fd, IFAX_IOC_START, &one_page));
	do {
		check("poll", poll(&device, 1, -1));
		n = read(fd, data, sizeof(data));
		if (n < 0 && errno != EAGAIN)
			check("read", n);
		if (n > 0)
			pass_on(data, n);
	} while (n);
	/* At the end of a page its record is there */
	check("GET_PAGE", ioctl(fd, IFAX_IOC_GET_PAGE, &record));
	fprintf(stderr, "status %u, %u lines, %llu bytes\n", record.status, record.lines,
		(unsigned long long)record.bytes);
	close(fd);
	return record.status != IFAX_PAGE_OK;
}
