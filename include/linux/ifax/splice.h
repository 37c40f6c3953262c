/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A band of pixels on top of a coded page, which is not coded anew: a header
 * line above the page, or over its top margin.
 *
 * The band is encoded; behind it stand the bits of the page as they were,
 * shifted where they do not begin at the same bit of a byte. One line at most is
 * coded anew, where its code refers to a line that is no longer there. Pure
 * functions over memory of the caller, as in linux/ifax/codec.h.
 */
#ifndef _LINUX_IFAX_SPLICE_H
#define _LINUX_IFAX_SPLICE_H

#include <linux/ifax/codec.h>

/**
 * struct ifax_splice - a band and a page
 * @fmt: format of the page. EOLs of MH are found by themselves;
 *	IFAX_FMT_EOL_ALIGNED and IFAX_FMT_ROW_ALIGNED have to be told, and are
 *	kept. What ends the page stays as it is, IFAX_FMT_END or not. K of MR is
 *	that of the band
 * @page: coded bytes of the page
 * @page_bytes: their number
 * @replaced_lines: lines of the page that the band takes the place of; 0: the
 *	band stands above the page, which grows
 * @rows: the band's lines of pixels
 * @stride: bytes from one line of it to the next
 * @lines: number of lines of it; 0: the replaced lines are cut off
 */
struct ifax_splice {
	struct ifax_codec_format fmt;
	const void *page;
	size_t page_bytes;
	u32 replaced_lines;
	const void *rows;
	size_t stride;
	u32 lines;
};

/**
 * ifax_splice_size() - bytes of working memory for ifax_splice()
 * @fmt: a format that ifax_codec_format_ok() accepts
 *
 * Return: bytes: those of an encoder and a decoder.
 */
size_t ifax_splice_size(const struct ifax_codec_format *fmt);

/**
 * ifax_splice_bound() - most bytes that ifax_splice() writes
 * @splice: band and page
 *
 * Return: bytes: of the page, and ifax_encoder_line_bound() for each line of the
 * band and a few more.
 */
size_t ifax_splice_bound(const struct ifax_splice *splice);

/**
 * ifax_splice() - join a band and a page
 * @mem: ifax_splice_size() bytes, aligned for u64; need not be cleared
 * @splice: band and page
 * @out: the joined page goes here; not where the page is
 * @room: size of @out, at least ifax_splice_bound()
 * @bytes: set to the number of bytes written
 * @report: set to the fault among the lines that had to be decoded, if there
 *	was one; may be NULL. Faults behind them are not looked for
 *
 * The replaced lines are decoded. Behind them, in MH nothing further is. In MR,
 * if the next line is two-dimensional, that one is decoded and coded anew,
 * one-dimensional; in MMR, the next line is coded anew against the last one of
 * the band. Neither is done where the band ends with a line like the one that
 * the code refers to: above a page that is a white one. The page has
 * @lines - @replaced_lines lines more than before.
 *
 * Costs the encoding of the band, the decoding of @replaced_lines + 1 lines, and
 * a shift of the rest.
 *
 * Return: 0; -EINVAL for a format that is not ok; -EOPNOTSUPP for JBIG, of which
 * all bits hang on all bits before them; -ENOSPC if @room is too small; -ERANGE
 * if the page has fewer than @replaced_lines;
 * -EBADMSG for a fault, see @report.
 */
int ifax_splice(void *mem, const struct ifax_splice *splice, void *out, size_t room,
		size_t *bytes, struct ifax_fault_report *report);

#endif /* _LINUX_IFAX_SPLICE_H */
