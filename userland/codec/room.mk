# SPDX-License-Identifier: GPL-2.0
IFAX_CODEC := $(B)/ifax-codec
IFAX_CODEC_OBJECTS := $(patsubst %,$(B)/userland/codec/%.o,main encode decode convert \
	image input output page_codec page_writer tiff)
PROGRAMS += $(IFAX_CODEC)

$(IFAX_CODEC_OBJECTS): ROOM_CFLAGS = $(shell $(PKG_CONFIG) --cflags libtiff-4)

$(IFAX_CODEC): $(IFAX_CODEC_OBJECTS) $(CODEC_LIB)
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs libtiff-4)
