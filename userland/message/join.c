// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <gmime/gmime.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "join.h"
#include "line.h"
#include "message_file.h"
#include "mime_limits.h"

/**
 * struct fragment - a fragment of a message
 * @fd: its file
 * @bytes: length of the file
 * @header: its header, each field with its line ends, without the empty line
 * @body_at: where its body begins
 * @id: of the message that it is of
 * @number: which one it is, from 1
 * @total: how many there are, 0: it does not tell
 */
struct fragment {
	int fd;
	uint64_t bytes;
	char *header;
	uint64_t body_at;
	char *id;
	int number;
	int total;
};

/* ---- headers as text ---- */

/* Length of a header in front of @text, without the empty line; @skip: length of that. */
static size_t header_bytes(const char *text, size_t bytes, size_t *skip)
{
	size_t at = 0;

	while (at < bytes) {
		const char *eol = memchr(text + at, '\n', bytes - at);
		size_t line = eol ? (size_t)(eol - text) - at + 1 : bytes - at;

		if (text[at] == '\n' || (text[at] == '\r' && line == 2)) {
			*skip = line;
			return at;
		}
		at += line;
	}
	*skip = 0;
	return at;
}

/* The next field with the lines that continue it; moves @at behind it. */
static const char *next_field(const char **at, size_t *bytes)
{
	const char *field = *at, *end = field;

	if (!*field)
		return NULL;
	do {
		end += strcspn(end, "\n");
		end += *end == '\n';
	} while (*end == ' ' || *end == '\t');
	*bytes = end - field;
	*at = end;
	return field;
}

static bool has_prefix(const char *field, const char *name)
{
	return !g_ascii_strncasecmp(field, name, strlen(name));
}

/* Fields that belong to the message in the fragments, not to the first fragment */
static bool is_inner(const char *field)
{
	return has_prefix(field, "Content-") || has_prefix(field, "Subject:") ||
	       has_prefix(field, "Message-ID:") || has_prefix(field, "Encrypted:") ||
	       has_prefix(field, "MIME-Version:") ||
	       has_prefix(field, "Disposition-Notification-");
}

static void append_fields(GString *header, const char *from, bool inner)
{
	const char *field;
	size_t bytes;

	while ((field = next_field(&from, &bytes)))
		if (is_inner(field) == inner)
			g_string_append_len(header, field, bytes);
}

/* ---- one fragment ---- */

/* Reads the header behind @at; what is there has passed mime_limits_check(). */
static char *read_header(int fd, uint64_t at, uint64_t *body_at, struct failure *failure)
{
	size_t room = HEADER_BYTES_MAX + 4, bytes, skip;
	char *text = g_malloc(room + 1);
	ssize_t n = pread(fd, text, room, at);

	if (n < 0) {
		fail(failure, EXIT_LATER, "cannot read the fragment: %s", strerror(errno));
		g_free(text);
		return NULL;
	}
	bytes = header_bytes(text, n, &skip);
	*body_at = at + bytes + skip;
	text[bytes] = 0;
	if (strlen(text) == bytes && (skip || bytes < room))
		return text;
	fail(failure, EXIT_INPUT, "its header holds a NUL, or is too long");
	g_free(text);
	return NULL;
}

/* Reads id, number and total; number stays 0 if the message is no fragment. */
static int read_numbers(struct fragment *fragment, GMimeMessage *message, struct failure *failure)
{
	GMimeObject *root = g_mime_message_get_mime_part(message);
	GMimeMessagePartial *partial;

	if (!root || !GMIME_IS_MESSAGE_PARTIAL(root))
		return 0;
	partial = GMIME_MESSAGE_PARTIAL(root);
	fragment->id = g_strdup(g_mime_message_partial_get_id(partial));
	fragment->number = g_mime_message_partial_get_number(partial);
	fragment->total = g_mime_message_partial_get_total(partial);
	if (fragment->total < 0)
		fragment->total = 0;
	if (!fragment->id || !*fragment->id)
		return fail(failure, EXIT_INPUT, "the fragment has no id");
	if (fragment->number < 1 || fragment->number > FRAGMENTS_MAX ||
	    fragment->total > FRAGMENTS_MAX ||
	    (fragment->total && fragment->number > fragment->total))
		return fail(failure, EXIT_INPUT, "it is fragment %d of %d; at most %d are joined",
			    fragment->number, fragment->total, FRAGMENTS_MAX);
	return 0;
}

static int fragment_read(struct fragment *fragment, int fd, struct failure *failure)
{
	GMimeMessage *message;
	struct stat st;
	int err;

	*fragment = (struct fragment){ .fd = fd };
	if (fstat(fd, &st))
		return fail(failure, EXIT_LATER, "cannot read the fragment: %s", strerror(errno));
	fragment->bytes = st.st_size;
	if (mime_limits_check(fd, failure))
		return -1;
	fragment->header = read_header(fd, 0, &fragment->body_at, failure);
	if (!fragment->header)
		return -1;
	message = message_parse(fd);
	if (!message)
		return fail(failure, EXIT_INPUT, "this is no mail message");
	err = read_numbers(fragment, message, failure);
	g_object_unref(message);
	return err;
}

static void fragment_free(struct fragment *fragment)
{
	g_free(fragment->header);
	g_free(fragment->id);
}

int join_fragment(int message_fd, FILE *out, struct failure *failure)
{
	struct fragment fragment;
	int err = fragment_read(&fragment, message_fd, failure);

	if (!err && fragment.number) {
		print_line(out, "id=", fragment.id);
		fprintf(out, "number=%d\ntotal=%d\n", fragment.number, fragment.total);
	}
	if (!err)
		fprintf(out, "ok fragment=%d\n", fragment.number);
	fragment_free(&fragment);
	return err;
}

/* ---- all of them ---- */

static int by_number(const void *a, const void *b)
{
	const struct fragment *first = a, *second = b;

	return first->number - second->number;
}

/* The fragments, sorted, are 1 to the total, each once. */
static int check_all(const struct fragment *fragments, unsigned int count, struct failure *failure)
{
	int total = fragments[count - 1].total;

	for (unsigned int i = 0; i < count; i++) {
		if (!fragments[i].number)
			return fail(failure, EXIT_INPUT, "one of the mails is no fragment");
		if (strcmp(fragments[i].id, fragments[0].id))
			return fail(failure, EXIT_INPUT, "the fragments are of different messages");
		if (fragments[i].number != (int)i + 1)
			return fail(failure, EXIT_INPUT, "fragment %u is missing, or one is there twice",
				    i + 1);
		if (fragments[i].total && fragments[i].total != total)
			return fail(failure, EXIT_INPUT, "fragments disagree on their number");
	}
	if (!total)
		return fail(failure, EXIT_INPUT, "the last fragment does not tell their number");
	if (total != (int)count)
		return fail(failure, EXIT_INPUT, "%u of %d fragments are there", count, total);
	return 0;
}

static int write_all(int fd, const char *data, size_t bytes, uint64_t *at, struct failure *failure)
{
	while (bytes) {
		ssize_t n = pwrite(fd, data, bytes, *at);

		if (n < 0)
			return fail(failure, EXIT_LATER, "cannot write the message: %s",
				    strerror(errno));
		data += n;
		bytes -= n;
		*at += n;
	}
	if (*at > MESSAGE_BYTES_MAX)
		return fail(failure, EXIT_INPUT, "joined, the message is longer than %d MB",
			    MESSAGE_BYTES_MAX >> 20);
	return 0;
}

static int copy_body(const struct fragment *fragment, uint64_t from, int fd, uint64_t *at,
		     struct failure *failure)
{
	char buffer[65536];
	ssize_t n;

	while ((n = pread(fragment->fd, buffer, sizeof(buffer), from)) > 0) {
		if (write_all(fd, buffer, n, at, failure))
			return -1;
		from += n;
	}
	return n ? fail(failure, EXIT_LATER, "cannot read a fragment: %s", strerror(errno)) : 0;
}

/* The header of the message, and where its body begins within the first fragment */
static GString *join_headers(const struct fragment *first, uint64_t *body_at,
			     struct failure *failure)
{
	char *inner = read_header(first->fd, first->body_at, body_at, failure);
	GString *header;

	if (!inner)
		return NULL;
	header = g_string_new(NULL);
	append_fields(header, first->header, false);
	append_fields(header, inner, true);
	g_string_append(header, "\r\n");
	g_free(inner);
	return header;
}

static int write_message(const struct fragment *fragments, unsigned int count, int fd,
			 uint64_t *at, struct failure *failure)
{
	uint64_t body_at;
	GString *header = join_headers(&fragments[0], &body_at, failure);
	int err;

	if (!header)
		return -1;
	err = write_all(fd, header->str, header->len, at, failure);
	g_string_free(header, TRUE);
	for (unsigned int i = 0; !err && i < count; i++)
		err = copy_body(&fragments[i], i ? fragments[i].body_at : body_at, fd, at, failure);
	return err;
}

int join_fragments(const int *fragment_fds, unsigned int count, int message_fd, FILE *out,
		   struct failure *failure)
{
	struct fragment *fragments = g_new0(struct fragment, count);
	uint64_t at = 0;
	int err = 0;

	for (unsigned int i = 0; !err && i < count; i++) {
		err = fragment_read(&fragments[i], fragment_fds[i], failure);
		if (err)
			fail_within(failure, "mail %u", i + 1);
	}
	if (!err) {
		qsort(fragments, count, sizeof(*fragments), by_number);
		err = check_all(fragments, count, failure);
	}
	if (ftruncate(message_fd, 0) && !err)
		err = fail(failure, EXIT_LATER, "cannot empty the file: %s", strerror(errno));
	err = err ?: write_message(fragments, count, message_fd, &at, failure);
	for (unsigned int i = 0; i < count; i++)
		fragment_free(&fragments[i]);
	g_free(fragments);
	if (!err)
		fprintf(out, "ok fragments=%u bytes=%ju\n", count, (uintmax_t)at);
	else if (ftruncate(message_fd, 0))
		fail_within(failure, "a broken message is left (%s)", strerror(errno));
	return err;
}
