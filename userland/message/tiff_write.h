/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_TIFF_WRITE_H
#define _IFAX_TIFF_WRITE_H

#include "page_ready.h"

/**
 * tiff_write() - the pages of a page file as one TIFF
 * @fd: empty file that the TIFF goes to, open for reading and writing
 * @pages_fd: page file
 * @range: which pages of it, and what is put on top of them
 * @has_jbig: set to whether a page of it is JBIG: then it is an image/tiff-fx
 * @failure: what went wrong
 *
 * The coded data of a page is its only strip, byte for byte, unless its form is
 * another than @range asks for. Fields and their
 * order are those of RFC 3949: little-endian, each IFD before its strip, the
 * first at offset 8. A page scanned as MH with EOLs, LSB first, 1728 pixels at
 * 204x98 or 204x196 dpi thus is profile S, one as MMR profile F,
 * one as JBIG profile J.
 *
 * Return: number of pages, or -1.
 */
int tiff_write(int fd, int pages_fd, const struct page_range *range, bool *has_jbig,
	       struct failure *failure);

#endif /* _IFAX_TIFF_WRITE_H */
