/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_PDF_WRITE_H
#define _IFAX_PDF_WRITE_H

#include "tiff_write.h"

/**
 * pdf_write() - the pages of a page file as a PDF
 * @fd: empty file that the PDF goes to
 * @pages_fd: page file
 * @range: which pages of it; its @top is not looked at
 * @failure: what went wrong
 *
 * Each page is an image in MMR (CCITTFaxDecode), as large as it is by its
 * resolutions: nothing is squashed, no pixel is changed.
 *
 * Return: number of pages, or -1.
 */
int pdf_write(int fd, int pages_fd, const struct page_range *range, struct failure *failure);

#endif /* _IFAX_PDF_WRITE_H */
