// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "html_text.h"

#define REFERENCE_BYTES	10	/* of a name between & and ; */

/* U+00A0 to U+00FF */
static const char * const latin1[] = {
	"nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf",
	"laquo", "not", "shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro",
	"para", "middot", "cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest",
	"Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave",
	"Eacute", "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve",
	"Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml",
	"Yacute", "THORN", "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig",
	"ccedil", "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth",
	"ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave",
	"uacute", "ucirc", "uuml", "yacute", "thorn", "yuml",
};

static const struct {
	const char *name;
	gunichar c;
} references[] = {
	{ "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' },
	{ "euro", 0x20ac }, { "trade", 0x2122 }, { "ndash", 0x2013 }, { "mdash", 0x2014 },
	{ "lsquo", 0x2018 }, { "rsquo", 0x2019 }, { "sbquo", 0x201a }, { "ldquo", 0x201c },
	{ "rdquo", 0x201d }, { "bdquo", 0x201e }, { "lsaquo", 0x2039 }, { "rsaquo", 0x203a },
	{ "hellip", 0x2026 }, { "bull", 0x2022 }, { "dagger", 0x2020 }, { "permil", 0x2030 },
	{ "OElig", 0x152 }, { "oelig", 0x153 }, { "Scaron", 0x160 }, { "scaron", 0x161 },
	{ "Yuml", 0x178 }, { "ensp", ' ' }, { "emsp", ' ' }, { "thinsp", ' ' },
	{ "zwnj", 0x200c }, { "zwj", 0x200d }, { "lrm", 0x200e }, { "rlm", 0x200f },
	{ "minus", 0x2212 }, { "le", 0x2264 }, { "ge", 0x2265 }, { "ne", 0x2260 },
	{ "larr", 0x2190 }, { "uarr", 0x2191 }, { "rarr", 0x2192 }, { "darr", 0x2193 },
};

/* Something is above and below them, */
static const char * const paragraphs[] = {
	"p", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "table", "ul", "ol", "blockquote", "pre",
	"title", "body",
};

/* they stand in lines of their own, */
static const char * const lines[] = { "div", "tr", "li", "dt", "dd", "option" };

/* they beside each other, */
static const char * const cells[] = { "td", "th" };

/* and they are not for people. */
static const char * const dropped[] = { "script", "style", "title" };

/**
 * struct html - what was read so far
 * @text: text of it
 * @is_set: spaces and ends of lines stay as they are: preformatted
 */
struct html {
	GString *text;
	bool is_set;
};

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
	for (size_t i = 0; i < G_N_ELEMENTS(latin1); i++)
		if (strlen(latin1[i]) == bytes && !strncmp(name, latin1[i], bytes))
			return i ? 0xa0 + i : ' ';
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

/* Ends of lines that the text ends with */
static unsigned int line_ends(GString *text)
{
	unsigned int ends = 0;

	while (text->len && strchr(" \t", text->str[text->len - 1]))
		g_string_truncate(text, text->len - 1);
	while (ends < text->len && text->str[text->len - 1 - ends] == '\n')
		ends++;
	return ends;
}

static void end_lines(GString *text, unsigned int wanted)
{
	for (unsigned int ends = line_ends(text); text->len && ends < wanted; ends++)
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

/* The > of a tag, which may also stand in its quoted values; NULL: it does not end. */
static const char *end_of_tag(const char *at)
{
	while (*(at += strcspn(at, "=>")) == '=') {
		const char *end;

		at += 1 + strspn(at + 1, " \t\r\n");
		end = *at == '"' || *at == '\'' ? strchr(at + 1, *at) : NULL;
		at = end ? end + 1 : at;
	}
	return *at ? at : NULL;
}

/* What a tag does to the lines */
static void set_out(struct html *html, const char *name, size_t bytes, bool is_end)
{
	if (is_one_of(name, bytes, paragraphs, G_N_ELEMENTS(paragraphs)))
		end_lines(html->text, 2);
	else if (bytes == 2 && !g_ascii_strncasecmp(name, "br", 2))
		end_lines(html->text, MIN(line_ends(html->text) + 1, 3));
	else if (is_one_of(name, bytes, lines, G_N_ELEMENTS(lines)))
		end_lines(html->text, 1);
	else if (is_end && is_one_of(name, bytes, cells, G_N_ELEMENTS(cells)))
		g_string_append_c(html->text, '\t');
	if (bytes == 2 && !is_end && !g_ascii_strncasecmp(name, "li", 2))
		g_string_append(html->text, "- ");
	if (bytes == 3 && !g_ascii_strncasecmp(name, "pre", 3))
		html->is_set = !is_end;
}

/* Obeys a tag; returns what is behind it, NULL: nothing. */
static const char *take_tag(struct html *html, const char *at)
{
	bool is_end = at[1] == '/';
	const char *name = at + 1 + is_end, *end;
	size_t bytes = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	if (!strncmp(at, "<!--", 4)) {
		end = strstr(at + 4, "-->");
		return end ? end + 3 : NULL;
	}
	end = end_of_tag(name);
	if (!end)
		return NULL;
	set_out(html, name, bytes, is_end);
	if (!is_end && is_one_of(name, bytes, dropped, G_N_ELEMENTS(dropped)))
		return behind_element(end + 1, name, bytes);
	return end + 1;
}

static void take_space(struct html *html, char space)
{
	GString *text = html->text;

	if (html->is_set && space != '\r')
		g_string_append_c(text, space);
	else if (!html->is_set && text->len && !strchr(" \t\n", text->str[text->len - 1]))
		g_string_append_c(text, ' ');
}

GString *html_text(const char *at)
{
	struct html html = { .text = g_string_new(NULL) };

	while (at && *at) {
		if (*at == '<' && (g_ascii_isalpha(at[1]) || (at[1] && strchr("/!?", at[1]))))
			at = take_tag(&html, at);
		else if (*at == '&')
			at = take_reference(html.text, at);
		else if (g_ascii_isspace(*at))
			take_space(&html, *at++);
		else
			g_string_append_c(html.text, *at++);
	}
	return html.text;
}
