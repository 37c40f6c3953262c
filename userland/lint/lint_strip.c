// SPDX-License-Identifier: GPL-2.0
#include <linux/ifax/codec.h>
#include <stdlib.h>
#include <tiff.h>

#include "lint.h"

#define EOL_ZEROS	11	/* and a one: no line of codes holds that many */
#define RTC_EOLS	6
#define EOFB		0x001001U
#define BIH_BYTES	20
/* Of a JBIG header: what T.85 lets be (two-line template, new length, typical prediction) */
#define BIH_OPTIONS	0x68U

/**
 * struct eols - the EOLs of a strip, found without decoding it
 * @lines: EOLs with a line behind them
 * @at_end: EOLs behind the last line
 * @unaligned: EOLs before a line that do not end at a byte
 * @is_first: nothing but fill before the first
 */
struct eols {
	uint32_t lines;
	uint32_t at_end;
	uint32_t unaligned;
	bool is_first;
};

static unsigned int bit(const struct lint_strip *strip, uint64_t at)
{
	unsigned int shift = strip->is_lsb_first ? at % 8 : 7 - at % 8;

	return strip->data[at / 8] >> shift & 1;
}

static void count_eols(const struct lint_strip *strip, struct eols *eols)
{
	bool has_tag_bits = strip->options & GROUP3OPT_2DENCODING;
	bool pending = false, aligned = false, something = false;
	uint64_t zeros = 0;

	*eols = (struct eols){ .is_first = false };
	for (uint64_t at = 0; at < strip->bytes * 8; at++) {
		if (!bit(strip, at)) {
			zeros++;
			continue;
		}
		if (zeros >= EOL_ZEROS) {
			if (!something && !pending)
				eols->is_first = true;
			eols->at_end++;
			pending = true;
			aligned = at % 8 == 7;
			at += has_tag_bits;
		} else {
			eols->lines += pending;
			eols->unaligned += pending && !aligned;
			if (pending)
				eols->at_end = 0;
			pending = false;
			something = true;
		}
		zeros = 0;
	}
}

static void lint_eols(struct findings *findings, const struct lint_strip *strip)
{
	struct eols eols;

	count_eols(strip, &eols);
	if (!eols.is_first || eols.lines != strip->lines)
		found(findings, RULE_EOL_FIRST, "%u of %u lines begin with an EOL", eols.lines,
		      strip->lines);
	if (eols.at_end == RTC_EOLS)
		found(findings, RULE_RTC, "the data ends with an RTC");
	else if (eols.at_end)
		found(findings, RULE_EOL_LAST, "%u EOLs behind the last line", eols.at_end);
	if (strip->options & GROUP3OPT_FILLBITS && eols.unaligned)
		found(findings, RULE_EOL_ALIGNED,
		      "%u EOLs do not end at a byte, as T4Options says they do", eols.unaligned);
}

static void lint_eofb(struct findings *findings, const struct lint_strip *strip)
{
	uint64_t end = strip->bytes * 8;
	uint32_t last = 0;

	while (end && !bit(strip, end - 1))
		end--;
	for (unsigned int i = 0; i < 24 && end >= 24; i++)
		last = last << 1 | bit(strip, end - 24 + i);
	if (last != EOFB)
		found(findings, RULE_EOFB, "the strip does not end with an EOFB");
}

static uint8_t header_byte(const struct lint_strip *strip, unsigned int at)
{
	uint8_t value = 0;

	for (unsigned int i = 0; i < 8; i++)
		value = value << 1 | bit(strip, 8 * at + i);
	return value;
}

static uint32_t header_u32(const struct lint_strip *strip, unsigned int at)
{
	return (uint32_t)header_byte(strip, at) << 24 | header_byte(strip, at + 1) << 16 |
	       header_byte(strip, at + 2) << 8 | header_byte(strip, at + 3);
}

static void lint_bih(struct findings *findings, const struct lint_strip *strip)
{
	if (strip->bytes < BIH_BYTES)
		found(findings, RULE_JBIG_HEADER, "the strip is shorter than a JBIG header");
	else if (header_byte(strip, 0) || header_byte(strip, 1) || header_byte(strip, 2) != 1)
		found(findings, RULE_JBIG_HEADER, "more than one layer or plane");
	else if (header_u32(strip, 4) != strip->width_px ||
		 header_u32(strip, 8) < strip->lines)
		found(findings, RULE_JBIG_HEADER, "%u by %u in the header, %u by %u in the fields",
		      header_u32(strip, 4), header_u32(strip, 8), strip->width_px, strip->lines);
	else if (header_byte(strip, 16) > 127 || header_byte(strip, 17))
		found(findings, RULE_JBIG_HEADER, "adaptive pixel beyond 127, 0");
	else if (header_byte(strip, 18) || header_byte(strip, 19) & ~BIH_OPTIONS)
		found(findings, RULE_JBIG_HEADER, "order %u, options %u are none of T.85",
		      header_byte(strip, 18), header_byte(strip, 19));
}

static int coding_of(const struct lint_strip *strip)
{
	switch (strip->compression) {
	case COMPRESSION_CCITTFAX3:
		return strip->options & GROUP3OPT_2DENCODING ? IFAX_CODING_MR : IFAX_CODING_MH;
	case COMPRESSION_CCITTFAX4:
		return IFAX_CODING_MMR;
	case COMPRESSION_T85:
		return IFAX_CODING_JBIG;
	default:
		return -1;
	}
}

/* Are all lines there, and sound? Not looked at in a coding that this build lacks. */
static void lint_decoded(struct findings *findings, const struct lint_strip *strip)
{
	struct ifax_bytes in = { .at = strip->data, .end = strip->data + strip->bytes };
	struct ifax_codec_format format = {
		.coding = coding_of(strip),
		.flags = strip->is_lsb_first ? IFAX_FMT_LSB_FIRST : 0,
		.width_px = strip->width_px,
		.length_lines = strip->lines,
	};
	const struct ifax_fault_report *report;
	struct ifax_decoder *decoder;
	void *memory;

	if (format.coding == IFAX_CODING_MH || format.coding == IFAX_CODING_MR)
		format.flags |= IFAX_FMT_EOL;
	if (ifax_codec_format_ok(&format))
		return;
	memory = malloc(ifax_decoder_size(&format));
	if (!memory)
		return;
	decoder = ifax_decoder_init(memory, &format, &in);
	if (ifax_decode_lines(decoder, NULL, 0, strip->lines) != strip->lines) {
		report = ifax_decoder_fault(decoder);
		found_for(findings, RULE_CODED_DATA,
			  strip->compression == COMPRESSION_T85 ? PROFILE_J : PROFILE_S | PROFILE_F,
			  "line %u: %s", report->line, ifax_fault_text(report->fault));
	}
	free(memory);
}

void lint_strip(struct findings *findings, const struct lint_strip *strip)
{
	if (coding_of(strip) < 0)
		return;
	if (strip->compression == COMPRESSION_CCITTFAX3)
		lint_eols(findings, strip);
	else if (strip->compression == COMPRESSION_CCITTFAX4)
		lint_eofb(findings, strip);
	else
		lint_bih(findings, strip);
	lint_decoded(findings, strip);
}
