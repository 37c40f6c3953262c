/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Feature expressions (RFC 2533, tags of RFC 2534 and 2879, hashes of RFC 2938):
 * what a peer says that it can receive, as in
 * (& (color=Binary) (image-coding=[MH,MMR]) (dpi=204) (dpi-xyratio=[204/98,204/196])).
 *
 * Pure functions; an expression is not kept as a tree, but judged as it is read.
 */
#ifndef _IFAX_FEATURES_H
#define _IFAX_FEATURES_H

#include <stddef.h>

#define FEATURES_BYTES_MAX	8192
#define FEATURES_DEPTH_MAX	32
#define FEATURES_HASH_BYTES	29	/* "h." and 26 characters, closed by a zero */

/**
 * enum features_answer - does an expression allow something?
 * @FEATURES_WRONG: it is no expression
 * @FEATURES_NO: no
 * @FEATURES_UNKNOWN: it does not tell
 * @FEATURES_YES: yes
 */
enum features_answer {
	FEATURES_WRONG = -1,
	FEATURES_NO,
	FEATURES_UNKNOWN,
	FEATURES_YES,
};

/** struct feature - a property of a document: a tag, and its value */
struct feature {
	const char *tag;
	const char *value;
};

/**
 * features_judge() - does an expression allow a document with these properties?
 * @expression: text; "(h.…)" stands for what "(h.…) :- (…)" in it says, if the hash
 *	is right, and else for something that is not known
 * @document: properties; other tags are not known
 * @properties: how many
 */
enum features_answer features_judge(const char *expression, const struct feature *document,
				    size_t properties);

/**
 * features_codings() - the codings that an expression allows for fax pages
 * @expression: text
 * @codings: receives names with commas between, of mh, mr, mmr and jbig
 * @bytes: of @codings
 *
 * Return: 0, or -1: it is no expression, @codings is "".
 */
int features_codings(const char *expression, char *codings, size_t bytes);

/**
 * features_hash() - the name of an expression (RFC 2938, 3)
 * @expression: text; white space and case do not count
 * @hash: receives "h.…"
 */
void features_hash(const char *expression, size_t bytes, char hash[FEATURES_HASH_BYTES]);

#endif /* _IFAX_FEATURES_H */
