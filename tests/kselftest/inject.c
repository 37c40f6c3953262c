// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "inject.h"

#define DEBUGFS		"/sys/kernel/debug"
#define ATTEMPTS	100
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum kind { SLAB, PAGES };

static const char *const kinds[] = {
	[SLAB] = "failslab",
	[PAGES] = "fail_page_alloc",
};

/**
 * struct knob - a setting that is changed when no memory is to be had
 * @interval: file descriptors
 * @times: how many faults are left
 * @probability: per cent
 */
static struct knob {
	int interval;
	int times;
	int probability;
} knobs[ARRAY_SIZE(kinds)];

static int min_order = -1;
static int fail_nth = -1;
static unsigned int times_begun;

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool set(const char *kind, const char *setting, const char *value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DEBUGFS "/%s/%s", kind, setting);
	return write_text(path, value);
}

static int open_setting(const char *kind, const char *setting)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DEBUGFS "/%s/%s", kind, setting);
	return open(path, O_RDWR | O_CLOEXEC);
}

/* The default is not to fail what may sleep, and to tell every failure */
static bool set_up(const char *kind, struct knob *knob)
{
	if (!set(kind, "probability", "0") || !set(kind, "verbose", "0") ||
	    !set(kind, "ignore-gfp-wait", "N") || !set(kind, "task-filter", "Y"))
		return false;
	knob->interval = open_setting(kind, "interval");
	knob->times = open_setting(kind, "times");
	knob->probability = open_setting(kind, "probability");
	return knob->interval >= 0 && knob->times >= 0 && knob->probability >= 0;
}

static void turn(int knob, unsigned int value)
{
	char text[16];
	int bytes = snprintf(text, sizeof(text), "%u", value);
	int attempt;

	/* Under faults this may take more than one attempt */
	for (attempt = 0; attempt < ATTEMPTS && write(knob, text, bytes) != bytes; attempt++)
		;
}

bool inject_possible(void)
{
	size_t i;

	if (access(DEBUGFS "/failslab", F_OK))
		mount("debugfs", DEBUGFS, "debugfs", 0, NULL);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!set_up(kinds[i], &knobs[i]))
			return false;
	min_order = open_setting(kinds[PAGES], "min-order");
	if (min_order < 0 || !set("fail_usercopy", "verbose", "0"))
		return false;
	turn(min_order, 0);
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return fail_nth >= 0;
}

bool inject_nth(unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	/* The fault armed before may hit this very write, but not twice */
	return pwrite(fail_nth, text, strlen(text), 0) > 0 ||
	       pwrite(fail_nth, text, strlen(text), 0) > 0;
}

bool inject_happened(void)
{
	char text[16] = {};

	/* If it is this read that fails, then nothing before it has */
	return pread(fail_nth, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0;
}

bool inject_is_cause(int err)
{
	return err == -ENOMEM || err == -EFAULT || err == -ENOBUFS || err == -EIO;
}

int inject_every(int (*call)(void *data), void (*undo)(void *data), void *data)
{
	bool happened;
	int n, err;

	for (n = 1; n < INJECT_MAX; n++) {
		if (!inject_nth(n))
			return -errno;
		err = call(data);
		happened = inject_happened();
		if (!inject_nth(0))
			return -errno;
		if (!happened) {
			fprintf(stderr, "# %d faults\n", n - 1);
			return err ?: n - 1;
		}
		if (err && !inject_is_cause(err))
			return err;
		if (!err)
			undo(data);
	}
	return -ELOOP;
}

static bool take_part(const char *task, bool on)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/proc/%s/make-it-fail", task);
	return write_text(path, on ? "1" : "0");
}

/* Only programs have an executable file */
static bool is_kernel_thread(const char *task)
{
	char path[PATH_MAX], target[16];

	snprintf(path, sizeof(path), "/proc/%s/exe", task);
	return readlink(path, target, sizeof(target)) < 0 && errno == ENOENT;
}

/* Threads to come take after kthreadd, which is one of them */
bool inject_kernel(bool on)
{
	DIR *dir = opendir("/proc");
	unsigned int threads = 0;
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (isdigit(entry->d_name[0]) && is_kernel_thread(entry->d_name))
			threads += take_part(entry->d_name, on);
	if (dir)
		closedir(dir);
	return threads;
}

bool inject_self(bool on)
{
	return take_part("self", on);
}

static void begin(const struct knob *knob, unsigned int interval, unsigned int times)
{
	turn(knob->interval, interval);
	turn(knob->times, times);
	turn(knob->probability, 100);
}

void inject_begin(unsigned int interval, unsigned int times)
{
	size_t i;

	times_begun = times;
	for (i = 0; i < ARRAY_SIZE(knobs); i++)
		begin(&knobs[i], interval, times);
}

void inject_begin_high_orders(unsigned int times)
{
	times_begun = times;
	turn(knobs[SLAB].times, times);
	turn(min_order, 1);
	begin(&knobs[PAGES], 1, times);
}

void inject_end(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(knobs); i++)
		turn(knobs[i].probability, 0);
	turn(min_order, 0);
}

unsigned int inject_count(void)
{
	unsigned int count = 0;
	char text[16];
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		memset(text, 0, sizeof(text));
		fd = open_setting(kinds[i], "times");
		if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
			count += times_begun - atoi(text);
		if (fd >= 0)
			close(fd);
	}
	return count;
}
