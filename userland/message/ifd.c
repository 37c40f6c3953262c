// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>

#include "ifd.h"

#define ENTRY_BYTES	12

uint16_t ifd_u16(const struct ifd_file *file, uint64_t at)
{
	const uint8_t *p = file->at + at;

	return file->big_endian ? p[0] << 8 | p[1] : p[1] << 8 | p[0];
}

uint32_t ifd_u32(const struct ifd_file *file, uint64_t at)
{
	uint32_t first = ifd_u16(file, at), second = ifd_u16(file, at + 2);

	return file->big_endian ? first << 16 | second : second << 16 | first;
}

uint32_t ifd_open(struct ifd_file *file, const uint8_t *data, uint64_t bytes)
{
	*file = (struct ifd_file){ .at = data, .bytes = bytes };
	if (bytes < 8 || data[0] != data[1] || (data[0] != 'I' && data[0] != 'M'))
		return 0;
	file->big_endian = data[0] == 'M';
	return ifd_u16(file, 2) == 42 ? ifd_u32(file, 4) : 0;
}

bool ifd_read(const struct ifd_file *file, uint32_t at, struct ifd *ifd)
{
	uint64_t end = (uint64_t)at + 2;

	if (end > file->bytes)
		return false;
	*ifd = (struct ifd){ .at = at, .fields = ifd_u16(file, at) };
	end += ENTRY_BYTES * ifd->fields;
	if (end + 4 > file->bytes)
		return false;
	ifd->next = ifd_u32(file, end);
	return true;
}

static unsigned int type_bytes(uint16_t type)
{
	static const uint8_t bytes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8 };

	return type < sizeof(bytes) ? bytes[type] : 0;
}

bool ifd_field(const struct ifd_file *file, const struct ifd *ifd, unsigned int index,
	       struct ifd_field *field)
{
	uint64_t at = (uint64_t)ifd->at + 2 + ENTRY_BYTES * index, bytes;

	field->tag = ifd_u16(file, at);
	field->type = ifd_u16(file, at + 2);
	field->count = ifd_u32(file, at + 4);
	bytes = (uint64_t)field->count * type_bytes(field->type);
	field->is_inline = bytes <= 4;
	field->at = field->is_inline ? at + 8 : ifd_u32(file, at + 8);
	return field->at + bytes <= file->bytes;
}

bool ifd_find(const struct ifd_file *file, const struct ifd *ifd, uint16_t tag,
	      struct ifd_field *field)
{
	for (unsigned int i = 0; i < ifd->fields; i++) {
		bool whole = ifd_field(file, ifd, i, field);

		if (field->tag == tag)
			return whole && field->count;
	}
	return false;
}

uint32_t ifd_value(const struct ifd_file *file, const struct ifd_field *field, uint32_t index)
{
	switch (field->type) {
	case IFD_BYTE:
	case IFD_ASCII:
		return file->at[field->at + index];
	case IFD_SHORT:
		return ifd_u16(file, field->at + 2ULL * index);
	case IFD_LONG:
		return ifd_u32(file, field->at + 4ULL * index);
	case IFD_RATIONAL:
		return ifd_u32(file, field->at + 8ULL * index);
	default:
		return 0;
	}
}

uint32_t ifd_number(const struct ifd_file *file, const struct ifd *ifd, uint16_t tag,
		    uint32_t otherwise)
{
	struct ifd_field field;

	return ifd_find(file, ifd, tag, &field) ? ifd_value(file, &field, 0) : otherwise;
}

double ifd_ratio(const struct ifd_file *file, const struct ifd *ifd, uint16_t tag)
{
	struct ifd_field field;
	uint32_t below = 1;

	if (!ifd_find(file, ifd, tag, &field))
		return 0;
	if (field.type == IFD_RATIONAL)
		below = ifd_u32(file, field.at + 4ULL);
	return below ? (double)ifd_value(file, &field, 0) / below : 0;
}
