# SPDX-License-Identifier: GPL-2.0
MESSAGE_TESTS := $(B)/tests/message
CHECKS += $(addprefix tests/message/,compose independent forms header-line headers lint foreign-tiff mails parts pdf join rules hostile-tiff confined)
CHECKS += $(addprefix $(MESSAGE_TESTS)/,page_file fax_address features sandbox mutations)

$(MESSAGE_TESTS)/page_file: $(MESSAGE_TESTS)/page_file.o $(B)/userland/agent/paper/page_file.o
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^

$(MESSAGE_TESTS)/fax_address: $(addprefix $(MESSAGE_TESTS)/sanitized/,\
		tests/message/fax_address.o userland/message/fax_address.o)
	$(CC) $(MUTATIONS_SANITIZE) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^

$(MESSAGE_TESTS)/features: $(addprefix $(MESSAGE_TESTS)/sanitized/,\
		tests/message/features.o userland/message/features.o)
	$(CC) $(MUTATIONS_SANITIZE) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^ \
		$(shell $(PKG_CONFIG) --libs glib-2.0)

$(MESSAGE_TESTS)/sandbox: $(MESSAGE_TESTS)/sandbox.o \
		$(addprefix $(B)/userland/message/,sandbox.o failure.o)
	$(CC) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs libseccomp glib-2.0)

# All that reads a mail once more with sanitizers; the codec's room brings its own
MUTATIONS_SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
MUTATIONS_SOURCES := tests/message/mutations.c userland/agent/paper/page_file.c \
	$(filter-out %/main.c %/confine.c %/sandbox.c,\
	$(wildcard userland/message/*.c userland/lint/*.c))
MUTATIONS_OBJECTS := $(MUTATIONS_SOURCES:%.c=$(MESSAGE_TESTS)/sanitized/%.o) \
	$(CODEC_OBJECTS:$(B)/%=$(B)/sanitized/%)

$(MESSAGE_TESTS)/sanitized/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) -U_FORTIFY_SOURCE $(MUTATIONS_SANITIZE) \
		$(shell $(PKG_CONFIG) --cflags $(MESSAGE_PACKAGES)) -c -o $@ $<

$(MESSAGE_TESTS)/mutations: $(MUTATIONS_OBJECTS)
	$(CC) $(MUTATIONS_SANITIZE) $(IFAX_LDFLAGS) $(LDFLAGS) -o $@ $^ \
		$(shell $(PKG_CONFIG) --libs $(MESSAGE_PACKAGES)) -lm

# Fuzzers: all that reads what strangers send once with libFuzzer's eyes
MESSAGE_FUZZ := message pdf tiff fragment headers signature features address
MESSAGE_FUZZ_OBJECTS := $(patsubst %.c,$(B)/fuzz/message/%.o,$(filter-out tests/% %/main.c,\
	$(filter userland/message/% userland/agent/%,$(MUTATIONS_SOURCES))))
MESSAGE_FUZZ_COMPILE = clang $(filter-out -fPIE,$(IFAX_CFLAGS)) -U_FORTIFY_SOURCE -O1 -g \
	-Wno-unknown-warning-option $(shell $(PKG_CONFIG) --cflags $(MESSAGE_PACKAGES)) \
	-fno-sanitize-recover=all
FUZZERS += $(MESSAGE_FUZZ:%=$(B)/fuzz/message_%)

$(B)/fuzz/message/%.o: %.c
	@mkdir -p $(@D)
	$(MESSAGE_FUZZ_COMPILE) -fsanitize=fuzzer-no-link,address,undefined -c -o $@ $<

$(MESSAGE_FUZZ:%=$(B)/fuzz/message_%): $(B)/fuzz/message_%: tests/message/fuzz.c \
		$(MESSAGE_FUZZ_OBJECTS) $(CODEC_OBJECTS:$(B)/%.o=$(B)/fuzz/objects/%.o)
	$(MESSAGE_FUZZ_COMPILE) -DFUZZ_TARGET='"$*"' -fsanitize=fuzzer,address,undefined -o $@ \
		$(filter %.c %.o,$^) $(shell $(PKG_CONFIG) --libs $(MESSAGE_PACKAGES)) -lm
	@tests/message/fuzz_seeds $* $@.seeds
