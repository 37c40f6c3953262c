# SPDX-License-Identifier: GPL-2.0
# The daemon of a station, and its worker that moves paper

AGENT_PACKAGES = libevent libconfuse sqlite3 jansson libssl libcrypto
AGENT_ENGINES := mail_path mail_wire line_reader dot_stuffing smtp_reply smtp_server smtp_commands \
	smtp_content smtp_client pop3_client pop3_login pop3_visit pop3_server pop3_commands \
	pop3_text
AGENT_PARTS := acceptor config config_check connection control database dial fetched fetcher incoming \
	jobs listener log lookup mailbox main outgoing paper recipients report secret_file sender spool \
	station tls worker
PAPER_PARTS := paper_worker paper_scan paper_print page_file

AGENT_OBJECTS := $(patsubst %,$(B)/userland/agent/%.o,$(AGENT_PARTS) $(AGENT_ENGINES))
PAPER_OBJECTS := $(patsubst %,$(B)/userland/agent/%.o,$(PAPER_PARTS))
PROGRAMS += $(B)/ifaxd $(B)/ifax-paper

$(AGENT_OBJECTS): ROOM_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(AGENT_PACKAGES))
$(PAPER_OBJECTS): ROOM_CFLAGS = -Iuserland/libifax

$(B)/ifaxd: $(AGENT_OBJECTS)
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs $(AGENT_PACKAGES)) -pthread

$(B)/ifax-paper: $(PAPER_OBJECTS) $(B)/libifax.a
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^

.PHONY: install-agent
install: install-agent
install-agent:
	install -d $(DESTDIR)$(PREFIX)/share/doc/ifax
	install -m 644 userland/agent/ifaxd.conf.example $(DESTDIR)$(PREFIX)/share/doc/ifax
