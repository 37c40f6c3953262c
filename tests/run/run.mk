# SPDX-License-Identifier: GPL-2.0
CHECKS += tests/vm/verdict-selftest tests/vm/selftest tests/vm/guest/modules $(if $(KSELFTESTS),tests/vm/guest/kselftest)
BENCHES += bench-codec
