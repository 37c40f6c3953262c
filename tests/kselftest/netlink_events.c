// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: events, in the order in which they happen.
 */
#include <linux/ifax_netlink.h>
#include <kselftest_harness.h>
#include "talk.h"

#define LINES		40

FIXTURE(netlink_events)
{
	struct talk talk;
};

FIXTURE_SETUP(netlink_events)
{
	ASSERT_TRUE(set_line_rate(0));
	tray_empty();
	ASSERT_TRUE(talk_begin(&self->talk));
}

FIXTURE_TEARDOWN(netlink_events)
{
	talk_set_budget(&self->talk, SCANNER, 0);
	talk_end(&self->talk);
}

/* The next event of a device, past those of others and those not asked for */
static bool event(FIXTURE_DATA(netlink_events) * self, const char *device, uint8_t cmd)
{
	while (genl_take(self->talk.fd, &self->talk.reply, PATIENCE_MS) > 0)
		if (self->talk.reply.genl.cmd == cmd &&
		    !strcmp(device, genl_string(genl_attr(&self->talk.reply, IFAX_A_DEVICE_NAME))))
			return true;
	return false;
}

/* The sensor is seen to change to a state */
static bool sensed(FIXTURE_DATA(netlink_events) * self, const char *device, uint32_t flag, uint32_t state)
{
	while (event(self, device, IFAX_CMD_STATE_NTF))
		if (genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_CHANGED)) & flag)
			return (genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_STATE)) & flag) ==
			       state;
	return false;
}

TEST_F(netlink_events, page_events)
{
	const struct nlattr *page;

	ASSERT_TRUE(genl_join(self->talk.fd, &self->talk.family, IFAX_MCGRP_EVENTS));
	ASSERT_TRUE(genl_join(self->talk.fd, &self->talk.family, IFAX_MCGRP_JOBS));
	EXPECT_EQ(IFAX_PAGE_OK, scan_page(LINES));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_JOB_BEGIN_NTF));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_PAGE_BEGIN_NTF));
	page = genl_attr(&self->talk.reply, IFAX_A_DEVICE_PAGE);
	EXPECT_EQ(1, genl_u32(genl_nested(page, IFAX_A_PAGE_SEQ)));
	EXPECT_EQ(IFAX_CODING_MMR, genl_u32(genl_nested(page, IFAX_A_PAGE_CODING)));
	EXPECT_EQ(NULL, genl_nested(page, IFAX_A_PAGE_STATUS));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_PAGE_END_NTF));
	page = genl_attr(&self->talk.reply, IFAX_A_DEVICE_PAGE);
	EXPECT_EQ(1, genl_u32(genl_nested(page, IFAX_A_PAGE_SEQ)));
	EXPECT_EQ(IFAX_PAGE_OK, genl_u32(genl_nested(page, IFAX_A_PAGE_STATUS)));
	EXPECT_EQ(LINES, genl_u32(genl_nested(page, IFAX_A_PAGE_LINES)));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_JOB_END_NTF));
	EXPECT_EQ(1, genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_JOB_PAGES)));
}

/* With no page under way and no file open */
TEST_F(netlink_events, sensor_events)
{
	struct sheet sheet;

	scan_page(LINES);
	ASSERT_TRUE(genl_join(self->talk.fd, &self->talk.family, IFAX_MCGRP_EVENTS));
	sheet_draw(&sheet, A4_WIDTH_PX, LINES, 2);
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

TEST_F(netlink_events, start_key)
{
	ASSERT_TRUE(genl_join(self->talk.fd, &self->talk.family, IFAX_MCGRP_EVENTS));
	ASSERT_TRUE(set_sensor(FEEDER, "start_key", 7));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_KEY_NTF));
	EXPECT_EQ(7, genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_ONE_TOUCH)));
	ASSERT_TRUE(set_sensor(FEEDER, "start_key", 0));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_KEY_NTF));
	EXPECT_EQ(0, genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_ONE_TOUCH)));
}

TEST_F(netlink_events, device_events)
{
	ASSERT_TRUE(genl_join(self->talk.fd, &self->talk.family, IFAX_MCGRP_EVENTS));
	ASSERT_TRUE(driver_unbind(SCANNER));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_DEVICE_REMOVED_NTF));
	ASSERT_TRUE(driver_bind(SCANNER));
	EXPECT_TRUE(event(self, SCANNER, IFAX_CMD_DEVICE_ADDED_NTF));
	EXPECT_EQ(IFAX_KIND_SCANNER, genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_KIND)));
}

TEST_HARNESS_MAIN
