/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_TIFF_READ_H
#define _IFAX_TIFF_READ_H

#include <stdio.h>

#include "../agent/page_file.h"
#include "failure.h"

#define PAGES_MAX	1000

/**
 * struct page_sink - where the pages of a message go
 * @writer: page file
 * @codings: bit (1 << coding) for each &enum ifax_coding that may go there
 * @out: gets a line "page N coding=… …" for each page
 */
struct page_sink {
	struct page_writer writer;
	unsigned int codings;
	FILE *out;
};

/**
 * tiff_read() - all pages of a TIFF go to the sink
 * @fd: TIFF
 * @sink: sink
 * @failure: what is wrong, and with which page
 *
 * A page of one strip in a coding that the sink takes goes there byte for
 * byte, after it was decoded once for a check. Any other is decoded and goes
 * there raw. A TIFF that is not whole and sound is refused.
 *
 * Return: 0 or -1.
 */
int tiff_read(int fd, struct page_sink *sink, struct failure *failure);

#endif /* _IFAX_TIFF_READ_H */
