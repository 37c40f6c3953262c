# SPDX-License-Identifier: GPL-2.0
# libifax: static, and shared with a soname. Use: -Iuserland/libifax $(LIBIFAX)

LIBIFAX := $(B)/libifax.a
LIBIFAX_SONAME := libifax.so.0
LIBIFAX_OBJECTS := $(patsubst %,$(B)/userland/libifax/%.o,device text)
LIBRARIES += $(LIBIFAX) $(B)/libifax.so

# The same objects for both, so position independent for a library
$(LIBIFAX_OBJECTS): ROOM_CFLAGS = -fPIC

$(LIBIFAX): $(LIBIFAX_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

$(B)/$(LIBIFAX_SONAME): $(LIBIFAX_OBJECTS)
	$(CC) -shared -Wl,-soname,$(LIBIFAX_SONAME) -Wl,-z,relro,-z,now $(LDFLAGS) -o $@ $^

$(B)/libifax.so: $(B)/$(LIBIFAX_SONAME)
	ln -sf $(LIBIFAX_SONAME) $@
