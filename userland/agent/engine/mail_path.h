/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mail addresses as SMTP carries them: reverse-paths and forward-paths of
 * RFC 5321, 4.1.2. Off-ramp local parts (FAX=+390123@…, FAX=+390123/T33S=7@…)
 * are ordinary atoms here and are kept as they were given. Characters beyond ASCII
 * are allowed, in UTF-8; where SMTPUTF8 was not said they must be refused.
 */
#ifndef IFAX_MAIL_PATH_H
#define IFAX_MAIL_PATH_H

#include <stdbool.h>
#include <stddef.h>

#define MAIL_LOCAL_MAX	64	/* bytes of a local part, RFC 5321, 4.5.3.1.1 */
#define MAIL_DOMAIN_MAX	255	/* bytes of a domain, 4.5.3.1.2 */
#define MAIL_NAMED_MAX	254	/* bytes of an address in a header: 4.5.3.1.3, without brackets */
#define MAIL_ADDRESS_MAX (MAIL_LOCAL_MAX + 1 + MAIL_DOMAIN_MAX)

/**
 * struct mail_path - one address
 * @address: local-part "@" domain, as given (case and quotes kept), without
 *	brackets and source route; "" is the null path "<>"
 * @local_len: bytes of the local part in @address
 */
struct mail_path {
	char address[MAIL_ADDRESS_MAX + 1];
	size_t local_len;
};

/**
 * enum mail_path_kind - where a path stands
 * @MAIL_REVERSE_PATH: in MAIL: may be "<>"
 * @MAIL_FORWARD_PATH: in RCPT: may be "<Postmaster>" without a domain
 */
enum mail_path_kind { MAIL_REVERSE_PATH, MAIL_FORWARD_PATH };

/**
 * mail_path_parse() - read "<…>" at the begin of a text
 * @path: receives the address
 * @kind: where the path stands
 * @text: the text; a source route (<@a,@b:c@d>) is accepted and left out
 *
 * Return: the bytes the path takes in @text, 0 if it is no valid path.
 */
size_t mail_path_parse(struct mail_path *path, enum mail_path_kind kind, const char *text);

/**
 * mail_path_from_address() - read an address that stands alone (user@example.com)
 * @path: receives the address
 * @address: the text, without brackets
 *
 * Return: true if it is a valid address with a domain. An address that passes has
 * no control characters, so it can be put into commands and records.
 */
bool mail_path_from_address(struct mail_path *path, const char *address);

/**
 * mail_path_can_be_named() - whether a mail that is composed here can have an address in its header
 * @address: the text, without brackets
 *
 * Return: true if mail_path_from_address() takes it, and it is visible ASCII, of at most 254 bytes
 * (RFC 5321, 4.5.3.1.3).
 */
bool mail_path_can_be_named(const char *address);

/** mail_path_is_ascii() - whether an address can go where there is no SMTPUTF8 (RFC 6531) */
bool mail_path_is_ascii(const char *address);

/**
 * mail_path_domain() - the part behind the "@"
 * @path: the address
 *
 * Return: the domain as given, "" if there is none ("<Postmaster>", "<>").
 */
const char *mail_path_domain(const struct mail_path *path);

/**
 * mail_path_local() - the local part without quotes and backslashes
 * @path: the address
 * @local: at least MAIL_LOCAL_MAX + 1 bytes, receives the local part
 *
 * Return: length of the local part.
 */
size_t mail_path_local(const struct mail_path *path, char *local);

#endif /* IFAX_MAIL_PATH_H */
