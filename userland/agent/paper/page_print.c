// SPDX-License-Identifier: GPL-2.0
/* A page of a page file goes to a printer. */
#include <errno.h>

#include "libifax.h"
#include "page_print.h"

#define CHUNK_BYTES	65536

int page_print(struct page_reader *pages, int printer)
{
	static char data[CHUNK_BYTES];
	uint64_t offset = 0;
	int err = 0;

	while (!err && offset < pages->page.data_bytes) {
		ssize_t n = page_reader_data(pages, offset, data, sizeof(data));

		if (n <= 0)
			return n ? n : -EBADMSG;
		offset += n;
		err = ifax_write_all(printer, data, n);
	}
	return err;
}
