// SPDX-License-Identifier: GPL-2.0
/* What stands around the data of a line, and the data of one-dimensional lines. */
#include "take.h"

/* Record a fault, found at the next bit */
enum line ifax_fault(struct ifax_decoder *dec, struct bits_in in, enum ifax_fault fault)
{
	bool cut_off = fault == IFAX_FAULT_EOL ? !in.acc :
		       fault == IFAX_FAULT_CODE && in.n - dec->src.pad < BLACK_WORD_BITS;

	/* at the very end, a word is cut off rather than wrong */
	if (overrun(&dec->src, in) || (dec->src.ended && cut_off))
		fault = IFAX_FAULT_SHORT;
	dec->report.fault = fault;
	dec->report.line = dec->lines + 1;
	dec->report.bit = bit_position(&dec->src, in);
	dec->src.bits = in;
	return LINE_NONE;
}

/* T.4 4.1.4 and 4.2.1.3.4, T.6 2.2.5.1: an EOL, an extension code with its 3 bits, or no word */
enum ifax_fault ifax_word_fault(struct bits_in in, u32 extension_zeros)
{
	u32 zeros = leading_zeros(in.acc);

	if (zeros >= EOL_BITS - 1)
		return IFAX_FAULT_EOL;
	if (zeros != extension_zeros)
		return IFAX_FAULT_CODE;
	if ((in.acc >> (60 - zeros) & 7) == 7)
		return IFAX_FAULT_UNCOMPRESSED;
	return IFAX_FAULT_EXTENSION;
}

/* How a line begins */
enum begin {
	BEGIN_LINE,	/* with its first word */
	BEGIN_EOL,	/* with an EOL, which has been taken */
	BEGIN_NOTHING,	/* the data is at its end */
};

/*
 * Take fill bits and an EOL, if that is what comes next. Eleven zeros begin no
 * other word; zeros up to the end of the data are its end.
 */
static enum begin take_eol(struct ifax_decoder *dec)
{
	struct bits_source *src = &dec->src;
	struct bits_in in = src->bits;
	enum begin begin = BEGIN_LINE;
	u32 zeros;

	for (;;) {
		in = refill(in, src);
		zeros = leading_zeros(in.acc);
		if (zeros < in.n || src->ended)
			break;
		in = skip(in, in.n - (EOL_BITS - 1));
	}
	if (src->ended && (overrun(src, in) || zeros >= in.n - src->pad)) {
		begin = BEGIN_NOTHING;
	} else if (zeros >= EOL_BITS - 1) {
		in = skip(in, zeros + 1);
		begin = BEGIN_EOL;
	}
	src->bits = in;
	return begin;
}

static u32 long_word(struct bits_in in, bool black)
{
	if (in.acc >> 60)
		return 0;
	return black ? ifax_black_long_words[in.acc >> (64 - BLACK_WORD_BITS)] :
		       ifax_white_long_words[in.acc >> (64 - WHITE_WORD_BITS)];
}

/* A run of any words: make-up words as many as there are, then a terminating word */
u32 ifax_take_any_run(struct bits_source *src, bool black)
{
	u32 px = 0;

	while (px <= IFAX_WIDTH_PX_MAX) {
		u32 entry, word;

		src->bits = refill(src->bits, src);
		entry = runs_entry(src->bits, black);
		if (entry >> 4 & 15) {
			px += entry >> 10 & 0x7ff;
			src->bits = skip(src->bits, entry >> 4 & 15);
			if (entry >> 8 & 3)
				return px;
			continue;
		}
		word = long_word(src->bits, black);
		if (!word)
			break;
		px += word >> 4;
		src->bits = skip(src->bits, word & 15);
		if (word >> 4 < 64)
			return px;
	}
	return NO_RUN;
}

/* A run that is none (@in is at its wrong word), or too long (@in is behind it) */
enum line ifax_run_fault(struct ifax_decoder *dec, struct bits_in in, u32 px)
{
	return ifax_fault(dec, in, px == NO_RUN ? ifax_word_fault(in, 8) : IFAX_FAULT_LONG);
}

/*
 * T.4 4.1. Inside of the line: look after look, each of which gives a make-up
 * word, a run, or two; which of them is no branch. At its end, and where a look
 * gives nothing: run by run.
 */
static enum line take_1d_data(struct ifax_decoder *dec, u32 *changes)
{
	u32 width_px = dec->fmt.width_px;
	struct bits_source *src = &dec->src;
	struct bits_in in = src->bits;
	u16 *to = dec->cur;
	u32 black = 0, at = 0, px;

	for (;;) {
		u32 entry, next;

		in = refill(in, src);
		entry = runs_entry(in, black);
		px = at + (entry >> 10 & 0x7ff);
		next = px + (entry >> 21);
		if (likely((entry & 15) && next < width_px)) {
			in = skip(in, entry & 15);
			to[0] = px;
			to[1] = next;
			to += entry >> 8 & 3;
			black ^= entry >> 8 & 1;
			at = next;
			continue;
		}
		in = take_run(in, src, black, &px);
		if (unlikely(px >= width_px - at))
			break;
		at += px;
		to = add_change(to, dec->cur, at, px);
		black ^= 1;
	}
	if (px > width_px - at)
		return ifax_run_fault(dec, in, px);
	if (overrun(src, in))
		return ifax_fault(dec, in, IFAX_FAULT_SHORT);
	src->bits = in;
	*changes = to - dec->cur;
	return LINE_NEW;
}

/* More ones than the line before has changes: V(0) throughout, the line is the same */
static bool take_same(struct ifax_decoder *dec)
{
	struct bits_in in = dec->src.bits;
	u32 left = dec->changes + 1;

	if (left > 56 || ~in.acc >> (64 - left) || in.n - dec->src.pad < left)
		return false;
	dec->src.bits = skip(in, left);
	return true;
}

/* Skip bits up to an EOL, or the fill before it; false: none comes */
bool ifax_find_eol(struct ifax_decoder *dec)
{
	struct bits_source *src = &dec->src;
	u32 zeros;

	for (;;) {
		src->bits = refill(src->bits, src);
		zeros = leading_zeros(src->bits.acc);
		if (src->ended && (overrun(src, src->bits) || zeros >= src->bits.n - src->pad))
			return false;
		if (zeros >= EOL_BITS - 1)
			return true;
		src->bits = skip(src->bits, zeros + 1);
	}
}

/*
 * Go to the data of a line, behind any EOLs and, in MR, their tag bits, the last
 * of which is dec->tag. False at the end of the page: six EOLs, or no data.
 */
static bool find_data(struct ifax_decoder *dec, u32 *eols)
{
	struct bits_source *src = &dec->src;
	enum begin begin;

	if (dec->fmt.flags & IFAX_FMT_ROW_ALIGNED)
		src->bits = skip(src->bits, src->bits.n & 7);
	for (*eols = dec->eol_taken; *eols < RTC_EOLS; ++*eols) {
		src->bits = refill(src->bits, src);
		if (likely(src->bits.acc >> 56))
			return true;
		begin = take_eol(dec);
		if (begin != BEGIN_EOL)
			return begin == BEGIN_LINE;
		if (dec->fmt.coding == IFAX_CODING_MR) {
			src->bits = refill(src->bits, src);
			dec->tag = src->bits.acc >> 63;
			src->bits = skip(src->bits, 1);
		}
	}
	return false;
}

/* A line may have an EOL in front; two or more of them are (the begin of) an RTC */
enum line ifax_mh_take_line(struct ifax_decoder *dec, u32 *changes)
{
	u32 eols;

	if (!find_data(dec, &eols))
		return LINE_NONE;
	dec->eol_taken = eols > 1;
	if (eols > 1)
		return ifax_fault(dec, dec->src.bits, IFAX_FAULT_EOL);
	return take_1d_data(dec, changes);
}

/* T.4 4.2: the tag bit behind each EOL is 1 before a line coded as in MH */
enum line ifax_mr_take_line(struct ifax_decoder *dec, u32 *changes)
{
	u32 eols;

	if (!find_data(dec, &eols))
		return LINE_NONE;
	dec->eol_taken = eols > 1;
	if (eols != 1)
		return ifax_fault(dec, dec->src.bits, IFAX_FAULT_EOL);
	if (dec->tag) {
		dec->ref_lost = false;
		return take_1d_data(dec, changes);
	}
	if (dec->ref_lost)
		return ifax_fault(dec, dec->src.bits, IFAX_FAULT_CODE);
	dec->src.bits = refill(dec->src.bits, &dec->src);
	if (take_same(dec))
		return LINE_SAME;
	return ifax_2d_take_line(dec, changes);
}

/* The page may end with an EOFB: two EOLs, of which the second may be cut off */
enum line ifax_mmr_take_line(struct ifax_decoder *dec, u32 *changes)
{
	struct bits_source *src = &dec->src;

	if (dec->fmt.flags & IFAX_FMT_ROW_ALIGNED)
		src->bits = skip(src->bits, src->bits.n & 7);
	src->bits = refill(src->bits, src);
	if (unlikely(!(src->bits.acc >> 56))) {
		switch (take_eol(dec)) {
		case BEGIN_EOL:
			if (take_eol(dec) == BEGIN_LINE)
				return ifax_fault(dec, src->bits, IFAX_FAULT_EOL);
			return LINE_NONE;
		case BEGIN_NOTHING:
			return LINE_NONE;
		case BEGIN_LINE:
			break;
		}
	}
	if (take_same(dec))
		return LINE_SAME;
	return ifax_2d_take_line(dec, changes);
}
