// SPDX-License-Identifier: GPL-2.0
/*
 * repeat_key: a mail by who brings it, its envelope, and all of its content
 */
#include <stdio.h>
#include <string.h>

#include "repeat_key.h"

#define ENVELOPE_BYTES	16	/* of its digest, in the key */

_Static_assert(2 * ENVELOPE_BYTES + CONTENT_SUM_BYTES == REPEAT_KEY_BYTES, "it is the whole key");

/* With its NUL, so that two texts are never taken for one. */
static void put_text(struct repeat_key *key, const char *text)
{
	key->good = key->good && EVP_DigestUpdate(key->envelope, text, strlen(text) + 1);
}

static bool begin_envelope(struct repeat_key *key)
{
	if (!key->envelope)
		key->envelope = EVP_MD_CTX_new();
	/* an algorithm that is named is looked for each time */
	return key->envelope &&
	       EVP_DigestInit_ex(key->envelope,
				 EVP_MD_CTX_get0_md(key->envelope) ? NULL : EVP_sha256(), NULL);
}

void repeat_key_begin(struct repeat_key *key, int64_t secret, const char *user, const char *peer,
		      const struct smtp_server_mail *mail)
{
	key->good = begin_envelope(key) &&
		    EVP_DigestUpdate(key->envelope, &secret, sizeof(secret));
	put_text(key, *user ? "user" : "peer");
	put_text(key, *user ? user : peer);
	put_text(key, mail->reverse_path.address);
	put_text(key, mail->envelope_id);
	put_text(key, mail->dsn_return);
}

void repeat_key_recipients(struct repeat_key *key, const struct job_recipient *recipient,
			   size_t recipients)
{
	for (size_t i = 0; i < recipients; i++) {
		put_text(key, recipient[i].address);
		put_text(key, recipient[i].notify);
		put_text(key, recipient[i].original);
	}
	put_text(key, "");
}

void repeat_key_begin_content(struct repeat_key *key)
{
	key->good = key->good && EVP_DigestFinal_ex(key->envelope, key->digest, NULL);
	if (key->good)
		content_sum_begin(&key->content, key->digest);
}

void repeat_key_content(struct repeat_key *key, const char *bytes, size_t len)
{
	if (key->good)
		content_sum_add(&key->content, bytes, len);
}

const char *repeat_key_end(struct repeat_key *key)
{
	char sum[CONTENT_SUM_BYTES];

	*key->text = 0;
	if (!key->good || !content_sum_end(&key->content, sum))
		return NULL;
	key->good = false;
	for (int i = 0; i < ENVELOPE_BYTES; i++)
		sprintf(key->text + 2 * i, "%02x", key->digest[i]);
	strcat(key->text, sum);
	return key->text;
}

void repeat_key_free(struct repeat_key *key)
{
	EVP_MD_CTX_free(key->envelope);
	content_sum_free(&key->content);
	*key = (struct repeat_key){ 0 };
}
