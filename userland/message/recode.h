/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_RECODE_H
#define _IFAX_RECODE_H

#include "../agent/paper/page_file.h"
#include "failure.h"
#include "page_form.h"

/**
 * recode_page() - make a page what its recipient can take
 * @page: header of the page; becomes that of the new one
 * @form: what the page may be at most
 * @coding: &enum ifax_coding that it becomes
 * @data: its coded data, malloc'ed; may be replaced
 * @bytes: how many
 * @failure: what went wrong
 *
 * A page that is so already stays as it is, byte for byte. One of a higher resolution
 * is reduced; one that is too wide as well, along and across: its proportions on
 * paper stay the same. What becomes narrower than any line of fax gets white margins.
 * Pixels are painted only for JBIG: all else is done by change positions.
 *
 * Return: 0 or -1.
 */
int recode_page(struct page_header *page, const struct page_form *form, uint32_t coding,
		void **data, uint64_t *bytes, struct failure *failure);

/**
 * recode_exactly() - make a page another coding, pixel for pixel
 * @page: header of the page; becomes that of the new one
 * @coding: &enum ifax_coding that it becomes
 * @flags: IFAX_FMT_* that it gets
 * @data: its coded data, malloc'ed; is replaced
 * @bytes: how many
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int recode_exactly(struct page_header *page, uint32_t coding, uint32_t flags, void **data,
		   uint64_t *bytes, struct failure *failure);

#endif /* _IFAX_RECODE_H */
