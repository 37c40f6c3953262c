/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fit: pages of a width or resolution that a print engine does not have
 */
#ifndef IFAX_FIT_H
#define IFAX_FIT_H

#include <libifax.h>

#include "../agent/page_file.h"

/**
 * fit_page() - write a page to a printer, scaled to what it has
 * @fd: printer
 * @caps: what it can do
 * @pages: page file, at the page
 * @copies: how often it is printed
 *
 * The page keeps its size on paper; if it is wider than the engine, it becomes as
 * wide as that. It is left to the caller to commit it.
 *
 * Return: 0 or a negative errno.
 */
int fit_page(int fd, const struct ifax_caps *caps, struct page_reader *pages, uint32_t copies);

#endif /* IFAX_FIT_H */
