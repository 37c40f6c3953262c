// SPDX-License-Identifier: GPL-2.0
/*
 * All sheets of the feeder with one call: pages are scanned ahead of the reader.
 */
#include <poll.h>
#include <sys/ioctl.h>
#include <kselftest_harness.h>
#include "machine.h"

#define SHEETS		4
#define LINES		200
#define SMALL_KIB	64

FIXTURE(ahead)
{
	int fd;
	struct ifax_format format;
	struct sheet sheets[SHEETS];
};

FIXTURE_SETUP(ahead)
{
	int i;

	ASSERT_TRUE(set_line_rate(0));
	self->fd = ifax_open_scanner(SCANNER, 0);
	ASSERT_LE(0, self->fd);
	feeder_empty(self->fd);
	close(self->fd);
	self->fd = ifax_open_scanner(SCANNER, 0);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, ifax_get_format(self->fd, &self->format));
	self->format.coding = IFAX_CODING_RAW;
	self->format.flags = 0;
	self->format.width_px = A4_WIDTH_PX;
	ASSERT_EQ(0, ifax_set_format(self->fd, &self->format));
	for (i = 0; i < SHEETS; i++) {
		sheet_draw(&self->sheets[i], A4_WIDTH_PX, LINES + i, i + 1);
		ASSERT_TRUE(feeder_put(&self->sheets[i]));
	}
}

FIXTURE_TEARDOWN(ahead)
{
	int i;

	set_line_rate(0);
	set_budget_kib(BUDGET_KIB);
	set_sensor(FEEDER, "jam", 0);
	close(self->fd);
	for (i = 0; i < SHEETS; i++)
		sheet_free(&self->sheets[i]);
}

static void expect_page(struct __test_metadata *_metadata, FIXTURE_DATA(ahead) *self, int i,
			uint32_t flags)
{
	const struct sheet *sheet = &self->sheets[i];
	struct ifax_page_record record;
	struct coded coded;

	EXPECT_LT(0, read_page(self->fd, &coded));
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(i + 1, record.seq);
	EXPECT_EQ(sheet->lines, record.lines);
	EXPECT_EQ(flags, record.flags);
	ASSERT_EQ(sheet->row_bytes * sheet->lines, coded.bytes);
	EXPECT_EQ(0, memcmp(coded.data, sheet->rows, coded.bytes));
	coded_free(&coded);
}

static void expect_end(struct __test_metadata *_metadata, FIXTURE_DATA(ahead) *self)
{
	struct ifax_page_record record;
	char byte;

	EXPECT_EQ(-ENODATA, ifax_get_page(self->fd, &record));
	EXPECT_EQ(-ENODATA, ifax_read(self->fd, &byte, 1));
	EXPECT_EQ(0, used_bytes(self->fd));
}

TEST_F(ahead, nobody_reads)
{
	int i;

	ASSERT_EQ(0, ifax_start_pages(self->fd, 0));
	ASSERT_TRUE(wait_for_state(self->fd, IFAX_STATE_DOCUMENT | IFAX_STATE_BUSY, 0));
	for (i = 0; i < SHEETS; i++)
		expect_page(_metadata, self, i, i < SHEETS - 1 ? IFAX_PAGE_MORE : 0);
	expect_end(_metadata, self);
}

TEST_F(ahead, read_at_once)
{
	int i;

	ASSERT_TRUE(set_line_rate(2000));
	ASSERT_EQ(0, ifax_start_pages(self->fd, 0));
	for (i = 0; i < SHEETS; i++)
		expect_page(_metadata, self, i, i < SHEETS - 1 ? IFAX_PAGE_MORE : 0);
	expect_end(_metadata, self);
}

TEST_F(ahead, some_pages)
{
	ASSERT_EQ(0, ifax_start_pages(self->fd, 2));
	expect_page(_metadata, self, 0, IFAX_PAGE_MORE);
	expect_page(_metadata, self, 1, IFAX_PAGE_MORE);
	expect_end(_metadata, self);
	ASSERT_EQ(0, ifax_start_pages(self->fd, 100));
	expect_page(_metadata, self, 2, IFAX_PAGE_MORE);
	expect_page(_metadata, self, 3, 0);
	expect_end(_metadata, self);
}

/* The feeder waits while there is no memory for what it has. */
TEST_F(ahead, small_budget)
{
	int i;

	ASSERT_TRUE(set_budget_kib(SMALL_KIB));
	ASSERT_EQ(0, ifax_start_pages(self->fd, 0));
	for (i = 0; i < SHEETS; i++) {
		usleep(100000);
		EXPECT_GE(SMALL_KIB * 1024, used_bytes(self->fd));
		expect_page(_metadata, self, i, i < SHEETS - 1 ? IFAX_PAGE_MORE : 0);
	}
	expect_end(_metadata, self);
}

TEST_F(ahead, busy)
{
	ASSERT_TRUE(set_line_rate(2000));
	ASSERT_EQ(0, ifax_start_pages(self->fd, 0));
	EXPECT_EQ(-EBUSY, ifax_start(self->fd));
	EXPECT_EQ(-EBUSY, ifax_set_format(self->fd, &self->format));
	expect_page(_metadata, self, 0, IFAX_PAGE_MORE);
	EXPECT_EQ(-EBUSY, ifax_start_pages(self->fd, 0));
	EXPECT_EQ(-EBUSY, ifax_set_format(self->fd, &self->format));
	ASSERT_EQ(0, ifax_cancel(self->fd));
}

TEST_F(ahead, reserved)
{
	struct ifax_start start;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(start.reserved); i++) {
		start = (struct ifax_start){};
		start.reserved[i] = 1;
		EXPECT_EQ(-1, ioctl(self->fd, IFAX_IOC_START, &start));
		EXPECT_EQ(EINVAL, errno);
	}
	EXPECT_EQ(-1, ioctl(self->fd, IFAX_IOC_START, NULL));
	EXPECT_EQ(EFAULT, errno);
}

static bool wait_for_page_in_sensor(FIXTURE_DATA(ahead) *self)
{
	return poll_ms(self->fd, POLLPRI, PATIENCE_MS) == POLLPRI &&
	       wait_for_state(self->fd, IFAX_STATE_BUSY, IFAX_STATE_BUSY);
}

TEST_F(ahead, cancelled_in_the_middle)
{
	struct ifax_page_record record;
	struct ifax_state state;
	struct coded coded;

	ASSERT_TRUE(set_line_rate(100));
	ASSERT_EQ(0, ifax_start_pages(self->fd, 0));
	ASSERT_TRUE(wait_for_page_in_sensor(self));
	ASSERT_EQ(0, ifax_cancel(self->fd));
	ASSERT_EQ(0, ifax_get_state(self->fd, &state));
	EXPECT_EQ(0, state.pages_queued);
	EXPECT_EQ(IFAX_STATE_DOCUMENT | IFAX_STATE_LAMP_ON, state.flags);

	expect_page(_metadata, self, 0, IFAX_PAGE_MORE);
	EXPECT_LE(0, read_page(self->fd, &coded));
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(IFAX_PAGE_CANCELLED, record.status);
	EXPECT_EQ(2, record.seq);
	EXPECT_GT(LINES, record.lines);
	EXPECT_EQ(record.bytes, coded.bytes);
	expect_end(_metadata, self);
	coded_free(&coded);
}

TEST_F(ahead, jam_in_the_middle)
{
	struct ifax_page_record record;

	ASSERT_TRUE(set_line_rate(100));
	ASSERT_EQ(0, ifax_start_pages(self->fd, 0));
	ASSERT_TRUE(wait_for_page_in_sensor(self));
	ASSERT_TRUE(set_sensor(FEEDER, "jam", 1));
	expect_page(_metadata, self, 0, IFAX_PAGE_MORE);
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(IFAX_PAGE_JAM, record.status);
	EXPECT_EQ(2, record.seq);
	expect_end(_metadata, self);
}

/* Nobody is there to hear of it, and nothing is left behind. */
TEST_F(ahead, closed_in_the_middle)
{
	ASSERT_TRUE(set_line_rate(100));
	ASSERT_EQ(0, ifax_start_pages(self->fd, 0));
	ASSERT_TRUE(wait_for_page_in_sensor(self));
	close(self->fd);
	self->fd = ifax_open_scanner(SCANNER, 0);
	ASSERT_LE(0, self->fd);
	expect_end(_metadata, self);
}

TEST_F(ahead, removed_in_the_middle)
{
	struct ifax_page_record record;
	char byte;

	ASSERT_TRUE(set_line_rate(100));
	ASSERT_EQ(0, ifax_start_pages(self->fd, 0));
	ASSERT_TRUE(wait_for_page_in_sensor(self));
	ASSERT_TRUE(driver_unbind(SCANNER));
	expect_page(_metadata, self, 0, IFAX_PAGE_MORE);
	/* On a slow machine it takes some pages until the driver is gone */
	do {
		ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	} while (record.status == IFAX_PAGE_OK && record.flags & IFAX_PAGE_MORE);
	EXPECT_EQ(IFAX_PAGE_GONE, record.status);
	EXPECT_EQ(-ENODEV, ifax_get_page(self->fd, &record));
	EXPECT_EQ(-ENODEV, ifax_read(self->fd, &byte, 1));
	EXPECT_TRUE(driver_bind(SCANNER));
}

TEST_HARNESS_MAIN
