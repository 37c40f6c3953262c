// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>

#include "genl.h"

/* Returns a socket that gets the kernel's own words for errors, or -1. */
int genl_open(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int on = 1;

	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on))) {
		close(fd);
		return -1;
	}
	return fd;
}

void genl_begin(struct genl_message *message, uint16_t family, uint8_t cmd, uint16_t flags)
{
	memset(message, 0, sizeof(*message));
	message->netlink.nlmsg_type = family;
	message->netlink.nlmsg_flags = NLM_F_REQUEST | flags;
	message->netlink.nlmsg_seq = 1;
	message->netlink.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	message->genl.cmd = cmd;
	message->genl.version = 1;
}

void genl_put(struct genl_message *message, uint16_t type, const void *data, size_t bytes)
{
	size_t at = message->netlink.nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN);
	struct nlattr attr = { .nla_len = NLA_HDRLEN + bytes, .nla_type = type };

	memcpy(message->attrs + at, &attr, sizeof(attr));
	memcpy(message->attrs + at + NLA_HDRLEN, data, bytes);
	message->netlink.nlmsg_len += NLA_ALIGN(attr.nla_len);
}

bool genl_send(int fd, struct genl_message *message)
{
	return send(fd, message, message->netlink.nlmsg_len, 0) == message->netlink.nlmsg_len;
}

/* Takes one datagram; of a dump, which puts several messages in it, the first. Returns the
 * number of messages in it, 0 after the time, or a negative errno.
 */
int genl_take(int fd, struct genl_message *message, int timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	const struct nlmsghdr *header = &message->netlink;
	ssize_t left;
	int n = 0;

	memset(message, 0, sizeof(*message));
	if (poll(&pollfd, 1, timeout_ms) < 1)
		return 0;
	left = recv(fd, message, sizeof(*message), 0);
	if (left < 0)
		return -errno;
	for (; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left))
		n++;
	return n;
}

/* Words of the kernel, behind the error in an acknowledgement */
static void take_text(const struct nlmsghdr *header, char *text, size_t bytes)
{
	const char *at = (const char *)NLMSG_DATA(header) + sizeof(struct nlmsgerr);
	const char *end = (const char *)header + header->nlmsg_len;
	const struct nlattr *attr;

	for (; at + NLA_HDRLEN <= end; at += NLA_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)at;
		if (attr->nla_len < NLA_HDRLEN)
			return;
		if (attr->nla_type == NLMSGERR_ATTR_MSG)
			snprintf(text, bytes, "%s", at + NLA_HDRLEN);
	}
}

/* Sends a request; returns 0 or the kernel's error, and its words in @text. */
int genl_call(int fd, struct genl_message *message, struct genl_message *reply, char *text,
	      size_t text_bytes)
{
	struct genl_message ack;
	const struct nlmsgerr *error = NLMSG_DATA(&ack.netlink);

	message->netlink.nlmsg_flags |= NLM_F_ACK;
	text[0] = 0;
	if (!genl_send(fd, message))
		return -errno;
	while (genl_take(fd, &ack, 5000) > 0) {
		if (ack.netlink.nlmsg_type != NLMSG_ERROR) {
			if (reply)
				*reply = ack;
			continue;
		}
		if (ack.netlink.nlmsg_flags & NLM_F_ACK_TLVS)
			take_text(&ack.netlink, text, text_bytes);
		return error->error;
	}
	return -ETIMEDOUT;
}

static const struct nlattr *find(const uint8_t *at, size_t bytes, uint16_t type,
				 unsigned int nth)
{
	const struct nlattr *attr;

	for (; bytes >= (size_t)NLA_HDRLEN; at += NLA_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)at;
		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > bytes)
			return NULL;
		if ((attr->nla_type & NLA_TYPE_MASK) == type && !nth--)
			return attr;
		if ((size_t)NLA_ALIGN(attr->nla_len) > bytes)
			return NULL;
		bytes -= NLA_ALIGN(attr->nla_len);
	}
	return NULL;
}

const struct nlattr *genl_attr(const struct genl_message *message, uint16_t type)
{
	return genl_attr_nth(message, type, 0);
}

const struct nlattr *genl_attr_nth(const struct genl_message *message, uint16_t type,
				   unsigned int nth)
{
	return find(message->attrs, message->netlink.nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN), type,
		    nth);
}

const struct nlattr *genl_nested(const struct nlattr *nest, uint16_t type)
{
	return nest ? find((const uint8_t *)nest + NLA_HDRLEN, nest->nla_len - NLA_HDRLEN, type, 0) :
		      NULL;
}

/* What is not there is none of these numbers that a test expects */
uint32_t genl_u32(const struct nlattr *attr)
{
	uint32_t value = UINT32_MAX;

	if (attr && attr->nla_len == NLA_HDRLEN + sizeof(value))
		memcpy(&value, (const uint8_t *)attr + NLA_HDRLEN, sizeof(value));
	return value;
}

uint64_t genl_u64(const struct nlattr *attr)
{
	uint64_t value = UINT64_MAX;

	if (attr && attr->nla_len == NLA_HDRLEN + sizeof(value))
		memcpy(&value, (const uint8_t *)attr + NLA_HDRLEN, sizeof(value));
	return value;
}

const char *genl_string(const struct nlattr *attr)
{
	return attr && attr->nla_len > NLA_HDRLEN ? (const char *)attr + NLA_HDRLEN : "";
}

static bool take_groups(const struct nlattr *list, struct genl_family *family)
{
	const struct nlattr *group;
	uint16_t n;

	for (n = 0; n < 4; n++) {
		group = genl_nested(list, n + 1);
		if (!group)
			break;
		family->groups[n].id = genl_u32(genl_nested(group, CTRL_ATTR_MCAST_GRP_ID));
		snprintf(family->groups[n].name, sizeof(family->groups[n].name), "%s",
			 genl_string(genl_nested(group, CTRL_ATTR_MCAST_GRP_NAME)));
	}
	return n;
}

bool genl_find(int fd, const char *name, struct genl_family *family)
{
	struct genl_message message, reply;
	const struct nlattr *id;
	char text[80];

	memset(family, 0, sizeof(*family));
	genl_begin(&message, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	genl_put(&message, CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1);
	if (genl_call(fd, &message, &reply, text, sizeof(text)))
		return false;
	id = genl_attr(&reply, CTRL_ATTR_FAMILY_ID);
	if (!id)
		return false;
	memcpy(&family->id, (const uint8_t *)id + NLA_HDRLEN, sizeof(family->id));
	return take_groups(genl_attr(&reply, CTRL_ATTR_MCAST_GROUPS), family);
}

bool genl_join(int fd, const struct genl_family *family, const char *group)
{
	size_t n;

	for (n = 0; n < 4; n++)
		if (!strcmp(family->groups[n].name, group))
			return !setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
					   &family->groups[n].id, sizeof(uint32_t));
	return false;
}
