# SPDX-License-Identifier: GPL-2.0
CHECKS += $(B)/tests/libifax/host

$(B)/tests/libifax/host.o: ROOM_CFLAGS = -Iuserland/libifax
# Linked with the shared library, so that this is tested too
$(B)/tests/libifax/host: $(B)/tests/libifax/host.o $(B)/libifax.so
	$(CC) $(IFAX_LDFLAGS) -o $@ $< -L$(B) -lifax -Wl,-rpath,'$$ORIGIN/../..' -pthread
