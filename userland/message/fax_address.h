/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mail addresses that name a telephone number (RFC 3191, 3192, 2846), as in
 * FAX=+39-40-226338/T33S=1387@example.com. Pure functions without allocation.
 */
#ifndef _IFAX_FAX_ADDRESS_H
#define _IFAX_FAX_ADDRESS_H

#include <stddef.h>

#define FAX_NUMBER_MAX		64	/* digits and pauses of a number, with the closing zero */
#define FAX_ELEMENTS_MAX	8	/* qualifiers that are kept */
#define FAX_LOCAL_MAX		64	/* local part by RFC 5321 */
#define FAX_DOMAIN_MAX		255

/* What fax_address_parse() found */
enum fax_address_result {
	FAX_ADDRESS_OK,
	FAX_ADDRESS_OTHER,	/* an ordinary mail address */
	FAX_ADDRESS_WRONG,	/* begins as a fax address, and is not one */
};

/**
 * struct fax_element - a qualifier, e.g. ATTN=Jones
 * @name: begin of its name, not closed by a zero
 * @name_bytes: length of the name
 * @value: begin of its value; NULL if it has none
 * @value_bytes: length of the value
 */
struct fax_element {
	const char *name;
	size_t name_bytes;
	const char *value;
	size_t value_bytes;
};

/**
 * struct fax_address - a fax address
 * @number: digits without separators; begins with + if it is a global one
 * @subaddress: T33S, digits, * and #; empty: none
 * @post_dial: POST: what is dialled behind the number; empty: none
 * @is_voice: VOICE, not FAX: no fax machine answers
 * @domain: behind the @
 * @elements: all other qualifiers, in order; they point into the local part in @local
 * @element_count: how many
 * @local: the local part, quotes undone
 */
struct fax_address {
	char number[FAX_NUMBER_MAX];
	char subaddress[FAX_NUMBER_MAX];
	char post_dial[FAX_NUMBER_MAX];
	int is_voice;
	char domain[FAX_DOMAIN_MAX + 1];
	struct fax_element elements[FAX_ELEMENTS_MAX];
	unsigned int element_count;
	char local[FAX_LOCAL_MAX + 1];
};

/**
 * fax_address_parse() - understand a mail address as a fax address
 * @address: set if the result is FAX_ADDRESS_OK; must not be copied, as its
 *	elements point into it
 * @text: addr-spec without angle brackets; the local part may be quoted
 *
 * The service (FAX, VOICE) and the names of qualifiers are of any case; - and .
 * in numbers are left out; a slash before the service and behind the last
 * qualifier is taken. "+" is for global numbers only (RFC 3191, 2.1).
 *
 * Return: &enum fax_address_result.
 */
enum fax_address_result fax_address_parse(struct fax_address *address, const char *text);

#endif /* _IFAX_FAX_ADDRESS_H */
