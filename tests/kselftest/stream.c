// SPDX-License-Identifier: GPL-2.0
/*
 * The other ways to read and write: vectors, calls that must not wait, pipes
 * and io_uring.
 */
#include <fcntl.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <kselftest_harness.h>
#include "machine.h"

#define LINES		300

FIXTURE(stream)
{
	int scanner;
	int printer;
	struct ifax_format format;
	struct sheet sheet;
	size_t bytes;
};

FIXTURE_SETUP(stream)
{
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	ASSERT_TRUE(machine_uncoded(self->scanner, self->printer, &self->format));
	sheet_draw(&self->sheet, A4_WIDTH_PX, LINES, 1);
	self->bytes = self->sheet.row_bytes * LINES;
	ASSERT_TRUE(feeder_put(&self->sheet));
}

FIXTURE_TEARDOWN(stream)
{
	machine_close(self->scanner, self->printer);
	sheet_free(&self->sheet);
}

static void expect_printed(struct __test_metadata *_metadata, FIXTURE_DATA(stream) *self)
{
	struct ifax_page_record record;
	struct sheet got;

	ASSERT_EQ(0, ifax_commit(self->printer));
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_TRUE(tray_take(&got));
	EXPECT_TRUE(sheet_same(&self->sheet, &got));
	sheet_free(&got);
}

TEST_F(stream, vectors)
{
	uint8_t *data = malloc(self->bytes);
	struct iovec iov[] = {
		{ data, 1 }, { data + 1, 0 }, { data + 1, 10000 },
		{ data + 10001, self->bytes - 10001 },
	};
	struct ifax_page_record record;

	ASSERT_EQ(0, ifax_start(self->scanner));
	EXPECT_EQ(POLLPRI, poll_ms(self->scanner, POLLPRI, PATIENCE_MS));
	ASSERT_EQ(self->bytes, readv(self->scanner, iov, ARRAY_SIZE(iov)));
	EXPECT_EQ(0, memcmp(data, self->sheet.rows, self->bytes));
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	ASSERT_EQ(self->bytes, writev(self->printer, iov, ARRAY_SIZE(iov)));
	expect_printed(_metadata, self);
	free(data);
}

/* A part of the memory is not there: what is before it is transferred, and nothing is lost. */
TEST_F(stream, memory_that_ends)
{
	size_t page = sysconf(_SC_PAGESIZE);
	uint8_t *data = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct coded rest;

	ASSERT_NE(MAP_FAILED, data);
	ASSERT_EQ(0, munmap(data + page, page));
	ASSERT_EQ(0, ifax_start(self->scanner));
	EXPECT_EQ(POLLPRI, poll_ms(self->scanner, POLLPRI, PATIENCE_MS));
	ASSERT_EQ(100, read(self->scanner, data + page - 100, 200));
	EXPECT_EQ(-1, read(self->scanner, data + page, 200));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(0, memcmp(data + page - 100, self->sheet.rows, 100));
	EXPECT_EQ(self->bytes - 100, read_page(self->scanner, &rest));
	EXPECT_EQ(0, memcmp(rest.data, self->sheet.rows + 100, rest.bytes));

	ASSERT_EQ(100, write(self->printer, data + page - 100, 200));
	EXPECT_EQ(-1, write(self->printer, data + page, 200));
	EXPECT_EQ(EFAULT, errno);
	ASSERT_EQ(0, ifax_write_all(self->printer, rest.data, rest.bytes));
	expect_printed(_metadata, self);
	coded_free(&rest);
	munmap(data, page);
}

TEST_F(stream, nowait)
{
	uint8_t *data = malloc(self->bytes);
	struct iovec iov = { data, self->bytes };
	size_t done = 0;
	ssize_t n;

	ASSERT_TRUE(set_line_rate(CRAWL_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
	EXPECT_EQ(-1, preadv2(self->scanner, &iov, 1, -1, RWF_NOWAIT));
	EXPECT_EQ(EAGAIN, errno);
	ASSERT_TRUE(set_line_rate(0));
	while (done < self->bytes) {
		ASSERT_LT(0, poll_ms(self->scanner, POLLIN, PATIENCE_MS));
		iov = (struct iovec){ data + done, self->bytes - done };
		n = preadv2(self->scanner, &iov, 1, -1, RWF_NOWAIT);
		if (n < 0) {
			ASSERT_EQ(EAGAIN, errno);
			continue;
		}
		ASSERT_LT(0, n);
		done += n;
	}
	EXPECT_EQ(0, memcmp(data, self->sheet.rows, self->bytes));

	for (done = 0; done < self->bytes; done += n > 0 ? n : 0) {
		iov = (struct iovec){ data + done, self->bytes - done };
		n = pwritev2(self->printer, &iov, 1, -1, RWF_NOWAIT);
		if (n < 0)
			ASSERT_EQ(EAGAIN, errno);
	}
	expect_printed(_metadata, self);
	free(data);
}

/* From the sensor to paper, and the data never comes to userland. */
TEST_F(stream, splice)
{
	struct ifax_page_record record;
	size_t done = 0;
	ssize_t n, m;
	int pipes[2];

	ASSERT_EQ(0, pipe(pipes));
	ASSERT_EQ(0, ifax_start(self->scanner));
	while ((n = splice(self->scanner, NULL, pipes[1], NULL, 65536, 0)) > 0) {
		for (done += n; n; n -= m) {
			m = splice(pipes[0], NULL, self->printer, NULL, n, 0);
			ASSERT_LT(0, m);
		}
	}
	EXPECT_EQ(0, n);
	EXPECT_EQ(self->bytes, done);
	ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	expect_printed(_metadata, self);
	close(pipes[0]);
	close(pipes[1]);
}

/* ---- io_uring, by hand: one request at a time ---- */

#define RING_ENTRIES	4

struct ring {
	int fd;
	struct io_uring_params params;
	uint8_t *memory;
	struct io_uring_sqe *sqes;
};

static bool ring_open(struct ring *ring)
{
	size_t sq_bytes, cq_bytes;

	*ring = (struct ring){};
	ring->fd = syscall(__NR_io_uring_setup, RING_ENTRIES, &ring->params);
	if (ring->fd < 0 || !(ring->params.features & IORING_FEAT_SINGLE_MMAP))
		return false;
	sq_bytes = ring->params.sq_off.array + ring->params.sq_entries * sizeof(uint32_t);
	cq_bytes = ring->params.cq_off.cqes +
		   ring->params.cq_entries * sizeof(struct io_uring_cqe);
	ring->memory = mmap(NULL, sq_bytes > cq_bytes ? sq_bytes : cq_bytes,
			    PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	ring->sqes = mmap(NULL, ring->params.sq_entries * sizeof(*ring->sqes),
			  PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
	return ring->memory != MAP_FAILED && ring->sqes != MAP_FAILED;
}

static uint32_t *ring_at(struct ring *ring, uint32_t offset)
{
	return (uint32_t *)(ring->memory + offset);
}

static int ring_submit(struct ring *ring, uint8_t op, int fd, void *data, uint32_t bytes)
{
	const struct io_sqring_offsets *sq = &ring->params.sq_off;
	uint32_t tail = *ring_at(ring, sq->tail);
	uint32_t slot = tail & *ring_at(ring, sq->ring_mask);

	ring->sqes[slot] = (struct io_uring_sqe){
		.opcode = op,
		.fd = fd,
		.off = -1,
		.addr = (uintptr_t)data,
		.len = bytes,
	};
	ring_at(ring, sq->array)[slot] = slot;
	__atomic_store_n(ring_at(ring, sq->tail), tail + 1, __ATOMIC_RELEASE);
	return syscall(__NR_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0);
}

/* The result of the request; 1 in @wait: waits for it; -EAGAIN: not there */
static int ring_result(struct ring *ring, unsigned int wait)
{
	const struct io_cqring_offsets *cq = &ring->params.cq_off;
	uint32_t head = *ring_at(ring, cq->head);
	struct io_uring_cqe *cqes = (struct io_uring_cqe *)(ring->memory + cq->cqes);
	int result;

	if (syscall(__NR_io_uring_enter, ring->fd, 0, wait, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return -errno;
	if (head == __atomic_load_n(ring_at(ring, cq->tail), __ATOMIC_ACQUIRE))
		return -EAGAIN;
	result = cqes[head & *ring_at(ring, cq->ring_mask)].res;
	__atomic_store_n(ring_at(ring, cq->head), head + 1, __ATOMIC_RELEASE);
	return result;
}

TEST_F(stream, io_uring)
{
	uint8_t *data = malloc(self->bytes + 1);
	struct ring ring;
	size_t done = 0;
	int n;

	if (!ring_open(&ring))
		SKIP(return, "this kernel has no io_uring");

	/* A request that waits for lines does not keep its caller */
	ASSERT_TRUE(set_line_rate(CRAWL_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->scanner));
	ASSERT_EQ(1, ring_submit(&ring, IORING_OP_READ, self->scanner, data, self->bytes));
	EXPECT_EQ(-EAGAIN, ring_result(&ring, 0));
	ASSERT_TRUE(set_line_rate(0));
	n = ring_result(&ring, 1);
	ASSERT_LT(0, n);
	for (done = n; n; done += n) {
		ASSERT_EQ(1, ring_submit(&ring, IORING_OP_READ, self->scanner, data + done,
					 self->bytes + 1 - done));
		n = ring_result(&ring, 1);
		ASSERT_LE(0, n);
	}
	ASSERT_EQ(self->bytes, done);
	EXPECT_EQ(0, memcmp(data, self->sheet.rows, done));

	for (done = 0; done < self->bytes; done += n) {
		ASSERT_EQ(1, ring_submit(&ring, IORING_OP_WRITE, self->printer, data + done,
					 self->bytes - done));
		n = ring_result(&ring, 1);
		ASSERT_LT(0, n);
	}
	expect_printed(_metadata, self);
	free(data);
	close(ring.fd);
}

TEST_HARNESS_MAIN
