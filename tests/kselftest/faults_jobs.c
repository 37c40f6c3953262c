// SPDX-License-Identifier: GPL-2.0
/*
 * Whole jobs, devices that come, requests by netlink, and what the kernel does by itself:
 * each allocation fails once. Whoever asked is told, nothing is lost, and the next time it
 * works. Needs a kernel with fault injection.
 */
#include <linux/ifax_netlink.h>
#include <kselftest_harness.h>
#include "inject.h"
#include "talk.h"

#define LINES		100
#define PAGES		3
/* Each n-th allocation, for n to this */
#define INTERVALS	24

FIXTURE(faults_jobs)
{
	int scanner;
	int printer;
	struct ifax_format format;
	struct sheet sheet;
	struct coded coded;
};

FIXTURE_SETUP(faults_jobs)
{
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	sheet_noise(&self->sheet, A4_WIDTH_PX, LINES, 1);
	ASSERT_TRUE(coded_from_sheet(&self->coded, &self->format, &self->sheet));
}

FIXTURE_TEARDOWN(faults_jobs)
{
	machine_close(self->scanner, self->printer);
	sheet_free(&self->sheet);
	coded_free(&self->coded);
}

/* ---- whole jobs ---- */

static int run_scan_job(FIXTURE_DATA(faults_jobs) *self, uint8_t *data, size_t room)
{
	struct ifax_page_record record = {};
	size_t bytes = 0;
	ssize_t n;
	int err;

	self->scanner = ifax_open_scanner(SCANNER, 0);
	err = self->scanner < 0 ? self->scanner : ifax_set_format(self->scanner, &self->format);
	if (!err)
		err = ifax_start(self->scanner);
	while (!err && (n = ifax_read(self->scanner, data + bytes, room - bytes))) {
		err = n < 0 ? n : 0;
		bytes += n > 0 ? n : 0;
	}
	if (!err)
		err = ifax_get_page(self->scanner, &record);
	if (!err && (record.status != IFAX_PAGE_OK || record.bytes != bytes ||
		     bytes != self->coded.bytes || memcmp(data, self->coded.data, bytes)))
		err = -EILSEQ;
	return err;
}

static int run_print_job(FIXTURE_DATA(faults_jobs) *self, const uint8_t *data)
{
	struct ifax_page_record record = {};
	int err;

	self->printer = ifax_open_printer(PRINTER, 0);
	err = self->printer < 0 ? self->printer : ifax_set_format(self->printer, &self->format);
	if (!err)
		err = ifax_write_all(self->printer, data, self->coded.bytes);
	if (!err)
		err = ifax_commit(self->printer);
	if (!err)
		err = ifax_get_page(self->printer, &record);
	return err ?: record.status == IFAX_PAGE_OK ? 0 : -EILSEQ;
}

static void end_jobs(FIXTURE_DATA(faults_jobs) *self)
{
	if (self->scanner >= 0)
		close(self->scanner);
	if (self->printer >= 0)
		close(self->printer);
	self->scanner = -1;
	self->printer = -1;
}

/* One sheet in the feeder, nothing in the tray, whatever was before */
static bool lay_sheet_in(FIXTURE_DATA(faults_jobs) *self)
{
	int fd = ifax_open_scanner(SCANNER, 0);

	if (fd < 0)
		return false;
	feeder_empty(fd);
	close(fd);
	tray_empty();
	return feeder_put(&self->sheet);
}

/* From opening the scanner to the record of the printer, until no fault is left */
TEST_F(faults_jobs, whole_jobs)
{
	size_t room = 2 * self->coded.bytes + 1;
	bool happened = true;
	struct sheet got;
	uint8_t *data;
	int n, err;

	if (!inject_possible())
		SKIP(return, "this kernel injects no faults");
	data = malloc(room);
	memset(data, 1, room);
	for (n = 1; happened && n < INJECT_MAX; n++) {
		end_jobs(self);
		ASSERT_TRUE(lay_sheet_in(self));
		ASSERT_TRUE(inject_nth(n));
		err = run_scan_job(self, data, room) ?: run_print_job(self, data);
		happened = inject_happened();
		ASSERT_TRUE(inject_nth(0));
		ASSERT_TRUE(!err || inject_is_cause(err)) {
			TH_LOG("fault %d: %s", n, ifax_error_text(err));
		}
	}
	TH_LOG("%d faults", n - 2);
	EXPECT_LT(10, n);
	EXPECT_FALSE(happened);
	EXPECT_EQ(0, err);
	EXPECT_TRUE(tray_take(&got));
	EXPECT_TRUE(sheet_same(&self->sheet, &got));
	EXPECT_EQ(0, used_bytes(self->scanner));
	EXPECT_EQ(0, used_bytes(self->printer));
	sheet_free(&got);
	free(data);
}

/* ---- devices that come ---- */

static int call_bind(void *name)
{
	return driver_try_bind(name);
}

static void undo_bind(void *name)
{
	driver_unbind(name);
}

TEST_F(faults_jobs, devices_that_come)
{
	if (!inject_possible())
		SKIP(return, "this kernel injects no faults");
	end_jobs(self);
	ASSERT_TRUE(driver_unbind(SCANNER));
	EXPECT_LT(10, inject_every(call_bind, undo_bind, SCANNER));
	ASSERT_TRUE(driver_unbind(PRINTER));
	EXPECT_LT(10, inject_every(call_bind, undo_bind, PRINTER));
	ASSERT_TRUE(lay_sheet_in(self));
	EXPECT_EQ(IFAX_PAGE_OK, scan_page(LINES));
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
}

/* ---- netlink ---- */

/* What is lost is an answer, or a request */
static int call_talk(uint8_t cmd, uint64_t budget_bytes)
{
	struct talk talk = {};
	int err = -ENOMEM;

	if (talk_begin(&talk)) {
		talk_ask(&talk, cmd, SCANNER);
		if (budget_bytes)
			genl_put(&talk.request, IFAX_A_DEVICE_BUDGET_BYTES, &budget_bytes,
				 sizeof(budget_bytes));
		err = talk_call(&talk);
	}
	talk_end(&talk);
	return err == -ETIMEDOUT ? -ENOBUFS : err;
}

static int call_device_get(void *data)
{
	return call_talk(IFAX_CMD_DEVICE_GET, 0);
}

static int call_policy_get(void *data)
{
	return call_talk(IFAX_CMD_POLICY_GET, 0);
}

static int call_policy_set(void *data)
{
	return call_talk(IFAX_CMD_POLICY_SET, BUDGET_KIB * 1024ULL);
}

static void undo_nothing(void *data)
{
}

TEST_F(faults_jobs, netlink)
{
	if (!inject_possible())
		SKIP(return, "this kernel injects no faults");
	EXPECT_LT(0, inject_every(call_device_get, undo_nothing, NULL));
	EXPECT_LT(0, inject_every(call_policy_get, undo_nothing, NULL));
	EXPECT_LT(0, inject_every(call_policy_set, undo_nothing, NULL));
}

/* ---- what the kernel does by itself ---- */

static bool coded_same(const struct coded *a, const struct coded *b)
{
	return a->bytes == b->bytes && !memcmp(a->data, b->data, a->bytes);
}

/* A sheet for which there is no memory for now is taken later, or the page says why not */
TEST_F(faults_jobs, sheets_that_follow)
{
	struct ifax_page_record record;
	unsigned int interval, faults = 0, page;
	struct coded coded;

	if (!inject_possible())
		SKIP(return, "this kernel injects no faults");
	ASSERT_TRUE(inject_kernel(true));
	for (interval = 1; interval <= INTERVALS; interval++) {
		feeder_empty(self->scanner);
		for (page = 0; page < PAGES; page++)
			ASSERT_TRUE(feeder_put(&self->sheet));
		inject_begin(interval, 1);
		ASSERT_EQ(0, ifax_start_pages(self->scanner, 0));
		for (page = 0; page < PAGES; page++) {
			EXPECT_LE(0, read_page(self->scanner, &coded));
			ASSERT_EQ(0, ifax_get_page(self->scanner, &record));
			EXPECT_TRUE(record.status != IFAX_PAGE_OK ||
				    coded_same(&self->coded, &coded));
			coded_free(&coded);
			if (record.status != IFAX_PAGE_OK)
				break;
		}
		inject_end();
		faults += inject_count();
		EXPECT_TRUE(record.status == IFAX_PAGE_OK || record.status == IFAX_PAGE_NO_MEMORY);
		ASSERT_EQ(-ENODATA, ifax_get_page(self->scanner, &record));
	}
	inject_kernel(false);
	TH_LOG("%u faults", faults);
	EXPECT_LT(0, faults);
}

/* A page that cannot be printed for want of memory says so, and is not on paper */
TEST_F(faults_jobs, pages_that_wait)
{
	struct ifax_page_record record;
	unsigned int interval, faults = 0;
	struct sheet got;

	if (!inject_possible())
		SKIP(return, "this kernel injects no faults");
	ASSERT_TRUE(inject_kernel(true));
	for (interval = 1; interval <= INTERVALS; interval++) {
		ASSERT_EQ(0, ifax_write_all(self->printer, self->coded.data, self->coded.bytes));
		inject_begin(interval, 1);
		ASSERT_EQ(0, ifax_commit(self->printer));
		ASSERT_EQ(0, ifax_get_page(self->printer, &record));
		inject_end();
		faults += inject_count();
		EXPECT_TRUE(record.status == IFAX_PAGE_OK || record.status == IFAX_PAGE_NO_MEMORY);
		EXPECT_EQ(record.status == IFAX_PAGE_OK, tray_take(&got));
		EXPECT_EQ(record.status == IFAX_PAGE_OK, sheet_same(&self->sheet, &got));
		sheet_free(&got);
	}
	inject_kernel(false);
	TH_LOG("%u faults", faults);
	EXPECT_LT(0, faults);
	EXPECT_EQ(0, used_bytes(self->printer));
}

TEST_HARNESS_MAIN
