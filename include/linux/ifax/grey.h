/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Grey lines of a sensor: made even, then black and white.
 *
 * Pure functions over memory of the caller, as in linux/ifax/codec.h: no
 * allocation, no floating point, any context. Grey is a byte for each pixel, 0
 * is black, 255 white; what comes out are lines as the encoder takes them:
 * leftmost pixel in the most significant bit, 1 is black, bits past the width 0.
 */
#ifndef _LINUX_IFAX_GREY_H
#define _LINUX_IFAX_GREY_H

#include <linux/ifax/codec.h>

/**
 * enum ifax_grey_mode - how grey becomes black and white
 * @IFAX_GREY_THRESHOLD: what is darker than a threshold is black: clean line art
 * @IFAX_GREY_ADAPTIVE: the threshold follows paper and ink around: text on
 *	uneven background, faint text
 * @IFAX_GREY_DITHER: ordered dither, dots that grow, 8 by 8 pixels: photographs,
 *	in runs that can still be coded
 * @IFAX_GREY_DIFFUSE: error diffusion of Floyd and Steinberg, every other line
 *	from right to left: photographs, finest, and largest when coded
 */
enum ifax_grey_mode {
	IFAX_GREY_THRESHOLD,
	IFAX_GREY_ADAPTIVE,
	IFAX_GREY_DITHER,
	IFAX_GREY_DIFFUSE,
};

/**
 * struct ifax_grey_format - what is to be done with grey lines
 * @mode: &enum ifax_grey_mode
 * @width_px: pixels in a line, 1 to 65535
 * @threshold: 1 to 255: a pixel is black if its grey is less. For error diffusion:
 *	128 unless you know better; the other two modes do not look at it
 */
struct ifax_grey_format {
	u32 mode;
	u32 width_px;
	u32 threshold;
};

/**
 * ifax_grey_format_ok() - can this be done?
 * @fmt: format
 *
 * Return: 0; -EINVAL for an unknown mode, a width of 0 or over 65535, a
 * threshold of 0 or over 255 in a mode that looks at it.
 */
int ifax_grey_format_ok(const struct ifax_grey_format *fmt);

/**
 * ifax_grey_size() - bytes of working memory for ifax_grey_init()
 * @fmt: a format that ifax_grey_format_ok() accepts
 *
 * Return: bytes, at most 64 and two for each pixel.
 */
size_t ifax_grey_size(const struct ifax_grey_format *fmt);

struct ifax_grey;

/**
 * ifax_grey_init() - begin a page
 * @mem: ifax_grey_size() bytes, aligned for u64; need not be cleared
 * @fmt: format; copied
 *
 * Return: what ifax_grey_lines() wants; it lives in @mem. NULL for a format
 * that is not ok.
 */
struct ifax_grey *ifax_grey_init(void *mem, const struct ifax_grey_format *fmt);

/**
 * ifax_grey_lines() - make the next lines of the page black and white
 * @grey: from ifax_grey_init()
 * @lines: @count lines of grey
 * @stride: bytes from one grey line to the next, at least the width
 * @count: number of lines
 * @rows: lines of pixels go here, DIV_ROUND_UP(width, 8) bytes each
 * @row_stride: bytes from one of them to the next
 *
 * A line depends on the lines before it, never on those behind: the result is
 * the same whatever number of lines comes in a call. Never fails; any context.
 */
void ifax_grey_lines(struct ifax_grey *grey, const void *lines, size_t stride, u32 count,
		     void *rows, size_t row_stride);

/* ---- shading ---- */

/**
 * struct ifax_reference - lines that a sensor sees where all pixels are alike
 * @lines: @count lines of grey, of which the mean is taken
 * @stride: bytes from one line to the next, at least the width
 * @count: number of lines, 1 to 65535
 */
struct ifax_reference {
	const u8 *lines;
	size_t stride;
	u32 count;
};

/**
 * ifax_shading_size() - bytes of working memory for ifax_shading_init()
 * @width_px: pixels in a line, 1 to 65535
 *
 * Return: bytes, three for each pixel and a few.
 */
size_t ifax_shading_size(u32 width_px);

struct ifax_shading;

/**
 * ifax_shading_init() - learn what black and white look like to each sensor element
 * @mem: ifax_shading_size() bytes, aligned for u64
 * @width_px: pixels in a line
 * @black: lines seen in the dark; NULL: all 0
 * @white: lines seen on the white reference
 * @dead_px: set to the number of elements that tell no black from white (they
 *	see less than 16 steps between); may be NULL
 *
 * Return: the correction, which lives in @mem; the references are no longer needed.
 */
const struct ifax_shading *ifax_shading_init(void *mem, u32 width_px,
					     const struct ifax_reference *black,
					     const struct ifax_reference *white, u32 *dead_px);

/**
 * ifax_shading_line() - correct a line
 * @shading: from ifax_shading_init()
 * @line: grey as the sensor sees it
 * @even: corrected grey goes here; may be @line
 *
 * What was as the black reference becomes 0, as the white one 255, in proportion
 * between (a gain for each pixel with 8 fractional bits, rounded). A dead
 * element gives what its left neighbour does (the first one: white).
 * Never fails; any context.
 */
void ifax_shading_line(const struct ifax_shading *shading, const u8 *line, u8 *even);

#endif /* _LINUX_IFAX_GREY_H */
