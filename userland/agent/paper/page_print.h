/* SPDX-License-Identifier: GPL-2.0 */
/*
 * page_print: a page of a page file goes to a printer
 */
#ifndef _IFAX_PAGE_PRINT_H
#define _IFAX_PAGE_PRINT_H

#include "page_file.h"

/**
 * page_print() - write the coded data of a page
 * @pages: stands at the page
 * @printer: its file, with the format set
 *
 * Return: 0 with all written, to be committed; -EBADMSG if the page file is damaged, or another
 * -errno.
 */
int page_print(struct page_reader *pages, int printer);

#endif /* _IFAX_PAGE_PRINT_H */
