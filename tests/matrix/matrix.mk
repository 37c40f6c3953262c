# SPDX-License-Identifier: GPL-2.0
# Kernels and architectures of Debian. They, and a Debian with a newer compiler,
# are kept in CACHE; on the first run it takes a GiB and some minutes.

.PHONY: check-matrix check-arm64
check-matrix check-arm64: packages
	@scripts/install-packages --with-matrix
	@$(MAKE) --no-print-directory run-$@

# "make check-matrix KERNELS='6.1-armhf newest-amd64'" for some of them
run-check-matrix run-check-arm64:
	@CACHE='$(CACHE)' PERL5LIB=tests/run prove --timer --formatter Summary \
		tests/matrix/check :: $(if $(filter %arm64,$@),6.1-arm64,$(KERNELS))
