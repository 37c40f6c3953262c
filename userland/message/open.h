/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_OPEN_H
#define _IFAX_OPEN_H

#include <stdio.h>
#include <linux/ifax.h>

#include "failure.h"
#include "pdf_render.h"
#include "text_page.h"

#define OPEN_CODINGS_DEFAULT \
	(1U << IFAX_CODING_RAW | 1U << IFAX_CODING_MH | 1U << IFAX_CODING_MMR)

/* What of a message is printed; pages are those of its TIFFs, text and pictures pages, too */
enum open_parts {
	OPEN_TIFF,	/* TIFFs only */
	OPEN_FALLBACK,	/* TIFFs; if there is none, text, pictures and PDF */
	OPEN_ALL,	/* all of them, in order */
	OPEN_DOCUMENT,	/* as OPEN_FALLBACK, but nothing of who wrote it, nor what it asks for */
};

/**
 * struct open_options - how a message is opened
 * @codings: what pages may stay coded in, see &struct page_sink
 * @parts: what is printed
 * @features: what is printed here (RFC 2533): a message that can come in a better form is
 *	told of; NULL: none is
 * @font: fonts for text; NULL: a message with text to print fails
 * @pdf: who renders PDF; NULL: it is not printed
 */
struct open_options {
	unsigned int codings;
	enum open_parts parts;
	const char *features;
	struct text_font *font;
	const struct pdf_renderer *pdf;
};

/**
 * open_parts() - "tiff", "fallback", "all" or "document"
 *
 * Return: 0 or -1.
 */
int open_parts(const char *name, enum open_parts *parts, struct failure *failure);

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
 * open_message() - a mail message becomes a page file
 * @message_fd: message, read from its begin; may hold anything
 * @scratch_fd: file for one part at a time
 * @pages_fd: the page file goes here; empty after a failure
 * @options: how
 * @out: gets "from=…", "subject=…", "message-id=…", "mdn-to=…" and "error-to=…" (who
 *	may be told what became of it), the lines of report_print(), a line for each
 *	page, and "ok pages=N"
 * @failure: what is wrong
 *
 * A report about another message (report_read.h) is printed without what came back
 * of that one. One of several mails that a message was split into (message/partial)
 * becomes no pages, but the lines of join_fragment().
 *
 * Return: 0 or -1.
 */
int open_message(int message_fd, int scratch_fd, int pages_fd, const struct open_options *options,
		 FILE *out, struct failure *failure);

/**
 * open_confined() - open_message() in a process that can do nothing else
 * @options: how; its @font is set
 *
 * The process is good for nothing else afterwards. What it must not take (time,
 * memory) ends it with an "error" line and EXIT_INPUT.
 */
int open_confined(int message_fd, int pages_fd, struct open_options *options, FILE *out,
		  struct failure *failure);

#endif /* _IFAX_OPEN_H */
