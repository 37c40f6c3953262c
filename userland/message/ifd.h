/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directories of a TIFF as they stand in the file. A TIFF library hides
 * what a linter is to look at: order, place, types, what is there twice.
 */
#ifndef _IFAX_IFD_H
#define _IFAX_IFD_H

#include <stdbool.h>
#include <stdint.h>

/* Types of values */
enum ifd_type {
	IFD_BYTE = 1,
	IFD_ASCII = 2,
	IFD_SHORT = 3,
	IFD_LONG = 4,
	IFD_RATIONAL = 5,
};

/**
 * struct ifd_file - a TIFF in memory
 * @at: its first byte
 * @bytes: its length
 * @big_endian: its byte order
 */
struct ifd_file {
	const uint8_t *at;
	uint64_t bytes;
	bool big_endian;
};

/**
 * struct ifd - a directory; all of it lies within the file
 * @at: its offset
 * @fields: number of fields
 * @next: offset of the next one, 0: this is the last
 */
struct ifd {
	uint32_t at;
	uint16_t fields;
	uint32_t next;
};

/**
 * struct ifd_field - a field; its values lie within the file
 * @tag: tag
 * @type: &enum ifd_type, or another
 * @count: number of values
 * @at: offset of the first value
 * @is_inline: the values stand in the directory itself
 */
struct ifd_field {
	uint16_t tag;
	uint16_t type;
	uint32_t count;
	uint32_t at;
	bool is_inline;
};

uint16_t ifd_u16(const struct ifd_file *file, uint64_t at);
uint32_t ifd_u32(const struct ifd_file *file, uint64_t at);

/**
 * ifd_open() - read the header of a TIFF
 * @file: set
 * @data: the TIFF
 * @bytes: its length
 *
 * Return: offset of the first directory, 0 if this is no TIFF.
 */
uint32_t ifd_open(struct ifd_file *file, const uint8_t *data, uint64_t bytes);

/**
 * ifd_read() - read a directory
 *
 * Return: whether it lies within the file.
 */
bool ifd_read(const struct ifd_file *file, uint32_t at, struct ifd *ifd);

/**
 * ifd_field() - read the field at a place in the directory, from 0
 *
 * Return: whether its values lie within the file.
 */
bool ifd_field(const struct ifd_file *file, const struct ifd *ifd, unsigned int index,
	       struct ifd_field *field);

/**
 * ifd_find() - read the first field with a tag
 *
 * Return: whether it is there, with at least one value, within the file.
 */
bool ifd_find(const struct ifd_file *file, const struct ifd *ifd, uint16_t tag,
	      struct ifd_field *field);

/**
 * ifd_value() - a value of a field
 * @index: which one, from 0, less than the field's count
 *
 * Return: the value; of a rational its numerator; 0 for types not in &enum ifd_type.
 */
uint32_t ifd_value(const struct ifd_file *file, const struct ifd_field *field, uint32_t index);

/**
 * ifd_number() - the first value of the field with a tag, or a default
 */
uint32_t ifd_number(const struct ifd_file *file, const struct ifd *ifd, uint16_t tag,
		    uint32_t otherwise);

/**
 * ifd_ratio() - the first value of the field with a tag, a rational or a number
 *
 * Return: 0 if it is not there or divided by 0.
 */
double ifd_ratio(const struct ifd_file *file, const struct ifd *ifd, uint16_t tag);

#endif /* _IFAX_IFD_H */
