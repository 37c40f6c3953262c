// SPDX-License-Identifier: GPL-2.0
/*
 * A sheet laid into the feeder comes out of read() as coded data of the same
 * pixels, page after page.
 */
#include <kselftest_harness.h>
#include "machine.h"

#define LINES		300

FIXTURE(scan)
{
	int fd;
	struct ifax_caps caps;
	struct ifax_format format;
};

FIXTURE_SETUP(scan)
{
	ASSERT_TRUE(set_line_rate(0));
	self->fd = ifax_open_scanner(SCANNER, 0);
	ASSERT_LE(0, self->fd);
	feeder_empty(self->fd);
	ASSERT_EQ(0, ifax_get_caps(self->fd, &self->caps));
	ASSERT_EQ(0, ifax_get_format(self->fd, &self->format));
	self->format.width_px = A4_WIDTH_PX;
}

FIXTURE_TEARDOWN(scan)
{
	close(self->fd);
	set_line_rate(0);
}

/* Scans @sheet in @format and compares every pixel and the record. */
static void scan_and_compare(struct __test_metadata *_metadata, FIXTURE_DATA(scan) *self,
			     const struct ifax_format *format, const struct sheet *sheet)
{
	struct ifax_format scanned = *format;
	struct ifax_page_record record;
	struct coded coded;
	struct sheet got;
	uint64_t start_ns;

	ASSERT_TRUE(feeder_put(sheet));
	ASSERT_EQ(0, ifax_set_format(self->fd, format));
	start_ns = boottime_ns();
	ASSERT_EQ(0, ifax_start(self->fd));
	ASSERT_LT(0, read_page(self->fd, &coded));
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(sheet->lines, record.lines);
	EXPECT_EQ(coded.bytes, record.bytes);
	EXPECT_EQ(0, record.flags);
	EXPECT_LT(start_ns, record.begin_ns);
	EXPECT_LT(record.begin_ns, record.end_ns);
	EXPECT_GT(boottime_ns(), record.end_ns);

	scanned.length_lines = record.lines;
	EXPECT_TRUE(coded_to_sheet(&coded, &scanned, &got));
	EXPECT_TRUE(sheet_same(sheet, &got))
		TH_LOG("coding %s, flags 0x%x, width %u", ifax_coding_name(format->coding),
		       format->flags, format->width_px);
	sheet_free(&got);
	coded_free(&coded);
}

TEST_F(scan, every_coding)
{
	struct ifax_format format = self->format;
	uint32_t tried = 0;
	struct sheet sheet;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES, 1);
	for (format.coding = 0; ifax_coding_name(format.coding); format.coding++) {
		if (!ifax_has_coding(&self->caps, format.coding))
			continue;
		format.flags = 0;
		scan_and_compare(_metadata, self, &format, &sheet);
		tried |= 1U << format.coding;
	}
	EXPECT_TRUE(tried & 1U << IFAX_CODING_MH);
	EXPECT_TRUE(tried & 1U << IFAX_CODING_MMR);
	sheet_free(&sheet);
}

TEST_F(scan, every_form)
{
	static const struct {
		uint32_t coding, flags;
	} forms[] = {
		{ IFAX_CODING_MH, IFAX_FMT_LSB_FIRST },
		{ IFAX_CODING_MH, IFAX_FMT_EOL | IFAX_FMT_END },
		{ IFAX_CODING_MH, IFAX_FMT_EOL | IFAX_FMT_EOL_ALIGNED | IFAX_FMT_END },
		{ IFAX_CODING_MH, IFAX_FMT_ROW_ALIGNED },
		{ IFAX_CODING_MH, IFAX_FMT_WHITE_IS_1 },
		{ IFAX_CODING_MR, IFAX_FMT_EOL | IFAX_FMT_END },
		{ IFAX_CODING_MR, IFAX_FMT_EOL | IFAX_FMT_EOL_ALIGNED | IFAX_FMT_LSB_FIRST },
		{ IFAX_CODING_MMR, IFAX_FMT_LSB_FIRST | IFAX_FMT_END },
		{ IFAX_CODING_MMR, IFAX_FMT_WHITE_IS_1 | IFAX_FMT_END },
	};
	struct ifax_format format = self->format;
	struct sheet sheet;
	size_t i;

	sheet_draw(&sheet, A4_WIDTH_PX, 100, 2);
	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		format.coding = forms[i].coding;
		format.flags = forms[i].flags;
		format.k = format.coding == IFAX_CODING_MR ? 4 : 0;
		scan_and_compare(_metadata, self, &format, &sheet);
	}
	sheet_free(&sheet);
}

TEST_F(scan, every_width)
{
	static const uint32_t widths_px[] = { 0, 64, 1000, 1728, 2048, 2432, 4864, 65535 };
	struct ifax_format format = self->format;
	struct sheet sheet;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(widths_px); i++) {
		format.width_px = widths_px[i];
		ASSERT_EQ(0, ifax_try_format(self->fd, &format));
		sheet_draw(&sheet, format.width_px, 50, i);
		scan_and_compare(_metadata, self, &format, &sheet);
		sheet_free(&sheet);
	}
}

TEST_F(scan, noise)
{
	struct sheet sheet;

	sheet_noise(&sheet, A4_WIDTH_PX, 200, 3);
	scan_and_compare(_metadata, self, &self->format, &sheet);
	sheet_free(&sheet);
}

TEST_F(scan, more_sheets)
{
	struct ifax_page_record record;
	struct coded coded;
	struct sheet sheet;
	uint32_t page;

	sheet_draw(&sheet, A4_WIDTH_PX, 40, 4);
	for (page = 1; page <= 3; page++)
		ASSERT_TRUE(feeder_put(&sheet));
	for (page = 1; page <= 3; page++) {
		ASSERT_EQ(0, ifax_start(self->fd));
		ASSERT_LT(0, read_page(self->fd, &coded));
		ASSERT_EQ(0, ifax_get_page(self->fd, &record));
		EXPECT_EQ(page, record.seq);
		EXPECT_EQ(page < 3 ? IFAX_PAGE_MORE : 0, record.flags);
		coded_free(&coded);
	}
	EXPECT_EQ(-ENOMEDIUM, ifax_start(self->fd));
	sheet_free(&sheet);
}

TEST_F(scan, nothing_under_way)
{
	struct ifax_page_record record;
	char byte;

	EXPECT_EQ(-ENOMEDIUM, ifax_start(self->fd));
	EXPECT_EQ(-ENODATA, ifax_read(self->fd, &byte, 1));
	EXPECT_EQ(-ENODATA, ifax_get_page(self->fd, &record));
	EXPECT_EQ(0, ifax_read(self->fd, &byte, 0));
}

TEST_F(scan, record_before_next_page)
{
	struct ifax_page_record record;
	struct ifax_state state;
	struct sheet sheet;
	char byte;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES, 5);
	ASSERT_TRUE(feeder_put(&sheet) && feeder_put(&sheet));
	ASSERT_EQ(0, ifax_start(self->fd));
	EXPECT_EQ(-EBUSY, ifax_start(self->fd));
	EXPECT_EQ(1, ifax_read(self->fd, &byte, 1));
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);

	/* What was not read is gone */
	EXPECT_EQ(-ENODATA, ifax_read(self->fd, &byte, 1));
	ASSERT_EQ(0, ifax_get_state(self->fd, &state));
	EXPECT_EQ(0, state.budget_used_bytes);
	EXPECT_EQ(0, ifax_start(self->fd));
	EXPECT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(2, record.seq);
	sheet_free(&sheet);
}

TEST_F(scan, end_of_page_stays)
{
	struct coded coded;
	struct sheet sheet;
	char byte;

	sheet_draw(&sheet, A4_WIDTH_PX, 40, 6);
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_EQ(0, ifax_start(self->fd));
	ASSERT_LT(0, read_page(self->fd, &coded));
	EXPECT_EQ(0, ifax_read(self->fd, &byte, 1));
	EXPECT_EQ(0, ifax_read(self->fd, &byte, 1));
	coded_free(&coded);
	sheet_free(&sheet);
}

TEST_F(scan, longest_page)
{
	struct ifax_page_record record;
	struct sheet sheet, got;
	struct coded coded;

	sheet_draw(&sheet, A4_WIDTH_PX, LINES, 7);
	ASSERT_TRUE(feeder_put(&sheet));
	self->format.length_lines = LINES / 3;
	ASSERT_EQ(0, ifax_set_format(self->fd, &self->format));
	ASSERT_EQ(0, ifax_start(self->fd));
	ASSERT_LT(0, read_page(self->fd, &coded));
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(IFAX_PAGE_TRUNCATED, record.status);
	EXPECT_EQ(LINES / 3, record.lines);
	EXPECT_TRUE(coded_to_sheet(&coded, &self->format, &got));
	sheet.lines = LINES / 3;
	EXPECT_TRUE(sheet_same(&sheet, &got));
	sheet_free(&got);
	sheet_free(&sheet);
	coded_free(&coded);
}

TEST_F(scan, data_while_the_sheet_moves)
{
	struct ifax_page_record record;
	struct ifax_state state;
	struct coded coded;
	struct sheet sheet;
	char data[16];

	sheet_noise(&sheet, A4_WIDTH_PX, LINES, 8);
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_EQ(0, ifax_get_state(self->fd, &state));
	EXPECT_EQ(IFAX_STATE_DOCUMENT, state.flags & ~IFAX_STATE_LAMP_ON);
	ASSERT_TRUE(set_line_rate(SLOW_LINES_PER_S));
	ASSERT_EQ(0, ifax_start(self->fd));
	EXPECT_LT(0, ifax_read(self->fd, data, sizeof(data)));
	ASSERT_EQ(0, ifax_get_state(self->fd, &state));
	EXPECT_TRUE(state.flags & IFAX_STATE_BUSY);
	EXPECT_EQ(1, state.pages_queued);
	EXPECT_EQ(-EBUSY, ifax_set_format(self->fd, &self->format));

	ASSERT_TRUE(set_line_rate(0));
	EXPECT_LT(0, read_page(self->fd, &coded));
	ASSERT_EQ(0, ifax_get_page(self->fd, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(LINES, record.lines);
	coded_free(&coded);
	sheet_free(&sheet);
}

TEST_HARNESS_MAIN
