# SPDX-License-Identifier: GPL-2.0
# The example of the guide, built as somebody else would
CHECKS += tests/hw/porting
tests/hw/porting: $(HW_PAGE) $(B)/porting/chart.ko
$(B)/porting/chart.ko: $(wildcard Documentation/porting/*) include/linux/ifax/engine.h | modules
	@mkdir -p $(@D)
	@cp Documentation/porting/* $(@D)/
	@$(MAKE) --no-print-directory -s -C $(KDIR) M=$(CURDIR)/$(@D) IFAX=$(CURDIR) W=1 KCFLAGS=-Werror \
		KBUILD_EXTRA_SYMBOLS=$(CURDIR)/$(B)/modules/Module.symvers \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules
