// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "netlink.h"

struct nl_sock *netlink_open(int *err)
{
	struct nl_sock *socket = nl_socket_alloc();
	int on = 1;

	if (!socket) {
		*err = -ENOMEM;
		return NULL;
	}
	*err = netlink_errno(genl_connect(socket));
	/* Without it there is an error, but not the kernel's words for it */
	if (!*err && setsockopt(nl_socket_get_fd(socket), SOL_NETLINK, NETLINK_EXT_ACK, &on,
				sizeof(on)))
		*err = -errno;
	if (!*err)
		return socket;
	nl_socket_free(socket);
	return NULL;
}

int netlink_errno(int err)
{
	static const struct {
		int nle, error;
	} errors[] = {
		{ NLE_INTR, EINTR }, { NLE_AGAIN, EAGAIN }, { NLE_NOMEM, ENOBUFS },
		{ NLE_PERM, EPERM }, { NLE_NOACCESS, EACCES }, { NLE_NODEV, ENODEV },
		{ NLE_OBJ_NOTFOUND, EPROTONOSUPPORT }, { NLE_DUMP_INTR, EAGAIN },
		{ NLE_PROTO_MISMATCH, EPROTONOSUPPORT }, { NLE_AF_NOSUPPORT, EAFNOSUPPORT },
		{ 0, EIO },
	}, *at;

	if (err >= 0)
		return 0;
	for (at = errors; at->nle && at->nle != -err; at++)
		;
	return -at->error;
}

bool netlink_parse(struct nl_msg *msg, struct nlattr **tb, int max)
{
	return !genlmsg_parse(nlmsg_hdr(msg), 0, tb, max, NULL);
}

uint32_t netlink_u32(const struct nlattr *attr)
{
	return attr && nla_len(attr) == sizeof(uint32_t) ? nla_get_u32(attr) : 0;
}

uint64_t netlink_u64(const struct nlattr *attr)
{
	return attr && nla_len(attr) == sizeof(uint64_t) ? nla_get_u64(attr) : 0;
}

static void take_tray(struct nlattr *nest, struct ifax_paper_tray trays[IFAX_TRAYS_MAX],
		      uint32_t *count)
{
	struct nlattr *tb[IFAX_A_TRAY_CHOSEN + 1];
	uint32_t number;

	if (nla_parse_nested(tb, IFAX_A_TRAY_CHOSEN, nest, NULL) || !tb[IFAX_A_TRAY_NUMBER])
		return;
	number = netlink_u32(tb[IFAX_A_TRAY_NUMBER]);
	if (number >= IFAX_TRAYS_MAX)
		return;
	trays[number] = (struct ifax_paper_tray){
		.x_dmm = netlink_u32(tb[IFAX_A_TRAY_X_DMM]),
		.y_dmm = netlink_u32(tb[IFAX_A_TRAY_Y_DMM]),
		.paper = netlink_u32(tb[IFAX_A_TRAY_PAPER]),
		.level = netlink_u32(tb[IFAX_A_TRAY_LEVEL]),
		.is_chosen = !!tb[IFAX_A_TRAY_CHOSEN],
	};
	if (number >= *count)
		*count = number + 1;
}

uint32_t netlink_trays(struct nl_msg *msg, struct ifax_paper_tray trays[IFAX_TRAYS_MAX])
{
	struct genlmsghdr *header = genlmsg_hdr(nlmsg_hdr(msg));
	struct nlattr *attr;
	uint32_t count = 0;
	int left;

	nla_for_each_attr(attr, genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0), left)
		if (nla_type(attr) == IFAX_A_DEVICE_TRAY)
			take_tray(attr, trays, &count);
	return count;
}

void netlink_name(const struct nlattr *attr, char name[IFAX_NAME_BYTES])
{
	name[0] = 0;
	if (attr)
		snprintf(name, IFAX_NAME_BYTES, "%.*s", nla_len(attr),
			 (const char *)nla_data(attr));
}
