# SPDX-License-Identifier: GPL-2.0
# The codec as a library for userland, from the very sources of ifax_codec.ko.

CODEC_LIB := $(B)/libifax-codec.a
CODEC_OBJECTS := $(patsubst %,$(B)/kernel/codec/%.o, \
	format encoder decoder put_lines take_2d take_lines runs bits jbig_put jbig_take \
	grey grey_adaptive grey_diffuse shading runs_source scale fit transcode splice tables)
# no vector registers, as in the kernel: copies of small structs by them wait for their parts;
# symbols are exported to modules only
CODEC_CFLAGS := -Ikernel/codec -fno-tree-vectorize $(shell $(CC) -mgeneral-regs-only -E -x c \
	/dev/null >/dev/null 2>&1 && echo -mgeneral-regs-only) '-DEXPORT_SYMBOL_GPL(symbol)='
LIBRARIES += $(CODEC_LIB)

$(CODEC_OBJECTS): ROOM_CFLAGS = $(CODEC_CFLAGS)

$(CODEC_LIB): $(CODEC_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

$(B)/kernel/codec/gen_tables: kernel/codec/gen_tables.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) $(CFLAGS) $(IFAX_LDFLAGS) -o $@ $<

$(B)/kernel/codec/tables.c: $(B)/kernel/codec/gen_tables
	$< > $@.new && mv $@.new $@

$(B)/kernel/codec/tables.o: $(B)/kernel/codec/tables.c
	$(CC) $(IFAX_CFLAGS) $(CFLAGS) $(ROOM_CFLAGS) -c -o $@ $<
