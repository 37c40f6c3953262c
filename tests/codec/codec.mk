# SPDX-License-Identifier: GPL-2.0
CODEC_TESTS := $(B)/tests/codec/cross
CHECKS += $(CODEC_TESTS)

CODEC_TEST_COMMON := $(patsubst %,$(B)/tests/codec/%.o,tap page coded peer_tiff)
CODEC_TEST_LIBS = $(shell $(PKG_CONFIG) --libs libtiff-4 zlib)

$(CODEC_TESTS): %: %.o $(CODEC_TEST_COMMON) $(CODEC_LIB)
	$(CC) $(IFAX_LDFLAGS) -o $@ $^ $(CODEC_TEST_LIBS)
