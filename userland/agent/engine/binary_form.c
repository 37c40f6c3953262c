// SPDX-License-Identifier: GPL-2.0
/*
 * binary_form: a mail of our own without base64 (RFC 3030, BINARYMIME)
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "binary_form.h"

#define ENCODING	"Content-Transfer-Encoding:"

static void put_line(const char *line, binary_form_sink sink, void *arg)
{
	sink(arg, line, strlen(line));
	sink(arg, "\r\n", 2);
}

/* boundary=... of a Content-Type, wherever it is folded. */
static void find_boundary(struct binary_form *form, const char *line)
{
	const char *at = strcasestr(line, "boundary=");
	size_t len;

	if (form->part || *form->boundary || !at)
		return;
	at += strlen("boundary=");
	len = *at == '"' ? strcspn(++at, "\"") : strcspn(at, "; \t");
	if (!len || len > sizeof(form->boundary) - 3)
		form->failed = true;
	else
		snprintf(form->boundary, sizeof(form->boundary), "--%.*s", (int)len, at);
}

static void end_header(struct binary_form *form, binary_form_sink sink, void *arg)
{
	/* what has binary parts is binary itself */
	if (!form->part && *form->boundary && !form->encoding_seen)
		put_line(ENCODING " binary", sink, arg);
	put_line("", sink, arg);
	form->part = true;
	form->state = form->base64 ? BINARY_FORM_BASE64 : BINARY_FORM_BODY;
	if (!form->base64)
		return;
	form->base64 = false;
	if (!form->decoder)
		form->decoder = EVP_ENCODE_CTX_new();
	if (form->decoder)
		EVP_DecodeInit(form->decoder);
	else
		form->failed = true;
}

static void header_line(struct binary_form *form, binary_form_sink sink, void *arg)
{
	const char *value = form->line + strlen(ENCODING);
	bool encoding = !strncasecmp(form->line, ENCODING, strlen(ENCODING));

	if (!*form->line) {
		end_header(form, sink, arg);
		return;
	}
	find_boundary(form, form->line);
	if (!encoding) {
		put_line(form->line, sink, arg);
		return;
	}
	value += strspn(value, " \t");
	form->base64 = !strcasecmp(value, "base64");
	if (!form->part)
		form->encoding_seen = true;
	if (form->base64 || !form->part)
		put_line(ENCODING " binary", sink, arg);
	else
		put_line(form->line, sink, arg);
}

static bool is_boundary(const struct binary_form *form)
{
	return *form->boundary && !strncmp(form->line, form->boundary, strlen(form->boundary));
}

static void boundary_line(struct binary_form *form, binary_form_sink sink, void *arg)
{
	bool last = !strncmp(form->line + strlen(form->boundary), "--", 2);

	put_line(form->line, sink, arg);
	form->state = last ? BINARY_FORM_BODY : BINARY_FORM_HEADER;
	form->base64 = false;
}

static void end_base64(struct binary_form *form, binary_form_sink sink, void *arg)
{
	unsigned char rest[64];
	int len = 0;

	if (EVP_DecodeFinal(form->decoder, rest, &len) < 0)
		form->failed = true;
	sink(arg, (char *)rest, len);
}

static void base64_line(struct binary_form *form, binary_form_sink sink, void *arg)
{
	unsigned char bytes[BINARY_FORM_LINE + 80];
	int len = 0;

	if (EVP_DecodeUpdate(form->decoder, bytes, &len, (const unsigned char *)form->line,
			     form->len) < 0)
		form->failed = true;
	sink(arg, (char *)bytes, len);
}

static void take_line(struct binary_form *form, binary_form_sink sink, void *arg)
{
	if (form->len && form->line[form->len - 1] == '\r')
		form->len--;
	form->line[form->len] = '\0';
	if (form->state == BINARY_FORM_HEADER) {
		header_line(form, sink, arg);
	} else if (is_boundary(form)) {
		/* the line end before a boundary is its own */
		if (form->state == BINARY_FORM_BASE64) {
			end_base64(form, sink, arg);
			sink(arg, "\r\n", 2);
		}
		boundary_line(form, sink, arg);
	} else if (form->state == BINARY_FORM_BASE64) {
		base64_line(form, sink, arg);
	} else {
		put_line(form->line, sink, arg);
	}
	form->len = 0;
}

void binary_form_put(struct binary_form *form, const char *bytes, size_t len,
		     binary_form_sink sink, void *arg)
{
	while (len && !form->failed) {
		const char *lf = memchr(bytes, '\n', len);
		size_t run = lf ? (size_t)(lf - bytes) : len;

		if (run > BINARY_FORM_LINE - form->len || memchr(bytes, '\0', run)) {
			form->failed = true;
			return;
		}
		memcpy(form->line + form->len, bytes, run);
		form->len += run;
		if (!lf)
			return;
		take_line(form, sink, arg);
		bytes += run + 1;
		len -= run + 1;
	}
}

bool binary_form_end(struct binary_form *form, binary_form_sink sink, void *arg)
{
	if (form->len && !form->failed)
		take_line(form, sink, arg);
	if (!form->failed && form->state == BINARY_FORM_BASE64)
		end_base64(form, sink, arg);
	return !form->failed && form->part;
}

void binary_form_clear(struct binary_form *form)
{
	EVP_ENCODE_CTX_free(form->decoder);
	memset(form, 0, sizeof(*form));
}
