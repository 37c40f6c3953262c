// SPDX-License-Identifier: GPL-2.0
/*
 * Copies of a page that was sent once, page by page and document by document.
 */
#include <poll.h>
#include <kselftest_harness.h>
#include "machine.h"

#define PAGES		3
#define LINES		100
#define SMALL_KIB	64

FIXTURE(copies)
{
	int fd;
	struct ifax_format format;
	struct sheet sheets[PAGES];
};

FIXTURE_SETUP(copies)
{
	int i;

	ASSERT_TRUE(set_line_rate(0));
	tray_empty();
	self->fd = ifax_open_printer(PRINTER, 0);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, ifax_get_format(self->fd, &self->format));
	self->format.width_px = A4_WIDTH_PX;
	for (i = 0; i < PAGES; i++)
		sheet_draw(&self->sheets[i], A4_WIDTH_PX, LINES + i, i + 1);
}

FIXTURE_TEARDOWN(copies)
{
	int i;

	set_line_rate(0);
	set_budget_kib(BUDGET_KIB);
	set_sensor(TRAY, "jam", 0);
	close(self->fd);
	tray_empty();
	for (i = 0; i < PAGES; i++)
		sheet_free(&self->sheets[i]);
}

static void print_copies(struct __test_metadata *_metadata, FIXTURE_DATA(copies) *self, int i,
			 uint32_t copies, bool collate)
{
	struct ifax_format format = self->format;

	format.copies = copies;
	format.collate = collate;
	ASSERT_EQ(0, ifax_set_format(self->fd, &format));
	ASSERT_TRUE(write_sheet(self->fd, &format, &self->sheets[i]));
	ASSERT_EQ(0, ifax_commit(self->fd));
}

static void expect_record(struct __test_metadata *_metadata, FIXTURE_DATA(copies) *self,
			  uint32_t status, uint32_t copies)
{
	struct ifax_page_record record;

	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(status, record.status);
	EXPECT_EQ(copies, record.copies);
}

/* @pages: numbers of pages, from 1, as they lie in the tray */
static void expect_tray(struct __test_metadata *_metadata, FIXTURE_DATA(copies) *self,
			const char *pages)
{
	struct sheet sheet;

	for (; *pages; pages++) {
		EXPECT_TRUE(tray_take(&sheet));
		EXPECT_TRUE(sheet_same(&self->sheets[*pages - '1'], &sheet)) {
			TH_LOG("page %c", *pages);
		}
		sheet_free(&sheet);
	}
	EXPECT_FALSE(tray_take(&sheet));
	sheet_free(&sheet);
}

TEST_F(copies, of_one_page)
{
	print_copies(_metadata, self, 0, 3, false);
	expect_record(_metadata, self, IFAX_PAGE_OK, 3);
	expect_tray(_metadata, self, "111");
	EXPECT_EQ(0, used_bytes(self->fd));
	print_copies(_metadata, self, 1, 0, false);
	expect_record(_metadata, self, IFAX_PAGE_OK, 1);
	expect_tray(_metadata, self, "2");
}

TEST_F(copies, page_by_page)
{
	print_copies(_metadata, self, 0, 2, false);
	print_copies(_metadata, self, 1, 1, false);
	print_copies(_metadata, self, 2, 2, false);
	expect_record(_metadata, self, IFAX_PAGE_OK, 2);
	expect_record(_metadata, self, IFAX_PAGE_OK, 1);
	expect_record(_metadata, self, IFAX_PAGE_OK, 2);
	expect_tray(_metadata, self, "11233");
}

TEST_F(copies, document_by_document)
{
	struct ifax_page_record record;
	int i;

	for (i = 0; i < PAGES; i++)
		print_copies(_metadata, self, i, 3, true);
	EXPECT_TRUE(tray_wait(PAGES));
	EXPECT_TRUE(wait_for_state(self->fd, IFAX_STATE_BUSY, 0));
	block(self->fd, false);
	EXPECT_EQ(-EAGAIN, ifax_get_page(self->fd, &record));
	EXPECT_EQ(0, poll_ms(self->fd, POLLPRI, 0));
	block(self->fd, true);
	ASSERT_EQ(0, ifax_finish(self->fd));
	for (i = 0; i < PAGES; i++)
		expect_record(_metadata, self, IFAX_PAGE_OK, 3);
	expect_tray(_metadata, self, "123123123");
	EXPECT_EQ(0, used_bytes(self->fd));
}

/* Fewer copies of a page than of its document: it is left out where it has enough. */
TEST_F(copies, of_different_number)
{
	print_copies(_metadata, self, 0, 3, true);
	print_copies(_metadata, self, 1, 1, true);
	print_copies(_metadata, self, 2, 2, true);
	ASSERT_EQ(0, ifax_finish(self->fd));
	expect_record(_metadata, self, IFAX_PAGE_OK, 3);
	expect_record(_metadata, self, IFAX_PAGE_OK, 1);
	expect_record(_metadata, self, IFAX_PAGE_OK, 2);
	expect_tray(_metadata, self, "123131");
}

TEST_F(copies, next_document)
{
	ASSERT_TRUE(set_line_rate(2000));
	print_copies(_metadata, self, 0, 2, true);
	print_copies(_metadata, self, 1, 2, true);
	ASSERT_EQ(0, ifax_finish(self->fd));
	print_copies(_metadata, self, 2, 2, true);
	ASSERT_EQ(0, ifax_finish(self->fd));
	expect_record(_metadata, self, IFAX_PAGE_OK, 2);
	expect_record(_metadata, self, IFAX_PAGE_OK, 2);
	expect_record(_metadata, self, IFAX_PAGE_OK, 2);
	expect_tray(_metadata, self, "121233");
}

TEST_F(copies, cancelled_in_the_middle)
{
	print_copies(_metadata, self, 0, 2, true);
	print_copies(_metadata, self, 1, 2, true);
	EXPECT_TRUE(tray_wait(2));
	EXPECT_TRUE(wait_for_state(self->fd, IFAX_STATE_BUSY, 0));
	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	print_copies(_metadata, self, 2, 2, true);
	EXPECT_TRUE(wait_for_state(self->fd, IFAX_STATE_BUSY, IFAX_STATE_BUSY));
	ASSERT_EQ(0, ifax_cancel(self->fd));
	expect_record(_metadata, self, IFAX_PAGE_CANCELLED, 1);
	expect_record(_metadata, self, IFAX_PAGE_CANCELLED, 1);
	expect_record(_metadata, self, IFAX_PAGE_CANCELLED, 0);
	EXPECT_EQ(0, used_bytes(self->fd));
}

TEST_F(copies, jam_in_the_second_copy)
{
	print_copies(_metadata, self, 0, 3, true);
	print_copies(_metadata, self, 1, 3, true);
	EXPECT_TRUE(tray_wait(2));
	EXPECT_TRUE(wait_for_state(self->fd, IFAX_STATE_BUSY, 0));
	ASSERT_TRUE(order_fault("print0", "jam line=50"));
	ASSERT_EQ(0, ifax_finish(self->fd));
	expect_record(_metadata, self, IFAX_PAGE_JAM, 1);
	expect_record(_metadata, self, IFAX_PAGE_CANCELLED, 1);
	expect_tray(_metadata, self, "12");
}

/* Who waits for copies that never come is told. */
TEST_F(copies, document_too_large)
{
	struct sheet sheet;

	ASSERT_TRUE(set_budget_kib(SMALL_KIB));
	self->format.coding = IFAX_CODING_RAW;
	self->format.flags = 0;
	self->format.copies = 2;
	self->format.collate = 1;
	ASSERT_EQ(0, ifax_set_format(self->fd, &self->format));
	sheet_draw(&sheet, A4_WIDTH_PX, 200, 1);
	ASSERT_TRUE(write_sheet(self->fd, &self->format, &sheet));
	ASSERT_EQ(0, ifax_commit(self->fd));
	EXPECT_EQ(-ENOSPC, ifax_write_all(self->fd, sheet.rows, sheet.row_bytes * sheet.lines));
	EXPECT_EQ(-EBUSY, ifax_finish(self->fd));
	ASSERT_EQ(0, ifax_cancel(self->fd));
	expect_record(_metadata, self, IFAX_PAGE_CANCELLED, 1);
	sheet_free(&sheet);
}

TEST_F(copies, nothing_to_finish)
{
	int scanner = ifax_open_scanner(SCANNER, 0);

	EXPECT_EQ(0, ifax_finish(self->fd));
	EXPECT_EQ(0, ifax_finish(self->fd));
	EXPECT_EQ(-ENOTTY, ifax_finish(scanner));
	close(scanner);
}

TEST_HARNESS_MAIN
