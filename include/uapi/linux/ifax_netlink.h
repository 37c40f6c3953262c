/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The generic netlink family "ifax": all that is not page data.
 *
 * Documentation/netlink/specs/ifax.yaml says what each message holds. Reading
 * needs no privilege, a change needs CAP_NET_ADMIN.
 */
#ifndef _UAPI_LINUX_IFAX_NETLINK_H
#define _UAPI_LINUX_IFAX_NETLINK_H

#define IFAX_GENL_NAME		"ifax"
#define IFAX_GENL_VERSION	1

/* Multicast groups */
#define IFAX_MCGRP_EVENTS	"events"
#define IFAX_MCGRP_JOBS		"jobs"

/**
 * enum ifax_cmd - messages
 * @IFAX_CMD_DEVICE_GET: ask for a device by name, or dump all of them
 * @IFAX_CMD_POLICY_GET: ask for the policy of a device, or of all together
 * @IFAX_CMD_POLICY_SET: change the policy of a device, or of all together
 * @IFAX_CMD_DEVICE_ADDED_NTF: events: there is a new device
 * @IFAX_CMD_DEVICE_REMOVED_NTF: events: a device has gone
 * @IFAX_CMD_STATE_NTF: events: a sensor of the paper path changed
 * @IFAX_CMD_PAGE_BEGIN_NTF: events: the first lines of a page moved
 * @IFAX_CMD_PAGE_END_NTF: events: a page has ended
 * @IFAX_CMD_JOB_BEGIN_NTF: jobs: a device was opened
 * @IFAX_CMD_JOB_END_NTF: jobs: it was closed
 * @IFAX_CMD_KEY_NTF: events: somebody pressed the start key
 * @IFAX_CMD_TRAYS_NTF: events: there is other paper in a tray, or more or less
 */
enum ifax_cmd {
	IFAX_CMD_DEVICE_GET = 1,
	IFAX_CMD_POLICY_GET,
	IFAX_CMD_POLICY_SET,
	IFAX_CMD_DEVICE_ADDED_NTF,
	IFAX_CMD_DEVICE_REMOVED_NTF,
	IFAX_CMD_STATE_NTF,
	IFAX_CMD_PAGE_BEGIN_NTF,
	IFAX_CMD_PAGE_END_NTF,
	IFAX_CMD_JOB_BEGIN_NTF,
	IFAX_CMD_JOB_END_NTF,
	IFAX_CMD_KEY_NTF,
	IFAX_CMD_TRAYS_NTF,
};

/**
 * enum ifax_device_attr - attributes of a message
 * @IFAX_A_DEVICE_NAME: string: name of the device, such as "scan0"
 * @IFAX_A_DEVICE_KIND: u32: &enum ifax_kind
 * @IFAX_A_DEVICE_STATE: u32: IFAX_STATE_*
 * @IFAX_A_DEVICE_CHANGED: u32: IFAX_STATE_* that are not as they were
 * @IFAX_A_DEVICE_PAGES_QUEUED: u32: pages of the open job that have not ended
 * @IFAX_A_DEVICE_BUDGET_BYTES: u64: most memory for coded pages; when it is
 *	set, 0 goes back to the module's parameter
 * @IFAX_A_DEVICE_BUDGET_USED_BYTES: u64: memory in coded pages now
 * @IFAX_A_DEVICE_TOTAL_BUDGET_BYTES: u64: the same for all devices together
 * @IFAX_A_DEVICE_TOTAL_BUDGET_USED_BYTES: u64: the same for all devices together
 * @IFAX_A_DEVICE_COUNTERS: nest: &enum ifax_counters_attr
 * @IFAX_A_DEVICE_PAGE: nest: &enum ifax_page_attr
 * @IFAX_A_DEVICE_JOB_PAGES: u32: pages that the job began
 * @IFAX_A_DEVICE_ONE_TOUCH: u32: number of the one-touch key that was pressed
 *	with the start key, 0: none
 * @IFAX_A_DEVICE_SIDES: u32: bit (1 << side) is set for every &enum ifax_sides
 * @IFAX_A_DEVICE_TRAY: nest, once for each paper tray: &enum ifax_tray_attr
 * @IFAX_A_DEVICE_PAD: nothing
 */
enum ifax_device_attr {
	IFAX_A_DEVICE_NAME = 1,
	IFAX_A_DEVICE_KIND,
	IFAX_A_DEVICE_STATE,
	IFAX_A_DEVICE_CHANGED,
	IFAX_A_DEVICE_PAGES_QUEUED,
	IFAX_A_DEVICE_BUDGET_BYTES,
	IFAX_A_DEVICE_BUDGET_USED_BYTES,
	IFAX_A_DEVICE_TOTAL_BUDGET_BYTES,
	IFAX_A_DEVICE_TOTAL_BUDGET_USED_BYTES,
	IFAX_A_DEVICE_COUNTERS,
	IFAX_A_DEVICE_PAGE,
	IFAX_A_DEVICE_JOB_PAGES,
	IFAX_A_DEVICE_ONE_TOUCH,
	IFAX_A_DEVICE_SIDES,
	IFAX_A_DEVICE_TRAY,
	IFAX_A_DEVICE_PAD,
};

/**
 * enum ifax_counters_attr - since the device was registered
 * @IFAX_A_COUNTERS_PAGES: u64: pages that ended, in any way
 * @IFAX_A_COUNTERS_LINES: u64: their lines
 * @IFAX_A_COUNTERS_BYTES: u64: their coded bytes
 * @IFAX_A_COUNTERS_FAULT: nest, once for each status but OK that there was:
 *	&enum ifax_fault_attr
 * @IFAX_A_COUNTERS_BAND_NS_MAX: u64: longest time that coding or decoding a
 *	band took
 * @IFAX_A_COUNTERS_PAUSES: u64: how often the motor of a scanner waited for room
 *	in the page store
 * @IFAX_A_COUNTERS_PAD: nothing
 */
enum ifax_counters_attr {
	IFAX_A_COUNTERS_PAGES = 1,
	IFAX_A_COUNTERS_LINES,
	IFAX_A_COUNTERS_BYTES,
	IFAX_A_COUNTERS_FAULT,
	IFAX_A_COUNTERS_BAND_NS_MAX,
	IFAX_A_COUNTERS_PAUSES,
	IFAX_A_COUNTERS_PAD,
};

/**
 * enum ifax_fault_attr - pages that ended in one way
 * @IFAX_A_FAULT_STATUS: u32: &enum ifax_page_status
 * @IFAX_A_FAULT_PAGES: u64: number of pages
 * @IFAX_A_FAULT_PAD: nothing
 */
enum ifax_fault_attr {
	IFAX_A_FAULT_STATUS = 1,
	IFAX_A_FAULT_PAGES,
	IFAX_A_FAULT_PAD,
};

/**
 * enum ifax_page_attr - a page; what &struct ifax_page_record has
 * @IFAX_A_PAGE_SEQ: u32: number in its job, from 1
 * @IFAX_A_PAGE_CODING: u32: &enum ifax_coding
 * @IFAX_A_PAGE_STATUS: u32: &enum ifax_page_status; only when it has ended
 * @IFAX_A_PAGE_LINES: u32: lines
 * @IFAX_A_PAGE_FAULT_LINE: u32: line of the first coding fault, if there is one
 * @IFAX_A_PAGE_BYTES: u64: coded bytes
 * @IFAX_A_PAGE_TRAY: u32: number of the tray that its sheet is from, if the engine tells of
 *	trays, and paper was found
 * @IFAX_A_PAGE_PAD: nothing
 */
enum ifax_page_attr {
	IFAX_A_PAGE_SEQ = 1,
	IFAX_A_PAGE_CODING,
	IFAX_A_PAGE_STATUS,
	IFAX_A_PAGE_LINES,
	IFAX_A_PAGE_FAULT_LINE,
	IFAX_A_PAGE_BYTES,
	IFAX_A_PAGE_TRAY,
	IFAX_A_PAGE_PAD,
};

/**
 * enum ifax_tray_attr - a paper tray
 * @IFAX_A_TRAY_NUMBER: u32: its number, from 0
 * @IFAX_A_TRAY_PAPER: u32: &enum ifax_paper, 0: none of these sizes
 * @IFAX_A_TRAY_X_DMM: u32: width of the paper as it is drawn in, along the line, in 0.1 mm;
 *	0: not known. Where it is more than the length, the long edge goes in first
 * @IFAX_A_TRAY_Y_DMM: u32: its length, the same
 * @IFAX_A_TRAY_LEVEL: u32: &enum ifax_tray_level
 * @IFAX_A_TRAY_CHOSEN: flag: the sheet in the engine, or the last one, is from it
 */
enum ifax_tray_attr {
	IFAX_A_TRAY_NUMBER = 1,
	IFAX_A_TRAY_PAPER,
	IFAX_A_TRAY_X_DMM,
	IFAX_A_TRAY_Y_DMM,
	IFAX_A_TRAY_LEVEL,
	IFAX_A_TRAY_CHOSEN,
};

/**
 * enum ifax_tray_level - what is in a paper tray
 * @IFAX_TRAY_LEVEL_OUT: the tray was pulled out
 * @IFAX_TRAY_LEVEL_EMPTY: no paper
 * @IFAX_TRAY_LEVEL_LOW: little paper
 * @IFAX_TRAY_LEVEL_GOOD: paper
 */
enum ifax_tray_level {
	IFAX_TRAY_LEVEL_OUT = 0,
	IFAX_TRAY_LEVEL_EMPTY = 1,
	IFAX_TRAY_LEVEL_LOW = 2,
	IFAX_TRAY_LEVEL_GOOD = 3,
};

#endif /* _UAPI_LINUX_IFAX_NETLINK_H */
