// SPDX-License-Identifier: GPL-2.0
/*
 * A page at a time
 */
#include <errno.h>

#include "libifax.h"

#define READ_BYTES	16384

/* No page is under way afterwards, and none has a record that nobody took. */
static void drop_page(int fd)
{
	struct ifax_page_record record;
	int err;

	if (ifax_cancel(fd))
		return;
	do {
		err = ifax_get_page(fd, &record);
	} while (err == -EINTR);
}

int ifax_scan_page(int fd, ifax_sink sink, void *context, struct ifax_page_record *record)
{
	char data[READ_BYTES];
	ssize_t n;
	int err;

	err = ifax_start(fd);
	if (err)
		return err;
	while ((n = ifax_read(fd, data, sizeof(data))) > 0) {
		err = sink(context, data, n);
		if (err)
			break;
	}
	/* A device that was removed still has the record of its last page */
	if (!err && n < 0 && n != -ENODEV)
		err = n;
	if (!err)
		err = ifax_get_page(fd, record);
	if (err)
		drop_page(fd);
	return err;
}

int ifax_print_page(int fd, const struct ifax_format *format, const void *data, size_t bytes)
{
	int err = ifax_set_format(fd, format);

	if (err)
		return err;
	err = ifax_write_all(fd, data, bytes);
	if (!err)
		err = ifax_commit(fd);
	return err;
}
