/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_PDF_MAIL_H
#define _IFAX_PDF_MAIL_H

#include <stdio.h>

#include "failure.h"

/**
 * struct pdf_mail_files - what a message is on its way in; all empty, for reading and writing
 * @tiff_fd: a TIFF of it
 * @pages_fd: the page file of that
 * @pdfs: the PDFs of all, one behind the other
 */
struct pdf_mail_files {
	int tiff_fd;
	int pages_fd;
	FILE *pdfs;
};

/**
 * pdf_mail() - a mail message with PDFs instead of its TIFFs
 * @message_fd: message, read from its begin; may hold anything
 * @pdf_message_fd: what it becomes goes here, lines ended by CRLF; empty after a failure
 * @files: files to work with
 * @out: gets a line for each page, and "ok pages=N bytes=N"
 * @failure: why not: there is no TIFF in it, one is not sound, or the message is signed
 *
 * Headers and all other parts stay as they are. The same message becomes the same
 * bytes each time.
 *
 * Return: 0 or -1.
 */
int pdf_mail(int message_fd, int pdf_message_fd, const struct pdf_mail_files *files, FILE *out,
	     struct failure *failure);

/** pdf_mail_confined() - pdf_mail() in a process that can do nothing else, see open_confined() */
int pdf_mail_confined(int message_fd, int pdf_message_fd, FILE *out, struct failure *failure);

#endif /* _IFAX_PDF_MAIL_H */
