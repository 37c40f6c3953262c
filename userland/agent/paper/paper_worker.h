/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ifax-paper: the worker that moves paper
 */
#ifndef IFAX_PAPER_WORKER_H
#define IFAX_PAPER_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#define PRINT_PAGES_FD	3
#define SCAN_PAGES_FD	4
#define PROGRESS_FD	5

/**
 * enum paper_exit - exit codes
 * @PAPER_DONE: all pages
 * @PAPER_REFUSED: a page cannot be printed, trying again does not help
 * @PAPER_AGAIN: not now: no paper, jam, device busy, feeder empty
 * @PAPER_USAGE: wrong arguments
 */
enum paper_exit { PAPER_DONE, PAPER_REFUSED, PAPER_AGAIN, PAPER_USAGE };

/**
 * struct paper_options - the command line
 * @device: "scan0", or a path
 * @coding: scan: &enum ifax_coding
 * @x_dpi: scan: pixels per inch
 * @y_dpi: scan: lines per inch
 * @skip: print: pages at the begin that are on paper already
 * @paper: print: &enum ifax_paper
 * @page_fit: print: &enum ifax_page_fit
 * @sides: print: &enum ifax_sides
 * @progress: each line goes to descriptor 5 too, and to disk, before it goes to stdout
 */
struct paper_options {
	const char *device;
	uint32_t coding;
	unsigned int x_dpi;
	unsigned int y_dpi;
	unsigned int skip;
	uint32_t paper;
	uint32_t page_fit;
	uint32_t sides;
	bool progress;
};

/** paper_line - tell what happened */
void paper_line(const struct paper_options *options, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** paper_stopped - SIGTERM came */
bool paper_stopped(void);

enum paper_exit paper_scan(const struct paper_options *options);
enum paper_exit paper_print(const struct paper_options *options);

#endif /* IFAX_PAPER_WORKER_H */
