// SPDX-License-Identifier: GPL-2.0
/* The page file: what was written is read, and no field of it is believed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../../userland/agent/paper/page_file.h"

static unsigned int tests, failures;

__attribute__((format(printf, 2, 3)))
static void ok(bool condition, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	failures += !condition;
	printf("%sok %u - ", condition ? "" : "not ", ++tests);
	vprintf(name, args);
	putchar('\n');
	va_end(args);
}

static const struct ifax_format mmr = {
	.coding = IFAX_CODING_MMR, .flags = IFAX_FMT_LSB_FIRST, .width_px = 1728,
	.x_dpi = 204, .y_dpi = 196,
};

static int new_file(void)
{
	int fd = memfd_create("pages", 0);

	if (fd < 0) {
		printf("Bail out! memfd_create: %s\n", strerror(errno));
		exit(1);
	}
	return fd;
}

/* A file with one page of ten bytes, and that page's header. */
static int one_page(struct page_header *page)
{
	struct page_writer writer;
	int fd = new_file();

	if (page_writer_init(&writer, fd) || page_writer_begin(&writer, &mmr) ||
	    page_writer_data(&writer, "0123456789", 10) ||
	    page_writer_end(&writer, 80, IFAX_PAGE_OK) ||
	    pread(fd, page, sizeof(*page), 0) != sizeof(*page)) {
		printf("Bail out! cannot write a page: %s\n", writer.why);
		exit(1);
	}
	return fd;
}

static void test_round_trip(void)
{
	static const char data[] = "coded bytes of the page";
	struct page_writer writer;
	struct page_reader reader;
	char buffer[64];
	int fd = new_file();

	ok(!page_writer_init(&writer, fd) && !page_writer_begin(&writer, &mmr) &&
	   !page_writer_data(&writer, data, 5) && !page_writer_data(&writer, data + 5, 10) &&
	   !page_writer_end(&writer, 7, IFAX_PAGE_OK), "a page written in pieces");
	ok(!page_writer_begin(&writer, &mmr) && !page_writer_data(&writer, data, 3) &&
	   !page_writer_end(&writer, 0, IFAX_PAGE_JAM), "a jammed one without a line");
	ok(writer.pages == 2, "two pages");
	ok(!page_reader_init(&reader, fd) && page_reader_next(&reader) == 1, "the first is read");
	ok(reader.page.lines == 7 && reader.page.format.length_lines == 7 &&
	   reader.page.data_bytes == 15 && reader.page.format.flags == IFAX_FMT_LSB_FIRST,
	   "its header");
	ok(page_reader_data(&reader, 0, buffer, sizeof(buffer)) == 15 && !memcmp(buffer, data, 15),
	   "its data, no more than there is");
	ok(page_reader_data(&reader, 12, buffer, 2) == 2 && !memcmp(buffer, data + 12, 2),
	   "a piece of it");
	ok(page_reader_data(&reader, 15, buffer, 1) == 0 &&
	   page_reader_data(&reader, UINT64_MAX, buffer, 1) == 0, "nothing behind it");
	ok(page_reader_next(&reader) == 1 && reader.number == 2 &&
	   reader.page.status == IFAX_PAGE_JAM && reader.page.data_bytes == 3, "the second is read");
	ok(page_reader_next(&reader) == 0 && page_reader_next(&reader) == 0, "that was all");
	close(fd);
}

static void test_writer(void)
{
	struct ifax_format bad = mmr;
	struct page_writer writer;
	struct page_header page;
	struct page_reader reader;
	int fd = one_page(&page), pipe_fds[2];

	ok(!page_writer_init(&writer, fd) && !page_reader_init(&reader, fd) &&
	   page_reader_next(&reader) == 0, "a file that is written anew is empty");
	ok(page_writer_data(&writer, "x", 1) == -EINVAL, "no data without a page");
	ok(page_writer_end(&writer, 1, IFAX_PAGE_OK) == -EINVAL, "no end without a begin");
	bad.width_px = 0;
	ok(page_writer_begin(&writer, &bad) == -EINVAL && strstr(writer.why, "width"),
	   "a format without a width: %s", writer.why);
	ok(!page_writer_begin(&writer, &mmr) && page_writer_begin(&writer, &mmr) == -EINVAL,
	   "no page within a page");
	ok(page_writer_end(&writer, 8, IFAX_PAGE_OK) == -EINVAL, "a page without data: %s",
	   writer.why);
	ok(!page_reader_init(&reader, fd) && page_reader_next(&reader) == -EBADMSG &&
	   strstr(reader.why, "never completed"), "a page whose writer died: %s", reader.why);
	ok(!page_writer_drop(&writer) && !page_reader_init(&reader, fd) &&
	   page_reader_next(&reader) == 0, "a page that was dropped");
	ok(!page_writer_begin(&writer, &mmr) && !page_writer_data(&writer, "abc", 3) &&
	   !page_writer_end(&writer, 3, IFAX_PAGE_TRUNCATED) && !page_reader_init(&reader, fd) &&
	   page_reader_next(&reader) == 1, "another page in its place");
	close(fd);
	if (pipe(pipe_fds))
		exit(1);
	ok(page_writer_init(&writer, pipe_fds[1]) == -ESPIPE, "a pipe is no page file: %s", writer.why);
	ok(page_reader_init(&reader, pipe_fds[0]) == -ESPIPE, "nor one to read: %s", reader.why);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

static void test_full_disk(void)
{
	struct rlimit old, small = { 100, RLIM_INFINITY };
	struct page_writer writer;
	char name[] = "/tmp/ifax-page-file-XXXXXX";
	int fd = mkstemp(name);

	unlink(name);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &small);
	ok(!page_writer_init(&writer, fd) && !page_writer_begin(&writer, &mmr) &&
	   page_writer_data(&writer, "0123456789012345678901234567890123456789", 40) == -EFBIG,
	   "no room: %s", writer.why);
	setrlimit(RLIMIT_FSIZE, &old);
	close(fd);
}

/* Reads a file whose header was changed. */
static void refused(const struct page_header *page, const char *word)
{
	struct page_header right;
	struct page_reader reader;
	int fd = one_page(&right), got;

	if (pwrite(fd, page, sizeof(*page), 0) != sizeof(*page))
		exit(1);
	got = page_reader_init(&reader, fd) ?: page_reader_next(&reader);
	ok(got == -EBADMSG && strstr(reader.why, word), "%s: %s", word,
	   got == -EBADMSG ? reader.why : "taken");
	close(fd);
}

#define REFUSED(word, ...) \
	do { \
		struct page_header page = right; \
		__VA_ARGS__; \
		refused(&page, word); \
	} while (0)

static void test_headers(void)
{
	struct page_header right;

	close(one_page(&right));
	REFUSED("no page begins", page.magic[7] = 'f');
	REFUSED("never completed", memset(&page, 0, sizeof(page)));
	REFUSED("coding", page.format.coding = 5);
	REFUSED("flags", page.format.flags = 0x40);
	REFUSED("width", page.format.width_px = 0);
	REFUSED("width", page.format.width_px = 65536);
	REFUSED("resolution", page.format.x_dpi = 0);
	REFUSED("resolution", page.format.y_dpi = 0);
	REFUSED("to wait", page.format.wait_s = 1);
	REFUSED("reserved", page.format.reserved[1] = 1);
	REFUSED("status", page.status = 12);
	REFUSED("line counts differ", page.lines = 79);
	REFUSED("no lines", page.lines = page.format.length_lines = 0);
	REFUSED("too many lines", page.lines = page.format.length_lines = PAGE_LINES_MAX + 1);
	REFUSED("cannot hold", page.lines = page.format.length_lines = 81);
	REFUSED("cannot hold", page.format.coding = IFAX_CODING_RAW);
	REFUSED("within the data", page.data_bytes = 11);
	REFUSED("within the data", page.data_bytes = UINT64_MAX);
	REFUSED("within the data", page.data_bytes = UINT64_MAX - sizeof(page) + 1);
}

static void test_cut_off(void)
{
	struct page_header page;
	struct page_reader reader;
	unsigned int refusals = 0;
	char buffer[16];
	int fd;

	for (size_t bytes = 1; bytes < sizeof(page) + 10; bytes++) {
		fd = one_page(&page);
		refusals += !ftruncate(fd, bytes) && !page_reader_init(&reader, fd) &&
			page_reader_next(&reader) == -EBADMSG;
		close(fd);
	}
	ok(refusals == sizeof(page) + 9, "a file cut off at any byte");
	fd = one_page(&page);
	ok(!page_reader_init(&reader, fd) && page_reader_next(&reader) == 1 &&
	   !ftruncate(fd, sizeof(page) + 5) &&
	   page_reader_data(&reader, 0, buffer, sizeof(buffer)) == -EBADMSG,
	   "a file cut off while it is read: %s", reader.why);
	close(fd);
}

static void test_names(void)
{
	ok(page_coding_from_name("mmr") == IFAX_CODING_MMR && page_coding_from_name("raw") == 0 &&
	   page_coding_from_name("MMR") == -EINVAL && page_coding_from_name("") == -EINVAL,
	   "names to codings");
	ok(!strcmp(page_coding_name(IFAX_CODING_JBIG), "jbig") &&
	   !strcmp(page_coding_name(5), "unknown"), "codings to names");
}

int main(void)
{
	test_round_trip();
	test_writer();
	test_full_disk();
	test_headers();
	test_cut_off();
	test_names();
	printf("1..%u\n", tests);
	return failures != 0;
}
