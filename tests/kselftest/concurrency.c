// SPDX-License-Identifier: GPL-2.0
/*
 * Many threads and processes on one device: each byte goes to one of them, a
 * job has the device to itself, and who waits is woken.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <kselftest_harness.h>
#include "machine.h"

#define LINES		400
#define THREADS		6
#define OPENS		500

FIXTURE(concurrency)
{
	int scanner;
	int printer;
	struct ifax_format format;
	struct sheet sheet;
};

FIXTURE_SETUP(concurrency)
{
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	ASSERT_TRUE(machine_uncoded(self->scanner, self->printer, &self->format));
	sheet_draw(&self->sheet, A4_WIDTH_PX, LINES, 1);
}

FIXTURE_TEARDOWN(concurrency)
{
	machine_close(self->scanner, self->printer);
	sheet_free(&self->sheet);
}

/**
 * struct worker - a thread and what it did
 * @thread: thread
 * @fd: device
 * @counts: how often each value of a byte came
 * @bytes: their number
 * @err: how its last call ended
 */
struct worker {
	pthread_t thread;
	int fd;
	size_t counts[256];
	size_t bytes;
	ssize_t err;
};

static void *read_pieces(void *arg)
{
	struct worker *worker = arg;
	uint8_t data[700];
	ssize_t i;

	while ((worker->err = ifax_read(worker->fd, data, sizeof(data))) > 0)
		for (i = 0; i < worker->err; i++, worker->bytes++)
			worker->counts[data[i]]++;
	return NULL;
}

static void start(struct __test_metadata *_metadata, struct worker *workers, int count, int fd,
		  void *(*work)(void *arg))
{
	int i;

	for (i = 0; i < count; i++) {
		workers[i] = (struct worker){ .fd = fd };
		ASSERT_EQ(0, pthread_create(&workers[i].thread, NULL, work, &workers[i]));
	}
}

static void join(struct __test_metadata *_metadata, struct worker *workers, int count)
{
	int i;

	for (i = 0; i < count; i++)
		ASSERT_EQ(0, pthread_join(workers[i].thread, NULL));
}

/* Readers share a page: together they have each byte once */
TEST_F(concurrency, readers)
{
	size_t wanted[256] = {}, i, bytes = self->sheet.row_bytes * LINES;
	struct ifax_page_record record;
	struct worker workers[THREADS];
	int t;

	for (i = 0; i < bytes; i++)
		wanted[self->sheet.rows[i]]++;
	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(4000));
	ASSERT_EQ(0, ifax_start(self->scanner));
	start(_metadata, workers, THREADS, self->scanner, read_pieces);
	join(_metadata, workers, THREADS);
	for (t = 0; t < THREADS; t++) {
		EXPECT_EQ(0, workers[t].err);
		bytes -= workers[t].bytes;
		for (i = 0; i < 256; i++)
			wanted[i] -= workers[t].counts[i];
	}
	EXPECT_EQ(0, bytes);
	for (i = 0; i < 256; i++)
		EXPECT_EQ(0, wanted[i]);
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
}

/* A write of whole lines is not mixed with another's as long as there is room */
static void *write_white(void *arg)
{
	struct worker *worker = arg;
	uint8_t line[A4_WIDTH_PX / 8] = {};
	int i;

	for (i = 0; i < LINES / THREADS && worker->err >= 0; i++) {
		line[0] = i;
		worker->err = ifax_write_all(worker->fd, line, sizeof(line));
	}
	return NULL;
}

TEST_F(concurrency, writers)
{
	uint32_t lines = LINES / THREADS * THREADS, y, counts[LINES / THREADS] = {};
	struct ifax_page_record record;
	struct worker workers[THREADS];
	struct sheet got;

	start(_metadata, workers, THREADS, self->printer, write_white);
	join(_metadata, workers, THREADS);
	ASSERT_EQ(0, ifax_commit(self->printer));
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(lines, record.lines);
	ASSERT_TRUE(tray_take(&got));
	ASSERT_EQ(lines, got.lines);
	for (y = 0; y < lines; y++) {
		ASSERT_GT(LINES / THREADS, got.rows[y * got.row_bytes]);
		counts[got.rows[y * got.row_bytes]]++;
	}
	for (y = 0; y < LINES / THREADS; y++)
		EXPECT_EQ(THREADS, counts[y]);
	sheet_free(&got);
}

static atomic_int holders, most_holders, opened;

static void *open_and_close(void *arg)
{
	struct worker *worker = arg;
	int i, fd, now;

	for (i = 0; i < OPENS; i++) {
		fd = ifax_open_printer(PRINTER, 0);
		if (fd < 0) {
			worker->err = fd == -EBUSY ? worker->err : fd;
			continue;
		}
		now = atomic_fetch_add(&holders, 1) + 1;
		if (now > atomic_load(&most_holders))
			atomic_store(&most_holders, now);
		atomic_fetch_add(&opened, 1);
		atomic_fetch_sub(&holders, 1);
		close(fd);
	}
	return NULL;
}

TEST_F(concurrency, one_job_at_a_time)
{
	struct worker workers[THREADS];
	int i;

	close(self->printer);
	start(_metadata, workers, THREADS, -1, open_and_close);
	join(_metadata, workers, THREADS);
	for (i = 0; i < THREADS; i++)
		EXPECT_EQ(0, workers[i].err);
	EXPECT_EQ(1, atomic_load(&most_holders));
	EXPECT_LE(OPENS, atomic_load(&opened));
	self->printer = ifax_open_printer(PRINTER, 0);
	EXPECT_LE(0, self->printer);
}

static void *wait_for_page(void *arg)
{
	struct worker *worker = arg;
	struct ifax_page_record record;

	worker->err = ifax_get_page(worker->fd, &record);
	return NULL;
}

/* Of those who wait for a record one gets it, and none waits for ever */
TEST_F(concurrency, record_for_one)
{
	struct worker workers[THREADS];
	int i, got = 0;

	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
	start(_metadata, workers, THREADS, self->scanner, wait_for_page);
	usleep(100000);
	ASSERT_TRUE(set_line_rate(0));
	ASSERT_EQ(0, ifax_cancel(self->scanner));
	join(_metadata, workers, THREADS);
	for (i = 0; i < THREADS; i++) {
		got += !workers[i].err;
		EXPECT_TRUE(!workers[i].err || workers[i].err == -ENODATA);
	}
	EXPECT_EQ(1, got);
}

static void *poll_for_page(void *arg)
{
	struct worker *worker = arg;

	worker->err = poll_ms(worker->fd, POLLPRI, PATIENCE_MS);
	return NULL;
}

/* Readers, pollers and those who wait for the record, all at once; then a cancel */
TEST_F(concurrency, cancel_wakes_all)
{
	struct worker readers[THREADS], pollers[THREADS];
	struct ifax_page_record record;
	int i;

	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(CRAWL_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
	start(_metadata, readers, THREADS, self->scanner, read_pieces);
	start(_metadata, pollers, THREADS, self->scanner, poll_for_page);
	usleep(200000);
	ASSERT_EQ(0, ifax_cancel(self->scanner));
	join(_metadata, readers, THREADS);
	join(_metadata, pollers, THREADS);
	for (i = 0; i < THREADS; i++) {
		EXPECT_EQ(0, readers[i].err);
		EXPECT_EQ(POLLPRI, pollers[i].err);
	}
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_CANCELLED, record.status);
}

/* The file is closed while others are inside: they end as they would have */
TEST_F(concurrency, closed_under_readers)
{
	struct worker workers[THREADS];
	int fd = dup(self->scanner), i;

	ASSERT_LE(0, fd);
	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
	start(_metadata, workers, THREADS, fd, read_pieces);
	usleep(100000);
	close(self->scanner);
	ASSERT_TRUE(set_line_rate(0));
	join(_metadata, workers, THREADS);
	for (i = 0; i < THREADS; i++)
		EXPECT_EQ(0, workers[i].err);
	close(fd);
	self->scanner = ifax_open_scanner(SCANNER, 0);
	EXPECT_LE(0, self->scanner);
}

TEST_HARNESS_MAIN
