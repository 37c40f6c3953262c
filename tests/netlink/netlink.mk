# SPDX-License-Identifier: GPL-2.0
CHECKS += tests/netlink/spec
