/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_PDF_WRITE_H
#define _IFAX_PDF_WRITE_H

#include <stdio.h>

#include "page_ready.h"

/**
 * pdf_write() - the pages of a page file as a PDF
 * @out: file that the PDF goes to, from its position on; flushed
 * @pages_fd: page file
 * @range: which pages of it; its @top is not looked at
 * @failure: what went wrong
 *
 * Each page is an image in MMR (CCITTFaxDecode), as large as it is by its
 * resolutions: nothing is squashed, no pixel is changed.
 *
 * Return: number of pages, or -1.
 */
int pdf_write(FILE *out, int pages_fd, const struct page_range *range, struct failure *failure);

#endif /* _IFAX_PDF_WRITE_H */
