// SPDX-License-Identifier: GPL-2.0
/*
 * What can be told about libifax without a device. The rest is in
 * tests/kselftest.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libifax.h>

static int tests, failures;

static void ok(bool good, const char *what)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what);
	failures += !good;
}

static void test_codings(void)
{
	uint32_t coding, found;
	bool good = true;

	for (coding = IFAX_CODING_RAW; coding <= IFAX_CODING_JBIG; coding++) {
		const char *name = ifax_coding_name(coding);

		found = UINT32_MAX;
		good = good && name && !ifax_coding_by_name(name, &found) && found == coding;
	}
	ok(good, "every coding has a name, and the name leads back");
	ok(!ifax_coding_by_name("MMR", &found) && found == IFAX_CODING_MMR,
	   "a name in capitals is a name");
	ok(!ifax_coding_name(IFAX_CODING_JBIG + 1) && !ifax_coding_name(UINT32_MAX),
	   "no coding, no name");
	found = 77;
	ok(ifax_coding_by_name("gif", &found) == -EINVAL && found == 77 &&
	   ifax_coding_by_name("", &found) == -EINVAL, "no name, no coding");
}

static void test_caps(void)
{
	const struct ifax_caps caps = { .codings = 1U << IFAX_CODING_MH | 1U << 31 };

	ok(ifax_has_coding(&caps, IFAX_CODING_MH) && !ifax_has_coding(&caps, IFAX_CODING_MMR) &&
	   ifax_has_coding(&caps, 31), "a coding that the device has");
	ok(!ifax_has_coding(&caps, 32 + IFAX_CODING_MH) && !ifax_has_coding(&caps, UINT32_MAX),
	   "a coding of a number too large");
}

static void test_texts(void)
{
	uint32_t a, b;
	bool good = true;

	for (a = IFAX_PAGE_OK; a <= IFAX_PAGE_TOO_LARGE; a++) {
		good = good && *ifax_page_status_text(a);
		for (b = 0; b < a; b++)
			good = good && strcmp(ifax_page_status_text(a), ifax_page_status_text(b));
	}
	ok(good, "every page status has a text of its own");
	ok(!strcmp(ifax_page_status_text(IFAX_PAGE_TOO_LARGE + 1),
		   ifax_page_status_text(UINT32_MAX)), "a status that nobody knows has a text");
	ok(!strcmp(ifax_error_text(-ENOMEDIUM), "the feeder is empty"), "an error of a device");
	ok(!strcmp(ifax_error_text(-ENOTDIR), strerror(ENOTDIR)), "any other error");
}

static void test_open(void)
{
	char name[PATH_MAX + 1];
	struct ifax_caps caps;
	int fd;

	ok(ifax_open_scanner("no-such-scanner", 0) == -ENOENT, "a device that is not there");
	memset(name, 'x', PATH_MAX);
	name[PATH_MAX] = 0;
	ok(ifax_open_printer(name, 0) == -ENAMETOOLONG, "a name too long");
	fd = ifax_open_printer("/dev/null", O_NONBLOCK | O_TRUNC);
	ok(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC, "a path, closed on exec");
	ok(fcntl(fd, F_GETFL) & O_NONBLOCK && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY,
	   "opened as it should be");
	ok(ifax_get_caps(fd, &caps) == -ENOTTY, "something else than a device");
	close(fd);
	ok(ifax_start(-1) == -EBADF, "no file at all");
}

#define STREAM_BYTES	1000000

/* Reads in its own time; returns NULL if all bytes were right. */
static void *reader(void *arg)
{
	unsigned char data[4096];
	size_t at = 0;
	ssize_t n, i;

	while ((n = read(*(int *)arg, data, sizeof(data))) > 0) {
		for (i = 0; i < n; i++, at++)
			if (data[i] != at % 251)
				return arg;
		usleep(500);
	}
	return n || at != STREAM_BYTES ? arg : NULL;
}

static void test_write_all(void)
{
	static unsigned char data[STREAM_BYTES];
	void *wrong = data;
	pthread_t thread;
	int fds[2], err;
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i % 251;
	if (pipe(fds) || fcntl(fds[1], F_SETFL, O_NONBLOCK) ||
	    pthread_create(&thread, NULL, reader, &fds[0])) {
		printf("Bail out! %s\n", strerror(errno));
		exit(1);
	}
	err = ifax_write_all(fds[1], data, sizeof(data));
	close(fds[1]);
	pthread_join(thread, &wrong);
	ok(!err && !wrong, "write_all waits where write would block");
	close(fds[0]);

	if (pipe(fds)) {
		printf("Bail out! %s\n", strerror(errno));
		exit(1);
	}
	signal(SIGPIPE, SIG_IGN);
	close(fds[0]);
	ok(ifax_write_all(fds[1], data, 1) == -EPIPE && !ifax_write_all(fds[1], data, 0),
	   "write_all tells why it cannot");
	close(fds[1]);
}

int main(void)
{
	test_codings();
	test_caps();
	test_texts();
	test_open();
	test_write_all();
	printf("1..%d\n", tests);
	return failures != 0;
}
