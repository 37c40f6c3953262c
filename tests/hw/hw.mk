# SPDX-License-Identifier: GPL-2.0
# Drivers and simulator: paper in, paper out, and what goes wrong in between.

HW_PAGE := $(B)/tests/hw/page
CHECKS += tests/hw/paper tests/hw/faults tests/hw/sleep

tests/hw/paper tests/hw/faults tests/hw/sleep: $(HW_PAGE)

$(B)/tests/hw/page.o: ROOM_CFLAGS = -Iuserland/libifax
$(HW_PAGE): $(B)/tests/hw/page.o $(LIBIFAX)
	$(CC) $(CFLAGS) -static -o $@ $^
