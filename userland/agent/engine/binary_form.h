/* SPDX-License-Identifier: GPL-2.0 */
/*
 * binary_form: a mail of our own without base64 (RFC 3030, BINARYMIME)
 *
 * The parts of a mail as ifax-message composes it, one level deep, that are in
 * base64 become as they are; all else stays, with CRLF as line ends. It is the
 * same mail: only Content-Transfer-Encoding is another. Bytes in, bytes out.
 */
#ifndef IFAX_BINARY_FORM_H
#define IFAX_BINARY_FORM_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#define BINARY_FORM_LINE	1000	/* RFC 5322, 2.1.1: 998 and a line end */
#define BINARY_FORM_GROWTH	(2 * BINARY_FORM_LINE)	/* what comes out beyond what goes in */

enum binary_form_state {
	BINARY_FORM_HEADER,
	BINARY_FORM_BODY,
	BINARY_FORM_BASE64,
};

/**
 * struct binary_form - zeroed at the begin
 * @state: where it stands
 * @failed: it is no mail that can be taken so
 * @part: not in the header of the mail any more
 * @base64: the header that is read says so
 * @encoding_seen: the header of the mail names an encoding
 * @decoder: of base64; made when it is needed
 * @boundary: between parts, with the two hyphens; "" if there are none
 * @len: bytes in @line
 */
struct binary_form {
	enum binary_form_state state;
	bool failed;
	bool part;
	bool base64;
	bool encoding_seen;
	EVP_ENCODE_CTX *decoder;
	char boundary[80];
	size_t len;
	char line[BINARY_FORM_LINE + 1];
};

typedef void (*binary_form_sink)(void *arg, const char *bytes, size_t len);

/** binary_form_put - some bytes of the mail */
void binary_form_put(struct binary_form *form, const char *bytes, size_t len,
		     binary_form_sink sink, void *arg);

/** binary_form_end - that was all. Return: false: it failed */
bool binary_form_end(struct binary_form *form, binary_form_sink sink, void *arg);

/** binary_form_clear - free what it holds, and begin anew */
void binary_form_clear(struct binary_form *form);

#endif /* IFAX_BINARY_FORM_H */
