# SPDX-License-Identifier: GPL-2.0
# The daemon of a station, and its worker that moves paper

AGENT_PACKAGES = libevent libconfuse sqlite3 jansson libssl libcrypto libgsasl libcares
AGENT_FOLDERS := config engine net store receive send report control
# what of it is another program's
PAPER_OBJECTS := $(patsubst %,$(B)/userland/agent/paper/%.o,paper_worker paper_scan paper_print page_print \
	page_file)
TOKEN_OBJECTS := $(patsubst %,$(B)/userland/agent/net/%.o,token_worker token_file secret_file)
AGENT_ENGINES := $(notdir $(basename $(wildcard userland/agent/engine/*.c)))
AGENT_OBJECTS := $(patsubst %.c,$(B)/%.o,$(filter-out %_worker.c,$(wildcard userland/agent/*.c \
	$(AGENT_FOLDERS:%=userland/agent/%/*.c)))) \
	$(patsubst %,$(B)/userland/agent/%.o,paper/paper paper/page_file) \
	$(B)/userland/message/fax_address.o $(B)/userland/message/page_form.o
PROGRAMS += $(B)/ifaxd $(B)/ifax-paper $(B)/ifax-token

$(filter $(B)/userland/agent/%,$(AGENT_OBJECTS)): ROOM_CFLAGS = \
	-Iuserland/agent $(shell $(PKG_CONFIG) --cflags $(AGENT_PACKAGES))
$(PAPER_OBJECTS): ROOM_CFLAGS = -Iuserland/agent -Iuserland/libifax
$(TOKEN_OBJECTS): ROOM_CFLAGS = -Iuserland/agent

$(B)/ifaxd: $(AGENT_OBJECTS)
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs $(AGENT_PACKAGES)) -pthread

$(B)/ifax-token: $(TOKEN_OBJECTS)
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs libcurl jansson)

$(B)/ifax-paper: $(PAPER_OBJECTS) $(B)/libifax.a
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^

.PHONY: install-agent
install: install-agent
install-agent:
	install -d $(DESTDIR)$(PREFIX)/share/doc/ifax
	install -m 644 userland/agent/ifaxd.conf.example Documentation/admin.rst \
		$(DESTDIR)$(PREFIX)/share/doc/ifax
