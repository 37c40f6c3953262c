/* SPDX-License-Identifier: GPL-2.0 */
/*
 * template: texts of the configuration with names in them, as in "Fax from {name}"
 */
#ifndef IFAX_TEMPLATE_H
#define IFAX_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

/** struct template_value - what {name} stands for */
struct template_value {
	const char *name;
	const char *value;
};

/**
 * template_fill - put values in the place of names
 * @template: text; what is no name that is known stays as it is
 * @values: up to one whose name is NULL
 * @text: receives the text, cut off if it is too long
 * @bytes: of @text
 */
void template_fill(const char *template, const struct template_value *values, char *text,
		   size_t bytes);

/**
 * template_unknown - a name in braces that stands for nothing
 * @template: text; names are letters, digits, "-" and "_"
 * @names: those that are known, with blanks before, between and behind them
 * @bytes: receives the length of what was found, with its braces
 *
 * Return: where it stands in @template; NULL: there is none.
 */
const char *template_unknown(const char *template, const char *names, size_t *bytes);

/** template_has - whether a text has {name} in it */
bool template_has(const char *template, const char *name);

#endif /* IFAX_TEMPLATE_H */
