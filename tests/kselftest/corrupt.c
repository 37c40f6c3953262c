// SPDX-License-Identifier: GPL-2.0
/*
 * Coded data that is wrong: refused with the line of its first fault, before
 * any paper moves.
 */
#include <kselftest_harness.h>
#include "machine.h"

#define LINES		100
#define FUZZ_PAGES	300

FIXTURE(corrupt)
{
	int fd;
	struct ifax_caps caps;
	struct ifax_format format;
	struct sheet sheet;
	struct coded coded;
};

FIXTURE_SETUP(corrupt)
{
	ASSERT_TRUE(set_line_rate(0));
	tray_empty();
	self->fd = ifax_open_printer(PRINTER, 0);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, ifax_get_caps(self->fd, &self->caps));
	ASSERT_EQ(0, ifax_get_format(self->fd, &self->format));
	self->format.width_px = A4_WIDTH_PX;
	sheet_draw(&self->sheet, A4_WIDTH_PX, LINES, 1);
	ASSERT_TRUE(coded_from_sheet(&self->coded, &self->format, &self->sheet));
}

FIXTURE_TEARDOWN(corrupt)
{
	close(self->fd);
	sheet_free(&self->sheet);
	coded_free(&self->coded);
}

static int print(FIXTURE_DATA(corrupt) *self, const void *data, size_t bytes)
{
	int err = ifax_set_format(self->fd, &self->format);

	if (!err)
		err = ifax_write_all(self->fd, data, bytes);
	return err ?: ifax_commit(self->fd);
}

/* The page that was refused just now; it is the oldest of the job. */
static void expect_fault(struct __test_metadata *_metadata, FIXTURE_DATA(corrupt) *self,
			 uint32_t line)
{
	struct ifax_page_record record;
	struct sheet got;

	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(IFAX_PAGE_BAD_DATA, record.status);
	EXPECT_EQ(line, record.fault_line);
	EXPECT_EQ(0, record.lines);
	EXPECT_FALSE(tray_take(&got));
}

/* Lines of MH that are wrong: the page is refused, or they are concealed and counted. */
TEST_F(corrupt, concealed)
{
	struct ifax_page_record record;
	struct coded coded;
	struct sheet got;
	size_t i;

	self->format.coding = IFAX_CODING_MH;
	self->format.flags = IFAX_FMT_EOL;
	ASSERT_TRUE(coded_from_sheet(&coded, &self->format, &self->sheet));
	for (i = coded.bytes / 3; i < coded.bytes / 2; i++)
		coded.data[i] ^= 0x5a;
	ASSERT_EQ(-EBADMSG, print(self, coded.data, coded.bytes));
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(IFAX_PAGE_BAD_DATA, record.status);

	self->format.conceal = 1;
	ASSERT_EQ(0, print(self, coded.data, coded.bytes));
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_LT(0, record.bad_lines);
	EXPECT_GT(LINES / 2, record.bad_lines);
	EXPECT_EQ(0, record.fault_line);
	EXPECT_TRUE(tray_take(&got));
	EXPECT_EQ(record.lines, got.lines);
	EXPECT_EQ(0, memcmp(got.rows, self->sheet.rows, 10 * got.row_bytes));
	sheet_free(&got);

	/* A good page has none */
	coded_free(&coded);
	ASSERT_TRUE(coded_from_sheet(&coded, &self->format, &self->sheet));
	ASSERT_EQ(0, print(self, coded.data, coded.bytes));
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(0, record.bad_lines);
	coded_free(&coded);
	tray_empty();

	/* A coding that cannot */
	self->format.coding = IFAX_CODING_MMR;
	self->format.flags = IFAX_FMT_END;
	EXPECT_EQ(-EINVAL, ifax_set_format(self->fd, &self->format));
	ASSERT_EQ(0, ifax_try_format(self->fd, &self->format));
	EXPECT_EQ(0, self->format.conceal);
}

TEST_F(corrupt, data_ends_too_early)
{
	self->format.length_lines = LINES + 10;
	EXPECT_EQ(-EBADMSG, print(self, self->coded.data, self->coded.bytes));
	expect_fault(_metadata, self, LINES + 1);

	self->format.coding = IFAX_CODING_RAW;
	self->format.flags = 0;
	self->format.length_lines = LINES;
	EXPECT_EQ(-EBADMSG, print(self, self->sheet.rows, self->sheet.row_bytes * LINES - 1));
	expect_fault(_metadata, self, LINES);
}

/* A run that goes past the end of its line: white 64 + 1728 at line 1 */
TEST_F(corrupt, line_too_long)
{
	static const uint8_t run[] = { 0xd8, 0x4d, 0x9a, 0x6d, 0x9b, 0xff };

	self->format.coding = IFAX_CODING_MH;
	self->format.flags = 0;
	EXPECT_EQ(-EBADMSG, print(self, run, sizeof(run)));
	expect_fault(_metadata, self, 1);
}

TEST_F(corrupt, no_lines)
{
	static const uint8_t eofb[] = { 0x00, 0x10, 0x01 };

	EXPECT_EQ(-EBADMSG, print(self, eofb, sizeof(eofb)));
	expect_fault(_metadata, self, 1);
}

TEST_F(corrupt, too_many_lines)
{
	struct sheet sheet;

	self->format.coding = IFAX_CODING_RAW;
	self->format.flags = 0;
	self->format.width_px = self->caps.width_px_min;
	sheet_alloc(&sheet, self->format.width_px, self->caps.length_lines_max + 100);
	EXPECT_EQ(-EBADMSG, print(self, sheet.rows, sheet.row_bytes * sheet.lines));
	expect_fault(_metadata, self, self->caps.length_lines_max + 1);
	sheet_free(&sheet);
}

/* A bad page between good ones: the records keep the order of the pages. */
TEST_F(corrupt, between_good_pages)
{
	struct ifax_page_record record;
	uint32_t page;

	ASSERT_EQ(0, print(self, self->coded.data, self->coded.bytes));
	EXPECT_EQ(-EBADMSG, print(self, "\0\0\0\0\0\0\0\0", 8));
	ASSERT_EQ(0, print(self, self->coded.data, self->coded.bytes));
	for (page = 1; page <= 3; page++) {
		ASSERT_EQ(0, ifax_get_page(self->fd, &record));
		EXPECT_EQ(page, record.seq);
		EXPECT_EQ(page == 2 ? IFAX_PAGE_BAD_DATA : IFAX_PAGE_OK, record.status);
	}
}

/* The kernel says of any data what the library says of it, and prints what it decodes. */
static void compare_with_library(struct __test_metadata *_metadata, FIXTURE_DATA(corrupt) *self,
				 const struct coded *coded)
{
	struct ifax_format expected = self->format;
	struct ifax_page_record record;
	struct sheet sheet, got = {};
	int err;

	expected.length_lines = self->caps.length_lines_max;
	coded_to_sheet(coded, &expected, &sheet);
	expected.length_lines = sheet.lines;
	sheet_free(&sheet);
	err = print(self, coded->data, coded->bytes);
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	if (coded_to_sheet(coded, &expected, &sheet) && sheet.lines) {
		EXPECT_EQ(0, err);
		EXPECT_EQ(IFAX_PAGE_OK, record.status);
		EXPECT_TRUE(tray_take(&got));
		EXPECT_TRUE(sheet_same(&sheet, &got));
		sheet_free(&got);
	} else {
		EXPECT_EQ(-EBADMSG, err);
		EXPECT_EQ(IFAX_PAGE_BAD_DATA, record.status);
		EXPECT_EQ(sheet.lines + 1, record.fault_line);
		EXPECT_FALSE(tray_take(&got));
	}
	sheet_free(&sheet);
}

TEST_F(corrupt, fuzz)
{
	struct coded coded = {};
	uint32_t page, byte;

	srandom(1);
	for (page = 0; page < FUZZ_PAGES; page++) {
		coded.bytes = 0;
		coded_append(&coded, self->coded.data, self->coded.bytes);
		for (byte = 0; byte <= page % 3; byte++)
			coded.data[random() % coded.bytes] ^= 1 << random() % 8;
		if (page % 4 == 0)
			coded.bytes = 1 + random() % coded.bytes;
		compare_with_library(_metadata, self, &coded);
	}
	coded_free(&coded);
}

TEST_HARNESS_MAIN
