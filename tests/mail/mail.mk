# SPDX-License-Identifier: GPL-2.0
#
# The mail engines without sockets, built with the sanitizers so that every
# test is a test of memory as well.
#
# Each engine has a fuzzer, too: make fuzz TARGETS="smtp_server ...".

MAIL_ENGINES := $(AGENT_ENGINES)
MAIL_TESTS := binary text server client pop3 pop3_server back_to_back
MAIL_FUZZ := smtp_server smtp_client pop3_client pop3_server
MAIL_B := $(B)/tests/mail
MAIL_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
MAIL_LIBS = $(shell $(PKG_CONFIG) --libs libcrypto)
MAIL_COMMON := $(MAIL_B)/tap.o $(MAIL_B)/dialogue.o $(MAIL_ENGINES:%=$(MAIL_B)/engine/%.o)

CHECKS += $(addprefix $(MAIL_B)/,$(MAIL_TESTS) $(MAIL_FUZZ:%=mutate_%))

$(MAIL_B)/%.o: tests/mail/%.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) -Wno-missing-field-initializers -Iuserland/agent $(CFLAGS) $(MAIL_SANITIZE) -c -o $@ $<

$(MAIL_B)/engine/%.o: userland/agent/engine/%.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) $(CFLAGS) $(MAIL_SANITIZE) -c -o $@ $<

$(MAIL_TESTS:%=$(MAIL_B)/%): $(MAIL_B)/%: $(MAIL_B)/%.o $(MAIL_COMMON)
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) $(MAIL_SANITIZE) -o $@ $^ $(MAIL_LIBS)

$(MAIL_FUZZ:%=$(MAIL_B)/mutate_%): $(MAIL_B)/mutate_%: $(MAIL_B)/mutate.o $(MAIL_B)/fuzz_%.o \
		$(MAIL_COMMON)
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) $(MAIL_SANITIZE) -o $@ $^ $(MAIL_LIBS)

$(MAIL_FUZZ:%=$(B)/fuzz/%): $(B)/fuzz/%: tests/mail/fuzz_%.c $(MAIL_ENGINES:%=userland/agent/engine/%.c)
	@mkdir -p $(@D)
	clang $(filter-out -fPIE -MMD -MP,$(IFAX_CFLAGS)) -Iuserland/agent $(CFLAGS) \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ \
		$(filter %.c,$^) $(MAIL_LIBS)
	@mkdir -p $@.seeds
	@$(MAIL_B)/mutate_$* --seeds $@.seeds

FUZZERS += $(MAIL_FUZZ:%=$(B)/fuzz/%)
$(MAIL_FUZZ:%=$(B)/fuzz/%): $(B)/fuzz/%: $(MAIL_B)/mutate_%
