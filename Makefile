# SPDX-License-Identifier: GPL-2.0
#
# The one entry for people; "make help" says what there is. Every room adds its
# own part in a *.mk file beside its sources.

MAKEFLAGS += --no-builtin-rules

B := build
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/ifax
KDIR := $(or $(KDIR),$(lastword $(shell ls -dv /usr/src/linux-headers-*[0-9]-amd64 2>/dev/null)))
KERNEL_RELEASE = $(shell sed 's/.*"\(.*\)".*/\1/' $(KDIR)/include/generated/utsrelease.h)
PREFIX ?= /usr/local
DESTDIR ?=

CC := gcc
PKG_CONFIG := pkg-config
CFLAGS := -O2 -g
IFAX_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -Wshadow \
	-Wstrict-prototypes -Wmissing-prototypes -fstack-protector-strong -D_FORTIFY_SOURCE=2 \
	-fPIE -MMD -MP -Iinclude -Iinclude/uapi
IFAX_LDFLAGS := -pie -Wl,-z,relro,-z,now

.PHONY: all modules userland demo check bench install clean help packages vm \
	run-demo run-check run-bench
.DEFAULT_GOAL := all

# Programs, libraries and TAP tests: filled by the rooms
PROGRAMS :=
LIBRARIES :=
CHECKS :=
KSELFTESTS :=
BENCHES :=
FUZZERS :=

include kernel/codec/host.mk
include userland/userland.mk
include $(sort $(wildcard tests/*/*.mk))

all: modules userland

userland: $(PROGRAMS) $(LIBRARIES)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) $(CFLAGS) $(ROOM_CFLAGS) -c -o $@ $<

-include $(shell find $(B) -type f -name '*.d' -not -path '$(B)/modules/*' 2>/dev/null)

# Kbuild puts objects beside the sources: give it a tree of links to build in.
modules:
	@test -n "$(KDIR)" || { echo "no kernel headers found: run scripts/install-packages, or set KDIR="; exit 1; }
	@mkdir -p $(B)/modules
	@find $(B)/modules -xtype l -delete
	@mkdir -p $(B)/modules/tests
	@cp -rsf $(CURDIR)/Kbuild $(CURDIR)/kernel $(CURDIR)/include $(B)/modules/
	@cp -rsf $(CURDIR)/tests/kunit $(B)/modules/tests/
	@$(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR)/$(B)/modules W=1 \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules

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

# What tests/vm/run needs to know
VM = CACHE='$(CACHE)' KDIR='$(KDIR)'

# "make check CHECKS=tests/vm/selftest" runs one of them. None may hang: CI has an end
run-check: all $(KSELFTESTS) $(CHECKS)
	@$(VM) PYTHONDONTWRITEBYTECODE=1 PERL5LIB=tests/run \
		prove --jobs 2 --timer --failures --exec "timeout -k 9 $$((900 * $${TIMEOUT_FACTOR:-1}))" \
			--formatter Summary $(CHECKS)

# Targets that measure one thing each and print a table
run-bench: all $(BENCHES)

run-demo: all $(B)/tests/demo/compare $(if $(DOC),,$(B)/demo/document.pdf)
	@$(VM) tests/demo/demo "$$DOC"

# The rooms add what else they install
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin
	install -m 755 $(filter %/ifaxd,$(PROGRAMS)) $(DESTDIR)$(PREFIX)/sbin
	install -m 755 $(filter-out %/ifaxd,$(PROGRAMS)) $(DESTDIR)$(PREFIX)/bin
	for section in 1 3 8; do \
		install -d $(DESTDIR)$(PREFIX)/share/man/man$$section && \
		install -m 644 Documentation/man/*.$$section $(DESTDIR)$(PREFIX)/share/man/man$$section \
			|| exit; \
	done
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(B)/modules INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=extra \
		CONFIG_MODULE_SIG_ALL= modules_install
	$(if $(DESTDIR),,/sbin/depmod $(KERNEL_RELEASE))

help:
	@echo 'make               modules and userland, below $(B)/'
	@echo 'make modules       ifax_codec.ko ifax.ko ifax_scan.ko ifax_print.ko ifax_sim.ko'
	@echo 'make userland      ifaxd, ifax and their workers, libifax'
	@echo 'make install       below PREFIX=$(PREFIX), modules in /lib/modules (DESTDIR= for packagers)'
	@echo 'make clean         remove $(B)/'
	@echo
	@echo 'make demo          a document goes from paper to paper, in a virtual machine'
	@echo '                   (DOC=any.pdf for your own; pages in $(B)/demo/)'
	@echo 'make check         all tests (CHECKS=tests/vm/selftest for one of them)'
	@echo 'make lint          checkpatch, kernel-doc, mandoc, sparse, coccinelle'
	@echo 'make check-interop mail servers and clients that others wrote; Documentation/interop.rst'
	@echo 'make check-crash   kill -9 at every durable step, ROUNDS= times over'
	@echo 'make check-memory  tests of the daemon, which tells what it does wrong with memory'
	@echo 'make check-debug   tests of the kernel side in a kernel that finds mistakes'
	@echo 'make check-faults  every fault of the hardware at many places of a page'
	@echo 'make check-matrix  other kernels and architectures (check-arm64 for one)'
	@echo 'make check-ynl     the netlink specification with the kernel'"'"'s own tool'
	@echo 'make fuzz          hostile bytes (SECONDS=600, TARGETS="codec_mmr smtp_server")'
	@echo 'make prove         bit writer, bit reader and run filler cannot fail (CBMC)'
	@echo 'make bench         how fast it is; tables in $(B)/bench/'
	@echo 'make reference     what is public, of the comments in headers: $(B)/reference/'
	@echo
	@echo 'demo, check, lint, fuzz and bench install missing Debian packages first (scripts/install-packages).'
	@echo 'KDIR=           kernel headers or build tree, now $(or $(KDIR),none found)'
	@echo 'CACHE=          kernel and Debian for the virtual machine, now $(CACHE)'

clean:
	rm -rf $(B)
