# SPDX-License-Identifier: GPL-2.0
#
# The one entry for people; "make help" says what there is. Every room adds its
# own part in a *.mk file beside its sources.

B := build
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/ifax
KDIR ?= $(lastword $(shell ls -dv /usr/src/linux-headers-*[0-9]-amd64 2>/dev/null))
export CACHE KDIR
PREFIX ?= /usr/local
DESTDIR ?=

CC := gcc
PKG_CONFIG := pkg-config
CFLAGS := -O2 -g
IFAX_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -Wshadow \
	-Wstrict-prototypes -Wmissing-prototypes -fstack-protector-strong -D_FORTIFY_SOURCE=2 \
	-fPIE -MMD -MP -Iinclude -Iinclude/uapi
IFAX_LDFLAGS := -pie -Wl,-z,relro,-z,now

.PHONY: all modules userland demo check bench install clean help packages vm
.DEFAULT_GOAL := all

# Programs, libraries and TAP tests: filled by the rooms
PROGRAMS :=
LIBRARIES :=
CHECKS :=
KSELFTESTS :=

include kernel/codec/host.mk
include userland/userland.mk
include $(sort $(wildcard tests/*/*.mk))

all: modules userland

userland: $(PROGRAMS) $(LIBRARIES)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) $(CFLAGS) $(ROOM_CFLAGS) -c -o $@ $<

-include $(shell find $(B) -name '*.d' -not -path '$(B)/modules/*' 2>/dev/null)

# Kbuild puts objects beside the sources: give it a tree of links to build in.
modules:
	@test -n "$(KDIR)" || { echo "no kernel headers found: run scripts/install-packages, or set KDIR="; exit 1; }
	@mkdir -p $(B)/modules
	@find $(B)/modules -xtype l -delete
	@cp -rs --update $(CURDIR)/Kbuild $(CURDIR)/kernel $(CURDIR)/include $(B)/modules/ 2>/dev/null || \
		cp -rsf $(CURDIR)/Kbuild $(CURDIR)/kernel $(CURDIR)/include $(B)/modules/
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(B)/modules W=1 modules

# Packages first; then a make of its own, which finds the headers and libraries
# that were installed. Should the kernel of the installed headers have left the
# archive, newer headers are taken.
packages:
	@scripts/install-packages

vm:
	@scripts/fetch-kernel '$(CACHE)' '$(KDIR)' >/dev/null
	@tests/vm/rootfs '$(CACHE)' >/dev/null

demo check bench: packages
	@$(MAKE) --no-print-directory -s vm || { scripts/install-packages --newer-kernel && \
		$(MAKE) --no-print-directory -s vm; }
	@$(MAKE) --no-print-directory run-$@

# "make check CHECKS=tests/vm/selftest" runs one of them
run-check: all $(KSELFTESTS) $(CHECKS)
	@PERL5LIB=tests/run prove --jobs 2 --timer --exec "" --formatter Summary $(CHECKS)

clean:
	rm -rf $(B)
