# SPDX-License-Identifier: GPL-2.0
# The same cases on the host and, as a KUnit suite, in the debug kernel: stock kernels have no KUnit
CHECKS += $(B)/tests/kunit/host
DEBUG_CHECKS += tests/vm/guest/kunit

$(B)/tests/kunit/host: $(CODEC_OBJECTS:$(B)/kernel/%.o=$(B)/sanitized/kernel/%.o) \
		$(patsubst %,$(B)/sanitized/tests/%.o,kunit/host kunit/cases codec/tap)
	@mkdir -p $(@D)
	$(CC) -fsanitize=address,undefined -o $@ $^
