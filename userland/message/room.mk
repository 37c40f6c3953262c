# SPDX-License-Identifier: GPL-2.0
MESSAGE_PACKAGES := gmime-3.0 libtiff-4 libseccomp freetype2 fribidi libpng libjpeg opendkim libcrypto
MESSAGE_OBJECTS := $(patsubst %.c,$(B)/%.o,$(wildcard userland/message/*.c) userland/agent/paper/page_file.c)

PROGRAMS += $(B)/ifax-message

$(B)/userland/message/%.o: ROOM_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(MESSAGE_PACKAGES))

$(B)/ifax-message: $(MESSAGE_OBJECTS) $(B)/libifax-codec.a
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs $(MESSAGE_PACKAGES)) -lm
