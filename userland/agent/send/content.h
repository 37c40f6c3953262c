/* SPDX-License-Identifier: GPL-2.0 */
/*
 * content: the bytes of a mail as they go out: as they are, a part of them, or their binary form
 */
#ifndef IFAX_CONTENT_H
#define IFAX_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/binary_form.h"

#define CONTENT_READ_BYTES	4096
#define CONTENT_BLOCK_BYTES	(CONTENT_READ_BYTES + BINARY_FORM_GROWTH)

struct mail;

/**
 * struct content - a mail that is read
 * @fd: its file; -1: it is gone
 * @begin_byte: of the file, where it begins
 * @end_byte: where a part of a mail ends
 * @header: of a part (partial.h); NULL: it is whole
 * @header_sent: bytes of @header
 * @form: its binary form
 * @is_binary: it is read in that
 * @over: and was read whole
 * @block_start: begin of what was not read of @block
 * @block_end: its end
 * @block: of the binary form
 */
struct content {
	int fd;
	int64_t begin_byte;
	int64_t end_byte;
	char *header;
	size_t header_sent;
	struct binary_form form;
	bool is_binary;
	bool over;
	size_t block_start;
	size_t block_end;
	char block[CONTENT_BLOCK_BYTES];
};

/**
 * content_open - begin to read a mail
 * @fd: its file, becomes the content's; -1: it is gone
 * @mail: which part of it
 * @message_id: of the whole
 *
 * Return: false: no memory, or it cannot be read; content_close() all the same.
 */
bool content_open(struct content *content, int fd, const struct mail *mail, const char *message_id);

/** content_skip_return_path - our line about the sender: for mail that stays (RFC 5321, 4.4) */
void content_skip_return_path(struct content *content);

/** content_rewind - from its begin again, as it is. false: it cannot be read */
bool content_rewind(struct content *content);

/** content_make_binary - from now on in its binary form. Return: bytes of that, 0: it has none */
uint64_t content_make_binary(struct content *content);

/** content_read - the next bytes. Return: how many, 0 at the end, < 0: it cannot be read */
ssize_t content_read(struct content *content, char *bytes, size_t size);

/** content_header_bytes - of a part, which come before what is in the file */
size_t content_header_bytes(const struct content *content);

void content_close(struct content *content);

#endif /* IFAX_CONTENT_H */
