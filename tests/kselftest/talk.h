/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A conversation with the generic netlink family of ifax, and a page to talk
 * about.
 */
#ifndef IFAX_TEST_TALK_H
#define IFAX_TEST_TALK_H

#include "genl.h"
#include "machine.h"

/**
 * struct talk - a socket and what was said last
 * @fd: socket
 * @family: the family
 * @request: what was asked
 * @reply: what was answered
 * @text: the kernel's words for an error
 */
struct talk {
	int fd;
	struct genl_family family;
	struct genl_message request;
	struct genl_message reply;
	char text[80];
};

bool talk_begin(struct talk *talk);
void talk_end(struct talk *talk);

/* A request for @device, or for none if NULL; more attributes may be put into it */
void talk_ask(struct talk *talk, uint8_t cmd, const char *device);

/* Sends it; returns 0 or the kernel's error */
int talk_call(struct talk *talk);
int talk_set_budget(struct talk *talk, const char *device, uint64_t bytes);

/* One page of so many lines through the scanner; returns how it ended */
uint32_t scan_page(uint32_t lines);
/* The same with a scanner that is open */
uint32_t scan_page_of(int fd, uint32_t lines);

#endif /* IFAX_TEST_TALK_H */
