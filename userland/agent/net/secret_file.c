// SPDX-License-Identifier: GPL-2.0
/*
 * secret_file: files that nobody but their owner may read
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "secret_file.h"

static const char *fault_of(int fd)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return "belongs to another user";
	if (st.st_mode & 077)
		return "others can read or write it: chmod 600";
	return NULL;
}

int secret_file_open(const char *path, char *reason, size_t bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	const char *fault = fault_of(fd);

	if (!fault)
		return fd;
	snprintf(reason, bytes, "%s: %s", path, fault);
	if (fd >= 0)
		close(fd);
	return -1;
}

bool secret_file_line(const char *path, char *secret, size_t bytes, char *reason,
		      size_t reason_bytes)
{
	int fd = secret_file_open(path, reason, reason_bytes);
	const char *fault = NULL;
	size_t len;
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, secret, bytes - 1);
	close(fd);
	secret[n > 0 ? n : 0] = 0;
	len = strcspn(secret, "\r\n");
	if (len == bytes - 1)
		fault = "its first line is too long for a secret";
	else if (!len)
		fault = "has no secret in its first line";
	else if (!secret[len] && (ssize_t)len < n)
		fault = "is no text: it has NULs";
	secret[fault ? 0 : len] = 0;
	if (fault)
		snprintf(reason, reason_bytes, "%s: %s", path, fault);
	return !fault;
}
