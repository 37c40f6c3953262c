# SPDX-License-Identifier: GPL-2.0
# Mail programs that we did not write. Those that are packages of this machine are tried by
# "make check", servers by "make check-interop", in a Debian of their own, as root.
CHECKS += tests/interop/clients tests/interop/table

INTEROP := clients postfix confirmations exim dovecot sink getmail wire-smtp wire-pop3

.PHONY: check-interop
check-interop: userland $(B)/tests/agent/faults.so
	@scripts/install-packages
	@mkdir -p $(B)/interop
	@IFAX_PEERS="$$(tests/bench/peers '$(CACHE)')" && \
		IFAX_PEERS_EXIM="$$(tests/bench/peers '$(CACHE)' exim)" && \
		export IFAX_PEERS IFAX_PEERS_EXIM && \
		echo $(INTEROP) | xargs -n 1 -P 2 \
			sh -c 'tests/interop/$$0 >$(B)/interop/$$0.tap 2>$(B)/interop/$$0.err || true'
	@prove --exec cat $(INTEROP:%=$(B)/interop/%.tap)
	@tests/interop/table --write $(INTEROP:%=$(B)/interop/%.tap)
	@echo "table: Documentation/interop.rst"
