/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_OPEN_H
#define _IFAX_OPEN_H

#include <stdio.h>
#include <linux/ifax.h>

#include "failure.h"

#define OPEN_CODINGS_DEFAULT \
	(1U << IFAX_CODING_RAW | 1U << IFAX_CODING_MH | 1U << IFAX_CODING_MMR)

/**
 * open_codings() - "mh,mmr,raw" as a set
 * @names: names of codings with commas between
 * @codings: set to bits (1 << coding)
 * @failure: which name is unknown
 *
 * Return: 0 or -1.
 */
int open_codings(const char *names, unsigned int *codings, struct failure *failure);

/**
 * open_message() - the TIFFs in a mail message become a page file
 * @message_fd: message, read from its begin; may hold anything
 * @scratch_fd: file for one TIFF at a time
 * @pages_fd: the page file goes here; empty after a failure
 * @codings: what pages may stay coded in, see &struct page_sink
 * @out: gets "from=…", "subject=…", "message-id=…", a line for each page, and
 *	"ok pages=N"
 * @failure: what is wrong
 *
 * Return: 0 or -1.
 */
int open_message(int message_fd, int scratch_fd, int pages_fd, unsigned int codings, FILE *out,
		 struct failure *failure);

/**
 * open_confined() - open_message() in a process that can do nothing else
 *
 * The process is good for nothing else afterwards. What it must not take (time,
 * memory) ends it with an "error" line and EXIT_INPUT.
 */
int open_confined(int message_fd, int pages_fd, unsigned int codings, FILE *out,
		  struct failure *failure);

#endif /* _IFAX_OPEN_H */
