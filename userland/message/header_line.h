/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The header line of a fax (TTI): who sent it, when, to whom, and which page it
 * is, in small letters on top of each page.
 */
#ifndef _IFAX_HEADER_LINE_H
#define _IFAX_HEADER_LINE_H

#include "text_font.h"
#include "tiff_write.h"

/**
 * struct header_line - what stands on top of pages
 * @top: header_line_join(), for tiff_write()
 * @font: fonts
 * @text: UTF-8; "{page}" and "{pages}" stand for numbers; what stands behind a tab
 *	is at the right
 */
struct header_line {
	struct page_top top;
	struct text_font *font;
	const char *text;
};

/**
 * header_line_join() - put the header line on a coded page, which is not coded anew
 *
 * See &struct page_top. It takes the place of white lines at the top, where the page
 * has enough of them, or stands above the page, which then grows by 3.5 mm. JBIG
 * pages stay as they are: all bits of JBIG hang on all bits before them.
 */
int header_line_join(const struct page_top *top, struct page_header *page, unsigned int number,
		     unsigned int pages, void **data, uint64_t *bytes, struct failure *failure);

#endif /* _IFAX_HEADER_LINE_H */
