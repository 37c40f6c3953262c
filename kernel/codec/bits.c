// SPDX-License-Identifier: GPL-2.0
/* Bits near the end of a piece of coded data. */
#include "bits.h"

u64 ifax_mirror_bytes(u64 value)
{
	return mirror_bytes(value);
}

/* Go on to the next piece; false at the end of the data */
static bool next_piece(struct bits_source *src)
{
	struct ifax_bytes *bytes = src->bytes;

	src->before += src->bits.at - src->begin;
	bytes->at = src->bits.at;
	if (src->ended || !bytes->more || !bytes->more(bytes) || bytes->at >= bytes->end) {
		src->begin = src->bits.at;
		src->ended = true;
		return false;
	}
	src->begin = bytes->at;
	src->end = bytes->end;
	src->bits.at = bytes->at;
	return true;
}

/* refill() of src->bits, byte by byte */
void ifax_refill_slowly(struct bits_source *src)
{
	struct bits_in *in = &src->bits;

	while (in->n < 56) {
		u64 byte = 0;

		if (in->at < src->end || next_piece(src)) {
			byte = *in->at++;
			if (src->lsb_first)
				byte = mirror_bytes(byte);
		} else {
			src->pad += 8;
		}
		in->acc |= byte << (56 - in->n);
		in->n += 8;
	}
}
