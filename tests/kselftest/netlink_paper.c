// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: paper trays, duplex unit and lamp. The simulator was loaded
 * with trays=a4,a3-lef:5,1000x1500:100 duplex=y; see tests/vm/guest/kselftest.
 */
#include <linux/ifax_netlink.h>
#include <kselftest_harness.h>
#include "talk.h"

#define LINES	40
/* A page of a fax is wider than A4, this one is not */
#define WIDTH_PX	1600
/* Long enough for a sheet to be seen in the duplex unit */
#define FEED_MS	3000
#define TRAYS	3
#define A4	0
#define A3	1
#define OWN	2

FIXTURE(netlink_paper)
{
	struct talk talk;
	int printer;
	struct ifax_format format;
	struct sheet sheet;
};

FIXTURE_SETUP(netlink_paper)
{
	struct ifax_caps caps;

	ASSERT_TRUE(set_line_rate(0));
	tray_empty();
	ASSERT_TRUE(talk_begin(&self->talk));
	self->printer = ifax_open_printer(PRINTER, 0);
	ASSERT_LE(0, self->printer);
	ASSERT_EQ(0, ifax_get_caps(self->printer, &caps));
	EXPECT_EQ(1U << IFAX_SIDES_FRONT | 1U << IFAX_SIDES_BOTH, caps.sides);
	ASSERT_EQ(0, ifax_get_format(self->printer, &self->format));
	self->format.width_px = WIDTH_PX;
	self->format.scaling = IFAX_SCALING_ENGINE;
	sheet_draw(&self->sheet, WIDTH_PX, LINES, 1);
}

FIXTURE_TEARDOWN(netlink_paper)
{
	sheet_free(&self->sheet);
	close(self->printer);
	talk_end(&self->talk);
	order_trays("print0", "0 a4:500");
	order_trays("print0", "1 a3-lef:5");
	order_trays("print0", "1 in");
	set_feed_ms(0);
}

static bool ask(FIXTURE_DATA(netlink_paper) *self, const char *device)
{
	talk_ask(&self->talk, IFAX_CMD_DEVICE_GET, device);
	return !talk_call(&self->talk);
}

static const struct nlattr *tray(FIXTURE_DATA(netlink_paper) *self, uint32_t number)
{
	return genl_attr_nth(&self->talk.reply, IFAX_A_DEVICE_TRAY, number);
}

static uint32_t of_tray(FIXTURE_DATA(netlink_paper) *self, uint32_t number, uint16_t type)
{
	return genl_u32(genl_nested(tray(self, number), type));
}

/* Which tray was chosen last, -1: none */
static int chosen(FIXTURE_DATA(netlink_paper) *self)
{
	int found = -1, i;

	if (!ask(self, PRINTER))
		return -2;
	for (i = 0; i < TRAYS; i++)
		if (genl_nested(tray(self, i), IFAX_A_TRAY_CHOSEN))
			found = found < 0 ? i : -3;
	return found;
}

static bool event(FIXTURE_DATA(netlink_paper) *self, const char *device, uint8_t cmd)
{
	while (genl_take(self->talk.fd, &self->talk.reply, PATIENCE_MS) > 0)
		if (self->talk.reply.genl.cmd == cmd &&
		    !strcmp(device, genl_string(genl_attr(&self->talk.reply, IFAX_A_DEVICE_NAME))))
			return true;
	return false;
}

/* The tray is told to have come to a level */
static bool comes_to(FIXTURE_DATA(netlink_paper) *self, uint32_t number, uint32_t level)
{
	while (event(self, PRINTER, IFAX_CMD_TRAYS_NTF))
		if (of_tray(self, number, IFAX_A_TRAY_LEVEL) == level)
			return true;
	return false;
}

/* A bit of the state is told to have changed to what is wanted */
static bool turns(FIXTURE_DATA(netlink_paper) *self, const char *device, uint32_t flag, bool on)
{
	while (event(self, device, IFAX_CMD_STATE_NTF))
		if (genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_CHANGED)) & flag)
			return !(genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_STATE)) &
				 flag) == !on;
	return false;
}

static uint32_t print_page(FIXTURE_DATA(netlink_paper) *self, const struct sheet *sheet)
{
	struct ifax_page_record record;

	if (ifax_set_format(self->printer, &self->format) ||
	    !write_sheet(self->printer, &self->format, sheet) || ifax_commit(self->printer) ||
	    ifax_finish(self->printer) || ifax_get_page(self->printer, &record))
		return UINT32_MAX;
	return record.status;
}

/* Before the first sheet was drawn: the tests run in this order */
TEST_F(netlink_paper, trays)
{
	EXPECT_EQ(-1, chosen(self));
	EXPECT_EQ(NULL, tray(self, TRAYS));
	EXPECT_EQ(A4, of_tray(self, A4, IFAX_A_TRAY_NUMBER));
	EXPECT_EQ(IFAX_PAPER_A4, of_tray(self, A4, IFAX_A_TRAY_PAPER));
	EXPECT_EQ(2100, of_tray(self, A4, IFAX_A_TRAY_X_DMM));
	EXPECT_EQ(2970, of_tray(self, A4, IFAX_A_TRAY_Y_DMM));
	EXPECT_EQ(IFAX_TRAY_LEVEL_GOOD, of_tray(self, A4, IFAX_A_TRAY_LEVEL));
	EXPECT_EQ(IFAX_PAPER_A3, of_tray(self, A3, IFAX_A_TRAY_PAPER));
	EXPECT_EQ(4200, of_tray(self, A3, IFAX_A_TRAY_X_DMM));
	EXPECT_EQ(2970, of_tray(self, A3, IFAX_A_TRAY_Y_DMM));
	EXPECT_EQ(IFAX_TRAY_LEVEL_LOW, of_tray(self, A3, IFAX_A_TRAY_LEVEL));
	EXPECT_EQ(OWN, of_tray(self, OWN, IFAX_A_TRAY_NUMBER));
	EXPECT_EQ(IFAX_PAPER_AUTO, of_tray(self, OWN, IFAX_A_TRAY_PAPER));
	EXPECT_EQ(1000, of_tray(self, OWN, IFAX_A_TRAY_X_DMM));
	EXPECT_EQ(1500, of_tray(self, OWN, IFAX_A_TRAY_Y_DMM));
	EXPECT_EQ(1U << IFAX_SIDES_FRONT | 1U << IFAX_SIDES_BOTH,
		  genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_SIDES)));
	ASSERT_TRUE(ask(self, SCANNER));
	EXPECT_EQ(NULL, tray(self, 0));
}

/* What people lay in and pull out is seen, and told to who listens */
TEST_F(netlink_paper, levels)
{
	ASSERT_TRUE(genl_join(self->talk.fd, &self->talk.family, IFAX_MCGRP_EVENTS));
	ASSERT_TRUE(order_trays("print0", "0 sheets=3"));
	EXPECT_TRUE(comes_to(self, A4, IFAX_TRAY_LEVEL_LOW));
	EXPECT_EQ(IFAX_PAPER_A3, of_tray(self, A3, IFAX_A_TRAY_PAPER));
	ASSERT_TRUE(order_trays("print0", "0 sheets=0"));
	EXPECT_TRUE(comes_to(self, A4, IFAX_TRAY_LEVEL_EMPTY));
	ASSERT_TRUE(order_trays("print0", "1 out"));
	EXPECT_TRUE(comes_to(self, A3, IFAX_TRAY_LEVEL_OUT));
	EXPECT_EQ(IFAX_PAPER_AUTO, of_tray(self, A3, IFAX_A_TRAY_PAPER));
	ASSERT_TRUE(order_trays("print0", "0 letter:300"));
	EXPECT_TRUE(comes_to(self, A4, IFAX_TRAY_LEVEL_GOOD));
	EXPECT_EQ(IFAX_PAPER_LETTER, of_tray(self, A4, IFAX_A_TRAY_PAPER));
}

TEST_F(netlink_paper, chosen)
{
	self->format.paper = IFAX_PAPER_A3;
	ASSERT_EQ(IFAX_PAGE_OK, print_page(self, &self->sheet));
	EXPECT_EQ(A3, chosen(self));
	self->format.paper = IFAX_PAPER_A4;
	ASSERT_TRUE(genl_join(self->talk.fd, &self->talk.family, IFAX_MCGRP_EVENTS));
	ASSERT_EQ(IFAX_PAGE_OK, print_page(self, &self->sheet));
	EXPECT_TRUE(event(self, PRINTER, IFAX_CMD_PAGE_BEGIN_NTF));
	EXPECT_EQ(A4, genl_u32(genl_nested(genl_attr(&self->talk.reply, IFAX_A_DEVICE_PAGE),
					   IFAX_A_PAGE_TRAY)));
	EXPECT_TRUE(event(self, PRINTER, IFAX_CMD_PAGE_END_NTF));
	EXPECT_EQ(A4, genl_u32(genl_nested(genl_attr(&self->talk.reply, IFAX_A_DEVICE_PAGE),
					   IFAX_A_PAGE_TRAY)));
	EXPECT_EQ(A4, chosen(self));
}

/* Paper that is not there may come; a page that is too large for it never gets smaller */
TEST_F(netlink_paper, too_large)
{
	struct sheet large;

	sheet_draw(&large, WIDTH_PX, 2 * 2376, 1);
	self->format.paper = IFAX_PAPER_B4;
	EXPECT_EQ(IFAX_PAGE_NO_PAPER, print_page(self, &self->sheet));
	self->format.wait_s = PATIENCE_MS / 1000;
	self->format.paper = IFAX_PAPER_A5;
	EXPECT_EQ(IFAX_PAGE_TOO_LARGE, print_page(self, &large));
	self->format.paper = IFAX_PAPER_A4;
	EXPECT_EQ(IFAX_PAGE_TOO_LARGE, print_page(self, &large));
	self->format.page_fit = IFAX_FIT_REDUCE;
	EXPECT_EQ(IFAX_PAGE_OK, print_page(self, &large));
	/* It would fit the other way round, but A4 lies there */
	sheet_free(&large);
	sheet_draw(&large, A4_WIDTH_PX, LINES, 1);
	self->format.width_px = A4_WIDTH_PX;
	self->format.page_fit = IFAX_FIT_SAME;
	EXPECT_EQ(IFAX_PAGE_TOO_LARGE, print_page(self, &large));
	sheet_free(&large);
}

TEST_F(netlink_paper, duplex)
{
	self->format.sides = IFAX_SIDES_BOTH;
	self->format.paper = IFAX_PAPER_A4;
	ASSERT_TRUE(genl_join(self->talk.fd, &self->talk.family, IFAX_MCGRP_EVENTS));
	ASSERT_EQ(0, ifax_set_format(self->printer, &self->format));
	ASSERT_TRUE(set_feed_ms(FEED_MS));
	ASSERT_TRUE(write_sheet(self->printer, &self->format, &self->sheet));
	ASSERT_EQ(0, ifax_commit(self->printer));
	ASSERT_TRUE(write_sheet(self->printer, &self->format, &self->sheet));
	ASSERT_EQ(0, ifax_commit(self->printer));
	EXPECT_TRUE(turns(self, PRINTER, IFAX_STATE_HELD, true));
	ASSERT_TRUE(set_feed_ms(0));
	EXPECT_TRUE(turns(self, PRINTER, IFAX_STATE_HELD, false));
}

TEST_F(netlink_paper, lamp)
{
	ASSERT_TRUE(ask(self, PRINTER));
	EXPECT_EQ(0, genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_STATE)) &
		  (IFAX_STATE_LAMP_ON | IFAX_STATE_FAILED));
	EXPECT_EQ(IFAX_PAGE_OK, scan_page(LINES));
	ASSERT_TRUE(ask(self, SCANNER));
	EXPECT_EQ(IFAX_STATE_LAMP_ON,
		  genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_STATE)));
	ASSERT_TRUE(order_fault("scan0", "lamp line=10"));
	EXPECT_EQ(IFAX_PAGE_HARDWARE, scan_page(LINES));
	ASSERT_TRUE(ask(self, SCANNER));
	EXPECT_NE(0, genl_u32(genl_attr(&self->talk.reply, IFAX_A_DEVICE_STATE)) &
		  IFAX_STATE_FAILED);
	EXPECT_EQ(IFAX_PAGE_OK, scan_page(LINES));
	/* It goes off some time after the last page, and that is told */
	ASSERT_TRUE(genl_join(self->talk.fd, &self->talk.family, IFAX_MCGRP_EVENTS));
	EXPECT_TRUE(turns(self, SCANNER, IFAX_STATE_LAMP_ON, false));
}

TEST_HARNESS_MAIN
