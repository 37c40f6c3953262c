// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: who asks gets a device as it is now, who listens
 * hears what happens. A message that cannot be allocated is lost to those who
 * listen, never to the page.
 */
#include <linux/ifax_netlink.h>
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "core.h"

enum ifax_group { GROUP_EVENTS, GROUP_JOBS };

static const struct genl_multicast_group groups[] = {
	[GROUP_EVENTS] = { .name = IFAX_MCGRP_EVENTS },
	[GROUP_JOBS] = { .name = IFAX_MCGRP_JOBS },
};

static struct genl_family ifax_family;

static int put_faults(struct sk_buff *msg, const struct ifax_counters *counters)
{
	struct nlattr *nest;
	u32 status;

	for (status = IFAX_PAGE_OK + 1; status < IFAX_PAGE_STATUSES; status++) {
		if (!counters->ended[status])
			continue;
		nest = nla_nest_start(msg, IFAX_A_COUNTERS_FAULT);
		if (!nest || nla_put_u32(msg, IFAX_A_FAULT_STATUS, status) ||
		    nla_put_u64_64bit(msg, IFAX_A_FAULT_PAGES, counters->ended[status],
				      IFAX_A_FAULT_PAD))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

static int put_counters(struct sk_buff *msg, const struct ifax_counters *counters)
{
	struct nlattr *nest = nla_nest_start(msg, IFAX_A_DEVICE_COUNTERS);
	u64 pages = 0;
	u32 status;

	for (status = 0; status < IFAX_PAGE_STATUSES; status++)
		pages += counters->ended[status];
	if (!nest ||
	    nla_put_u64_64bit(msg, IFAX_A_COUNTERS_PAGES, pages, IFAX_A_COUNTERS_PAD) ||
	    nla_put_u64_64bit(msg, IFAX_A_COUNTERS_LINES, counters->lines, IFAX_A_COUNTERS_PAD) ||
	    nla_put_u64_64bit(msg, IFAX_A_COUNTERS_BYTES, counters->bytes, IFAX_A_COUNTERS_PAD) ||
	    nla_put_u64_64bit(msg, IFAX_A_COUNTERS_BAND_NS_MAX, counters->band_ns_max,
			      IFAX_A_COUNTERS_PAD) ||
	    nla_put_u64_64bit(msg, IFAX_A_COUNTERS_PAUSES, counters->pauses,
			      IFAX_A_COUNTERS_PAD) ||
	    put_faults(msg, counters))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_page_attrs(struct sk_buff *msg, const struct ifax_page *page)
{
	const struct ifax_page_record *record = &page->record;
	struct nlattr *nest = nla_nest_start(msg, IFAX_A_DEVICE_PAGE);

	if (!nest || nla_put_u32(msg, IFAX_A_PAGE_SEQ, record->seq) ||
	    nla_put_u32(msg, IFAX_A_PAGE_CODING, page->format.coding))
		return -EMSGSIZE;
	if (page->stage == IFAX_STAGE_ENDED &&
	    (nla_put_u32(msg, IFAX_A_PAGE_STATUS, record->status) ||
	     nla_put_u32(msg, IFAX_A_PAGE_LINES, record->lines) ||
	     nla_put_u64_64bit(msg, IFAX_A_PAGE_BYTES, record->bytes, IFAX_A_PAGE_PAD) ||
	     (record->fault_line &&
	      nla_put_u32(msg, IFAX_A_PAGE_FAULT_LINE, record->fault_line))))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_name(struct sk_buff *msg, struct ifax_device *idev)
{
	return nla_put_string(msg, IFAX_A_DEVICE_NAME, dev_name(&idev->dev)) ||
	       nla_put_u32(msg, IFAX_A_DEVICE_KIND, idev->caps.kind) ? -EMSGSIZE : 0;
}

static int put_budget(struct sk_buff *msg, const struct ifax_budget *budget, int limit, int used)
{
	return nla_put_u64_64bit(msg, limit, ifax_budget_bytes(budget), IFAX_A_DEVICE_PAD) ||
	       nla_put_u64_64bit(msg, used, ifax_budget_used_bytes(budget), IFAX_A_DEVICE_PAD) ?
	       -EMSGSIZE : 0;
}

static int put_device_locked(struct sk_buff *msg, struct ifax_device *idev, u32 state)
{
	lockdep_assert_held(&idev->lock);
	if (idev->engine_page)
		state |= IFAX_STATE_BUSY;
	if (idev->paused)
		state |= IFAX_STATE_PAUSED;
	if (put_name(msg, idev) || nla_put_u32(msg, IFAX_A_DEVICE_STATE, state) ||
	    nla_put_u32(msg, IFAX_A_DEVICE_PAGES_QUEUED,
			idev->job ? ifax_job_pages_queued(idev->job) : 0) ||
	    put_budget(msg, &idev->budget, IFAX_A_DEVICE_BUDGET_BYTES,
		       IFAX_A_DEVICE_BUDGET_USED_BYTES))
		return -EMSGSIZE;
	return put_counters(msg, &idev->counters);
}

static int put_message(struct sk_buff *msg, struct ifax_device *idev, u32 portid, u32 seq,
		       int flags)
{
	void *header = genlmsg_put(msg, portid, seq, &ifax_family, flags, IFAX_CMD_DEVICE_GET);
	int err = -ENODEV;

	if (!header)
		return -EMSGSIZE;
	mutex_lock(&idev->op_lock);
	if (!idev->gone) {
		u32 state = idev->ops.state(idev) & ~IFAX_STATE_BUSY;

		mutex_lock(&idev->lock);
		err = put_device_locked(msg, idev, state);
		mutex_unlock(&idev->lock);
	}
	mutex_unlock(&idev->op_lock);
	if (err)
		genlmsg_cancel(msg, header);
	else
		genlmsg_end(msg, header);
	return err;
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
	err = msg ? put_message(msg, idev, info->snd_portid, info->snd_seq, 0) : -ENOMEM;
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
			  dump->cb->nlh->nlmsg_seq, NLM_F_MULTI);
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
	err = ifax_device_for_each(&dump, dump_one);
	return msg->len ?: err;
}

static int put_policy(struct sk_buff *msg, struct ifax_device *idev, struct genl_info *info)
{
	void *header = genlmsg_put(msg, info->snd_portid, info->snd_seq, &ifax_family, 0,
				   IFAX_CMD_POLICY_GET);

	if (!header ||
	    (idev && (put_name(msg, idev) ||
		      put_budget(msg, &idev->budget, IFAX_A_DEVICE_BUDGET_BYTES,
				 IFAX_A_DEVICE_BUDGET_USED_BYTES))) ||
	    put_budget(msg, &ifax_total_budget, IFAX_A_DEVICE_TOTAL_BUDGET_BYTES,
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

/**
 * struct happening - what a message of a multicast group tells
 * @cmd: message
 * @page: page that it is about, or NULL
 * @state: IFAX_CMD_STATE_NTF: IFAX_STATE_* now
 * @changed: IFAX_CMD_STATE_NTF: IFAX_STATE_* that changed
 * @job_pages: IFAX_CMD_JOB_END_NTF: pages that the job began
 * @one_touch: IFAX_CMD_KEY_NTF: one-touch number
 */
struct happening {
	enum ifax_cmd cmd;
	const struct ifax_page *page;
	u32 state;
	u32 changed;
	u32 job_pages;
	u32 one_touch;
};

static int put_happening(struct sk_buff *msg, struct ifax_device *idev,
			 const struct happening *what)
{
	if (put_name(msg, idev))
		return -EMSGSIZE;
	if (what->page)
		return put_page_attrs(msg, what->page);
	switch (what->cmd) {
	case IFAX_CMD_STATE_NTF:
		return nla_put_u32(msg, IFAX_A_DEVICE_STATE, what->state) ?:
		       nla_put_u32(msg, IFAX_A_DEVICE_CHANGED, what->changed);
	case IFAX_CMD_JOB_END_NTF:
		return nla_put_u32(msg, IFAX_A_DEVICE_JOB_PAGES, what->job_pages);
	case IFAX_CMD_KEY_NTF:
		return nla_put_u32(msg, IFAX_A_DEVICE_ONE_TOUCH, what->one_touch);
	default:
		return 0;
	}
}

static void notify(struct ifax_device *idev, enum ifax_group group, const struct happening what)
{
	struct sk_buff *msg;
	void *header;

	if (!genl_has_listeners(&ifax_family, &init_net, group))
		return;
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return;
	header = genlmsg_put(msg, 0, 0, &ifax_family, 0, what.cmd);
	if (!header || put_happening(msg, idev, &what)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, header);
	genlmsg_multicast(&ifax_family, msg, 0, group, GFP_KERNEL);
}

/**
 * ifax_notify_device() - a device was added or removed
 * @idev: device
 * @cmd: which of it
 */
void ifax_notify_device(struct ifax_device *idev, enum ifax_cmd cmd)
{
	notify(idev, GROUP_EVENTS, (struct happening){ .cmd = cmd });
}

/**
 * ifax_notify_state() - a sensor changed
 * @idev: device
 * @state: IFAX_STATE_* now
 * @changed: IFAX_STATE_* that changed
 */
void ifax_notify_state(struct ifax_device *idev, u32 state, u32 changed)
{
	notify(idev, GROUP_EVENTS, (struct happening){
		.cmd = IFAX_CMD_STATE_NTF,
		.state = state,
		.changed = changed,
	});
}

/**
 * ifax_notify_page() - a page has begun or ended
 * @idev: device
 * @cmd: which of it
 * @page: page
 *
 * Context: &ifax_device.lock is held, so that the order is right.
 */
void ifax_notify_page(struct ifax_device *idev, enum ifax_cmd cmd, const struct ifax_page *page)
{
	lockdep_assert_held(&idev->lock);
	notify(idev, GROUP_EVENTS, (struct happening){ .cmd = cmd, .page = page });
}

/**
 * ifax_notify_job() - a job begins or ends
 * @idev: device
 * @cmd: which of it
 * @pages: pages that it began
 */
void ifax_notify_job(struct ifax_device *idev, enum ifax_cmd cmd, u32 pages)
{
	notify(idev, GROUP_JOBS, (struct happening){ .cmd = cmd, .job_pages = pages });
}

/**
 * ifax_notify_key() - somebody pressed the start key
 * @idev: device
 * @one_touch: one-touch number, or 0
 */
void ifax_notify_key(struct ifax_device *idev, u32 one_touch)
{
	notify(idev, GROUP_EVENTS, (struct happening){
		.cmd = IFAX_CMD_KEY_NTF,
		.one_touch = one_touch,
	});
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

static struct genl_family ifax_family __ro_after_init = {
	.name = IFAX_GENL_NAME,
	.version = IFAX_GENL_VERSION,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
	.resv_start_op = IFAX_CMD_KEY_NTF + 1,
	.parallel_ops = true,
};

int __init ifax_netlink_init(void)
{
	return genl_register_family(&ifax_family);
}

void ifax_netlink_exit(void)
{
	genl_unregister_family(&ifax_family);
}
