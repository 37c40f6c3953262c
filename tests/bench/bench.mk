# SPDX-License-Identifier: GPL-2.0
# "make bench-kernel": the way of a page through the kernel, in the virtual machine
# "make bench-realtime": pages into an engine that does not wait (PAGES=20 for a
# short form, CODING=jbig for another one)

BENCHES += bench-kernel bench-realtime

# As many as the goal is for, if that is what was asked for; few among all other benches
REALTIME_PAGES = $(if $(filter bench-realtime,$(MAKECMDGOALS)),$(or $(PAGES),1000),20)

$(B)/tests/bench/%.o: ROOM_CFLAGS = -Iuserland/libifax
$(B)/tests/bench/kernel $(B)/tests/bench/realtime: $(B)/tests/bench/%: $(B)/tests/bench/%.o \
		$(B)/tests/bench/figures.o $(B)/libifax.a
	$(CC) $(IFAX_LDFLAGS) -o $@ $^ $(LIBIFAX_LIBS)

# A4 at 204x196 dpi
$(B)/tests/bench/letter.pbm: tests/bench/letter.ps
	@mkdir -p $(@D)
	gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=pbmraw -r204x196 -g1728x2292 -o - $< | pamtopnm >$@

# A4 at 600x600 dpi
$(B)/tests/bench/letter600.pbm: tests/bench/letter.ps
	@mkdir -p $(@D)
	gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=pbmraw -r600 -g4960x7016 -o - $< | pamtopnm >$@

.PHONY: bench-kernel bench-realtime
bench-kernel: modules $(B)/tests/bench/kernel $(B)/tests/bench/letter.pbm
	@mkdir -p $(B)/bench
	@$(VM) tests/bench/kernel
	@cp $(B)/vm/bench/kernel/kernel.tsv $(B)/bench/kernel.tsv
	@echo "table: $(B)/bench/kernel.tsv"

# The guest's clock is the count of its instructions, each 2^3 ns: what else the host
# has to do cannot make the guest late. Such a clock needs one processor.
# A minute a page is for the slowest of hosts.
bench-realtime: modules $(B)/tests/bench/realtime $(B)/tests/bench/letter600.pbm
	@mkdir -p $(B)/bench
	@$(VM) KERNEL_ARGS='ifax.realtime=$(REALTIME_PAGES),$(or $(CODING),mmr),8' \
		TCG_THREAD=single QEMU_ARGS='-smp 1 -icount shift=3' \
		tests/vm/run --timeout=$$((300 + 60 * $(REALTIME_PAGES))) tests/bench/realtime
	@cp $(B)/vm/bench/realtime/realtime.tsv $(B)/bench/realtime.tsv
	@echo "table: $(B)/bench/realtime.tsv"

# "make bench-pop3" (and "make bench-mail"): the POP3 server beside Dovecot, the client beside
# mpop and fetchmail
.PHONY: bench-pop3
bench-mail: bench-pop3
bench-pop3: userland
	@mkdir -p $(B)/bench
	@tests/bench/pop3 "$$(tests/bench/peers '$(CACHE)')"
	@echo "table: $(B)/bench/pop3.tsv"
