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

#include <stdbool.h>
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
 * struct features_summary - what an expression allows for fax pages
 * @codings: names with commas between, of mh, mr, mmr and jbig
 * @dpi: resolutions, of 204x98, 204x196, 204x391, 300x300, 408x391 and 600x600 (those
 *	that are the same of another name, as 200x200, among them); "": it does not tell
 * @sizes: of a4, b4 and a3; "": it does not tell
 *
 * Every combination of them is allowed: a resolution that only some of @codings may
 * have is left out.
 */
struct features_summary {
	char codings[32];
	char dpi[64];
	char sizes[16];
};

/**
 * features_summarise() - what an expression means for fax pages
 * @expression: text
 * @summary: set
 *
 * Return: 0, or -1: it is no expression.
 */
int features_summarise(const char *expression, struct features_summary *summary);

/**
 * features_better() - whether two expressions have fax pages in common that are better than some
 * @own: what can be printed
 * @offered: what can be had
 * @x_dpi: resolution of what is there; 0: nothing is
 * @y_dpi: the same
 */
bool features_better(const char *own, const char *offered, unsigned int x_dpi, unsigned int y_dpi);

/**
 * features_hash() - the name of an expression (RFC 2938, 3)
 * @expression: text; white space and case do not count
 * @hash: receives "h.…"
 */
void features_hash(const char *expression, size_t bytes, char hash[FEATURES_HASH_BYTES]);

#endif /* _IFAX_FEATURES_H */
