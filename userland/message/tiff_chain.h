/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_TIFF_CHAIN_H
#define _IFAX_TIFF_CHAIN_H

#include "failure.h"
#include "tiff_file.h"

#define PAGES_MAX	1000

/**
 * struct tiff_chain - the pages of a TIFF, in the order in which they are read
 * @count: how many, at least one
 * @at: offsets of their directories
 */
struct tiff_chain {
	unsigned int count;
	uint64_t at[PAGES_MAX];
};

/**
 * tiff_chain_read() - find the pages of a TIFF
 * @file: TIFF that stands at its first directory
 * @chain: set
 * @failure: where the chain of directories is broken
 *
 * Thumbnails and masks are left out, unless there is nothing else. If the
 * PageNumber fields number all pages, that is their order, whatever the order
 * of the directories; else the latter is.
 *
 * Return: 0 or -1.
 */
int tiff_chain_read(struct tiff_file *file, struct tiff_chain *chain, struct failure *failure);

#endif /* _IFAX_TIFF_CHAIN_H */
