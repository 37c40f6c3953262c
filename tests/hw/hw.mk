# SPDX-License-Identifier: GPL-2.0
# Drivers and simulator: paper in, paper out, and what goes wrong in between.

HW_PAGE := $(B)/tests/hw/page
HW_SHEETS := $(B)/tests/hw/sheets
CHECKS += tests/hw/registers
HW_CHECKS := tests/hw/paper tests/hw/faults tests/hw/fault-kinds tests/hw/grey tests/hw/sleep tests/hw/warm \
	tests/hw/fit tests/hw/duplex
CHECKS += $(HW_CHECKS)

$(HW_CHECKS) tests/hw/fault-places: $(HW_PAGE)

# Every fault at many places: half an hour, which is more than any check has
.PHONY: check-faults
check-faults: packages
	@TIMEOUT_FACTOR=$(or $(TIMEOUT_FACTOR),8) \
		$(MAKE) --no-print-directory run-check CHECKS=tests/hw/fault-places

$(B)/tests/hw/page.o: ROOM_CFLAGS = -Iuserland/libifax
$(HW_PAGE): $(B)/tests/hw/page.o $(LIBIFAX)
	$(CC) $(CFLAGS) -static -o $@ $^

tests/hw/fit tests/hw/duplex tests/hw/fault-kinds tests/hw/fault-places: $(HW_SHEETS)
$(B)/tests/hw/sheets.o: ROOM_CFLAGS = -Iuserland/libifax
$(HW_SHEETS): $(B)/tests/hw/sheets.o $(LIBIFAX) $(CODEC_LIB)
	$(CC) $(CFLAGS) -static -o $@ $^
