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
		if (RUNS_FIRST(entry)) {
			px += RUNS_PX(entry);
			src->bits = skip(src->bits, RUNS_FIRST(entry));
			if (RUNS_COUNT(entry))
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

/* A line being decoded: its next bits, room for the next change, where it is, RUNS_BLACK or 0 */
struct line_1d {
	struct bits_in in;
	u16 *to;
	u32 at;
	u32 black;
};

static __always_inline u32 look(const struct line_1d *line)
{
	return ifax_runs[line->black | line->in.acc >> (64 - RUNS_BITS)];
}

/* Take what @entry says, if it is something, and inside of the line */
static __always_inline bool take_runs(struct line_1d *line, u32 entry, u32 width_px)
{
	u32 px = line->at + RUNS_PX(entry);
	u32 next = px + RUNS_NEXT_PX(entry);

	if (unlikely(!RUNS_TAKEN(entry) || next >= width_px))
		return false;
	line->in = skip(line->in, RUNS_TAKEN(entry));
	line->to[0] = px;
	line->to[1] = next;
	line->to += RUNS_COUNT(entry);
	line->black ^= entry & RUNS_BLACK;
	line->at = next;
	return true;
}

/* MH: a short line that has the bits of the one before is that line */
static __always_inline bool take_again(struct ifax_decoder *dec, struct bits_in in)
{
	u32 bits = dec->again_bits;

	if (!bits || (in.acc ^ dec->again) >> (64 - bits) || in.n - dec->src.pad < bits)
		return false;
	dec->src.bits = skip(in, bits);
	return true;
}

/*
 * T.4 4.1. Inside of the line: look after look, each of which gives a make-up
 * word, a run, or two; which of them is no branch. The bits that are loaded are
 * not waited for by the look before. At the end of the line, and where a look
 * gives nothing: run by run.
 */
static enum line take_1d_data(struct ifax_decoder *dec, u32 *changes)
{
	u32 width_px = dec->fmt.width_px, entry, px;
	struct bits_source *src = &dec->src;
	struct line_1d line = { refill(src->bits, src), dec->cur, 0, 0 };
	u64 first = line.in.acc, begin = bit_position(src, line.in), bits;

	if (take_again(dec, line.in))
		return LINE_SAME;
	for (;;) {
		entry = look(&line);
		while (take_runs(&line, entry, width_px)) {
			entry = look(&line);
			line.in = refill(line.in, src);
			if (!take_runs(&line, entry, width_px))
				break;
			entry = look(&line);
		}
		line.in = refill(line.in, src);
		px = line.at + RUNS_PX(entry);
		if (RUNS_TAKEN(entry) && !RUNS_COUNT(entry) && px <= width_px) {
			/* a make-up word, which goes to the end of the line */
			line.in = skip(line.in, RUNS_TAKEN(entry));
			line.at = px;
			continue;
		}
		line.in = take_run(line.in, src, !!line.black, &px);
		if (unlikely(px >= width_px - line.at))
			break;
		line.at += px;
		line.to = add_change(line.to, dec->cur, line.at, px);
		line.black ^= RUNS_BLACK;
	}
	if (px > width_px - line.at)
		return ifax_run_fault(dec, line.in, px);
	if (overrun(src, line.in))
		return ifax_fault(dec, line.in, IFAX_FAULT_SHORT);
	src->bits = line.in;
	bits = bit_position(src, line.in) - begin;
	dec->again = first;
	dec->again_bits = bits <= 56 && dec->fmt.coding == IFAX_CODING_MH ? bits : 0;
	*changes = line.to - dec->cur;
	if (*changes == dec->changes &&
	    (!*changes || !memcmp(dec->cur, dec->ref, *changes * sizeof(*dec->cur))))
		return LINE_SAME;
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
	struct bits_in in = src->bits;
	enum begin begin;

	if (dec->fmt.flags & IFAX_FMT_ROW_ALIGNED)
		in = skip(in, in.n & 7);
	for (*eols = dec->eol_taken; *eols < RTC_EOLS; ++*eols) {
		in = refill(in, src);
		if (likely(in.acc >> 56))
			break;
		if (likely(in.acc >> (64 - EOL_BITS) == EOL_WORD)) {
			in = skip(in, EOL_BITS);
		} else {
			src->bits = in;
			begin = take_eol(dec);
			if (begin != BEGIN_EOL)
				return begin == BEGIN_LINE;
			in = refill(src->bits, src);
		}
		if (dec->fmt.coding == IFAX_CODING_MR) {
			dec->tag = in.acc >> 63;
			in = skip(in, 1);
		}
	}
	src->bits = in;
	return *eols < RTC_EOLS;
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
