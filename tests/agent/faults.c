// SPDX-License-Identifier: GPL-2.0
/*
 * A disk that fails and a power switch, preloaded into ifaxd. While the file
 * $FAULT is there, its only line says what happens:
 *
 *	fsync ERRNO	fsync() and fdatasync() fail
 *	fdatasync ERRNO	fdatasync() fails: that is the log of the database
 *	slow MS		fsync() and fdatasync() take so long
 *	late MS		the first of them does
 *	write ERRNO	write() to files fails
 *	room ERRNO	pwrite() of 64 KiB at once fails: there is no room to be had in advance
 *	memory 1	strdup() finds no memory
 *	create ERRNO	openat() makes no file: no inodes, or a disk that became read-only
 *	clock SECONDS	the clock on the wall is wrong by so many
 *	kill N		the process is killed before its Nth call (from the moment the
 *			file is there) of fsync, fdatasync, renameat or unlinkat
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int open_fault(void)
{
	const char *path = getenv("FAULT");

	return path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
}

static int read_fault(int fd, const char *kind)
{
	char text[32] = "", name[16] = "";
	int number = 0;

	if (read(fd, text, sizeof(text) - 1) < 0 ||
	    sscanf(text, "%15s %d", name, &number) != 2 || strcmp(name, kind))
		return 0;
	return number;
}

static int fault(const char *kind)
{
	int fd = open_fault();
	int number = fd < 0 ? 0 : read_fault(fd, kind);

	if (fd >= 0)
		close(fd);
	return number;
}

/* Who holds the lock while the file is taken away knows that nothing is killed later. */
static void maybe_kill(void)
{
	static _Atomic int calls;	/* threads sync, too */
	int fd = open_fault(), number = 0;
	struct stat st;

	if (fd >= 0 && !flock(fd, LOCK_SH) && !fstat(fd, &st) && st.st_nlink)
		number = read_fault(fd, "kill");
	if (!number)
		calls = 0;
	else if (++calls == number)
		raise(SIGKILL);
	if (fd >= 0)
		close(fd);
}

static bool sync_fails(void)
{
	int error = fault("fsync"), slow_ms = fault("slow"), late_ms = fault("late");
	static _Atomic bool was_late;

	if (slow_ms)
		usleep(slow_ms * 1000);
	if (late_ms && !atomic_exchange(&was_late, true))
		usleep(late_ms * 1000);
	maybe_kill();
	errno = error;
	return error;
}

#define REAL(name)	((typeof(&name))dlsym(RTLD_NEXT, #name))

int fsync(int fd)
{
	return sync_fails() ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
	int error = fault("fdatasync");

	if (sync_fails())
		return -1;
	errno = error;
	return error ? -1 : REAL(fdatasync)(fd);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	maybe_kill();
	return REAL(renameat)(from_fd, from, to_fd, to);
}

int unlinkat(int fd, const char *name, int flags)
{
	maybe_kill();
	return REAL(unlinkat)(fd, name, flags);
}

ssize_t write(int fd, const void *data, size_t bytes)
{
	int error = fault("write");
	struct stat st;

	if (!error || fd <= 2 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return REAL(write)(fd, data, bytes);
	errno = error;
	return -1;
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t at)
{
	int error = bytes < 65536 ? 0 : fault("room");

	if (!error)
		return REAL(pwrite)(fd, data, bytes, at);
	errno = error;
	return -1;
}

int openat(int fd, const char *name, int flags, ...)
{
	int error = flags & O_CREAT ? fault("create") : 0;
	mode_t mode = 0;
	va_list values;

	if (flags & O_CREAT) {
		va_start(values, flags);
		mode = va_arg(values, mode_t);
		va_end(values);
	}
	errno = error;
	return error ? -1 : REAL(openat)(fd, name, flags, mode);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	int result = REAL(clock_gettime)(clock, time);

	if (clock == CLOCK_REALTIME)
		time->tv_sec += fault("clock");
	return result;
}

char *strdup(const char *text)
{
	if (!fault("memory"))
		return REAL(strdup)(text);
	errno = ENOMEM;
	return NULL;
}
