// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tiff_file.h"

#define ALLOCATION_BYTES_MAX	(64 << 20)
#define HEADER_BYTES		8

__attribute__((format(printf, 4, 0)))
static int note(TIFF *tif, void *data, const char *module, const char *format, va_list args)
{
	struct tiff_file *file = data;

	if (!file->complaints++)
		vsnprintf(file->complaint, sizeof(file->complaint), format, args);
	return 1;
}

int tiff_file_open(struct tiff_file *file, int fd, const char *mode)
{
	TIFFOpenOptions *options;
	struct stat st;

	*file = (struct tiff_file){ .fd = fd, .complaint = "out of memory" };
	if (fstat(fd, &st) || lseek(fd, 0, SEEK_SET)) {
		snprintf(file->complaint, sizeof(file->complaint), "%s", strerror(errno));
		return -1;
	}
	file->bytes = st.st_size;
	file->reads = *mode == 'r';
	/* To be changed, an empty file gets a header */
	if (!strncmp(mode, "r+", 2) && file->bytes < HEADER_BYTES) {
		snprintf(file->complaint, sizeof(file->complaint), "it has no header");
		return -1;
	}
	options = TIFFOpenOptionsAlloc();
	if (!options)
		return -1;
	TIFFOpenOptionsSetMaxSingleMemAlloc(options, ALLOCATION_BYTES_MAX);
	TIFFOpenOptionsSetErrorHandlerExtR(options, note, file);
	TIFFOpenOptionsSetWarningHandlerExtR(options, note, file);
	file->tif = TIFFFdOpenExt(fd, "TIFF", mode, options);
	TIFFOpenOptionsFree(options);
	return file->tif ? 0 : -1;
}

void tiff_file_close(struct tiff_file *file)
{
	/* libtiff would write back what it found, and hostile fields break that */
	if (file->reads)
		TIFFSetMode(file->tif, O_RDONLY);
	TIFFCleanup(file->tif);
}
