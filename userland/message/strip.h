/* SPDX-License-Identifier: GPL-2.0 */
/* The lines of a strip, whoever decodes it. */
#ifndef _IFAX_STRIP_H
#define _IFAX_STRIP_H

#include <linux/ifax/codec.h>

#include "tiff_file.h"
#include "tiff_page.h"

/**
 * struct strip - a strip being decoded
 * @file: its TIFF, which stands at the page's directory
 * @at: next byte to read from the file
 * @left: bytes of the strip not read yet
 * @first_line: line of the page with which the strip begins, from 0
 * @lines: lines of the strip
 * @done: lines decoded
 * @white_is_1: of pixels that libtiff decodes
 * @decoder: our decoder, NULL: libtiff decodes
 * @memory: the decoder's
 * @in: its input
 * @buffer: what @in points into
 */
struct strip {
	struct tiff_file *file;
	uint64_t at;
	uint64_t left;
	uint32_t first_line;
	uint32_t lines;
	uint32_t done;
	bool white_is_1;
	struct ifax_decoder *decoder;
	void *memory;
	struct ifax_bytes in;
	uint8_t buffer[32768];
};

/**
 * strip_begin() - begin to decode a strip
 * @strip: strip
 * @file: TIFF that stands at the page's directory
 * @page: page
 * @number: strip of the page, from 0
 * @failure: what is wrong with the strip, or the machine
 *
 * Return: 0, then strip_end() it; or -1.
 */
int strip_begin(struct strip *strip, struct tiff_file *file, const struct tiff_page *page,
		uint32_t number, struct failure *failure);

/**
 * strip_lines() - decode the next lines
 * @strip: strip
 * @rows: lines go here: 1 is black; bits behind the last pixel mean nothing
 * @stride: bytes from one line to the next: (width_px + 7) / 8
 * @lines: how many; no more than the strip still has
 * @failure: what is wrong with the coded data
 *
 * Return: 0 or -1.
 */
int strip_lines(struct strip *strip, uint8_t *rows, size_t stride, uint32_t lines,
		struct failure *failure);

void strip_end(struct strip *strip);

/**
 * strip_extent() - where a strip is in the file
 * @file: TIFF that stands at the page's directory
 * @number: strip of the page, from 0
 * @at: set to its offset
 * @bytes: set to its length
 * @failure: why it cannot be there
 *
 * Return: 0 or -1.
 */
int strip_extent(struct tiff_file *file, uint32_t number, uint64_t *at, uint64_t *bytes,
		 struct failure *failure);

/**
 * strips_check() - are strips that are not compressed as long as their lines?
 * @file: TIFF that stands at the page's directory
 * @page: page; one of another compression shows it when it is decoded
 * @failure: which line is not there
 *
 * Return: 0 or -1.
 */
int strips_check(struct tiff_file *file, const struct tiff_page *page, struct failure *failure);

#endif /* _IFAX_STRIP_H */
