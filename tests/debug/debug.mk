# SPDX-License-Identifier: GPL-2.0
# The kernel side in a kernel that watches memory, locks, DMA and leaks. Modules
# are built anew for it; the next make builds them for the stock kernel again.

CHECKS += tests/debug/verdict
# The longest first, beside all others
DEBUG_CHECKS += tests/vm/guest/kselftest tests/hw/paper tests/hw/faults tests/vm/guest/modules

# insmod waits for all of KUnit's tests, which on a host with much to do takes minutes
DEBUG_ARGS = kasan_multi_shot sysctl.kernel.hung_task_timeout_secs=900

.PHONY: check-debug
check-debug: packages
	@tree=$$(tests/debug/build-kernel '$(CACHE)') && \
		TIMEOUT_FACTOR=$(or $(TIMEOUT_FACTOR),8) \
		$(MAKE) --no-print-directory run-check KDIR="$$tree" \
			KERNEL_ARGS='$(DEBUG_ARGS) $(KERNEL_ARGS)' \
			CHECKS='$(if $(filter command line,$(origin CHECKS)),$(CHECKS),$(DEBUG_CHECKS))'
