/* SPDX-License-Identifier: GPL-2.0 */
/*
 * content_sum: whether the content of two mails is the same
 *
 * A sum (GMAC) in an eighth of the time that a digest takes: the processor has what it
 * needs for TLS anyway. Nobody who does not know the key can make two contents of one sum.
 */
#ifndef IFAX_CONTENT_SUM_H
#define IFAX_CONTENT_SUM_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#define CONTENT_SUM_KEY_BYTES	28	/* of a key, and of a first counter */
#define CONTENT_SUM_BYTES	33	/* hexadecimal digits and their end */

/**
 * struct content_sum - zeroed at the begin
 * @mac: so far; NULL: none was begun yet
 * @good: it is complete so far
 */
struct content_sum {
	EVP_MAC_CTX *mac;
	bool good;
};

/** content_sum_begin - of another content. What fails makes that it has no sum */
void content_sum_begin(struct content_sum *sum, const unsigned char key[CONTENT_SUM_KEY_BYTES]);
void content_sum_add(struct content_sum *sum, const char *bytes, size_t len);

/** content_sum_end - the content is complete; false: it has no sum */
bool content_sum_end(struct content_sum *sum, char text[CONTENT_SUM_BYTES]);
void content_sum_free(struct content_sum *sum);

#endif /* IFAX_CONTENT_SUM_H */
