// SPDX-License-Identifier: GPL-2.0
/*
 * content: the bytes of a mail as they go out: as they are, a part of them, or their binary form
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "content.h"
#include "mails.h"
#include "partial.h"

bool content_open(struct content *content, int fd, const struct mail *mail, const char *message_id)
{
	char id[MAIL_ID_BYTES];

	content->fd = fd;
	content->begin_byte = mail->begin_byte;
	content->end_byte = mail->end_byte;
	if (!mail->end_byte || fd < 0)
		return true;
	mail_id(message_id, mail, id);
	content->header = partial_header(fd, mail, id);
	return content->header;
}

void content_skip_return_path(struct content *content)
{
	static const char name[] = "Return-Path:";
	char line[1024];
	ssize_t n = pread(content->fd, line, sizeof(line), 0);
	const char *end = n > 0 ? memchr(line, '\n', n) : NULL;

	if (end && end - line > (ssize_t)strlen(name) && !memcmp(line, name, strlen(name)))
		content->begin_byte = end + 1 - line;
}

bool content_rewind(struct content *content)
{
	binary_form_clear(&content->form);
	content->is_binary = false;
	content->header_sent = 0;
	return lseek(content->fd, content->begin_byte, SEEK_SET) >= 0;
}

static void count_bytes(void *arg, const char *bytes, size_t len)
{
	*(uint64_t *)arg += len;
}

uint64_t content_make_binary(struct content *content)
{
	char bytes[CONTENT_READ_BYTES];
	uint64_t size = 0;
	ssize_t n;

	if (content->header)
		return 0;
	binary_form_clear(&content->form);
	while ((n = read(content->fd, bytes, sizeof(bytes))) > 0)
		binary_form_put(&content->form, bytes, n, count_bytes, &size);
	if (n < 0 || !binary_form_end(&content->form, count_bytes, &size))
		size = 0;
	if (!content_rewind(content))
		return 0;
	content->is_binary = size;
	content->over = false;
	content->block_start = content->block_end = 0;
	return size;
}

static void keep_bytes(void *arg, const char *bytes, size_t len)
{
	struct content *content = arg;

	if (len > sizeof(content->block) - content->block_end) {
		content->form.failed = true;
		return;
	}
	memcpy(content->block + content->block_end, bytes, len);
	content->block_end += len;
}

static bool fill_block(struct content *content)
{
	char bytes[CONTENT_READ_BYTES];
	ssize_t n = read(content->fd, bytes, sizeof(bytes));

	content->block_start = content->block_end = 0;
	if (n < 0)
		return false;
	content->over = !n;
	if (!n)
		return binary_form_end(&content->form, keep_bytes, content);
	binary_form_put(&content->form, bytes, n, keep_bytes, content);
	return !content->form.failed;
}

/* A part of a mail: its own header first, then some of the bytes of the mail. */
static ssize_t read_part(struct content *content, char *bytes, size_t size)
{
	size_t left = strlen(content->header + content->header_sent);
	int64_t at;

	if (left) {
		if (left > size)
			left = size;
		memcpy(bytes, content->header + content->header_sent, left);
		content->header_sent += left;
		return left;
	}
	at = lseek(content->fd, 0, SEEK_CUR);
	if (at < 0)
		return -1;
	if ((int64_t)size > content->end_byte - at)
		size = content->end_byte - at;
	return read(content->fd, bytes, size);
}

ssize_t content_read(struct content *content, char *bytes, size_t size)
{
	size_t len;

	if (content->header)
		return read_part(content, bytes, size);
	if (!content->is_binary)
		return read(content->fd, bytes, size);
	while (content->block_start == content->block_end && !content->over)
		if (!fill_block(content))
			return -1;
	len = content->block_end - content->block_start;
	if (len > size)
		len = size;
	memcpy(bytes, content->block + content->block_start, len);
	content->block_start += len;
	return len;
}

size_t content_header_bytes(const struct content *content)
{
	return content->header ? strlen(content->header) : 0;
}

void content_close(struct content *content)
{
	binary_form_clear(&content->form);
	free(content->header);
	content->header = NULL;
	if (content->fd >= 0)
		close(content->fd);
	content->fd = -1;
}
