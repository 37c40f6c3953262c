# SPDX-License-Identifier: GPL-2.0
# The worker of ifaxd that judges senders by SPF, without a network of its own
SPF_OBJECTS := $(B)/userland/spf/main.o $(B)/userland/spf/questions.o \
	$(B)/userland/message/sandbox.o $(B)/userland/message/failure.o

PROGRAMS += $(B)/ifax-spf

$(B)/ifax-spf: $(SPF_OBJECTS)
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^ -lspf2 $(shell $(PKG_CONFIG) --libs libseccomp glib-2.0)
