// SPDX-License-Identifier: GPL-2.0
/*
 * Trace events: each stage of a page leaves one, in the order of the stages.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>
#include <kselftest_harness.h>
#include "machine.h"

#define TRACING		"/sys/kernel/tracing"
#define LINES		40
/* Noise, coded, needs more than this */
#define NOISE_LINES	600
#define SMALL_KIB	64
#define LOG_BYTES	65536

FIXTURE(trace)
{
	int scanner;
	int printer;
	struct ifax_format format;
	char log[LOG_BYTES];
};

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

FIXTURE_SETUP(trace)
{
	if (access(TRACING "/events", R_OK) && mount("tracing", TRACING, "tracefs", 0, NULL))
		SKIP(return, "this kernel has no trace events");
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	ASSERT_TRUE(put(TRACING "/trace", ""));
	ASSERT_TRUE(put(TRACING "/events/ifax/enable", "1"));
}

FIXTURE_TEARDOWN(trace)
{
	put(TRACING "/events/ifax/enable", "0");
	machine_close(self->scanner, self->printer);
}

static void take_log(FIXTURE_DATA(trace) * self)
{
	size_t bytes = 0;
	ssize_t n;
	int fd;

	put(TRACING "/events/ifax/enable", "0");
	fd = open(TRACING "/trace", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	while ((n = read(fd, self->log + bytes, LOG_BYTES - 1 - bytes)) > 0)
		bytes += n;
	self->log[bytes] = 0;
	close(fd);
}

/* What stands behind @text, which comes behind @from; NULL: nowhere */
static const char *after(const char *from, const char *text)
{
	const char *at = from ? strstr(from, text) : NULL;

	if (!at)
		fprintf(stderr, "# not in the trace, or too early: %s\n", text);
	return at ? at + strlen(text) : NULL;
}

TEST_F(trace, scan)
{
	struct ifax_page_record record;
	struct coded coded;
	struct sheet sheet;
	const char *at;
	char end[80];

	sheet_draw(&sheet, A4_WIDTH_PX, LINES, 1);
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_EQ(0, ifax_start(self->scanner));
	EXPECT_LT(0, read_page(self->scanner, &coded));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	take_log(self);
	at = after(self->log, "ifax_page_start: " SCANNER " page=");
	at = after(at, "ifax_band: " SCANNER " page=");
	snprintf(end, sizeof(end), "ifax_page_end: " SCANNER " page=%u coding=%u status=0 lines=%u bytes=%llu",
		 record.seq, IFAX_CODING_MMR, LINES, (unsigned long long)record.bytes);
	EXPECT_NE(NULL, after(at, end));
	EXPECT_NE(NULL, after(at, "ifax_user: " SCANNER " bytes="));
	coded_free(&coded);
	sheet_free(&sheet);
}

/* The motor waits for a reader */
TEST_F(trace, pause)
{
	struct ifax_page_record record;
	struct coded coded;
	struct sheet sheet;
	const char *at;

	sheet_noise(&sheet, A4_WIDTH_PX, NOISE_LINES, 1);
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_TRUE(set_budget_kib(SMALL_KIB));
	ASSERT_EQ(0, ifax_start(self->scanner));
	ASSERT_TRUE(wait_for_state(self->scanner, IFAX_STATE_PAUSED, IFAX_STATE_PAUSED));
	EXPECT_LT(0, read_page(self->scanner, &coded));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	take_log(self);
	at = after(self->log, "ifax_page_start: " SCANNER " page=1");
	at = after(at, "ifax_page_pause: " SCANNER " page=1");
	at = after(at, "ifax_user: " SCANNER " bytes=");
	at = after(at, "ifax_page_resume: " SCANNER " page=1");
	at = after(at, "ifax_page_end: " SCANNER " page=1");
	EXPECT_NE(NULL, at);
	coded_free(&coded);
	sheet_free(&sheet);
}

TEST_F(trace, print)
{
	struct ifax_page_record record;
	struct ifax_format format;
	struct sheet sheet;
	const char *at;

	ASSERT_EQ(0, ifax_get_format(self->printer, &format));
	format.width_px = A4_WIDTH_PX;
	ASSERT_EQ(0, ifax_set_format(self->printer, &format));
	sheet_draw(&sheet, A4_WIDTH_PX, LINES, 2);
	ASSERT_TRUE(write_sheet(self->printer, &format, &sheet));
	ASSERT_EQ(0, ifax_commit(self->printer));
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	take_log(self);
	at = after(self->log, "ifax_user: " PRINTER " bytes=");
	at = after(at, "ifax_page_queue: " PRINTER " page=1");
	at = after(at, "ifax_page_start: " PRINTER " page=1");
	at = after(at, "ifax_band: " PRINTER " page=1 lines=32");
	at = after(at, "ifax_page_end: " PRINTER " page=1");
	EXPECT_NE(NULL, at);
	sheet_free(&sheet);
}

TEST_HARNESS_MAIN
