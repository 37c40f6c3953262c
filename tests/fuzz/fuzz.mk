# SPDX-License-Identifier: GPL-2.0
#
# make fuzz [SECONDS=600] [TARGETS="codec_mmr smtp_server"]: the time is shared
# by all fuzzers, or by those named. What they learn stays in build/fuzz/*.corpus.
#
# A room has its fuzzers in FUZZERS, as $(B)/fuzz/NAME: a program of libFuzzer's.
# It may make $(B)/fuzz/NAME.seeds, a folder of inputs to begin with; in it, "dictionary".
SECONDS ?= 600
FUZZERS_WANTED = $(if $(TARGETS),$(TARGETS:%=$(B)/fuzz/%),$(sort $(FUZZERS)))

.PHONY: fuzz
fuzz:
	@scripts/install-packages --with-fuzz
	@$(MAKE) --no-print-directory -s $(FUZZERS_WANTED)
	@tests/fuzz/run $(SECONDS) $(FUZZERS_WANTED)

CHECKS += tests/fuzz/selftest
