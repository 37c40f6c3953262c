# SPDX-License-Identifier: GPL-2.0
# The daemon and its command line, with a fake paper worker: no device is needed
AGENT_CHECKS := $(patsubst %,tests/agent/%,config control crash paper syncs)
AGENT_CHECKS += $(patsubst %,tests/agent/%,send reuse timers receive tls auth routing policy oauth)
AGENT_CHECKS += $(patsubst %,tests/agent/%,fetch maildrop-list collect pdf-maildrop hostile crash-maildrop)
AGENT_CHECKS += $(patsubst %,tests/agent/%,confirm parts mails rules requests)
AGENT_CHECKS += $(patsubst %,tests/agent/%,bounces locked retry transport)
AGENT_CHECKS += $(patsubst %,tests/agent/%,repeats printable replies quirks spf sheets readiness pop-before-smtp machine)
AGENT_CHECKS += $(patsubst %,tests/agent/%,forms conneg alternative dsn)
CHECKS += $(AGENT_CHECKS) tests/agent/attacks

# The same with the simulated engine, in a virtual machine
CHECKS += tests/agent/killed
tests/agent/killed: $(B)/tests/demo/compare

$(AGENT_CHECKS): $(B)/tests/agent/faults.so $(B)/tests/agent/syncs.so

CHECKS += $(B)/tests/agent/wal
$(B)/tests/agent/wal.o: ROOM_CFLAGS = -Iuserland/agent
$(B)/tests/agent/wal: $(B)/tests/agent/wal.o $(B)/tests/mail/tap.o $(B)/userland/agent/log.o \
		$(patsubst %,$(B)/userland/agent/store/%.o,wal database)
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -fsanitize=address,undefined -o $@ $^ \
		$(shell $(PKG_CONFIG) --libs sqlite3) -pthread

$(B)/tests/agent/%.so: tests/agent/%.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) -fPIC -shared -o $@ $<

# Crashes at every durable step, over and over: make check-crash ROUNDS=n
.PHONY: check-crash bench-mail
ROUNDS ?= 20
check-crash: userland $(B)/tests/agent/faults.so
	@set -e; for round in $$(seq $(ROUNDS)); do \
		echo "# round $$round of $(ROUNDS)"; tests/agent/crash $$round; \
		tests/agent/crash-maildrop $$round; tests/agent/pdf-maildrop $$round; done

# The same tests with a daemon that notices what it does wrong with memory: its workers are as
# usual, there is no room for that in their sandbox. Some preload a library of their own
.PHONY: check-memory
SANITIZED = $(B)/sanitized/agent
SANITIZE = -fsanitize=address,undefined
check-memory: userland $(AGENT_CHECKS)
	@$(MAKE) --no-print-directory B=$(SANITIZED) LDFLAGS='$(SANITIZE)' \
		CFLAGS='-O1 -g -U_FORTIFY_SOURCE $(SANITIZE) -fno-sanitize-recover=all' $(SANITIZED)/ifaxd
	@ln -sfn $(filter-out %/ifaxd,$(abspath $(PROGRAMS))) $(abspath $(B)/tests) $(SANITIZED)/
	@IFAX_BUILD=$(SANITIZED) ASAN_OPTIONS=verify_asan_link_order=0 PYTHONDONTWRITEBYTECODE=1 \
		PERL5LIB=tests/run prove --jobs 2 --timer --failures --formatter Summary $(AGENT_CHECKS)

# ifaxd beside Postfix and OpenSMTPD, in one run: build/bench/smtp.tsv. As root
BENCHES += bench-mail
bench-mail: userland
	@scripts/install-packages --with-mail
	@PYTHONDONTWRITEBYTECODE=1 tests/agent/bench-mail \
		--opensmtpd "$$(tests/bench/peers '$(CACHE)' opensmtpd)"
