// SPDX-License-Identifier: GPL-2.0
/*
 * Who waits for the disk, preloaded into ifaxd: each fsync and its kin, and each sleep (SQLite
 * sleeps while somebody else has the database locked), is a line in the file $SYNCS, "loop CALL"
 * if the event loop's thread made it (the one that waits for events), else "thread CALL".
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static __thread bool is_loop;

#define REAL(name)	((typeof(&name))dlsym(RTLD_NEXT, #name))

static void note(const char *call)
{
	const char *path = getenv("SYNCS");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	char line[64];
	int bytes;

	if (fd < 0)
		return;
	bytes = snprintf(line, sizeof(line), "%s %s\n", is_loop ? "loop" : "thread", call);
	if (write(fd, line, bytes) != bytes)
		abort();
	close(fd);
}

int epoll_wait(int fd, struct epoll_event *events, int count, int timeout_ms)
{
	is_loop = true;
	return REAL(epoll_wait)(fd, events, count, timeout_ms);
}

int fsync(int fd)
{
	note("fsync");
	return REAL(fsync)(fd);
}

int fdatasync(int fd)
{
	note("fdatasync");
	return REAL(fdatasync)(fd);
}

int syncfs(int fd)
{
	note("syncfs");
	return REAL(syncfs)(fd);
}

int msync(void *at, size_t bytes, int flags)
{
	note("msync");
	return REAL(msync)(at, bytes, flags);
}

int usleep(useconds_t us)
{
	note("usleep");
	return REAL(usleep)(us);
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
	note("nanosleep");
	return REAL(nanosleep)(time, left);
}

void sync(void)
{
	note("sync");
	REAL(sync)();
}
