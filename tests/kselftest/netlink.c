// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: devices as they are, policies, and who may set
 * them; events in the order in which they happen.
 */
#include <linux/ifax_netlink.h>
#include <sys/wait.h>
#include <kselftest_harness.h>
#include "genl.h"
#include "machine.h"

#define WIDTH_PX	1728
#define LINES		40
#define BUDGET_BYTES	(256 * 1024)

FIXTURE(netlink)
{
	int fd;
	struct genl_family family;
	struct genl_message request;
	struct genl_message reply;
	char text[80];
};

static int call(FIXTURE_DATA(netlink) * self)
{
	return genl_call(self->fd, &self->request, &self->reply, self->text, sizeof(self->text));
}

static void ask(FIXTURE_DATA(netlink) * self, uint8_t cmd, const char *device)
{
	genl_begin(&self->request, self->family.id, cmd, 0);
	if (device)
		genl_put(&self->request, IFAX_A_DEVICE_NAME, device, strlen(device) + 1);
}

static int set_budget(FIXTURE_DATA(netlink) * self, const char *device, uint64_t bytes)
{
	ask(self, IFAX_CMD_POLICY_SET, device);
	genl_put(&self->request, IFAX_A_DEVICE_BUDGET_BYTES, &bytes, sizeof(bytes));
	return call(self);
}

FIXTURE_SETUP(netlink)
{
	ASSERT_TRUE(set_line_rate(0));
	tray_empty();
	self->fd = genl_open();
	ASSERT_LE(0, self->fd);
	ASSERT_TRUE(genl_find(self->fd, IFAX_GENL_NAME, &self->family));
}

FIXTURE_TEARDOWN(netlink)
{
	set_budget(self, SCANNER, 0);
	close(self->fd);
}

/* One page through the scanner; returns how it ended */
static uint32_t scan_page(struct __test_metadata *_metadata, uint32_t lines)
{
	struct ifax_page_record record = { .status = UINT32_MAX };
	struct coded coded;
	struct sheet sheet;
	int fd;

	fd = ifax_open_scanner(SCANNER, 0);
	ASSERT_LE(0, fd) { return UINT32_MAX; }
	feeder_empty(fd);
	sheet_draw(&sheet, WIDTH_PX, lines, 1);
	EXPECT_TRUE(feeder_put(&sheet));
	EXPECT_EQ(0, ifax_start(fd));
	read_page(fd, &coded);
	EXPECT_EQ(0, ifax_get_page(fd, &record));
	coded_free(&coded);
	sheet_free(&sheet);
	close(fd);
	return record.status;
}

TEST_F(netlink, device)
{
	ask(self, IFAX_CMD_DEVICE_GET, PRINTER);
	ASSERT_EQ(0, call(self));
	EXPECT_STREQ(PRINTER, genl_string(genl_attr(&self->reply, IFAX_A_DEVICE_NAME)));
	EXPECT_EQ(IFAX_KIND_PRINTER, genl_u32(genl_attr(&self->reply, IFAX_A_DEVICE_KIND)));
	EXPECT_EQ(0, genl_u32(genl_attr(&self->reply, IFAX_A_DEVICE_STATE)));
	EXPECT_EQ(0, genl_u32(genl_attr(&self->reply, IFAX_A_DEVICE_PAGES_QUEUED)));
	EXPECT_EQ(0, genl_u64(genl_attr(&self->reply, IFAX_A_DEVICE_BUDGET_USED_BYTES)));
	EXPECT_EQ(BUDGET_KIB * 1024ULL,
		  genl_u64(genl_attr(&self->reply, IFAX_A_DEVICE_BUDGET_BYTES)));
}

TEST_F(netlink, device_refused)
{
	uint64_t bytes = BUDGET_BYTES;

	ask(self, IFAX_CMD_DEVICE_GET, "scan99");
	EXPECT_EQ(-ENODEV, call(self));
	EXPECT_STREQ("there is no device of this name", self->text);
	ask(self, IFAX_CMD_DEVICE_GET, NULL);
	EXPECT_EQ(-EINVAL, call(self));
	EXPECT_STREQ("the name of the device is missing", self->text);
	ask(self, IFAX_CMD_DEVICE_GET, "a name that is far too long for a device");
	EXPECT_EQ(-EINVAL, call(self));
	/* What only another request takes */
	ask(self, IFAX_CMD_DEVICE_GET, SCANNER);
	genl_put(&self->request, IFAX_A_DEVICE_BUDGET_BYTES, &bytes, sizeof(bytes));
	EXPECT_EQ(-EINVAL, call(self));
	ask(self, IFAX_CMD_JOB_END_NTF, SCANNER);
	EXPECT_EQ(-EOPNOTSUPP, call(self));
}

TEST_F(netlink, dump)
{
	ask(self, IFAX_CMD_DEVICE_GET, NULL);
	self->request.netlink.nlmsg_flags |= NLM_F_DUMP;
	ASSERT_TRUE(genl_send(self->fd, &self->request));
	EXPECT_EQ(2, genl_take(self->fd, &self->reply, PATIENCE_MS));
	EXPECT_NE(0, self->reply.netlink.nlmsg_flags & NLM_F_MULTI);
	EXPECT_EQ(1, genl_take(self->fd, &self->reply, PATIENCE_MS));
	EXPECT_EQ(NLMSG_DONE, self->reply.netlink.nlmsg_type);
}

TEST_F(netlink, dump_takes_no_attributes)
{
	int err;

	ask(self, IFAX_CMD_DEVICE_GET, SCANNER);
	self->request.netlink.nlmsg_flags |= NLM_F_DUMP;
	ASSERT_TRUE(genl_send(self->fd, &self->request));
	ASSERT_EQ(1, genl_take(self->fd, &self->reply, PATIENCE_MS));
	/* The error takes the place of the family's header */
	ASSERT_EQ(NLMSG_DONE, self->reply.netlink.nlmsg_type);
	memcpy(&err, &self->reply.genl, sizeof(err));
	EXPECT_EQ(-EINVAL, err);
	EXPECT_STREQ("a dump takes no attributes",
		     genl_string(genl_attr(&self->reply, NLMSGERR_ATTR_MSG)));
}

TEST_F(netlink, budget)
{
	struct ifax_caps caps;
	int fd;

	ASSERT_EQ(0, set_budget(self, SCANNER, BUDGET_BYTES));
	fd = ifax_open_scanner(SCANNER, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ifax_get_caps(fd, &caps));
	EXPECT_EQ(BUDGET_BYTES, caps.budget_bytes);
	ASSERT_EQ(0, set_budget(self, SCANNER, 0));
	ASSERT_EQ(0, ifax_get_caps(fd, &caps));
	EXPECT_EQ(BUDGET_KIB * 1024ULL, caps.budget_bytes);
	close(fd);
}

TEST_F(netlink, budget_refused)
{
	EXPECT_EQ(-ERANGE, set_budget(self, SCANNER, 100));
	EXPECT_STREQ("the budget is smaller than a memory page", self->text);
	EXPECT_EQ(-ENODEV, set_budget(self, "scan99", BUDGET_BYTES));
	ask(self, IFAX_CMD_POLICY_SET, SCANNER);
	EXPECT_EQ(-EINVAL, call(self));
	EXPECT_STREQ("no policy to set: the budget is missing", self->text);
}

/* Anyone may look, only the administrator may change */
TEST_F(netlink, budget_needs_privilege)
{
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		close(self->fd);
		if (setuid(65534))
			_exit(1);
		self->fd = genl_open();
		ask(self, IFAX_CMD_DEVICE_GET, SCANNER);
		if (call(self))
			_exit(2);
		_exit(set_budget(self, SCANNER, BUDGET_BYTES) == -EPERM ? 0 : 3);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

static uint64_t counter(FIXTURE_DATA(netlink) * self, uint16_t type)
{
	ask(self, IFAX_CMD_DEVICE_GET, SCANNER);
	if (call(self))
		return UINT64_MAX;
	return genl_u64(genl_nested(genl_attr(&self->reply, IFAX_A_DEVICE_COUNTERS), type));
}

TEST_F(netlink, counters)
{
	const struct nlattr *fault;
	uint64_t pages, lines;

	scan_page(_metadata, LINES);
	pages = counter(self, IFAX_A_COUNTERS_PAGES);
	lines = counter(self, IFAX_A_COUNTERS_LINES);
	EXPECT_EQ(IFAX_PAGE_OK, scan_page(_metadata, LINES));
	EXPECT_EQ(pages + 1, counter(self, IFAX_A_COUNTERS_PAGES));
	EXPECT_EQ(lines + LINES, counter(self, IFAX_A_COUNTERS_LINES));
	EXPECT_LT(0, counter(self, IFAX_A_COUNTERS_BYTES));
	EXPECT_LT(0, counter(self, IFAX_A_COUNTERS_BAND_NS_MAX));
	EXPECT_GT(UINT64_MAX, counter(self, IFAX_A_COUNTERS_BAND_NS_MAX));

	ASSERT_TRUE(set_sensor(FEEDER, "jam_at_line", LINES / 2));
	EXPECT_EQ(IFAX_PAGE_JAM, scan_page(_metadata, LINES));
	ASSERT_TRUE(set_sensor(FEEDER, "jam_at_line", 0));
	ASSERT_TRUE(set_sensor(FEEDER, "jam", 0));
	EXPECT_EQ(pages + 2, counter(self, IFAX_A_COUNTERS_PAGES));
	fault = genl_nested(genl_attr(&self->reply, IFAX_A_DEVICE_COUNTERS),
			    IFAX_A_COUNTERS_FAULT);
	EXPECT_EQ(IFAX_PAGE_JAM, genl_u32(genl_nested(fault, IFAX_A_FAULT_STATUS)));
	EXPECT_LE(1, genl_u64(genl_nested(fault, IFAX_A_FAULT_PAGES)));
}

TEST_F(netlink, total_budget)
{
	uint64_t bytes = BUDGET_BYTES, zero = 0, small = 100;

	ask(self, IFAX_CMD_POLICY_GET, NULL);
	ASSERT_EQ(0, call(self));
	EXPECT_EQ(NULL, genl_attr(&self->reply, IFAX_A_DEVICE_BUDGET_BYTES));
	EXPECT_EQ(TOTAL_BUDGET_KIB * 1024ULL,
		  genl_u64(genl_attr(&self->reply, IFAX_A_DEVICE_TOTAL_BUDGET_BYTES)));
	EXPECT_EQ(0, genl_u64(genl_attr(&self->reply, IFAX_A_DEVICE_TOTAL_BUDGET_USED_BYTES)));

	/* All of it or nothing */
	ask(self, IFAX_CMD_POLICY_SET, SCANNER);
	genl_put(&self->request, IFAX_A_DEVICE_BUDGET_BYTES, &bytes, sizeof(bytes));
	genl_put(&self->request, IFAX_A_DEVICE_TOTAL_BUDGET_BYTES, &small, sizeof(small));
	EXPECT_EQ(-ERANGE, call(self));
	ask(self, IFAX_CMD_POLICY_GET, SCANNER);
	ASSERT_EQ(0, call(self));
	EXPECT_EQ(BUDGET_KIB * 1024ULL,
		  genl_u64(genl_attr(&self->reply, IFAX_A_DEVICE_BUDGET_BYTES)));

	ask(self, IFAX_CMD_POLICY_SET, NULL);
	genl_put(&self->request, IFAX_A_DEVICE_TOTAL_BUDGET_BYTES, &bytes, sizeof(bytes));
	ASSERT_EQ(0, call(self));
	ask(self, IFAX_CMD_POLICY_GET, SCANNER);
	ASSERT_EQ(0, call(self));
	EXPECT_STREQ(SCANNER, genl_string(genl_attr(&self->reply, IFAX_A_DEVICE_NAME)));
	EXPECT_EQ(bytes, genl_u64(genl_attr(&self->reply, IFAX_A_DEVICE_TOTAL_BUDGET_BYTES)));
	ask(self, IFAX_CMD_POLICY_SET, NULL);
	genl_put(&self->request, IFAX_A_DEVICE_TOTAL_BUDGET_BYTES, &zero, sizeof(zero));
	EXPECT_EQ(0, call(self));
	ask(self, IFAX_CMD_POLICY_GET, "scan99");
	EXPECT_EQ(-ENODEV, call(self));
}

/* The next event of a device, past those of others and those not asked for */
static bool event(FIXTURE_DATA(netlink) * self, const char *device, uint8_t cmd)
{
	while (genl_take(self->fd, &self->reply, PATIENCE_MS) > 0)
		if (self->reply.genl.cmd == cmd &&
		    !strcmp(device, genl_string(genl_attr(&self->reply, IFAX_A_DEVICE_NAME))))
			return true;
	return false;
}

/* The sensor is seen to change to a state */
static bool sensed(FIXTURE_DATA(netlink) * self, const char *device, uint32_t flag, uint32_t state)
{
	while (event(self, device, IFAX_CMD_STATE_NTF))
		if (genl_u32(genl_attr(&self->reply, IFAX_A_DEVICE_CHANGED)) & flag)
			return (genl_u32(genl_attr(&self->reply, IFAX_A_DEVICE_STATE)) & flag) ==
			       state;
	return false;
}

TEST_F(netlink, page_events)
{
	const struct nlattr *page;

	ASSERT_TRUE(genl_join(self->fd, &self->family, IFAX_MCGRP_EVENTS));
	ASSERT_TRUE(genl_join(self->fd, &self->family, IFAX_MCGRP_JOBS));
	EXPECT_EQ(IFAX_PAGE_OK, scan_page(_metadata, LINES));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_JOB_BEGIN_NTF));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_PAGE_BEGIN_NTF));
	page = genl_attr(&self->reply, IFAX_A_DEVICE_PAGE);
	EXPECT_EQ(1, genl_u32(genl_nested(page, IFAX_A_PAGE_SEQ)));
	EXPECT_EQ(IFAX_CODING_MMR, genl_u32(genl_nested(page, IFAX_A_PAGE_CODING)));
	EXPECT_EQ(NULL, genl_nested(page, IFAX_A_PAGE_STATUS));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_PAGE_END_NTF));
	page = genl_attr(&self->reply, IFAX_A_DEVICE_PAGE);
	EXPECT_EQ(1, genl_u32(genl_nested(page, IFAX_A_PAGE_SEQ)));
	EXPECT_EQ(IFAX_PAGE_OK, genl_u32(genl_nested(page, IFAX_A_PAGE_STATUS)));
	EXPECT_EQ(LINES, genl_u32(genl_nested(page, IFAX_A_PAGE_LINES)));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_JOB_END_NTF));
	EXPECT_EQ(1, genl_u32(genl_attr(&self->reply, IFAX_A_DEVICE_JOB_PAGES)));
}

/* With no page under way and no file open */
TEST_F(netlink, sensor_events)
{
	struct sheet sheet;

	scan_page(_metadata, LINES);
	ASSERT_TRUE(genl_join(self->fd, &self->family, IFAX_MCGRP_EVENTS));
	sheet_draw(&sheet, WIDTH_PX, LINES, 2);
	ASSERT_TRUE(feeder_put(&sheet));
	EXPECT_TRUE(sensed(self, SCANNER, IFAX_STATE_DOCUMENT, IFAX_STATE_DOCUMENT));
	ASSERT_TRUE(set_sensor(FEEDER, "cover_open", 1));
	EXPECT_TRUE(sensed(self, SCANNER, IFAX_STATE_COVER_OPEN, IFAX_STATE_COVER_OPEN));
	ASSERT_TRUE(set_sensor(FEEDER, "cover_open", 0));
	EXPECT_TRUE(sensed(self, SCANNER, IFAX_STATE_COVER_OPEN, 0));
	ASSERT_TRUE(set_sensor(FEEDER, "jam", 1));
	EXPECT_TRUE(sensed(self, SCANNER, IFAX_STATE_JAM, IFAX_STATE_JAM));
	ASSERT_TRUE(set_sensor(FEEDER, "jam", 0));
	EXPECT_TRUE(sensed(self, SCANNER, IFAX_STATE_JAM, 0));
	ASSERT_TRUE(set_sensor(TRAY, "paper_sheets", 0));
	EXPECT_TRUE(sensed(self, PRINTER, IFAX_STATE_NO_PAPER, IFAX_STATE_NO_PAPER));
	ASSERT_TRUE(set_sensor(TRAY, "paper_sheets", 500));
	EXPECT_TRUE(sensed(self, PRINTER, IFAX_STATE_NO_PAPER, 0));
	ASSERT_TRUE(set_sensor(TRAY, "paper_sheets", 3));
	EXPECT_TRUE(sensed(self, PRINTER, IFAX_STATE_PAPER_LOW, IFAX_STATE_PAPER_LOW));
	ASSERT_TRUE(set_sensor(TRAY, "paper_sheets", 500));
	EXPECT_TRUE(sensed(self, PRINTER, IFAX_STATE_PAPER_LOW, 0));
	ASSERT_TRUE(set_sensor(TRAY, "toner_low", 1));
	EXPECT_TRUE(sensed(self, PRINTER, IFAX_STATE_TONER_LOW, IFAX_STATE_TONER_LOW));
	ASSERT_TRUE(set_sensor(TRAY, "toner_low", 0));
	EXPECT_TRUE(sensed(self, PRINTER, IFAX_STATE_TONER_LOW, 0));
	sheet_free(&sheet);
}

TEST_F(netlink, start_key)
{
	ASSERT_TRUE(genl_join(self->fd, &self->family, IFAX_MCGRP_EVENTS));
	ASSERT_TRUE(set_sensor(FEEDER, "start_key", 7));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_KEY_NTF));
	EXPECT_EQ(7, genl_u32(genl_attr(&self->reply, IFAX_A_DEVICE_ONE_TOUCH)));
	ASSERT_TRUE(set_sensor(FEEDER, "start_key", 0));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_KEY_NTF));
	EXPECT_EQ(0, genl_u32(genl_attr(&self->reply, IFAX_A_DEVICE_ONE_TOUCH)));
}

TEST_F(netlink, device_events)
{
	ASSERT_TRUE(genl_join(self->fd, &self->family, IFAX_MCGRP_EVENTS));
	ASSERT_TRUE(driver_unbind(SCANNER));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_DEVICE_REMOVED_NTF));
	ASSERT_TRUE(driver_bind(SCANNER));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_DEVICE_ADDED_NTF));
	EXPECT_EQ(IFAX_KIND_SCANNER, genl_u32(genl_attr(&self->reply, IFAX_A_DEVICE_KIND)));
}

TEST_HARNESS_MAIN
