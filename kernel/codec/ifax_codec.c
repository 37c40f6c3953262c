// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/ifax/engine.h>
#include <linux/ifax/codec.h>
MODULE_LICENSE("GPL");
