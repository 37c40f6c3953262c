# SPDX-License-Identifier: GPL-2.0
# Bindings and device trees.

CHECKS += tests/dt/schema
