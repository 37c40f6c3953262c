# SPDX-License-Identifier: GPL-2.0
CODEC_TESTS := $(patsubst %,$(B)/tests/codec/%, \
	cross cross_jbig jbig tables faults fit grey scale transcode splice)
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

# "make bench-paths": scaling and transcoding
$(B)/tests/codec/bench_paths: $(patsubst %,$(B)/tests/codec/%.o,bench_paths page coded) $(CODEC_LIB)
	$(CC) $(IFAX_LDFLAGS) -o $@ $^ -lz

.PHONY: bench-grey bench-paths
bench-grey bench-paths: bench-%: $(B)/tests/codec/bench_%
	@taskset -c 0 $<

# Fuzzers: the codec once with libFuzzer's eyes, and a program for each target
CODEC_FUZZ := raw mh mr mmr jbig round_trip splice scale transcode
CODEC_FUZZ_OBJECTS := $(CODEC_OBJECTS:$(B)/%.o=$(B)/fuzz/objects/%.o) \
	$(patsubst %,$(B)/fuzz/objects/tests/codec/%.o,page coded)
CODEC_FUZZ_COMPILE = clang $(filter-out -fPIE,$(IFAX_CFLAGS)) -U_FORTIFY_SOURCE -O1 -g \
	-Wno-bitwise-conditional-parentheses $(CODEC_CFLAGS) -fno-sanitize-recover=all
FUZZERS += $(CODEC_FUZZ:%=$(B)/fuzz/codec_%)

$(B)/fuzz/objects/%.o: %.c
	@mkdir -p $(@D)
	$(CODEC_FUZZ_COMPILE) -fsanitize=fuzzer-no-link,address,undefined -c -o $@ $<

$(B)/fuzz/objects/kernel/codec/tables.o: $(B)/kernel/codec/tables.c
	@mkdir -p $(@D)
	$(CODEC_FUZZ_COMPILE) -fsanitize=fuzzer-no-link,address,undefined -c -o $@ $<

$(CODEC_FUZZ:%=$(B)/fuzz/codec_%): $(B)/fuzz/codec_%: tests/codec/fuzz.c $(CODEC_FUZZ_OBJECTS)
	$(CODEC_FUZZ_COMPILE) -DFUZZ_TARGET='"$*"' -fsanitize=fuzzer,address,undefined -o $@ \
		$< $(CODEC_FUZZ_OBJECTS) -lz
	@ln -sfn ../../tests/codec/corpus/$* $@.seeds

# The seeds are in the tree; this makes them anew
$(B)/tests/codec/fuzz_seeds: $(patsubst %,$(B)/tests/codec/%.o,fuzz_seeds page coded) $(CODEC_LIB)
	$(CC) $(IFAX_LDFLAGS) -o $@ $^ -lz

.PHONY: codec-corpus
codec-corpus: $(B)/tests/codec/fuzz_seeds
	@mkdir -p tests/codec/corpus
	@$< tests/codec/corpus

# They go through the fuzzers' code in "make check", too
CHECKS += $(B)/tests/codec/replay
$(B)/tests/codec/replay: $(CODEC_OBJECTS:$(B)/kernel/%.o=$(B)/sanitized/kernel/%.o) \
		$(patsubst %,$(B)/sanitized/tests/codec/%.o,replay fuzz tap page coded)
	@mkdir -p $(@D)
	$(CC) -fsanitize=address,undefined -o $@ $^ -lz

# "make prove": bit writer, bit reader, run filler and its counterpart, by CBMC
.PHONY: prove
prove: $(B)/kernel/codec/tables.c
	@tests/codec/prove/run '$(CACHE)' $(B)
