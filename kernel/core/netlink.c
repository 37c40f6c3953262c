// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: who asks gets a device as it is now, who may
 * changes the budgets.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "netlink.h"

/* @cb: a dump, or NULL */
static int put_message(struct sk_buff *msg, struct ifax_device *idev, u32 portid, u32 seq,
		       struct netlink_callback *cb)
{
	int flags = cb ? NLM_F_MULTI : 0;
	void *header = genlmsg_put(msg, portid, seq, &ifax_nl_family, flags, IFAX_CMD_DEVICE_GET);
	struct ifax_paper_path path;
	int err = -ENODEV;

	if (!header)
		return -EMSGSIZE;
	mutex_lock(&idev->op_lock);
	if (!idev->gone) {
		ifax_engine_look(idev, &path);
		mutex_lock(&idev->lock);
		err = ifax_nl_put_device(msg, idev, &path);
		mutex_unlock(&idev->lock);
	}
	mutex_unlock(&idev->op_lock);
	if (err) {
		genlmsg_cancel(msg, header);
		return err;
	}
	if (cb)
		genl_dump_check_consistent(cb, header);
	genlmsg_end(msg, header);
	return 0;
}

/* The device that a request names, with a reference */
static struct ifax_device *find_device(struct genl_info *info)
{
	struct nlattr *name = info->attrs[IFAX_A_DEVICE_NAME];
	struct ifax_device *idev;

	if (!name) {
		NL_SET_ERR_MSG(info->extack, "the name of the device is missing");
		return ERR_PTR(-EINVAL);
	}
	idev = ifax_device_find(nla_data(name));
	if (idev)
		return idev;
	NL_SET_ERR_MSG_ATTR(info->extack, name, "there is no device of this name");
	return ERR_PTR(-ENODEV);
}

static int get_device_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ifax_device *idev = find_device(info);
	struct sk_buff *msg;
	int err;

	if (IS_ERR(idev))
		return PTR_ERR(idev);
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	err = msg ? put_message(msg, idev, info->snd_portid, info->snd_seq, NULL) : -ENOMEM;
	ifax_device_put(idev);
	if (!err)
		return genlmsg_reply(msg, info);
	nlmsg_free(msg);
	return err;
}

/**
 * struct device_dump - how far a dump is
 * @msg: message
 * @cb: netlink's own; args[0] counts the devices that were sent
 * @at: number of the device that is looked at
 */
struct device_dump {
	struct sk_buff *msg;
	struct netlink_callback *cb;
	long at;
};

static int dump_one(struct ifax_device *idev, void *data)
{
	struct device_dump *dump = data;
	int err;

	if (dump->at++ < dump->cb->args[0])
		return 0;
	err = put_message(dump->msg, idev, NETLINK_CB(dump->cb->skb).portid,
			  dump->cb->nlh->nlmsg_seq, dump->cb);
	if (err && err != -ENODEV)
		return err;
	dump->cb->args[0]++;
	return 0;
}

static int get_device_dumpit(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct device_dump dump = { .msg = msg, .cb = cb };
	int err;

	if (nlmsg_attrlen(cb->nlh, GENL_HDRLEN)) {
		NL_SET_ERR_MSG(cb->extack, "a dump takes no attributes");
		return -EINVAL;
	}
	/* Who finds it changed in the middle asks again */
	cb->seq = ifax_device_generation();
	err = ifax_device_for_each(&dump, dump_one);
	return msg->len ?: err;
}

static int put_policy(struct sk_buff *msg, struct ifax_device *idev, struct genl_info *info)
{
	void *header = genlmsg_put(msg, info->snd_portid, info->snd_seq, &ifax_nl_family, 0,
				   IFAX_CMD_POLICY_GET);

	if (!header ||
	    (idev && (ifax_nl_put_name(msg, idev) ||
		      ifax_nl_put_budget(msg, &idev->budget, IFAX_A_DEVICE_BUDGET_BYTES,
					 IFAX_A_DEVICE_BUDGET_USED_BYTES))) ||
	    ifax_nl_put_budget(msg, &ifax_total_budget, IFAX_A_DEVICE_TOTAL_BUDGET_BYTES,
			       IFAX_A_DEVICE_TOTAL_BUDGET_USED_BYTES))
		return -EMSGSIZE;
	genlmsg_end(msg, header);
	return 0;
}

static int get_policy_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ifax_device *idev = NULL;
	struct sk_buff *msg;
	int err;

	if (info->attrs[IFAX_A_DEVICE_NAME])
		idev = find_device(info);
	if (IS_ERR(idev))
		return PTR_ERR(idev);
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	err = msg ? put_policy(msg, idev, info) : -ENOMEM;
	if (idev)
		ifax_device_put(idev);
	if (!err)
		return genlmsg_reply(msg, info);
	nlmsg_free(msg);
	return err;
}

static int check_budget(const struct nlattr *budget, struct genl_info *info)
{
	if (!budget || !nla_get_u64(budget) || nla_get_u64(budget) >= PAGE_SIZE)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, budget, "the budget is smaller than a memory page");
	return -ERANGE;
}

static int set_policy_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *total = info->attrs[IFAX_A_DEVICE_TOTAL_BUDGET_BYTES];
	struct nlattr *budget = info->attrs[IFAX_A_DEVICE_BUDGET_BYTES];
	struct ifax_device *idev;
	int err;

	if (!budget && !total) {
		NL_SET_ERR_MSG(info->extack, "no policy to set: the budget is missing");
		return -EINVAL;
	}
	err = check_budget(budget, info) ?: check_budget(total, info);
	if (err)
		return err;
	if (budget) {
		idev = find_device(info);
		if (IS_ERR(idev))
			return PTR_ERR(idev);
		ifax_budget_set(&idev->budget, nla_get_u64(budget));
		ifax_device_put(idev);
	}
	if (total)
		ifax_budget_set(&ifax_total_budget, nla_get_u64(total));
	return 0;
}

#define DEVICE_NAME_POLICY \
	[IFAX_A_DEVICE_NAME] = { .type = NLA_NUL_STRING, .len = IFAX_DEVICE_NAME_BYTES - 1 }

static const struct nla_policy get_device_policy[] = {
	DEVICE_NAME_POLICY,
};

static const struct nla_policy set_policy_policy[] = {
	DEVICE_NAME_POLICY,
	[IFAX_A_DEVICE_BUDGET_BYTES] = { .type = NLA_U64 },
	[IFAX_A_DEVICE_TOTAL_BUDGET_BYTES] = { .type = NLA_U64 },
};

static const struct genl_multicast_group groups[] = {
	[IFAX_NL_EVENTS] = { .name = IFAX_MCGRP_EVENTS },
	[IFAX_NL_JOBS] = { .name = IFAX_MCGRP_JOBS },
};

static const struct genl_ops ops[] = {
	{
		.cmd = IFAX_CMD_DEVICE_GET,
		.doit = get_device_doit,
		.dumpit = get_device_dumpit,
		.policy = get_device_policy,
		.maxattr = ARRAY_SIZE(get_device_policy) - 1,
	},
	{
		.cmd = IFAX_CMD_POLICY_GET,
		.doit = get_policy_doit,
		.policy = get_device_policy,
		.maxattr = ARRAY_SIZE(get_device_policy) - 1,
	},
	{
		.cmd = IFAX_CMD_POLICY_SET,
		.doit = set_policy_doit,
		.flags = GENL_ADMIN_PERM,
		.policy = set_policy_policy,
		.maxattr = ARRAY_SIZE(set_policy_policy) - 1,
	},
};

struct genl_family ifax_nl_family __ro_after_init = {
	.name = IFAX_GENL_NAME,
	.version = IFAX_GENL_VERSION,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
	.parallel_ops = true,
};

int __init ifax_netlink_init(void)
{
	return genl_register_family(&ifax_nl_family);
}

void ifax_netlink_exit(void)
{
	genl_unregister_family(&ifax_nl_family);
}
