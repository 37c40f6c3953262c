/* SPDX-License-Identifier: GPL-2.0 */
/* Text becomes pages: 10 point, wrapped between words, on sheets of A4. */
#ifndef _IFAX_TEXT_PAGE_H
#define _IFAX_TEXT_PAGE_H

#include "text_font.h"
#include "tiff_read.h"

#define TEXT_PAGES_MAX	100

/**
 * text_print() - text goes to the sink as raw pages
 * @font: fonts, NULL is an error of the machine
 * @text: UTF-8; \n ends a line, \f a page; other controls are left out
 * @sink: sink
 * @failure: why it does not
 *
 * Each character gets one glyph, from left to right: scripts whose letters join
 * or change with their neighbours are readable letter by letter only.
 *
 * Return: 0 or -1.
 */
int text_print(struct text_font *font, const char *text, struct page_sink *sink,
	       struct failure *failure);

#endif /* _IFAX_TEXT_PAGE_H */
