// SPDX-License-Identifier: GPL-2.0
/* A band of pixels on top of a coded page. */
#include <linux/ifax/splice.h>

#include "coder.h"

/* What stands at a place in the code of a page */
enum start {
	START_LINE,
	START_EOL,	/* and fill before it */
	START_NOTHING,	/* zeros up to the end */
};

/**
 * struct joint - where the band and the rest of the page meet
 * @splice: band and page
 * @enc: encoder of the band
 * @dec: decoder of the page
 * @at: where the next byte goes
 * @bit: the page's bits are kept from here on
 */
struct joint {
	const struct ifax_splice *splice;
	struct ifax_encoder *enc;
	struct ifax_decoder *dec;
	u8 *at;
	u64 bit;
};

static size_t encoder_bytes(const struct ifax_codec_format *fmt)
{
	return (ifax_encoder_size(fmt) + 7) / 8 * 8;
}

size_t ifax_splice_size(const struct ifax_codec_format *fmt)
{
	return encoder_bytes(fmt) + ifax_decoder_size(fmt);
}
EXPORT_SYMBOL_GPL(ifax_splice_size);

size_t ifax_splice_bound(const struct ifax_splice *splice)
{
	/* one line that is coded anew, and one for fill, an EOL and what put() touches */
	return splice->page_bytes +
	       (splice->lines + (size_t)2) * ifax_encoder_line_bound(&splice->fmt);
}
EXPORT_SYMBOL_GPL(ifax_splice_bound);

static enum start start_at(const struct ifax_splice *splice, u64 bit)
{
	bool lsb_first = splice->fmt.flags & IFAX_FMT_LSB_FIRST;
	const u8 *page = splice->page;
	u64 zeros = 0;
	size_t i;

	for (i = bit / 8; i < splice->page_bytes; i++) {
		u32 gone = i == bit / 8 ? bit % 8 : 0;
		u64 byte = lsb_first ? mirror_bytes(page[i]) : page[i];
		u64 bits = byte << (56 + gone);

		if (bits)
			return zeros + leading_zeros(bits) >= EOL_BITS - 1 ? START_EOL : START_LINE;
		zeros += 8 - gone;
	}
	return START_NOTHING;
}

/* Behind the lines decoded so far */
static u64 place(const struct ifax_decoder *dec)
{
	u64 bit = bit_position(&dec->src, dec->src.bits);

	return dec->fmt.flags & IFAX_FMT_ROW_ALIGNED ? (bit + 7) & ~7ULL : bit;
}

static int fault_of(const struct ifax_decoder *dec, struct ifax_fault_report *report)
{
	*report = *ifax_decoder_fault(dec);
	return report->fault ? -EBADMSG : 0;
}

/* Does the band end with a line like the one decoded last? At the top of a page, both are white */
static bool ends_alike(const struct joint *joint)
{
	const struct ifax_encoder *enc = joint->enc;
	const struct ifax_decoder *dec = joint->dec;

	return enc->changes == dec->changes &&
	       !memcmp(enc->ref_end - enc->changes, dec->ref, enc->changes * sizeof(*dec->ref));
}

/* Code the next line anew if it refers to one that is not there any more */
static int join_line(struct joint *joint, struct ifax_fault_report *report)
{
	struct ifax_encoder *enc = joint->enc;
	struct ifax_decoder *dec = joint->dec;
	u32 coding = joint->splice->fmt.coding;

	if ((coding != IFAX_CODING_MR && coding != IFAX_CODING_MMR) || ends_alike(joint))
		return 0;
	if (!ifax_decode_lines(dec, NULL, 0, 1))
		return fault_of(dec, report);
	if (coding == IFAX_CODING_MR) {
		if (dec->tag)
			return 0;
		/* it refers to none, as the first line of a page */
		enc->lines = 0;
	}
	joint->at = ifax_encode_runs(enc, dec->ref, dec->changes, joint->at);
	joint->bit = place(dec);
	return 0;
}

/* What stands between the last line that was encoded and the bits of the page */
static struct bits_out put_joint(const struct joint *joint, struct bits_out out)
{
	const struct ifax_codec_format *fmt = &joint->enc->fmt;
	u32 phase = joint->bit % 8;

	/* a page may do without its first EOL; where lines are whole bytes, all may */
	if (fmt->coding == IFAX_CODING_MH && fmt->flags & IFAX_FMT_EOL &&
	    !(fmt->flags & IFAX_FMT_ROW_ALIGNED) &&
	    start_at(joint->splice, joint->bit) == START_LINE) {
		if (fmt->flags & IFAX_FMT_EOL_ALIGNED)
			out = put_fill(out, phase - EOL_BITS);
		return put(out, EOL_WORD, EOL_BITS);
	}
	/* fill, so that EOLs further down end where they did */
	return fmt->flags & IFAX_FMT_EOL_ALIGNED ? put_fill(out, phase) : out;
}

/* Append the page's bits from joint->bit on */
static struct bits_out put_page(const struct joint *joint, struct bits_out out)
{
	const u8 *at = (const u8 *)joint->splice->page + joint->bit / 8;
	const u8 *end = (const u8 *)joint->splice->page + joint->splice->page_bytes;
	bool lsb_first = joint->splice->fmt.flags & IFAX_FMT_LSB_FIRST;
	u32 gone = joint->bit % 8;

	if (gone && at < end) {
		u64 byte = lsb_first ? mirror_bytes(*at) : *at;

		out = put(out, byte & 0xff >> gone, 8 - gone);
		at++;
	}
	for (; end - at >= 8; at += 8) {
		u64 word = lsb_first ? mirror_bytes(load64(at)) : load64(at);

		/* in two steps: there may be no bits left over */
		store64(out.at, out.acc << 1 << (63 - out.n) | word >> out.n);
		out.at += 8;
		out.acc = word;
	}
	for (; at < end; at++)
		out = put(out, lsb_first ? mirror_bytes(*at) : *at, 8);
	return put_fill(out, 0);
}

/* All that is behind the lines that are encoded */
static void join_page(struct joint *joint)
{
	struct ifax_encoder *enc = joint->enc;
	struct bits_out out = { enc->acc, enc->n, joint->at };

	out = put_page(joint, put_joint(joint, out));
	if (enc->fmt.flags & IFAX_FMT_LSB_FIRST)
		ifax_mirror(joint->at, out.at);
	joint->at = out.at;
}

/* As the page has it, EOLs of MH included, but without its end */
static struct ifax_codec_format band_format(const struct ifax_splice *splice, u64 bit)
{
	struct ifax_codec_format fmt = splice->fmt;

	fmt.length_lines = 0;
	fmt.flags &= ~IFAX_FMT_END;
	if (fmt.coding == IFAX_CODING_MH && start_at(splice, bit) == START_EOL)
		fmt.flags |= IFAX_FMT_EOL;
	return fmt;
}

int ifax_splice(void *mem, const struct ifax_splice *splice, void *out, size_t room,
		size_t *bytes, struct ifax_fault_report *report)
{
	struct ifax_bytes in = { .at = splice->page,
				 .end = (const u8 *)splice->page + splice->page_bytes };
	struct joint joint = { .splice = splice, .at = out };
	struct ifax_fault_report ignored;
	struct ifax_codec_format fmt;
	u32 done;
	int err;

	if (ifax_codec_format_ok(&splice->fmt))
		return -EINVAL;
	if (splice->fmt.coding == IFAX_CODING_JBIG)
		return -EOPNOTSUPP;
	if (room < ifax_splice_bound(splice))
		return -ENOSPC;
	report = report ?: &ignored;
	joint.dec = ifax_decoder_init((u8 *)mem + encoder_bytes(&splice->fmt), &splice->fmt, &in);
	done = ifax_decode_lines(joint.dec, NULL, 0, splice->replaced_lines);
	err = fault_of(joint.dec, report);
	if (err)
		return err;
	if (done < splice->replaced_lines)
		return -ERANGE;
	joint.bit = place(joint.dec);
	fmt = band_format(splice, joint.bit);
	joint.enc = ifax_encoder_init(mem, &fmt);
	joint.at += ifax_encode_lines(joint.enc, splice->rows, splice->stride, splice->lines, out,
				      room, &done);
	err = join_line(&joint, report);
	if (err)
		return err;
	join_page(&joint);
	*bytes = joint.at - (u8 *)out;
	return 0;
}
EXPORT_SYMBOL_GPL(ifax_splice);
