/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fax codings: lines of pixels in, coded bytes out, and back.
 *
 * Pure functions over memory of the caller: no allocation, no floating point,
 * no global state that changes. The same objects serve kernel, userland, unit
 * tests and fuzzers. Pixels: leftmost in the most significant bit, 1 is black,
 * a line is DIV_ROUND_UP(width_px, 8) bytes; bits past the width are ignored
 * on input and zero on output.
 *
 * Inner form of a line: its change positions, u16, rising, the first one the
 * begin of the first black run (0 if the line begins black), closed by
 * entries equal to the width.
 */
#ifndef _LINUX_IFAX_CODEC_H
#define _LINUX_IFAX_CODEC_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
typedef __u8 u8;
typedef __u16 u16;
typedef __s16 s16;
typedef __s32 s32;
typedef __u32 u32;
typedef __u64 u64;
#endif
#include <linux/ifax.h>

#define IFAX_WIDTH_PX_MAX	65535

/**
 * struct ifax_codec_format - what encoder and decoder must agree on
 * @coding: &enum ifax_coding
 * @flags: IFAX_FMT_*
 * @width_px: pixels in a line, 1 to 65535
 * @length_lines: lines of the page; 0: not known. A decoder gives no more
 *	lines than that, and reports fewer as a fault (&IFAX_FAULT_SHORT)
 * @k: MR: K factor, 0: infinite; JBIG: lines in a stripe, 0: 128
 */
struct ifax_codec_format {
	u32 coding;
	u32 flags;
	u32 width_px;
	u32 length_lines;
	u32 k;
};

/**
 * ifax_codec_format_ok() - can this format be coded and decoded?
 * @fmt: format
 *
 * Return: 0; -EINVAL for a width of 0 or over 65535, an unknown flag or flags
 * that contradict each other; -EOPNOTSUPP for a coding that this build lacks.
 */
int ifax_codec_format_ok(const struct ifax_codec_format *fmt);

/* ---- encoder ---- */

struct ifax_encoder;

/**
 * ifax_encoder_size() - bytes of working memory for ifax_encoder_init()
 * @fmt: a format that ifax_codec_format_ok() accepts
 *
 * Return: bytes, linear in the width, below 8 KiB at 1728 pixels.
 */
size_t ifax_encoder_size(const struct ifax_codec_format *fmt);

/**
 * ifax_encoder_init() - begin a page
 * @mem: ifax_encoder_size() bytes, aligned for u64; may be used again for the
 *	next page without clearing
 * @fmt: format; copied
 *
 * Return: the encoder, which lives in @mem, or NULL for a format that is not ok.
 */
struct ifax_encoder *ifax_encoder_init(void *mem, const struct ifax_codec_format *fmt);

/**
 * ifax_encoder_line_bound() - most bytes that one line can take
 * @fmt: format
 *
 * Return: bytes, including what the lines before may have left pending.
 */
size_t ifax_encoder_line_bound(const struct ifax_codec_format *fmt);

/**
 * ifax_encode_lines() - encode lines for as long as there is room
 * @enc: encoder
 * @rows: @lines lines of pixels
 * @stride: bytes from one line to the next, at least (width + 7) / 8
 * @lines: number of lines
 * @out: coded bytes go here
 * @room: size of @out; a line is begun only if ifax_encoder_line_bound() fits
 * @lines_done: set to the number of lines taken; the first one that was not has
 *	to be the first of the next call
 *
 * Return: bytes written to @out. Never fails; any context.
 */
size_t ifax_encode_lines(struct ifax_encoder *enc, const void *rows, size_t stride, u32 lines,
			 void *out, size_t room, u32 *lines_done);

/**
 * ifax_encode_end() - end the page: RTC, EOFB (with IFAX_FMT_END), last bits
 * @enc: encoder
 * @out: coded bytes go here
 * @room: size of @out, at least ifax_encoder_line_bound()
 *
 * Return: bytes written, 0 if @room is too small (nothing is lost then). JBIG may
 * need more than the bound, if more than 64 bytes at the end hang on a carry.
 */
size_t ifax_encode_end(struct ifax_encoder *enc, void *out, size_t room);

/* ---- decoder ---- */

/**
 * struct ifax_bytes - coded bytes, in one piece or in many
 * @at: next byte
 * @end: behind the last byte of this piece
 * @more: sets @at and @end to the next piece (not empty) and returns true, or
 *	returns false at the end of the data; NULL: this is the only piece
 */
struct ifax_bytes {
	const u8 *at;
	const u8 *end;
	bool (*more)(struct ifax_bytes *in);
};

/**
 * enum ifax_fault - what is wrong with coded data
 * @IFAX_FAULT_NONE: nothing
 * @IFAX_FAULT_CODE: bits that are no code of the table
 * @IFAX_FAULT_LONG: a run or mode goes past the end of the line
 * @IFAX_FAULT_BACK: a vertical mode goes back behind the pixel coded last
 * @IFAX_FAULT_EOL: an EOL in the middle of a line, or none where one must be
 * @IFAX_FAULT_SHORT: the data ends before the page does
 * @IFAX_FAULT_UNCOMPRESSED: T.6 uncompressed mode, which is not supported
 * @IFAX_FAULT_EXTENSION: an extension code of T.6 that nobody knows
 * @IFAX_FAULT_HEADER: a JBIG header outside of the T.85 profile, or wrong
 */
enum ifax_fault {
	IFAX_FAULT_NONE = 0,
	IFAX_FAULT_CODE,
	IFAX_FAULT_LONG,
	IFAX_FAULT_BACK,
	IFAX_FAULT_EOL,
	IFAX_FAULT_SHORT,
	IFAX_FAULT_UNCOMPRESSED,
	IFAX_FAULT_EXTENSION,
	IFAX_FAULT_HEADER,
};

/**
 * struct ifax_fault_report - where decoding stopped, and why
 * @fault: &enum ifax_fault
 * @line: line with the fault, from 1
 * @bit: where decoding stopped, in bits from the begin of the coded data: at bits
 *	that are no code word, behind a word that is wrong in its place
 */
struct ifax_fault_report {
	enum ifax_fault fault;
	u32 line;
	u64 bit;
};

/**
 * ifax_fault_text() - a fault in words, for people
 * @fault: fault
 *
 * Return: constant string.
 */
const char *ifax_fault_text(enum ifax_fault fault);

struct ifax_decoder;

/**
 * ifax_decoder_size() - bytes of working memory for ifax_decoder_init()
 * @fmt: a format that ifax_codec_format_ok() accepts
 *
 * Return: bytes, linear in the width, below 8 KiB at 1728 pixels.
 */
size_t ifax_decoder_size(const struct ifax_codec_format *fmt);

/**
 * ifax_decoder_init() - begin a page
 * @mem: ifax_decoder_size() bytes, aligned for u64
 * @fmt: format; copied. Only coding, IFAX_FMT_LSB_FIRST, IFAX_FMT_ROW_ALIGNED,
 *	IFAX_FMT_WHITE_IS_1, width and length matter: EOLs, fill and the end
 *	codes are recognised wherever they stand
 * @in: the coded data, consumed as lines are decoded
 *
 * Return: the decoder, which lives in @mem, or NULL for a format that is not ok.
 */
struct ifax_decoder *ifax_decoder_init(void *mem, const struct ifax_codec_format *fmt,
				       struct ifax_bytes *in);

/**
 * ifax_decode_lines() - decode the next lines
 * @dec: decoder
 * @rows: lines of pixels go here; NULL: only check
 * @stride: bytes from one line to the next
 * @lines: most lines to decode
 *
 * Return: lines decoded; fewer than @lines only at the end of the page or
 * before a fault, which ifax_decoder_fault() tells apart. Bounded by the
 * input: every line consumes at least one bit. Does not sleep unless
 * &struct ifax_bytes.more does.
 */
u32 ifax_decode_lines(struct ifax_decoder *dec, void *rows, size_t stride, u32 lines);

/**
 * ifax_decoder_fault() - why decoding stopped
 * @dec: decoder
 *
 * Return: the report; its fault is IFAX_FAULT_NONE if there was none.
 */
const struct ifax_fault_report *ifax_decoder_fault(const struct ifax_decoder *dec);

/**
 * struct ifax_damage - lines that were concealed
 * @bad_lines: how many
 * @longest_run: most of them in a row
 * @first_line: the first one, from 1 (0: none)
 */
struct ifax_damage {
	u32 bad_lines;
	u32 longest_run;
	u32 first_line;
};

/**
 * ifax_decoder_conceal() - go on behind wrong lines, where the coding can
 * @dec: decoder, before its first line
 *
 * MH and MR only: in place of a wrong line the last good one is given again
 * (white, if there was none), and decoding goes on at the next EOL; in MR all
 * lines up to the next one-dimensional line are wrong then. A fault is reported
 * only if there is no further EOL. Other codings stop at the fault as ever.
 */
void ifax_decoder_conceal(struct ifax_decoder *dec);

/**
 * ifax_decoder_damage() - what was concealed so far
 * @dec: decoder
 *
 * Return: the counts: BadFaxLines and ConsecutiveBadFaxLines of TIFF.
 */
const struct ifax_damage *ifax_decoder_damage(const struct ifax_decoder *dec);

#endif /* _LINUX_IFAX_CODEC_H */
