/* SPDX-License-Identifier: GPL-2.0 */
/*
 * users: who may log in to the station's servers
 *
 * A file that only its owner can read (secret_file.h), with a line for each user:
 *
 *	name:{SCRAM-SHA-256}iterations,salt,stored-key,server-key
 *	name:{PLAIN}secret
 *
 * in base64, as "ifaxd --secret NAME" makes it. The first kind proves a secret without
 * knowing it; CRAM-MD5 and APOP need the second. The file is read at each login:
 * a change needs no restart.
 */
#ifndef IFAX_USERS_H
#define IFAX_USERS_H

#include <stdbool.h>
#include <stddef.h>

#define USER_NAME_MAX	127
#define USER_SECRET_MAX	255

/**
 * struct user - who logs in
 * @secret: in the clear; "": only the keys are known. Else the keys are there after
 *	user_make_keys()
 * @iterations: of SCRAM-SHA-256, as text
 * @salt: base64
 * @stored_key: base64
 * @server_key: base64
 */
struct user {
	char secret[USER_SECRET_MAX + 1];
	char iterations[12];
	char salt[64];
	char stored_key[64];
	char server_key[64];
};

/**
 * users_find - read what the file knows of a user
 * @path: the file
 * @name: the user
 * @user: receives it; explicit_bzero() it when done
 *
 * Return: false: there is no such user, or the file cannot be read (that is logged).
 * Then @user has keys that no secret has, the same for a name each time: an
 * attacker does not learn who exists.
 */
bool users_find(const char *path, const char *name, struct user *user);

/** user_make_keys - make what SCRAM needs of a secret in the clear; takes milliseconds */
bool user_make_keys(struct user *user);

/** user_knows - whether @secret is the user's, in a time that does not depend on how wrong it is */
bool user_knows(struct user *user, const char *secret);

/** users_have_secrets - whether a user's secret is there in the clear */
bool users_have_secrets(const char *path);

/** users_check - whether the file can be read; @reason receives why not */
bool users_check(const char *path, char *reason, size_t bytes);

/** users_print_line - print a line for the file; the secret is the first line of standard input */
bool users_print_line(const char *name);

#endif /* IFAX_USERS_H */
