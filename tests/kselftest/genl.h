/* SPDX-License-Identifier: GPL-2.0 */
/* Generic netlink with nothing in between: sockets, messages, attributes. */
#ifndef IFAX_TEST_GENL_H
#define IFAX_TEST_GENL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#define GENL_BYTES_MAX	8192

/**
 * struct genl_message - a message, as it is sent or came
 * @netlink: header
 * @genl: header of the family
 * @attrs: attributes, and room for more
 */
struct genl_message {
	struct nlmsghdr netlink;
	struct genlmsghdr genl;
	uint8_t attrs[GENL_BYTES_MAX];
};

/**
 * struct genl_family - a family that the kernel has
 * @id: its number
 * @groups: its multicast groups
 */
struct genl_family {
	uint16_t id;
	struct genl_group {
		char name[16];
		uint32_t id;
	} groups[4];
};

int genl_open(void);
bool genl_find(int fd, const char *name, struct genl_family *family);
bool genl_join(int fd, const struct genl_family *family, const char *group);

void genl_begin(struct genl_message *message, uint16_t family, uint8_t cmd, uint16_t flags);
void genl_put(struct genl_message *message, uint16_t type, const void *data, size_t bytes);
bool genl_send(int fd, struct genl_message *message);
int genl_take(int fd, struct genl_message *message, int timeout_ms);
int genl_call(int fd, struct genl_message *message, struct genl_message *reply, char *text,
	      size_t text_bytes);

const struct nlattr *genl_attr(const struct genl_message *message, uint16_t type);
/* The attribute of this type with this number, from 0 */
const struct nlattr *genl_attr_nth(const struct genl_message *message, uint16_t type,
				   unsigned int nth);
const struct nlattr *genl_nested(const struct nlattr *nest, uint16_t type);
uint32_t genl_u32(const struct nlattr *attr);
uint64_t genl_u64(const struct nlattr *attr);
const char *genl_string(const struct nlattr *attr);

#endif /* IFAX_TEST_GENL_H */
