/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_LINT_H
#define _IFAX_LINT_H

#include "../message/failure.h"
#include "../message/ifd.h"
#include "rules.h"

#define LINT_BYTES_MAX	(64U << 20)	/* of one TIFF: it is looked at in memory */

/**
 * lint_tiff() - hold a TIFF to the rules
 * @findings: findings; its @left becomes the profiles that the TIFF satisfies
 * @data: TIFF
 * @bytes: its length
 */
void lint_tiff(struct findings *findings, const void *data, uint64_t bytes);

/**
 * struct lint_strip - a strip whose coded data is looked at
 * @data: bytes
 * @bytes: how many
 * @compression: value of its Compression field
 * @options: of T4Options, T6Options or T82Options
 * @is_lsb_first: FillOrder is 2
 * @width_px: pixels of a line
 * @lines: lines of this strip
 */
struct lint_strip {
	const uint8_t *data;
	uint64_t bytes;
	uint32_t compression;
	uint32_t options;
	bool is_lsb_first;
	uint32_t width_px;
	uint32_t lines;
};

/**
 * lint_strip() - hold coded data to the rules
 */
void lint_strip(struct findings *findings, const struct lint_strip *strip);

/**
 * lint_mail() - hold a message to the rules, and the TIFFs in it
 * @findings: findings; its @left becomes the profiles that all TIFFs satisfy
 * @fd: message
 * @failure: why it could not be looked at
 *
 * Return: 0 or -1.
 */
int lint_mail(struct findings *findings, int fd, struct failure *failure);

#endif /* _IFAX_LINT_H */
