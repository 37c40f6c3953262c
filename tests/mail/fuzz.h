/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hostile bytes for one engine: each target has the entry of libFuzzer, and
 * seeds, so that the same target runs under "make fuzz" and, with a few
 * mutations that are always the same, in "make check".
 *
 * Two bytes stand for events: 0xfd the end of the deadline, 0xfe end of file.
 * The first byte of an input chooses how the rest is cut in pieces.
 */
#ifndef MAIL_FUZZ_H
#define MAIL_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FUZZ_TIMEOUT	0xfd
#define FUZZ_EOF	0xfe

/* A promise of the engine was broken. */
#define fuzz_assert(promise)							\
	do {									\
		if (!(promise)) {						\
			fprintf(stderr, "%s:%d: not kept: %s\n",		\
				__FILE__, __LINE__, #promise);			\
			abort();						\
		}								\
	} while (0)

extern const char *const fuzz_seeds[];
extern const char *const fuzz_words[];	/* of the protocol */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Length of the next piece of data. */
static inline size_t fuzz_piece(const uint8_t *data, size_t size, uint8_t cut)
{
	size_t len = cut ? (size_t)(cut & 0x1f) + 1 : size;
	size_t i;

	if (len > size)
		len = size;
	for (i = 0; i < len; i++)
		if (data[i] == FUZZ_TIMEOUT || data[i] == FUZZ_EOF)
			return i;
	return len;
}

#endif /* MAIL_FUZZ_H */
