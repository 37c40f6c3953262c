// SPDX-License-Identifier: GPL-2.0
/*
 * users: who may log in to the station's servers
 */
#include <gsasl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "log.h"
#include "secret_file.h"
#include "users.h"

#define ITERATIONS	4096	/* RFC 7677; a login costs the daemon milliseconds */
#define SALT_BYTES	16
#define KEY_BYTES	GSASL_HASH_SHA256_SIZE
#define LINE_BYTES	1024

static FILE *open_file(const char *path, char *reason, size_t bytes)
{
	int fd = secret_file_open(path, reason, bytes);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !file) {
		snprintf(reason, bytes, "%s: out of memory", path);
		close(fd);
	}
	return file;
}

bool users_check(const char *path, char *reason, size_t bytes)
{
	FILE *file = open_file(path, reason, bytes);

	if (file)
		fclose(file);
	return file;
}

static void derive(struct user *user, const char *secret, const unsigned char salt[SALT_BYTES])
{
	char salted[KEY_BYTES], client[KEY_BYTES], server[KEY_BYTES], stored[KEY_BYTES];

	gsasl_scram_secrets_from_password(GSASL_HASH_SHA256, secret, ITERATIONS, (const char *)salt,
					  SALT_BYTES, salted, client, server, stored);
	snprintf(user->iterations, sizeof(user->iterations), "%d", ITERATIONS);
	EVP_EncodeBlock((unsigned char *)user->salt, salt, SALT_BYTES);
	EVP_EncodeBlock((unsigned char *)user->stored_key, (unsigned char *)stored, KEY_BYTES);
	EVP_EncodeBlock((unsigned char *)user->server_key, (unsigned char *)server, KEY_BYTES);
	explicit_bzero(salted, sizeof(salted));
	explicit_bzero(client, sizeof(client));
}

/* For a name that nobody has: the same salt each time, keys that are random bytes. */
static void invent(struct user *user, const char *name)
{
	static unsigned char seed[32];
	static bool seeded;
	unsigned char digest[EVP_MAX_MD_SIZE];
	char text[sizeof(seed) + USER_NAME_MAX + 1];
	size_t len = strnlen(name, USER_NAME_MAX);

	if (!seeded)
		seeded = getrandom(seed, sizeof(seed), 0) == sizeof(seed);
	memcpy(text, seed, sizeof(seed));
	memcpy(text + sizeof(seed), name, len);
	EVP_Digest(text, sizeof(seed) + len, digest, NULL, EVP_sha512(), NULL);
	snprintf(user->iterations, sizeof(user->iterations), "%d", ITERATIONS);
	EVP_EncodeBlock((unsigned char *)user->salt, digest, SALT_BYTES);
	EVP_EncodeBlock((unsigned char *)user->stored_key, digest + SALT_BYTES, KEY_BYTES);
	EVP_EncodeBlock((unsigned char *)user->server_key, digest + SALT_BYTES, KEY_BYTES);
}

static bool parse_secret(struct user *user, const char *text)
{
	if (!strncmp(text, "{PLAIN}", 7) && text[7] && strlen(text + 7) <= USER_SECRET_MAX) {
		strcpy(user->secret, text + 7);
		return true;
	}
	return sscanf(text, "{SCRAM-SHA-256}%11[0-9],%63[^,],%63[^,],%63[^,]", user->iterations,
		      user->salt, user->stored_key, user->server_key) == 4;
}

bool user_make_keys(struct user *user)
{
	unsigned char salt[SALT_BYTES];

	if (*user->stored_key)
		return true;
	if (getrandom(salt, sizeof(salt), 0) != sizeof(salt))
		return false;
	derive(user, user->secret, salt);
	return true;
}

bool users_find(const char *path, const char *name, struct user *user)
{
	size_t len = strlen(name);
	char line[LINE_BYTES];
	char reason[512];
	FILE *file = open_file(path, reason, sizeof(reason));
	bool found = false;

	memset(user, 0, sizeof(*user));
	if (!file)
		log_event(LOG_ERR, "users.file error=%s", reason);
	while (file && !found && len && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\r\n")] = 0;
		if (*line == '#' || strncmp(line, name, len) || line[len] != ':')
			continue;
		found = parse_secret(user, line + len + 1);
		if (!found)
			log_event(LOG_ERR, "users.line file=%s user=%s error=%s", path, name,
				  "its secret is of no known kind");
	}
	if (file)
		fclose(file);
	explicit_bzero(line, sizeof(line));
	if (!found)
		invent(user, name);
	return found;
}

bool user_knows(struct user *user, const char *secret)
{
	char salted[KEY_BYTES], client[KEY_BYTES], server[KEY_BYTES], stored[KEY_BYTES];
	unsigned char salt[sizeof(user->salt)], key[sizeof(user->stored_key)];
	size_t end;
	bool known;
	int bytes;

	if (!user_make_keys(user))
		return false;
	bytes = EVP_DecodeBlock(salt, (const unsigned char *)user->salt, strlen(user->salt));
	end = strlen(user->salt);
	/* what is padded counts as zero bytes there */
	for (; end && user->salt[end - 1] == '='; end--)
		bytes--;
	if (bytes <= 0 || EVP_DecodeBlock(key, (const unsigned char *)user->stored_key,
					  strlen(user->stored_key)) < KEY_BYTES)
		return false;
	if (gsasl_scram_secrets_from_password(GSASL_HASH_SHA256, secret, atoi(user->iterations),
					      (const char *)salt, bytes, salted, client, server,
					      stored) != GSASL_OK)
		return false;
	known = !CRYPTO_memcmp(stored, key, KEY_BYTES);
	explicit_bzero(salted, sizeof(salted));
	explicit_bzero(client, sizeof(client));
	return known;
}

bool users_have_secrets(const char *path)
{
	char line[LINE_BYTES];
	char reason[512];
	FILE *file = open_file(path, reason, sizeof(reason));
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = *line != '#' && strstr(line, ":{PLAIN}");
	if (file)
		fclose(file);
	explicit_bzero(line, sizeof(line));
	return found;
}

static bool name_is_good(const char *name)
{
	if (!*name || *name == '#' || strlen(name) > USER_NAME_MAX)
		return false;
	for (; *name; name++)
		if ((unsigned char)*name <= ' ' || *name == ':' || *name == 0x7f)
			return false;
	return true;
}

bool users_print_line(const char *name)
{
	unsigned char salt[SALT_BYTES];
	char secret[USER_SECRET_MAX + 2];
	struct user user = { 0 };

	if (!name_is_good(name)) {
		fprintf(stderr, "ifaxd: %s: a user's name has no colon and no space\n", name);
		return false;
	}
	if (!fgets(secret, sizeof(secret), stdin) || getrandom(salt, sizeof(salt), 0) < SALT_BYTES)
		secret[0] = 0;
	secret[strcspn(secret, "\r\n")] = 0;
	if (!*secret) {
		fputs("ifaxd: the secret is read from the first line of standard input\n", stderr);
		return false;
	}
	derive(&user, secret, salt);
	explicit_bzero(secret, sizeof(secret));
	printf("%s:{SCRAM-SHA-256}%s,%s,%s,%s\n", name, user.iterations, user.salt, user.stored_key,
	       user.server_key);
	return true;
}
