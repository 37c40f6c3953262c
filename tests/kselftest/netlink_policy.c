// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: policies, and who may set them.
 */
#include <linux/ifax_netlink.h>
#include <sys/wait.h>
#include <kselftest_harness.h>
#include "talk.h"

#define BUDGET_BYTES	(256 * 1024)

FIXTURE(netlink_policy)
{
	struct talk talk;
};

FIXTURE_SETUP(netlink_policy)
{
	ASSERT_TRUE(set_line_rate(0));
	tray_empty();
	ASSERT_TRUE(talk_begin(&self->talk));
}

FIXTURE_TEARDOWN(netlink_policy)
{
	talk_set_budget(&self->talk, SCANNER, 0);
	talk_end(&self->talk);
}

TEST_F(netlink_policy, budget)
{
	struct ifax_caps caps;
	int fd;

	ASSERT_EQ(0, talk_set_budget(&self->talk, SCANNER, BUDGET_BYTES));
	fd = ifax_open_scanner(SCANNER, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ifax_get_caps(fd, &caps));
	EXPECT_EQ(BUDGET_BYTES, caps.budget_bytes);
	ASSERT_EQ(0, talk_set_budget(&self->talk, SCANNER, 0));
	ASSERT_EQ(0, ifax_get_caps(fd, &caps));
	EXPECT_EQ(BUDGET_KIB * 1024ULL, caps.budget_bytes);
	close(fd);
}

TEST_F(netlink_policy, budget_refused)
{
	EXPECT_EQ(-ERANGE, talk_set_budget(&self->talk, SCANNER, 100));
	EXPECT_STREQ("the budget is smaller than a memory page", self->talk.text);
	EXPECT_EQ(-ENODEV, talk_set_budget(&self->talk, "scan99", BUDGET_BYTES));
	talk_ask(&self->talk, IFAX_CMD_POLICY_SET, SCANNER);
	EXPECT_EQ(-EINVAL, talk_call(&self->talk));
	EXPECT_STREQ("no policy to set: the budget is missing", self->talk.text);
}

/* Anyone may look, only the administrator may change */
TEST_F(netlink_policy, budget_needs_privilege)
{
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		close(self->talk.fd);
		if (setuid(65534))
			_exit(1);
		self->talk.fd = genl_open();
		talk_ask(&self->talk, IFAX_CMD_DEVICE_GET, SCANNER);
		if (talk_call(&self->talk))
			_exit(2);
		_exit(talk_set_budget(&self->talk, SCANNER, BUDGET_BYTES) == -EPERM ? 0 : 3);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

/* Nobody has set it: an eighth of the memory */
TEST_F(netlink_policy, total_budget)
{
	uint64_t bytes = BUDGET_BYTES, zero = 0, small = 100;

	talk_ask(&self->talk, IFAX_CMD_POLICY_GET, NULL);
	ASSERT_EQ(0, talk_call(&self->talk));
	EXPECT_EQ(NULL, genl_attr(&self->talk.reply, IFAX_A_DEVICE_BUDGET_BYTES));
	EXPECT_EQ(total_budget_default_kib() * 1024ULL,
		  genl_u64(genl_attr(&self->talk.reply, IFAX_A_DEVICE_TOTAL_BUDGET_BYTES)));
	EXPECT_EQ(0, genl_u64(genl_attr(&self->talk.reply, IFAX_A_DEVICE_TOTAL_BUDGET_USED_BYTES)));

	/* All of it or nothing */
	talk_ask(&self->talk, IFAX_CMD_POLICY_SET, SCANNER);
	genl_put(&self->talk.request, IFAX_A_DEVICE_BUDGET_BYTES, &bytes, sizeof(bytes));
	genl_put(&self->talk.request, IFAX_A_DEVICE_TOTAL_BUDGET_BYTES, &small, sizeof(small));
	EXPECT_EQ(-ERANGE, talk_call(&self->talk));
	talk_ask(&self->talk, IFAX_CMD_POLICY_GET, SCANNER);
	ASSERT_EQ(0, talk_call(&self->talk));
	EXPECT_EQ(BUDGET_KIB * 1024ULL,
		  genl_u64(genl_attr(&self->talk.reply, IFAX_A_DEVICE_BUDGET_BYTES)));

	talk_ask(&self->talk, IFAX_CMD_POLICY_SET, NULL);
	genl_put(&self->talk.request, IFAX_A_DEVICE_TOTAL_BUDGET_BYTES, &bytes, sizeof(bytes));
	ASSERT_EQ(0, talk_call(&self->talk));
	talk_ask(&self->talk, IFAX_CMD_POLICY_GET, SCANNER);
	ASSERT_EQ(0, talk_call(&self->talk));
	EXPECT_STREQ(SCANNER, genl_string(genl_attr(&self->talk.reply, IFAX_A_DEVICE_NAME)));
	EXPECT_EQ(bytes, genl_u64(genl_attr(&self->talk.reply, IFAX_A_DEVICE_TOTAL_BUDGET_BYTES)));
	talk_ask(&self->talk, IFAX_CMD_POLICY_SET, NULL);
	genl_put(&self->talk.request, IFAX_A_DEVICE_TOTAL_BUDGET_BYTES, &zero, sizeof(zero));
	EXPECT_EQ(0, talk_call(&self->talk));
	talk_ask(&self->talk, IFAX_CMD_POLICY_GET, "scan99");
	EXPECT_EQ(-ENODEV, talk_call(&self->talk));
}

TEST_HARNESS_MAIN
