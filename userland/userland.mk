# SPDX-License-Identifier: GPL-2.0
include $(sort $(wildcard userland/*/room.mk))
