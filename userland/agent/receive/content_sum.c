// SPDX-License-Identifier: GPL-2.0
/*
 * content_sum: whether the content of two mails is the same
 */
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdio.h>

#include "content_sum.h"

#define CIPHER		"AES-128-GCM"
#define KEY_BYTES	16
#define IV_BYTES	(CONTENT_SUM_KEY_BYTES - KEY_BYTES)
#define MAC_BYTES	(CONTENT_SUM_BYTES / 2)

/* It takes longer to set one up than to sum up a mail: it is kept for the next ones. */
static EVP_MAC_CTX *create(void)
{
	const OSSL_PARAM how[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, CIPHER, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *gmac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_GMAC, NULL);
	EVP_MAC_CTX *mac = gmac ? EVP_MAC_CTX_new(gmac) : NULL;

	EVP_MAC_free(gmac);
	if (mac && EVP_MAC_CTX_set_params(mac, how))
		return mac;
	EVP_MAC_CTX_free(mac);
	return NULL;
}

void content_sum_begin(struct content_sum *sum, const unsigned char key[CONTENT_SUM_KEY_BYTES])
{
	const OSSL_PARAM iv[] = {
		OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_IV, (void *)(key + KEY_BYTES),
						  IV_BYTES),
		OSSL_PARAM_construct_end(),
	};

	if (!sum->mac)
		sum->mac = create();
	sum->good = sum->mac && EVP_MAC_init(sum->mac, key, KEY_BYTES, iv);
}

void content_sum_add(struct content_sum *sum, const char *bytes, size_t len)
{
	sum->good = sum->good && EVP_MAC_update(sum->mac, (const unsigned char *)bytes, len);
}

bool content_sum_end(struct content_sum *sum, char text[CONTENT_SUM_BYTES])
{
	unsigned char mac[MAC_BYTES];
	bool good = sum->good;
	size_t len = 0;

	sum->good = false;
	*text = 0;
	if (!good || !EVP_MAC_final(sum->mac, mac, &len, sizeof(mac)))
		return false;
	for (size_t i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", mac[i]);
	return true;
}

void content_sum_free(struct content_sum *sum)
{
	EVP_MAC_CTX_free(sum->mac);
	*sum = (struct content_sum){ 0 };
}
