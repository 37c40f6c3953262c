# SPDX-License-Identifier: GPL-2.0
#
# The mail engines without sockets, built with the sanitizers so that every
# test is a test of memory as well.

MAIL_ENGINES := smtp_server smtp_commands smtp_client pop3_client smtp_reply mail_path mail_wire \
	line_reader dot_stuffing
MAIL_TESTS := text server client pop3 back_to_back
MAIL_B := $(B)/tests/mail
MAIL_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all

CHECKS += $(addprefix $(MAIL_B)/,$(MAIL_TESTS))

$(MAIL_B)/%.o: tests/mail/%.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) -Iuserland/agent $(CFLAGS) $(MAIL_SANITIZE) -c -o $@ $<

$(MAIL_B)/engine/%.o: userland/agent/%.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) $(CFLAGS) $(MAIL_SANITIZE) -c -o $@ $<

$(addprefix $(MAIL_B)/,$(MAIL_TESTS)): $(MAIL_B)/%: $(MAIL_B)/%.o $(MAIL_B)/tap.o \
		$(MAIL_B)/dialogue.o $(MAIL_ENGINES:%=$(MAIL_B)/engine/%.o)
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) $(MAIL_SANITIZE) -o $@ $^ $(shell $(PKG_CONFIG) --libs libcrypto)
