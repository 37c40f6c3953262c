// SPDX-License-Identifier: GPL-2.0
/* Bits near the end of a piece of coded data. */
#include "bits.h"

/* Go on with a piece; bytes that are to be mirrored are not loaded by refill() */
void ifax_source_piece(struct bits_source *src, const u8 *begin, const u8 *end)
{
	src->begin = begin;
	src->end = end;
	src->eight = end - begin >= 8 && !src->lsb_first ? end - 7 : begin;
	src->bits.at = begin;
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
	ifax_source_piece(src, bytes->at, bytes->end);
	return true;
}

/* refill() of src->bits, mirrored or byte by byte */
void ifax_refill_slowly(struct bits_source *src)
{
	struct bits_in *in = &src->bits;

	if (src->lsb_first && src->end - in->at >= 8) {
		in->acc |= mirror_bytes(load64(in->at)) >> in->n;
		in->at += (63 - in->n) / 8;
		in->n |= 56;
	}
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
