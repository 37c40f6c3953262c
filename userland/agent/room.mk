# SPDX-License-Identifier: GPL-2.0
# The daemon of a station, and its worker that moves paper

AGENT_PACKAGES = libevent libconfuse sqlite3 jansson libssl libcrypto libgsasl libcares
AGENT_ENGINES := mail_path mail_wire line_reader dot_stuffing xtext
AGENT_ENGINES += smtp_reply smtp_server smtp_auth smtp_commands smtp_content smtp_envelope
AGENT_ENGINES += smtp_client smtp_client_hello smtp_client_mail binary_form
AGENT_ENGINES += pop3_client pop3_login pop3_visit
AGENT_ENGINES += pop3_server pop3_commands pop3_text
AGENT_PARTS := config config_check log main secret_file station worker
AGENT_PARTS += acceptor connection dial hops resolver sasl tls users
AGENT_PARTS += header_scan readiness recent repeat_key spf
AGENT_PARTS += arrivals commits database jobs pool recipients repeats settled spool wal
AGENT_PARTS += control report
AGENT_PARTS += confirm opened reporter fragments joiner
AGENT_PARTS += alternative forms negotiation page_file mails partial template book rules forward forwarder
AGENT_PARTS += answer relay request signature words
AGENT_PARTS += incoming outgoing paper
AGENT_PARTS += oauth token_file
AGENT_PARTS += admission delivery link inspection listener network rate reception sender
AGENT_PARTS += fetch_visit fetched fetcher lost
AGENT_PARTS += guard mailbox pdf_forms pop3_listener
PAPER_PARTS := paper_worker paper_scan paper_print page_file

AGENT_OBJECTS := $(patsubst %,$(B)/userland/agent/%.o,$(AGENT_PARTS) $(AGENT_ENGINES)) \
	$(B)/userland/message/fax_address.o $(B)/userland/message/page_form.o
PAPER_OBJECTS := $(patsubst %,$(B)/userland/agent/%.o,$(PAPER_PARTS))
TOKEN_OBJECTS := $(patsubst %,$(B)/userland/agent/%.o,token_worker token_file secret_file)
PROGRAMS += $(B)/ifaxd $(B)/ifax-paper $(B)/ifax-token

$(filter $(B)/userland/agent/%,$(AGENT_OBJECTS)): ROOM_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(AGENT_PACKAGES))
$(PAPER_OBJECTS): ROOM_CFLAGS = -Iuserland/libifax

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
	install -m 644 userland/agent/ifaxd.conf.example $(DESTDIR)$(PREFIX)/share/doc/ifax
