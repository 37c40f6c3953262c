/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_TIFF_READ_H
#define _IFAX_TIFF_READ_H

#include <stdio.h>

#include "../agent/paper/page_file.h"
#include "failure.h"

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
 * page_sink_written() - judge the result of a page_writer function
 * @sink: sink
 * @err: result
 * @failure: set if it is one; a page file that exceeds the process's limit is
 *	the message's fault
 *
 * Return: 0 or -1.
 */
int page_sink_written(struct page_sink *sink, int err, struct failure *failure);

/**
 * page_sink_end() - end the page that was begun, and print its line
 * @sink: sink
 * @lines: its lines
 * @failure: why it cannot be written
 *
 * Return: 0 or -1.
 */
int page_sink_end(struct page_sink *sink, uint32_t lines, struct failure *failure);

/**
 * tiff_read() - all pages of a TIFF go to the sink
 * @fd: TIFF, open for writing, too: a byte order that it does not tell is put right
 * @sink: sink
 * @failure: what is wrong, and with which page
 *
 * A page of one strip in a coding that the sink takes goes there byte for
 * byte, after it was decoded once for a check. Any other is decoded and goes
 * there raw: black and white as it is, grey and colour dithered and no larger
 * than a sheet. A TIFF that is not whole and sound is refused.
 *
 * Return: 0 or -1.
 */
int tiff_read(int fd, struct page_sink *sink, struct failure *failure);

#endif /* _IFAX_TIFF_READ_H */
