# SPDX-License-Identifier: GPL-2.0
# Tests of the interfaces between kernel and userland, for the virtual machine.
# They are built and installed by their own Makefile, on the kernel's lib.mk.

KSFT_DIR := $(B)/kselftest-source
KSELFTESTS += kselftests

$(KSFT_DIR)/lib.mk: tests/kselftest/fetch-kselftest
	$< $(@D)

.PHONY: kselftests
kselftests: $(KSFT_DIR)/lib.mk $(LIBIFAX) $(CODEC_LIB)
	@$(MAKE) -s -C tests/kselftest KSFT_DIR=$(CURDIR)/$(KSFT_DIR) IFAX_BUILD=$(CURDIR)/$(B) \
		INSTALL_PATH=$(CURDIR)/$(B)/kselftest/ifax install
	@$(MAKE) -s -C tests/kselftest KSFT_DIR=$(CURDIR)/$(KSFT_DIR) IFAX_BUILD=$(CURDIR)/$(B) \
		COLLECTION=ifax emit_tests >$(B)/kselftest/kselftest-list.txt
	@cp -r $(KSFT_DIR)/run_kselftest.sh $(KSFT_DIR)/kselftest $(B)/kselftest/
