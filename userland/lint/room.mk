# SPDX-License-Identifier: GPL-2.0
LINT_PACKAGES := gmime-3.0 libtiff-4 libseccomp
LINT_OBJECTS := $(patsubst %.c,$(B)/%.o,$(wildcard userland/lint/*.c)) \
	$(addprefix $(B)/userland/message/,failure.o html_text.o ifd.o line.o \
	mime_limits.o parts.o sandbox.o)

PROGRAMS += $(B)/ifax-lint

$(B)/userland/lint/%.o: ROOM_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(LINT_PACKAGES))

$(B)/ifax-lint: $(LINT_OBJECTS) $(B)/libifax-codec.a
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs gmime-3.0 libseccomp) -lm
