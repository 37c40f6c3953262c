// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "libifax.h"

static int open_device(const char *name, int flags)
{
	char path[PATH_MAX];
	int fd, n;

	n = snprintf(path, sizeof(path), strchr(name, '/') ? "%s" : "/dev/ifax/%s", name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int ifax_open_scanner(const char *name, int flags)
{
	return open_device(name, O_RDONLY | (flags & O_NONBLOCK));
}

int ifax_open_printer(const char *name, int flags)
{
	return open_device(name, O_WRONLY | (flags & O_NONBLOCK));
}

static int device_ioctl(int fd, unsigned long request, const void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

int ifax_get_caps(int fd, struct ifax_caps *caps)
{
	return device_ioctl(fd, IFAX_IOC_GET_CAPS, caps);
}

bool ifax_has_coding(const struct ifax_caps *caps, uint32_t coding)
{
	return coding < 32 && caps->codings & 1U << coding;
}

int ifax_get_format(int fd, struct ifax_format *format)
{
	return device_ioctl(fd, IFAX_IOC_GET_FORMAT, format);
}

int ifax_try_format(int fd, struct ifax_format *format)
{
	return device_ioctl(fd, IFAX_IOC_TRY_FORMAT, format);
}

int ifax_set_format(int fd, const struct ifax_format *format)
{
	return device_ioctl(fd, IFAX_IOC_SET_FORMAT, format);
}

int ifax_get_state(int fd, struct ifax_state *state)
{
	return device_ioctl(fd, IFAX_IOC_GET_STATE, state);
}

int ifax_start_pages(int fd, uint32_t pages)
{
	const struct ifax_start start = { .pages = pages };

	return device_ioctl(fd, IFAX_IOC_START, &start);
}

int ifax_start(int fd)
{
	return ifax_start_pages(fd, 1);
}

ssize_t ifax_read(int fd, void *data, size_t bytes)
{
	ssize_t n = read(fd, data, bytes);

	return n < 0 ? -errno : n;
}

int ifax_write_all(int fd, const void *data, size_t bytes)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };
	const char *at = data;
	ssize_t n;

	while (bytes) {
		n = write(fd, at, bytes);
		if (n < 0 && errno == EAGAIN)
			n = poll(&room, 1, -1) < 0 ? -1 : 0;
		if (n < 0)
			return -errno;
		at += n;
		bytes -= n;
	}
	return 0;
}

int ifax_commit(int fd)
{
	return device_ioctl(fd, IFAX_IOC_COMMIT, NULL);
}

int ifax_finish(int fd)
{
	return device_ioctl(fd, IFAX_IOC_FINISH, NULL);
}

int ifax_get_page(int fd, struct ifax_page_record *record)
{
	return device_ioctl(fd, IFAX_IOC_GET_PAGE, record);
}

int ifax_cancel(int fd)
{
	return device_ioctl(fd, IFAX_IOC_CANCEL, NULL);
}
