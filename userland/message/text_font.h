/* SPDX-License-Identifier: GPL-2.0 */
/* Letters as black and white pixels, by FreeType. */
#ifndef _IFAX_TEXT_FONT_H
#define _IFAX_TEXT_FONT_H

#include <stdint.h>

struct text_font;

/**
 * text_font_open() - open the fonts that text is set in
 *
 * Those of Debian's fonts-dejavu-core, behind them others for scripts that these
 * lack, as far as they are installed. Afterwards no file is needed any more.
 *
 * Return: fonts, text_font_close() them; NULL: not even one is there.
 */
struct text_font *text_font_open(void);

void text_font_close(struct text_font *font);

/**
 * text_font_size() - letters of @points at this resolution from now on
 *
 * Return: 0 or -1.
 */
int text_font_size(struct text_font *font, double points, unsigned int x_dpi, unsigned int y_dpi);

/**
 * struct pixels - where letters are drawn
 * @rows: lines of pixels, 1 is black, the leftmost is the most significant bit
 * @width_px: pixels of a line; it has (width_px + 7) / 8 bytes
 * @lines: lines
 */
struct pixels {
	uint8_t *rows;
	uint32_t width_px;
	uint32_t lines;
};

/** text_font_advance() - how far a character moves the pen, in pixels */
unsigned int text_font_advance(struct text_font *font, uint32_t c);

/**
 * text_font_draw() - draw a character
 * @font: fonts
 * @c: character; what takes no room is left out
 * @pixels: drawn here; what lies outside is cut off
 * @x: pixel where the pen stands
 * @y: line of the foot of letters
 */
void text_font_draw(struct text_font *font, uint32_t c, const struct pixels *pixels, int x, int y);

#endif /* _IFAX_TEXT_FONT_H */
