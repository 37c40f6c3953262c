/* SPDX-License-Identifier: GPL-2.0 */
/* The coded pages of a file: of a TIFF all there are, else one. */
#ifndef IFAX_CODEC_INPUT_H
#define IFAX_CODEC_INPUT_H

#include "page_codec.h"
#include "tiff.h"

/**
 * struct input - a file of coded pages
 * @name: for messages
 * @file: its bytes
 * @tiff: what libtiff makes of them, or NULL
 * @memory: for libtiff
 * @page: number of the present page, from 1
 * @strips: of the present page
 * @ended: no further page can be found
 */
struct input {
	const char *name;
	struct coded_page file;
	TIFF *tiff;
	struct tiff_file memory;
	u32 page;
	u32 strips;
	bool ended;
};

/* Read the file, or standard input if it is "-"; false with a message */
bool input_open(struct input *in, const char *name);
void input_close(struct input *in);

/*
 * The next page. @source->fmt has to be that of the data, should it not be a TIFF;
 * the caller frees @source->coded.data. Strips are joined; if one of them has a fault, which is
 * told, the page ends there and *@sound becomes false. @dpi is set, or left as it is if
 * nothing tells it.
 * Returns 1, 0 behind the last page, or -1 with a message; there may be further pages then.
 */
int input_page(struct input *in, struct page_source *source, u32 dpi[2], bool *sound);

/* Tell people about a fault of the present page; @before: lines in front of the data */
void input_tell_fault(const struct input *in, const struct page_source *source, u32 before);

/* Read all of a file; false with a message */
bool read_all(FILE *from, const char *name, struct coded_page *coded);

#endif
