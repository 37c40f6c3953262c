// SPDX-License-Identifier: GPL-2.0
/* What a process that entered the sandbox can still do, each tried in a child. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../userland/message/sandbox.h"

static int file;	/* opened before */

/* Each returns the errno of what it tried, 0 if it worked. */

static int outcome(long result)
{
	return result < 0 ? errno : 0;
}

static int try_open(void)	{ return outcome(open("/etc/hostname", O_RDONLY)); }
static int try_openat(void)	{ return outcome(syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY, 0)); }
static int try_openat2(void)	{ return outcome(syscall(SYS_openat2, AT_FDCWD, "/", NULL, 0)); }
static int try_socket(void)	{ return outcome(socket(AF_INET, SOCK_STREAM, 0)); }
static int try_unix(void)	{ return outcome(socket(AF_UNIX, SOCK_STREAM, 0)); }
static int try_connect(void)	{ return outcome(syscall(SYS_connect, 0, NULL, 0)); }
static int try_fork(void)	{ return outcome(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }
static int try_exec(void)	{ return outcome(execl("/bin/true", "true", NULL)); }
static int try_unlink(void)	{ return outcome(unlink("/nowhere")); }
static int try_dup(void)	{ return outcome(dup(file)); }
static int try_ioctl(void)	{ return outcome(syscall(SYS_ioctl, file, 0x5401, 0)); }
static int try_kill(void)	{ return outcome(kill(getppid(), 0)); }
static int try_kill_other(void)	{ return outcome(syscall(SYS_tgkill, 1, 1, 0)); }
static int try_ptrace(void)	{ return outcome(ptrace(PTRACE_TRACEME, 0, NULL, NULL)); }
static int try_prctl(void)	{ return outcome(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); }
static int try_memfd(void)	{ return outcome(syscall(SYS_memfd_create, "x", 0)); }
static int try_io_uring(void)	{ return outcome(syscall(SYS_io_uring_setup, 1, NULL)); }

static int try_code(void)
{
	void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return code == MAP_FAILED ? errno : 0;
}

static int try_make_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? 0 : outcome(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static int try_memory(void)
{
	return malloc((size_t)SANDBOX_MEMORY_BYTES) ? 0 : errno;
}

static int try_long_file(void)
{
	return outcome(pwrite(file, "x", 1, SANDBOX_FILE_BYTES));
}

static int use_memory(void)
{
	char *memory = malloc(32 << 20);

	if (memory)
		memset(memory, 1, 32 << 20);
	free(memory);
	return memory ? 0 : ENOMEM;
}

static int use_file(void)
{
	struct stat st;
	char c;

	return fstat(file, &st) || ftruncate(file, 0) || pwrite(file, "x", 1, 0) != 1 ||
		lseek(file, 0, SEEK_SET) || read(file, &c, 1) != 1 ? errno : 0;
}

static int use_stdout(void)
{
	return printf("# a line from within\n") < 0 || fflush(stdout) ? errno : 0;
}

static const struct {
	const char *name;
	int (*attempt)(void);
	int wanted;
} attempts[] = {
	{ "open()", try_open, EPERM },
	{ "openat()", try_openat, EPERM },
	{ "openat2()", try_openat2, EPERM },
	{ "a TCP socket", try_socket, EPERM },
	{ "a Unix socket", try_unix, EPERM },
	{ "connect()", try_connect, EPERM },
	{ "fork()", try_fork, EPERM },
	{ "exec()", try_exec, EPERM },
	{ "unlink()", try_unlink, EPERM },
	{ "dup()", try_dup, EPERM },
	{ "ioctl()", try_ioctl, EPERM },
	{ "kill()", try_kill, EPERM },
	{ "a signal for another process", try_kill_other, EPERM },
	{ "ptrace()", try_ptrace, EPERM },
	{ "prctl()", try_prctl, EPERM },
	{ "memfd_create()", try_memfd, EPERM },
	{ "io_uring", try_io_uring, EPERM },
	{ "memory that can be run", try_code, EPERM },
	{ "memory made to be run", try_make_code, EPERM },
	{ "memory over the limit", try_memory, ENOMEM },
	{ "a file over the limit", try_long_file, EFBIG },
	{ "allowed: memory", use_memory, 0 },
	{ "allowed: an open file", use_file, 0 },
	{ "allowed: stdout", use_stdout, 0 },
};

/* Returns the errno of the attempt in a confined child, -1 if it died. */
static int confined(int (*attempt)(void))
{
	struct failure failure;
	pid_t child = fork();
	int status;

	if (!child) {
		if (sandbox_enter(&failure)) {
			printf("# %s\n", failure.text);
			fflush(stdout);
			_exit(255);
		}
		_exit(attempt());
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(void)
{
	unsigned int failures = 0, count = sizeof(attempts) / sizeof(attempts[0]);
	char name[] = "/tmp/ifax-sandbox-XXXXXX";

	file = mkstemp(name);
	if (file < 0) {
		printf("Bail out! %s: %s\n", name, strerror(errno));
		return 1;
	}
	unlink(name);
	printf("1..%u\n", count);
	for (unsigned int i = 0; i < count; i++) {
		int got;

		fflush(stdout);
		got = confined(attempts[i].attempt);
		failures += got != attempts[i].wanted;
		printf("%sok %u - %s: %s\n", got == attempts[i].wanted ? "" : "not ", i + 1,
		       attempts[i].name, got < 0 ? "died" : strerror(got));
	}
	return failures != 0;
}
