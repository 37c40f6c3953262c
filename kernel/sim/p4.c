// SPDX-License-Identifier: GPL-2.0
#include <linux/ctype.h>
#include <linux/errno.h>
#include "p4.h"

#define P4_SIZE_MAX	1000000

static int p4_digit(u32 *number, u8 byte)
{
	*number = *number * 10 + byte - '0';
	return *number > P4_SIZE_MAX ? -EINVAL : 0;
}

static int p4_gap(struct p4 *p4, u32 *number, u8 byte, enum p4_state next)
{
	if (isspace(byte))
		return 0;
	if (!isdigit(byte))
		return -EINVAL;
	p4->state = next;
	return p4_digit(number, byte);
}

static int p4_number(struct p4 *p4, u32 *number, u8 byte, enum p4_state next)
{
	if (isdigit(byte))
		return p4_digit(number, byte);
	if (!isspace(byte) || !*number)
		return -EINVAL;
	p4->state = next;
	return 0;
}

/**
 * p4_byte() - read the next byte of a header
 * @p4: header
 * @byte: next byte
 *
 * A comment goes from "#" to the end of the line, wherever it begins, and
 * counts as that end of the line.
 *
 * Return: 0; -EINVAL if this is no P4 or P5 header. When the state is P4_RASTER, the
 * header is complete.
 */
int p4_byte(struct p4 *p4, u8 byte)
{
	if (p4->state > P4_MAGIC_4 && byte == '#')
		p4->comment = true;
	if (p4->comment && byte != '\n')
		return 0;
	p4->comment = false;

	switch (p4->state) {
	case P4_MAGIC_P:
		p4->state = P4_MAGIC_4;
		return byte == 'P' ? 0 : -EINVAL;
	case P4_MAGIC_4:
		p4->state = P4_MAGIC_END;
		p4->is_grey = byte == '5';
		return byte == '4' || byte == '5' ? 0 : -EINVAL;
	case P4_MAGIC_END:
		p4->state = P4_WIDTH_GAP;
		return isspace(byte) ? 0 : -EINVAL;
	case P4_WIDTH_GAP:
		return p4_gap(p4, &p4->width, byte, P4_WIDTH);
	case P4_WIDTH:
		return p4_number(p4, &p4->width, byte, P4_HEIGHT_GAP);
	case P4_HEIGHT_GAP:
		return p4_gap(p4, &p4->height, byte, P4_HEIGHT);
	case P4_HEIGHT:
		return p4_number(p4, &p4->height, byte, p4->is_grey ? P4_WHITE_GAP : P4_RASTER);
	case P4_WHITE_GAP:
		return p4_gap(p4, &p4->white, byte, P4_WHITE);
	case P4_WHITE:
		if (!isdigit(byte) && p4->white != 255)
			return -EINVAL;
		return p4_number(p4, &p4->white, byte, P4_RASTER);
	default:
		return -EINVAL;
	}
}
