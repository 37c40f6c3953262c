/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PDF becomes pictures: by poppler's pdftoppm, in a process that is good for
 * nothing else. Who reads messages can start no process; it writes the PDF to a
 * file that both have open, and asks one that was started before for help.
 */
#ifndef _IFAX_PDF_RENDER_H
#define _IFAX_PDF_RENDER_H

#include "failure.h"
#include "tiff_read.h"

#define PDF_PAGES_MAX		100
#define PDF_MEMORY_BYTES	(512UL << 20)
#define PDF_CPU_S		30
#define PDF_FILE_BYTES		(1UL << 30)	/* of all pages as grey */

/**
 * struct pdf_renderer - the process that helps
 * @fd: it is asked, and answers, here
 * @pictures: it writes the pages to this file
 */
struct pdf_renderer {
	int fd;
	FILE *pictures;
};

/**
 * pdf_renderer_start() - start the process that helps; before the sandbox is entered
 * @renderer: renderer
 * @pdf_fd: where the PDFs will be
 * @failure: what the machine could not do
 *
 * It lives as long as its parent.
 *
 * Return: 0 or -1.
 */
int pdf_renderer_start(struct pdf_renderer *renderer, int pdf_fd, struct failure *failure);

/**
 * pdf_print() - the pages of the PDF in the file go to the sink
 * @renderer: renderer
 * @sink: sink
 * @failure: why they do not
 *
 * At 204x196 dpi, or as large as the sheet if they are larger; without smooth edges,
 * so that letters are sharp, while pictures are dithered.
 *
 * Return: 0 or -1.
 */
int pdf_print(const struct pdf_renderer *renderer, struct page_sink *sink,
	      struct failure *failure);

#endif /* _IFAX_PDF_RENDER_H */
