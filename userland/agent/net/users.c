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
#define LINE_BYTES	1024

static const struct {
	const char *name;
	Gsasl_hash hash;
	size_t bytes;
} hashes[USER_HASHES] = {
	[USER_SHA256] = { "{SCRAM-SHA-256}", GSASL_HASH_SHA256, GSASL_HASH_SHA256_SIZE },
	[USER_SHA1] = { "{SCRAM-SHA-1}", GSASL_HASH_SHA1, GSASL_HASH_SHA1_SIZE },
};

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

/* The keys that a secret has with a salt; false: it cannot be a secret */
static bool derive(enum user_hash hash, const char *secret, const char *salt, size_t salt_bytes,
		   int iterations, char stored[GSASL_HASH_MAX_SIZE],
		   char server[GSASL_HASH_MAX_SIZE])
{
	char salted[GSASL_HASH_MAX_SIZE], client[GSASL_HASH_MAX_SIZE];
	bool good = gsasl_scram_secrets_from_password(hashes[hash].hash, secret, iterations, salt,
						      salt_bytes, salted, client, server,
						      stored) == GSASL_OK;

	explicit_bzero(salted, sizeof(salted));
	explicit_bzero(client, sizeof(client));
	return good;
}

static void set_keys(struct user_keys *keys, enum user_hash hash, const unsigned char *salt,
		     const void *stored, const void *server)
{
	snprintf(keys->iterations, sizeof(keys->iterations), "%d", ITERATIONS);
	EVP_EncodeBlock((unsigned char *)keys->salt, salt, SALT_BYTES);
	EVP_EncodeBlock((unsigned char *)keys->stored_key, stored, hashes[hash].bytes);
	EVP_EncodeBlock((unsigned char *)keys->server_key, server, hashes[hash].bytes);
}

/* What nobody has: the same salt for a name each time, keys that are random bytes. */
static bool invent_keys(struct user *user, enum user_hash hash)
{
	static unsigned char seed[32];
	static bool seeded;
	unsigned char digest[EVP_MAX_MD_SIZE];
	char text[sizeof(seed) + sizeof(user->name) + 8];

	if (!seeded)
		seeded = getrandom(seed, sizeof(seed), 0) == sizeof(seed);
	memcpy(text, seed, sizeof(seed));
	snprintf(text + sizeof(seed), sizeof(text) - sizeof(seed), "%d%s", hash, user->name);
	EVP_Digest(text, sizeof(seed) + strlen(text + sizeof(seed)), digest, NULL, EVP_sha512(),
		   NULL);
	set_keys(&user->keys[hash], hash, digest, digest + SALT_BYTES, digest + SALT_BYTES);
	return seeded;
}

bool user_make_keys(struct user *user, enum user_hash hash)
{
	char stored[GSASL_HASH_MAX_SIZE], server[GSASL_HASH_MAX_SIZE];
	unsigned char salt[SALT_BYTES];

	if (*user->keys[hash].iterations)
		return true;
	if (!*user->secret)
		return invent_keys(user, hash);
	if (getrandom(salt, sizeof(salt), 0) != sizeof(salt) ||
	    !derive(hash, user->secret, (const char *)salt, sizeof(salt), ITERATIONS, stored,
		    server))
		return false;
	set_keys(&user->keys[hash], hash, salt, stored, server);
	return true;
}

/* One of the fields behind the name, up to a blank. */
static bool parse_keys(struct user *user, const char *text)
{
	for (int hash = 0; hash < USER_HASHES; hash++) {
		struct user_keys *keys = &user->keys[hash];
		size_t len = strlen(hashes[hash].name);

		if (!strncmp(text, hashes[hash].name, len))
			return sscanf(text + len, "%11[0-9],%63[^, ],%63[^, ],%63[^, ]",
				      keys->iterations, keys->salt, keys->stored_key,
				      keys->server_key) == 4;
	}
	return false;
}

static bool parse_secret(struct user *user, const char *text)
{
	bool good = *text;

	if (!strncmp(text, "{PLAIN}", 7) && text[7] && strlen(text + 7) <= USER_SECRET_MAX) {
		strcpy(user->secret, text + 7);
		return true;
	}
	while (good && *text) {
		good = parse_keys(user, text);
		text += strcspn(text, " ");
		text += strspn(text, " ");
	}
	return good;
}

size_t user_length(const char *name, bool *as_pdf)
{
	const char *form = strrchr(name, '+');
	bool pdf = form && !strcmp(form, "+pdf");

	if (!pdf && (!form || strcmp(form, "+tiff")))
		return strlen(name);
	if (as_pdf)
		*as_pdf = pdf;
	return form - name;
}

bool users_find(const char *path, const char *name, struct user *user)
{
	size_t len = user_length(name, NULL);
	char line[LINE_BYTES];
	char reason[512];
	FILE *file = open_file(path, reason, sizeof(reason));
	bool found = false;

	memset(user, 0, sizeof(*user));
	snprintf(user->name, sizeof(user->name), "%.*s", (int)len, name);
	if (!file)
		log_event(LOG_ERR, "users.file error=%s", reason);
	while (file && len && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\r\n")] = 0;
		if (*line == '#' || strncmp(line, name, len) || line[len] != ':')
			continue;
		found = parse_secret(user, line + len + 1);
		if (found)
			break;
		memset(user->keys, 0, sizeof(user->keys));
		log_event(LOG_ERR, "users.line file=%s user=%s error=%s", path, name,
			  "its secret is of no known kind");
	}
	if (file)
		fclose(file);
	explicit_bzero(line, sizeof(line));
	return found;
}

/* Bytes of base64; what is padded counts as zero bytes there. */
static int decode(unsigned char *bytes, const char *text)
{
	size_t end = strlen(text);
	int len = EVP_DecodeBlock(bytes, (const unsigned char *)text, end);

	for (; end && text[end - 1] == '='; end--)
		len--;
	return len;
}

bool user_knows(struct user *user, const char *secret)
{
	bool only_sha1 = !*user->keys[USER_SHA256].iterations && *user->keys[USER_SHA1].iterations;
	enum user_hash hash = only_sha1 ? USER_SHA1 : USER_SHA256;
	char stored[GSASL_HASH_MAX_SIZE], server[GSASL_HASH_MAX_SIZE];
	const struct user_keys *keys = &user->keys[hash];
	unsigned char salt[sizeof(keys->salt)], key[sizeof(keys->stored_key)];
	int salt_bytes;

	if (!user_make_keys(user, hash))
		return false;
	salt_bytes = decode(salt, keys->salt);
	if (salt_bytes <= 0 || decode(key, keys->stored_key) != (int)hashes[hash].bytes)
		return false;
	return derive(hash, secret, (const char *)salt, salt_bytes, atoi(keys->iterations), stored,
		      server) && !CRYPTO_memcmp(stored, key, hashes[hash].bytes);
}

enum users_kind users_kind(const char *path)
{
	size_t users = 0, secrets = 0, sha1 = 0;
	char line[LINE_BYTES];
	char reason[512];
	FILE *file = open_file(path, reason, sizeof(reason));

	while (file && fgets(line, sizeof(line), file)) {
		if (*line == '#' || !strchr(line, ':'))
			continue;
		users++;
		secrets += strstr(line, ":{PLAIN}") != NULL;
		sha1 += strstr(line, hashes[USER_SHA1].name) != NULL;
	}
	if (file)
		fclose(file);
	explicit_bzero(line, sizeof(line));
	if (users && secrets == users)
		return USERS_SECRETS;
	return sha1 || secrets ? USERS_SHA1 : USERS_SHA256;
}

static bool name_is_good(const char *name)
{
	if (!*name || *name == '#' || strlen(name) > USER_NAME_MAX ||
	    user_length(name, NULL) != strlen(name))
		return false;
	for (; *name; name++)
		if ((unsigned char)*name <= ' ' || *name == ':' || *name == 0x7f)
			return false;
	return true;
}

/* What is wrong with a line, NULL: nothing */
static const char *fault_of(char *line)
{
	char *secret = strchr(line, ':');
	struct user user = { 0 };
	bool good;

	line[strcspn(line, "\r\n")] = 0;
	if (!*line || *line == '#')
		return NULL;
	if (!secret)
		return "NAME:SECRET is needed, as \"ifaxd --secret NAME\" makes it";
	*secret++ = 0;
	good = parse_secret(&user, secret);
	explicit_bzero(&user, sizeof(user));
	if (!name_is_good(line))
		return "the name of a user has no space";
	return good ? NULL : "its secret is of no known kind";
}

bool users_check_lines(const char *path, char *reason, size_t bytes)
{
	FILE *file = open_file(path, reason, bytes);
	const char *fault = NULL;
	unsigned int number = 0;
	char line[LINE_BYTES];

	while (file && !fault && fgets(line, sizeof(line), file)) {
		number++;
		fault = fault_of(line);
	}
	explicit_bzero(line, sizeof(line));
	if (fault)
		snprintf(reason, bytes, "%s:%u: %s", path, number, fault);
	if (file)
		fclose(file);
	return file && !fault;
}

bool users_print_line(const char *name)
{
	char secret[USER_SECRET_MAX + 2];
	struct user user = { 0 };
	size_t len;

	if (!name_is_good(name)) {
		fprintf(stderr, "ifaxd: %s: a user's name has no colon, no space, and no +pdf or "
			"+tiff at its end\n", name);
		return false;
	}
	if (!fgets(secret, sizeof(secret), stdin))
		secret[0] = 0;
	len = strcspn(secret, "\r\n");
	if (len <= USER_SECRET_MAX)
		memcpy(user.secret, secret, len);
	explicit_bzero(secret, sizeof(secret));
	if (!*user.secret) {
		fputs("ifaxd: the secret is read from the first line of standard input, "
		      "of 255 bytes at most\n", stderr);
		return false;
	}
	if (!user_make_keys(&user, USER_SHA256) || !user_make_keys(&user, USER_SHA1)) {
		fputs("ifaxd: the secret has characters that nobody can log in with: it is UTF-8, "
		      "without control characters\n", stderr);
		return false;
	}
	explicit_bzero(user.secret, sizeof(user.secret));
	printf("%s:", name);
	for (int hash = 0; hash < USER_HASHES; hash++)
		printf("%s%s%s,%s,%s,%s", hash ? " " : "", hashes[hash].name,
		       user.keys[hash].iterations, user.keys[hash].salt,
		       user.keys[hash].stored_key, user.keys[hash].server_key);
	putchar('\n');
	return true;
}
