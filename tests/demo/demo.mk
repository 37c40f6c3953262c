# SPDX-License-Identifier: GPL-2.0
CHECKS += tests/demo/compare-selftest tests/demo/documents tests/demo/bad_input tests/demo/check

$(B)/tests/demo/compare: $(B)/tests/demo/compare.o
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^

tests/demo/compare-selftest tests/demo/bad_input: $(B)/tests/demo/compare
tests/demo/check: $(B)/tests/demo/compare $(B)/demo/document.pdf

$(B)/demo/document.pdf: tests/demo/document.ps
	@mkdir -p $(@D)
	gs -q -dNOPAUSE -dBATCH -dSAFER -sDEVICE=pdfwrite -sPAPERSIZE=a4 -o $@ $<
