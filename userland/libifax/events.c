// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast messages of the netlink family, one at a time
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "netlink.h"

/* Room for what happens while a program is busy with something else */
#define RECEIVE_BYTES	(512 * 1024)

/**
 * struct ifax_events - a socket that one thread at a time reads
 * @lock: held while a message is taken
 * @socket: libnl's
 * @taken: the event in the last message
 * @has_event: there was one in it
 */
struct ifax_events {
	pthread_mutex_t lock;
	struct nl_sock *socket;
	struct ifax_event taken;
	bool has_event;
};

static void take_page(struct nlattr *nest, struct ifax_event *event)
{
	struct nlattr *tb[IFAX_A_PAGE_PAD + 1];

	if (!nest || nla_parse_nested(tb, IFAX_A_PAGE_PAD, nest, NULL))
		return;
	event->page_seq = netlink_u32(tb[IFAX_A_PAGE_SEQ]);
	event->page_coding = netlink_u32(tb[IFAX_A_PAGE_CODING]);
	event->page_status = netlink_u32(tb[IFAX_A_PAGE_STATUS]);
	event->page_lines = netlink_u32(tb[IFAX_A_PAGE_LINES]);
	event->page_fault_line = netlink_u32(tb[IFAX_A_PAGE_FAULT_LINE]);
	event->page_bytes = netlink_u64(tb[IFAX_A_PAGE_BYTES]);
	if (tb[IFAX_A_PAGE_TRAY])
		event->page_tray = netlink_u32(tb[IFAX_A_PAGE_TRAY]);
}

/* Only the kernel is believed; what a newer kernel tells beyond this library is passed over. */
static int on_message(struct nl_msg *msg, void *arg)
{
	struct nlattr *tb[IFAX_A_DEVICE_PAD + 1];
	struct ifax_events *events = arg;
	uint32_t what = genlmsg_hdr(nlmsg_hdr(msg))->cmd;

	if (nlmsg_get_src(msg)->nl_pid || !ifax_event_name(what) ||
	    !netlink_parse(msg, tb, IFAX_A_DEVICE_PAD))
		return NL_OK;
	events->taken = (struct ifax_event){
		.what = what,
		.kind = netlink_u32(tb[IFAX_A_DEVICE_KIND]),
		.state = netlink_u32(tb[IFAX_A_DEVICE_STATE]),
		.changed = netlink_u32(tb[IFAX_A_DEVICE_CHANGED]),
		.job_pages = netlink_u32(tb[IFAX_A_DEVICE_JOB_PAGES]),
		.one_touch = netlink_u32(tb[IFAX_A_DEVICE_ONE_TOUCH]),
		.page_tray = -1,
	};
	netlink_name(tb[IFAX_A_DEVICE_NAME], events->taken.device);
	take_page(tb[IFAX_A_DEVICE_PAGE], &events->taken);
	events->taken.trays = netlink_trays(msg, events->taken.tray);
	events->has_event = true;
	return NL_OK;
}

static int join(struct nl_sock *socket, const char *group)
{
	int id = genl_ctrl_resolve_grp(socket, IFAX_GENL_NAME, group);

	return netlink_errno(id < 0 ? id : nl_socket_add_membership(socket, id));
}

static int set_up(struct ifax_events *events, unsigned int listen)
{
	struct nl_sock *socket = events->socket;
	int err = 0;

	if (listen & IFAX_LISTEN_EVENTS)
		err = join(socket, IFAX_MCGRP_EVENTS);
	if (!err && listen & IFAX_LISTEN_JOBS)
		err = join(socket, IFAX_MCGRP_JOBS);
	if (!err)
		err = netlink_errno(nl_socket_set_buffer_size(socket, RECEIVE_BYTES, 0));
	if (!err)
		err = netlink_errno(nl_socket_set_nonblocking(socket));
	if (err)
		return err;
	nl_socket_disable_seq_check(socket);
	return netlink_errno(nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, on_message,
						 events));
}

int ifax_events_open(struct ifax_events **events, unsigned int listen)
{
	struct ifax_events *opened;
	int err;

	*events = NULL;
	if (!listen || listen & ~(IFAX_LISTEN_EVENTS | IFAX_LISTEN_JOBS))
		return -EINVAL;
	opened = calloc(1, sizeof(*opened));
	if (!opened)
		return -ENOMEM;
	opened->socket = netlink_open(&err);
	if (!opened->socket)
		goto err_free;
	err = set_up(opened, listen);
	if (err)
		goto err_socket;
	pthread_mutex_init(&opened->lock, NULL);
	*events = opened;
	return 0;

err_socket:
	nl_socket_free(opened->socket);
err_free:
	free(opened);
	return err;
}

void ifax_events_close(struct ifax_events *events)
{
	if (!events)
		return;
	nl_socket_free(events->socket);
	pthread_mutex_destroy(&events->lock);
	free(events);
}

int ifax_events_fd(const struct ifax_events *events)
{
	return nl_socket_get_fd(events->socket);
}

int ifax_next_event(struct ifax_events *events, struct ifax_event *event)
{
	int err = 0;

	pthread_mutex_lock(&events->lock);
	events->has_event = false;
	while (!err && !events->has_event)
		err = netlink_errno(nl_recvmsgs_default(events->socket));
	if (!err)
		*event = events->taken;
	pthread_mutex_unlock(&events->lock);
	return err;
}
