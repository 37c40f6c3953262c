/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_PARTS_H
#define _IFAX_PARTS_H

#include <gmime/gmime.h>
#include <stdbool.h>

#include "failure.h"

#define TEXT_BYTES_MAX	(1 << 20)	/* of all text of a message that is printed */

enum part_kind {
	PART_TIFF,
	PART_TEXT,
	PART_HTML,
	PART_JPEG,
	PART_PNG,
	PART_PDF,
	PART_OTHER,
};

/**
 * part_kind() - what a part holds
 * @object: part, not a multipart
 *
 * By its type, by its file name where the type tells nothing, and by its first bytes.
 */
enum part_kind part_kind(GMimeObject *object);

/**
 * part_bytes() - what a part holds, its transfer encoding undone
 * @object: part
 *
 * Return: bytes, with a NUL behind them; to be freed.
 */
GByteArray *part_bytes(GMimeObject *object);

/**
 * part_append_text() - append the text of a PART_TEXT or PART_HTML
 * @text: UTF-8 is appended here; without a NUL, ended by \n
 * @object: part
 * @kind: its kind
 * @failure: why not
 *
 * Return: 0 or -1.
 */
int part_append_text(GString *text, GMimeObject *object, enum part_kind kind,
		     struct failure *failure);

/** part_is_silent() - a part that no person misses, as a signature */
bool part_is_silent(GMimeObject *object);

/**
 * part_append_notice() - append a line that names a part that cannot be printed
 * @text: UTF-8 is appended here
 * @object: part
 * @number: its number in the message
 */
void part_append_notice(GString *text, GMimeObject *object, unsigned int number);

/**
 * message_append_header() - append who wrote a message to whom, when, and about what
 */
void message_append_header(GString *text, GMimeMessage *message);

/**
 * part_unpack() - write the content of a part, its transfer encoding undone, to a file
 * @part: part
 * @fd: file; what it held is dropped
 * @failure: why it cannot be written
 *
 * Return: 0 or -1.
 */
int part_unpack(GMimePart *part, int fd, struct failure *failure);

#endif /* _IFAX_PARTS_H */
