/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page file: what the workers of a station hand each other.
 *
 * A concatenation of pages, each a struct page_header and its coded bytes. It
 * never leaves the machine, so its numbers are in the machine's byte order.
 * A page is written as it comes: first a header of zeros, then the data, at
 * last the true header; a file whose writer died is thus refused by a reader.
 *
 * Functions return 0 (or what they say) and -errno on failure; then @why of
 * the writer or reader has a sentence for people.
 */
#ifndef _IFAX_PAGE_FILE_H
#define _IFAX_PAGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/ifax.h>

#define PAGE_FILE_MAGIC		"IFAXPAGE"

/* What no page exceeds: a 10 m banner at 600 dpi has a quarter of these lines. */
#define PAGE_WIDTH_PX_MAX	65535
#define PAGE_LINES_MAX		(1U << 20)

/**
 * struct page_header - what stands before the data of a page
 * @magic: PAGE_FILE_MAGIC, without a closing zero
 * @format: form of the page, as a printer's IFAX_IOC_SET_FORMAT takes it;
 *	its length_lines is @lines
 * @lines: lines that the data holds; at least 1 if @status tells no failure
 * @status: &enum ifax_page_status with which the page ended
 * @data_bytes: coded bytes that follow
 */
struct page_header {
	char magic[8];
	struct ifax_format format;
	uint32_t lines;
	uint32_t status;
	uint64_t data_bytes;
};

/**
 * struct page_writer - pages going into a file
 * @fd: the file, open for writing and seekable
 * @pages: pages written whole
 * @header_at: where the header of the page being written belongs
 * @data_bytes: data of that page so far
 * @format: its form
 * @in_page: between page_writer_begin() and page_writer_end()
 * @why: what failed last, in words
 */
struct page_writer {
	int fd;
	unsigned int pages;
	uint64_t header_at;
	uint64_t data_bytes;
	struct ifax_format format;
	bool in_page;
	char why[160];
};

/**
 * page_writer_init() - write pages to a file from its begin on
 * @writer: writer
 * @fd: file; stays the caller's; its old contents are dropped
 *
 * Return: 0 or -errno (e.g. not seekable: -ESPIPE).
 */
int page_writer_init(struct page_writer *writer, int fd);

/**
 * page_writer_begin() - begin a page
 * @writer: writer
 * @format: form of the page; its length_lines may be anything, it is set when
 *	the page ends
 *
 * Return: 0 or -errno; -EINVAL for a format that a reader would refuse.
 */
int page_writer_begin(struct page_writer *writer, const struct ifax_format *format);

/**
 * page_writer_data() - append coded bytes to the page
 * @writer: writer
 * @data: bytes
 * @bytes: how many
 *
 * Return: 0 or -errno.
 */
int page_writer_data(struct page_writer *writer, const void *data, size_t bytes);

/**
 * page_writer_end() - the page is complete: write its header
 * @writer: writer
 * @lines: lines that the data holds
 * @status: &enum ifax_page_status
 *
 * Does not fsync: the page file is the writer's caller's to keep or to drop.
 *
 * Return: 0 or -errno.
 */
int page_writer_end(struct page_writer *writer, uint32_t lines, uint32_t status);

/**
 * page_writer_drop() - forget the page being written, if any
 * @writer: writer
 *
 * Return: 0 or -errno.
 */
int page_writer_drop(struct page_writer *writer);

/**
 * struct page_reader - pages coming out of a file
 * @fd: the file, open for reading and seekable
 * @number: the page that @page tells of, from 1 (0: none yet)
 * @page: its header, checked
 * @data_at: where its data stands in the file
 * @file_bytes: size of the file
 * @why: what failed last, in words
 */
struct page_reader {
	int fd;
	unsigned int number;
	struct page_header page;
	uint64_t data_at;
	uint64_t file_bytes;
	char why[160];
};

/**
 * page_reader_init() - read pages from a file from its begin on
 * @reader: reader
 * @fd: file; stays the caller's; its file position is neither used nor moved
 *
 * Return: 0 or -errno.
 */
int page_reader_init(struct page_reader *reader, int fd);

/**
 * page_reader_next() - go to the next page
 * @reader: reader
 *
 * Nothing that the header says is believed: every field is checked, the sizes
 * against the file. What the coded data holds is not looked at.
 *
 * Return: 1 with @reader's page set, 0 at the end of the file, -EBADMSG for a
 * damaged file, or another -errno.
 */
int page_reader_next(struct page_reader *reader);

/**
 * page_reader_data() - read coded bytes of the page
 * @reader: reader
 * @offset: from which byte of the page's data on
 * @buffer: bytes go here
 * @bytes: most to read
 *
 * Return: bytes read, fewer than @bytes only at the end of the page's data;
 * -EBADMSG if the file shrank meanwhile, or another -errno.
 */
ssize_t page_reader_data(struct page_reader *reader, uint64_t offset, void *buffer, size_t bytes);

/**
 * page_coding_name() - a coding as workers write it: "raw", "mh", "mr", "mmr", "jbig"
 * @coding: &enum ifax_coding
 *
 * Return: constant string, "unknown" for another number.
 */
const char *page_coding_name(uint32_t coding);

/**
 * page_coding_from_name() - the coding that a name means
 * @name: name, as page_coding_name() gives it
 *
 * Return: &enum ifax_coding, or -EINVAL.
 */
int page_coding_from_name(const char *name);

#endif /* _IFAX_PAGE_FILE_H */
