# SPDX-License-Identifier: GPL-2.0
# The command line of a station

CTL_PACKAGES = jansson
CTL_OBJECTS := $(patsubst %,$(B)/userland/ctl/%.o,main request show)
PROGRAMS += $(B)/ifax

$(CTL_OBJECTS): ROOM_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(CTL_PACKAGES))

$(B)/ifax: $(CTL_OBJECTS)
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs $(CTL_PACKAGES))
