# SPDX-License-Identifier: GPL-2.0
# Tests of the character devices: static programs that run in the virtual machine.

KSELFTEST_SRC := tests/kselftest
KSELFTEST_HARNESS := $(B)/kselftest/include
KSELFTESTS += $(patsubst %,$(B)/kselftest/%, \
	budget cancel corrupt format ioctl open poll print remove scan)

$(KSELFTEST_HARNESS)/kselftest_harness.h: $(KSELFTEST_SRC)/fetch-harness
	@mkdir -p $(B)/kselftest
	$< $(@D)

$(B)/$(KSELFTEST_SRC)/%.o: ROOM_CFLAGS = -Iuserland/libifax -isystem $(KSELFTEST_HARNESS) \
	-Wno-missing-prototypes
$(B)/$(KSELFTEST_SRC)/%.o: $(KSELFTEST_SRC)/%.c | $(KSELFTEST_HARNESS)/kselftest_harness.h
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) $(CFLAGS) $(ROOM_CFLAGS) -c -o $@ $<

$(KSELFTESTS): $(B)/kselftest/%: $(B)/$(KSELFTEST_SRC)/%.o $(B)/$(KSELFTEST_SRC)/machine.o \
		$(B)/$(KSELFTEST_SRC)/sheet.o $(LIBIFAX) $(CODEC_LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -o $@ $^
