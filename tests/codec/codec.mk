# SPDX-License-Identifier: GPL-2.0
CODEC_TESTS := $(patsubst %,$(B)/tests/codec/%, \
	cross cross_jbig jbig tables faults grey scale transcode splice)
CODEC_MUTATIONS := $(patsubst %,$(B)/tests/codec/%,mutate mutate_paths)
CHECKS += $(CODEC_TESTS) $(CODEC_MUTATIONS) tests/codec/tool tests/codec/ghostscript

CODEC_TEST_COMMON := $(patsubst %,$(B)/tests/codec/%.o,tap page coded peer_tiff)
CODEC_TEST_LIBS = $(shell $(PKG_CONFIG) --libs libtiff-4 zlib) -ljbig -lm

$(CODEC_TESTS:=.o) $(CODEC_TEST_COMMON): ROOM_CFLAGS = -Ikernel/codec
$(CODEC_TESTS:=.o): $(B)/kernel/codec/tables.c

# these two hold the coders themselves, to get at what is static there
$(B)/tests/codec/jbig: $(B)/tests/codec/jbig_qm_put.o $(B)/tests/codec/jbig_qm_take.o
$(B)/tests/codec/jbig_qm_put.o $(B)/tests/codec/jbig_qm_take.o: ROOM_CFLAGS = $(CODEC_CFLAGS)
$(B)/tests/codec/jbig_qm_put.o $(B)/tests/codec/jbig_qm_take.o: $(B)/kernel/codec/tables.c

$(CODEC_TESTS): %: %.o $(CODEC_TEST_COMMON) $(CODEC_LIB)
	$(CC) $(IFAX_LDFLAGS) -o $@ $(filter %.o,$^) $(CODEC_LIB) $(CODEC_TEST_LIBS)

# The whole codec once more, with sanitizers
CODEC_SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
CODEC_SANITIZED := $(CODEC_OBJECTS:$(B)/kernel/%.o=$(B)/sanitized/kernel/%.o) \
	$(patsubst %,$(B)/sanitized/tests/codec/%.o,tap page coded)

$(B)/sanitized/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) -U_FORTIFY_SOURCE $(CODEC_SANITIZE) $(CODEC_CFLAGS) -c -o $@ $<

$(B)/sanitized/kernel/codec/tables.o: $(B)/kernel/codec/tables.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) -U_FORTIFY_SOURCE $(CODEC_SANITIZE) $(CODEC_CFLAGS) -c -o $@ $<

$(CODEC_MUTATIONS): $(B)/tests/codec/%: $(B)/sanitized/tests/codec/%.o $(CODEC_SANITIZED)
	@mkdir -p $(@D)
	$(CC) -fsanitize=address,undefined -o $@ $^ -lz

# "make bench-codec": on one core; the pages of the folder of test pages, too, if it exists.
# PAGES="text ccitt4" and CODINGS="MH T85" take some of it; COUNT=1 counts instructions, too.
CODEC_BENCH := $(B)/tests/codec/bench
CODEC_BENCH_OBJECTS := $(patsubst %,$(B)/tests/codec/%.o, \
	bench bench_ifax bench_jbigkit bench_spandsp bench_ffmpeg peer_tiff page)

$(CODEC_BENCH): $(CODEC_BENCH_OBJECTS) $(CODEC_LIB)
	$(CC) $(IFAX_LDFLAGS) -o $@ $^ $(CODEC_TEST_LIBS) -lspandsp -lavcodec -lavutil

.PHONY: bench-codec run-bench-codec
bench-codec:
	@scripts/install-packages --with-bench
	@$(MAKE) --no-print-directory -s run-bench-codec

run-bench-codec: $(CODEC_BENCH)
	@mkdir -p $(B)/bench
	@PAGES='$(PAGES)' CODINGS='$(CODINGS)' taskset -c 0 $< measure $(B)/bench/codec.tsv
	@$(if $(COUNT),PAGES='$(PAGES)' CODINGS='$(CODINGS)' tests/codec/count $< $(B)/bench/codec.tsv)

# "make bench-grey": grey to black and white
$(B)/tests/codec/bench_grey: $(patsubst %,$(B)/tests/codec/%.o,bench_grey page) $(CODEC_LIB)
	$(CC) $(IFAX_LDFLAGS) -o $@ $^ -lz

.PHONY: bench-grey
bench-grey: $(B)/tests/codec/bench_grey
	@taskset -c 0 $<

# "make fuzz-codec SECONDS=600": libFuzzer with sanitizers; needs clang
SECONDS ?= 60
CODEC_FUZZ_SOURCES := $(patsubst $(B)/%.o,%.c,$(filter-out %/tables.o,$(CODEC_OBJECTS))) \
	$(patsubst %,tests/codec/%.c,fuzz page coded)

$(B)/tests/codec/fuzz: $(CODEC_FUZZ_SOURCES) $(B)/kernel/codec/tables.c $(wildcard kernel/codec/*.h)
	@mkdir -p $(@D)
	clang $(filter-out -fPIE -MMD -MP,$(IFAX_CFLAGS)) -U_FORTIFY_SOURCE -O1 -g $(CODEC_CFLAGS) \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ \
		$(CODEC_FUZZ_SOURCES) $(B)/kernel/codec/tables.c -lz

$(B)/tests/codec/fuzz_seeds: $(patsubst %,$(B)/tests/codec/%.o,fuzz_seeds page coded) $(CODEC_LIB)
	$(CC) $(IFAX_LDFLAGS) -o $@ $^ -lz

.PHONY: fuzz-codec
fuzz-codec: $(B)/tests/codec/fuzz $(B)/tests/codec/fuzz_seeds
	@mkdir -p $(B)/fuzz/codec $(B)/fuzz/codec-seeds
	@$(B)/tests/codec/fuzz_seeds $(B)/fuzz/codec-seeds
	cd $(B)/fuzz && ../tests/codec/fuzz -max_total_time=$(SECONDS) -timeout=5 -max_len=4096 \
		-print_final_stats=1 codec codec-seeds
