# SPDX-License-Identifier: GPL-2.0
# Tests of the character devices: static programs that run in the virtual machine.

KSELFTEST_SRC := tests/kselftest
KSELFTEST_OBJ := $(B)/$(KSELFTEST_SRC)
KSELFTEST_HARNESS := $(B)/kselftest/include
KSELFTESTS += $(patsubst %,$(B)/kselftest/%, \
	budget cancel copying corrupt faults format ioctl netlink open poll print remove scan trace)

$(KSELFTEST_HARNESS)/kselftest_harness.h: $(KSELFTEST_SRC)/fetch-harness
	@mkdir -p $(B)/kselftest
	$< $(@D)

$(KSELFTEST_OBJ)/%.o: ROOM_CFLAGS = -Iuserland/libifax -isystem $(KSELFTEST_HARNESS) \
	-Wno-missing-prototypes
$(KSELFTEST_OBJ)/%.o: $(KSELFTEST_SRC)/%.c | $(KSELFTEST_HARNESS)/kselftest_harness.h
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) $(CFLAGS) $(ROOM_CFLAGS) -c -o $@ $<

$(KSELFTESTS): $(B)/kselftest/%: $(KSELFTEST_OBJ)/%.o $(KSELFTEST_OBJ)/machine.o \
		$(KSELFTEST_OBJ)/sheet.o $(LIBIFAX) $(CODEC_LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -o $@ $^

# The example of Documentation/userspace-api/ifax.rst
$(B)/kselftest/bin/copy: $(KSELFTEST_OBJ)/copy.o $(LIBIFAX)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -o $@ $^

$(B)/kselftest/copying: | $(B)/kselftest/bin/copy

$(B)/kselftest/netlink: $(KSELFTEST_OBJ)/genl.o
