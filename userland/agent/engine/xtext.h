/* SPDX-License-Identifier: GPL-2.0 */
/* xtext: any text as one word of an SMTP command (RFC 3461, 4): "+3D" for "=". */
#ifndef IFAX_XTEXT_H
#define IFAX_XTEXT_H

#include <stdbool.h>
#include <stddef.h>

/** xtext_encode() - write a text as xtext; it is cut where @size ends. Return: @xtext */
const char *xtext_encode(const char *text, char *xtext, size_t size);

/**
 * xtext_decode() - read xtext
 * @xtext: the word
 * @text: receives the text
 * @size: of @text
 *
 * Return: false if it is no xtext, does not fit, or stands for something that is
 * not printable ASCII: nothing else has a meaning in an envelope, and a line end
 * would be an attack.
 */
bool xtext_decode(const char *xtext, char *text, size_t size);

#endif /* IFAX_XTEXT_H */
