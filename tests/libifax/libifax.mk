# SPDX-License-Identifier: GPL-2.0
LIBIFAX_SAMPLES := $(patsubst %,$(B)/tests/libifax/%,grey.tif lzw.tif dpi100.tif wide.tif)
CHECKS += $(B)/tests/libifax/host tests/libifax/installed tests/libifax/commands

$(B)/tests/libifax/host.o: ROOM_CFLAGS = -Iuserland/libifax
# Linked with the shared library, so that this is tested too
$(B)/tests/libifax/host: $(B)/tests/libifax/host.o $(B)/libifax.so
	$(CC) $(IFAX_LDFLAGS) -o $@ $< -L$(B) -lifax -Wl,-rpath,'$$ORIGIN/../..' -pthread

# TIFFs that the kernel does not take as they are
tests/libifax/commands: $(LIBIFAX_SAMPLES) $(B)/tests/hw/page
$(B)/tests/libifax/grey.tif:
	@mkdir -p $(@D)
	pgmramp -lr 400 300 | pnmtotiff -flate 2>/dev/null >$@
$(B)/tests/libifax/lzw.tif:
	@mkdir -p $(@D)
	pgmramp -tb 1728 200 | pamditherbw | pamtopnm >$(B)/tests/libifax/lzw.pbm
	pnmtotiff -lzw -xresolution 204 -yresolution 196 2>/dev/null \
		<$(B)/tests/libifax/lzw.pbm >$@
$(B)/tests/libifax/dpi100.tif:
	@mkdir -p $(@D)
	pgmramp -tb 850 200 | pamditherbw | pamtopnm | \
		pnmtotiff -g4 -xresolution 100 -yresolution 100 2>/dev/null >$@
$(B)/tests/libifax/wide.tif:
	@mkdir -p $(@D)
	pgmramp -tb 20000 200 | pamditherbw | pamtopnm | \
		pnmtotiff -g4 -xresolution 600 -yresolution 600 2>/dev/null >$@
