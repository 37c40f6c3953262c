# SPDX-License-Identifier: GPL-2.0
CHECKS += tests/demo/compare-selftest tests/demo/documents

$(B)/tests/demo/compare: $(B)/tests/demo/compare.o
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^

tests/demo/compare-selftest: $(B)/tests/demo/compare
