/* SPDX-License-Identifier: GPL-2.0 */
/* Pages of a page file on their way into a document */
#ifndef _IFAX_PAGE_READY_H
#define _IFAX_PAGE_READY_H

#include <stdbool.h>

#include "../agent/paper/page_file.h"
#include "failure.h"
#include "page_form.h"

/**
 * struct page_top - what is put on top of each page
 * @join: puts it there. @page is the page's header, its lines may become more; @number is
 *	that of the page, of @pages in the page file; @data is malloc'ed and, as @bytes, may be replaced.
 *	Returns 0 or -1
 */
struct page_top {
	int (*join)(const struct page_top *top, struct page_header *page, unsigned int number,
		    unsigned int pages, void **data, uint64_t *bytes, struct failure *failure);
};

/**
 * struct page_range - which pages of a page file
 * @first: from 1
 * @last: 0: up to the end
 * @top: what is put on top of them; NULL: nothing is
 * @form: what they may be at most; NULL: they go as they are
 */
struct page_range {
	unsigned int first;
	unsigned int last;
	const struct page_top *top;
	const struct page_form *form;
};

/**
 * page_range_count() - the pages of a range; they have to be whole
 * @fd: page file
 * @range: range
 * @in_file: set to how many there are in the file
 * @failure: which one is not, or is not there
 *
 * Return: how many, or -1.
 */
int page_range_count(int fd, const struct page_range *range, unsigned int *in_file,
		     struct failure *failure);

/** page_range_has() - is the page of this number in it? */
bool page_range_has(const struct page_range *range, unsigned int number);

/**
 * page_ready() - the page that a reader stands at, as it goes into the document
 * @reader: reader
 * @range: what is put on top of it, and what it may be at most
 * @in_file: pages of the file
 * @page: set to its header
 * @data: set to its coded data, to be freed, whatever comes
 * @bytes: set to how many
 * @failure: why not
 *
 * Nothing can be put on top of JBIG: it is MMR meanwhile.
 *
 * Return: 0 or -1.
 */
int page_ready(struct page_reader *reader, const struct page_range *range, unsigned int in_file,
	       struct page_header *page, void **data, uint64_t *bytes, struct failure *failure);

#endif /* _IFAX_PAGE_READY_H */
