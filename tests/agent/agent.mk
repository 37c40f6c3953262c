# SPDX-License-Identifier: GPL-2.0
# The daemon and its command line, with a fake paper worker: no device is needed
AGENT_CHECKS := $(patsubst %,tests/agent/%,config control crash paper)
AGENT_CHECKS += $(patsubst %,tests/agent/%,send receive tls auth routing policy)
AGENT_CHECKS += $(patsubst %,tests/agent/%,fetch collect)
AGENT_CHECKS += $(patsubst %,tests/agent/%,confirm parts mails)
CHECKS += $(AGENT_CHECKS)

# The same with the simulated engine, in a virtual machine
CHECKS += tests/agent/killed
tests/agent/killed: $(B)/tests/demo/compare

$(AGENT_CHECKS): $(B)/tests/agent/faults.so

$(B)/tests/agent/faults.so: tests/agent/faults.c
	@mkdir -p $(@D)
	$(CC) $(IFAX_CFLAGS) -fPIC -shared -o $@ $<
