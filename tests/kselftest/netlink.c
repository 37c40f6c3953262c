// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: devices as they are, and what they have done.
 */
#include <linux/ifax_netlink.h>
#include <kselftest_harness.h>
#include "talk.h"

#define LINES		40
#define BUDGET_BYTES	(256 * 1024)
/* Noise, coded, needs more than this */
#define NOISE_LINES		600
#define NOISE_BUDGET_BYTES	(64 * 1024)

FIXTURE(netlink)
{
	struct talk talk;
};

FIXTURE_SETUP(netlink)
{
	ASSERT_TRUE(set_line_rate(0));
	tray_empty();
	ASSERT_TRUE(talk_begin(&self->talk));
}

FIXTURE_TEARDOWN(netlink)
{
	talk_set_budget(&self->talk, SCANNER, 0);
	talk_end(&self->talk);
}

TEST_F(netlink, device)
{
	talk_ask(&self->talk, IFAX_CMD_DEVICE_GET, PRINTER);
	ASSERT_EQ(0, talk_call(&self->talk));
	EXPECT_STREQ(PRINTER, genl_string(genl_attr(&self->talk.reply, IFAX_A_DEVICE_NAME)));
	EXPECT_EQ(IFAX_KIND_PRINTER, genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_KIND)));
	EXPECT_EQ(0, genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_STATE)));
	EXPECT_EQ(0, genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_PAGES_QUEUED)));
	EXPECT_EQ(0, genl_u64(genl_attr(&self->talk.reply, IFAX_A_DEVICE_BUDGET_USED_BYTES)));
	EXPECT_EQ(BUDGET_KIB * 1024ULL,
		  genl_u64(genl_attr(&self->talk.reply, IFAX_A_DEVICE_BUDGET_BYTES)));
}

TEST_F(netlink, device_refused)
{
	uint64_t bytes = BUDGET_BYTES;

	talk_ask(&self->talk, IFAX_CMD_DEVICE_GET, "scan99");
	EXPECT_EQ(-ENODEV, talk_call(&self->talk));
	EXPECT_STREQ("there is no device of this name", self->talk.text);
	talk_ask(&self->talk, IFAX_CMD_DEVICE_GET, NULL);
	EXPECT_EQ(-EINVAL, talk_call(&self->talk));
	EXPECT_STREQ("the name of the device is missing", self->talk.text);
	talk_ask(&self->talk, IFAX_CMD_DEVICE_GET, "a name that is far too long for a device");
	EXPECT_EQ(-EINVAL, talk_call(&self->talk));
	/* What only another request takes */
	talk_ask(&self->talk, IFAX_CMD_DEVICE_GET, SCANNER);
	genl_put(&self->talk.request, IFAX_A_DEVICE_BUDGET_BYTES, &bytes, sizeof(bytes));
	EXPECT_EQ(-EINVAL, talk_call(&self->talk));
	talk_ask(&self->talk, IFAX_CMD_JOB_END_NTF, SCANNER);
	EXPECT_EQ(-EOPNOTSUPP, talk_call(&self->talk));
}

/* What has no meaning yet can get one later only if nobody sends it */
TEST_F(netlink, reserved)
{
	talk_ask(&self->talk, IFAX_CMD_DEVICE_GET, SCANNER);
	self->talk.request.genl.reserved = 1;
	EXPECT_EQ(-EINVAL, talk_call(&self->talk));
	talk_ask(&self->talk, IFAX_CMD_DEVICE_GET, SCANNER);
	self->talk.request.netlink.nlmsg_flags |= 0x8000;
	EXPECT_EQ(-EINVAL, talk_call(&self->talk));
	talk_ask(&self->talk, IFAX_CMD_DEVICE_GET, SCANNER);
	EXPECT_EQ(0, talk_call(&self->talk));
}

TEST_F(netlink, dump)
{
	talk_ask(&self->talk, IFAX_CMD_DEVICE_GET, NULL);
	self->talk.request.netlink.nlmsg_flags |= NLM_F_DUMP;
	ASSERT_TRUE(genl_send(self->talk.fd, &self->talk.request));
	EXPECT_EQ(2, genl_take(self->talk.fd, &self->talk.reply, PATIENCE_MS));
	EXPECT_NE(0, self->talk.reply.netlink.nlmsg_flags & NLM_F_MULTI);
	EXPECT_EQ(1, genl_take(self->talk.fd, &self->talk.reply, PATIENCE_MS));
	EXPECT_EQ(NLMSG_DONE, self->talk.reply.netlink.nlmsg_type);
}

TEST_F(netlink, dump_takes_no_attributes)
{
	int err;

	talk_ask(&self->talk, IFAX_CMD_DEVICE_GET, SCANNER);
	self->talk.request.netlink.nlmsg_flags |= NLM_F_DUMP;
	ASSERT_TRUE(genl_send(self->talk.fd, &self->talk.request));
	ASSERT_EQ(1, genl_take(self->talk.fd, &self->talk.reply, PATIENCE_MS));
	/* The error takes the place of the family's header */
	ASSERT_EQ(NLMSG_DONE, self->talk.reply.netlink.nlmsg_type);
	memcpy(&err, &self->talk.reply.genl, sizeof(err));
	EXPECT_EQ(-EINVAL, err);
	EXPECT_STREQ("a dump takes no attributes",
		     genl_string(genl_attr(&self->talk.reply, NLMSGERR_ATTR_MSG)));
}

static uint64_t counter(FIXTURE_DATA(netlink) * self, uint16_t type)
{
	talk_ask(&self->talk, IFAX_CMD_DEVICE_GET, SCANNER);
	if (talk_call(&self->talk))
		return UINT64_MAX;
	return genl_u64(genl_nested(genl_attr(&self->talk.reply, IFAX_A_DEVICE_COUNTERS), type));
}

TEST_F(netlink, counters)
{
	const struct nlattr *fault;
	uint64_t pages, lines;

	scan_page(LINES);
	pages = counter(self, IFAX_A_COUNTERS_PAGES);
	lines = counter(self, IFAX_A_COUNTERS_LINES);
	EXPECT_EQ(IFAX_PAGE_OK, scan_page(LINES));
	EXPECT_EQ(pages + 1, counter(self, IFAX_A_COUNTERS_PAGES));
	EXPECT_EQ(lines + LINES, counter(self, IFAX_A_COUNTERS_LINES));
	EXPECT_LT(0, counter(self, IFAX_A_COUNTERS_BYTES));
	EXPECT_LT(0, counter(self, IFAX_A_COUNTERS_BAND_NS_MAX));
	EXPECT_GT(UINT64_MAX, counter(self, IFAX_A_COUNTERS_BAND_NS_MAX));

	ASSERT_TRUE(order_fault("scan0", "jam line=20"));
	EXPECT_EQ(IFAX_PAGE_JAM, scan_page(LINES));
	ASSERT_TRUE(set_sensor(FEEDER, "jam", 0));
	EXPECT_EQ(pages + 2, counter(self, IFAX_A_COUNTERS_PAGES));
	fault = genl_nested(genl_attr(&self->talk.reply, IFAX_A_DEVICE_COUNTERS),
			    IFAX_A_COUNTERS_FAULT);
	EXPECT_EQ(IFAX_PAGE_JAM, genl_u32(genl_nested(fault, IFAX_A_FAULT_STATUS)));
	EXPECT_LE(1, genl_u64(genl_nested(fault, IFAX_A_FAULT_PAGES)));
}

/* How often the motor had to wait, not for how long */
TEST_F(netlink, pauses)
{
	uint64_t pauses = counter(self, IFAX_A_COUNTERS_PAUSES);
	int fd = ifax_open_scanner(SCANNER, 0);
	struct ifax_page_record record;
	struct coded coded;
	struct sheet sheet;

	ASSERT_LE(0, fd);
	EXPECT_EQ(IFAX_PAGE_OK, scan_page_of(fd, LINES));
	EXPECT_EQ(pauses, counter(self, IFAX_A_COUNTERS_PAUSES));

	sheet_noise(&sheet, A4_WIDTH_PX, NOISE_LINES, 1);
	ASSERT_TRUE(feeder_put(&sheet));
	ASSERT_EQ(0, talk_set_budget(&self->talk, SCANNER, NOISE_BUDGET_BYTES));
	ASSERT_EQ(0, ifax_start(fd));
	ASSERT_TRUE(wait_for_state(fd, IFAX_STATE_PAUSED, IFAX_STATE_PAUSED));
	EXPECT_EQ(pauses + 1, counter(self, IFAX_A_COUNTERS_PAUSES));
	EXPECT_EQ(IFAX_STATE_PAUSED | IFAX_STATE_BUSY | IFAX_STATE_LAMP_ON,
		  genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_STATE)));
	ASSERT_EQ(0, talk_set_budget(&self->talk, SCANNER, 0));
	EXPECT_LT(0, read_page(fd, &coded));
	EXPECT_EQ(0, ifax_get_page(fd, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_LE(pauses + 1, counter(self, IFAX_A_COUNTERS_PAUSES));
	coded_free(&coded);
	sheet_free(&sheet);
	close(fd);
}

TEST_HARNESS_MAIN
