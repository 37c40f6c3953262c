// SPDX-License-Identifier: GPL-2.0
/*
 * Who listens hears what happens. A message that cannot be allocated is lost to
 * those who listen, who are told so by ENOBUFS, and never holds up a page.
 */
#include <net/genetlink.h>

#include "netlink.h"

/**
 * struct happening - what a message of a multicast group tells
 * @cmd: message
 * @page: page that it is about, or NULL
 * @state: IFAX_CMD_STATE_NTF: IFAX_STATE_* now
 * @changed: IFAX_CMD_STATE_NTF: IFAX_STATE_* that changed
 * @job_pages: IFAX_CMD_JOB_END_NTF: pages that the job began
 * @one_touch: IFAX_CMD_KEY_NTF: one-touch number
 * @path: IFAX_CMD_TRAYS_NTF: what the sensors say
 */
struct happening {
	enum ifax_cmd cmd;
	const struct ifax_page *page;
	u32 state;
	u32 changed;
	u32 job_pages;
	u32 one_touch;
	const struct ifax_paper_path *path;
};

static int put_happening(struct sk_buff *msg, struct ifax_device *idev,
			 const struct happening *what)
{
	if (ifax_nl_put_name(msg, idev))
		return -EMSGSIZE;
	if (what->page)
		return ifax_nl_put_page(msg, what->page);
	switch (what->cmd) {
	case IFAX_CMD_STATE_NTF:
		return nla_put_u32(msg, IFAX_A_DEVICE_STATE, what->state) ?:
		       nla_put_u32(msg, IFAX_A_DEVICE_CHANGED, what->changed);
	case IFAX_CMD_JOB_END_NTF:
		return nla_put_u32(msg, IFAX_A_DEVICE_JOB_PAGES, what->job_pages);
	case IFAX_CMD_KEY_NTF:
		return nla_put_u32(msg, IFAX_A_DEVICE_ONE_TOUCH, what->one_touch);
	case IFAX_CMD_TRAYS_NTF:
		return ifax_nl_put_trays(msg, idev, what->path);
	default:
		return 0;
	}
}

static struct sk_buff *make_message(struct ifax_device *idev, const struct happening *what,
				    gfp_t gfp)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, gfp);
	void *header;

	if (!msg)
		return NULL;
	header = genlmsg_put(msg, 0, 0, &ifax_nl_family, 0, what->cmd);
	if (!header || put_happening(msg, idev, what)) {
		nlmsg_free(msg);
		return NULL;
	}
	genlmsg_end(msg, header);
	return msg;
}

/* What is told of a page is told between two bands of it: that has no time to wait for memory */
static void notify(struct ifax_device *idev, enum ifax_nl_group group, const struct happening what)
{
	gfp_t gfp = what.page ? GFP_NOWAIT | __GFP_NOWARN : GFP_KERNEL;
	struct sk_buff *msg;

	if (!genl_has_listeners(&ifax_nl_family, &init_net, group))
		return;
	msg = make_message(idev, &what, gfp);
	if (msg)
		genlmsg_multicast(&ifax_nl_family, msg, 0, group, gfp);
	else
		genl_set_err(&ifax_nl_family, &init_net, 0, group, -ENOBUFS);
}

/**
 * ifax_notify_device() - a device was added or removed
 * @idev: device
 * @cmd: which of it
 */
void ifax_notify_device(struct ifax_device *idev, enum ifax_cmd cmd)
{
	notify(idev, IFAX_NL_EVENTS, (struct happening){ .cmd = cmd });
}

/**
 * ifax_notify_state() - a sensor changed
 * @idev: device
 * @state: IFAX_STATE_* now
 * @changed: IFAX_STATE_* that changed
 */
void ifax_notify_state(struct ifax_device *idev, u32 state, u32 changed)
{
	notify(idev, IFAX_NL_EVENTS, (struct happening){
		.cmd = IFAX_CMD_STATE_NTF,
		.state = state,
		.changed = changed,
	});
}

/**
 * ifax_notify_trays() - there is other paper in a tray, or more or less
 * @idev: device
 * @path: the paper path now
 */
void ifax_notify_trays(struct ifax_device *idev, const struct ifax_paper_path *path)
{
	notify(idev, IFAX_NL_EVENTS, (struct happening){
		.cmd = IFAX_CMD_TRAYS_NTF,
		.path = path,
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
	notify(idev, IFAX_NL_EVENTS, (struct happening){ .cmd = cmd, .page = page });
}

/**
 * ifax_notify_job() - a job begins or ends
 * @idev: device
 * @cmd: which of it
 * @pages: pages that it began
 */
void ifax_notify_job(struct ifax_device *idev, enum ifax_cmd cmd, u32 pages)
{
	notify(idev, IFAX_NL_JOBS, (struct happening){ .cmd = cmd, .job_pages = pages });
}

/**
 * ifax_notify_key() - somebody pressed the start key
 * @idev: device
 * @one_touch: one-touch number, or 0
 */
void ifax_notify_key(struct ifax_device *idev, u32 one_touch)
{
	notify(idev, IFAX_NL_EVENTS, (struct happening){
		.cmd = IFAX_CMD_KEY_NTF,
		.one_touch = one_touch,
	});
}
