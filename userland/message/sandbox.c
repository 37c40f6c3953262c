// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sandbox.h"

static const struct {
	int resource;
	rlim_t limit;
} limits[] = {
	{ RLIMIT_AS, SANDBOX_MEMORY_BYTES },
	{ RLIMIT_FSIZE, SANDBOX_FILE_BYTES },
	{ RLIMIT_NOFILE, 0 },
	{ RLIMIT_NPROC, 0 },
	{ RLIMIT_CORE, 0 },
};

/* All that computing, and reading and writing open files, takes. */
static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(pread64), SCMP_SYS(pwrite64),
	SCMP_SYS(lseek), SCMP_SYS(_llseek), SCMP_SYS(ftruncate), SCMP_SYS(ftruncate64),
	SCMP_SYS(fstat), SCMP_SYS(fstat64), SCMP_SYS(close),
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigreturn), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(futex), SCMP_SYS(restart_syscall), SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64), SCMP_SYS(gettimeofday),
	SCMP_SYS(exit), SCMP_SYS(exit_group),
};

static int set_limits(void)
{
	struct rlimit cpu = { SANDBOX_CPU_S, SANDBOX_CPU_S + 1 };

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit = { limits[i].limit, limits[i].limit };

		if (setrlimit(limits[i].resource, &limit))
			return -errno;
	}
	return setrlimit(RLIMIT_CPU, &cpu) ? -errno : 0;
}

/* Memory may be had, but nothing in it may be run; glibc's fstat() has two forms. */
static int add_conditional(scmp_filter_ctx filter)
{
	int err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

	err = err ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap2), 1,
				      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	err = err ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	err = err ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
				      SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH));
	/* abort() */
	return err ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				       SCMP_A0(SCMP_CMP_EQ, getpid()));
}

static int load_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = filter ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	err = err ?: add_conditional(filter);
	err = err ?: seccomp_load(filter);
	seccomp_release(filter);
	return err;
}

int sandbox_enter(struct failure *failure)
{
	int err;

	/* A full disk and a file too long are then errors of write(). */
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	err = set_limits();
	if (err)
		return fail(failure, EXIT_LATER, "cannot limit this process: %s", strerror(-err));
	err = load_filter();
	if (err)
		return fail(failure, EXIT_LATER, "cannot confine this process (seccomp): %s",
			    strerror(-err));
	return 0;
}
