/* SPDX-License-Identifier: GPL-2.0 */
/* The insides of encoder and decoder. */
#ifndef IFAX_CODEC_CODER_H
#define IFAX_CODEC_CODER_H

#include "bits.h"
#include "runs.h"

#define EOL_WORD	1
#define EOL_BITS	12
#define RTC_EOLS	6
#define EOFB_EOLS	2

/**
 * struct ifax_encoder - a page being encoded
 * @fmt: its format
 * @acc: bits that are no whole byte yet
 * @n: their number
 * @lines: lines encoded
 * @invert: all ones if the pixels are to be inverted
 * @changes: number of changes of the line before
 * @ref_end: behind its last change position
 * @cur_end: behind the room for those of this line
 * @row: pixels of the last line of the call before
 * @jbig: all there is of a JBIG encoder
 */
struct ifax_encoder {
	struct ifax_codec_format fmt;
	u64 acc;
	u32 n;
	u32 lines;
	u64 invert;
	u32 changes;
	u16 *ref_end;
	u16 *cur_end;
	u8 *row;
	struct jbig_encoder *jbig;
};

/**
 * struct ifax_decoder - a page being decoded
 * @fmt: its format
 * @src: coded data
 * @report: the fault that ended decoding
 * @ended: nothing more will come
 * @lines: lines decoded
 * @changes: number of changes in @ref
 * @ref: change positions of the line before
 * @cur: room for those of this line
 * @row: pixels of the line before, if @painted
 * @painted: @row is up to date with @ref
 * @jbig: all there is of a JBIG decoder
 * @conceal: go on behind wrong lines
 * @eol_taken: the EOL of the next line was taken with those before it
 * @tag: its tag bit
 * @ref_lost: MR: the line before was wrong, nothing can be coded against it
 * @again: MH: the bits that gave @ref
 * @again_bits: their number, 0: too many, or none yet
 * @rough_lines: so many lines are to be decoded mode by mode
 * @bad_run: wrong lines in a row, up to now
 * @damage: what was concealed
 */
struct ifax_decoder {
	struct ifax_codec_format fmt;
	struct bits_source src;
	struct ifax_fault_report report;
	bool ended;
	u32 lines;
	u32 changes;
	u16 *ref;
	u16 *cur;
	u8 *row;
	bool painted;
	struct jbig_decoder *jbig;
	bool conceal;
	bool eol_taken;
	bool tag;
	bool ref_lost;
	u64 again;
	u32 again_bits;
	u32 rough_lines;
	u32 bad_run;
	struct ifax_damage damage;
};

/* What became of an attempt to decode a line */
enum line {
	LINE_NEW,	/* in cur, to be closed and painted */
	LINE_SAME,	/* equal to the one before */
	LINE_NONE,	/* the page has ended, or a fault is in the report */
};

void ifax_mirror(u8 *at, const u8 *end);
u8 *ifax_encode_runs(struct ifax_encoder *enc, const u16 *runs, u32 changes, u8 *to);

struct bits_out ifax_1d_put_line(struct bits_out out, const u16 *runs, u32 changes);
struct bits_out ifax_2d_put_line(struct bits_out out, const u16 *ref, const u16 *cur, u32 width_px);

enum line ifax_2d_take_line(struct ifax_decoder *dec, u32 *changes);
enum line ifax_mh_take_line(struct ifax_decoder *dec, u32 *changes);
enum line ifax_mr_take_line(struct ifax_decoder *dec, u32 *changes);
enum line ifax_mmr_take_line(struct ifax_decoder *dec, u32 *changes);

bool ifax_find_eol(struct ifax_decoder *dec);
enum line ifax_fault(struct ifax_decoder *dec, struct bits_in in, enum ifax_fault fault);

size_t ifax_jbig_encoder_size(u32 width_px);
size_t ifax_jbig_line_bound(u32 width_px);
struct jbig_encoder *ifax_jbig_encoder_init(void *mem, const struct ifax_codec_format *fmt);
bool ifax_jbig_put_line(struct jbig_encoder *enc, const struct ifax_codec_format *fmt,
			const u8 *row, u8 **at, const u8 *end);
bool ifax_jbig_put_end(struct jbig_encoder *enc, const struct ifax_codec_format *fmt, u8 **at,
		       const u8 *end);

size_t ifax_jbig_decoder_size(u32 width_px);
struct jbig_decoder *ifax_jbig_decoder_init(void *mem, u32 width_px);
u32 ifax_jbig_take_lines(struct ifax_decoder *dec, u8 *rows, size_t stride, u32 lines);

#endif
