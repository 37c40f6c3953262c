// SPDX-License-Identifier: GPL-2.0
/*
 * Coded data written to the printer comes out at the tray as the same pixels,
 * page after page.
 */
#include <kselftest_harness.h>
#include "machine.h"

#define LINES		300

FIXTURE(print)
{
	int fd;
	struct ifax_caps caps;
	struct ifax_format format;
};

FIXTURE_SETUP(print)
{
	ASSERT_TRUE(set_line_rate(0));
	tray_empty();
	self->fd = ifax_open_printer(PRINTER, 0);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, ifax_get_caps(self->fd, &self->caps));
	ASSERT_EQ(0, ifax_get_format(self->fd, &self->format));
	self->format.width_px = A4_WIDTH_PX;
	ASSERT_EQ(0, ifax_set_format(self->fd, &self->format));
}

FIXTURE_TEARDOWN(print)
{
	close(self->fd);
	set_line_rate(0);
}

static void expect_in_tray(struct __test_metadata *_metadata, const struct sheet *sheet)
{
	struct sheet got;

	EXPECT_TRUE(tray_take(&got));
	EXPECT_TRUE(sheet_same(sheet, &got));
	sheet_free(&got);
}

static void print_and_compare(struct __test_metadata *_metadata, FIXTURE_DATA(print) *self,
			      const struct ifax_format *format, const struct sheet *sheet)
{
	struct ifax_page_record record;
	uint64_t commit_ns;

	ASSERT_EQ(0, ifax_set_format(self->fd, format));
	ASSERT_TRUE(write_sheet(self->fd, format, sheet));
	commit_ns = boottime_ns();
	ASSERT_EQ(0, ifax_commit(self->fd));
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(sheet->lines, record.lines);
	EXPECT_EQ(0, record.fault_line);
	EXPECT_LT(commit_ns, record.begin_ns);
	EXPECT_LT(record.begin_ns, record.end_ns);
	EXPECT_GT(boottime_ns(), record.end_ns);
	expect_in_tray(_metadata, sheet);
}

TEST_F(print, every_coding)
{
	struct ifax_format format = self->format;
	uint32_t tried = 0;
	struct sheet sheet;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES, 1);
	for (format.coding = 0; ifax_coding_name(format.coding); format.coding++) {
		if (!ifax_has_coding(&self->caps, format.coding))
			continue;
		format.flags = 0;
		format.length_lines = 0;
		print_and_compare(_metadata, self, &format, &sheet);
		format.length_lines = LINES;
		print_and_compare(_metadata, self, &format, &sheet);
		tried |= 1U << format.coding;
	}
	EXPECT_TRUE(tried & 1U << IFAX_CODING_MH);
	EXPECT_TRUE(tried & 1U << IFAX_CODING_MMR);
	sheet_free(&sheet);
}

TEST_F(print, every_width)
{
	static const uint32_t widths_px[] = { 0, 1000, 1728, 2432, 65535 };
	struct ifax_format format = self->format;
	struct sheet sheet;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(widths_px); i++) {
		format.width_px = widths_px[i];
		ASSERT_EQ(0, ifax_try_format(self->fd, &format));
		sheet_draw(&sheet, format.width_px, 50, i);
		print_and_compare(_metadata, self, &format, &sheet);
		sheet_free(&sheet);
	}
}

TEST_F(print, noise)
{
	struct sheet sheet;

	sheet_noise(&sheet, A4_WIDTH_PX, 200, 2);
	print_and_compare(_metadata, self, &self->format, &sheet);
	sheet_free(&sheet);
}

TEST_F(print, byte_by_byte)
{
	struct ifax_page_record record;
	struct coded coded;
	struct sheet sheet;
	size_t i;

	sheet_draw(&sheet, A4_WIDTH_PX, 100, 3);
	ASSERT_TRUE(coded_from_sheet(&coded, &self->format, &sheet));
	for (i = 0; i < coded.bytes; i++)
		ASSERT_EQ(1, write(self->fd, coded.data + i, 1));
	ASSERT_EQ(0, ifax_commit(self->fd));
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(coded.bytes, record.bytes);
	expect_in_tray(_metadata, &sheet);
	coded_free(&coded);
	sheet_free(&sheet);
}

TEST_F(print, queue)
{
	struct ifax_page_record record;
	struct ifax_state state;
	struct sheet sheet[4];
	uint32_t page;

	ASSERT_TRUE(set_line_rate(CRAWL_LINES_PER_S));
	for (page = 0; page < 4; page++) {
		sheet_draw(&sheet[page], A4_WIDTH_PX, 60 + page, page);
		ASSERT_TRUE(write_sheet(self->fd, &self->format, &sheet[page]));
		EXPECT_EQ(-EBUSY, ifax_set_format(self->fd, &self->format));
		ASSERT_EQ(0, ifax_commit(self->fd));
	}
	ASSERT_EQ(0, ifax_get_state(self->fd, &state));
	EXPECT_EQ(4, state.pages_queued);
	EXPECT_LT(0, state.budget_used_bytes);

	ASSERT_TRUE(set_line_rate(0));
	for (page = 0; page < 4; page++) {
		ASSERT_EQ(0, ifax_get_page(self->fd, &record));
		EXPECT_EQ(page + 1, record.seq);
		EXPECT_EQ(IFAX_PAGE_OK, record.status);
		expect_in_tray(_metadata, &sheet[page]);
		sheet_free(&sheet[page]);
	}
	ASSERT_EQ(0, ifax_get_state(self->fd, &state));
	EXPECT_EQ(0, state.pages_queued);
	EXPECT_EQ(0, state.flags);
	EXPECT_EQ(0, state.budget_used_bytes);
}

TEST_F(print, nothing_written)
{
	struct ifax_page_record record;

	EXPECT_EQ(-ENODATA, ifax_commit(self->fd));
	EXPECT_EQ(0, write(self->fd, "", 0));
	EXPECT_EQ(-ENODATA, ifax_commit(self->fd));
	EXPECT_EQ(-ENODATA, ifax_get_page(self->fd, &record));
}

/* Records that nobody takes: memory for them has an end. */
TEST_F(print, records_not_taken)
{
	static const char broken[] = "broken";
	struct ifax_page_record record;
	struct sheet sheet;
	int pages, err;

	self->format.length_lines = 10;
	ASSERT_EQ(0, ifax_set_format(self->fd, &self->format));
	for (pages = 0; pages < 1000; pages++) {
		ASSERT_EQ(0, ifax_write_all(self->fd, broken, sizeof(broken)));
		err = ifax_commit(self->fd);
		if (err != -EBADMSG)
			break;
	}
	EXPECT_EQ(-EBUSY, err);
	EXPECT_EQ(256, pages);
	for (; pages; pages--)
		ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(-EBADMSG, ifax_commit(self->fd));
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(257, record.seq);

	self->format.length_lines = 0;
	sheet_draw(&sheet, A4_WIDTH_PX, 50, 4);
	print_and_compare(_metadata, self, &self->format, &sheet);
	sheet_free(&sheet);
}

TEST_HARNESS_MAIN
