/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink for the parts of the library: what comes as attributes goes
 * into numbers and names. Nothing is believed of their size.
 */
#ifndef LIBIFAX_NETLINK_H
#define LIBIFAX_NETLINK_H

#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "libifax.h"

/* A socket for generic netlink, connected; or NULL, with the errno in @err. */
struct nl_sock *netlink_open(int *err);

/* A negative errno for what libnl returned; -ENOBUFS says that messages were lost. */
int netlink_errno(int err);

/* The attributes of a message of the family, as @tb[type]; false: it is malformed. */
bool netlink_parse(struct nl_msg *msg, struct nlattr **tb, int max);

/* 0 for an attribute that is not there */
uint32_t netlink_u32(const struct nlattr *attr);
uint64_t netlink_u64(const struct nlattr *attr);
/* The paper trays in a message: their number */
uint32_t netlink_trays(struct nl_msg *msg, struct ifax_paper_tray trays[IFAX_TRAYS_MAX]);

void netlink_name(const struct nlattr *attr, char name[IFAX_NAME_BYTES]);

#endif /* LIBIFAX_NETLINK_H */
