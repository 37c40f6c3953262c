# SPDX-License-Identifier: GPL-2.0
CHECKS += tests/message/compose tests/message/foreign-tiff tests/message/mails tests/message/hostile-tiff
