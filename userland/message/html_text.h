/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_HTML_TEXT_H
#define _IFAX_HTML_TEXT_H

#include <glib.h>

/**
 * html_text() - the text of an HTML page, without what only a browser needs
 * @html: UTF-8; may be anything
 *
 * Tags are left out, blocks begin new lines, blanks shrink to one, the common
 * character references are resolved; scripts, styles and titles are dropped.
 * Nothing is fetched, nothing is nested: the time is linear in the length.
 *
 * Return: text, to be freed.
 */
GString *html_text(const char *html);

#endif /* _IFAX_HTML_TEXT_H */
