// SPDX-License-Identifier: GPL-2.0
/*
 * What the messages of the family consist of.
 */
#include <net/netlink.h>

#include "netlink.h"

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

/**
 * ifax_nl_put_page() - a page, and if it has ended what became of it
 * @msg: message
 * @page: page
 *
 * Return: 0 or -EMSGSIZE.
 */
int ifax_nl_put_page(struct sk_buff *msg, const struct ifax_page *page)
{
	const struct ifax_page_record *record = &page->record;
	struct nlattr *nest = nla_nest_start(msg, IFAX_A_DEVICE_PAGE);

	if (!nest || nla_put_u32(msg, IFAX_A_PAGE_SEQ, record->seq) ||
	    nla_put_u32(msg, IFAX_A_PAGE_CODING, page->format.coding) ||
	    (page->has_tray && nla_put_u32(msg, IFAX_A_PAGE_TRAY, page->sheet.tray)))
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

/**
 * ifax_nl_put_name() - which device it is
 * @msg: message
 * @idev: device
 *
 * Return: 0 or -EMSGSIZE.
 */
int ifax_nl_put_name(struct sk_buff *msg, struct ifax_device *idev)
{
	return nla_put_string(msg, IFAX_A_DEVICE_NAME, dev_name(&idev->dev)) ||
	       nla_put_u32(msg, IFAX_A_DEVICE_KIND, idev->caps.kind) ? -EMSGSIZE : 0;
}

/**
 * ifax_nl_put_budget() - a budget, in bytes
 * @msg: message
 * @budget: budget
 * @limit: attribute for its limit
 * @used: attribute for its use
 *
 * Return: 0 or -EMSGSIZE.
 */
int ifax_nl_put_budget(struct sk_buff *msg, const struct ifax_budget *budget, int limit, int used)
{
	return nla_put_u64_64bit(msg, limit, ifax_budget_bytes(budget), IFAX_A_DEVICE_PAD) ||
	       nla_put_u64_64bit(msg, used, ifax_budget_used_bytes(budget), IFAX_A_DEVICE_PAD) ?
	       -EMSGSIZE : 0;
}

static enum ifax_tray_level tray_level(const struct ifax_tray *tray)
{
	if (!tray->present)
		return IFAX_TRAY_LEVEL_OUT;
	if (!tray->paper)
		return IFAX_TRAY_LEVEL_EMPTY;
	return tray->low ? IFAX_TRAY_LEVEL_LOW : IFAX_TRAY_LEVEL_GOOD;
}

static int put_tray(struct sk_buff *msg, const struct ifax_tray *tray, u32 number, bool chosen)
{
	struct nlattr *nest = nla_nest_start(msg, IFAX_A_DEVICE_TRAY);

	if (!nest || nla_put_u32(msg, IFAX_A_TRAY_NUMBER, number) ||
	    nla_put_u32(msg, IFAX_A_TRAY_PAPER, ifax_paper_of_tray(tray)) ||
	    nla_put_u32(msg, IFAX_A_TRAY_X_DMM, tray->x_dmm) ||
	    nla_put_u32(msg, IFAX_A_TRAY_Y_DMM, tray->y_dmm) ||
	    nla_put_u32(msg, IFAX_A_TRAY_LEVEL, tray_level(tray)) ||
	    (chosen && nla_put_flag(msg, IFAX_A_TRAY_CHOSEN)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * ifax_nl_put_trays() - what is in the paper trays
 * @msg: message
 * @idev: printer
 * @path: what its sensors say
 *
 * Return: 0 or -EMSGSIZE.
 */
int ifax_nl_put_trays(struct sk_buff *msg, struct ifax_device *idev,
		      const struct ifax_paper_path *path)
{
	int chosen = READ_ONCE(idev->tray);
	u32 i;

	for (i = 0; i < path->trays; i++)
		if (put_tray(msg, &path->tray[i], i, i == chosen))
			return -EMSGSIZE;
	return 0;
}

/**
 * ifax_nl_put_device() - a device as it is now
 * @msg: message
 * @idev: device
 * @path: what its sensors say
 *
 * Context: &ifax_device.lock is held.
 * Return: 0 or -EMSGSIZE.
 */
int ifax_nl_put_device(struct sk_buff *msg, struct ifax_device *idev,
		       const struct ifax_paper_path *path)
{
	u32 state = path->state;

	lockdep_assert_held(&idev->lock);
	if (idev->engine_page)
		state |= IFAX_STATE_BUSY;
	if (idev->paused)
		state |= IFAX_STATE_PAUSED;
	if (ifax_nl_put_name(msg, idev) || nla_put_u32(msg, IFAX_A_DEVICE_STATE, state) ||
	    nla_put_u32(msg, IFAX_A_DEVICE_PAGES_QUEUED,
			idev->job ? ifax_job_pages_queued(idev->job) : 0) ||
	    ifax_nl_put_budget(msg, &idev->budget, IFAX_A_DEVICE_BUDGET_BYTES,
			       IFAX_A_DEVICE_BUDGET_USED_BYTES) ||
	    nla_put_u32(msg, IFAX_A_DEVICE_SIDES, idev->caps.sides) ||
	    ifax_nl_put_trays(msg, idev, path))
		return -EMSGSIZE;
	return put_counters(msg, &idev->counters);
}
