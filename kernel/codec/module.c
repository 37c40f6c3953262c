// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

MODULE_DESCRIPTION("Fax codings of ITU-T T.4, T.6 and T.85");
MODULE_LICENSE("GPL");
