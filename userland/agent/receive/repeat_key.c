// SPDX-License-Identifier: GPL-2.0
/*
 * repeat_key: a mail by who brings it, its envelope, and all of its content
 */
#include <stdio.h>
#include <string.h>

#include "repeat_key.h"

/* With its NUL, so that two texts are never taken for one. */
static void put_text(struct repeat_key *key, const char *text)
{
	repeat_key_content(key, text, strlen(text) + 1);
}

void repeat_key_begin(struct repeat_key *key, const char *user, const char *peer,
		      const struct smtp_server_mail *mail)
{
	if (!key->digest)
		key->digest = EVP_MD_CTX_new();
	key->good = key->digest && EVP_DigestInit_ex(key->digest, EVP_sha256(), NULL);
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

void repeat_key_content(struct repeat_key *key, const char *bytes, size_t len)
{
	key->good = key->good && EVP_DigestUpdate(key->digest, bytes, len);
}

const char *repeat_key_end(struct repeat_key *key)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	*key->text = 0;
	if (!key->good || !EVP_DigestFinal_ex(key->digest, bytes, &len))
		return NULL;
	key->good = false;
	for (unsigned int i = 0; i < len && i < REPEAT_KEY_BYTES / 2; i++)
		sprintf(key->text + 2 * i, "%02x", bytes[i]);
	return key->text;
}

void repeat_key_free(struct repeat_key *key)
{
	EVP_MD_CTX_free(key->digest);
	*key = (struct repeat_key){ 0 };
}
