// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "html_text.h"

#define REFERENCE_BYTES	10	/* of a name between & and ; */

static const struct {
	const char *name;
	gunichar c;
} references[] = {
	{ "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' },
	{ "nbsp", ' ' }, { "copy", 0xa9 }, { "reg", 0xae }, { "deg", 0xb0 }, { "sect", 0xa7 },
	{ "euro", 0x20ac }, { "pound", 0xa3 }, { "ndash", 0x2013 }, { "mdash", 0x2014 },
	{ "lsquo", 0x2018 }, { "rsquo", 0x2019 }, { "ldquo", 0x201c }, { "rdquo", 0x201d },
	{ "bdquo", 0x201e }, { "laquo", 0xab }, { "raquo", 0xbb }, { "hellip", 0x2026 },
	{ "bull", 0x2022 }, { "middot", 0xb7 }, { "auml", 0xe4 }, { "ouml", 0xf6 },
	{ "uuml", 0xfc }, { "Auml", 0xc4 }, { "Ouml", 0xd6 }, { "Uuml", 0xdc }, { "szlig", 0xdf },
	{ "eacute", 0xe9 }, { "egrave", 0xe8 }, { "ecirc", 0xea }, { "agrave", 0xe0 },
	{ "aacute", 0xe1 }, { "acirc", 0xe2 }, { "ccedil", 0xe7 }, { "iacute", 0xed },
	{ "oacute", 0xf3 }, { "uacute", 0xfa }, { "ntilde", 0xf1 }, { "aring", 0xe5 },
	{ "aelig", 0xe6 }, { "oslash", 0xf8 },
};

static const char * const blocks[] = {
	"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "table", "ul", "ol",
	"blockquote", "pre", "title", "body",
};

static const char * const dropped[] = { "script", "style", "title" };

static gboolean is_one_of(const char *name, size_t bytes, const char * const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(names[i]) == bytes && !g_ascii_strncasecmp(name, names[i], bytes))
			return TRUE;
	return FALSE;
}

static gunichar reference(const char *name, size_t bytes)
{
	unsigned long number;

	if (*name == '#') {
		gboolean hex = name[1] == 'x' || name[1] == 'X';

		number = strtoul(name + 1 + hex, NULL, hex ? 16 : 10);
		return number && number < 0x110000 && g_unichar_validate(number) ? number : 0xfffd;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(references); i++)
		if (strlen(references[i].name) == bytes &&
		    !strncmp(name, references[i].name, bytes))
			return references[i].c;
	return 0;
}

/* Appends what begins with &; returns what is behind it. */
static const char *take_reference(GString *text, const char *at)
{
	size_t bytes = strcspn(at + 1, "; <&\n");
	gunichar c = at[1 + bytes] == ';' && bytes && bytes <= REFERENCE_BYTES ?
		reference(at + 1, bytes) : 0;

	g_string_append_unichar(text, c ? c : '&');
	return c ? at + bytes + 2 : at + 1;
}

static void new_line(GString *text)
{
	if (text->len && text->str[text->len - 1] == ' ')
		g_string_truncate(text, text->len - 1);
	if (text->len > 1 && !strcmp(text->str + text->len - 2, "\n\n"))
		return;
	if (text->len)
		g_string_append_c(text, '\n');
}

/* What is behind the closing tag of an element that is dropped */
static const char *behind_element(const char *at, const char *name, size_t bytes)
{
	while ((at = strstr(at, "</"))) {
		at += 2;
		if (!g_ascii_strncasecmp(at, name, bytes)) {
			at = strchr(at, '>');
			return at ? at + 1 : NULL;
		}
	}
	return NULL;
}

/* Obeys a tag; returns what is behind it, NULL: nothing. */
static const char *take_tag(GString *text, const char *at)
{
	const char *name = at + 1 + (at[1] == '/'), *end;
	size_t bytes = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	if (!strncmp(at, "<!--", 4)) {
		end = strstr(at + 4, "-->");
		return end ? end + 3 : NULL;
	}
	end = strchr(at, '>');
	if (!end)
		return NULL;
	if (is_one_of(name, bytes, blocks, G_N_ELEMENTS(blocks)))
		new_line(text);
	if (at[1] != '/' && is_one_of(name, bytes, dropped, G_N_ELEMENTS(dropped)))
		return behind_element(end + 1, name, bytes);
	return end + 1;
}

GString *html_text(const char *html)
{
	GString *text = g_string_new(NULL);

	while (html && *html) {
		if (*html == '<' && (g_ascii_isalpha(html[1]) || strchr("/!?", html[1]))) {
			html = take_tag(text, html);
		} else if (*html == '&') {
			html = take_reference(text, html);
		} else if (g_ascii_isspace(*html)) {
			if (text->len && !strchr(" \n", text->str[text->len - 1]))
				g_string_append_c(text, ' ');
			html++;
		} else {
			g_string_append_c(text, *html++);
		}
	}
	return text;
}
