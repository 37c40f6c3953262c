/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The header of a PBM image with packed pixels ("P4"), or of a PGM image with
 * a byte a pixel ("P5"), read byte by byte.
 */
#ifndef _IFAX_SIM_P4_H
#define _IFAX_SIM_P4_H

#include <linux/types.h>

enum p4_state {
	P4_MAGIC_P,
	P4_MAGIC_4,
	P4_MAGIC_END,
	P4_WIDTH_GAP,
	P4_WIDTH,
	P4_HEIGHT_GAP,
	P4_HEIGHT,
	P4_WHITE_GAP,
	P4_WHITE,
	P4_RASTER,
};

/**
 * struct p4 - a header that is being read; all zero before the first byte
 * @state: what the next byte belongs to
 * @comment: it belongs to a comment
 * @width: pixels in a row
 * @height: rows
 * @is_grey: P5
 * @white: P5: what white is, 255
 */
struct p4 {
	enum p4_state state;
	bool comment;
	u32 width;
	u32 height;
	bool is_grey;
	u32 white;
};

int p4_byte(struct p4 *p4, u8 byte);

#endif /* _IFAX_SIM_P4_H */
