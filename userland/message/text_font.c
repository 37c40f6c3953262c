// SPDX-License-Identifier: GPL-2.0
#include <ft2build.h>
#include FT_FREETYPE_H
#include <glib.h>

#include "text_font.h"

#define FACES_MAX	4
#define SOFT_HYPHEN	0xad	/* where a word might be broken */

static const char * const font_files[] = {
	"/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
	"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
	"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
	"/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
};

/**
 * struct text_font - fonts, the first one that has a character gives its glyph
 * @library: FreeType's
 * @faces: the fonts
 * @count: how many
 */
struct text_font {
	FT_Library library;
	FT_Face faces[FACES_MAX];
	unsigned int count;
};

struct text_font *text_font_open(void)
{
	struct text_font *font = g_new0(struct text_font, 1);

	if (FT_Init_FreeType(&font->library)) {
		g_free(font);
		return NULL;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(font_files); i++)
		if (!FT_New_Face(font->library, font_files[i], 0, &font->faces[font->count]))
			font->count++;
	if (font->count)
		return font;
	text_font_close(font);
	return NULL;
}

void text_font_close(struct text_font *font)
{
	if (!font)
		return;
	for (unsigned int i = 0; i < font->count; i++)
		FT_Done_Face(font->faces[i]);
	FT_Done_FreeType(font->library);
	g_free(font);
}

int text_font_size(struct text_font *font, double points, unsigned int x_dpi, unsigned int y_dpi)
{
	for (unsigned int i = 0; i < font->count; i++)
		if (FT_Set_Char_Size(font->faces[i], 0, points * 64, x_dpi, y_dpi))
			return -1;
	return 0;
}

/* The glyph of a character, in the slot of the face returned; NULL: it takes no room. */
static FT_GlyphSlot glyph_of(struct text_font *font, gunichar c, FT_Int32 flags)
{
	FT_Face face = font->faces[0];
	FT_UInt index = 0;

	if (g_unichar_iscntrl(c) || g_unichar_iszerowidth(c) || c == SOFT_HYPHEN)
		return NULL;
	for (unsigned int i = 0; !index && i < font->count; i++) {
		index = FT_Get_Char_Index(font->faces[i], c);
		if (index)
			face = font->faces[i];
	}
	/* index 0 is the box that says "I have no such glyph" */
	if (FT_Load_Glyph(face, index, flags | FT_LOAD_TARGET_MONO))
		return NULL;
	return face->glyph;
}

unsigned int text_font_advance(struct text_font *font, uint32_t c)
{
	FT_GlyphSlot glyph = glyph_of(font, c, 0);

	return glyph ? glyph->advance.x >> 6 : 0;
}

static void blit(const struct pixels *pixels, const FT_Bitmap *bitmap, int left, int top)
{
	size_t stride = (pixels->width_px + 7) / 8;

	for (unsigned int row = 0; row < bitmap->rows; row++) {
		int y = top + (int)row;

		for (unsigned int column = 0; column < bitmap->width; column++) {
			int x = left + (int)column;
			uint8_t byte = bitmap->buffer[(int)row * bitmap->pitch + (int)column / 8];

			if (byte & 0x80 >> column % 8 && x >= 0 && x < (int)pixels->width_px &&
			    y >= 0 && y < (int)pixels->lines)
				pixels->rows[y * stride + x / 8] |= 0x80 >> x % 8;
		}
	}
}

void text_font_draw(struct text_font *font, uint32_t c, const struct pixels *pixels, int x, int y)
{
	FT_GlyphSlot glyph = glyph_of(font, c, FT_LOAD_RENDER);

	if (glyph)
		blit(pixels, &glyph->bitmap, x + glyph->bitmap_left, y - glyph->bitmap_top);
}
