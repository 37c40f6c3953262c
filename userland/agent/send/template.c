// SPDX-License-Identifier: GPL-2.0
/*
 * template: texts of the configuration with names in them
 */
#include <stdio.h>
#include <string.h>

#include "template.h"

/* What "{name}" at the begin of @at stands for; NULL: nothing. @bytes: its length */
static const char *value_at(const char *at, const struct template_value *values, size_t *bytes)
{
	for (; *at == '{' && values->name; values++) {
		size_t length = strlen(values->name);

		if (!strncmp(at + 1, values->name, length) && at[length + 1] == '}') {
			*bytes = length + 2;
			return values->value;
		}
	}
	return NULL;
}

void template_fill(const char *template, const struct template_value *values, char *text,
		   size_t bytes)
{
	size_t used = 0, name_bytes;

	*text = 0;
	while (*template && used + 1 < bytes) {
		const char *value = value_at(template, values, &name_bytes);

		if (value) {
			used += snprintf(text + used, bytes - used, "%s", value);
			template += name_bytes;
		} else {
			text[used++] = *template++;
			text[used] = 0;
		}
	}
}

static bool is_word(const char *words, const char *word, size_t length)
{
	for (; (words = strchr(words, ' ')); words++)
		if (!strncmp(words + 1, word, length) && words[1 + length] == ' ')
			return true;
	return false;
}

const char *template_unknown(const char *template, const char *names, size_t *bytes)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	for (; (template = strchr(template, '{')); template++) {
		size_t length = strspn(template + 1, letters);

		*bytes = length + 2;
		if (length && template[1 + length] == '}' && !is_word(names, template + 1, length))
			return template;
	}
	return NULL;
}

bool template_has(const char *template, const char *name)
{
	size_t length = strlen(name);

	for (; (template = strchr(template, '{')); template++)
		if (!strncmp(template + 1, name, length) && template[length + 1] == '}')
			return true;
	return false;
}
