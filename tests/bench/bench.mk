# SPDX-License-Identifier: GPL-2.0
# "make bench-kernel": the way of a page through the kernel, in the virtual machine

BENCHES += bench-kernel

$(B)/tests/bench/kernel.o: ROOM_CFLAGS = -Iuserland/libifax
$(B)/tests/bench/kernel: $(B)/tests/bench/kernel.o $(B)/libifax.a
	$(CC) $(IFAX_LDFLAGS) -o $@ $^ $(LIBIFAX_LIBS)

# A4 at 204x196 dpi
$(B)/tests/bench/letter.pbm: tests/bench/letter.ps
	@mkdir -p $(@D)
	gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=pbmraw -r204x196 -g1728x2292 -o - $< | pamtopnm >$@

.PHONY: bench-kernel
bench-kernel: modules $(B)/tests/bench/kernel $(B)/tests/bench/letter.pbm
	@mkdir -p $(B)/bench
	@$(VM) tests/bench/kernel
	@cp $(B)/vm/bench/kernel/kernel.tsv $(B)/bench/kernel.tsv
	@echo "table: $(B)/bench/kernel.tsv"

# "make bench-pop3" (and "make bench-mail"): the POP3 server beside Dovecot, the client beside
# mpop and fetchmail
.PHONY: bench-pop3
bench-mail: bench-pop3
bench-pop3: userland
	@mkdir -p $(B)/bench
	@tests/bench/pop3 "$$(tests/bench/peers '$(CACHE)')"
	@echo "table: $(B)/bench/pop3.tsv"
