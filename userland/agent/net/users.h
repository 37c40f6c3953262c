/* SPDX-License-Identifier: GPL-2.0 */
/*
 * users: who may log in to the station's servers
 *
 * A file that only its owner can read (secret_file.h), with a line for each user:
 *
 *	name:{SCRAM-SHA-256}iterations,salt,stored-key,server-key {SCRAM-SHA-1}...
 *	name:{PLAIN}secret
 *
 * in base64, as "ifaxd --secret NAME" makes it. The first kind proves a secret without
 * knowing it, to a client that has the same mechanism: either may be missing. CRAM-MD5 and
 * APOP need the second kind. The file is read at each login: a change needs no restart.
 *
 * "name+pdf" and "name+tiff" are the same user, who says what form mail is to have.
 */
#ifndef IFAX_USERS_H
#define IFAX_USERS_H

#include <stdbool.h>
#include <stddef.h>

#define USER_NAME_MAX	127
#define USER_SECRET_MAX	255

/** enum user_hash - of SCRAM */
enum user_hash { USER_SHA256, USER_SHA1, USER_HASHES };

/**
 * struct user_keys - what SCRAM needs, as text
 * @iterations: a number; "": these keys are not known
 * @salt: base64
 * @stored_key: base64
 * @server_key: base64
 */
struct user_keys {
	char iterations[12];
	char salt[64];
	char stored_key[64];
	char server_key[64];
};

/**
 * struct user - who logs in
 * @name: the user's own, without a form
 * @secret: in the clear; "": only keys are known
 * @keys: of each hash that the file has
 */
struct user {
	char name[USER_NAME_MAX + 1];
	char secret[USER_SECRET_MAX + 1];
	struct user_keys keys[USER_HASHES];
};

/**
 * users_find - read what the file knows of a user
 * @path: the file
 * @name: the user, as it was given at a login
 * @user: receives it; explicit_bzero() it when done
 *
 * Return: false: there is no such user, or the file cannot be read (that is logged);
 * @user has its name and nothing else.
 */
bool users_find(const char *path, const char *name, struct user *user);

/**
 * user_length - the bytes of a name that name the user
 * @name: "ann", "ann+pdf" or "ann+tiff"
 * @as_pdf: set if the name says what form mail is to have, else left as it is; may be NULL
 */
size_t user_length(const char *name, bool *as_pdf);

/**
 * user_make_keys - make what SCRAM needs, if the file has it not
 *
 * Of a secret in the clear, which takes milliseconds; if there is none, keys that no
 * secret has, with the same salt for a name each time: an attacker does not learn who
 * exists, and who has which keys.
 */
bool user_make_keys(struct user *user, enum user_hash hash);

/** user_knows - whether @secret is the user's, in a time that does not depend on how wrong it is */
bool user_knows(struct user *user, const char *secret);

/**
 * enum users_kind - what can be offered to clients
 * @USERS_SHA256: keys of SCRAM-SHA-256
 * @USERS_SHA1: of some users keys of SCRAM-SHA-1, too: clients take the other one if they can
 * @USERS_SECRETS: each user's secret is there in the clear. Clients take CRAM-MD5 and APOP where
 *	they are offered, and do not go on if they fail: so all have to be able to use them
 */
enum users_kind { USERS_SHA256, USERS_SHA1, USERS_SECRETS };

/** users_kind - what can be offered to clients */
enum users_kind users_kind(const char *path);

/** users_check - whether the file can be read; @reason receives why not */
bool users_check(const char *path, char *reason, size_t bytes);

/** users_check_lines - whether each line of the file can be meant; @reason: which one cannot */
bool users_check_lines(const char *path, char *reason, size_t bytes);

/** users_print_line - print a line for the file; the secret is the first line of standard input */
bool users_print_line(const char *name);

#endif /* IFAX_USERS_H */
