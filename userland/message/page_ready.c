// SPDX-License-Identifier: GPL-2.0
#include <linux/ifax.h>
#include <stdlib.h>

#include "page_ready.h"
#include "recode.h"

bool page_range_has(const struct page_range *range, unsigned int number)
{
	return number >= range->first && (!range->last || number <= range->last);
}

int page_range_count(int fd, const struct page_range *range, unsigned int *in_file,
		     struct failure *failure)
{
	struct page_reader reader;
	unsigned int count = 0;
	int more;

	if (page_reader_init(&reader, fd))
		return fail(failure, EXIT_LATER, "%s", reader.why);
	while ((more = page_reader_next(&reader)) > 0) {
		if (!page_range_has(range, reader.number))
			continue;
		count++;
		if (reader.page.status != IFAX_PAGE_OK &&
		    reader.page.status != IFAX_PAGE_TRUNCATED)
			return fail(failure, EXIT_INPUT,
				    "page %u was not scanned to its end, it cannot be sent",
				    reader.number);
	}
	if (more < 0)
		return fail(failure, EXIT_INPUT, "%s", reader.why);
	if (!reader.number)
		return fail(failure, EXIT_INPUT, "the page file holds no page");
	if (range->last > reader.number || range->first > reader.number)
		return fail(failure, EXIT_INPUT, "the page file holds no page %u, it ends with %u",
			    range->last ?: range->first, reader.number);
	*in_file = reader.number;
	return count;
}

static int read_data(struct page_reader *reader, void **data, uint64_t *bytes,
		     struct failure *failure)
{
	*bytes = reader->page.data_bytes;
	*data = malloc(*bytes);
	if (!*data)
		return fail(failure, EXIT_LATER, "no memory for its %ju bytes", (uintmax_t)*bytes);
	if (page_reader_data(reader, 0, *data, *bytes) != (ssize_t)*bytes)
		return fail(failure, EXIT_INPUT, "%s", reader->why);
	return 0;
}

int page_ready(struct page_reader *reader, const struct page_range *range, unsigned int in_file,
	       struct page_header *page, void **data, uint64_t *bytes, struct failure *failure)
{
	const struct page_form *form = range->form;
	uint32_t wanted = form ? form->coding : reader->page.format.coding;
	uint32_t coding = range->top && wanted == IFAX_CODING_JBIG ? IFAX_CODING_MMR : wanted;
	int err;

	*page = reader->page;
	if (read_data(reader, data, bytes, failure))
		return -1;
	if (form)
		err = recode_page(page, form, coding, data, bytes, failure);
	else if (coding != wanted)
		err = recode_exactly(page, coding, page_form_flags(coding), data, bytes, failure);
	else
		err = 0;
	if (!err && range->top)
		err = range->top->join(range->top, page, reader->number, in_file, data, bytes,
				       failure);
	if (!err && coding != wanted)
		err = recode_exactly(page, wanted, page_form_flags(wanted), data, bytes, failure);
	return err;
}
