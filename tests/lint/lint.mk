# SPDX-License-Identifier: GPL-2.0
# What programs have to say about the sources of the kernel side: nothing.

LINT_SCRIPTS := $(B)/lint/scripts

.PHONY: lint lint-checkpatch lint-sparse lint-coccinelle lint-man reference
lint: packages
	@$(MAKE) --no-print-directory lint-checkpatch reference lint-man \
		lint-sparse lint-coccinelle

$(LINT_SCRIPTS)/checkpatch.pl: tests/lint/fetch-scripts
	@$< $(@D)

lint-checkpatch: $(LINT_SCRIPTS)/checkpatch.pl
	@tests/lint/checkpatch $(LINT_SCRIPTS)

reference: $(LINT_SCRIPTS)/checkpatch.pl
	@tests/lint/kernel-doc $(LINT_SCRIPTS) $(B)/reference

# A style hint about a missing system is none of ours: these are pages for Linux
lint-man:
	@mandoc -T lint -W warning Documentation/man/*.[138]

# Objects of their own: sparse looks at what is compiled anew
lint-sparse:
	@rm -rf $(B)/lint/modules
	@mkdir -p $(B)/lint/modules
	@cp -rsf $(CURDIR)/Kbuild $(CURDIR)/kernel $(CURDIR)/include $(B)/lint/modules/
	@if $(MAKE) -s --no-print-directory -C $(KDIR) M=$(CURDIR)/$(B)/lint/modules W=1 C=2 \
		CF='-D__CHECK_ENDIAN__' CONFIG_DEBUG_INFO_BTF_MODULES= modules 2>&1 | grep .; \
		then exit 1; fi

lint-coccinelle: $(LINT_SCRIPTS)/checkpatch.pl
	@tests/lint/coccinelle $(LINT_SCRIPTS) $(KDIR)
