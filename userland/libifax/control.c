// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to the netlink family and their answers
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netlink.h"

#define DUMP_TRIES	10

/**
 * struct ifax_control - a socket that one thread at a time uses
 * @lock: held from a request to the end of its answer
 * @socket: libnl's
 */
struct ifax_control {
	pthread_mutex_t lock;
	struct nl_sock *socket;
};

/**
 * struct answer - what comes back for a request
 * @devices: the devices in it
 * @count: their number
 * @policy: that of the last of them
 * @err: 0 or a negative errno
 * @is_whole: there will be no more of it
 */
struct answer {
	struct ifax_device *devices;
	int count;
	struct ifax_policy policy;
	int err;
	bool is_whole;
};

static __thread char refusal[160];

const char *ifax_refusal_text(void)
{
	return refusal;
}

int ifax_control_open(struct ifax_control **control)
{
	struct ifax_control *opened = calloc(1, sizeof(*opened));
	int err;

	*control = NULL;
	if (!opened)
		return -ENOMEM;
	opened->socket = netlink_open(&err);
	if (!opened->socket) {
		free(opened);
		return err;
	}
	pthread_mutex_init(&opened->lock, NULL);
	*control = opened;
	return 0;
}

void ifax_control_close(struct ifax_control *control)
{
	if (!control)
		return;
	nl_socket_free(control->socket);
	pthread_mutex_destroy(&control->lock);
	free(control);
}

static void take_faults(const struct nlattr *nest, struct ifax_counters *counters)
{
	struct nlattr *tb[IFAX_A_FAULT_PAD + 1], *attr;
	uint32_t status;
	int left;

	nla_for_each_nested(attr, nest, left) {
		if (nla_type(attr) != IFAX_A_COUNTERS_FAULT ||
		    nla_parse_nested(tb, IFAX_A_FAULT_PAD, attr, NULL))
			continue;
		status = netlink_u32(tb[IFAX_A_FAULT_STATUS]);
		if (status < IFAX_STATUS_MAX)
			counters->faults[status] = netlink_u64(tb[IFAX_A_FAULT_PAGES]);
	}
}

static void take_counters(struct nlattr *nest, struct ifax_counters *counters)
{
	struct nlattr *tb[IFAX_A_COUNTERS_PAD + 1];

	if (!nest || nla_parse_nested(tb, IFAX_A_COUNTERS_PAD, nest, NULL))
		return;
	counters->pages = netlink_u64(tb[IFAX_A_COUNTERS_PAGES]);
	counters->lines = netlink_u64(tb[IFAX_A_COUNTERS_LINES]);
	counters->bytes = netlink_u64(tb[IFAX_A_COUNTERS_BYTES]);
	counters->band_ns_max = netlink_u64(tb[IFAX_A_COUNTERS_BAND_NS_MAX]);
	counters->pauses = netlink_u64(tb[IFAX_A_COUNTERS_PAUSES]);
	take_faults(nest, counters);
}

static void take_device(struct nl_msg *msg, struct nlattr **tb, struct ifax_device *device)
{
	*device = (struct ifax_device){
		.kind = netlink_u32(tb[IFAX_A_DEVICE_KIND]),
		.state = netlink_u32(tb[IFAX_A_DEVICE_STATE]),
		.pages_queued = netlink_u32(tb[IFAX_A_DEVICE_PAGES_QUEUED]),
		.budget_bytes = netlink_u64(tb[IFAX_A_DEVICE_BUDGET_BYTES]),
		.budget_used_bytes = netlink_u64(tb[IFAX_A_DEVICE_BUDGET_USED_BYTES]),
		.sides = netlink_u32(tb[IFAX_A_DEVICE_SIDES]),
	};
	netlink_name(tb[IFAX_A_DEVICE_NAME], device->name);
	device->trays = netlink_trays(msg, device->tray);
	take_counters(tb[IFAX_A_DEVICE_COUNTERS], &device->counters);
}

static void take_policy(struct nlattr **tb, struct ifax_policy *policy)
{
	*policy = (struct ifax_policy){
		.budget_bytes = netlink_u64(tb[IFAX_A_DEVICE_BUDGET_BYTES]),
		.budget_used_bytes = netlink_u64(tb[IFAX_A_DEVICE_BUDGET_USED_BYTES]),
		.total_budget_bytes = netlink_u64(tb[IFAX_A_DEVICE_TOTAL_BUDGET_BYTES]),
		.total_budget_used_bytes = netlink_u64(tb[IFAX_A_DEVICE_TOTAL_BUDGET_USED_BYTES]),
	};
}

static int on_device(struct nl_msg *msg, void *arg)
{
	struct nlattr *tb[IFAX_A_DEVICE_PAD + 1];
	struct answer *answer = arg;
	struct ifax_device *devices;

	if (answer->err || !netlink_parse(msg, tb, IFAX_A_DEVICE_PAD))
		return NL_OK;
	devices = reallocarray(answer->devices, answer->count + 1, sizeof(*devices));
	if (!devices) {
		answer->err = -ENOMEM;
		return NL_OK;
	}
	answer->devices = devices;
	take_device(msg, tb, &devices[answer->count++]);
	take_policy(tb, &answer->policy);
	return NL_OK;
}

static int on_end(struct nl_msg *msg, void *arg)
{
	struct answer *answer = arg;

	answer->is_whole = true;
	return NL_STOP;
}

/* The kernel's words stand behind the error, and behind the request if that is repeated. */
static void take_refusal(const struct nlmsgerr *error)
{
	const struct nlmsghdr *header = (const struct nlmsghdr *)error - 1;
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];
	int at = sizeof(*header) + sizeof(*error);

	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		at += error->msg.nlmsg_len - sizeof(error->msg);
	if (at < 0 || (uint32_t)at > header->nlmsg_len ||
	    nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)((char *)header + at),
		      header->nlmsg_len - at, NULL) || !tb[NLMSGERR_ATTR_MSG])
		return;
	snprintf(refusal, sizeof(refusal), "%.*s", nla_len(tb[NLMSGERR_ATTR_MSG]),
		 nla_get_string(tb[NLMSGERR_ATTR_MSG]));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	struct answer *answer = arg;

	answer->err = error->error;
	answer->is_whole = true;
	take_refusal(error);
	return NL_STOP;
}

static int receive(struct nl_sock *socket, struct answer *answer)
{
	struct nl_cb *callbacks = nl_cb_alloc(NL_CB_DEFAULT);
	int err = 0;

	if (!callbacks)
		return -ENOMEM;
	nl_cb_set(callbacks, NL_CB_VALID, NL_CB_CUSTOM, on_device, answer);
	nl_cb_set(callbacks, NL_CB_FINISH, NL_CB_CUSTOM, on_end, answer);
	nl_cb_set(callbacks, NL_CB_ACK, NL_CB_CUSTOM, on_end, answer);
	nl_cb_err(callbacks, NL_CB_CUSTOM, on_error, answer);
	while (!err && !answer->is_whole)
		err = netlink_errno(nl_recvmsgs(socket, callbacks));
	nl_cb_put(callbacks);
	return answer->err ? answer->err : err;
}

/* The family is looked up each time: its number changes when the module is loaded anew. */
static int ask_locked(struct nl_sock *socket, int cmd, int flags, const char *name,
		      const uint64_t *budget_bytes, struct answer *answer)
{
	int family = genl_ctrl_resolve(socket, IFAX_GENL_NAME);
	struct nl_msg *msg;
	int err;

	if (family < 0)
		return netlink_errno(family);
	msg = nlmsg_alloc();
	if (!msg)
		return -ENOMEM;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags | NLM_F_ACK, cmd,
			 IFAX_GENL_VERSION) ||
	    (name && nla_put_string(msg, IFAX_A_DEVICE_NAME, name)) ||
	    (budget_bytes && nla_put_u64(msg, name ? IFAX_A_DEVICE_BUDGET_BYTES :
					 IFAX_A_DEVICE_TOTAL_BUDGET_BYTES, *budget_bytes)))
		err = -EMSGSIZE;
	else
		err = netlink_errno(nl_send_auto(socket, msg));
	nlmsg_free(msg);
	return err ? err : receive(socket, answer);
}

/* A dump while devices come and go is asked for again. */
static int ask(struct ifax_control *control, int cmd, int flags, const char *name,
	       const uint64_t *budget_bytes, struct answer *answer)
{
	int tries, err = -EAGAIN;

	pthread_mutex_lock(&control->lock);
	for (tries = 0; tries < DUMP_TRIES && err == -EAGAIN; tries++) {
		refusal[0] = 0;
		free(answer->devices);
		*answer = (struct answer){ 0 };
		err = ask_locked(control->socket, cmd, flags, name, budget_bytes, answer);
	}
	pthread_mutex_unlock(&control->lock);
	if (!err)
		return 0;
	free(answer->devices);
	return err;
}

int ifax_get_device(struct ifax_control *control, const char *name, struct ifax_device *device)
{
	struct answer answer = { 0 };
	int err = ask(control, IFAX_CMD_DEVICE_GET, 0, name, NULL, &answer);

	if (err)
		return err;
	if (answer.count)
		*device = answer.devices[0];
	free(answer.devices);
	return answer.count ? 0 : -ENODEV;
}

int ifax_list_devices(struct ifax_control *control, struct ifax_device **devices)
{
	struct answer answer = { 0 };
	int err = ask(control, IFAX_CMD_DEVICE_GET, NLM_F_DUMP, NULL, NULL, &answer);

	*devices = err ? NULL : answer.devices;
	return err ? err : answer.count;
}

int ifax_get_policy(struct ifax_control *control, const char *name, struct ifax_policy *policy)
{
	struct answer answer = { 0 };
	int err = ask(control, IFAX_CMD_POLICY_GET, 0, name, NULL, &answer);

	if (err)
		return err;
	*policy = answer.policy;
	free(answer.devices);
	return 0;
}

int ifax_set_budget(struct ifax_control *control, const char *name, uint64_t bytes)
{
	struct answer answer = { 0 };

	return ask(control, IFAX_CMD_POLICY_SET, 0, name, &bytes, &answer);
}
