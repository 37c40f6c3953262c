# SPDX-License-Identifier: GPL-2.0
CODEC_TESTS := $(patsubst %,$(B)/tests/codec/%,cross cross_jbig tables faults)
CHECKS += $(CODEC_TESTS) $(B)/tests/codec/mutate tests/codec/tool

CODEC_TEST_COMMON := $(patsubst %,$(B)/tests/codec/%.o,tap page coded peer_tiff)
CODEC_TEST_LIBS = $(shell $(PKG_CONFIG) --libs libtiff-4 zlib) -ljbig

$(CODEC_TESTS:=.o) $(CODEC_TEST_COMMON): ROOM_CFLAGS = -Ikernel/codec
$(CODEC_TESTS:=.o): $(B)/kernel/codec/tables.c

$(CODEC_TESTS): %: %.o $(CODEC_TEST_COMMON) $(CODEC_LIB)
	$(CC) $(IFAX_LDFLAGS) -o $@ $^ $(CODEC_TEST_LIBS)

# The whole codec once more, with sanitizers
CODEC_SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
CODEC_SANITIZED := $(CODEC_OBJECTS:$(B)/kernel/%.o=$(B)/sanitized/kernel/%.o) \
	$(patsubst %,$(B)/sanitized/tests/codec/%.o,mutate tap page coded)

$(B)/sanitized/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) -U_FORTIFY_SOURCE $(CODEC_SANITIZE) $(CODEC_CFLAGS) -c -o $@ $<

$(B)/sanitized/kernel/codec/tables.o: $(B)/kernel/codec/tables.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) -U_FORTIFY_SOURCE $(CODEC_SANITIZE) $(CODEC_CFLAGS) -c -o $@ $<

$(B)/tests/codec/mutate: $(CODEC_SANITIZED)
	@mkdir -p $(@D)
	$(CC) -fsanitize=address,undefined -o $@ $^ -lz

CODEC_BENCH := $(B)/tests/codec/bench
CODEC_BENCH_OBJECTS := $(patsubst %,$(B)/tests/codec/%.o,bench bench_ifax bench_jbigkit peer_tiff page)

$(CODEC_BENCH): $(CODEC_BENCH_OBJECTS) $(CODEC_LIB)
	$(CC) $(IFAX_LDFLAGS) -o $@ $^ $(CODEC_TEST_LIBS)

# "make bench-codec": on one core; the pages of the folder of test pages, too, if it exists
.PHONY: bench-codec
bench-codec: $(CODEC_BENCH)
	@mkdir -p $(B)/bench
	@taskset -c 0 $< $(B)/bench/codec.tsv
