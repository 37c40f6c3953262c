// SPDX-License-Identifier: GPL-2.0
#include <ft2build.h>
#include FT_FREETYPE_H
#include <glib.h>
#include <string.h>

#include "halftone.h"
#include "text_page.h"

#define POINTS		10
#define LINE_POINTS	12
#define LINE_PX		(LINE_POINTS * SHEET_Y_DPI / 72)
#define MARGIN_PX	110	/* 14 mm at the sides, 14 mm above and below */
#define TEXT_WIDTH_PX	(SHEET_WIDTH_PX - 2 * MARGIN_PX)
#define STRIDE		(SHEET_WIDTH_PX / 8)
#define TAB_COLUMNS	8
#define FACES_MAX	4

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

/**
 * struct sheet - a page being set
 * @font: fonts
 * @sink: where it goes
 * @pixels: its lines
 * @y: line of pixels where the next line of text begins
 * @pages: pages given
 */
struct sheet {
	struct text_font *font;
	struct page_sink *sink;
	uint8_t *pixels;
	unsigned int y;
	unsigned int pages;
};

struct text_font *text_font_open(void)
{
	struct text_font *font = g_new0(struct text_font, 1);

	if (FT_Init_FreeType(&font->library)) {
		g_free(font);
		return NULL;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(font_files); i++) {
		FT_Face *face = &font->faces[font->count];

		if (FT_New_Face(font->library, font_files[i], 0, face))
			continue;
		if (FT_Set_Char_Size(*face, 0, POINTS * 64, SHEET_X_DPI, SHEET_Y_DPI))
			FT_Done_Face(*face);
		else
			font->count++;
	}
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

/* The glyph of a character, in the slot of the face returned; NULL: it takes no room. */
static FT_GlyphSlot glyph_of(struct text_font *font, gunichar c, FT_Int32 flags)
{
	FT_Face face = font->faces[0];
	FT_UInt index = 0;

	if (g_unichar_iscntrl(c) || g_unichar_iszerowidth(c))
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

/* Where the pen is after a character, in pixels from the left margin */
static unsigned int advance(struct text_font *font, unsigned int x, gunichar c)
{
	FT_GlyphSlot glyph;

	if (c == '\t') {
		glyph = glyph_of(font, ' ', 0);
		unsigned int tab = glyph ? TAB_COLUMNS * (glyph->advance.x >> 6) : 1;

		return tab ? (x / tab + 1) * tab : x;
	}
	glyph = glyph_of(font, c, 0);
	return glyph ? x + (glyph->advance.x >> 6) : x;
}

static void blit(struct sheet *sheet, const FT_Bitmap *bitmap, int left, int top)
{
	for (unsigned int row = 0; row < bitmap->rows; row++) {
		int y = top + (int)row;

		for (unsigned int column = 0; column < bitmap->width; column++) {
			int x = left + (int)column;
			uint8_t byte = bitmap->buffer[(int)row * bitmap->pitch + (int)column / 8];

			if (byte & 0x80 >> column % 8 && x >= 0 && x < SHEET_WIDTH_PX && y >= 0 &&
			    y < SHEET_LINES)
				sheet->pixels[y * STRIDE + x / 8] |= 0x80 >> x % 8;
		}
	}
}

static int end_sheet(struct sheet *sheet, struct failure *failure)
{
	struct ifax_format format = {
		.coding = IFAX_CODING_RAW,
		.width_px = SHEET_WIDTH_PX,
		.x_dpi = SHEET_X_DPI,
		.y_dpi = SHEET_Y_DPI,
	};
	struct page_sink *sink = sheet->sink;

	if (sheet->pages++ == TEXT_PAGES_MAX)
		return fail(failure, EXIT_INPUT, "its text needs more than %d pages",
			    TEXT_PAGES_MAX);
	if (page_sink_written(sink, page_writer_begin(&sink->writer, &format), failure) ||
	    page_sink_written(sink, page_writer_data(&sink->writer, sheet->pixels,
						     STRIDE * SHEET_LINES), failure) ||
	    page_sink_end(sink, SHEET_LINES, failure))
		return -1;
	memset(sheet->pixels, 0, STRIDE * SHEET_LINES);
	sheet->y = MARGIN_PX;
	return 0;
}

/* Sets a piece of text that fits into one line. */
static int set_line(struct sheet *sheet, const char *at, const char *end, struct failure *failure)
{
	unsigned int x = 0;

	if (sheet->y + LINE_PX > SHEET_LINES - MARGIN_PX && end_sheet(sheet, failure))
		return -1;
	for (; at < end; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		FT_GlyphSlot glyph = c == '\t' ? NULL : glyph_of(sheet->font, c, FT_LOAD_RENDER);
		unsigned int next = advance(sheet->font, x, c);

		if (glyph) {
			glyph = glyph_of(sheet->font, c, FT_LOAD_RENDER);
			blit(sheet, &glyph->bitmap, MARGIN_PX + (int)x + glyph->bitmap_left,
			     (int)sheet->y + LINE_PX * 3 / 4 - glyph->bitmap_top);
		}
		x = next;
	}
	sheet->y += LINE_PX;
	return 0;
}

/* How much of a line of text fits: up to the last space, or up to the edge if there is none. */
static const char *fitting(struct text_font *font, const char *at, const char *end)
{
	const char *space = NULL, *begin = at;
	unsigned int x = 0;

	for (; at < end; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		x = advance(font, x, c);
		if (x > TEXT_WIDTH_PX && at > begin)
			return c == ' ' ? at : space ? space : at;
		if (c == ' ' || c == '\t')
			space = at + 1;
	}
	return end;
}

static int set_paragraph(struct sheet *sheet, const char *at, const char *end,
			 struct failure *failure)
{
	do {
		const char *fits = fitting(sheet->font, at, end);

		if (set_line(sheet, at, fits, failure))
			return -1;
		at = fits;
		while (at < end && *at == ' ')
			at++;
	} while (at < end);
	return 0;
}

int text_print(struct text_font *font, const char *text, struct page_sink *sink,
	       struct failure *failure)
{
	struct sheet sheet = { .font = font, .sink = sink, .y = MARGIN_PX };
	int err = 0;

	if (!font)
		return fail(failure, EXIT_LATER,
			    "there is no font to print text with: install fonts-dejavu-core");
	sheet.pixels = g_malloc0(STRIDE * SHEET_LINES);
	while (!err && *text) {
		const char *end = text + strcspn(text, "\n\f");

		err = set_paragraph(&sheet, text, end, failure);
		if (!err && *end == '\f')
			err = end_sheet(&sheet, failure);
		text = *end ? end + 1 : end;
	}
	if (!err && sheet.y > MARGIN_PX)
		err = end_sheet(&sheet, failure);
	g_free(sheet.pixels);
	return err;
}
