// SPDX-License-Identifier: GPL-2.0
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "page_file.h"

static_assert(sizeof(struct page_header) == 96, "the page file's layout is fixed");

static const char * const coding_names[] = {
	[IFAX_CODING_RAW] = "raw",
	[IFAX_CODING_MH] = "mh",
	[IFAX_CODING_MR] = "mr",
	[IFAX_CODING_MMR] = "mmr",
	[IFAX_CODING_JBIG] = "jbig",
};

#define CODINGS	(sizeof(coding_names) / sizeof(coding_names[0]))

const char *page_coding_name(uint32_t coding)
{
	return coding < CODINGS ? coding_names[coding] : "unknown";
}

int page_coding_from_name(const char *name)
{
	for (size_t i = 0; i < CODINGS; i++)
		if (!strcmp(name, coding_names[i]))
			return i;
	return -EINVAL;
}

__attribute__((format(printf, 4, 5)))
static int fail(char *why, size_t room, int error, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	vsnprintf(why, room, text, args);
	va_end(args);
	return error;
}

#define FAIL(object, error, ...) \
	fail((object)->why, sizeof((object)->why), error, __VA_ARGS__)

/* Says what is wrong with a format, or NULL. */
static const char *format_fault(const struct ifax_format *format)
{
	if (format->coding >= CODINGS)
		return "its coding is unknown";
	if (format->flags & ~IFAX_FMT_FLAGS)
		return "it has unknown flags";
	if (!format->width_px || format->width_px > PAGE_WIDTH_PX_MAX)
		return "its width is out of range";
	if (!format->x_dpi || !format->y_dpi)
		return "its resolution is zero";
	if (format->copies > 1 || format->collate)
		return "it asks for copies";
	if (format->wait_s)
		return "it asks to wait for paper";
	for (size_t i = 0; i < sizeof(format->reserved) / sizeof(format->reserved[0]); i++)
		if (format->reserved[i])
			return "a reserved field is not zero";
	return NULL;
}

/* Can so many lines be in so many bytes? A line of MH, MR or MMR takes at least a bit. */
static bool lines_fit(const struct page_header *page)
{
	switch (page->format.coding) {
	case IFAX_CODING_RAW:
		return page->data_bytes ==
			(uint64_t)page->lines * ((page->format.width_px + 7) / 8);
	case IFAX_CODING_JBIG:
		return page->data_bytes;
	default:
		return page->lines <= page->data_bytes * 8;
	}
}

/* Says what is wrong with a header whose data_bytes lie within the file, or NULL. */
static const char *header_fault(const struct page_header *page)
{
	const char *fault = format_fault(&page->format);

	if (fault)
		return fault;
	if (page->status > IFAX_PAGE_HARDWARE)
		return "its status is unknown";
	if (page->lines > PAGE_LINES_MAX)
		return "it has too many lines";
	if (page->lines != page->format.length_lines)
		return "its two line counts differ";
	if (page->status != IFAX_PAGE_OK && page->status != IFAX_PAGE_TRUNCATED)
		return NULL;
	if (!page->lines)
		return "it has no lines";
	if (!lines_fit(page))
		return "its data cannot hold its lines";
	return NULL;
}

static int write_at(struct page_writer *writer, const void *data, size_t bytes, uint64_t at)
{
	const char *from = data;

	while (bytes) {
		ssize_t n = pwrite(writer->fd, from, bytes, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FAIL(writer, -errno, "cannot write page %u to the page file: %s",
				    writer->pages + 1, strerror(errno));
		from += n;
		at += n;
		bytes -= n;
	}
	return 0;
}

int page_writer_init(struct page_writer *writer, int fd)
{
	*writer = (struct page_writer){ .fd = fd };
	if (lseek(fd, 0, SEEK_SET) < 0)
		return FAIL(writer, -errno, "cannot seek in the page file: %s", strerror(errno));
	if (ftruncate(fd, 0))
		return FAIL(writer, -errno, "cannot empty the page file: %s", strerror(errno));
	return 0;
}

int page_writer_begin(struct page_writer *writer, const struct ifax_format *format)
{
	static const struct page_header placeholder;
	const char *fault = format_fault(format);
	int err;

	if (writer->in_page)
		return FAIL(writer, -EINVAL, "page %u was not ended", writer->pages + 1);
	if (fault)
		return FAIL(writer, -EINVAL, "cannot write page %u: %s", writer->pages + 1, fault);
	err = write_at(writer, &placeholder, sizeof(placeholder), writer->header_at);
	if (err)
		return err;
	writer->format = *format;
	writer->data_bytes = 0;
	writer->in_page = true;
	return 0;
}

int page_writer_data(struct page_writer *writer, const void *data, size_t bytes)
{
	uint64_t at = writer->header_at + sizeof(struct page_header) + writer->data_bytes;
	int err;

	if (!writer->in_page)
		return FAIL(writer, -EINVAL, "data without a page");
	err = write_at(writer, data, bytes, at);
	if (!err)
		writer->data_bytes += bytes;
	return err;
}

int page_writer_end(struct page_writer *writer, uint32_t lines, uint32_t status)
{
	struct page_header page = {
		.magic = PAGE_FILE_MAGIC,
		.format = writer->format,
		.lines = lines,
		.status = status,
		.data_bytes = writer->data_bytes,
	};
	const char *fault;
	int err;

	if (!writer->in_page)
		return FAIL(writer, -EINVAL, "the end of a page that was not begun");
	page.format.length_lines = lines;
	fault = header_fault(&page);
	if (fault)
		return FAIL(writer, -EINVAL, "cannot end page %u: %s", writer->pages + 1, fault);
	err = write_at(writer, &page, sizeof(page), writer->header_at);
	if (err)
		return err;
	writer->header_at += sizeof(page) + writer->data_bytes;
	writer->in_page = false;
	writer->pages++;
	return 0;
}

int page_writer_drop(struct page_writer *writer)
{
	writer->in_page = false;
	if (ftruncate(writer->fd, writer->header_at))
		return FAIL(writer, -errno, "cannot shorten the page file: %s", strerror(errno));
	return 0;
}

int page_reader_init(struct page_reader *reader, int fd)
{
	struct stat st;

	*reader = (struct page_reader){ .fd = fd };
	if (fstat(fd, &st))
		return FAIL(reader, -errno, "cannot look at the page file: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return FAIL(reader, -ESPIPE, "the page file is not a file but a stream");
	reader->file_bytes = st.st_size;
	return 0;
}

/* Reads as much as there is, up to @bytes. */
static ssize_t read_at(struct page_reader *reader, void *buffer, size_t bytes, uint64_t at)
{
	size_t done = 0;

	while (done < bytes) {
		ssize_t n = pread(reader->fd, (char *)buffer + done, bytes - done, at + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FAIL(reader, -errno, "cannot read the page file: %s",
				    strerror(errno));
		if (!n)
			break;
		done += n;
	}
	return done;
}

int page_reader_next(struct page_reader *reader)
{
	uint64_t at = reader->number ? reader->data_at + reader->page.data_bytes : 0;
	unsigned int number = reader->number + 1;
	struct page_header page;
	const char *fault;
	ssize_t n;

	if (at == reader->file_bytes)
		return 0;
	if (reader->file_bytes - at < sizeof(page))
		return FAIL(reader, -EBADMSG, "the page file ends within the header of page %u",
			    number);
	n = read_at(reader, &page, sizeof(page), at);
	if (n < 0)
		return n;
	if ((size_t)n < sizeof(page))
		return FAIL(reader, -EBADMSG, "the page file became shorter while it was read");
	if (!page.magic[0])
		return FAIL(reader, -EBADMSG, "page %u of the page file was never completed",
			    number);
	if (memcmp(page.magic, PAGE_FILE_MAGIC, sizeof(page.magic)))
		return FAIL(reader, -EBADMSG, "no page begins where page %u of the page file should",
			    number);
	if (page.data_bytes > reader->file_bytes - at - sizeof(page))
		return FAIL(reader, -EBADMSG, "the page file ends within the data of page %u",
			    number);
	fault = header_fault(&page);
	if (fault)
		return FAIL(reader, -EBADMSG, "page %u of the page file is wrong: %s", number,
			    fault);
	reader->page = page;
	reader->data_at = at + sizeof(page);
	reader->number = number;
	return 1;
}

ssize_t page_reader_data(struct page_reader *reader, uint64_t offset, void *buffer, size_t bytes)
{
	ssize_t n;

	if (!reader->number || offset >= reader->page.data_bytes)
		return 0;
	if (bytes > reader->page.data_bytes - offset)
		bytes = reader->page.data_bytes - offset;
	n = read_at(reader, buffer, bytes, reader->data_at + offset);
	if (n >= 0 && (size_t)n < bytes)
		return FAIL(reader, -EBADMSG, "the page file became shorter while it was read");
	return n;
}
