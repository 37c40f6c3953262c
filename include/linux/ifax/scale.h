/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page decoded to another resolution.
 *
 * The scaler takes change positions from a decoder and moves them: it costs per
 * run, not per pixel. Pure functions over memory of the caller, as in
 * linux/ifax/codec.h.
 *
 * Enlarged, a pixel of the page that is printed is that of the data at whose
 * place its middle lies. So it is in a reduced one, and further: no black of the
 * data goes without black beside it. A stroke that is too thin becomes one
 * pixel wide; gaps of white may close.
 *
 * A page is not turned here: that takes all of its lines at once.
 */
#ifndef _LINUX_IFAX_SCALE_H
#define _LINUX_IFAX_SCALE_H

#include <linux/ifax/codec.h>

#define IFAX_SCALE_MAX	65535

/**
 * struct ifax_scale - what becomes of a page
 * @x_from: with @x_to the factor along the line, @x_to / @x_from: the resolutions
 *	of data and engine, or the widths of page and paper; each 1 to 65535
 * @x_to: see @x_from
 * @y_from: the same across the lines
 * @y_to: see @y_from
 * @width_px: pixels in a line that is given, 1 to 65535
 * @left_px: where the page begins in it, -65535 to 65535: white before and behind
 *	it; what lies outside is trimmed
 * @top_lines: white lines given above the page; if negative, so many lines of the
 *	scaled page are trimmed
 */
struct ifax_scale {
	u32 x_from;
	u32 x_to;
	u32 y_from;
	u32 y_to;
	u32 width_px;
	s32 left_px;
	s32 top_lines;
};

/**
 * ifax_scaled() - how many pixels, or lines, become of so many
 * @count: pixels of a line, or lines of a page
 * @from: 1 to 65535
 * @to: 1 to 65535
 *
 * Return: @count * @to / @from, to the nearest; at least 1 of 1.
 */
u32 ifax_scaled(u32 count, u32 from, u32 to);

/**
 * ifax_scale_ok() - can a page be scaled so?
 * @scale: what becomes of it
 * @fmt: format of the page, which ifax_codec_format_ok() accepts
 *
 * Return: 0; -EINVAL if a value is out of its range, or the scaled page would be
 * wider than 65535 pixels.
 */
int ifax_scale_ok(const struct ifax_scale *scale, const struct ifax_codec_format *fmt);

/**
 * ifax_scaler_size() - bytes of working memory for ifax_scaler_init()
 * @scale: what ifax_scale_ok() accepts
 * @fmt: format of the page
 *
 * Return: bytes, linear in both widths: 44 KiB for 1728 pixels to 4960.
 */
size_t ifax_scaler_size(const struct ifax_scale *scale, const struct ifax_codec_format *fmt);

struct ifax_scaler;

/**
 * ifax_scaler_init() - begin a page
 * @mem: ifax_scaler_size() bytes, aligned for u64; need not be cleared
 * @scale: what becomes of the page; copied
 * @fmt: format that @dec was made with
 * @dec: decoder, before its first line; its lines are the scaler's from now on
 *
 * Return: the scaler, which lives in @mem, or NULL if ifax_scale_ok() refuses.
 */
struct ifax_scaler *ifax_scaler_init(void *mem, const struct ifax_scale *scale,
				     const struct ifax_codec_format *fmt,
				     struct ifax_decoder *dec);

/**
 * ifax_scale_lines() - decode and scale the next lines
 * @scaler: scaler
 * @rows: lines of pixels go here, DIV_ROUND_UP(width, 8) bytes each; NULL: they
 *	are passed over
 * @stride: bytes from one line to the next
 * @lines: most lines to give
 *
 * Return: lines given; fewer than @lines only at the end of the page or before
 * a fault, which ifax_decoder_fault() tells apart: all lines that could be made
 * of those before the fault have been given. Of a page of n lines @top_lines +
 * ifax_scaled(n, y_from, y_to) are given. Does not sleep unless the decoder's
 * input does.
 */
u32 ifax_scale_lines(struct ifax_scaler *scaler, void *rows, size_t stride, u32 lines);

#endif /* _LINUX_IFAX_SCALE_H */
