// SPDX-License-Identifier: GPL-2.0
/*
 * libifax over netlink, and its whole pages: what it tells is how things are,
 * from any number of threads.
 */
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>
#include <kselftest_harness.h>
#include "machine.h"

#define LINES		60
#define BUDGET_BYTES	(256 * 1024)
#define EVENTS_TOO_MANY	2000

FIXTURE(libifax)
{
	struct ifax_control *control;
	struct ifax_events *events;
	struct ifax_format format;
	struct sheet sheet;
	struct coded coded;
	int scanner;
	int printer;
};

FIXTURE_SETUP(libifax)
{
	ASSERT_EQ(0, ifax_control_open(&self->control));
	ASSERT_EQ(0, ifax_events_open(&self->events, IFAX_LISTEN_EVENTS | IFAX_LISTEN_JOBS));
	ASSERT_TRUE(machine_open(&self->scanner, &self->printer, &self->format));
	sheet_draw(&self->sheet, A4_WIDTH_PX, LINES, 1);
	ASSERT_TRUE(coded_from_sheet(&self->coded, &self->format, &self->sheet));
}

FIXTURE_TEARDOWN(libifax)
{
	ifax_set_budget(self->control, SCANNER, 0);
	machine_close(self->scanner, self->printer);
	ifax_events_close(self->events);
	ifax_control_close(self->control);
	sheet_free(&self->sheet);
	coded_free(&self->coded);
}

TEST_F(libifax, list_devices)
{
	struct ifax_device *devices;

	ASSERT_EQ(2, ifax_list_devices(self->control, &devices));
	EXPECT_STREQ(SCANNER, devices[0].name[0] == 's' ? devices[0].name : devices[1].name);
	EXPECT_STREQ(PRINTER, devices[0].name[0] == 's' ? devices[1].name : devices[0].name);
	EXPECT_EQ(BUDGET_KIB * 1024ULL, devices[0].budget_bytes);
	free(devices);
}

TEST_F(libifax, get_device)
{
	struct ifax_device device;

	ASSERT_EQ(0, ifax_get_device(self->control, SCANNER, &device));
	EXPECT_STREQ(SCANNER, device.name);
	EXPECT_EQ(IFAX_KIND_SCANNER, device.kind);
	EXPECT_EQ(0, device.state & IFAX_STATE_DOCUMENT);
	ASSERT_TRUE(feeder_put(&self->sheet));
	ASSERT_EQ(0, ifax_get_device(self->control, SCANNER, &device));
	EXPECT_NE(0, device.state & IFAX_STATE_DOCUMENT);
	EXPECT_STREQ("", ifax_refusal_text());
}

TEST_F(libifax, refused)
{
	struct ifax_device device;

	EXPECT_EQ(-ENODEV, ifax_get_device(self->control, "scan99", &device));
	EXPECT_STREQ("there is no device of this name", ifax_refusal_text());
	EXPECT_EQ(-ERANGE, ifax_set_budget(self->control, SCANNER, 1));
	EXPECT_STREQ("the budget is smaller than a memory page", ifax_refusal_text());
	EXPECT_EQ(0, ifax_set_budget(self->control, SCANNER, BUDGET_BYTES));
	EXPECT_STREQ("", ifax_refusal_text());
	ASSERT_EQ(0, ifax_get_device(self->control, SCANNER, &device));
	EXPECT_EQ(BUDGET_BYTES, device.budget_bytes);
	EXPECT_EQ(-EINVAL, ifax_events_open(&self->events, 0));
	EXPECT_EQ(NULL, self->events);
}

TEST_F(libifax, policy)
{
	struct ifax_policy policy;

	ASSERT_EQ(0, ifax_get_policy(self->control, NULL, &policy));
	EXPECT_EQ(total_budget_default_kib() * 1024ULL, policy.total_budget_bytes);
	EXPECT_EQ(0, policy.total_budget_used_bytes);
	EXPECT_EQ(0, policy.budget_bytes);
	ASSERT_EQ(0, ifax_set_budget(self->control, SCANNER, BUDGET_BYTES));
	ASSERT_EQ(0, ifax_set_budget(self->control, NULL, 2 * BUDGET_BYTES));
	ASSERT_EQ(0, ifax_get_policy(self->control, SCANNER, &policy));
	EXPECT_EQ(BUDGET_BYTES, policy.budget_bytes);
	EXPECT_EQ(2 * BUDGET_BYTES, policy.total_budget_bytes);
	ASSERT_EQ(0, ifax_set_budget(self->control, NULL, 0));
	EXPECT_EQ(-ENODEV, ifax_get_policy(self->control, "scan99", &policy));
}

TEST_F(libifax, needs_privilege)
{
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		struct ifax_control *control;
		struct ifax_device device;

		if (setuid(65534) || ifax_control_open(&control) ||
		    ifax_get_device(control, SCANNER, &device))
			_exit(1);
		_exit(ifax_set_budget(control, SCANNER, BUDGET_BYTES) == -EPERM ? 0 : 2);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

static int append(void *context, const void *data, size_t bytes)
{
	coded_append(context, data, bytes);
	return 0;
}

static int refuse(void *context, const void *data, size_t bytes)
{
	return -ENOSPC;
}

TEST_F(libifax, scan_page)
{
	struct ifax_page_record record;
	struct ifax_device before, after;
	struct coded coded = {};

	ASSERT_EQ(0, ifax_set_format(self->scanner, &self->format));
	ASSERT_EQ(0, ifax_get_device(self->control, SCANNER, &before));
	ASSERT_TRUE(feeder_put(&self->sheet) && feeder_put(&self->sheet));
	EXPECT_EQ(-ENOSPC, ifax_scan_page(self->scanner, refuse, NULL, &record));
	ASSERT_EQ(0, ifax_scan_page(self->scanner, append, &coded, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_EQ(self->coded.bytes, coded.bytes);
	EXPECT_EQ(0, memcmp(self->coded.data, coded.data, coded.bytes));
	EXPECT_EQ(-ENOMEDIUM, ifax_scan_page(self->scanner, append, &coded, &record));
	ASSERT_EQ(0, ifax_get_device(self->control, SCANNER, &after));
	EXPECT_EQ(before.counters.pages + 2, after.counters.pages);
	coded_free(&coded);
}

TEST_F(libifax, print_page)
{
	struct ifax_page_record record;
	struct ifax_device device;
	struct sheet got;
	uint64_t bad;

	ASSERT_EQ(0, ifax_get_device(self->control, PRINTER, &device));
	bad = device.counters.faults[IFAX_PAGE_BAD_DATA];
	ASSERT_EQ(0, ifax_print_page(self->printer, &self->format, self->coded.data,
				     self->coded.bytes));
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_TRUE(tray_take(&got));
	EXPECT_TRUE(sheet_same(&self->sheet, &got));
	sheet_free(&got);

	self->format.length_lines = LINES + 1;
	EXPECT_EQ(-EBADMSG, ifax_print_page(self->printer, &self->format, self->coded.data,
					    self->coded.bytes));
	ASSERT_EQ(0, ifax_get_page(self->printer, &record));
	EXPECT_EQ(IFAX_PAGE_BAD_DATA, record.status);
	ASSERT_EQ(0, ifax_get_device(self->control, PRINTER, &device));
	EXPECT_EQ(bad + 1, device.counters.faults[IFAX_PAGE_BAD_DATA]);
}

/* The next event of a kind on a device, within the time */
static int await(FIXTURE_DATA(libifax) * self, const char *device, uint32_t what,
		 struct ifax_event *event)
{
	struct pollfd came = { .fd = ifax_events_fd(self->events), .events = POLLIN };
	int err;

	for (;;) {
		err = ifax_next_event(self->events, event);
		if (!err && event->what == what && !strcmp(event->device, device))
			return 0;
		if (err && err != -EAGAIN)
			return err;
		if (err && poll(&came, 1, PATIENCE_MS) <= 0)
			return -ETIMEDOUT;
	}
}

TEST_F(libifax, events)
{
	struct ifax_page_record record;
	struct ifax_event event;
	struct coded coded = {};

	EXPECT_EQ(0, await(self, SCANNER, IFAX_CMD_JOB_BEGIN_NTF, &event));
	EXPECT_EQ(IFAX_KIND_SCANNER, event.kind);
	ASSERT_TRUE(feeder_put(&self->sheet));
	EXPECT_EQ(0, await(self, SCANNER, IFAX_CMD_STATE_NTF, &event));
	ASSERT_EQ(0, ifax_scan_page(self->scanner, append, &coded, &record));
	EXPECT_EQ(0, await(self, SCANNER, IFAX_CMD_PAGE_BEGIN_NTF, &event));
	EXPECT_EQ(1, event.page_seq);
	EXPECT_EQ(0, await(self, SCANNER, IFAX_CMD_PAGE_END_NTF, &event));
	EXPECT_EQ(IFAX_PAGE_OK, event.page_status);
	EXPECT_EQ(LINES, event.page_lines);
	EXPECT_EQ(coded.bytes, event.page_bytes);
	EXPECT_EQ(IFAX_CODING_MMR, event.page_coding);
	coded_free(&coded);
	close(self->scanner);
	EXPECT_EQ(0, await(self, SCANNER, IFAX_CMD_JOB_END_NTF, &event));
	self->scanner = ifax_open_scanner(SCANNER, 0);
}

/* More than the socket holds, and nobody takes them */
TEST_F(libifax, lost_events)
{
	struct ifax_event event;
	int i, err = 0;

	close(self->printer);
	for (i = 0; i < EVENTS_TOO_MANY / 2; i++)
		close(ifax_open_printer(PRINTER, 0));
	while (!err)
		err = ifax_next_event(self->events, &event);
	EXPECT_EQ(-ENOBUFS, err);
	while (err != -EAGAIN) {
		ASSERT_TRUE(!err || err == -ENOBUFS);
		err = ifax_next_event(self->events, &event);
	}
	/* From here on it goes on */
	self->printer = ifax_open_printer(PRINTER, 0);
	EXPECT_EQ(0, await(self, PRINTER, IFAX_CMD_JOB_BEGIN_NTF, &event));
}

#define THREADS		8
#define ASKS		30

/* Each asks for what the others do not, and must get that. */
static void *ask(void *arg)
{
	struct ifax_control *control = arg;
	struct ifax_device device, *devices;
	int i;

	for (i = 0; i < ASKS; i++) {
		if (ifax_get_device(control, "scan99", &device) != -ENODEV ||
		    strcmp(ifax_refusal_text(), "there is no device of this name"))
			return arg;
		if (ifax_get_device(control, PRINTER, &device) || strcmp(device.name, PRINTER) ||
		    *ifax_refusal_text())
			return arg;
		if (ifax_list_devices(control, &devices) != 2)
			return arg;
		free(devices);
	}
	return NULL;
}

TEST_F(libifax, threads)
{
	pthread_t threads[THREADS];
	void *wrong;
	int i;

	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, ask, self->control));
	for (i = 0; i < THREADS; i++) {
		ASSERT_EQ(0, pthread_join(threads[i], &wrong));
		EXPECT_EQ(NULL, wrong);
	}
}

/* A device that was removed still tells how its last page ended */
TEST_F(libifax, removed)
{
	struct ifax_page_record record;
	struct ifax_device *devices;
	struct ifax_event event;

	ASSERT_TRUE(driver_unbind(SCANNER));
	EXPECT_EQ(0, await(self, SCANNER, IFAX_CMD_DEVICE_REMOVED_NTF, &event));
	EXPECT_EQ(-ENODEV, ifax_scan_page(self->scanner, refuse, NULL, &record));
	EXPECT_EQ(1, ifax_list_devices(self->control, &devices));
	free(devices);
	ASSERT_TRUE(driver_bind(SCANNER));
	EXPECT_EQ(0, await(self, SCANNER, IFAX_CMD_DEVICE_ADDED_NTF, &event));
}

TEST_HARNESS_MAIN
