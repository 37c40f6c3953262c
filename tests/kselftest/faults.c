// SPDX-License-Identifier: GPL-2.0
/*
 * Every allocation and every copy from or to the user that a call makes fails
 * once: the call says so, nothing is lost, and made again it does its work.
 * Needs a kernel with fault injection.
 */
#include <kselftest_harness.h>
#include "inject.h"
#include "machine.h"

#define LINES	100

FIXTURE(faults)
{
	int scanner;
	int printer;
	struct ifax_format format;
	struct sheet sheet;
	struct coded coded;
};

FIXTURE_SETUP(faults)
{
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	sheet_noise(&self->sheet, A4_WIDTH_PX, LINES, 1);
	ASSERT_TRUE(coded_from_sheet(&self->coded, &self->format, &self->sheet));
}

FIXTURE_TEARDOWN(faults)
{
	machine_close(self->scanner, self->printer);
	sheet_free(&self->sheet);
	coded_free(&self->coded);
}

static int call_open(void *data)
{
	FIXTURE_DATA(faults) *self = data;
	int fd = ifax_open_printer(PRINTER, 0);

	if (fd >= 0)
		self->printer = fd;
	return fd < 0 ? fd : 0;
}

static void undo_open(void *data)
{
	FIXTURE_DATA(faults) *self = data;

	close(self->printer);
}

static int call_set_format(void *data)
{
	FIXTURE_DATA(faults) *self = data;

	return ifax_set_format(self->printer, &self->format);
}

static int call_get_state(void *data)
{
	FIXTURE_DATA(faults) *self = data;
	struct ifax_state state;

	return ifax_get_state(self->printer, &state);
}

static void undo_nothing(void *data)
{
}

TEST_F(faults, open_and_set_format)
{
	if (!inject_possible())
		SKIP(return, "this kernel injects no faults");
	close(self->printer);
	EXPECT_LT(0, inject_every(call_open, undo_open, self));
	EXPECT_LT(0, inject_every(call_set_format, undo_nothing, self));
	EXPECT_LT(0, inject_every(call_get_state, undo_nothing, self));
}

static int call_start(void *data)
{
	FIXTURE_DATA(faults) *self = data;

	return ifax_start(self->scanner);
}

static void undo_start(void *data)
{
	FIXTURE_DATA(faults) *self = data;
	struct ifax_page_record record;

	ifax_get_page(self->scanner, &record);
	feeder_put(&self->sheet);
}

static int call_scan_record(void *data)
{
	FIXTURE_DATA(faults) *self = data;
	struct ifax_page_record record = {};
	int err = ifax_get_page(self->scanner, &record);

	return err ?: record.status == IFAX_PAGE_OK ? 0 : -EIO;
}

static void undo_scan_record(void *data)
{
	FIXTURE_DATA(faults) *self = data;

	feeder_put(&self->sheet);
	ifax_start(self->scanner);
}

TEST_F(faults, scan)
{
	struct ifax_format format;
	struct coded coded = {};
	struct sheet got;
	char data[700];
	ssize_t n = 1;
	int nth;

	if (!inject_possible())
		SKIP(return, "this kernel injects no faults");
	ASSERT_EQ(0, ifax_get_format(self->scanner, &format));
	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_LT(0, inject_every(call_start, undo_start, self));

	/* A read that fails loses no bytes */
	for (nth = 1; n; nth = 1 + nth % 3) {
		ASSERT_TRUE(inject_nth(nth));
		n = ifax_read(self->scanner, data, sizeof(data));
		ASSERT_TRUE(inject_nth(0));
		if (n > 0)
			coded_append(&coded, data, n);
		else
			ASSERT_TRUE(!n || n == -EFAULT);
	}
	format.length_lines = self->sheet.lines;
	EXPECT_TRUE(coded_to_sheet(&coded, &format, &got));
	EXPECT_TRUE(sheet_same(&self->sheet, &got));
	sheet_free(&got);
	coded_free(&coded);
	EXPECT_LT(0, inject_every(call_scan_record, undo_scan_record, self));
}

static int call_commit(void *data)
{
	FIXTURE_DATA(faults) *self = data;

	return ifax_commit(self->printer);
}

static void write_page(void *data)
{
	FIXTURE_DATA(faults) *self = data;
	struct ifax_page_record record;

	ifax_get_page(self->printer, &record);
	ifax_write_all(self->printer, self->coded.data, self->coded.bytes);
}

TEST_F(faults, print)
{
	struct ifax_page_record record;
	struct sheet got;
	size_t at = 0;
	ssize_t n;
	int nth;

	if (!inject_possible())
		SKIP(return, "this kernel injects no faults");
	/* A write that fails takes no bytes */
	for (nth = 1; at < self->coded.bytes; nth = 1 + nth % 5) {
		ASSERT_TRUE(inject_nth(nth));
		n = write(self->printer, self->coded.data + at, self->coded.bytes - at);
		ASSERT_TRUE(n > 0 || errno == ENOMEM || errno == EFAULT);
		ASSERT_TRUE(inject_nth(0));
		at += n > 0 ? n : 0;
	}
	EXPECT_LT(0, inject_every(call_commit, write_page, self));
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(self->coded.bytes, record.bytes);
	EXPECT_TRUE(tray_take(&got));
	EXPECT_TRUE(sheet_same(&self->sheet, &got));
	sheet_free(&got);
}

TEST_HARNESS_MAIN
