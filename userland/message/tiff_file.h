/* SPDX-License-Identifier: GPL-2.0 */
/* libtiff on a file descriptor, with bounded allocations and without its own printing. */
#ifndef _IFAX_TIFF_FILE_H
#define _IFAX_TIFF_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <tiffio.h>

/**
 * struct tiff_file - an open TIFF
 * @tif: libtiff's
 * @fd: the file; stays the caller's
 * @bytes: its size when it was opened
 * @reads: it is only read, whatever libtiff was told
 * @complaints: errors and warnings of libtiff since this was last set to 0
 * @complaint: the first of them
 */
struct tiff_file {
	TIFF *tif;
	int fd;
	uint64_t bytes;
	bool reads;
	unsigned int complaints;
	char complaint[200];
};

/**
 * tiff_file_open() - open a TIFF
 * @file: file; must stay where it is until tiff_file_close()
 * @fd: file descriptor, seekable
 * @mode: as TIFFFdOpen() takes it
 *
 * Return: 0, or -1 with @file's complaint set.
 */
int tiff_file_open(struct tiff_file *file, int fd, const char *mode);

void tiff_file_close(struct tiff_file *file);

#endif /* _IFAX_TIFF_FILE_H */
