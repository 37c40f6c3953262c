# SPDX-License-Identifier: GPL-2.0
CHECKS += tests/netlink/spec

# The specification with the kernel's own tool, which needs a newer kernel source
.PHONY: check-ynl run-check-ynl
check-ynl: packages
	@scripts/install-packages --with-ynl
	@$(MAKE) --no-print-directory run-check-ynl

run-check-ynl: modules
	@tests/netlink/make-ynl $(B)/ynl
	@$(VM) PERL5LIB=tests/run prove --formatter Summary tests/netlink/ynl
