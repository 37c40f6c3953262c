# SPDX-License-Identifier: GPL-2.0
# The command line: of a station, and of its devices. It reads and writes TIFFs
# by the pieces that make mails of them.

CTL_PACKAGES = jansson glib-2.0 libtiff-4 libseccomp
CTL_OBJECTS := $(patsubst %,$(B)/userland/ctl/%.o,book devices fetch main print request scan show) \
	$(patsubst %,$(B)/userland/message/%.o,failure halftone line page_form page_ready recode sandbox strip \
	tiff_chain tiff_file tiff_image tiff_page tiff_read tiff_write turn) \
	$(patsubst %,$(B)/userland/agent/paper/%.o,page_file page_print)
PROGRAMS += $(B)/ifax

$(B)/userland/ctl/%.o: ROOM_CFLAGS = -Iuserland/libifax $(shell $(PKG_CONFIG) --cflags $(CTL_PACKAGES))

$(B)/ifax: $(CTL_OBJECTS) $(B)/libifax.a $(CODEC_LIB)
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs $(CTL_PACKAGES)) \
		$(LIBIFAX_LIBS) -lm
