// SPDX-License-Identifier: GPL-2.0
/*
 * repeat_key: a mail by who brings it, its envelope, and all of its content
 */
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

#include "repeat_key.h"

#define SUM_CIPHER	"AES-128-GCM"	/* with its key and its first counter */
#define SUM_KEY_BYTES	16
#define SUM_IV_BYTES	12
#define SUM_BYTES	16

_Static_assert(2 * (SUM_KEY_BYTES + SUM_BYTES) == REPEAT_KEY_BYTES - 1, "all is in the text");

/* With its NUL, so that two texts are never taken for one. */
static void put_text(struct repeat_key *key, const char *text)
{
	key->good = key->good && EVP_DigestUpdate(key->envelope, text, strlen(text) + 1);
}

void repeat_key_begin(struct repeat_key *key, int64_t secret, const char *user, const char *peer,
		      const struct smtp_server_mail *mail)
{
	if (!key->envelope)
		key->envelope = EVP_MD_CTX_new();
	key->good = key->envelope && EVP_DigestInit_ex(key->envelope, EVP_sha256(), NULL) &&
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

static EVP_MAC_CTX *create_sum(void)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_GMAC, NULL);
	EVP_MAC_CTX *sum = mac ? EVP_MAC_CTX_new(mac) : NULL;

	EVP_MAC_free(mac);
	return sum;
}

static bool begin_sum(struct repeat_key *key)
{
	const OSSL_PARAM how[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, SUM_CIPHER, 0),
		OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_IV, key->digest + SUM_KEY_BYTES,
						  SUM_IV_BYTES),
		OSSL_PARAM_construct_end(),
	};

	if (!key->content)
		key->content = create_sum();
	return key->content && EVP_MAC_init(key->content, key->digest, SUM_KEY_BYTES, how);
}

void repeat_key_begin_content(struct repeat_key *key)
{
	key->good = key->good && EVP_DigestFinal_ex(key->envelope, key->digest, NULL) &&
		    begin_sum(key);
}

void repeat_key_content(struct repeat_key *key, const char *bytes, size_t len)
{
	key->good = key->good && EVP_MAC_update(key->content, (const unsigned char *)bytes, len);
}

static void put_bytes(char *text, const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
}

const char *repeat_key_end(struct repeat_key *key)
{
	unsigned char sum[SUM_BYTES];
	size_t len;

	*key->text = 0;
	if (!key->good || !EVP_MAC_final(key->content, sum, &len, sizeof(sum)))
		return NULL;
	key->good = false;
	put_bytes(key->text, key->digest, SUM_KEY_BYTES);
	put_bytes(key->text + 2 * SUM_KEY_BYTES, sum, SUM_BYTES);
	return key->text;
}

void repeat_key_free(struct repeat_key *key)
{
	EVP_MD_CTX_free(key->envelope);
	EVP_MAC_CTX_free(key->content);
	*key = (struct repeat_key){ 0 };
}
