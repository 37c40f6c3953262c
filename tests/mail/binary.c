// SPDX-License-Identifier: GPL-2.0
/* The binary form of a mail: what becomes of base64, and that nothing else changes. */
#include <stdlib.h>
#include <string.h>

#include "engine/binary_form.h"
#include "dialogue.h"
#include "tap.h"

static char out[65536];
static size_t out_len;

static void keep(void *arg, const char *bytes, size_t len)
{
	if (out_len + len <= sizeof(out))
		memcpy(out + out_len, bytes, len);
	out_len += len;
}

static bool convert(const char *text, size_t len, bool pieces)
{
	struct binary_form form = { 0 };
	bool good;

	out_len = 0;
	while (len) {
		size_t n = pieces ? 1 + random_below(len < 40 ? (unsigned int)len : 40) : len;
		char *copy = malloc(n);

		memcpy(copy, text, n);
		binary_form_put(&form, copy, n, keep, NULL);
		free(copy);
		text += n;
		len -= n;
	}
	good = binary_form_end(&form, keep, NULL);
	binary_form_clear(&form);
	return good;
}

static void becomes(const char *name, const char *text, const char *wanted, size_t wanted_len)
{
	bool good = true;
	int i;

	for (i = 0; i < 20; i++) {
		good &= convert(text, strlen(text), i > 0);
		good &= out_len == wanted_len && !memcmp(out, wanted, wanted_len);
	}
	tap_ok(good, "binary form: %s", name);
}

#define BECOMES(name, text, wanted) becomes(name, text, wanted, sizeof(wanted) - 1)

static void fails(const char *name, const char *text, size_t len)
{
	tap_ok(!convert(text, len, false) && !convert(text, len, true), "binary form: %s", name);
}

static void test_long(void)
{
	static char text[40000], tiff[20000];
	size_t used;
	size_t i;

	for (i = 0; i < sizeof(tiff); i++)
		tiff[i] = (char)random_below(256);
	used = (size_t)sprintf(text, "Content-Transfer-Encoding: base64\r\n\r\n");
	for (i = 0; i < sizeof(tiff); i += 57) {
		int n = sizeof(tiff) - i < 57 ? (int)(sizeof(tiff) - i) : 57;

		used += (size_t)EVP_EncodeBlock((unsigned char *)text + used,
						(unsigned char *)tiff + i, n);
		used += (size_t)sprintf(text + used, "\r\n");
	}
	tap_ok(convert(text, used, true) && out_len == sizeof(tiff) + 37 &&
	       !memcmp(out + 37, tiff, sizeof(tiff)), "binary form: 20000 bytes in 351 lines");
}

int main(void)
{
	BECOMES("two parts, of which one is base64",
		"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n"
		"\tboundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\n"
		"-- \r\nContent-Transfer-Encoding: base64\r\n--b1\r\nContent-Type: image/tiff\r\n"
		"content-transfer-encoding:  BASE64\r\n\r\nAAEK\r\nDQ==\r\n--b1--\r\n",
		"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n"
		"\tboundary=\"b1\"\r\nContent-Transfer-Encoding: binary\r\n\r\n--b1\r\n"
		"Content-Type: text/plain\r\n\r\n-- \r\nContent-Transfer-Encoding: base64\r\n--b1\r\n"
		"Content-Type: image/tiff\r\nContent-Transfer-Encoding: binary\r\n\r\n"
		"\0\1\n\r\r\n--b1--\r\n");
	BECOMES("one part, LF as line end", "Content-Transfer-Encoding: base64\n\nAAEK\n",
		"Content-Transfer-Encoding: binary\r\n\r\n\0\1\n");
	BECOMES("an encoding of the whole, no base64",
		"Content-Transfer-Encoding: 7bit\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
		"--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=3D\r\n--b--\r\n",
		"Content-Transfer-Encoding: binary\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
		"--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=3D\r\n--b--\r\n");
	test_long();
	fails("no base64 where it should be", "Content-Transfer-Encoding: base64\n\n$$$$\n", 41);
	fails("a header without an end", "Subject: x\n\n", 11);
	fails("a NUL", "Subject: \0\n\nx\n", 14);
	return tap_end();
}
