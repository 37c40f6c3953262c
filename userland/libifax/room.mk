# SPDX-License-Identifier: GPL-2.0
# libifax: static, and shared with a soname. Use: -Iuserland/libifax $(LIBIFAX), and
# $(LIBIFAX_LIBS) for its control and events

LIBIFAX := $(B)/libifax.a
LIBIFAX_VERSION := 1.0
LIBIFAX_SONAME := libifax.so.1
LIBIFAX_PACKAGES := libnl-genl-3.0
LIBIFAX_LIBS = $(shell $(PKG_CONFIG) --libs $(LIBIFAX_PACKAGES)) -pthread
LIBIFAX_OBJECTS := $(patsubst %,$(B)/userland/libifax/%.o,control device events netlink page text)
LIBRARIES += $(LIBIFAX) $(B)/libifax.so

# The same objects for both, so position independent for a library
$(LIBIFAX_OBJECTS): ROOM_CFLAGS = -fPIC $(shell $(PKG_CONFIG) --cflags $(LIBIFAX_PACKAGES))

$(LIBIFAX): $(LIBIFAX_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

$(B)/$(LIBIFAX_SONAME): $(LIBIFAX_OBJECTS) userland/libifax/libifax.map
	$(CC) -shared -Wl,-soname,$(LIBIFAX_SONAME) -Wl,-z,relro,-z,now -Wl,-z,defs \
		-Wl,--version-script=userland/libifax/libifax.map $(LDFLAGS) -o $@ \
		$(LIBIFAX_OBJECTS) $(LIBIFAX_LIBS)

$(B)/libifax.so: $(B)/$(LIBIFAX_SONAME)
	ln -sf $(LIBIFAX_SONAME) $@

.PHONY: install-libifax
install: install-libifax
install-libifax: $(LIBIFAX) $(B)/libifax.so
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include/linux
	install -m 644 $(LIBIFAX) $(B)/$(LIBIFAX_SONAME) $(DESTDIR)$(PREFIX)/lib
	ln -sf $(LIBIFAX_SONAME) $(DESTDIR)$(PREFIX)/lib/libifax.so
	sed 's,@PREFIX@,$(PREFIX),; s,@VERSION@,$(LIBIFAX_VERSION),' userland/libifax/libifax.pc.in \
		>$(DESTDIR)$(PREFIX)/lib/pkgconfig/libifax.pc
	install -m 644 userland/libifax/libifax.h $(DESTDIR)$(PREFIX)/include
	install -m 644 include/uapi/linux/ifax.h include/uapi/linux/ifax_netlink.h \
		$(DESTDIR)$(PREFIX)/include/linux
