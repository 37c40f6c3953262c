// SPDX-License-Identifier: GPL-2.0
/*
 * A disk that fails: preloaded into ifaxd, fsync() and write() to files give
 * the error whose number is the first line of the file $FAIL_FSYNC, while
 * there is one: ENOSPC from write(), all others from fsync().
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int wanted_error(void)
{
	const char *path = getenv("FAIL_FSYNC");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char text[16] = "";

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);
	return atoi(text);
}

int fsync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
	int error = wanted_error();

	if (!error || error == ENOSPC)
		return real(fd);
	errno = error;
	return -1;
}

ssize_t write(int fd, const void *data, size_t bytes)
{
	ssize_t (*real)(int, const void *, size_t) =
		(ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
	struct stat st;

	if (wanted_error() != ENOSPC || fd <= 2 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return real(fd, data, bytes);
	errno = ENOSPC;
	return -1;
}
