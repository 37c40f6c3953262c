/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family, of which core.h shows only what others call:
 * requests in netlink.c, multicast groups in netlink_events.c, and what both put
 * into messages in netlink_put.c.
 */
#ifndef _IFAX_NETLINK_H
#define _IFAX_NETLINK_H

#include "core.h"

struct genl_family;
struct sk_buff;

enum ifax_nl_group { IFAX_NL_EVENTS, IFAX_NL_JOBS };

extern struct genl_family ifax_nl_family;

int ifax_nl_put_name(struct sk_buff *msg, struct ifax_device *idev);
int ifax_nl_put_page(struct sk_buff *msg, const struct ifax_page *page);
int ifax_nl_put_budget(struct sk_buff *msg, const struct ifax_budget *budget, int limit, int used);
int ifax_nl_put_trays(struct sk_buff *msg, struct ifax_device *idev,
		      const struct ifax_paper_path *path);
int ifax_nl_put_device(struct sk_buff *msg, struct ifax_device *idev,
		       const struct ifax_paper_path *path);

#endif /* _IFAX_NETLINK_H */
